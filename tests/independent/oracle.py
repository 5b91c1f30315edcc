"""Oracles for the tests: the rules of section 7 in the plainest way; every assignment is tried."""
import functools
import itertools

from dispatch_verifier import selection
from dispatch_verifier.canonical import canonical
from dispatch_verifier.primitives import H, items
from dispatch_verifier.stream import below, words


def fits(slots, chosen, capacity) -> bool:
    """Can every slot, a pair of visit and set of officers, be filled? `chosen` has officers for the first ones."""
    load, pairs = {}, set()
    for (visit, _), officer in zip(slots, chosen):
        load[officer] = load.get(officer, 0) + 1
        pairs.add((visit, officer))
    free = {o: capacity[o] - load.get(o, 0) for o in range(len(capacity))}
    if any(n < 0 for n in free.values()) or len(pairs) < len(chosen):
        return False

    def fill(position) -> bool:
        if position == len(slots):
            return True
        visit, allowed = slots[position]
        for officer in allowed:
            if free[officer] > 0 and (visit, officer) not in pairs:
                free[officer] -= 1
                pairs.add((visit, officer))
                done = fill(position + 1)
                free[officer] += 1
                pairs.discard((visit, officer))
                if done:
                    return True
        return False

    return fill(len(chosen))


def every_assignment(slots, limits, slack, permutation, earlier) -> list:
    """7.4, step by step as it is written; `limits` has None for no limit."""
    most = [10 ** 6 if n is None else n for n in limits]

    def capacity(cap):
        return [max(0, min(limit, cap) - load) for limit, load in zip(most, earlier)]

    covered = []
    for t in range(len(slots)):
        if fits([slots[u] for u in (*covered, t)], [], capacity(10 ** 6)):
            covered.append(t)
    due = [slots[t] for t in covered]
    base = next(c for c in itertools.count() if fits(due, [], capacity(c)))
    decided = []
    for visit, allowed in due:
        decided.append(next(o for o in permutation(visit)
                            if o in allowed and fits(due, [*decided, o], capacity(base + slack))))
    answer = dict(zip(covered, decided))
    return [answer.get(t) for t in range(len(slots))]


def permutation_of(key: bytes, m: int) -> list:
    """7.3"""
    stream, a = words(key), list(range(m))
    for i in range(m):
        j = i + below(stream, m - i)
        a[i], a[j] = a[j], a[i]
    return a


class PlainStaffing:
    """7.4, 7.5, 15.4 for one call, without masks and without a shared load."""

    def __init__(self, plan, seed, people, gone, earlier):
        self.plan, self.seed, self.people, self.gone, self.earlier = plan, seed, people, gone, earlier
        self.slots = [s for s in plan["team"]["slots"] for _ in range(s["count"])]

    def group_of(self, officer):
        return [officer["department"], *(officer.get(g["officer"], "") for g in self.plan["team"]["group"])]

    def may(self, officer, slot, row=None, barred=()) -> bool:
        if officer["id"] in self.gone or officer["id"] in barred:
            return False
        if slot["lead"] and officer.get("lead") != "yes":
            return False
        for rule in slot["match"] if row else ():
            a, b = row.get(rule["subject"], ""), officer.get(rule["officer"], "")
            good = {"same": a == b != "", "differ": a != b or not a, "covers": set(items(a)) <= set(items(b))}
            if not good[rule["rule"]]:
                return False
        return True

    def limit(self, officer):
        return int(officer["limit"]) if "limit" in officer else None

    def ticket(self, visit):
        return selection.ticket(H("dispatch/v1/subject-key", self.seed), visit.row["id"]), visit.row["id"]

    def strings(self, row):
        return [row.get(g["subject"], "") for g in self.plan["team"]["group"]]

    def visits(self, visits):
        """7.4"""
        for name in sorted({(s["department"], *self.strings(v.row)) for s in self.slots for v in visits}):
            group = [o for o in self.people if self.group_of(o) == list(name)]
            entries = [(v, p) for v in sorted(visits, key=self.ticket) for p, s in enumerate(self.slots)
                       if not v.officers[p] and [s["department"], *self.strings(v.row)] == list(name)]
            slots = [(v.row["id"], {i for i, o in enumerate(group) if self.may(o, self.slots[p], v.row, v.barred)})
                     for v, p in entries]
            permutation = functools.partial(self.permutation, "dispatch/v1/permutation", name, len(group))
            answer = every_assignment(slots, [self.limit(o) for o in group], self.plan["team"]["slack"], permutation,
                                      [self.earlier.get(o["id"], 0) for o in group])
            for (visit, position), o in zip(entries, answer):
                if o is not None:
                    visit.officers[position] = group[o]["id"]
                    self.earlier[group[o]["id"]] = self.earlier.get(group[o]["id"], 0) + 1

    def permutation(self, label, name, size, owner):
        return permutation_of(H(label, self.seed, canonical(list(name)), owner), size)

    def standing(self, visits):
        """7.5"""
        by_id, load = {o["id"]: o for o in self.people}, dict(self.earlier)
        for name in sorted({tuple(self.strings(v.row)) for v in visits}):
            own = sorted((v for v in visits if tuple(self.strings(v.row)) == name), key=self.ticket)
            size = (len(own) + self.plan["team"]["standing"] - 1) // self.plan["team"]["standing"]
            made = [[""] * len(self.slots) for _ in range(size)]
            for department in sorted({s["department"] for s in self.slots}):
                group = [o for o in self.people if self.group_of(o) == [department, *name]]
                entries = [(j, p) for j in range(size) for p, s in enumerate(self.slots) if s["department"] == department]
                slots = [(j.to_bytes(8, "big"), {i for i, o in enumerate(group) if self.may(o, self.slots[p])})
                         for j, p in entries]
                limits = [0 if self.limit(o) is not None and self.limit(o) <= load.get(o["id"], 0) else 1 for o in group]
                permutation = functools.partial(self.permutation, "dispatch/v1/standing", (department, *name), len(group))
                for (j, p), o in zip(entries, every_assignment(slots, limits, 0, permutation, [0] * len(group))):
                    made[j][p] = "" if o is None else group[o]["id"]
            fit = [(v.row["id"], {j for j, team in enumerate(made) if all(team) and all(
                self.may(by_id[o], s, v.row, v.barred) for o, s in zip(team, self.slots))}) for v in own]
            limits = [min((self.limit(by_id[o]) - load.get(o, 0) for o in team if o and self.limit(by_id[o]) is not None),
                          default=None) for team in made]
            permutation = functools.partial(self.permutation, "dispatch/v1/deal", name, size)
            for visit, j in zip(own, every_assignment(fit, limits, self.plan["team"]["slack"], permutation, [0] * size)):
                if j is not None:
                    visit.officers[:] = made[j]

    def fill(self, kept, new):
        if self.plan["team"]["standing"]:
            self.visits(kept)
            self.standing(new)
        else:
            self.visits(kept + new)
