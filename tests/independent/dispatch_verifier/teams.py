"""7.4, 7.5 Who goes where: a team for every visit, or standing teams; 15.4 the same in a stage."""
import dataclasses
import functools

from .canonical import canonical
from .matching import assign
from .officers import UNLIMITED, district, expanded_slots, load_groups, officer_limit, slot_group
from .primitives import H
from .selection import ticket
from .stream import Permutation


@dataclasses.dataclass
class Visit:
    """A subject's row, its officers ("" for an open slot), and the ids of officers who may not fill any further slot."""
    row: dict
    officers: list
    barred: frozenset = frozenset()


class Staffing:
    """Fills the open slots of visits. `gone` are the officers who get no further slot at all, `earlier` the slots that
    officers held before (15.4); it grows with what is filled here."""

    def __init__(self, plan, seed: bytes, officers, gone=frozenset(), earlier=None):
        self.plan, self.seed, self.gone, self.earlier = plan, seed, gone, dict(earlier or {})
        self.key, self.slots = H("dispatch/v1/subject-key", seed), expanded_slots(plan)
        self.groups, self.slack = load_groups(plan, officers), plan["team"]["slack"]
        self.limits = {o["id"]: officer_limit(o) for o in officers}

    def fill(self, kept, new):
        """15.4: `kept` and `new` are visits; in a draw (7) all are new."""
        if self.plan["team"]["standing"] == 0:
            self.fill_visits(kept + new)
        else:
            self.fill_visits(kept)
            self.fill_from_teams(new)

    def in_order(self, visits) -> list:
        return sorted(visits, key=lambda v: (ticket(self.key, v.row["id"]), v.row["id"]))

    def load(self, officers) -> list:
        return [self.earlier.get(o["id"], 0) for o in officers]

    def permutations(self, label: str, group: tuple, size: int):
        """7.3: the permutations of 0 … size − 1 for every owner: a subject's id, or eight bytes of a team's number."""
        @functools.lru_cache(maxsize=None)
        def permutation_of(owner):
            return Permutation(H(label, self.seed, canonical(list(group)), owner), size)
        return permutation_of

    def fill_visits(self, visits):
        """7.4"""
        work, by_id = {}, {v.row["id"]: v for v in visits}
        for visit in self.in_order(visits):
            for position, (number, slot) in enumerate(self.slots):
                name = slot_group(self.plan, slot, visit.row)
                if not visit.officers[position] and name in self.groups:
                    mask = self.groups[name].allowed(number, slot, visit.row, visit.barred | self.gone)
                    work.setdefault(name, []).append((visit.row["id"], position, mask))
        for name, entries in work.items():
            group = self.groups[name]
            answer = assign([e[0] for e in entries], [e[2] for e in entries], group.limits, self.slack,
                            self.permutations("dispatch/v1/permutation", name, len(group.officers)),
                            self.load(group.officers))
            for (subject_id, position, _), o in zip(entries, answer):
                if o is not None:
                    self.give(by_id[subject_id], position, group.officers[o]["id"])

    def give(self, visit, position: int, officer: str):
        visit.officers[position] = officer
        self.earlier[officer] = self.earlier.get(officer, 0) + 1

    def fill_from_teams(self, visits):
        """7.5; the members of a team are in one district only, so the districts do not meet in `earlier`."""
        districts = {}
        for visit in self.in_order(visits):
            districts.setdefault(district(self.plan, visit.row), []).append(visit)
        for name, members in districts.items():
            self.deal(name, members, self.form(name, -(-len(members) // self.plan["team"]["standing"])))

    def form(self, name: tuple, size: int) -> list:
        """7.5, 1. Forming: the officers of `size` teams of a district, "" for an open slot"""
        teams = [[""] * len(self.slots) for _ in range(size)]
        for department in {slot["department"] for _, slot in self.slots}:
            group_name = (department, *name)
            if group_name not in self.groups:
                continue
            group = self.groups[group_name]
            own = [p for p, (_, slot) in enumerate(self.slots) if slot["department"] == department]
            masks = {p: group.qualified(*self.slots[p], self.gone) for p in own}
            entries = [(team.to_bytes(8, "big"), team, p) for team in range(size) for p in own]
            limits = [int(limit > load) for limit, load in zip(group.limits, self.load(group.officers))]
            answer = assign([e[0] for e in entries], [masks[e[2]] for e in entries], limits, 0,
                            self.permutations("dispatch/v1/standing", group_name, len(group.officers)))
            for (_, team, position), o in zip(entries, answer):
                if o is not None:
                    teams[team][position] = group.officers[o]["id"]
        return teams

    def deal(self, name: tuple, visits, teams):
        """7.5, 2. Dealing: a complete team for every visit, as far as there is one that may go"""
        complete = [j for j, team in enumerate(teams) if all(team)]
        masks = [sum(1 << j for j in complete if self.may_go(teams[j], visit)) for visit in visits]
        limits = [self.team_limit(team) if all(team) else 0 for team in teams]
        answer = assign([v.row["id"] for v in visits], masks, limits, self.slack,
                        self.permutations("dispatch/v1/deal", name, len(teams)))
        for visit, j in zip(visits, answer):
            if j is not None:
                for position, officer in enumerate(teams[j]):
                    self.give(visit, position, officer)

    def may_go(self, team, visit) -> bool:
        for officer, (number, slot) in zip(team, self.slots):
            group = self.groups[slot_group(self.plan, slot, visit.row)]
            if not group.allowed(number, slot, visit.row, visit.barred) >> group.number[officer] & 1:
                return False
        return True

    def team_limit(self, team) -> int:
        limited = [o for o in team if self.limits[o] != UNLIMITED]
        return min((self.limits[o] - self.earlier.get(o, 0) for o in limited), default=UNLIMITED)


def draw_teams(plan, seed: bytes, subjects, officers, recused) -> dict:
    """7: the officers of every subject, "" for an open slot. `recused` has a set of officers for every subject."""
    slots = len(expanded_slots(plan))
    visits = [Visit(row, [""] * slots, frozenset(recused.get(row["id"], ()))) for row in subjects]
    Staffing(plan, seed, officers).fill([], visits)
    return {visit.row["id"]: visit.officers for visit in visits}
