"""17.7 log.jsonl: the entries of a draw as the log has them."""
import dataclasses

from .canonical import canonical, parse_lines
from .encoding import base64_bytes
from .entry import need_entry
from .primitives import Refused, need_ascending, refuse_if
from .proof import Proof, parse_proof, root_of
from .shapes import any_string, closed, or_empty, string

MAX_LOG_LINE, MAX_TOKEN = 131072, 40000
LINE = closed(entry=need_entry, proof=any_string, token=or_empty(string(1, MAX_TOKEN, "token")))


@dataclasses.dataclass
class Line:
    entry: dict
    proof: Proof
    token: bytes

    @property
    def checkpoint(self):
        return self.proof.checkpoint

    def need_included(self):
        root = root_of(canonical(self.entry), self.proof.index, self.checkpoint.size, self.proof.path)
        refuse_if(root != self.checkpoint.root, f"index {self.proof.index}: the proof does not lead to the root")


def parse_log(data: bytes, name: str) -> list[Line]:
    """Refused if anything is not well-formed (A11)"""
    lines = []
    for number, row in enumerate(parse_lines(data, name, LINE, MAX_LOG_LINE), 1):
        where = f"{name} line {number}"
        lines.append(Line(row["entry"], parse_proof(row["proof"], f"{where}: proof"),
                          base64_bytes(row["token"], f"{where}: token")))
    need_ascending([line.proof.index for line in lines], f"{name}: indexes")
    refuse_if(len({line.checkpoint.origin for line in lines}) > 1, f"{name}: proofs of more than one origin")
    return lines


def need_one_tree(lines):
    """L01: checkpoints of one size have one root"""
    roots = {}
    for line in lines:
        if roots.setdefault(line.checkpoint.size, line.checkpoint.root) != line.checkpoint.root:
            raise Refused(f"two roots of size {line.checkpoint.size}: the log has forked")
