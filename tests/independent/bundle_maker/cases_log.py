"""Cases with a log: draws whose steps the witnesses saw. Every function makes the bundle and what the verifier pins."""
import dataclasses

from dispatch_verifier.pulse import HAVE_BLS

from . import cases_stages as c, journal, log, locker
from .log import STRANGER, WITNESSES, Log
from .parts import STAGE_ROUNDS, case, count, officers, plan, slot, stratum, subjects
from .prover import Draw, canon, fixed, pack
from .pulses import PULSES, time_of
from .signer import Signer, Witness, base64_text, bech32

CUSTODIAN, OTHER_CUSTODIAN = Signer("discipline.example/custody"), Signer("archive.example/custody")
TWINS = tuple(Witness(f"university.example/w{n}") for n in (1, 2))
LOCK_ROUND = STAGE_ROUNDS[1]
ACKNOWLEDGED = "2023-08-20T06:00:00Z"
FILE = fixed("custody", "file").hex()


@dataclasses.dataclass
class Made:
    """A bundle, and what the verifier pins beside it: a log policy, a policy of its own"""
    data: bytes
    log_policy: str
    policy: dict = None


def small(name, **other):
    """A draw of two subjects, no stages"""
    made = case(plan(name, [stratum("全部", count(2))], [slot()], stages=[]), subjects(5), officers(4), replay=False)
    return {**made, **other}


def custody(custodians=(CUSTODIAN,), timelock=b""):
    return {"custodians": [{"key": key.text, "name": f"保管方{n}", "recipient": bech32("age", fixed("recipient", key.text))}
                           for n, key in enumerate(custodians, 1)],
            "file": FILE if custodians else "", "timelock": base64_text(timelock)}


def acknowledgement(draw, signer=CUSTODIAN, time=ACKNOWLEDGED, file=FILE):
    """18.2: (time, note)"""
    text = f"dispatch/acknowledgement/1\n{draw.commitment.hex()}\n{file}\n{time}\n"
    return time, f"{text}\n{signer.line(text)}"


def logged(draw, events=None, children=None, form="public", own_log=None, policy=None, change=None, more=None,
           own_policy=None) -> Made:
    """The bundle of a draw with its log.jsonl, after `change` has had its lines"""
    events = journal.events_of(draw) if events is None else events
    lines = journal.write(events, own_log)
    return with_lines(draw, lines, children, form, policy, change, more, own_policy)


def with_lines(draw, lines, children=None, form="public", policy=None, change=None, more=None, own_policy=None) -> Made:
    own = [line for line in lines if line["entry"].get("commitment") == draw.commitment.hex()
           or line["entry"].get("draw") == draw.plan["draw"]
           or line["entry"].get("announcement", {}).get("draw") == draw.plan["draw"]]
    own = change(own) if change else own
    data = b"".join(canon(line) + b"\n" for line in own)
    entries = {**draw.entries(form == "auditor", children), "log.jsonl": data, **(more or {})}
    return Made(pack(entries), policy or log.policy(), own_policy)


def witnessed():
    return logged(Draw("witnessed", small("2023-201")))


def witnessed_stages():
    return logged(Draw("witnessed-stages", c.two_stages("2023-202")))


def witnessed_campaign():
    """A parent and two children in one log, each with its own lines"""
    draw = Draw("witnessed-campaign", c.campaign("2023-203"))
    children = {n: Draw(f"witnessed-campaign child {n}", make(draw), draw, n) for n, make in ((1, c.food), (2, c.fire))}
    lines = journal.write([event for each in (draw, *children.values()) for event in journal.events_of(each)])
    packed = {n: with_lines(child, lines).data for n, child in children.items()}
    return with_lines(draw, lines, packed)


def twins_policy(least="2"):
    """17.5: two witnesses of one hierarchy are a group with k = 1, and count once."""
    return "\n".join([f"log {log.LOG.text}", *(f"witness t{n} {w.text}" for n, w in enumerate(TWINS, 1)),
                      f"witness press {WITNESSES[2].text}", "group university 1 t1 t2",
                      f"group both {least} university press", "quorum both", ""])


def one_hierarchy():
    return logged(Draw("one-hierarchy", small("2023-204")), own_log=Log(witnesses=(*TWINS, WITNESSES[2])),
                  policy=twins_policy())


def quorum_none():
    """No witness counts and there is no token, so that no line has a time: L02 and L03 fail."""
    return logged(Draw("quorum-none", small("2023-205")), policy=log.policy(quorum="none"))


def unknown_witness():
    """A cosignature of somebody whom the policy does not name, whose signature is bad, too"""
    forger = Witness(STRANGER.key.name, "forged")
    forger.key = STRANGER.key
    return logged(Draw("unknown-witness", small("2023-206")), own_log=Log(witnesses=(*WITNESSES, STRANGER, forger)))


def acknowledged():
    draw = Draw("acknowledged", small("2023-207", custody=custody((CUSTODIAN, OTHER_CUSTODIAN))))
    return logged(draw, journal.events_of(draw, [acknowledgement(draw)]),
                  own_policy={"format": "dispatch/policy/1", "custodians": [CUSTODIAN.text]})


def locked_case(name, holds=None, locked_round=LOCK_ROUND):
    """A draw with a time lock to the disclosure time, which is that of a round whose pulse is public"""
    made, file_key = small(name), fixed("file key", name)[:16]
    made["plan"]["schedule"].update(disclosure_time=time_of(LOCK_ROUND), window_end="2023-09-14")
    data = locker.lock(locked_round, holds or fixed("secret", name), file_key, fixed("sigma", name)[:16],
                       fixed("nonce", name)[:16]) if HAVE_BLS else b"py_ecc is missing"
    return {**made, "custody": custody((), data)}


def timelock_document(draw, round_number=LOCK_ROUND):
    return {"timelock.json": canon({"commitment": draw.commitment.hex(), "format": "dispatch/timelock/1",
                                    "round": round_number, "signature": PULSES[round_number]})}


def time_lock():
    draw = Draw("2023-208", locked_case("2023-208"))
    return logged(draw, more=timelock_document(draw))


def time_lock_early():
    """The pulse of the disclosure time is not in the bundle."""
    return logged(Draw("2023-209", locked_case("2023-209")))


CASES = {  # name: (maker, grade, verdict)
    "log-witnessed": (witnessed, "witnessed", "pass"), "log-stages": (witnessed_stages, "witnessed", "pass"),
    "log-campaign": (witnessed_campaign, "witnessed", "pass"), "log-one-hierarchy": (one_hierarchy, "witnessed", "pass"),
    "log-quorum-none": (quorum_none, "failed", "fail"), "log-unknown-witness": (unknown_witness, "witnessed", "pass"),
    "log-acknowledged": (acknowledged, "witnessed", "pass"), "log-timelock": (time_lock, "witnessed", "pass"),
    "log-timelock-early": (time_lock_early, "incomplete", "incomplete")}
