"""The operator's side of docs/spec.md: from a case (plan, rosters, drops) to the entries of a bundle.

Everything is deterministic: the secrets and roster keys are fixed. The `cheat` of a case has functions that change what
an operator made, for make_abuses.py: what follows is then computed from the changed thing, as a cheater would.
"""
import hashlib
import io
import zipfile

from dispatch_verifier.canonical import canonical
from dispatch_verifier.children import list_after, matching_subjects
from dispatch_verifier.container import DIFFS, STAGE_FILES
from dispatch_verifier.primitives import H, merkle_root, unix
from dispatch_verifier.pulse import round_at, seed_of
from dispatch_verifier.result import list_root, order_key, result_key
from dispatch_verifier.roster import cell_hash, pair_id, recusal_leaf, recusal_salt
from dispatch_verifier.selection import quota_size, select, stratify, ticket
from dispatch_verifier.stages import (drop_counts, drop_leaf, new_subjects, previous_hash, stage_commitment, stage_seed,
                                      stage_teams, stage_ticket, steps)
from dispatch_verifier.teams import draw_teams

from .pulses import PULSES


def ordered(value):
    """With object keys in the order of canonical JSON (1.3)."""
    if isinstance(value, dict):
        return {k: ordered(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def canon(value) -> bytes:
    return canonical(ordered(value))


def lines(rows) -> bytes:
    return b"".join(canon(row) + b"\n" for row in rows)


def fixed(label, name) -> bytes:
    """32 bytes that everybody knows: only for test vectors."""
    return hashlib.sha256(f"dispatch test vector {label} {name}".encode()).digest()


def pack(entries) -> bytes:
    """10: a zip file; some entries stored, some deflated"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, (name, data) in enumerate(entries.items()):
            info = zipfile.ZipInfo(name, (2023, 8, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            archive.writestr(info, data)
    return out.getvalue()


NO_CUSTODY = {"custodians": [], "file": "", "timelock": ""}


class Draw:
    """One draw, with its stages. `case` has `plan`, `subjects`, `officers`, `created`, `replay` and, where wanted,
    `values` (disclosed sources), `recusals`, `stages`, `cheat`, …; `parent` is the Draw of a child draw's parent."""

    def __init__(self, name, case, parent=None, position=0):
        self.name, self.case, self.parent, self.position = name, case, parent, position
        self.cheat, self.plan = case.get("cheat", {}), ordered(case["plan"])
        self.key, self.secret = fixed("roster key", name), fixed("secret", name)
        self.rosters = {r: sorted(case[r], key=lambda row: row["id"]) for r in ("subjects", "officers")}
        self.sealed = {r: self.seal(r, parent) for r in self.rosters}
        self.rows = {row["id"]: row for row in self.rosters["subjects"]}
        self.recusals, self.recused = self.seal_recusals(), {}
        for row, _ in self.recusals:
            self.recused.setdefault(row["subject"], set()).add(row["officer"])
        self.announcement, self.extra = self.announce()
        self.commitment = H("dispatch/v1/commitment", self.announcement)
        self.disclosure = {"commitment": self.commitment.hex(), "format": "dispatch/disclosure/1",
                           "secret": self.secret.hex(), "sources": self.values()}
        self.seed = seed_of(self.plan, self.commitment, self.disclosure)
        self.records = self.changed("records", self.draw())
        self.result = self.result_document(self.commitment, self.seed, self.records)
        self.stage_lines, self.drops, self.shown_drops, self.stage_records = [], [], [], []
        self.current = {record["subject"]: record for record in self.records}
        self.lists, self.ever = {0: set(self.current)}, set(self.current)
        for stage in case.get("stages", []):
            self.hold(stage)

    def changed(self, what, value, *context):
        """`value`, or what a cheater makes of it"""
        return self.cheat[what](value, self, *context) if what in self.cheat else value

    # ---- what is announced

    def seal(self, roster, parent):
        """2.3: rows with their sealed cells; a child draw has its parent's subjects (16.1)."""
        if parent and roster == "subjects":
            return parent.sealed["subjects"]
        return [{**row, **{c: cell_hash(self.key, roster, row["id"], c, row.get(c, ""))
                           for c in self.plan[roster]["sealed"]}} for row in self.rosters[roster]]

    def seal_recusals(self):
        """2.4: for every (subject, officer, reason): the opened line and the open reason, in order of pair id"""
        out = []
        for subject, officer, reason in sorted(self.case.get("recusals", []), key=lambda r: f"{r[0]} {r[1]}"):
            pair = f"{subject} {officer}"
            out.append(({"officer": officer, "reason": cell_hash(self.key, "recusals", pair, "reason", reason),
                         "salt": recusal_salt(self.key, pair).hex(), "subject": subject}, reason))
        return out

    def roster_part(self, roster):
        """4: the announcement's account of a roster, and the lines of its difference file"""
        rows, difference = self.changed("announced", self.sealed[roster], roster), self.case.get(f"{roster}_diff")
        part = {"count": len(rows), "diff": [], "root": merkle_root([canon(row) for row in rows]).hex()}
        if difference is None:
            return part, {}
        changes = sorted(difference, key=lambda line: line["id"])
        tally = {}
        for line in changes:
            tally[line["change"], line["reason"]] = tally.get((line["change"], line["reason"]), 0) + 1
        count = {c: sum(n for (change, _), n in tally.items() if change == c) for c in ("added", "changed", "removed")}
        part["diff"] = [{**count, "previous_count": len(rows) - count["added"] + count["removed"],
                         "previous_root": fixed("previous root", roster).hex(),
                         "reasons": [{"change": c, "count": tally[c, r], "reason": r} for c, r in sorted(tally)],
                         "root": merkle_root([canon(line) for line in changes]).hex()}]
        return part, {DIFFS[roster]: lines(changes)}

    def announce(self):
        """4: the announcement, and the entries of difference files"""
        plan, parts, extra = self.plan, {}, {}
        for roster in self.rosters:
            parts[roster], files = self.roster_part(roster)
            extra.update(files)
        pools, excluded, outside, no_reference = stratify(plan, self.rosters["subjects"])
        assert not no_reference
        leaves = [recusal_leaf(bytes.fromhex(row["salt"]), row) for row, _ in self.recusals]
        has_drand = any(s["kind"] == "drand" for s in plan["seed"])
        announcement = {
            "format": "dispatch/announcement/1", "suite": "sha256-chacha20", "created": self.case["created"],
            "replay": self.case["replay"], "plan": plan, **parts,
            "recusals": {"count": len(leaves), "root": merkle_root(leaves).hex()},
            "excluded": [{"code": e["code"], "count": n} for e, n in zip(plan["exclusions"], excluded)],
            "strata": [{"name": s["name"], "pool": len(pool), "quota": quota_size(s["quota"], len(pool))}
                       for s, pool in zip(plan["strata"], pools)],
            "outside_strata": outside, "secret_hash": H("dispatch/v1/secret", self.secret).hex(),
            "round": self.round_of(plan["schedule"]["draw_time"]) if has_drand else 0,
            "recent_pulse": self.case.get("recent_pulse", []), "policy": self.case.get("policy", ""),
            "custody": self.case.get("custody", NO_CUSTODY)}
        return canon(announcement), extra

    # ---- what is drawn

    def round_of(self, time: str) -> int:
        return round_at(unix(time))

    def values(self):
        """9: the disclosed sources"""
        due = self.round_of(self.plan["schedule"]["draw_time"])
        return self.case.get("values") or [{"kind": "drand", "round": due, "signature": PULSES[due]}]

    def draw(self):
        """6 to 8: the records in their order"""
        chosen = self.parent_list(0) if self.parent else set(select(self.plan, self.rosters["subjects"], self.seed))
        chosen = self.changed("chosen", chosen)
        teams = draw_teams(self.plan, self.seed, [self.rows[s] for s in sorted(chosen)], self.rosters["officers"],
                           self.recused)
        key = H("dispatch/v1/subject-key", self.seed)
        return self.in_order(self.seed, [{"officers": teams[s], "subject": s, "ticket": ticket(key, s).hex()}
                                         for s in chosen])

    def in_order(self, seed, records):
        key = result_key(seed)
        return sorted(records, key=lambda record: order_key(key, record["subject"]))

    def result_document(self, commitment, seed, records):
        return {"commitment": commitment.hex(), "count": len(records), "format": "dispatch/result/1",
                "root": list_root(seed, [ordered(record) for record in records]).hex()}

    def parent_list(self, parent_stage: int) -> set:
        """16.2"""
        where = self.parent.plan["children"][self.position - 1]["where"]
        return matching_subjects(list_after(self.parent.lists, parent_stage), self.parent.rows, where)

    # ---- stages

    def hold(self, stage):
        """15: one stage. `stage` has `number`, `created`, `parent_stage` and `drops`, a function of this draw and the
        list so far that gives (subject, officer, reason) for everything that falls out."""
        number, last = stage["number"], self.stage_lines[-1]["result"] if self.stage_lines else self.result
        drops = [ordered({"approver": "分管局长", "evidence": fixed("evidence", f"{subject} {officer}").hex(),
                          "officer": officer, "reason": reason, "stage": number, "subject": subject})
                 for subject, officer, reason in sorted(stage.get("drops", lambda draw, now: [])(self, self.current))]
        time = self.plan["schedule"]["stages"][:number][-1]  # a cheater's number may be too large
        document = ordered({
            "commitment": self.commitment.hex(), "created": stage.get("created", "2023-08-24T00:00:00Z"),
            "drops": {**self.changed("drop_counts", drop_counts(drops)),
                      "root": merkle_root([drop_leaf(self.secret, canon(d)) for d in drops]).hex()},
            "format": "dispatch/stage/1", "number": number, "parent_stage": stage.get("parent_stage", 0),
            "previous": previous_hash(canon(last)), "round": stage.get("round", self.round_of(time))})
        line = {"signature": PULSES[document["round"]], "stage": document}
        self.stage_lines.append(line)
        self.drops += drops
        self.shown_drops += self.changed("shown_drops", drops, number)
        seed = stage_seed(line, self.secret)
        records = self.changed("stage_records", self.due_in(line, seed, number), number, seed)
        self.stage_records += sorted(records, key=lambda record: record["subject"])
        self.current = self.step().after
        self.lists[number], self.ever = set(self.current), self.ever | set(self.current)
        line["result"] = self.changed("stage_result", self.result_document(
            stage_commitment(document), seed, list(self.current.values())), number)

    def step(self):
        parent_list_of = self.parent_list if self.parent else None
        return steps(self.records, self.stage_lines, self.shown_drops, self.stage_records, parent_list_of)[-1]

    def due_in(self, line, seed, number):
        """15.3, 15.4, 15.6: the stage records"""
        step = self.step()
        new = self.changed("new", set(new_subjects(self.plan, self.rosters["subjects"], step, seed)), number)
        teams = stage_teams(self.plan, seed, self.rows, self.rosters["officers"], self.recused, step, sorted(new))
        return [{"officers": officers, "stage": number, "subject": s,
                 "ticket": stage_ticket(seed, s) if s in new else step.kept[s]["ticket"]}
                for s, officers in teams.items()]

    # ---- the bundle

    def entries(self, auditors_form, children=None):
        """10: the entries of the public or of the auditor's form; `children` are bundles by position."""
        shown = [row if row["subject"] in self.ever or auditors_form
                 else {"leaf": recusal_leaf(bytes.fromhex(row["salt"]), row).hex()} for row, _ in self.recusals]
        result = {"announcement.json": self.announcement, "result.json": canon(self.result),
                  "disclosure.json": canon(self.disclosure), "officers.jsonl": lines(self.sealed["officers"]),
                  "recusals.jsonl": lines(shown), "assignments.jsonl": lines(self.records), **self.extra}
        if not self.parent:
            result["subjects.jsonl"] = lines(self.sealed["subjects"])
        if self.plan["schedule"]["stages"]:
            result.update(zip(STAGE_FILES, map(lines, (self.stage_lines, self.shown_drops, self.stage_records))))
        if auditors_form:
            audit = {"commitment": self.commitment.hex(), "format": "dispatch/audit/1", "roster_key": self.key.hex()}
            result.update({"audit.json": canon(audit), "cells.jsonl": lines(self.open_cells())})
        result.update({f"child-{n}.zip": data for n, data in (children or {}).items()})
        return result

    def open_cells(self):
        """10: the lines of cells.jsonl"""
        def of(roster):
            columns = self.plan[roster]["sealed"]
            return [{"cells": {c: row.get(c, "") for c in columns}, "id": row["id"], "roster": roster}
                    for row in self.rosters[roster] if columns]
        reasons = [{"cells": {"reason": reason}, "id": pair_id(row), "roster": "recusals"}
                   for row, reason in self.recusals]
        return of("officers") + reasons + ([] if self.parent else of("subjects"))


def make(name, case) -> dict:
    """The zip files of the public and of the auditor's form, with those of disclosed children inside: of a child that
    has the other form of its own (`form`), in that."""
    draw, result = Draw(name, case), {}
    children = {n: (Draw(f"{name} child {n}", child(draw), draw, n), form)
                for n, (child, form) in case.get("children", {}).items()}
    for own in ("public", "auditor"):
        packed = {n: pack(child.entries((form or own) == "auditor")) for n, (child, form) in children.items()}
        result[own] = pack(draw.entries(own == "auditor", packed))
    return result
