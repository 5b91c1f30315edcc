"""DER (X.690): what time-stamp tokens and certificates are written in."""
import dataclasses
import functools

from .primitives import Refused, refuse_if

BOOLEAN, INTEGER, BITS, OCTETS, OID, SEQUENCE, SET = 0x01, 0x02, 0x03, 0x04, 0x06, 0x30, 0x31


@dataclasses.dataclass
class Value:
    tag: int
    content: bytes
    raw: bytes       # tag and length included

    @functools.cached_property
    def parts(self) -> list:
        refuse_if(not self.tag & 0x20, "DER: has no parts")
        return read_all(self.content)

    @property
    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)

    def need(self, tag: int):
        refuse_if(self.tag != tag, f"DER: {self.tag:02x} in place of {tag:02x}")
        return self

    def part(self, index: int, tag: int):
        """The part with this index, which has this tag"""
        refuse_if(index >= len(self.parts), "DER: a part is missing")
        return self.parts[index].need(tag)

    def tagged(self, tag: int):
        """The first part with this tag, or None"""
        return next((part for part in self.parts if part.tag == tag), None)


def read_all(data: bytes) -> list:
    values = []
    while data:
        value, data = read_first(data)
        values.append(value)
    return values


def read_first(data: bytes):
    """A value and the bytes behind it"""
    refuse_if(len(data) < 2 or data[0] & 31 == 31, "DER: cut off, or a tag of more than one byte")
    length, start = data[1], 2
    if length > 127:
        start += length & 127
        length = int.from_bytes(data[2:start], "big")
        if start == 2 or length < 128 or data[2] == 0:
            raise Refused("DER: a length in another spelling")
    refuse_if(start + length > len(data), "DER: cut off")
    return Value(data[0], data[start:start + length], data[:start + length]), data[start + length:]


def read_one(data: bytes) -> Value:
    value, rest = read_first(data)
    refuse_if(rest, "DER: bytes behind the end")
    return value


def oid(dotted: str) -> bytes:
    """The content of an object identifier"""
    first, second, *others = map(int, dotted.split("."))
    out = b""
    for number in (40 * first + second, *others):
        septets = [number & 127]
        while number := number >> 7:
            septets.append(number & 127 | 128)
        out += bytes(reversed(septets))
    return out
