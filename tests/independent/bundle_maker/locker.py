"""Making time locks (18.3), with keys and nonces that everybody knows."""
import base64
import hmac

from dispatch_verifier.aead import encrypt, hkdf
from dispatch_verifier.plan import QUICKNET
from dispatch_verifier.primitives import sha256
from dispatch_verifier.pulse import HAVE_BLS, g1_point
from dispatch_verifier.timelock import PAYLOAD_NONCE, pairing_bytes, scalar, xor

from .pulses import PULSES

if HAVE_BLS:
    from py_ecc.bls.g2_primitives import G2_to_signature
    from py_ecc.optimized_bls12_381 import G2, multiply


def unpadded(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def lock(round_number: int, secret: bytes, file_key: bytes, sigma: bytes, nonce: bytes) -> bytes:
    """The shared bytes come from the published pulse, so that hashing to a curve is not needed: e(S, rG) either way."""
    point = multiply(G2, scalar(sigma, file_key))
    shared = pairing_bytes(g1_point(bytes.fromhex(PULSES[round_number])), point)
    body = unpadded(G2_to_signature(point) + xor(sigma, sha256(b"IBE-H2" + shared))
                    + xor(file_key, sha256(b"IBE-H4" + sigma)))
    stanza = b"\n".join(body[i:i + 64] for i in range(0, len(body), 64))
    header = f"age-encryption.org/v1\n-> tlock {round_number} {QUICKNET}\n".encode() + stanza + b"\n---"
    mac = hmac.digest(hkdf(file_key, b"", b"header"), header, "sha256")
    return header + b" " + unpadded(mac) + b"\n" + nonce + encrypt(hkdf(file_key, nonce, b"payload"), PAYLOAD_NONCE, secret)
