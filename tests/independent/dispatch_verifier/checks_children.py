"""11, checks H: parent and children."""
from .children import list_after, matching_subjects
from .container import CHILDREN
from .plan import own_officers
from .primitives import NotChecked, Refused, refuse_if, show, unix


class ChildrenChecks:
    """H. `self.parent` is the verification of the bundle this one stands in, as its child number `self.position`."""

    def parent_subjects(self, parent_stage: int) -> set:
        """16.2: the parent's list of that stage, as far as it is this child's"""
        where = self.parent.plan["children"][self.position - 1]["where"]
        return matching_subjects(list_after(self.parent.lists(), parent_stage), self.subject, where)

    def H01(self):
        if self.parent is None:
            raise NotChecked("not checked: the bundle stands alone, without its parent's")
        refuse_if(not self.is_child, "a bundle inside another one, and its plan names no parent")
        named, child = self.plan["parent"][0], self.parent.plan["children"][self.position - 1]
        refuse_if(self.plan["draw"] != child["draw"], f"draw {show(self.plan['draw'])}, announced {show(child['draw'])}")
        refuse_if(named["commitment"] != self.parent.commitment.hex(), "`parent` names another commitment")
        if named["child"] != child["name"]:
            raise Refused(f"the draw of {show(named['child'])} in place of {show(child['name'])}")
        own = own_officers(self.plan)
        refuse_if(own != child["officers"], f"{own} officers for every visit, the parent asks for {child['officers']}")
        return f"child {self.position} of {show(self.parent.plan['draw'])}: {show(child['name'])}"

    def H02(self):
        own, parents = self.plan["schedule"], self.parent.plan["schedule"]
        same = {"replay": (self.a["replay"], self.parent.a["replay"])}
        same.update((name, (own[name], parents[name])) for name in ("window_start", "window_end"))
        for here, there, names in ((self.plan, self.parent.plan, ("ids", "sealed")),
                                   (self.a, self.parent.a, ("count", "root"))):
            same.update((f"subjects.{name}", (here["subjects"][name], there["subjects"][name])) for name in names)
        for name, (mine, other) in same.items():
            refuse_if(mine != other, f"{name} is {show(mine)}, the parent's {show(other)}")
        if self.due_round() <= self.parent.due_round():
            raise Refused("the round of the draw is not after the parent's")
        if not self.a["replay"] and unix(self.a["created"]) >= unix(parents["draw_time"]):
            raise Refused(f"made at {self.a['created']}, not before the parent's draw")
        if unix(own["disclosure_time"]) < unix(parents["disclosure_time"]):
            raise Refused("the disclosure is before the parent's")
        if parents["stages"]:
            last = own["stages"][-1:]
            if not last or unix(last[0]) <= unix(parents["stages"][-1]):
                raise Refused("no stage after the parent's last stage")
        return "schedule and subjects go with the parent's"

    def H03(self):
        held, last = {line["stage"]["number"] for line in self.parent.stages}, 0
        for line in self.stages:
            stage, where = line["stage"], f"stage {line['stage']['number']}"
            named = stage["parent_stage"]
            refuse_if(named < last, f"{where}: `parent_stage` descends")
            last = named
            if named:
                refuse_if(named not in held, f"{where}: the parent held no stage {named}")
                if self.parent.stage_round(named) >= self.stage_round(stage["number"]):
                    raise Refused(f"{where}: the round of stage {named} of the parent is not before it")
        due, found = self.parent_subjects(100), self.lists()[max(self.lists())]
        for subject in sorted(due ^ found):
            raise Refused(f"{show(subject)} is only in the last list of the {'parent' if subject in due else 'child'}")
        return f"{len(found)} subjects at the end, as in the parent's last list"

    def H04(self):
        for number, child in enumerate(self.plan["children"], 1):
            if f"child-{number}.zip" not in self.box.entries:
                raise NotChecked(f"the bundle of {show(child['name'])} is not here")
        return f"{len(self.plan['children'])} children"

    def H05(self):
        rosters = {"the parent": self.parent.officer}
        rosters.update((f"child {elder.position}", elder.officer) for elder in self.parent.children
                       if elder.position < self.position and elder.passed("A04"))
        for name, roster in rosters.items():
            for officer in sorted(self.officer.keys() & roster.keys()):
                raise Refused(f"{show(officer)} is an officer of {name}, too")
        return f"no officer is in the rosters of {', '.join(rosters)}"

    def child_entries(self) -> list:
        """13: (number, bytes or None) of every child that has an entry in this bundle"""
        if self.parent is not None or not self.passed("A02"):
            return []
        numbers = sorted(number for name, number in CHILDREN.items() if name in self.box.names)
        return [(n, self.box.entries.get(f"child-{n}.zip")) for n in numbers if n <= len(self.plan["children"])]
