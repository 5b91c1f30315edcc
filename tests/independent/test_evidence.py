"""What the bundles of ../vectors do not show: the limit of unpacking, the bounds of a plan, the grade `expected`; and that
a damaged bundle never leads to anything but a report.

    python3 -m unittest
"""
import io
import json
import os
import random
import sys
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bundle_maker import cases, cases_stages, parts, prover  # noqa: E402
from dispatch_verifier import container, pulse  # noqa: E402
from dispatch_verifier.plan import PLAN, plan_rules  # noqa: E402
from dispatch_verifier.primitives import Refused  # noqa: E402
from dispatch_verifier.report import verify  # noqa: E402
from make_bundles import entries_of, slips_of  # noqa: E402


class WithoutSignatures(unittest.TestCase):
    """Signatures are not what these tests are about: C03, C06 and G04 pass here, whatever they find."""

    def setUp(self):
        self.kept = pulse.HAVE_BLS, pulse.pulse_is_genuine
        pulse.HAVE_BLS, pulse.pulse_is_genuine = True, lambda round_number, signature: True

    def tearDown(self):
        pulse.HAVE_BLS, pulse.pulse_is_genuine = self.kept


class Unpacking(unittest.TestCase):
    """10: what an entry takes from the limit"""
    SIZES = {"announcement.json": 700, "result.json": 200, "disclosure.json": 300}

    def read(self, left, spoil=None):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, size in self.SIZES.items():
                archive.writestr(name, bytes(size))
        data = bytearray(out.getvalue())
        if spoil:  # the CRC-32 in the directory
            data[data.rindex(b"PK\1\2", 0, data.rindex(spoil.encode())) + 16] ^= 1
        return container.Container(io.BytesIO(bytes(data)), left)

    def test_limit(self):
        for left, spoil, entries, rest in (
                (1200, None, "announcement result disclosure", 0), (1199, None, "announcement result", 299),
                (699, None, "result disclosure", 199), (700, "announcement.json", "result disclosure", 200),
                (1000, "result.json", "announcement disclosure", 0), (199, None, "", 199)):
            box = self.read(left, spoil)
            self.assertEqual((" ".join(name.split(".")[0] for name in box.entries), box.left), (entries, rest))
            self.assertEqual(len(box.faults), 3 - len(box.entries))

    def test_not_unpacked(self):
        """What the table does not name, and a bundle in a bundle that stands in another, take nothing from the limit; what
        it names does, also where it is unexpected."""
        for name, inside, taken in (("child-1.zip", False, 50), ("child-1.zip", True, 0), ("child-101.zip", False, 0),
                                    ("subjects.jsonl", False, 50), ("subjects.jsonl", True, 50), ("notes.txt", False, 0)):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr(name, bytes(50))
                archive.writestr("result.json", bytes(40))
            box = container.Container(io.BytesIO(out.getvalue()), 1000, inside)
            self.assertEqual((box.left, len(box.faults)), (960 - taken, not taken), (name, inside))


class Plans(unittest.TestCase):
    def refused(self, plan) -> bool:
        try:
            PLAN(plan, "plan")
            plan_rules(plan)
        except Refused:
            return True
        return False

    def made(self, **changes):
        return parts.plan("T", [parts.stratum("all", parts.count(1))], [parts.slot()], **changes)

    def test_stages(self):
        """3: after the draw and before the end of the window, although the disclosure is later"""
        for time, good in (("2023-08-23T15:59:24Z", False), ("2023-08-23T15:59:25Z", True), ("2023-09-15T23:59:59Z", True),
                           ("2023-09-16T00:00:00Z", False)):
            plan = self.made(stages=[time])
            plan["schedule"]["disclosure_time"] = "2023-12-01T00:00:00Z"
            self.assertEqual(self.refused(plan), not good, time)

    def test_max_drops(self):
        for value, good in ((0, True), (10 ** 9, True), (10 ** 9 + 1, False), (-1, False), (True, False), ("1", False)):
            self.assertEqual(self.refused(self.made(max_drops=value)), not good, value)
        plan = self.made()
        del plan["team"]["max_drops"]
        self.assertTrue(self.refused(plan))


