"""18.1 Custodians in the announcement, 18.2 their acknowledgements."""
import re

from .encoding import base64_bytes, bech32_bytes
from .key import SIGNATURE, Key, parse_key
from .note import parse_note
from .primitives import Refused, need_unique, refuse_if, show
from .shapes import closed, hex32_or_empty, list_of, text, text_or_empty, time as time_shape

KEY_NAME = re.compile("[!-~]{1,200}")
MAX_CUSTODIANS, MAX_TIMELOCK = 20, 1500


def custodian_key(v, where):
    key = parse_key(v, where, SIGNATURE)
    refuse_if(not KEY_NAME.fullmatch(key.name), f"{where}: the name is not 1 to 200 printable characters of ASCII")


def recipient(v, where):
    text(v, where)
    bech32_bytes(v, "age", 32, where)


def custody(v, where):
    closed(custodians=list_of(closed(key=custodian_key, name=text, recipient=recipient), 0, MAX_CUSTODIANS),
           file=hex32_or_empty, timelock=text_or_empty)(v, where)
    need_unique([key.public for key in custodian_keys(v)], f"{where}.custodians: public keys")
    for field in ("name", "recipient"):
        need_unique([c[field] for c in v["custodians"]], f"{where}.custodians: {field}")
    refuse_if(bool(v["file"]) != bool(v["custodians"]), f"{where}: a file goes with custodians, and none without")
    size = len(base64_bytes(v["timelock"], f"{where}.timelock"))
    refuse_if(size > MAX_TIMELOCK, f"{where}.timelock: more than {MAX_TIMELOCK} bytes")


def custodian_keys(v) -> list[Key]:
    return [parse_key(c["key"], "custodian", SIGNATURE) for c in v["custodians"]]


def need_acknowledgement(signed: str, commitment: bytes, file: str, key: Key):
    """18.2: the note is a valid acknowledgement of this custodian, whose key is the only known one."""
    note = parse_note(signed, "acknowledgement")
    *lines, time, end = note.text.split("\n")
    if lines != ["dispatch/acknowledgement/1", commitment.hex(), file] or end:
        raise Refused("not the text of an acknowledgement of this file")
    time_shape(time, "acknowledgement")
    refuse_if(not note.times_of(key), f"not signed by {show(key.name)}")
