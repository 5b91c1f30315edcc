"""The rules against oracles that say the same in the plainest way.

    python3 -m unittest
"""
import fractions
import itertools
import math
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bundle_maker import parts, prover  # noqa: E402
from dispatch_verifier import matching, officers, selection, stages, teams  # noqa: E402
from dispatch_verifier.primitives import H, is_credit_code  # noqa: E402
from dispatch_verifier.stream import chacha20_block  # noqa: E402
from oracle import PlainStaffing, every_assignment  # noqa: E402


def random_staffing(chance):
    """A tiny plan with rosters and visits, in which much does not fit"""
    pick = chance.choice
    departments = ["D", "E"][:chance.randint(1, 2)]
    slots = [parts.slot(f"s{i}", chance.randint(1, 2), pick(departments), lead=chance.random() < .3, match=[
        (pick(["same", "differ", "covers"]), "x", "x")][:chance.randint(0, 1)]) for i in range(chance.randint(1, 2))]
    plan = parts.plan("T", [], slots, group=[("g", "g")][:chance.randint(0, 1)], slack=chance.randint(0, 2),
                      standing=chance.randint(0, 2))
    people = [{"id": f"O{i}", "name": "n", "department": pick(departments), "expires": "2030-01-01",
               **{k: v for k, v in (("g", pick("ab")), ("x", pick(["", "1", "1;2"])), ("lead", pick(["yes", "no"])),
                                    ("limit", pick(["", "", "0", "1", "2", "3"]))) if v}}
              for i in range(chance.randint(1, 6))]
    ids = [o["id"] for o in people]

    def barred():
        return frozenset(o for o in ids if chance.random() < .15)

    def visit(number, kept):
        row = {"id": f"S{number}", "name": "n", "g": pick("ab"), **{k: v for k, v in (("x", pick(["", "1", "2"])),) if v}}
        size = sum(s["count"] for s in slots)
        held = chance.sample(ids, min(len(ids), size)) if kept else []
        staying = [o if chance.random() < .6 else "" for o in held] + [""] * (size - len(held))
        return teams.Visit(row, staying, barred() | set(filter(None, staying)))

    kept = [visit(i, True) for i in range(chance.randint(0, 2))]
    new = [visit(i + 10, False) for i in range(chance.randint(1, 4))]
    earlier = {}
    for o in itertools.chain.from_iterable(v.officers for v in kept):
        if o:
            earlier[o] = earlier.get(o, 0) + 1
    gone = frozenset(o for o in ids if chance.random() < .1)
    return plan, people, kept, new, gone, earlier


class Assignment(unittest.TestCase):
    def test_rule_with_earlier_loads(self):
        chance, full = random.Random(1), 0
        for _ in range(700):
            m, visits = chance.randint(1, 4), chance.randint(1, 4)
            slots = [(v, {o for o in range(m) if chance.random() < .6}) for v in range(visits)
                     for _ in range(chance.randint(1, 2))]
            limits = [chance.choice([None, 0, 1, 2, 3]) for _ in range(m)]
            earlier = [chance.choice([0, 0, 1, 2, 5]) for _ in range(m)]
            slack, orders = chance.randint(0, 2), {v: chance.sample(range(m), m) for v in range(visits)}
            due = every_assignment(slots, limits, slack, orders.get, earlier)
            made = matching.assign([v for v, _ in slots], [sum(1 << o for o in allowed) for _, allowed in slots],
                                   [officers.UNLIMITED if n is None else n for n in limits], slack, orders.get, earlier)
            self.assertEqual(made, due, (slots, limits, slack, orders, earlier))
            full += None not in due
        self.assertTrue(100 < full < 600, full)

    def test_staffing(self):
        chance, seen = random.Random(2), {"standing": 0, "dealt": 0, "open": 0}
        for number in range(500):
            plan, people, kept, new, gone, earlier = random_staffing(chance)
            seed = number.to_bytes(32, "big")
            copies = [[teams.Visit(v.row, list(v.officers), v.barred) for v in group] for group in (kept, new)]
            teams.Staffing(plan, seed, people, gone, earlier).fill(kept, new)
            PlainStaffing(plan, seed, people, gone, dict(earlier)).fill(*copies)
            self.assertEqual([v.officers for v in kept + new], [v.officers for v in copies[0] + copies[1]], number)
            if plan["team"]["standing"]:
                seen["standing"] += 1
                seen["dealt"] += any(all(v.officers) for v in new)
                seen["open"] += any(not any(v.officers) for v in new)
        self.assertTrue(min(seen.values()) > 50, seen)


