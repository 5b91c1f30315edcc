"""17.2 Ed25519 (RFC 8032), as strict as the specification: no small order, nothing that is not reduced.

A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z on -x^2 + y^2 = 1 + d*x^2*y^2 modulo P."""
import functools
import hashlib

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(p, q):
    """RFC 8032, 5.1.4: complete, so it also doubles"""
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n: int, p):
    result = NEUTRAL
    while n:
        if n & 1:
            result = add(result, p)
        p, n = add(p, p), n >> 1
    return result


def negate(p):
    return -p[0] % P, p[1], p[2], -p[3] % P


def is_neutral(p) -> bool:
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


def encode(p) -> bytes:
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data: bytes):
    """RFC 8032, 5.1.3: the point, or None if this is not the one encoding of a point"""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & 2 ** 255 - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_1 % P
    if x * x % P != square or x == 0 and sign:
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = decode(bytes.fromhex("58" + "66" * 31))


@functools.lru_cache(maxsize=1024)
def point(data: bytes):
    """The point of 32 bytes, or None if they are no canonical encoding or the point is of small order"""
    p = decode(data)
    return None if p is None or is_neutral(multiply(8, p)) else p


def challenge(*parts) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


@functools.lru_cache(maxsize=4096)
def verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, 5.1.7, without cofactor: R is what [S]B - [k]A is, to the byte."""
    if len(signature) != 64:
        return False
    a, r, s = point(public_key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    k = challenge(signature[:32], public_key, message)
    return encode(add(multiply(s, BASE), multiply(k, negate(a)))) == signature[:32]
