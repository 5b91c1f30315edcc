"""11, checks B: what was announced; F: what the verifier brings."""
from .canonical import parse_lines, raw_lines
from .container import DIFFS
from .documents import DIFF_LINE
from .plan import own_officers
from .primitives import H, NotChecked, Refused, merkle_root, need_ascending, refuse_if, show, unix
from .roster import recusal_leaf
from .selection import due_officers, quota_size, stratify
from .stages import stage_commitment


class FrozenChecks:
    """B, F"""

    def B01(self):
        documents = {"result.json": self.result, "disclosure.json": self.disclosure}
        if self.auditors_form:
            documents["audit.json"] = self.audit
        wrong = [name for name, d in documents.items() if d["commitment"] != self.commitment.hex()]
        refuse_if(wrong, f"another commitment in {', '.join(wrong)}")
        return f"{', '.join(documents)} name the commitment"

    def need_root(self, count, root, announced, what):
        refuse_if(count != announced["count"], f"{what}: {count} lines, announced {announced['count']}")
        refuse_if(root.hex() != announced["root"], f"{what}: root {root.hex()}, announced {announced['root']}")
        return f"{count} lines, root {root.hex()}"

    def roster_root(self, roster):
        lines = raw_lines(self.box.entries[f"{roster}.jsonl"])
        return self.need_root(len(lines), merkle_root(lines), self.a[roster], roster)

    def B02(self):
        return self.roster_root("subjects")

    def B03(self):
        return self.roster_root("officers")

    def B04(self):
        leaves = [bytes.fromhex(r["leaf"]) if "leaf" in r else recusal_leaf(bytes.fromhex(r["salt"]), r)
                  for r in self.recusals]
        return self.need_root(len(leaves), merkle_root(leaves), self.a["recusals"], "recusals")

    def difference(self, roster, known):
        """2.5"""
        if not self.a[roster]["diff"]:
            return "no difference announced"
        summary, name = self.a[roster]["diff"][0], DIFFS[roster]
        data = self.box.entries[name]
        lines, tally = parse_lines(data, name, DIFF_LINE), {}
        need_ascending([line["id"] for line in lines], name)
        for line in lines:
            if (line["id"] in known) == (line["change"] == "removed"):
                raise Refused(f"{name}: {line['change']} {show(line['id'])} does not agree with the roster")
            key = (line["change"], line["reason"])
            tally[key] = tally.get(key, 0) + 1
        announced = {(r["change"], r["reason"]): r["count"] for r in summary["reasons"]}
        refuse_if(tally != announced, f"{name}: changes and reasons differ from the announced summary")
        refuse_if(merkle_root(raw_lines(data)).hex() != summary["root"], f"{name}: another root than announced")
        return f"{len(lines)} differences"

    def B05(self):
        return self.difference("subjects", self.subject)

    def B06(self):
        return self.difference("officers", self.officer)

    def B07(self):
        rows = self.open_rows("subjects")
        pools, excluded, outside, no_reference = stratify(self.plan, rows)
        faults = [f"exclusion of {show(s)} without reference" for s in no_reference]
        placed, own = {s for pool in pools for s in pool}, own_officers(self.plan)
        faults += [f"{show(row['id'])} is due fewer than two officers" for row in rows
                   if row["id"] in placed and due_officers(self.plan, row, own) < 2]
        for announced, count in zip(self.a["excluded"], excluded):
            if announced["count"] != count:
                faults.append(f"{count} excluded by {announced['code']}, announced {announced['count']}")
        total = 0
        for announced, stratum, pool in zip(self.a["strata"], self.plan["strata"], pools):
            size = quota_size(stratum["quota"], len(pool))
            if size is None:
                faults.append(f"stratum {show(stratum['name'])}: the quota is more than the pool of {len(pool)}")
            elif (announced["pool"], announced["quota"]) != (len(pool), size):
                faults.append(f"stratum {show(stratum['name'])}: {size} of {len(pool)}, announced "
                              f"{announced['quota']} of {announced['pool']}")
            total += size or 0
        if outside != self.a["outside_strata"]:
            faults.append(f"{outside} outside the strata, announced {self.a['outside_strata']}")
        if total < 1 and not self.is_child:
            faults.append("nobody is selected")
        refuse_if(faults, "; ".join(faults[:10]))
        return f"{total} to be selected, {sum(excluded)} excluded, {outside} outside the strata"

    def B08(self):
        if H("dispatch/v1/secret", bytes.fromhex(self.disclosure["secret"])).hex() != self.a["secret_hash"]:
            raise Refused("the secret is not the announced one")
        return "the secret is the announced one"

    def B09(self):
        schedule = self.plan["schedule"]
        if self.a["replay"]:
            return "a replay: no lead time"
        if unix(self.a["created"]) + 60 * schedule["lead_minutes"] > unix(schedule["draw_time"]):
            raise Refused(f"made at {self.a['created']}, less than {schedule['lead_minutes']} minutes before the draw")
        return f"made at {self.a['created']} (a claim), draw at {schedule['draw_time']}"

    def F01(self):
        if self.pins.expect is None:
            raise NotChecked("not asked: no commitment was given")
        if self.pins.expect != self.commitment.hex():
            raise Refused(f"the commitment is {self.commitment.hex()}, expected {self.pins.expect}")
        return "the commitment is the expected one"

    def own_slips(self):
        if self.pins.slips is None:
            raise NotChecked("not asked: no policy with slips was given")
        return [s for s in self.pins.slips if s["draw"] == self.plan["draw"]]

    def need_slip(self, slips, commitment: bytes, due: str, lead_minutes: int, what: str) -> str:
        """12: slips for one thing: there is one, all name it, and the earliest came in time"""
        refuse_if(not slips, f"no slip for {what}")
        refuse_if(any(s["commitment"] != commitment.hex() for s in slips), f"a slip for {what} names another commitment")
        earliest = min(s["received"] for s in slips)
        if unix(earliest) > unix(due) - 60 * lead_minutes:
            raise Refused(f"the earliest slip for {what} was received at {earliest}: too late")
        return f"{what}: received at {earliest}"

    def F02(self):
        slips, schedule = [s for s in self.own_slips() if s.get("stage", 0) == 0], self.plan["schedule"]
        if not slips and self.parent:
            raise NotChecked("not asked: the policy has no slip of this child draw")
        found = self.need_slip(slips, self.commitment, schedule["draw_time"], schedule["lead_minutes"],
                               f"draw {show(self.plan['draw'])}")
        if self.parent and self.passed("H01"):  # 16.1: nobody may know the drawn subjects yet
            parents = self.parent.plan["schedule"]["draw_time"]
            refuse_if(min(s["received"] for s in slips) >= parents, f"{found}, not before the parent's draw at {parents}")
        return found

    def F03(self):
        slips, schedule = [s for s in self.own_slips() if s.get("stage", 0) > 0], self.plan["schedule"]
        if not slips:
            raise NotChecked("not asked: the policy has no slip of a later stage")
        held = {line["stage"]["number"]: stage_commitment(line["stage"]) for line in self.stages}
        for slip in slips:
            refuse_if(slip["stage"] not in held, f"a slip of stage {slip['stage']}, which is not in the bundle")
        found = []
        for number, commitment in held.items():
            refuse_if(number > len(schedule["stages"]), f"stage {number} is not announced")
            found.append(self.need_slip([s for s in slips if s["stage"] == number], commitment,
                                        schedule["stages"][number - 1], schedule["stage_lead_minutes"],
                                        f"stage {number}"))
        return "; ".join(found)
