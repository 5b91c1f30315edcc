"""17.5 The log policy: which log and which witnesses count."""
import dataclasses
import re

from .key import COSIGNATURE, SIGNATURE, Key, parse_key
from .primitives import Refused, need_unique, refuse_if, show
from .proof import Checkpoint

MAX_BYTES, MAX_OF_EACH = 2 ** 20, 100
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
NUMBER = re.compile("[1-9][0-9]{0,2}")
NONE = "none"


@dataclasses.dataclass
class Group:
    least: int
    members: list


class LogPolicy:
    """`nodes` has the witnesses' keys and the groups by name; `quorum` is a name, or None."""

    def __init__(self, data: bytes):
        self.logs, self.nodes, self.member_of, self.quorums = [], {}, {}, []
        refuse_if(len(data) > MAX_BYTES, "more than 1 MiB")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("not UTF-8") from None
        refuse_if(CONTROL.search(text), "a control character")
        for number, line in enumerate(text.split("\n"), 1):
            items = [item for item in re.split("[ \t]+", line) if item]
            if items and not items[0].startswith("#"):
                self.read_line(f"line {number}", *items)
        refuse_if(not self.logs, "no log")
        refuse_if(len(self.quorums) != 1, "not exactly one quorum")
        self.quorum = None if self.quorums[0] == NONE else self.quorums[0]
        need_unique([key.public for key in self.keys], "public keys")
        for count in (len(self.logs), len(self.witnesses), len(self.nodes) - len(self.witnesses)):
            refuse_if(count > MAX_OF_EACH, f"more than {MAX_OF_EACH} of a kind")
        self.need_hierarchies()

    @property
    def witnesses(self) -> dict:
        return {name: node for name, node in self.nodes.items() if isinstance(node, Key)}

    @property
    def keys(self) -> list:
        return [*self.logs, *self.witnesses.values()]

    def read_line(self, where, word, *items):
        match word, items:
            case "log", (key,) | (key, _):
                self.logs.append(parse_key(key, where, SIGNATURE))
            case "witness", (name, key) | (name, key, _):
                self.define(name, parse_key(key, where, COSIGNATURE), where)
            case "group", (name, least, *members) if members:
                for member in members:
                    self.need_defined(member, where)
                    refuse_if(member in self.member_of, f"{where}: {show(member)} is a member twice")
                    self.member_of[member] = name
                self.define(name, Group(self.least(least, len(members), where), members), where)
            case "quorum", (name,):
                if name != NONE:
                    self.need_defined(name, where)
                self.quorums.append(name)
            case _:
                raise Refused(f"{where}: not understood")

    def define(self, name, node, where):
        refuse_if(name == NONE or name in self.nodes, f"{where}: {show(name)} is no name, or defined before")
        self.nodes[name] = node

    def need_defined(self, name, where):
        refuse_if(name not in self.nodes, f"{where}: {show(name)} is not defined before")

    def least(self, word, size, where) -> int:
        number = {"any": 1, "all": size}.get(word) or (int(word) if NUMBER.fullmatch(word) else 0)
        refuse_if(not 1 <= number <= size, f"{where}: not a number of members")
        return number

    # ---- one hierarchy counts once

    def counting(self, name) -> list:
        """The names of the witnesses that can count for a name"""
        node = self.nodes[name]
        return [name] if isinstance(node, Key) else [w for member in node.members for w in self.counting(member)]

    def need_hierarchies(self):
        by_hierarchy = {}
        for name in self.counting(self.quorum) if self.quorum else ():
            by_hierarchy.setdefault(self.nodes[name].hierarchy, set()).add(name)
        for hierarchy, names in by_hierarchy.items():
            if any(log.hierarchy == hierarchy for log in self.logs):
                raise Refused(f"a witness of {show(hierarchy)}, as is the log")
            group = self.nodes.get(self.member_of.get(next(iter(names))))
            if len(names) > 1 and (group is None or group.least != 1 or set(group.members) != names):
                raise Refused(f"the witnesses of {show(hierarchy)} are not one group of their own with k = 1")

    # ---- checkpoints

    def quorum_time(self, checkpoint: Checkpoint):
        """The quorum time of a checkpoint that holds, None with `quorum none`; Refused if it does not hold."""
        signed = False
        for log in self.logs:
            lines = checkpoint.note.times_of(log)
            signed |= bool(lines) and log.name == checkpoint.origin
        refuse_if(not signed, "no log of the policy has signed the checkpoint as its own")
        cosigned = {name: checkpoint.note.times_of(key) for name, key in self.witnesses.items()}
        if self.quorum is None:
            return None
        times = {name: min(found) for name, found in cosigned.items() if found}
        reached = self.reached(self.quorum, times)
        refuse_if(reached is None, f"the quorum is not reached: cosigned by {', '.join(map(show, times)) or 'nobody'}")
        return reached

    def reached(self, name, times: dict):
        """When a witness or group had cosigned, or None; no name is a member twice."""
        node = self.nodes[name]
        if isinstance(node, Key):
            return times.get(name)
        found = sorted(t for t in (self.reached(member, times) for member in node.members) if t is not None)
        return found[node.least - 1] if len(found) >= node.least else None


def read_log_policy(path) -> LogPolicy:
    """ValueError or OSError if the file is no log policy"""
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        return LogPolicy(data)
    except Refused as error:
        raise ValueError(f"log policy: {error}") from None
