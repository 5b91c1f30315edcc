"""1.3 Canonical JSON and JSON-lines files."""
import json

from .primitives import Refused, show

MAX_INT, MAX_LINE = 2 ** 53 - 1, 16384


def _no_float(literal):
    raise ValueError(f"number {literal[:20]} is not an integer from 0 to 2^53-1")


def _ordered_object(pairs):
    """Keys strictly ascending by UTF-16 code units, so also unique (1.3)."""
    last = None
    for key, _ in pairs:
        units = key.encode("utf-16-be")  # a lone surrogate raises UnicodeEncodeError, a ValueError
        if last is not None and units <= last:
            raise ValueError(f"key {show(key)} is not in order or not unique")
        last = units
    return dict(pairs)


_decode = json.JSONDecoder(object_pairs_hook=_ordered_object, parse_float=_no_float, parse_constant=_no_float).decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def canonical(value) -> bytes:
    """1.3: canonical JSON of a value whose objects already have their keys in order."""
    return _encode(value).encode("utf-8")


def parse_object(data: bytes, where: str) -> dict:
    """1.3: parse, write again, and refuse any difference. What passes has unique ordered keys and no other escapes or
    white space. `null`, large integers and deep nesting are refused by the closed shapes that every object goes through
    afterwards: none of them allows those."""
    try:
        value = _decode(data.decode("utf-8"))
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise Refused(f"{where}: not canonical JSON ({show(str(error))})") from None
    if not same:
        raise Refused(f"{where}: not in canonical form")
    if type(value) is not dict:
        raise Refused(f"{where}: not an object")
    return value


def raw_lines(data: bytes) -> list[bytes]:
    """The bytes between LFs; a last line without LF counts as a line."""
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return lines


def parse_lines(data: bytes, name: str, shape=None, longest=MAX_LINE) -> list[dict]:
    """1.3: a JSON-lines file."""
    if data and not data.endswith(b"\n"):
        raise Refused(f"{name}: the last line has no LF")
    rows = []
    for number, line in enumerate(raw_lines(data), 1):
        if len(line) > longest:
            raise Refused(f"{name} line {number}: more than {longest} bytes")
        row = parse_object(line, f"{name} line {number}")
        if shape:
            shape(row, f"{name} line {number}")
        rows.append(row)
    return rows
