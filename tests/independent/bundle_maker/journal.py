"""What the operators of draws write into the log (17.4), and log.jsonl of each draw (17.7)."""
import dataclasses
import json

from dispatch_verifier.entry import summary_of
from dispatch_verifier.primitives import sha256, unix

from .log import Log
from .prover import canon, lines
from .pulses import time_at

MINUTE = 60
OTHER_BODY = {"body": "另一市统计局", "kind": "key", "compromised": False, "holder": "log", "new": "", "reason": "轮换"}


@dataclasses.dataclass
class Event:
    """An entry, when it is made, and how much later the witnesses cosign the checkpoint behind it"""
    time: str
    entry: dict
    late: int = 0
    token: str = ""
    shown: bool = True   # in log.jsonl

    @property
    def kind(self) -> str:
        return self.entry["kind"]


def after(time: str, seconds=MINUTE) -> str:
    return time_at(unix(time) + seconds)


def events_of(draw, acknowledgements=()) -> list:
    """Everything of a draw and its stages; acknowledgements are (time, note)."""
    schedule, commitment = draw.plan["schedule"], draw.commitment.hex()
    common = {"body": draw.plan["authority"], "commitment": commitment}

    def event(time, kind, **fields):
        return Event(time, {**common, "kind": kind, **fields})
    found = [event(after(draw.case["created"]), "announcement",
                   announcement=summary_of(json.loads(draw.announcement), draw.announcement))]
    found += [event(time, "acknowledgement", note=note) for time, note in acknowledgements]
    drawn = schedule["draw_time"]
    found += [event(after(drawn, 6), "pulse", sources=draw.disclosure["sources"], stage=0),
              event(after(drawn), "result", result=draw.result, stage=0)]
    for line in draw.stage_lines:
        stage, time = line["stage"], schedule["stages"][:line["stage"]["number"]][-1]
        pulse = {"kind": "drand", "round": stage["round"], "signature": line["signature"]}
        found += [event(after(stage["created"]), "stage", stage=stage),
                  event(after(time, 6), "pulse", sources=[pulse], stage=stage["number"]),
                  event(after(time), "result", result=line["result"], stage=stage["number"])]
    document = canon(draw.disclosure)
    return found + [event(schedule["disclosure_time"], "disclosure", bundle="", document=sha256(document).hex(),
                          secret=draw.secret.hex())]


def write(events, log=None) -> list:
    """The lines of log.jsonl for all events, in the order of the log; between them stand entries of another body."""
    log = log or Log()
    events = sorted(events, key=lambda event: event.time)
    places = []
    for number, event in enumerate(events):
        if number % 2 == 0:
            log.add(event.time, {**OTHER_BODY, "old": log.signer.text})
        log.add(event.time, event.entry)
        places.append(len(log.entries) - 1)
    return [log.line(place, event.late, token=event.token) for place, event in zip(places, events) if event.shown]


def of_draw(all_lines, draw) -> bytes:
    """log.jsonl of one draw: its lines"""
    return lines(line for line in all_lines if line["entry"].get("commitment") == draw.commitment.hex())