class Grades(WithoutSignatures):
    """12: `expected` is only what the commitment binds."""

    def grade(self, case, expected=True, slips=lambda slips: None) -> str:
        data = prover.make("grade", case)["public"]
        announced = slips_of(data)
        commitment = announced[0]["commitment"] if expected else None
        slips = slips(announced)
        return verify(io.BytesIO(data), "x.zip", expect=commitment,
                      policy=None if slips is None else {"slips": slips})["grade"]

    def test_grades(self):
        plain, staged, family = cases.early, cases_stages.two_stages, cases_stages.campaign
        every, none = (lambda slips: slips), (lambda slips: [])

        def without_own(slips):
            return [s for s in slips if s["stage"] or s["draw"] != slips[0]["draw"]]

        def without_childrens(slips):
            return [s for s in slips if s["draw"] == slips[0]["draw"]]

        for case, expected, slips, due in (
                (plain, False, lambda slips: None, "consistent"), (plain, True, lambda slips: None, "expected"),
                (plain, True, every, "frozen-first"), (plain, True, none, "failed"),
                (staged, True, lambda slips: None, "consistent"), (staged, True, every, "frozen-first"),
                (staged, False, every, "frozen-first"), (staged, True, without_own, "failed"),
                (family, True, lambda slips: None, "consistent"), (family, True, without_childrens, "consistent"),
                (family, True, every, "frozen-first")):
            self.assertEqual(self.grade(case(), expected, slips), due, (case, expected))


class Drops(WithoutSignatures):
    """15.2"""

    def failing(self, **changes) -> list:
        data = prover.make("drops", {**cases_stages.two_stages(), **changes})["public"]
        return [c["id"] for c in verify(io.BytesIO(data), "x.zip")["checks"] if c["status"] == "fail"]

    def test_limit_of_officers(self):
        """The drops of two_stages take out one officer in each stage, and a visit's second one, whose subject falls out."""
        for most, due in ((0, ["G05"]), (1, ["G05"]), (2, ["G05"]), (3, []), (4, [])):
            self.assertEqual(self.failing(plan=cases_stages.two_stages(max_drops=most)["plan"]), due)

    def test_limit_of_visits(self):
        """The first line of every visit is free; later ones count, in the same stage or another one, as do officers."""
        def drops(*places, officer=False):
            def made(draw, now):
                visits = sorted(now)
                lines = [(visits[v], now[visits[v]]["officers"][place], "recusal") for v, place in places]
                spare = next(o["id"] for o in draw.rosters["officers"] if o["id"] not in {d["officer"] for d in draw.drops})
                return lines + [("", spare, "other-duty")] * officer
            return made

        one, other, team, three = [(0, 0)], [(1, 0)], [(0, 0), (0, 1)], [(0, 0), (1, 1), (2, 0)]
        for first, second, least in (
                (drops(*one), drops(), 0), (drops(*one), drops(*other), 0), (drops(*three), drops(), 0),
                (drops(*one), drops(*one), 1), (drops(*team), drops(), 1), (drops(*team), drops(*team), 3),
                (drops(*three), drops(*three), 3), (drops(*three), drops(*team), 2),
                (drops(*one, officer=True), drops(*other, officer=True), 2),
                (drops(*one, officer=True), drops(*team, officer=True), 4)):
            for most in {max(least - 1, 0), least}:
                case = cases_stages.two_stages(max_drops=most)
                stages = [{**stage, "drops": made} for stage, made in zip(case["stages"], (first, second))]
                self.assertEqual(self.failing(plan=case["plan"], stages=stages), ["G05"] if most < least else [])

    def test_counts(self):
        """Every count of the stage document by itself, root and sum being right"""
        for more, less in (("officers", "visits"), ("visits", "subjects"), ("subjects", "officers")):
            def other(counts, draw):
                return {**counts, more: counts[more] + 1, less: counts[less] - 1}
            self.assertEqual(self.failing(cheat={"drop_counts": other}), ["G03"])


