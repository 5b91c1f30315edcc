"""Cases of single draws: strata, sealed columns, sources, limits."""
from .parts import (DRAND, PULSE, case, contribution, count, credit, exclusion, officers, plan, ratio, slot, stratum,
                    subjects, when)
from .prover import fixed


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
                recent_pulse=[PULSE])


def sealed_risk():
    strata = [stratum("A", ratio(2, 3, "up"), when("risk", "in", "A")),
              stratum("BC", count(3), when("risk", "in", "B", "C"))]
    p = plan("2023-003", strata, [slot()], sealed_subjects=["remark", "risk"],
             exclusions=[exclusion("X", when("risk", "in", "X"), reference="remark")])
    rows = subjects(24, risk=["A", "B", "C", "X", ""], remark=["", "注", "", "立案1", ""])
    people = officers(7)
    recusals = [(s["id"], o["id"], "近亲属" if i % 2 else "") for s in rows for i, o in enumerate(people[:3])]
    return case(p, rows, people, recusals=recusals, replay=False)


def sealed_team():
    p = plan("2023-004", [stratum("全部", ratio(1, 2, "nearest"))],
             [slot("组长", 1, lead=True), slot("组员", 1, match=[("differ", "manager", "name")])],
             sealed_subjects=["manager"], sealed_officers=["expires", "lead", "leave", "limit", "name"])
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


def sources(draw_id, with_drand):
    numbers = {"kind": "public-numbers", "values": [2, 3, 5, 7, 11, 30, 35]}
    digits = {"kind": "public-numbers", "values": [9, 0, 0, 4, 9]}
    pairs = [contribution(draw_id, "市人大办公室", True), (NUMBERS, numbers), contribution(draw_id, "局机关", False),
             (DIGITS, digits), contribution(draw_id, "市工商联", with_drand or draw_id == "2023-007")]
    if with_drand:
        pairs.insert(2, (DRAND, {"kind": "drand", **PULSE}))
    p = plan(draw_id, [stratum("全部", count(5))], [slot()], seed=[s for s, _ in pairs])
    return case(p, subjects(13), officers(5), values=[value for _, value in pairs], replay=False)


def differences():
    rows, people = subjects(10), officers(6)

    def line(change, row_id, reason):
        return {"change": change, "id": row_id, "reason": reason}
    p = plan("2023-009", [stratum("全部", ratio(3, 10, "nearest"))], [slot()])
    return case(p, rows, people, subjects_diff=[
        line("added", rows[0]["id"], "新设立"), line("added", rows[4]["id"], "新设立"), line("changed", rows[5]["id"], "更名"),
        line("removed", credit(900), "注销"), line("removed", credit(901), "注销"), line("removed", credit(902), "迁出")],
        officers_diff=[line("added", people[5]["id"], "新发证")])


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
    p = plan("2023-011", [stratum("全部", ratio(1, 2, "nearest"))], [slot()], seed=[digits],
             draw_time="2023-08-24T00:00:00Z")
    values = [i * i % 10 for i in range(50)]
    return case(p, subjects(7), officers(4), values=[{"kind": "public-numbers", "values": values}], replay=False)


def sealed_all():
    """Sealed strata and a sealed team at once; the load groups come from sealed columns."""
    strata = [stratum("东", count(3), when("region", "in", "东")), stratum("西", count(2), when("region", "in", "西"))]
    slots = [slot("甲", 1, lead=True), slot("乙", 1, match=[("covers", "needs", "skills")]), slot("丙", 1, department="公安局")]
    p = plan("2023-012", strata, slots,
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
