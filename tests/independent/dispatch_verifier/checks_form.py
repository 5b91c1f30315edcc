"""11, checks A: the container and the form of every file."""
from .announcement import ANNOUNCEMENT, announcement_rules
from .canonical import parse_lines, parse_object, raw_lines
from .container import ALWAYS, AUDITORS, CHILDREN, DIFFS, LOG, STAGE_FILES, SUBJECTS, TIMELOCK
from .documents import (AUDIT, CLOSED_RECUSAL, DISCLOSURE, OPEN_RECUSAL, RECORD, RESULT, STAGE_LINE, STAGE_RECORD,
                        TIMELOCK_DOCUMENT, drop)
from .log import parse_log
from .officers import expanded_slots
from .primitives import H, Refused, need_ascending, need_unique, refuse_if, show
from .roster import need_row, pair_id
from .shapes import any_string, closed, ident, one_of, text_or_empty


class FormChecks:
    """A"""

    def A01(self):
        faults = list(self.box.faults)
        if self.box.readable:
            due, possible = self.entries_due()
            faults += [f"no {name}" for name in due if name not in self.box.names]
            faults += [f"unexpected entry {name}" for name in self.box.names
                       if name in self.box.known and name not in due and name not in possible]
        refuse_if(faults, "; ".join(faults))
        return f"{len(self.box.names)} entries"

    def entries_due(self):
        """10: the entries that must be there, and those that may be. What depends on the plan is judged only if A02
        passed."""
        due = {*ALWAYS, SUBJECTS, *(AUDITORS if self.auditors_form else ())}
        if not self.passed("A02"):
            return due, self.box.known
        due -= {SUBJECTS} if self.is_child else set()
        due |= {name for roster, name in DIFFS.items() if self.a[roster]["diff"]}
        due |= set(STAGE_FILES) if self.plan["schedule"]["stages"] else set()
        possible = {name for name, number in CHILDREN.items() if number <= len(self.plan["children"])} | {LOG}
        return due, possible | ({TIMELOCK} if self.a["custody"]["timelock"] else set())

    def A02(self):
        self.announcement = self.box.entries["announcement.json"]
        self.a = parse_object(self.announcement, "announcement.json")
        ANNOUNCEMENT(self.a, "announcement")
        announcement_rules(self.a)
        self.plan, self.commitment = self.a["plan"], H("dispatch/v1/commitment", self.announcement)
        self.is_child = bool(self.plan["parent"])
        self.take_subjects()
        return f"draw {self.plan['draw']}, number {self.plan['sequence']}"

    def take_subjects(self):
        """16.3: a child draw has the subjects.jsonl of the bundle it stands in, and none of its own."""
        if self.is_child:
            self.box.entries.pop(SUBJECTS, None)
            if self.parent and SUBJECTS in self.parent.box.entries:
                self.box.entries[SUBJECTS] = self.parent.box.entries[SUBJECTS]

    def A03(self):
        self.subjects, self.subject = self.roster("subjects")
        return f"{len(self.subjects)} subjects"

    def A04(self):
        self.officers, self.officer = self.roster("officers")
        return f"{len(self.officers)} officers"

    def roster(self, roster):
        """2.1 to 2.3: the rows of a roster file, and the same by id"""
        name, rows = f"{roster}.jsonl", []
        sealed = set(self.plan[roster]["sealed"])
        rows = parse_lines(self.box.entries[name], name,
                           lambda row, where: need_row(row, where, roster, sealed, self.credit_codes(roster)))
        need_ascending([row["id"] for row in rows], name)
        return rows, {row["id"]: row for row in rows}

    def credit_codes(self, roster):
        return roster == "subjects" and self.plan["subjects"]["ids"] == "credit-code"

    def A05(self):
        def either(row, where):
            (CLOSED_RECUSAL if "leaf" in row else OPEN_RECUSAL)(row, where)
        self.recusals = parse_lines(self.box.entries["recusals.jsonl"], "recusals.jsonl", either)
        opened = [row for row in self.recusals if "leaf" not in row]
        need_ascending([pair_id(row) for row in opened], "recusals.jsonl")
        if self.auditors_form and len(opened) < len(self.recusals):
            raise Refused(f"{len(self.recusals) - len(opened)} recusals are closed in the auditor's form")
        self.recused = {}
        for row in opened:
            self.recused.setdefault(row["subject"], set()).add(row["officer"])
        return f"{len(self.recusals)} recusals, {len(opened)} of them opened"

    def A06(self):
        self.result = parse_object(self.box.entries["result.json"], "result.json")
        RESULT(self.result, "result")
        return f"{self.result['count']} records, root {self.result['root']}"

    def A07(self):
        data, length = self.box.entries["assignments.jsonl"], len(expanded_slots(self.plan))
        self.records = parse_lines(data, "assignments.jsonl", RECORD)
        self.record_bytes = raw_lines(data)
        for record in self.records:
            if len(record["officers"]) != length:
                raise Refused(f"assignments.jsonl: {show(record['subject'])} has not {length} slots")
        need_unique([record["subject"] for record in self.records], "assignments.jsonl: subjects")
        return f"{len(self.records)} records"

    def A08(self):
        self.disclosure = parse_object(self.box.entries["disclosure.json"], "disclosure.json")
        DISCLOSURE(self.disclosure, "disclosure")
        return f"{len(self.disclosure['sources'])} sources"

    def A09(self):
        self.audit = parse_object(self.box.entries["audit.json"], "audit.json")
        AUDIT(self.audit, "audit")
        self.roster_key = bytes.fromhex(self.audit["roster_key"])

        def line(row, where):
            closed(cells=lambda v, w: None, id=any_string, roster=one_of("officers", "recusals", "subjects"))(row, where)
            roster = row["roster"]
            refuse_if(roster == "subjects" and self.is_child, f"{where}: subjects in a child draw")
            sealed = {"reason"} if roster == "recusals" else set(self.plan[roster]["sealed"])
            if type(row["cells"]) is not dict or not sealed or row["cells"].keys() != sealed:
                raise Refused(f"{where}: not exactly the sealed columns of {roster}")
            for column, v in row["cells"].items():
                text_or_empty(v, f"{where}: {show(column)}")
            parts = row["id"].split(" ")
            if len(parts) != (2 if roster == "recusals" else 1):
                raise Refused(f"{where}: {show(row['id'])} is no id of {roster}")
            for part in parts:
                ident(part, f"{where}: id")

        lines = parse_lines(self.box.entries["cells.jsonl"], "cells.jsonl", line)
        need_ascending([(row["roster"], row["id"]) for row in lines], "cells.jsonl")
        self.cells = {"officers": {}, "recusals": {}, "subjects": {}}
        for row in lines:
            self.cells[row["roster"]][row["id"]] = row["cells"]
        return f"{len(lines)} lines of open values"

    def A10(self):
        slots = len(expanded_slots(self.plan))
        self.stages, self.drops, self.stage_records, self.drop_bytes = [], [], [], []
        if not self.plan["schedule"]["stages"]:
            return "no stages in the plan"
        stages, drops, records = (self.box.entries[name] for name in STAGE_FILES)
        self.stages = parse_lines(stages, STAGE_FILES[0], STAGE_LINE)
        numbers = [line["stage"]["number"] for line in self.stages]
        need_ascending(numbers, STAGE_FILES[0])
        self.drops, self.drop_bytes = parse_lines(drops, STAGE_FILES[1], drop), raw_lines(drops)
        need_ascending([(d["stage"], d["subject"], d["officer"]) for d in self.drops], STAGE_FILES[1])
        self.stage_records = parse_lines(records, STAGE_FILES[2], STAGE_RECORD)
        need_ascending([(r["stage"], r["subject"]) for r in self.stage_records], STAGE_FILES[2])
        for record in self.stage_records:
            if len(record["officers"]) != slots:
                raise Refused(f"{STAGE_FILES[2]}: {show(record['subject'])} has not {slots} slots")
        for line in self.drops + self.stage_records:
            refuse_if(line["stage"] not in numbers, f"a line of stage {line['stage']}, which was not held")
        return f"{len(self.stages)} stages, {len(self.drops)} drops, {len(self.stage_records)} stage records"

    def A11(self):
        found = []
        if LOG in self.box.entries:
            self.log = parse_log(self.box.entries[LOG], LOG)
            found.append(f"{len(self.log)} lines of the log")
        if TIMELOCK in self.box.entries:
            self.timelock = parse_object(self.box.entries[TIMELOCK], TIMELOCK)
            TIMELOCK_DOCUMENT(self.timelock, "timelock")
            found.append(f"the pulse of round {self.timelock['round']}")
        return ", ".join(found) or "neither log nor time lock"