class Stages(unittest.TestCase):
    """Random draws with stages: what must be true of every list, whatever the rules in between."""

    def test_lists(self):
        chance, replaced = random.Random(3), 0
        for number in range(120):
            draw = self.random_draw(chance, number)
            pools = dict(zip("甲乙", selection.stratify(draw.plan, draw.rosters["subjects"])[0]))
            gone, before = set(), {r["subject"]: r for r in draw.records}
            for n, step in enumerate(stages.steps(draw.records, draw.stage_lines, draw.drops, draw.stage_records), 1):
                fallen = {d["subject"] for d in step.drops if not d["officer"]}
                gone |= {d["officer"] for d in step.drops if not d["subject"]}
                left = {(d["subject"], d["officer"]) for d in step.drops}
                self.assertEqual(step.before, before)
                for name, pool in pools.items():
                    self.due(draw, n, step, fallen, set(pool), next(
                        s for s in draw.plan["strata"] if s["name"] == name))
                for subject, record in step.after.items():
                    for o in filter(None, record["officers"]):
                        self.assertNotIn((subject, o), left)
                        if o in gone:
                            self.assertIn(o, before[subject]["officers"])
                    named = [o for o in record["officers"] if o]
                    self.assertEqual(len(named), len(set(named)))
                replaced += len(fallen)
                before = step.after
        self.assertGreater(replaced, 100)

    def due(self, draw, n, step, fallen, pool, stratum):
        """15.3: how many new subjects a stratum has, and that nobody with a smaller ticket was passed over"""
        quota = min(len(pool), stratum["quota"]["count"])
        batches = len(draw.plan["schedule"]["stages"]) + 1
        taken = [math.ceil(fractions.Fraction(quota * b, batches)) for b in (n, n + 1)]
        share = taken[1] - taken[0] if draw.plan["mode"] == "order" else 0
        unseen = pool - step.seen
        new = set(step.new) & pool
        self.assertEqual(len(new), min(len(unseen), share + len(fallen & pool)))
        key = H("dispatch/v1/subject-key", stages.stage_seed(step.line, draw.secret))
        tickets = sorted(selection.ticket(key, s) for s in unseen)
        self.assertEqual(sorted(selection.ticket(key, s) for s in new), tickets[:len(new)])

    def random_draw(self, chance, number):
        strata = [parts.stratum(name, parts.count(chance.randint(1, 4)), parts.when("k", "in", name)) for name in "甲乙"]
        plan = parts.plan(f"T{number}", strata, [parts.slot(n=chance.randint(2, 3))], stages=parts.stage_times(),
                          mode=chance.choice(["sample", "order"]), standing=chance.randint(0, 2))

        def drops(draw, now):
            fallen = [s for s in sorted(now) if chance.random() < .3]
            visits = [(s, o) for s in sorted(now) if s not in fallen for o in now[s]["officers"] if o]
            left = chance.sample(visits, min(len(visits), chance.randint(0, 2)))
            known = {d["officer"] for d in draw.drops if not d["subject"]}
            people = [o["id"] for o in draw.rosters["officers"] if o["id"] not in known]
            return ([(s, "", "revoked") for s in fallen] + [(s, o, "recusal") for s, o in left]
                    + [("", o, "unavailable") for o in chance.sample(people, chance.randint(0, 1))])

        return prover.Draw(f"T{number}", parts.case(
            plan, parts.subjects(chance.randint(10, 16), k=["甲", "乙"]), parts.officers(chance.randint(4, 8)),
            stages=[{"number": n, "drops": drops} for n in (1, 2)]))


class Primitives(unittest.TestCase):
    def test_vectors(self):
        self.assertEqual(H("dispatch/v1/secret", bytes(32)).hex(),
                         "823e9912976fd02256532b31d0a4c9b3e3a8a2b5faf19842515b7369d916f6ef")
        self.assertEqual(H("a", "b", "").hex(), "f98da5439dda40b852713b41b6918ed3b77e59fcf57e592462785a402a313ae4")
        self.assertTrue(is_credit_code("91350100M000100Y43"))

    def test_chacha20(self):
        """RFC 8439, 2.3.2"""
        block = chacha20_block(bytes(range(32)), 1, bytes.fromhex("000000090000004a00000000"))
        self.assertEqual(block[:16].hex(), "10f1e7e4d13b5915500fdd1fa32071c4")

    def test_shares(self):
        """6: the shares of all batches are the quota, none is more than one above another."""
        for quota, stages_held in itertools.product(range(40), range(1, 7)):
            plan = {"mode": "order", "schedule": {"stages": [""] * stages_held}}
            shares = [selection.batch_share(plan, quota, b) for b in range(1, stages_held + 2)]
            self.assertEqual(sum(shares), quota)
            self.assertLessEqual(max(shares) - min(shares), 1)


if __name__ == "__main__":
    unittest.main()
