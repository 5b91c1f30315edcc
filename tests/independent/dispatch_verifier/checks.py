"""11 Verification: the table of the checks, and when a check is skipped or hidden."""
from .checks_children import ChildrenChecks
from .checks_drawn import DrawnChecks
from .checks_form import FormChecks
from .checks_frozen import FrozenChecks
from .checks_log import LogChecks
from .checks_seed import SeedChecks
from .checks_stages import StageChecks
from .container import DIFFS, MAX_ALL, Container
from .primitives import NotChecked, Refused, show

CHECKS = (  # id, section, what must have passed or be there ("+" and "*" mark the hidden ones: ◐ and ●)
    ("A01", "10", ""), ("A02", "4", "announcement.json"), ("A03", "2.1", "A02 subjects.jsonl"),
    ("A04", "2.1", "A02 officers.jsonl"), ("A05", "10", "A02 recusals.jsonl"), ("A06", "8", "result.json"),
    ("A07", "8", "A02 assignments.jsonl"), ("A08", "9", "disclosure.json"), ("A09", "10", "A02 audit.json cells.jsonl"),
    ("A10", "15.1", "A02 stages.jsonl drops.jsonl stage-records.jsonl"), ("A11", "17.7", ""),
    ("B01", "4", "A02 A06 A08"), ("B02", "2.2", "A02 subjects.jsonl"), ("B03", "2.2", "A02 officers.jsonl"),
    ("B04", "2.4", "A02 A05"), ("B05", "2.5", "A02 A03"), ("B06", "2.5", "A02 A04"), ("B07", "3.2", "A02 A03 +"),
    ("B08", "4", "A02 A08"), ("B09", "3", "A02"), ("C01", "9", "A02 A08"), ("C02", "5.2", "A02"),
    ("C03", "5.3", "A02 C01"), ("C04", "5.1", "A02 C01"), ("C05", "5.1", "A02 C01"), ("C06", "5.3", "A02"),
    ("D01", "6", "A02 A03 A07 C01"), ("D02", "6", "A02 A03 A07 C01 +"), ("D03", "6", "A02 A07"),
    ("D04", "7.2", "A02 A03 A04 A05 A07 *"), ("D05", "7.4", "A02 A03 A04 A05 A07 C01 *"),
    ("D06", "8", "A02 A06 A07 C01"), ("E01", "2.3", "A02 A03 A04 A09"), ("E02", "2.4", "A02 A05 A09"),
    ("F01", "12", "A02"), ("F02", "12", "A02"), ("F03", "12", "A02 A10"),
    ("G01", "15.1", "A02 A06 A10"), ("G02", "3", "A02 A10"), ("G03", "15.2", "A02 A08 A10"), ("G04", "5.3", "A02 A10"),
    ("G05", "15.2", "A02 A04 A07 A10"), ("G06", "15.3", "A02 A03 A07 A08 A10"), ("G07", "15.3", "A02 A03 A07 A08 A10 +"),
    ("G08", "15.4", "A02 A03 A04 A05 A07 A08 A10 *"), ("G09", "15.5", "A02 A07 A08 A10"),
    ("H01", "16.1", "A02"), ("H02", "16.1", "A02 H01"), ("H03", "16.2", "A02 A07 A10 H01"), ("H04", "16.3", "A02"),
    ("H05", "16.1", "A02 A04 H01"), ("L01", "17.5", "A11"), ("L02", "17.4", "A02 L01"),
    ("L03", "17.4", "A02 A06 A10 L01"), ("L04", "17.4", "A02 A10 L01"), ("L05", "17.6", "A11 L01"),
    ("K01", "18.2", "A02 L01"), ("K02", "18.3", "A02 A11 timelock.json"))
NEEDS = {name: needs.split() for name, _, needs in CHECKS}
AUDITORS_ONLY = ("A09", "E01", "E02")
OF_STAGES = {"A10", *(name for name in NEEDS if name[0] == "G")}
OF_A_CHILD = ("H01", "H02", "H03", "H05")
READ_PARENTS_LIST = ("D02", "G05", "G06", "G07", "G08", "G09", "H03")
FIXED_COLUMNS = {"department", "expert", "expires", "lead", "leave", "limit", "matters", "skills"}


