"""17.4 The entries of the log."""
from .canonical import canonical
from .documents import DISCLOSED, RESULT, STAGE
from .key import COSIGNATURE, SIGNATURE, key_shape
from .primitives import refuse_if, sha256
from .shapes import (any_string, boolean, by_kind, closed, date, hex32, hex32_or_empty, ident, integer, list_of, one_of,
                     or_empty, sorted_list_of, text, text_or_empty, time)

MAX_ENTRY = 65535
COMMON = {"body": text, "format": one_of("dispatch/entry/1"), "kind": any_string, "number": integer(1), "time": time}
MINUTES = integer(1, 525600)
COPIED = {  # from announcement.json, its plan and its schedule, with their form
    "annual_plan": text_or_empty, "created": time, "disclosure_time": time, "draw": ident, "draw_time": time,
    "lead_minutes": MINUTES, "policy": hex32_or_empty, "repeats": hex32_or_empty, "replay": boolean, "round": integer(),
    "secret_hash": hex32, "sequence": integer(1), "stage_lead_minutes": MINUTES, "stages": list_of(time, 0, 100),
    "temporary_reason": text_or_empty, "title": text, "window_end": date}
SUMMARY = closed(**COPIED, children=list_of(ident, 0, 100), custodians=integer(0, 20), custody=hex32_or_empty,
                 document=hex32, parent=hex32_or_empty, timelock=boolean)
STAGE_NUMBER = integer(0, 100)


def draws(v, where):
    list_of(closed(draw=ident, latest=date, title=text), 1, 400)(v, where)
    sorted_list_of(ident)([draw["draw"] for draw in v], where)


def void(v, where):
    closed(**COMMON, approver=text, commitment=hex32_or_empty, draw=ident, proposer=text, reason=text)(v, where)
    refuse_if(v["approver"] == v["proposer"], f"{where}: proposer and approver are the same")


def key_change(v, where):
    key = or_empty(key_shape(SIGNATURE, COSIGNATURE))
    closed(**COMMON, compromised=boolean, holder=one_of("log", "witness", "custodian"), new=key, old=key,
           reason=text)(v, where)
    refuse_if(not v["new"] and not v["old"], f"{where}: neither a new nor an old key")


ENTRY = by_kind(
    plan=closed(**COMMON, document=hex32, draws=draws, reason=text_or_empty, year=integer(2000, 9999)),
    announcement=closed(**COMMON, announcement=SUMMARY, commitment=hex32),
    acknowledgement=closed(**COMMON, commitment=hex32, note=any_string),
    contribution=closed(**COMMON, commitment=hex32, contributor=text, value=hex32),
    pulse=closed(**COMMON, commitment=hex32, sources=list_of(DISCLOSED, 1, 100), stage=STAGE_NUMBER),
    stage=closed(**COMMON, commitment=hex32, stage=STAGE),
    result=closed(**COMMON, commitment=hex32, result=RESULT, stage=STAGE_NUMBER),
    disclosure=closed(**COMMON, bundle=hex32_or_empty, commitment=hex32, document=hex32, secret=hex32),
    void=void, key=key_change)


def need_entry(v, where):
    ENTRY(v, where)
    refuse_if(len(canonical(v)) > MAX_ENTRY, f"{where}: more than {MAX_ENTRY} bytes")


def summary_of(a, document: bytes) -> dict:
    """What an `announcement` entry says of an announcement and its bytes"""
    plan, schedule, custody = a["plan"], a["plan"]["schedule"], a["custody"]
    copied = {name: place[name] for place in (schedule, plan, a) for name in COPIED if name in place}
    return {**copied, "children": [child["draw"] for child in plan["children"]],
            "custodians": len(custody["custodians"]), "custody": custody["file"], "document": sha256(document).hex(),
            "parent": plan["parent"][0]["commitment"] if plan["parent"] else "", "timelock": custody["timelock"] != ""}
