"""17 Base64 and decimals as texts have them; 18.1 Bech32. Of several spellings of a value only one is read."""
import base64
import re

from .primitives import Refused, refuse_if

DECIMAL = re.compile("0|[1-9][0-9]{0,18}")
MAX_DECIMAL = 2 ** 63


def base64_bytes(text: str, where: str, length=None) -> bytes:
    """17: the bytes of a base64 text (RFC 4648 section 4); writing them again must give the same text."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Refused(f"{where}: not base64") from None
    refuse_if(base64.b64encode(data).decode() != text, f"{where}: base64 in another spelling")
    refuse_if(length is not None and len(data) != length, f"{where}: not {length} bytes")
    return data


def decimal(text: str, where: str) -> int:
    """17, 17.3: a number below 2^63, without sign and leading zeros"""
    if not DECIMAL.fullmatch(text) or int(text) >= MAX_DECIMAL:
        raise Refused(f"{where}: no decimal number below 2^63")
    return int(text)


BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)


def bech32_sum(prefix: str, values) -> int:
    """BIP 173: the remainder of prefix and values; 1 for a right check sum"""
    total = 1
    for value in [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values]:
        top = total >> 25
        total = (total & 0x1ffffff) << 5 ^ value
        for bit, factor in enumerate(GENERATOR):
            total ^= factor if top >> bit & 1 else 0
    return total


def bech32_bytes(text: str, prefix: str, length: int, where: str) -> bytes:
    """Exactly `length` bytes in lower-case Bech32; the bits that fill up the last character are 0."""
    characters = -(-length * 8 // 5)
    body = text.removeprefix(f"{prefix}1")
    if body == text or len(body) != characters + 6 or not set(body) <= set(BECH32):
        raise Refused(f"{where}: not {prefix}1 and {characters + 6} characters of Bech32")
    values = [BECH32.index(c) for c in body]
    refuse_if(bech32_sum(prefix, values) != 1, f"{where}: wrong check sum")
    number = 0
    for value in values[:characters]:
        number = number << 5 | value
    spare = characters * 5 - length * 8
    refuse_if(number & (1 << spare) - 1, f"{where}: the last bits are not 0")
    return (number >> spare).to_bytes(length, "big")