class Verification(FormChecks, FrozenChecks, SeedChecks, DrawnChecks, StageChecks, ChildrenChecks,
                   LogChecks):
    """One bundle. Every check is a method of its name: it returns its detail, or raises Refused (fail) or NotChecked.
    `parent` is the verification of the bundle that this one stands in, as its child number `position`."""

    def __init__(self, source, pins, parent=None, position=0, left=MAX_ALL):
        self.box = Container(source, left, inside=parent is not None)
        self.pins, self.parent, self.position = pins, parent, position
        self.auditors_form = self.box.readable and not {"audit.json", "cells.jsonl"}.isdisjoint(self.box.names)
        self.outcome, self.step_list, self.log, self.timelock = {}, None, None, None
        self.children = []  # the verifications of the bundles inside this one

    def check(self, name) -> tuple[str, str]:
        """Status and detail of a check, made when it is first asked for."""
        if name not in self.outcome:
            self.outcome[name] = self.make(name)
        return self.outcome[name]

    def passed(self, name) -> bool:
        return self.check(name)[0] == "pass"

    def make(self, name):
        if name != "A01" and not self.box.readable:
            return "skipped", "no readable zip file"
        empty = self.nothing_to_check(name)
        if empty:
            return "pass", empty
        if self.is_hidden(name):
            return "hidden", "the public form does not show this"
        for need in self.needs(name):
            if need[0].isupper() and not self.passed(need):
                return "skipped", f"{need} did not pass"
            if need[0].islower() and need not in self.box.entries:
                return "skipped", f"{need} is missing"
        for need in self.needs_of_the_parent(name):
            if not self.parent.passed(need):
                return "skipped", f"{need} of the parent did not pass"
        try:
            return "pass", getattr(self, name)()
        except Refused as error:
            return "fail", str(error)
        except NotChecked as error:
            return "skipped", str(error)
        except Exception as error:  # should not happen; never crash
            return "fail", f"unexpected: {show(repr(error))}"

    def nothing_to_check(self, name) -> str:
        """11: why a check passes at once, before anything else it needs is asked for"""
        if name == "A02" or "A02" not in NEEDS[name] or not self.passed("A02"):
            return ""
        if name in OF_STAGES and not self.plan["schedule"]["stages"]:
            if name == "A10":
                self.A10()
            return "no stages in the plan"
        if name in OF_A_CHILD and not self.is_child and self.parent is None:
            return "no parent"
        custody = self.a["custody"]
        due = {"H04": (self.plan["children"], "no children"), "K01": (custody["custodians"], "no custodian"),
               "K02": (custody["timelock"], "no time lock")}
        return due[name][1] if name in due and not due[name][0] else ""

    def reads_parents_list(self, name) -> bool:
        return name in READ_PARENTS_LIST and self.is_child

    def needs_of_the_parent(self, name) -> tuple:
        """What must have passed in the parent's report; H01 has passed where this is not empty."""
        if name == "H05":
            return ("A04",)
        return ("A07", "A10") if self.reads_parents_list(name) else ()

    def needs(self, name) -> list[str]:
        needs = [n for n in NEEDS[name] if n not in "+*"]
        if name == "B01" and self.auditors_form:
            needs.append("A09")
        if name in ("B05", "B06") and self.passed("A02"):
            roster = "subjects" if name == "B05" else "officers"
            needs += [DIFFS[roster]] if self.a[roster]["diff"] else []
        if self.is_marked(name) and self.auditors_form:
            needs.append("E01")
        if "A02" in needs and self.passed("A02") and self.reads_parents_list(name):
            needs += ["A03", "H01"]
        return needs

    def is_marked(self, name) -> bool:
        """Does the check read sealed columns in this draw? (Only known when A02 passed.)"""
        if name in ("A01", "A02") or "A02" not in NEEDS[name] or not self.passed("A02"):
            return False
        return "+" in NEEDS[name] and self.sealed_strata() or "*" in NEEDS[name] and self.sealed_team()

    def is_hidden(self, name) -> bool:
        if self.auditors_form:
            return False
        return name in AUDITORS_ONLY or self.is_marked(name)

    def sealed_strata(self) -> bool:
        sealed = set(self.plan["subjects"]["sealed"])
        groups = self.plan["exclusions"] + self.plan["strata"]
        used = {c["field"] for g in groups for c in g["where"]} | {e["reference"] for e in self.plan["exclusions"]}
        return bool(sealed & used)

    def sealed_team(self) -> bool:
        subjects, officers = set(self.plan["subjects"]["sealed"]), set(self.plan["officers"]["sealed"])
        pairs = self.plan["team"]["group"] + [m for s in self.plan["team"]["slots"] for m in s["match"]]
        return bool(subjects & {p["subject"] for p in pairs}
                    or officers & (FIXED_COLUMNS | {p["officer"] for p in pairs}))
