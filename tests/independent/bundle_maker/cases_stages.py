"""Cases with stages, batches, standing teams and children."""
from .parts import (STAGE_ROUNDS, case, child, count, officers, plan, ratio, slot, stage_times, stratum, subjects, when)
from .prover import Draw, pack
from .pulses import time_of

CHILD_ROUNDS = (1001, 65536)


def in_stratum(draw, now, field, value) -> list:
    """The subjects of a list with this value, in order of id"""
    return sorted(s for s in now if draw.rows[s].get(field, "") == value)


def member(now, subject, position=0) -> str:
    return now[subject]["officers"][position]


def first_drops(draw, now):
    """A subject falls out, an officer is recused from one visit at the subject's request, another one is ill."""
    high, low = in_stratum(draw, now, "risk", "高"), in_stratum(draw, now, "risk", "低")
    ill = member(now, high[1])
    visits = [(s, ill, "unavailable") for s in (*high[1:], *low[1:]) if ill in now[s]["officers"]]
    return [(high[0], "", "moved-out"), (low[0], member(now, low[0], 1), "recusal-requested"), ("", ill, "unavailable"),
            *visits]


def second_drops(draw, now):
    """Two subjects of one stratum, one of them with an officer who leaves that very visit, and an officer who keeps the
    visits already given."""
    low = in_stratum(draw, now, "risk", "低")
    return [(low[0], "", "deregistered"), (low[0], member(now, low[0]), "unavailable"), (low[1], "", "force-majeure"),
            ("", member(now, low[2]), "transferred")]


def two_stages(name="2023-101", max_drops=3, **other):
    """Both stages together take out officers as often as the plan allows: one each, and a second one of a visit, which falls
    out in that very stage."""
    strata = [stratum("高", count(3), when("risk", "in", "高")), stratum("低", ratio(1, 3, "up"), when("risk", "in", "低"))]
    p = plan(name, strata, [slot(match=[("differ", "street", "street")])], stages=stage_times(),
             max_drops=max_drops, **other)
    rows = subjects(24, risk=["高", "低", ""], street=["甲", "乙", "", "丙"])
    people = officers(9, street=["甲", "丁", "戊"], limit=["", "3"])
    recusals = [(s["id"], people[i % 9]["id"], "同乡") for i, s in enumerate(rows)]
    return case(p, rows, people, recusals=recusals, replay=False, stages=[
        {"number": 1, "drops": first_drops}, {"number": 2, "drops": second_drops, "created": "2023-09-10T00:00:00Z"}])


def order():
    """Mode `order`: quotas of 7, 4 and 1 in three batches; a subject falls out in both stages."""
    strata = [stratum("甲", count(7), when("kind", "in", "甲")), stratum("丙", count(1), when("kind", "in", "丙")),
              stratum("乙", ratio(2, 5, "nearest"), when("kind", "in", "乙"))]
    p = plan("2023-102", strata, [slot()], mode="order", stages=stage_times(), slack=0, max_drops=0)

    def drops(draw, now):
        return [(in_stratum(draw, now, "kind", "甲")[0], "", "cancelled")]

    return case(p, subjects(30, kind=["甲", "乙", "丙"]), officers(7), replay=False, stages=[
        {"number": 1, "drops": drops}, {"number": 2, "drops": drops, "created": "2023-09-01T00:00:00Z"}])


def standing_roster():
    """Three districts; 北 has no second leader, so that its second team is incomplete."""
    rows = subjects(36, region=["东", "东", "西", "北"], street=["甲", "乙", "丙", "", "丁"])
    people = officers(24, region=["东", "西", "东", "北"], lead=["yes", "yes", "no", ""], street=["甲", "戊", "丙"],
                      limit=["", "5", "4"])
    lead = next(o for o in people if o["region"] == "北")
    lead["lead"] = "yes"
    return rows, people


def standing_plan(name, **other):
    strata = [stratum("东", count(10), when("region", "in", "东")), stratum("西", count(4), when("region", "in", "西")),
              stratum("北", count(5), when("region", "in", "北"))]
    slots = [slot("组长", 1, lead=True), slot("组员", 1, match=[("differ", "street", "street")]),
             slot("消防", 1, department="消防救援局")]
    return plan(name, strata, slots, group=[("region", "region")], standing=3, **other)


def standing(name="2023-103", **other):
    rows, people = standing_roster()
    fire = officers(8, "消防救援局", "闽B", region=["东", "西", "北"], limit=["", "0", ""])
    recusals = [(s["id"], o["id"], "回避") for i, s in enumerate(rows) for o in people[i % 5::11]]
    return case(standing_plan(name, **other), rows, people + fire, recusals=recusals, replay=False)


def standing_drops(draw, now):
    east = in_stratum(draw, now, "region", "东")
    ill = member(now, east[3])
    return [(s, "", "out-of-scope") for s in east[:2]] + [("", ill, "certificate-invalid")] + [
        (s, ill, "certificate-invalid") for s in east[2:] if ill in now[s]["officers"]]


def standing_stages():
    made = standing("2023-104", stages=stage_times())
    return {**made, "stages": [{"number": 1, "drops": standing_drops},
                               {"number": 2, "created": "2023-09-14T00:00:00Z", "drops": lambda draw, now: [
                                   (in_stratum(draw, now, "region", "西")[0], "", "revoked")]}]}


# ---- a joint campaign

FOOD, FIRE = "食品", "消防"


