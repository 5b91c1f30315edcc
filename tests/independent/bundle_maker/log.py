"""A log of our own (17): RFC 6962 tree, checkpoints, cosignatures, proofs. One witness is of each hierarchy."""
from dispatch_verifier.primitives import merkle_root, unix
from dispatch_verifier.proof import FIRST_LINE, split

from .prover import canon, ordered
from .pulses import time_at
from .signer import Signer, Witness, base64_text

ORIGIN = "log.example.org/dispatch"
LOG = Signer(ORIGIN)
WITNESSES = tuple(Witness(name) for name in ("procuratorate.example/w1", "university.example/w1", "press.example"))
STRANGER = Witness("passer-by.example")


def policy(log=LOG, witnesses=WITNESSES, least="2", quorum="all-three") -> str:
    """17.5: one log, and so many of the witnesses"""
    lines = ["# Public keys of test vectors: pin them nowhere.", f"log {log.text} https://{log.key.name}"]
    lines += [f"witness w{n} {w.text}" for n, w in enumerate(witnesses, 1)]
    if witnesses:
        lines.append(f"group all-three {least} {' '.join(f'w{n}' for n in range(1, len(witnesses) + 1))}")
    return "\n".join([*lines, f"quorum {quorum}", ""])


class Log:
    """Entries in order; every one is followed by a checkpoint, cosigned by the witnesses one second after another."""

    def __init__(self, signer=LOG, witnesses=WITNESSES):
        self.signer, self.witnesses, self.entries, self.times = signer, witnesses, [], []

    def add(self, time: str, entry: dict):
        numbers = sum(other["body"] == entry["body"] for other in self.entries)
        self.entries.append(ordered({"format": "dispatch/entry/1", "number": numbers + 1, "time": time, **entry}))
        self.times.append(time)

    def path(self, index: int, first=0, last=None) -> list:
        """RFC 6962, 2.1.1"""
        last = len(self.entries) if last is None else last
        if last - first == 1:
            return []
        k = first + split(last - first)
        near, far = ((first, k), (k, last)) if index < k else ((k, last), (first, k))
        return self.path(index, *near) + [merkle_root([canon(entry) for entry in self.entries[slice(*far)]])]

    def checkpoint_text(self, size: int) -> str:
        root = merkle_root([canon(entry) for entry in self.entries[:size]])
        return f"{self.signer.key.name}\n{size}\n{base64_text(root)}\n"

    def checkpoint(self, size: int, late=0) -> str:
        """The signed note; the witnesses cosign `late` seconds after the entry."""
        text, time = self.checkpoint_text(size), unix(self.times[size - 1]) + late
        cosigned = [w.line(text, time_at(time + n)) for n, w in enumerate(self.witnesses, 1)]
        return text + "\n" + self.signer.line(text) + "".join(cosigned)

    def line(self, index: int, late=0, size=None, token="") -> dict:
        """17.7: a line of log.jsonl; the checkpoint is the one right behind the entry."""
        size = size or index + 1
        hashes = [base64_text(h) for h in self.path(index, 0, size)]
        proof = "\n".join([FIRST_LINE, f"index {index}", *hashes, "", self.checkpoint(size, late)])
        return {"entry": self.entries[index], "proof": proof, "token": token}
