"""ChaCha20-Poly1305 (RFC 8439, 2.8) without associated data, and HKDF (RFC 5869) with one block of output."""
import hmac

from .primitives import refuse_if
from .stream import chacha20_block

TAG = 16


def chacha20(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """2.4, from block 1"""
    stream = b"".join(chacha20_block(key, 1 + i, nonce) for i in range((len(data) + 63) // 64))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key: bytes, data: bytes) -> bytes:
    """2.5"""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(data), 16):
        total = (total + int.from_bytes(data[i:i + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2 ** 128).to_bytes(16, "little")


def tag_of(key: bytes, nonce: bytes, data: bytes) -> bytes:
    padded = data + bytes(-len(data) % 16)
    return poly1305(chacha20_block(key, 0, nonce)[:32], padded + bytes(8) + len(data).to_bytes(8, "little"))


def encrypt(key: bytes, nonce: bytes, plain: bytes) -> bytes:
    data = chacha20(key, nonce, plain)
    return data + tag_of(key, nonce, data)


def decrypt(key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    data, tag = sealed[:-TAG], sealed[-TAG:]
    refuse_if(not hmac.compare_digest(tag, tag_of(key, nonce, data)), "the tag of the encrypted bytes is wrong")
    return chacha20(key, nonce, data)


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return hmac.digest(hmac.digest(salt, key, "sha256"), info + b"\1", "sha256")
