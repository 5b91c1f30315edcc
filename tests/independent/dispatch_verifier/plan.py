"""3 Plan: its shape, and the rules between its fields. 5.1 is here, too: seed sources are part of the plan."""
import math

from .primitives import Refused, day_number, need_ascending, need_unique, refuse_if, show, unix
from .shapes import (BILLION, any_string, boolean, by_kind, closed, date, field_name, field_or_empty, hex32,
                     hex32_or_empty, ident, integer, list_of, one_of, or_empty, sorted_list_of, string, text,
                     text_or_empty, time)


def no_semicolon(v, where):
    text(v, where)
    refuse_if(";" in v, f"{where}: has a semicolon")


def condition(v, where):
    """3.1"""
    closed(field=field_name, op=one_of("in", "not-in", "prefix", "at-least", "at-most", "has-any"),
           values=list_of(string(0, 2000, "string of at most 2000 characters"), 1, 1000))(v, where)
    refuse_if(v["op"] in ("at-least", "at-most") and len(v["values"]) != 1, f"{where}: {v['op']} has exactly one value")
    refuse_if(v["op"] not in ("in", "not-in") and "" in v["values"], f"{where}: an empty value")
    if v["op"] == "has-any" and any(";" in value for value in v["values"]):
        raise Refused(f"{where}: a value of has-any has a semicolon")


def sealed_list(v, where):
    sorted_list_of(field_name)(v, where)
    refuse_if("id" in v, f"{where}: `id` is never sealed")


def fraction(v, where):
    closed(denominator=integer(1, BILLION), numerator=integer(1, BILLION))(v, where)
    refuse_if(v["numerator"] > v["denominator"], f"{where}: more than the whole")


def quota(v, where):
    """3.2"""
    by_kind(count=closed(count=integer(1, BILLION), kind=any_string),
            ratio=closed(denominator=integer(1, BILLION), kind=any_string, minimum=integer(0, BILLION),
                         numerator=integer(1, BILLION), rounding=one_of("down", "up", "nearest")))(v, where)
    refuse_if(v["kind"] == "ratio" and v["numerator"] > v["denominator"], f"{where}: more than the whole")


def slot(v, where):
    """3.3"""
    closed(count=integer(1, 20), department=text, expert=or_empty(no_semicolon), lead=boolean,
           match=list_of(closed(officer=field_name, rule=one_of("same", "differ", "covers"), subject=field_name), 0, 10),
           matters=sorted_list_of(no_semicolon, 100), name=text, role=one_of("officer", "expert"),
           skills=sorted_list_of(no_semicolon, 100))(v, where)
    refuse_if((v["role"] == "expert") != (v["expert"] != ""), f"{where}: `expert` does not go with the role")


def team(v, where):
    """3.3"""
    closed(group=list_of(closed(officer=field_name, subject=field_name), 0, 4), max_drops=integer(0, BILLION),
           min_days=integer(1, 366), slack=integer(0, 1000), slots=list_of(slot, 0, 20),
           standing=integer(0, 10000))(v, where)


QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
SOURCE = by_kind(  # 5.1
    drand=closed(chain=one_of(QUICKNET), kind=any_string),
    public_numbers=closed(bits=integer(1), count=integer(1, 100), from_=integer(0, BILLION), kind=any_string, name=text,
                          published=text, shape=one_of("set", "sequence"), time=time, to=integer(0, BILLION)),
    contribution=closed(body=text, hash=hex32, kind=any_string, outside=boolean))


CONDITIONS = list_of(condition, 0, 20)
PLAN = closed(
    format=one_of("dispatch/plan/1"), draw=ident, sequence=integer(1), title=text, authority=text,
    annual_plan=text_or_empty, temporary_reason=text_or_empty, repeats=hex32_or_empty, mode=one_of("sample", "order"),
    matters=list_of(closed(basis=text, ceiling=list_of(fraction, 0, 1), code=ident, kind=one_of("general", "key"),
                           name=text), 1, 100),
    subjects=closed(ids=one_of("credit-code", "other"), sealed=sealed_list), officers=closed(sealed=sealed_list),
    exclusions=list_of(closed(basis=text, code=ident, label=text, reference=field_or_empty, where=CONDITIONS), 0, 100),
    strata=list_of(closed(name=text, quota=quota, where=CONDITIONS), 0, 1000), team=team,
    children=list_of(closed(draw=ident, name=text, officers=integer(1, 20), where=CONDITIONS), 0, 100),
    parent=list_of(closed(child=text, commitment=hex32), 0, 1), seed=list_of(SOURCE, 1, 100),
    schedule=closed(disclosure_time=time, draw_time=time, lead_minutes=integer(1, 525600),
                    stage_lead_minutes=integer(1, 525600), stages=list_of(time, 0, 100),
                    window_end=date, window_start=date))


