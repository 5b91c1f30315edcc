"""17.1 Signed notes, 17.2 their signatures."""
import dataclasses
import re

from .ed25519 import verifies
from .encoding import MAX_DECIMAL, base64_bytes
from .key import COSIGNATURE, Key, need_name
from .primitives import Refused, refuse_if, show

CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
MAX_SIGNATURES = 64


@dataclasses.dataclass
class Signature:
    name: str
    key_id: bytes
    data: bytes


@dataclasses.dataclass
class Note:
    text: str
    signatures: list

    def times_of(self, key: Key) -> list:
        """For every line of this key the time of its cosignature (0 for a signature, which has none); Refused if a line
        of the key does not verify."""
        return [self.verified(key, s.data) for s in self.signatures if (s.name, s.key_id) == (key.name, key.id)]

    def verified(self, key: Key, data: bytes) -> int:
        message, time = self.text.encode("utf-8"), 0
        if key.kind == COSIGNATURE:
            time, data = int.from_bytes(data[:8], "big"), data[8:]
            refuse_if(not 1 <= time < MAX_DECIMAL, f"the cosignature of {show(key.name)} has no possible time")
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        refuse_if(not verifies(key.public, message, data), f"the signature of {show(key.name)} does not verify")
        return time


def parse_note(note: str, where: str) -> Note:
    """17.1"""
    refuse_if(CONTROL.search(note), f"{where}: a control character")
    text, empty_line, lines = note.rpartition("\n\n")
    if not empty_line or not lines.endswith("\n"):
        raise Refused(f"{where}: no text, empty line and signature lines")
    lines = lines[:-1].split("\n")
    refuse_if(len(lines) > MAX_SIGNATURES, f"{where}: more than {MAX_SIGNATURES} signature lines")
    return Note(text + "\n", [parse_signature(line, where) for line in lines])


def parse_signature(line: str, where: str) -> Signature:
    parts = line.split(" ")
    refuse_if(len(parts) != 3 or parts[0] != "\u2014", f"{where}: {show(line)} is no signature line")
    need_name(parts[1], where)
    data = base64_bytes(parts[2], where)
    refuse_if(len(data) < 5, f"{where}: no room for key id and signature")
    return Signature(parts[1], data[:4], data[4:])