def parent_plan(name, slots, **other):
    strata = [stratum("餐饮", count(4), when("kind", "in", "餐饮")), stratum("商场", count(3), when("kind", "in", "商场"))]
    children = [child(f"{name}-1", FOOD, 2, when("kind", "in", "餐饮")), child(f"{name}-2", FIRE, 2 if not slots else 1)]
    return plan(name, strata, slots, children=children, **other)


def child_plan(draw, name, number, **other):
    """The plan of a child of a draw: its department's slots, with its commitment."""
    named = draw.plan["children"][number - 1]
    department = {FOOD: "卫生局", FIRE: "消防救援局"}[named["name"]]
    slots = [slot(named["name"], named["officers"], department, match=[("differ", "street", "street")])]
    return plan(name, [], slots, parent=[{"child": named["name"], "commitment": draw.commitment.hex()}],
                draw_time=time_of(CHILD_ROUNDS[number - 1]), **other)


def child_case(draw, number, plan, stages=(), **other):
    department, prefix = {1: ("卫生局", "闽W"), 2: ("消防救援局", "闽B")}[number]
    people = officers(7, department, prefix, street=["甲", "丁", "乙"], limit=["", "5"])
    recusals = [(s["id"], people[i % 7]["id"], "回避") for i, s in enumerate(draw.case["subjects"]) if i % 3 == 0]
    return case(plan, draw.case["subjects"], people, recusals=recusals, stages=list(stages), **{
        "replay": draw.case["replay"], "created": "2023-08-21T00:00:00Z", **other})


def parent_subjects():
    return subjects(21, kind=["餐饮", "商场", ""], street=["甲", "乙", "丙", ""])


def parents_drops(draw, now):
    """One subject of each stratum falls out."""
    return [(in_stratum(draw, now, "kind", kind)[0], "", "under-investigation") for kind in ("餐饮", "商场")]


def child_drops(draw, now):
    """An officer is recused from a visit that stays, one from a visit that does not (15.2: the child cannot know that yet),
    and another one is on leave."""
    stays = [s for s in sorted(set(now) & draw.parent_list(1)) if all(now[s]["officers"])]
    goes = next(s for s in sorted(set(now) - draw.parent_list(1)) if all(now[s]["officers"]))
    gone = {drop["officer"] for drop in draw.drops if not drop["subject"]}
    leaves = next(o for o in now[stays[1]]["officers"] if o not in gone)
    return [(stays[0], member(now, stays[0]), "recusal"), (goes, member(now, goes), "recusal-requested"),
            ("", leaves, "unavailable")]


def food(draw):
    """The first child: drawn before the parent's stage, two stages; only the second one follows the parent's."""
    return child_case(draw, 1, child_plan(draw, draw.plan["draw"] + "-1", 1, stages=stage_times()), [
        {"number": 1, "drops": lambda child, now: [("", member(now, sorted(now)[-1], 1), "other-duty")]},
        {"number": 2, "parent_stage": 1, "drops": child_drops, "created": "2023-09-01T00:00:00Z"}])


def fire(draw):
    """The second child: its officers and their leave are sealed; standing teams; one stage."""
    p = child_plan(draw, draw.plan["draw"] + "-2", 2, stages=stage_times(STAGE_ROUNDS[1]), standing=3,
                   sealed_officers=["leave", "name"])
    made = child_case(draw, 2, p, [{"number": 1, "parent_stage": 1, "drops": child_drops,
                                    "created": "2023-09-01T00:00:00Z"}])
    made["officers"][2]["leave"] = "2023-09-01/2023-09-15"
    return made


def campaign(name="2023-105"):
    """A parent with an officer of its own and a stage, and two children, one of them with `where`."""
    p = parent_plan(name, [slot("市场监管", 1)], stages=stage_times(STAGE_ROUNDS[0]))
    return case(p, parent_subjects(), officers(5), replay=False, children={1: (food, None), 2: (fire, "auditor")},
                stages=[{"number": 1, "drops": parents_drops}])


def campaign_bare():
    """A parent without slots: the officers are its children's. No stages; sealed columns of the subjects."""
    p = parent_plan("2023-106", [], stages=[], sealed_subjects=["name"], standing=2)

    def bare_child(number):
        def make_child(draw):
            q = child_plan(draw, f"2023-106-{number}", number, stages=[], sealed_subjects=["name"])
            return child_case(draw, number, q)
        return make_child, None

    return case(p, parent_subjects(), officers(1), replay=False, children={1: bare_child(1), 2: bare_child(2)})


def campaign_early():
    """A stage that is announced and not used; the second child is not disclosed yet."""
    def early_child(draw):
        return child_case(draw, 1, child_plan(draw, "2023-107-1", 1, stages=stage_times(STAGE_ROUNDS[1])))

    p = parent_plan("2023-107", [slot("市场监管", 1)], stages=stage_times(STAGE_ROUNDS[0]))
    return case(p, parent_subjects(), officers(5), replay=False, children={1: (early_child, None)})


def sealed_stages():
    """Sealed strata and a sealed team, with two stages."""
    made = two_stages("2023-108", sealed_subjects=["risk", "street"], sealed_officers=["limit", "street"])
    return {**made, "recusals": made["recusals"][::2]}


def child_alone():
    """The first child of `campaign`, outside its parent's bundle."""
    draw = Draw("campaign", campaign())
    alone = Draw("campaign child 1", food(draw), draw, 1)
    return {"public": pack(alone.entries(False)), "auditor": pack(alone.entries(True))}


CASES = {"stages": two_stages, "order": order, "standing": standing, "standing-stages": standing_stages,
         "campaign": campaign, "campaign-bare": campaign_bare, "campaign-early": campaign_early,
         "sealed-stages": sealed_stages, "campaign-frozen": lambda: campaign("2023-110")}