def schedule_rules(s, min_days):
    """3, below the table, and 3.3"""
    draw, stages = unix(s["draw_time"]), [unix(t) for t in s["stages"]]
    after_window = (day_number(s["window_end"]) + 1) * 86400
    refuse_if(day_number(s["window_start"]) > day_number(s["window_end"]), "schedule: the window ends before it starts")
    if min_days > day_number(s["window_end"]) - day_number(s["window_start"]) + 1:
        raise Refused("team: min_days is more than the days of the window")
    refuse_if(draw >= after_window, "schedule: the draw is after the window")
    refuse_if(unix(s["disclosure_time"]) < after_window, "schedule: the disclosure is before the end of the window")
    need_ascending(stages, "schedule.stages")
    if any(not draw < t < after_window for t in stages):
        raise Refused("schedule: a stage is not between the draw and the end of the window")


def seed_rules(sources, draw_time):
    """5.1"""
    kinds = [s["kind"] for s in sources]
    refuse_if(kinds.count("drand") > 1, "seed: more than one drand source")
    numbers = [s for s in sources if s["kind"] == "public-numbers"]
    bodies = [s for s in sources if s["kind"] == "contribution"]
    need_unique([s["name"] for s in numbers], "seed: names of public numbers")
    need_unique([s["body"] for s in bodies], "seed: contributing bodies")
    for s in numbers:
        size = s["to"] - s["from"] + 1
        if size < 1 or (s["shape"] == "set" and s["count"] > size):
            raise Refused(f"seed: {show(s['name'])} has no possible outcome")
        outcomes = math.comb(size, s["count"]) if s["shape"] == "set" else size ** s["count"]
        if s["bits"] >= outcomes.bit_length():  # 2^bits <= outcomes
            raise Refused(f"seed: {show(s['name'])} has fewer outcomes than 2^bits")
        refuse_if(unix(s["time"]) < unix(draw_time), f"seed: {show(s['name'])} is earlier than the draw")
    bits = 128 * kinds.count("drand") + sum(s["bits"] for s in numbers)
    if sum(s["outside"] for s in bodies) >= 2:
        bits += 256
    refuse_if(bits < 128, f"seed: only {bits} outside bits")


def plan_rules(plan):
    """3: the rules between the fields of a plan that has the right shape"""
    if (plan["annual_plan"] == "") == (plan["temporary_reason"] == ""):
        raise Refused("plan: exactly one of annual_plan and temporary_reason must be empty")
    need_unique([m["code"] for m in plan["matters"]], "plan.matters: codes")
    need_unique([e["code"] for e in plan["exclusions"]], "plan.exclusions: codes")
    need_unique([s["name"] for s in plan["strata"]], "plan.strata: names")
    schedule_rules(plan["schedule"], plan["team"]["min_days"])
    seed_rules(plan["seed"], plan["schedule"]["draw_time"])
    stages = plan["schedule"]["stages"]
    refuse_if(plan["mode"] == "order" and not stages, "plan: mode order without stages")
    if stages and all(source["kind"] != "drand" for source in plan["seed"]):
        raise Refused("plan: stages without a drand source")
    family_rules(plan)


def own_officers(plan) -> int:
    """3.3: how many officers of the plan's own go on every visit"""
    return sum(s["count"] for s in plan["team"]["slots"] if s["role"] == "officer")


def family_rules(plan):
    """3.3, 3.4: what depends on parent and children"""
    need_unique([child["name"] for child in plan["children"]], "plan.children: names")
    need_unique([plan["draw"], *(child["draw"] for child in plan["children"])], "draws of plan and children")
    sealed = set(plan["subjects"]["sealed"])
    for child in plan["children"]:
        if sealed & {c["field"] for c in child["where"]}:
            raise Refused(f"plan.children: {show(child['name'])} reads a sealed column of the subjects")
    refuse_if(not plan["team"]["slots"] and not plan["children"], "team: no slots and no children")
    if plan["parent"]:
        if plan["exclusions"] or plan["strata"] or plan["children"] or plan["mode"] != "sample":
            raise Refused("plan: a child draw has no exclusions, strata and children, and the mode sample")
        pairs = plan["team"]["group"] + [m for s in plan["team"]["slots"] for m in s["match"]]
        refuse_if(sealed & {p["subject"] for p in pairs}, "team: a child draw reads a sealed column of the subjects")
    else:
        refuse_if(not plan["strata"], "plan: no strata")
    if not plan["children"] and own_officers(plan) < (1 if plan["parent"] else 2):
        raise Refused("team: too few officers")
