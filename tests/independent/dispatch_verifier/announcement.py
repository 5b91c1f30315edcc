"""4 The announcement; 2.5 its summaries of differences."""
from .custody import custody
from .plan import PLAN, plan_rules
from .primitives import Refused, need_ascending, refuse_if, show
from .selection import quota_size
from .shapes import boolean, closed, hex32, hex32_or_empty, hex48, ident, integer, list_of, one_of, text, time

CHANGE = one_of("added", "changed", "removed")
SUMMARY = closed(added=integer(), changed=integer(), previous_count=integer(), previous_root=hex32,
                 reasons=list_of(closed(change=CHANGE, count=integer(1), reason=text)), removed=integer(), root=hex32)
ROSTER = closed(count=integer(), diff=list_of(SUMMARY, 0, 1), root=hex32)
ANNOUNCEMENT = closed(
    format=one_of("dispatch/announcement/1"), suite=one_of("sha256-chacha20"), created=time, replay=boolean, plan=PLAN,
    subjects=ROSTER, officers=ROSTER, recusals=closed(count=integer(), root=hex32),
    excluded=list_of(closed(code=ident, count=integer())), outside_strata=integer(), secret_hash=hex32,
    strata=list_of(closed(name=text, pool=integer(), quota=integer())), round=integer(),
    custody=custody, recent_pulse=list_of(closed(round=integer(1), signature=hex48), 0, 1), policy=hex32_or_empty)


def announcement_rules(a):
    """Rules between the fields of an announcement that has the right shape."""
    plan = a["plan"]
    plan_rules(plan)
    if [e["code"] for e in a["excluded"]] != [e["code"] for e in plan["exclusions"]]:
        raise Refused("excluded: not the codes of the plan")
    if [s["name"] for s in a["strata"]] != [s["name"] for s in plan["strata"]]:
        raise Refused("strata: not the names of the plan")
    placed = a["outside_strata"] + sum(e["count"] for e in a["excluded"]) + sum(s["pool"] for s in a["strata"])
    if placed != a["subjects"]["count"]:
        raise Refused(f"excluded, pools and outside_strata add up to {placed}, not to subjects.count")
    for announced, stratum in zip(a["strata"], plan["strata"]):
        if quota_size(stratum["quota"], announced["pool"]) != announced["quota"]:  # None for a fault
            raise Refused(f"strata: {show(stratum['name'])} has not the quota of its pool")
    if plan["parent"]:
        refuse_if(a["subjects"]["diff"], "subjects.diff: not in a child draw")
    else:
        refuse_if(sum(s["quota"] for s in a["strata"]) < 1, "strata: nobody is to be selected")
    for name in ("subjects", "officers"):
        for d in a[name]["diff"]:
            summary_rules(d, a[name]["count"], f"{name}.diff")


def summary_rules(d, count, where):
    """2.5"""
    need_ascending([(r["change"], r["reason"]) for r in d["reasons"]], f"{where}.reasons")
    for change in ("added", "changed", "removed"):
        if sum(r["count"] for r in d["reasons"] if r["change"] == change) != d[change]:
            raise Refused(f"{where}: the reasons do not add up to {change}")
    if d["previous_count"] + d["added"] - d["removed"] != count:
        raise Refused(f"{where}: previous_count + added - removed is not the count")
