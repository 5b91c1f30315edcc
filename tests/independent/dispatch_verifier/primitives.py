"""1 Primitives: tagged hashes, times, credit codes, the Merkle tree."""
import datetime
import functools
import hashlib
import hmac
import re


class Refused(Exception):
    """Something the specification refuses; the text says what and where."""


def refuse_if(fault, reason: str):
    if fault:
        raise Refused(reason)


class NotChecked(Exception):
    """This verifier cannot make the check; it is skipped."""


def show(value) -> str:
    """A value from a bundle, made harmless for a terminal."""
    line = ascii(value)
    return line if len(line) <= 80 else line[:77] + "..."


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def enc(label: str, *parts) -> bytes:
    """1.2: label, one byte 00, then every part behind its length."""
    out = [label.encode("ascii"), b"\0"]
    for part in parts:
        part = part.encode("utf-8") if isinstance(part, str) else part
        out += [len(part).to_bytes(8, "big"), part]
    return b"".join(out)


def H(label: str, *parts) -> bytes:
    return sha256(enc(label, *parts))


def M(key: bytes, label: str, *parts) -> bytes:
    return hmac.digest(key, enc(label, *parts), "sha256")


def need_ascending(keys, where: str):
    for a, b in zip(keys, keys[1:]):
        if not a < b:  # code point order of strings is the order of their UTF-8 bytes
            raise Refused(f"{where}: {show(b)} after {show(a)} is out of order or not unique")


def need_unique(keys, where: str):
    if len(set(keys)) != len(keys):
        raise Refused(f"{where}: not unique")


DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z")


@functools.lru_cache(maxsize=None)
def day_number(text: str) -> int:
    """1.6: days since 1970-01-01 of a date; ValueError if it is none."""
    match = DATE.fullmatch(text)
    if not match or text < "2000":
        raise ValueError("not a date")
    return datetime.date(*map(int, match.groups())).toordinal() - 719163


def unix(text: str) -> int:
    """1.6: seconds since 1970 of a time; ValueError if it is none."""
    match = TIME.fullmatch(text)
    if not match:
        raise ValueError("not a time")
    hours, minutes, seconds = map(int, match.groups()[1:])
    return day_number(match[1]) * 86400 + hours * 3600 + minutes * 60 + seconds


CREDIT = re.compile("[0-9ABCDEFGHJKLMNPQRTUWXY]{18}")
CREDIT_VALUE = {c: i for i, c in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
CREDIT_WEIGHT = [pow(3, i, 31) for i in range(17)]


def is_credit_code(text: str) -> bool:
    """1.7"""
    if not CREDIT.fullmatch(text):
        return False
    total = sum(CREDIT_VALUE[c] * w for c, w in zip(text, CREDIT_WEIGHT))
    return CREDIT_VALUE[text[17]] == (31 - total % 31) % 31


def merkle_root(leaves) -> bytes:
    """1.8: level by level; an odd last node moves up, which is the split at the largest power of two."""
    level = [sha256(b"\0" + data) for data in leaves]
    if not level:
        return sha256(b"")
    while len(level) > 1:
        above = [sha256(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def items(value: str) -> list[str]:
    """1.5: the items of a list value."""
    return value.split(";") if value else []
