"""5.2, 5.3 Rounds and pulses of drand quicknet; 5.4 the seed."""
import functools
import hashlib
import sys

from .canonical import canonical
from .plan import QUICKNET
from .primitives import H, NotChecked, Refused, sha256

try:  # the only optional dependency: BLS12-381 for drand pulses (5.3)
    from py_ecc.bls.g2_primitives import signature_to_G2
    from py_ecc.bls.hash_to_curve import hash_to_G1
    from py_ecc.fields import optimized_bls12_381_FQ as FQ, optimized_bls12_381_FQ12 as FQ12
    from py_ecc.optimized_bls12_381 import (G2, curve_order, field_modulus, final_exponentiate, is_inf, multiply, neg,
                                            pairing)
    HAVE_BLS = True
except Exception:  # absent or broken: the checks that need it are skipped
    HAVE_BLS = False
sys.setrecursionlimit(1000)  # py_ecc raises it so far that deeply nested JSON would overflow the stack

GENESIS, PERIOD = 1692803367, 3
DRAND_KEY = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a")
DRAND_DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def round_at(t: int) -> int:
    """5.2"""
    return 1 if t <= GENESIS else -(-(t - GENESIS) // PERIOD) + 1


def round_time(r: int) -> int:
    return GENESIS + PERIOD * (r - 1)


def g1_point(data: bytes):
    """5.3: the point of a canonical compressed encoding, or None; infinity is refused."""
    number = int.from_bytes(data, "big")
    compressed, infinity, larger = data[0] >> 7 & 1, data[0] >> 6 & 1, data[0] >> 5 & 1
    x = number & (2 ** 381 - 1)
    if len(data) != 48 or not compressed or infinity or x >= field_modulus:
        return None
    square = (x ** 3 + 4) % field_modulus
    y = pow(square, (field_modulus + 1) // 4, field_modulus)
    if y * y % field_modulus != square:
        return None
    if (y > (field_modulus - 1) // 2) != bool(larger):
        y = field_modulus - y
    point = (FQ(x), FQ(y), FQ(1))
    return point if is_inf(multiply(point, curve_order)) else None


@functools.lru_cache(maxsize=None)
def pulse_is_genuine(round_number: int, signature: bytes) -> bool:
    """5.3: e(signature, generator) = e(hash of the message, public key)"""
    if len(signature) != 48:
        return False
    point = g1_point(signature)
    if point is None:
        return False
    message = hash_to_G1(sha256(round_number.to_bytes(8, "big")), DRAND_DST, hashlib.sha256)
    product = (pairing(neg(G2), point, final_exponentiate=False)
               * pairing(signature_to_G2(DRAND_KEY), message, final_exponentiate=False))
    return final_exponentiate(product) == FQ12.one()


def need_pulse(round_number: int, signature: str):
    if not HAVE_BLS:
        raise NotChecked("not checked: the signature needs the package py_ecc")
    if not pulse_is_genuine(round_number, bytes.fromhex(signature)):
        raise Refused(f"the signature of round {round_number} does not verify")


def pulse_value(given) -> bytes:
    """5.4: what a pulse, an object with `round` and `signature`, contributes to a seed"""
    return bytes.fromhex(QUICKNET) + given["round"].to_bytes(8, "big") + bytes.fromhex(given["signature"])


def seed_of(plan, commitment: bytes, disclosure) -> bytes:
    """5.4"""
    values = []
    for source, given in zip(plan["seed"], disclosure["sources"]):
        if source["kind"] == "drand":
            values.append(pulse_value(given))
        elif source["kind"] == "public-numbers":
            numbers = given["values"]
            values.append(canonical(sorted(numbers) if source["shape"] == "set" else numbers))
        else:
            values.append(bytes.fromhex(given["value"]))
    return H("dispatch/v1/seed", commitment, bytes.fromhex(disclosure["secret"]), *values)
