"""The shapes of the other documents and lines of a bundle (2.4, 2.5, 8, 9, 10, 15)."""
from .primitives import Refused, refuse_if
from .shapes import (any_string, by_kind, closed, hex32, hex48, id_or_empty, ident, integer, list_of, one_of, text,
                     time)

RESULT = closed(commitment=hex32, count=integer(), format=one_of("dispatch/result/1"), root=hex32)
DISCLOSED = by_kind(drand=closed(kind=any_string, round=integer(), signature=hex48),
                    public_numbers=closed(kind=any_string, values=list_of(integer())),
                    contribution=closed(kind=any_string, value=hex32))
DISCLOSURE = closed(commitment=hex32, format=one_of("dispatch/disclosure/1"), secret=hex32, sources=list_of(DISCLOSED))
AUDIT = closed(commitment=hex32, format=one_of("dispatch/audit/1"), roster_key=hex32)
RECORD = closed(officers=list_of(id_or_empty), subject=ident, ticket=hex32)
CLOSED_RECUSAL = closed(leaf=hex32)
OPEN_RECUSAL = closed(officer=ident, reason=hex32, salt=hex32, subject=ident)
DIFF_LINE = closed(change=one_of("added", "changed", "removed"), id=ident, reason=text)

TIMELOCK_DOCUMENT = closed(commitment=hex32, format=one_of("dispatch/timelock/1"), round=integer(1), signature=hex48)

STAGE = closed(commitment=hex32, created=time,
               drops=closed(officers=integer(), root=hex32, subjects=integer(), visits=integer()),
               format=one_of("dispatch/stage/1"), number=integer(1, 100), parent_stage=integer(0, 100), previous=hex32,
               round=integer())
STAGE_LINE = closed(result=RESULT, signature=hex48, stage=STAGE)
STAGE_RECORD = closed(officers=list_of(id_or_empty), stage=integer(1, 100), subject=ident, ticket=hex32)

SUBJECT_REASONS = ("deregistered", "revoked", "cancelled", "moved-out", "out-of-scope", "under-investigation",
                   "force-majeure")
OFFICER_REASONS = ("unavailable", "transferred", "certificate-invalid", "other-duty")
VISIT_REASONS = ("recusal", "recusal-requested", *OFFICER_REASONS)


def drop(v, where):
    """15.2: a line of drops.jsonl"""
    closed(approver=text, evidence=hex32, officer=id_or_empty, reason=one_of(*SUBJECT_REASONS, *VISIT_REASONS),
           stage=integer(1, 100), subject=id_or_empty)(v, where)
    refuse_if(not v["subject"] and not v["officer"], f"{where}: neither subject nor officer")
    reasons = OFFICER_REASONS if not v["subject"] else VISIT_REASONS if v["officer"] else SUBJECT_REASONS
    if v["reason"] not in reasons:
        raise Refused(f"{where}: {v['reason']} is no reason for this kind of drop")
