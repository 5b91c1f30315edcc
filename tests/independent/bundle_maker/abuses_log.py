"""Cheating that only the log shows, and logs that are no evidence. Every function makes what cases_log makes."""
import copy

from . import cases_stages as c, journal, log
from .cases_log import (CUSTODIAN, OTHER_CUSTODIAN, Made, acknowledgement, custody, locked_case, logged, small,
                        timelock_document, with_lines)
from .log import ORIGIN, WITNESSES, Log
from .prover import Draw, fixed, pack
from .signer import Signer, Witness, base64_text

DAY = 86400


def draw_of(number, **other):
    return Draw(f"log abuse {number}", small(f"2023-3{number:02}", **other))


def late(draw, kind, seconds):
    """The operator writes the entry when it says, but the witnesses see it so much later."""
    events = journal.events_of(draw)
    for event in events:
        event.late = seconds if event.kind == kind else 0
    return logged(draw, events)


def backdated():
    """`created` and the entry's time are early, the witnesses saw it sixteen hours before the draw."""
    return late(draw_of(1), "announcement", 3 * DAY)


def announced_twice():
    """Two announcements of one draw, with different secrets: one for every wish"""
    draw, other = draw_of(2), Draw("log abuse other secret", small("2023-302"))
    return logged(draw, journal.events_of(draw) + journal.events_of(other)[:1])


def void_of(draw, commitment):
    return journal.Event("2023-08-22T00:00:00Z", {
        "body": draw.plan["authority"], "kind": "void", "approver": "局长", "proposer": "科长", "commitment": commitment,
        "draw": draw.plan["draw"], "reason": "计划变更"})


def void():
    draw = draw_of(3)
    return logged(draw, journal.events_of(draw) + [void_of(draw, draw.commitment.hex())])


def void_of_the_draw():
    """The entry names the draw id only."""
    draw = draw_of(4)
    return logged(draw, journal.events_of(draw) + [void_of(draw, "")])


def other_result():
    """The log has the result of another list."""
    draw = draw_of(5)
    events = journal.events_of(draw)
    for event in events:
        if event.kind == "result":
            event.entry["result"] = {**draw.result, "root": fixed("other", "root").hex()}
    return logged(draw, events)


def late_result():
    return late(draw_of(6), "result", 40 * DAY)


def without(kind):
    def make():
        draw = Draw("log abuse stages", {**c.two_stages("2023-307"), "stages": c.two_stages()["stages"][:1]})
        return logged(draw, [event for event in journal.events_of(draw) if event.kind != kind])
    return make


def late_stage():
    """The drops were chosen when the stage's pulse was known."""
    return late(Draw("log abuse late stage", {**c.two_stages("2023-308"), "stages": c.two_stages()["stages"][:1]}),
                "stage", 2 * DAY)


def late_child():
    """The second child is announced in time for its own draw, but when the parent's subjects were known."""
    case = c.campaign("2023-309")
    case["plan"]["schedule"]["stages"], case["stages"] = [], []
    draw = Draw("log abuse parent", case)
    children = {n: Draw(f"log abuse child {n}", c.child_case(draw, n, c.child_plan(draw, f"2023-309-{n}", n, stages=[])),
                        draw, n) for n in (1, 2)}
    events = [event for each in (draw, children[1]) for event in journal.events_of(each)]
    tardy = journal.events_of(children[2])
    tardy[0].late = 3 * DAY
    lines = journal.write(events + tardy)
    return with_lines(draw, lines, {n: with_lines(child, lines).data for n, child in children.items()})


# ---- logs that are none

def forged_log():
    """A log of the operator's own under the name of the pinned one"""
    return logged(draw_of(10), own_log=Log(Signer(ORIGIN, secret="forger")))


def forged_witnesses():
    """The log is the pinned one, but the operator made up the witnesses."""
    return logged(draw_of(11), own_log=Log(witnesses=[Witness(w.key.name, "forger") for w in WITNESSES]))