class Damage(WithoutSignatures):
    """Bundles in which something was changed at random"""
    STRANGE = (None, True, 0, -1, 101, 2 ** 53 - 1, 2 ** 53, 1.5, "", "x", "0" * 64, "9999-12-31", "2023-09-01T00:00:00Z",
               [], {}, [[]], "\ud800", "东;西", "\u0000")

    def places(self, value, found):
        for key in value if isinstance(value, dict) else range(len(value)):
            found.append((value, key))
            if isinstance(value[key], (dict, list)):
                self.places(value[key], found)
        return found

    def change_value(self, chance, data: bytes) -> bytes:
        """Somewhere in a document, or in a line of a file, another value, or none, or one more"""
        lines = data.split(b"\n")
        number = chance.randrange(len(lines))
        try:
            value = json.loads(lines[number])
        except ValueError:
            return data
        if not self.places(value, []):  # emptied before
            return data
        holder, key = chance.choice(self.places(value, []))
        kind = chance.random()
        if kind < .15:
            del holder[key]
        elif kind < .3 and isinstance(holder, list):
            holder.append(holder[key])
        elif kind < .5:  # something from elsewhere in the document
            other, place = chance.choice(self.places(value, []))
            holder[key] = json.loads(json.dumps(other[place]))
        elif kind < .7 and isinstance(holder[key], int):
            holder[key] += chance.choice((-1, 1))
        elif kind < .7 and isinstance(holder[key], str) and holder[key]:
            at = chance.randrange(len(holder[key]))
            holder[key] = holder[key][:at] + chance.choice("0a9T;\"") + holder[key][at + 1:]
        else:
            holder[key] = chance.choice(self.STRANGE)
        lines[number] = json.dumps(prover.ordered(value) if "\ud800" not in str(value) else value, ensure_ascii=False,
                                   separators=(",", ":")).encode("utf-8", "surrogatepass")
        return b"\n".join(lines)

    def change_lines(self, chance, data: bytes) -> bytes:
        lines = data.splitlines(True)
        if not lines:
            return b"{}\n"
        a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
        kind = chance.randrange(4)
        if kind == 0:
            del lines[a]
        elif kind == 1:
            lines[a], lines[b] = lines[b], lines[a]
        elif kind == 2:
            lines.insert(a, lines[b])
        else:
            lines = lines[:a]
        return b"".join(lines)

    def damaged(self, chance, data: bytes) -> bytes:
        if chance.random() < .15:  # the container itself
            data = bytearray(data)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(data))
                data[at] = chance.choice((0, 255, data[at] ^ 1 << chance.randrange(8)))
            return bytes(data[:chance.randrange(len(data))] if chance.random() < .2 else data)
        try:
            entries = entries_of(data)
        except zipfile.BadZipFile:  # damaged before
            return data
        for _ in range(chance.choice((1, 1, 2, 3))):
            name = chance.choice(sorted(entries))
            if chance.random() < .05:
                del entries[name]
                if not entries:
                    break
            elif name.endswith(".zip"):
                entries[name] = self.damaged(chance, entries[name])
            elif name.endswith(".json") or chance.random() < .7:
                entries[name] = self.change_value(chance, entries[name])
            else:
                entries[name] = self.change_lines(chance, entries[name])
        return prover.pack(entries)

    def look(self, report) -> int:
        """No check may fail because of an error of this program; how many fail for a good reason?"""
        for check in report["checks"]:
            self.assertNotIn("unexpected: ", check["detail"])
        return sum(c["status"] == "fail" for c in report["checks"]) + sum(
            self.look(child["report"]) for child in report["children"])

    def test_damage(self, rounds=300, seed=4):
        chance, told = random.Random(seed), 0
        bundles = [prover.make(name, case())[form] for name, case, form in (
            ("a", cases_stages.two_stages, "public"), ("b", cases_stages.campaign, "auditor"),
            ("c", cases_stages.sealed_stages, "auditor"), ("d", cases_stages.standing_stages, "public"),
            ("e", cases_stages.order, "public"), ("f", cases.differences, "auditor"),
            ("g", lambda: cases.sources("2023-007", True), "auditor"))]
        for _ in range(rounds):
            data = self.damaged(chance, chance.choice(bundles))
            told += self.look(verify(io.BytesIO(data), "x.zip")) > 0
        self.assertGreater(told, rounds * 3 // 4)


if __name__ == "__main__":
    unittest.main()
