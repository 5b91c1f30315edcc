"""18.3 The time lock."""
import base64
import dataclasses
import hmac
import re

from .aead import decrypt, hkdf
from .encoding import base64_bytes
from .plan import QUICKNET
from .primitives import H, Refused, refuse_if, sha256
from .pulse import HAVE_BLS, g1_point

if HAVE_BLS:
    from py_ecc.bls.g2_primitives import G2_to_signature, signature_to_G2
    from py_ecc.optimized_bls12_381 import G2, curve_order, field_modulus, is_inf, multiply, pairing

SPELLING = re.compile(  # everything but the unused bits of base64, which are judged by encoding again
    rb"((age-encryption\.org/v1\n-> tlock ([1-9][0-9]{0,19}) " + QUICKNET.encode() +
    rb"\n([A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{43}\n)---) ([A-Za-z0-9+/]{43})\n)([\0-\xff]{64})")
PAYLOAD_NONCE = bytes(11) + b"\1"  # age: the first chunk, which is the last
MOST_TRIES = 65534


@dataclasses.dataclass
class Lock:
    round: int
    u: bytes
    v: bytes
    w: bytes
    header: bytes    # what the MAC is over
    mac: bytes
    nonce: bytes
    sealed: bytes


def unpadded(text: bytes) -> bytes:
    data = base64.b64decode(text + b"=" * (-len(text) % 4))
    refuse_if(base64.b64encode(data).rstrip(b"=") != text, "no time lock: unused bits of base64 are not 0")
    return data


def parse_lock(data: bytes) -> Lock:
    match = SPELLING.fullmatch(data)
    refuse_if(not match, "no time lock: it is spelled otherwise")
    _, header, number, body, mac, payload = match.groups()
    refuse_if(int(number) >= 2 ** 64, "no time lock: its round is too large")
    stanza = unpadded(body.replace(b"\n", b""))
    return Lock(int(number), stanza[:96], stanza[96:112], stanza[112:], header, unpadded(mac), payload[:16], payload[16:])


def xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b))


def subgroup_point(data: bytes):
    """(b): a point of G2 by its canonical encoding"""
    try:
        point = signature_to_G2(data)
    except Exception:  # of several kinds
        raise Refused("does not open: U is no point") from None
    refuse_if(not is_inf(multiply(point, curve_order)), "does not open: U is not in the subgroup")
    refuse_if(G2_to_signature(point) != data, "does not open: U is written otherwise")
    return point


def pairing_bytes(signature_point, point) -> bytes:
    """(c): G. The power of -3 makes of py_ecc's pairing the one that other libraries have."""
    g = pairing(point, signature_point)
    a = [int(c) for c in ((g * g * g).inv()).coeffs]
    parts = [part for i in (5, 3, 1, 4, 2, 0) for part in (a[i + 6], (a[i] + a[i + 6]) % field_modulus)]
    return b"".join(part.to_bytes(48, "big") for part in parts)


def scalar(sigma: bytes, file_key: bytes) -> int:
    """(c): r"""
    t = sha256(b"IBE-H3" + sigma + file_key)
    for n in range(1, MOST_TRIES + 1):
        h = sha256(n.to_bytes(2, "little") + t)
        r = int.from_bytes(bytes([h[0] >> 1]) + h[1:], "big")
        if r < curve_order:
            return r
    raise Refused("does not open: no r")


def open_lock(lock: Lock, signature: bytes) -> bytes:
    """The locked bytes. The signature is that of the pulse of the lock's round, and genuine."""
    shared = pairing_bytes(g1_point(signature), subgroup_point(lock.u))
    sigma = xor(lock.v, sha256(b"IBE-H2" + shared))
    file_key = xor(lock.w, sha256(b"IBE-H4" + sigma))
    u = G2_to_signature(multiply(G2, scalar(sigma, file_key)))
    refuse_if(u != lock.u, "does not open: U is not r times the generator")
    mac = hmac.digest(hkdf(file_key, b"", b"header"), lock.header, "sha256")
    refuse_if(mac != lock.mac, "does not open: wrong MAC")
    return decrypt(hkdf(file_key, lock.nonce, b"payload"), PAYLOAD_NONCE, lock.sealed)


def need_secret(lock: str, pulse, secret_hash: str):
    """The lock opens with the pulse, which is genuine, to the secret with this hash."""
    parsed = parse_lock(base64_bytes(lock, "timelock"))
    refuse_if(parsed.round != pulse["round"], f"the time lock is locked to round {parsed.round}")
    secret = open_lock(parsed, bytes.fromhex(pulse["signature"]))
    refuse_if(H("dispatch/v1/secret", secret).hex() != secret_hash, "the time lock holds something else than the secret")