def bad_cosignature():
    """Two good cosignatures are enough, but the third line, of a known key, does not verify."""
    forger = Witness(WITNESSES[2].key.name, "forger")
    forger.key = WITNESSES[2].key
    return logged(draw_of(12), own_log=Log(witnesses=(*WITNESSES[:2], forger)))


def no_log():
    draw = draw_of(13)
    return Made(pack(draw.entries(False)), log.policy())


def changed(number, change):
    """Something done to the lines of log.jsonl"""
    return lambda: logged(draw_of(number), change=change)


def other_hash(lines):
    """A hash of the first proof is another one."""
    lines = copy.deepcopy(lines)
    parts = lines[0]["proof"].split("\n")
    parts[2] = base64_text(fixed("other", "hash"))
    lines[0]["proof"] = "\n".join(parts)
    return lines


def unknown_field(lines):
    return [{**lines[0], "entry": {**lines[0]["entry"], "remark": "补录"}}, *lines[1:]]


def forked():
    """Two trees of one size, both cosigned: results are from another one than the announcement."""
    draw, trees = draw_of(17), []
    for reason in ("轮换", "遗失"):
        tree = Log()
        tree.add("2023-08-01T00:00:00Z", {**journal.OTHER_BODY, "old": tree.signer.text, "reason": reason})
        journal.write(journal.events_of(draw), tree)
        trees.append(tree)
    places = [n for n, entry in enumerate(trees[0].entries) if entry.get("commitment") == draw.commitment.hex()]
    size = len(trees[0].entries)
    return with_lines(draw, [trees[n > places[0]].line(n, size=size) for n in places])


# ---- custodians and the time lock

def acknowledged_by(number, signer=CUSTODIAN, time="2023-08-20T06:00:00Z", **other):
    def make():
        draw = draw_of(number, custody=custody())
        return logged(draw, journal.events_of(draw, [acknowledgement(draw, signer, time, **other)]))
    return make


def locked(name, holds=None, pulse=None, **other):
    def make():
        draw = Draw(name, locked_case(name, holds, **other))
        return logged(draw, more=timelock_document(draw, pulse) if pulse else timelock_document(draw))
    return make


def no_lock():
    """Bytes that are no time lock"""
    case = locked_case("2023-324")
    case["custody"] = custody((), b"no time lock")
    draw = Draw("2023-324", case)
    return logged(draw, more=timelock_document(draw))


ABUSES = {  # name: (maker, checks that must fail in the bundle, and in its children by number)
    "log-backdated": (backdated, "L02", {}), "log-announced-twice": (announced_twice, "L02", {}),
    "log-void": (void, "L02", {}), "log-void-draw": (void_of_the_draw, "L02", {}),
    "log-other-result": (other_result, "L03", {}), "log-late-result": (late_result, "L03", {}),
    "log-no-result": (without("result"), "L03", {}), "log-no-stage": (without("stage"), "L04", {}),
    "log-late-stage": (late_stage, "L04", {}), "log-late-child": (late_child, "", {1: "", 2: "L02"}),
    "log-forged": (forged_log, "L01", {}), "log-forged-witnesses": (forged_witnesses, "L01", {}),
    "log-bad-cosignature": (bad_cosignature, "L01", {}), "log-none": (no_log, "L01", {}),
    "log-other-hash": (changed(14, other_hash), "L01", {}), "log-forked": (forked, "L01", {}),
    "log-out-of-order": (changed(15, lambda lines: lines[::-1]), "A11", {}),
    "log-unknown-field": (changed(16, unknown_field), "A11", {}),
    "custodian-late": (acknowledged_by(18, time="2023-08-23T16:30:00Z"), "K01", {}),
    "custodian-unannounced": (acknowledged_by(19, OTHER_CUSTODIAN), "K01", {}),
    "custodian-other-file": (acknowledged_by(20, file="00" * 32), "K01", {}),
    "timelock-other-secret": (locked("2023-321", fixed("secret", "another")), "K02", {}),
    "timelock-other-round": (locked("2023-322", locked_round=1000), "K02", {}),
    "timelock-other-pulse": (locked("2023-323", pulse=1000), "K02", {}),
    "timelock-no-lock": (no_lock, "K02", {})}
