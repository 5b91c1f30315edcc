"""11, checks L: what the log says; K: custodians and the time lock."""
from .custody import custodian_keys, need_acknowledgement
from .entry import summary_of
from .log import need_one_tree
from .primitives import NotChecked, Refused, refuse_if, show, unix
from .pulse import need_pulse, round_at
from .stages import stage_commitment
from .timelock import need_secret
from .timestamp import token_time


class LogChecks:
    """L, K. `self.log` are the lines of log.jsonl, or None where the bundle has none."""

    def entries_of(self, kind) -> list:
        """(line, entry) for every entry of a kind with this commitment"""
        return [(line, line.entry) for line in self.log
                if line.entry["kind"] == kind and line.entry["commitment"] == self.commitment.hex()]

    def time_of(self, line):
        """17.6: the time of a line, or None"""
        if self.pins.log_policy.quorum is not None:
            return self.quorum_times[line.proof.index]
        return self.token_times[line.proof.index] if line.token and self.passed("L05") else None

    def need_time(self, line, latest: int, what: str):
        """The line has a time, no later than `latest`, or this is a replay"""
        if not self.a["replay"]:
            time = self.time_of(line)
            refuse_if(time is None, f"the entry of {what} has no time")
            refuse_if(time > latest, f"the entry of {what} was there {time - latest} seconds too late")

    def L01(self):
        if self.pins.log_policy is None:
            raise NotChecked("not asked: no log policy was given")
        refuse_if(self.log is None, "no log.jsonl: the draw is not in the log")
        self.quorum_times = {}
        for line in self.log:
            try:
                self.quorum_times[line.proof.index] = self.pins.log_policy.quorum_time(line.checkpoint)
            except Refused as error:
                raise Refused(f"checkpoint of size {line.checkpoint.size}: {error}") from None
            line.need_included()
        need_one_tree(self.log)
        return f"{len(self.log)} entries with proofs"

    def L02(self):
        own = self.entries_of("announcement")
        refuse_if(len(own) != 1, f"{len(own)} announcement entries with this commitment")
        line, entry = own[0]
        for name, value in summary_of(self.a, self.announcement).items():
            if entry["announcement"][name] != value:
                raise Refused(f"the entry has another `{name}` than the announcement")
        refuse_if(entry["body"] != self.plan["authority"], f"an entry of {show(entry['body'])}")
        self.need_no_other(line)
        schedule = self.plan["schedule"]
        self.need_time(line, unix(schedule["draw_time"]) - 60 * schedule["lead_minutes"], "the announcement")
        if self.parent and self.passed("H01"):  # 16.1: nobody may know the drawn subjects yet
            self.need_time(line, unix(self.parent.plan["schedule"]["draw_time"]) - 1, "the announcement (parent's draw)")
        return f"announced in entry {line.proof.index} of the log"

    def need_no_other(self, line):
        """Neither is the draw announced again, nor is it void"""
        for other in (other.entry for other in self.log if other is not line):
            if other["kind"] == "void" and other["commitment"] == self.commitment.hex():
                raise Refused("an entry says that this announcement is void")
            draw = {"announcement": lambda: other["announcement"]["draw"], "void": lambda: other["draw"]}.get(other["kind"])
            if draw and other["body"] == self.plan["authority"] and draw() == self.plan["draw"]:
                raise Refused(f"there is another entry of this draw: {other['kind']}")

    def L03(self):
        due = {0: self.result, **{line["stage"]["number"]: line["result"] for line in self.stages}}
        found = self.entries_of("result")
        for number, document in due.items():
            own = [(line, entry["result"]) for line, entry in found if entry["stage"] == number]
            refuse_if(len(own) != 1, f"{len(own)} result entries of stage {number}")
            refuse_if(own[0][1] != document, f"the result entry of stage {number} has another document")
            self.need_time(own[0][0], unix(self.plan["schedule"]["disclosure_time"]), f"the result of stage {number}")
        for _, entry in found:
            refuse_if(entry["stage"] not in due, f"a result entry of stage {entry['stage']}, which is not in the bundle")
        return f"{len(due)} results"

    def L04(self):
        held = {stage_commitment(line["stage"]): line["stage"] for line in self.stages}
        entries = {}
        for line, entry in self.entries_of("stage"):
            commitment, number = stage_commitment(entry["stage"]), entry["stage"]["number"]
            refuse_if(commitment not in held, f"an entry of a stage {number} that is not in the bundle")
            refuse_if(commitment in entries, f"two entries of stage {number}")
            entries[commitment] = line
        for commitment, stage in held.items():
            number = stage["number"]
            refuse_if(commitment not in entries, f"no entry of stage {number}")
            if not self.a["replay"]:
                latest = self.stage_time(number) - 60 * self.plan["schedule"]["stage_lead_minutes"]
                self.need_time(entries[commitment], latest, f"stage {number}")
        return f"{len(held)} stages"

    def L05(self):
        tokens = [line for line in self.log if line.token]
        if not self.pins.authorities or not tokens:
            raise NotChecked("not asked: no authority in the policy, or no token in log.jsonl")
        self.token_times, names = {}, set()
        for line in tokens:
            name, time = token_time(line.token, line.checkpoint.note.text.encode("utf-8"), self.pins.authorities)
            self.token_times[line.proof.index] = time
            names.add(name)
        return f"{len(tokens)} tokens of {', '.join(sorted(map(show, names)))}"

    def K01(self):
        custody, pinned, faults = self.a["custody"], self.pins.custodians, []
        keys = [key for key, c in zip(custodian_keys(custody), custody["custodians"]) if not pinned or c["key"] in pinned]
        refuse_if(not keys, "no announced custodian is one of the policy")
        for line, entry in self.entries_of("acknowledgement"):
            for key in keys:
                try:
                    need_acknowledgement(entry["note"], self.commitment, custody["file"], key)
                    self.need_time(line, unix(self.plan["schedule"]["draw_time"]), "an acknowledgement")
                except Refused as error:
                    faults.append(f"entry {line.proof.index}: {error}")
                else:
                    return f"acknowledged by {show(key.name)}"
        raise Refused("; ".join(faults[:10]) or "no acknowledgement")

    def K02(self):
        due = round_at(unix(self.plan["schedule"]["disclosure_time"]))
        refuse_if(self.timelock["commitment"] != self.commitment.hex(), "timelock.json names another commitment")
        refuse_if(self.timelock["round"] != due, f"round {self.timelock['round']}, by the disclosure time it is {due}")
        need_pulse(due, self.timelock["signature"])
        need_secret(self.a["custody"]["timelock"], self.timelock, self.a["secret_hash"])
        return f"opens with round {due} to the secret"
