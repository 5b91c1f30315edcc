"""11 The verdicts, 12 the grade, 13 the report."""
import dataclasses
import io

from .checks import AUDITORS_ONLY, CHECKS, NEEDS, Verification
from .policy import Pins

OF_THE_VERIFIER = ("F01", "F02", "F03", "L01", "L02", "L03", "L04", "L05", "K01")  # for what it pins
GRADES = ("witnessed", "frozen-first", "timestamped", "expected", "consistent")
WITH_CHILDREN = {"witnessed": GRADES[:1], "frozen-first": GRADES[:2], "timestamped": GRADES[:3], "expected": GRADES[:3],
                 "consistent": GRADES}  # the grades that every child must have
WORST_FIRST = ("fail", "incomplete", "pass")


def verdict(v: Verification, names) -> str:
    statuses = {name: v.check(name)[0] for name in names}
    if "fail" in statuses.values():
        return "fail"
    skipped = [name for name, status in statuses.items() if status == "skipped" and name not in OF_THE_VERIFIER]
    return "incomplete" if skipped else "pass"


def public_verdict(v: Verification, children) -> str:
    names = [name for name, _, _ in CHECKS if name not in AUDITORS_ONLY and not v.is_marked(name)]
    verdicts = [verdict(v, names)] + [public_verdict(child, ()) for child in children]
    return min(verdicts, key=WORST_FIRST.index)


def grade(v: Verification, children) -> str:
    """12"""
    if not v.passed("A02"):
        return "failed"
    if v.a["replay"]:
        return "replay"
    worst = min((verdict(each, NEEDS) for each in (v, *children)), key=WORST_FIRST.index)
    if worst != "pass":
        return {"fail": "failed"}.get(worst, worst)
    own, below = own_grade(v), [grade(child, ()) for child in children]
    return next(g for g in GRADES if g in own and all(each in WITH_CHILDREN[g] for each in below))


def own_grade(v: Verification) -> list:
    """12: the grades that a bundle without faults would have, were it not for its children"""
    pinned = v.pins.log_policy
    witnesses = pinned is not None and pinned.quorum is not None
    stages = {name: v.passed(name) or not v.stages for name in ("F03", "L04")}  # they come after the commitment
    logged = v.passed("L02") and v.passed("L03") and stages["L04"]
    frozen = v.passed("F02") or witnesses and v.passed("L02")
    return [name for name, reached in (
        ("witnessed", logged and witnesses),
        ("frozen-first", frozen and (stages["F03"] or witnesses and stages["L04"])),
        ("timestamped", logged),
        ("expected", v.passed("F01") and (stages["F03"] or stages["L04"])),
        ("consistent", True)) if reached]


def one_report(v: Verification, file_name: str) -> dict:
    """13"""
    return {
        "bundle": file_name,
        "children": [{"name": v.plan["children"][child.position - 1]["name"],
                      "report": one_report(child, f"child-{child.position}.zip")} for child in v.children],
        "checks": [{"detail": v.check(name)[1], "id": name, "section": section, "status": v.check(name)[0]}
                   for name, section, _ in CHECKS],
        "commitment": v.commitment.hex() if v.passed("A02") else "",
        "form": "auditor" if v.auditors_form else "public", "grade": grade(v, v.children),
        "verdicts": {"auditor": verdict(v, NEEDS) if v.auditors_form else "hidden",
                     "public": public_verdict(v, v.children)}}


def verify(source, file_name, **pinned) -> dict:
    """The report (13) on one bundle: a path or a binary file. `pinned` is what Pins has."""
    pins = Pins(**pinned)
    bundle = Verification(source, pins)
    left = bundle.box.left
    for number, data in bundle.child_entries():  # an entry that cannot be unpacked is no zip file
        child = Verification(io.BytesIO(data or b""), dataclasses.replace(pins, expect=None), bundle, number, left)
        left = child.box.left
        bundle.children.append(child)
    return one_report(bundle, file_name)


def human(report, indent="") -> str:
    lines = [report["bundle"]]
    lines += [f"  {c['id']}  {c['status']:7}  {c['detail']}" for c in report["checks"]]
    lines += [f"  commitment        {report['commitment'] or '-'}", f"  public verdict    {report['verdicts']['public']}",
              f"  auditor's verdict {report['verdicts']['auditor']}", f"  grade             {report['grade']}"]
    lines = [indent + line for line in lines]
    return "\n".join(lines + [human(child["report"], indent + "    ") for child in report["children"]])
