#!/usr/bin/env python3
"""Complete bundles from small hand-made rosters: test vectors for every implementation of docs/spec.md.

    python3 make_bundles.py DIRECTORY

writes NAME-public.zip, NAME-auditor.zip and, for each, the report that verify.py gives (NAME-public.report.json, ...).
Everything is deterministic: the secrets and roster keys are fixed, so nothing here is evidence of anything.
"""
import hashlib
import io
import json
import os
import sys
import zipfile

import verify as v

PULSE_ROUND = 1000
PULSE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
DRAW_TIME = "2023-08-23T15:59:24Z"  # the time of round 1000
DRAND = {"chain": v.QUICKNET, "kind": "drand"}
DRAND_VALUE = {"kind": "drand", "round": PULSE_ROUND, "signature": PULSE}

def ordered(value):
    """With object keys in the order of canonical JSON (1.3)."""
    if isinstance(value, dict):
        return {k: ordered(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    return [ordered(item) for item in value] if isinstance(value, list) else value

def canon(value) -> bytes:
    return v.canonical(ordered(value))

def lines(rows) -> bytes:
    return b"".join(canon(row) + b"\n" for row in rows)

def fixed(label, name) -> bytes:
    """32 bytes that everybody knows: only for test vectors."""
    return hashlib.sha256(f"dispatch test vector {label} {name}".encode()).digest()

def credit(number: int) -> str:
    """1.7: a credit code"""
    body = f"91350100M{number:08d}"
    total = sum(v.CREDIT_VALUE[c] * w for c, w in zip(body, v.CREDIT_WEIGHT))
    return body + "0123456789ABCDEFGHJKLMNPQRTUWXY"[(31 - total % 31) % 31]

# ---------------------------------------------------------------------------------------------------------- the prover

def seal(key, roster, rows, columns):
    """2.3: rows with their sealed cells"""
    return [{**row, **{c: v.cell_hash(key, roster, row["id"], c, row.get(c, "")) for c in columns}} for row in rows]

def seal_recusals(key, recusals):
    """2.4: for every (subject, officer, reason): the opened line and the open reason, in order of pair id"""
    out = []
    for subject, officer, reason in sorted(recusals, key=lambda r: f"{r[0]} {r[1]}"):
        pair = f"{subject} {officer}"
        out.append(({"officer": officer, "reason": v.cell_hash(key, "recusals", pair, "reason", reason),
                     "salt": v.recusal_salt(key, pair).hex(), "subject": subject}, reason))
    return out

def roster_part(rows, difference):
    """4: the announcement's account of a roster, and the lines of its difference file"""
    part = {"count": len(rows), "diff": [], "root": v.merkle_root([canon(row) for row in rows]).hex()}
    if difference is None:
        return part, None
    changes = sorted(difference["lines"], key=lambda line: line["id"])
    tally = {}
    for line in changes:
        tally[line["change"], line["reason"]] = tally.get((line["change"], line["reason"]), 0) + 1
    count = {c: sum(n for (change, _), n in tally.items() if change == c) for c in ("added", "changed", "removed")}
    part["diff"] = [{**count, "previous_count": len(rows) - count["added"] + count["removed"],
                     "previous_root": fixed("previous root", difference["name"]).hex(),
                     "reasons": [{"change": c, "count": tally[c, r], "reason": r} for c, r in sorted(tally)],
                     "root": v.merkle_root([canon(line) for line in changes]).hex()}]
    return part, lines(changes)

def announce(name, case, sealed, recusals, key):
    """4: the announcement, and the entries of difference files"""
    plan, extra, parts = case["plan"], {}, {}
    for roster in ("subjects", "officers"):
        parts[roster], data = roster_part(sealed[roster], case.get(f"{roster}_diff"))
        if data is not None:
            extra[v.DIFFS[roster]] = data
    pools, excluded, outside, no_reference = v.stratify(plan, case["subjects"])
    assert not no_reference
    leaves = [v.recusal_leaf(bytes.fromhex(row["salt"]), row) for row, _ in recusals]
    has_drand = any(s["kind"] == "drand" for s in plan["seed"])
    announcement = {
        "format": "dispatch/announcement/1", "suite": "sha256-chacha20", "created": case["created"],
        "replay": case["replay"], "plan": plan, **parts,
        "recusals": {"count": len(leaves), "root": v.merkle_root(leaves).hex()},
        "excluded": [{"code": e["code"], "count": n} for e, n in zip(plan["exclusions"], excluded)],
        "strata": [{"name": s["name"], "pool": len(pool), "quota": v.quota_size(s["quota"], len(pool))}
                   for s, pool in zip(plan["strata"], pools)],
        "outside_strata": outside, "secret_hash": v.H("dispatch/v1/secret", fixed("secret", name)).hex(),
        "round": v.round_at(v.unix(plan["schedule"]["draw_time"])) if has_drand else 0,
        "recent_pulse": case.get("recent_pulse", []), "policy": case.get("policy", "")}
    return canon(announcement), extra

def make(name, case):
    """The entries of the public and of the auditor's form."""
    plan, key = ordered(case["plan"]), fixed("roster key", name)
    rosters = {r: sorted(case[r], key=lambda row: row["id"]) for r in ("subjects", "officers")}
    sealed = {r: seal(key, r, rosters[r], plan[r]["sealed"]) for r in rosters}
    recusals = seal_recusals(key, case.get("recusals", []))
    announcement, extra = announce(name, {**case, **rosters}, sealed, recusals, key)
    commitment = v.H("dispatch/v1/commitment", announcement)
    disclosure = {"commitment": commitment.hex(), "format": "dispatch/disclosure/1",
                  "secret": fixed("secret", name).hex(), "sources": case["values"]}
    seed = v.seed_of(plan, commitment, disclosure)
    records = draw(plan, seed, rosters, recusals)
    key8 = v.result_key(seed)
    leaves = [v.record_leaf(key8, r["subject"], canon(r)) for r in records]
    result = {"commitment": commitment.hex(), "count": len(records), "format": "dispatch/result/1",
              "root": v.merkle_root(leaves).hex()}
    selected = {r["subject"] for r in records}
    shown = [row if row["subject"] in selected else {"leaf": v.recusal_leaf(bytes.fromhex(row["salt"]), row).hex()}
             for row, _ in recusals]
    public = {"announcement.json": announcement, "result.json": canon(result), "disclosure.json": canon(disclosure),
              "subjects.jsonl": lines(sealed["subjects"]), "officers.jsonl": lines(sealed["officers"]),
              "recusals.jsonl": lines(shown), "assignments.jsonl": lines(records), **extra}
    audit = {"commitment": commitment.hex(), "format": "dispatch/audit/1", "roster_key": key.hex()}
    auditor = {**public, "recusals.jsonl": lines(row for row, _ in recusals), "audit.json": canon(audit),
               "cells.jsonl": lines(open_cells(plan, rosters, recusals))}
    return public, auditor

def draw(plan, seed, rosters, recusals):
    """6 to 8: the records in their order"""
    chosen, recused = set(v.select(plan, rosters["subjects"], seed)), {}
    for row, _ in recusals:
        recused.setdefault(row["subject"], set()).add(row["officer"])
    teams = v.draw_teams(plan, seed, [s for s in rosters["subjects"] if s["id"] in chosen], rosters["officers"], recused)
    key, order = v.H("dispatch/v1/subject-key", seed), v.result_key(seed)
    return [{"officers": teams[s], "subject": s, "ticket": v.ticket(key, s).hex()}
            for s in sorted(chosen, key=lambda s: v.order_key(order, s))]

def open_cells(plan, rosters, recusals):
    """10: the lines of cells.jsonl"""
    def of(roster):
        columns = plan[roster]["sealed"]
        return [{"cells": {c: row.get(c, "") for c in columns}, "id": row["id"], "roster": roster}
                for row in rosters[roster] if columns]
    reasons = [{"cells": {"reason": reason}, "id": v.pair_id(row), "roster": "recusals"} for row, reason in recusals]
    return of("officers") + reasons + of("subjects")

def pack(entries) -> bytes:
    """10: a zip file; some entries stored, some deflated"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, (name, data) in enumerate(entries.items()):
            info = zipfile.ZipInfo(name, (2023, 8, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            archive.writestr(info, data)
    return out.getvalue()

# ----------------------------------------------------------------------------------------------------------- the cases

def when(field, op, *values):
    return {"field": field, "op": op, "values": list(values)}

def ratio(n, d, rounding, minimum=0):
    return {"denominator": d, "kind": "ratio", "minimum": minimum, "numerator": n, "rounding": rounding}

def count(n):
    return {"count": n, "kind": "count"}

def stratum(name, quota, *where):
    return {"name": name, "quota": quota, "where": list(where)}

def exclusion(code, *where, reference=""):
    return {"basis": "双随机抽查办法第六条", "code": code, "label": f"exclusion {code}", "reference": reference,
            "where": list(where)}

def slot(name="执法人员", n=2, department="市场监管局", lead=False, expert="", match=(), matters=(), skills=()):
    return {"count": n, "department": department, "expert": expert, "lead": lead,
            "match": [{"officer": o, "rule": rule, "subject": s} for rule, s, o in match], "matters": list(matters),
            "name": name, "role": "expert" if expert else "officer", "skills": list(skills)}

def plan(draw_id, strata, slots, **other):
    return {
        "format": "dispatch/plan/1", "draw": draw_id, "sequence": other.get("sequence", 1), "title": f"抽查 {draw_id}",
        "authority": "示范市市场监督管理局", "annual_plan": "年度计划第三项", "temporary_reason": "", "repeats": "",
        "mode": "sample", "matters": other.get("matters", [
            {"basis": "食品安全法第一百一十条", "ceiling": [{"denominator": 100, "numerator": 5}], "code": "SC-01",
             "kind": "general", "name": "食品经营检查"},
            {"basis": "特种设备安全法", "ceiling": [], "code": "TZ-02", "kind": "key", "name": "特种设备检查"}]),
        "subjects": {"ids": other.get("ids", "credit-code"), "sealed": other.get("sealed_subjects", [])},
        "officers": {"sealed": other.get("sealed_officers", [])}, "exclusions": other.get("exclusions", []),
        "strata": strata, "seed": other.get("seed", [DRAND]),
        "team": {"group": [{"officer": o, "subject": s} for o, s in other.get("group", [])],
                 "min_days": other.get("min_days", 1), "slack": other.get("slack", 1), "slots": slots},
        "schedule": {"disclosure_time": "2023-09-16T00:00:00Z", "draw_time": other.get("draw_time", DRAW_TIME),
                     "lead_minutes": 1440, "stages": other.get("stages", ["2023-09-01T01:00:00Z"]),
                     "window_end": "2023-09-15", "window_start": "2023-09-01"}}

def subjects(n, **columns):
    """Subjects with credit codes; a column is a list that is repeated, "" is an empty cell."""
    rows = []
    for i in range(n):
        row = {"id": credit(7 * i + 1), "name": f"企业{i + 1}"}
        row.update({c: values[i % len(values)] for c, values in columns.items() if values[i % len(values)] != ""})
        rows.append(row)
    return rows

def officers(n, department="市场监管局", prefix="闽A", **columns):
    rows = []
    for i in range(n):
        row = {"id": f"{prefix}{i + 1:04d}", "name": f"人员{i + 1}", "department": department, "expires": "2025-12-31"}
        row.update({c: values[i % len(values)] for c, values in columns.items()})
        rows.append({c: value for c, value in row.items() if value != ""})
    return rows

def case(plan, subjects, officers, **other):
    return {"plan": plan, "subjects": subjects, "officers": officers, "created": "2023-08-20T00:00:00Z",
            "replay": True, "values": [DRAND_VALUE], **other}

def plain():
    strata = [stratum("高风险", ratio(1, 2, "up"), when("risk", "in", "高")),
              stratum("中风险", ratio(1, 4, "nearest", 2), when("risk", "in", "中"), when("scale", "at-least", "2")),
              stratum("小", ratio(1, 3, "down"), when("risk", "in", "中"), when("scale", "at-most", "1")),
              stratum("其他", count(2), when("risk", "not-in", "", "高", "中"))]
    exclusions = [exclusion("CASE", when("case", "prefix", "立案"), reference="case"),
                  exclusion("TAGS", when("tags", "has-any", "注销", "迁出"))]
    p = plan("2023-001", strata, [slot()], exclusions=exclusions)
    rows = subjects(40, risk=["高", "中", "低", "中", ""], scale=["1", "2", "3"],
                    case=["", "", "", "", "", "", "立案〔2023〕7号"], tags=["", "a;注销", "", "", "b", "", "", "", "", "", "c"])
    return case(p, rows, officers(9))

def early():
    """Not a replay: announced three days before."""
    p = plan("2023-002", [stratum("全部", count(4))], [slot()], sequence=2, stages=[])
    return case(p, subjects(12), officers(6), replay=False, policy=fixed("policy", "early").hex(),
                recent_pulse=[{"round": PULSE_ROUND, "signature": PULSE}])

def sealed_risk():
    strata = [stratum("A", ratio(2, 3, "up"), when("risk", "in", "A")), stratum("BC", count(3), when("risk", "in", "B", "C"))]
    p = plan("2023-003", strata, [slot()], sealed_subjects=["remark", "risk"],
             exclusions=[exclusion("X", when("risk", "in", "X"), reference="remark")])
    rows = subjects(24, risk=["A", "B", "C", "X", ""], remark=["", "注", "", "立案1", ""])
    people = officers(7)
    recusals = [(s["id"], o["id"], "近亲属" if i % 2 else "") for s in rows for i, o in enumerate(people[:3])]
    return case(p, rows, people, recusals=recusals, replay=False)

def sealed_team():
    p = plan("2023-004", [stratum("全部", ratio(1, 2, "nearest"))],
             [slot("组长", 1, lead=True), slot("组员", 1, match=[("differ", "manager", "name")])], sealed_subjects=["manager"],
             sealed_officers=["expires", "lead", "leave", "limit", "name"])
    people = officers(8, lead=["yes", "no", ""], limit=["", "3"], leave=["", "2023-09-01/2023-09-15"])
    people[6]["expires"] = "2023-09-14"
    rows = subjects(9, manager=["人员1", "", "人员2"])
    return case(p, rows, people, recusals=[(rows[0]["id"], people[0]["id"], "上次检查人员")])

def joint():
    """Two departments, grouped by region."""
    slots = [slot("牵头", 1, lead=True, matters=["SC-01"]),
             slot("食品", 1, match=[("differ", "street", "street"), ("covers", "needs", "skills")]),
             slot("消防", 1, department="消防救援局", skills=["化工", "高层"], match=[("same", "region", "region")]),
             slot("专家", 1, department="消防救援局", expert="锅炉")]
    p = plan("2023-005", [stratum("东", count(5), when("region", "in", "东")), stratum("西", ratio(1, 2, "up"),
             when("region", "in", "西"))], slots, group=[("region", "region")], slack=0, min_days=5)
    rows = subjects(20, region=["东", "西"], street=["甲", "乙", "丙", ""], needs=["", "冷链", "冷链;乳品", ""])
    people = officers(12, region=["东", "西"], lead=["yes", "yes", "no", "no"], matters=["SC-01;TZ-02"],
                      skills=["冷链", "冷链;乳品", "乳品;冷链;酒", ""], street=["甲", "丁", "乙"], limit=["", "", "4"])
    fire = officers(10, "消防救援局", "闽B", region=["东", "西"], skills=["化工;高层", "高层;化工;油库", "化工"],
                    expert=["", "锅炉", "", "", "电梯;锅炉", "", "锅炉"])
    return case(p, rows, people + fire,
                recusals=[(rows[i]["id"], people[i % 12]["id"], "回避") for i in range(20)])

def scarce():
    """Limits, leave, expired certificates, recusals: some slots stay open."""
    p = plan("2023-006", [stratum("全部", count(6))], [slot("执法人员", 2), slot("组长", 1, lead=True)], min_days=10, slack=0)
    people = officers(8, lead=["yes", "", "no"], limit=["2", "4294967294", "", "3", "0"])
    people[1]["leave"] = "2023-08-01/2023-09-05;2023-09-04/2023-09-05"   # 10 days left
    people[2]["leave"] = "2023-09-15/2023-10-05;2023-09-01/2023-09-05"   # 9 days left
    people[5]["expires"] = "2023-09-15"
    people[6]["expires"] = "2023-09-14"
    rows = subjects(9)
    recusals = [(s["id"], o["id"], "利害关系") for s in rows[:4] for o in people[:6] if o["id"] != people[3]["id"]]
    return case(p, rows, people, recusals=recusals)

NUMBERS = {"bits": 22, "count": 7, "from": 1, "kind": "public-numbers", "name": "双色球", "published": "中国福利彩票",
           "shape": "set", "time": "2023-08-24T13:15:00Z", "to": 35}
DIGITS = {"bits": 16, "count": 5, "from": 0, "kind": "public-numbers", "name": "排列五", "published": "中国体育彩票",
          "shape": "sequence", "time": "2023-08-24T13:25:00Z", "to": 9}

def contribution(draw_id, body, outside):
    value = fixed("contribution", body)
    hashed = v.H("dispatch/v1/contribution", draw_id, body, value).hex()
    return ({"body": body, "hash": hashed, "kind": "contribution", "outside": outside},
            {"kind": "contribution", "value": value.hex()})

def sources(draw_id, with_drand):
    numbers = {"kind": "public-numbers", "values": [2, 3, 5, 7, 11, 30, 35]}
    digits = {"kind": "public-numbers", "values": [9, 0, 0, 4, 9]}
    pairs = [contribution(draw_id, "市人大办公室", True), (NUMBERS, numbers), contribution(draw_id, "局机关", False),
             (DIGITS, digits), contribution(draw_id, "市工商联", with_drand or draw_id == "2023-007")]
    if with_drand:
        pairs.insert(2, (DRAND, DRAND_VALUE))
    p = plan(draw_id, [stratum("全部", count(5))], [slot()], seed=[s for s, _ in pairs])
    return case(p, subjects(13), officers(5), values=[value for _, value in pairs], replay=False)

def differences():
    rows, people = subjects(10), officers(6)
    def line(change, row_id, reason):
        return {"change": change, "id": row_id, "reason": reason}
    p = plan("2023-009", [stratum("全部", ratio(3, 10, "nearest"))], [slot()])
    return case(p, rows, people, subjects_diff={"name": "subjects", "lines": [
        line("added", rows[0]["id"], "新设立"), line("added", rows[4]["id"], "新设立"), line("changed", rows[5]["id"], "更名"),
        line("removed", credit(900), "注销"), line("removed", credit(901), "注销"), line("removed", credit(902), "迁出")]},
        officers_diff={"name": "officers", "lines": [line("added", people[5]["id"], "新发证")]})

def other_ids():
    """Ids, fields and values beyond ASCII, some beyond the basic plane; every escape of canonical JSON in a cell."""
    names = ["店铺①", "Straße-7", "ﬁ", "𠮷野家", "店铺②", "a", "B", "é", "e\u0301", "\ue000x", "😀", "z/9"]
    rows = [{"id": n, "name": f"\"{n}\"\\ \b\t\n\f\r\x01\x7f", "地区": "东" if i % 2 else "西", "\ue000": "1", "😀": "2"}
            for i, n in enumerate(names)]
    people = [{**o, "id": i} for o, i in zip(officers(6, region=["东", "西"]), ["𠮷1", "ｱ2", "证3", "證4", "😀5", "A6"])]
    p = plan("抽查-𠮷-10", [stratum("全部", ratio(1, 1, "down"))], [slot()], ids="other", group=[("region", "地区")])
    return case(p, rows, people, recusals=[("𠮷野家", "😀5", "同乡"), ("😀", "𠮷1", "")])

def numbers_only():
    """One public event with enough bits; round 0; the draw time is not the time of a round."""
    digits = {**DIGITS, "bits": 150, "count": 50, "name": "五十位"}
    p = plan("2023-011", [stratum("全部", ratio(1, 2, "nearest"))], [slot()], seed=[digits], draw_time="2023-08-24T00:00:00Z")
    return case(p, subjects(7), officers(4), values=[{"kind": "public-numbers", "values": [i * i % 10 for i in range(50)]}],
                replay=False)

def sealed_all():
    """Sealed strata and a sealed team at once; the load groups come from sealed columns."""
    p = plan("2023-012", [stratum("东", count(3), when("region", "in", "东")), stratum("西", count(2), when("region", "in", "西"))],
             [slot("甲", 1, lead=True), slot("乙", 1, match=[("covers", "needs", "skills")]), slot("丙", 1, department="公安局")],
             group=[("region", "region")], sealed_subjects=["needs", "region"], slack=0,
             sealed_officers=["department", "expert", "expires", "lead", "leave", "limit", "matters", "region", "skills"])
    rows = subjects(12, region=["东", "西", ""], needs=["", "x", "y;x"])
    people = officers(10, region=["东", "西"], lead=["yes", "yes", "no"], skills=["x;y", "y", "x;y;z"], limit=["", "2"])
    return case(p, rows, people + officers(3, "公安局", "警", region=["东"]),
                recusals=[(rows[i]["id"], people[i % 10]["id"], "回避") for i in range(12)])

CASES = {"plain": plain, "early": early, "sealed-risk": sealed_risk, "sealed-team": sealed_team, "joint": joint,
         "scarce": scarce, "numbers": lambda: sources("2023-007", False), "numbers-only": numbers_only,
         "numbers-drand": lambda: sources("2023-008", True), "sealed-all": sealed_all,
         "differences": differences, "other-ids": other_ids}

def main(directory):
    os.makedirs(directory, exist_ok=True)
    if not v.HAVE_BLS:
        print("py_ecc is missing: the reports will have C03 and C06 as skipped", file=sys.stderr)
    for name, maker in CASES.items():
        for form, entries in zip(("public", "auditor"), make(name, maker())):
            data, stem = pack(entries), os.path.join(directory, f"{name}-{form}")
            with open(f"{stem}.zip", "wb") as file:
                file.write(data)
            report = v.verify(io.BytesIO(data), f"{name}-{form}.zip")
            with open(f"{stem}.report.json", "w", encoding="utf-8") as file:
                json.dump(report, file, ensure_ascii=False, indent=1)
                file.write("\n")
            print(f"{name}-{form}: {report['verdicts']['public']} / {report['verdicts']['auditor']}, {report['grade']}")

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_bundles.py DIRECTORY")
    main(sys.argv[1])
