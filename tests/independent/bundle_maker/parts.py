"""The parts of cases: plans, slots, strata, small rosters."""
from dispatch_verifier.plan import QUICKNET
from dispatch_verifier.primitives import CREDIT_VALUE, CREDIT_WEIGHT, H

from .prover import fixed
from .pulses import PULSES, time_of

DRAND = {"chain": QUICKNET, "kind": "drand"}
DRAW_ROUND = 1000                   # 2023-08-23T15:59:24Z
STAGE_ROUNDS = (65535, 657413)      # 2023-08-25T21:46:09Z, 2023-09-15T11:00:03Z
PULSE = {"round": DRAW_ROUND, "signature": PULSES[DRAW_ROUND]}
UNUSED_STAGE = "2023-09-01T01:00:00Z"


def credit(number: int) -> str:
    """1.7: a credit code"""
    body = f"91350100M{number:08d}"
    total = sum(CREDIT_VALUE[c] * w for c, w in zip(body, CREDIT_WEIGHT))
    return body + "0123456789ABCDEFGHJKLMNPQRTUWXY"[(31 - total % 31) % 31]


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


def child(draw_id, name, officers, *where):
    return {"draw": draw_id, "name": name, "officers": officers, "where": list(where)}


MATTERS = [
    {"basis": "食品安全法第一百一十条", "ceiling": [{"denominator": 100, "numerator": 5}], "code": "SC-01",
     "kind": "general", "name": "食品经营检查"},
    {"basis": "特种设备安全法", "ceiling": [], "code": "TZ-02", "kind": "key", "name": "特种设备检查"}]


def plan(draw_id, strata, slots, **other):
    seed = other.get("seed", [DRAND])
    unused = [UNUSED_STAGE] if DRAND in seed else []
    return {
        "format": "dispatch/plan/1", "draw": draw_id, "sequence": other.get("sequence", 1), "title": f"抽查 {draw_id}",
        "authority": "示范市市场监督管理局", "annual_plan": "年度计划第三项", "temporary_reason": "", "repeats": "",
        "mode": other.get("mode", "sample"), "matters": MATTERS, "children": other.get("children", []),
        "parent": other.get("parent", []), "exclusions": other.get("exclusions", []), "strata": strata, "seed": seed,
        "subjects": {"ids": other.get("ids", "credit-code"), "sealed": other.get("sealed_subjects", [])},
        "officers": {"sealed": other.get("sealed_officers", [])},
        "team": {"group": [{"officer": o, "subject": s} for o, s in other.get("group", [])],
                 "max_drops": other.get("max_drops", 5), "min_days": other.get("min_days", 1),
                 "slack": other.get("slack", 1), "slots": slots, "standing": other.get("standing", 0)},
        "schedule": {"disclosure_time": "2023-09-16T00:00:00Z", "draw_time": other.get("draw_time", time_of(DRAW_ROUND)),
                     "lead_minutes": 1440, "stage_lead_minutes": other.get("stage_lead_minutes", 720),
                     "stages": other.get("stages", unused),
                     "window_end": other.get("window_end", "2023-09-15"), "window_start": "2023-09-01"}}


def stage_times(*rounds):
    return [time_of(r) for r in rounds or STAGE_ROUNDS]


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
            "replay": True, **other}


def contribution(draw_id, body, outside):
    """5.1: a source and what is disclosed of it"""
    value = fixed("contribution", body)
    hashed = H("dispatch/v1/contribution", draw_id, body, value).hex()
    return ({"body": body, "hash": hashed, "kind": "contribution", "outside": outside},
            {"kind": "contribution", "value": value.hex()})
