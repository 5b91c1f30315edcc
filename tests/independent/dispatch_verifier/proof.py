"""17.3 Checkpoints and inclusion proofs (RFC 6962, 2.1.1)."""
import dataclasses

from .encoding import base64_bytes, decimal
from .note import Note, parse_note
from .primitives import Refused, refuse_if, sha256

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63


@dataclasses.dataclass
class Checkpoint:
    origin: str
    size: int
    root: bytes
    note: Note


@dataclasses.dataclass
class Proof:
    index: int
    path: list       # hashes, from the leaf's sibling upward
    checkpoint: Checkpoint


def parse_checkpoint(signed: str, where: str) -> Checkpoint:
    note = parse_note(signed, where)
    lines = note.text[:-1].split("\n")
    refuse_if(len(lines) < 3 or "" in lines, f"{where}: not origin, size, root and further lines that are not empty")
    return Checkpoint(lines[0], decimal(lines[1], f"{where}: size"), base64_bytes(lines[2], f"{where}: root", 32), note)


def parse_proof(text: str, where: str) -> Proof:
    head, _, signed = text.partition("\n\n")
    first, *lines = head.split("\n")
    refuse_if(first != FIRST_LINE, f"{where}: the first line is not {FIRST_LINE}")
    if lines and lines[0].startswith("extra "):
        base64_bytes(lines.pop(0)[6:], f"{where}: extra")
    if not lines or not lines[0].startswith("index "):
        raise Refused(f"{where}: no index")
    index = decimal(lines.pop(0)[6:], f"{where}: index")
    refuse_if(len(lines) > MAX_HASHES, f"{where}: more than {MAX_HASHES} hashes")
    path = [base64_bytes(line, f"{where}: hash", 32) for line in lines]
    checkpoint = parse_checkpoint(signed, f"{where}: checkpoint")
    refuse_if(index >= checkpoint.size, f"{where}: the index is not below the size")
    due = path_length(index, checkpoint.size)
    refuse_if(len(path) != due, f"{where}: {len(path)} hashes, for index and size it is {due}")
    return Proof(index, path, checkpoint)


def split(size: int) -> int:
    """The largest power of two smaller than the size, which is at least 2"""
    return 1 << (size - 1).bit_length() - 1


def path_length(index: int, size: int) -> int:
    if size == 1:
        return 0
    k = split(size)
    return 1 + (path_length(index, k) if index < k else path_length(index - k, size - k))


def root_of(data: bytes, index: int, size: int, path) -> bytes:
    """The root to which a path of the right length leads from leaf data; its last hash is that of the other subtree."""
    if size == 1:
        return sha256(b"\0" + data)
    k, other = split(size), path[-1]
    if index < k:
        return sha256(b"\1" + root_of(data, index, k, path[:-1]) + other)
    return sha256(b"\1" + other + root_of(data, index - k, size - k, path[:-1]))
