"""7.1, 7.2 Load groups, and who may fill a slot."""
from .primitives import day_number, items
from .roster import leave_days, limit_number

UNLIMITED = 2 ** 32  # above every limit (2.1)


class LoadGroup:
    """7.1: officers with the same group strings, numbered in roster order."""

    def __init__(self, plan, officers):
        self.plan, self.officers, self.everyone = plan, officers, (1 << len(officers)) - 1
        self.number = {o["id"]: i for i, o in enumerate(officers)}
        self.slot_masks, self.match_masks = {}, {}
        self.limits = [officer_limit(o) for o in officers]

    def mask(self, test) -> int:
        return sum(1 << i for i, o in enumerate(self.officers) if test(o))

    def qualified(self, slot_number, slot, barred) -> int:
        """7.2 without match rules: the officers who may fill the slot and are not in the set `barred`, as a mask."""
        if slot_number not in self.slot_masks:
            self.slot_masks[slot_number] = self.mask(lambda o: has_qualities(o, slot, self.plan))
        result = self.slot_masks[slot_number]
        for o in barred:
            if o in self.number:
                result &= ~(1 << self.number[o])
        return result

    def allowed(self, slot_number, slot, subject, barred) -> int:
        """7.2: the officers who may fill the slot for the subject; `barred` are those with a recusal (and of 15.4)."""
        result = self.qualified(slot_number, slot, barred)
        for rule in slot["match"]:
            result &= self.matching(rule["rule"], subject.get(rule["subject"], ""), rule["officer"])
        return result

    def matching(self, rule, a, officer_field) -> int:
        key = (rule, a, officer_field)
        if key not in self.match_masks:
            self.match_masks[key] = self.mask(lambda o: match_holds(rule, a, o.get(officer_field, "")))
        return self.match_masks[key]


def match_holds(rule, a, b) -> bool:
    if rule == "same":
        return a == b and a != ""
    if rule == "differ":
        return a != b or a == ""
    return set(items(a)) <= set(items(b))


def officer_limit(officer) -> int:
    return limit_number(officer["limit"]) if "limit" in officer else UNLIMITED


def has_qualities(officer, slot, plan) -> bool:
    """7.2: what does not depend on the subject"""
    schedule = plan["schedule"]
    return (officer["expires"] >= schedule["window_end"]
            and days_present(officer.get("leave", ""), schedule) >= plan["team"]["min_days"]
            and (not slot["lead"] or officer.get("lead", "") == "yes")
            and set(slot["skills"]) <= set(items(officer.get("skills", "")))
            and set(slot["matters"]) <= set(items(officer.get("matters", "")))
            and (slot["expert"] == "" or slot["expert"] in items(officer.get("expert", ""))))


def days_present(leave: str, schedule) -> int:
    """Days of the window, both ends included, that are in none of the leave ranges."""
    day, end, present = day_number(schedule["window_start"]), day_number(schedule["window_end"]), 0
    for first, last in sorted(leave_days(leave)):
        present += max(0, min(first, end + 1) - day)
        day = max(day, last + 1)
    return present + max(0, end + 1 - day)


def expanded_slots(plan) -> list:
    """3.3: (number of the plan's slot, slot) for every single slot"""
    return [(i, s) for i, s in enumerate(plan["team"]["slots"]) for _ in range(s["count"])]


def load_groups(plan, officers) -> dict:
    members = {}
    for o in officers:
        key = (o.get("department", ""), *(o.get(g["officer"], "") for g in plan["team"]["group"]))
        members.setdefault(key, []).append(o)
    return {key: LoadGroup(plan, rows) for key, rows in members.items()}


def district(plan, subject) -> tuple:
    """7.5: the strings of the subject"""
    return tuple(subject.get(g["subject"], "") for g in plan["team"]["group"])


def slot_group(plan, slot, subject) -> tuple:
    return (slot["department"], *district(plan, subject))
