"""Cheating through stages. Every function makes the bundle, and the slips of the verifier who sees it, or None."""
from dispatch_verifier.stages import stage_commitment

from . import cases_stages as c
from .prover import Draw, fixed, ordered, pack
from .pulses import time_of

STAGE_1 = c.STAGE_ROUNDS[0]
FIVE_STAGES = (3, 123, 255, 1000, *c.STAGE_ROUNDS)  # the draw before them included
EARLY, IN_TIME = "2023-08-19T00:00:00Z", "2023-08-24T06:00:00Z"


def slip(draw_id, commitment, received, stage=0) -> dict:
    return {"commitment": commitment.hex(), "draw": draw_id, "received": received, "stage": stage}


def staged(change=None, cheat=None, stages=None, **plan):
    """The bundle of two_stages with something changed"""
    case = c.two_stages(**plan)
    case["stages"] = stages or case["stages"][:1]
    for stage in case["stages"]:
        stage.update(change or {})
    case["cheat"] = cheat or {}
    return Draw("abuse", case)


def packed(draw):
    return pack(draw.entries(False)), None


def created_late():
    """The drops are chosen when the stage's pulse is known, and the document says so."""
    return packed(staged({"created": "2023-08-25T21:47:00Z"}))


def redone():
    """The same, with an earlier `created`; but the verifier holds the slip of the document that was published."""
    published = staged()
    made = staged({"drops": lambda draw, now: c.first_drops(draw, now)[:2]})
    return pack(made.entries(False)), [
        slip("2023-101", made.commitment, EARLY),
        slip("2023-101", stage_commitment(published.stage_lines[0]["stage"]), IN_TIME, 1)]


def left_out():
    """A stage was published and its result not liked: the bundle does without it."""
    published, made = staged(), staged(stages=[c.two_stages()["stages"][1]])
    return pack(made.entries(False)), [
        slip("2023-101", made.commitment, EARLY),
        slip("2023-101", stage_commitment(published.stage_lines[0]["stage"]), IN_TIME, 1),
        slip("2023-101", stage_commitment(made.stage_lines[0]["stage"]), "2023-09-12T00:00:00Z", 2)]


def before_the_draw():
    """A stage document that is older than the result it names"""
    return packed(staged({"created": "2023-08-23T15:00:00Z"}))


def one_too_many():
    """A third stage, of which the announcement knows nothing"""
    return packed(staged(stages=[{"number": 3, "created": "2023-09-10T00:00:00Z", "drops": c.first_drops}]))


def after_window():
    """The second stage is when the window is over: whom it brings in nobody can visit any more."""
    return packed(staged(stages=c.two_stages()["stages"], window_end="2023-09-14"))


def all_but_two():
    """Of nine officers seven are taken out, so that the pulse can only choose a friend."""
    def drops(draw, now):
        visit = sorted(now)[0]
        friends = [o["id"] for o in draw.rosters["officers"] if o["id"] not in now[visit]["officers"]][:2]
        others = [o["id"] for o in draw.rosters["officers"] if o["id"] not in friends]
        return [(visit, c.member(now, visit), "recusal-requested"), *(("", o, "other-duty") for o in others)]
    return packed(staged({"drops": drops}))


def one_by_one():
    """Every stage takes out no more officers than announced, both together do."""
    return packed(staged(stages=c.two_stages()["stages"], max_drops=1))


def both_kinds():
    """No more officers than announced are taken out, and no more leave a visit again, but both together are; the one who
    leaves again does so in the stage that lets the subject fall out."""
    return packed(staged(stages=c.two_stages()["stages"], max_drops=2))


def whole_team():
    """Both officers of one visit leave it in the same stage."""
    def drops(draw, now):
        visit = sorted(now)[0]
        return [(visit, o, "recusal-requested") for o in now[visit]["officers"]]
    return packed(staged({"drops": drops}, max_drops=0))


def again_and_again():
    """Nobody is taken out; but in every stage the officer who came in last leaves the visit, until a friend comes in."""
    def drops(draw, now):
        visit = c.in_stratum(draw, now, "street", "")[0]  # where everybody may go
        return [(visit, c.member(now, visit, 1), "recusal-requested")]

    case, times = c.two_stages(stage_lead_minutes=1, draw_time=time_of(FIVE_STAGES[0])), c.stage_times(*FIVE_STAGES)
    case["plan"]["schedule"]["stages"] = times[1:]
    case["stages"] = [{"number": n, "created": times[n - 1], "drops": drops} for n in range(1, len(times))]
    return packed(Draw("abuse", case))


def miscounted():
    """The officer who is taken out is committed as one who leaves a visit."""
    def count(counts, draw):
        return {**counts, "officers": counts["officers"] - 1, "visits": counts["visits"] + 1}
    return packed(staged(cheat={"drop_counts": count}))


def drop_removed():
    return packed(staged(cheat={"shown_drops": lambda drops, draw, number: drops[1:]}))


def drop_changed():
    """Another officer was dropped than is disclosed now."""
    def other(drops, draw, number):
        dropped = {d["officer"] for d in drops}
        spare = next(o["id"] for o in draw.rosters["officers"] if o["id"] not in dropped)
        return [ordered({**d, "officer": spare}) if not d["subject"] else d for d in drops]
    return packed(staged(cheat={"shown_drops": other}))


def unlisted(draw, now):
    return next(s for s in sorted(draw.rows) if s not in now and draw.rows[s].get("risk") == "低")


def not_in_list():
    """A subject falls out that was never drawn, so that one more comes in."""
    def one_more(new, draw, number):
        return new | {next(s for s in sorted(draw.rows, reverse=True) if draw.rows[s].get("risk") == "低"
                           and s not in draw.ever and s not in new)}
    return packed(staged({"drops": lambda draw, now: [(unlisted(draw, now), "", "revoked")]}, {"new": one_more}))


def nobody_there():
    def drops(draw, now):
        return [(sorted(now)[0], "", "nobody-there")]
    return packed(staged({"drops": drops}))


def picked_subject():
    """The replacement is one of the right stratum, but not the one with the smallest ticket."""
    def pick(new, draw, number):
        out = sorted(new)[0]
        same = [s for s in sorted(draw.rows) if draw.rows[s].get("risk") == draw.rows[out]["risk"]]
        return new - {out} | {next(s for s in same if s not in draw.ever | new)}
    return packed(staged(cheat={"new": pick}))


def other_officer(draw, record):
    dropped = {d["officer"] for d in draw.drops}
    named = next(o["id"] for o in draw.rosters["officers"] if o["id"] not in {*record["officers"], *dropped})
    return {**record, "officers": [named, *record["officers"][1:]]}


def picked_officer():
    def pick(records, draw, number, seed):
        return [other_officer(draw, records[0]), *records[1:]]
    return packed(staged(cheat={"stage_records": pick}))


def quiet_swap():
    """A kept visit that nobody dropped out of gets another officer."""
    def swap(records, draw, number, seed):
        named = {r["subject"] for r in records}
        quiet = next(s for s in sorted(draw.current) if s not in named and s not in {d["subject"] for d in draw.drops})
        return [*records, other_officer(draw, {**draw.current[quiet], "stage": number})]
    return packed(staged(cheat={"stage_records": swap}))


def other_result():
    """The published result is not that of the list."""
    def other(result, draw, number):
        return {**result, "root": fixed("root", "x").hex()}
    return packed(staged(cheat={"stage_result": other}))


def other_round():
    """The next pulse is liked better."""
    return packed(staged({"round": STAGE_1 + 1}))


def batch_skipped():
    case = c.order()
    return packed(Draw("abuse", {**case, "stages": case["stages"][1:]}))


def standing_swap():
    """Two subjects of one district exchange their teams; every officer may go."""
    def swap(records, draw):
        east = [r for r in records if draw.rows[r["subject"]].get("region") == "东" and all(r["officers"])]
        for a in east:
            for b in east:
                if a["officers"] != b["officers"] and draw.may(a, b) and draw.may(b, a):
                    exchanged = {a["subject"]: b["officers"], b["subject"]: a["officers"]}
                    return [{**r, "officers": exchanged.get(r["subject"], r["officers"])} for r in records]
        raise AssertionError("no two teams can be exchanged")
    return packed(MayGo("abuse", {**c.standing(), "cheat": {"records": swap}}))


class MayGo(Draw):
    def may(self, record, other) -> bool:
        """May the officers of a record go to the subject of another one?"""
        street = self.rows[other["subject"]].get("street", "")
        second = next(o for o in self.rosters["officers"] if o["id"] == record["officers"][1])
        return (not self.recused.get(other["subject"], set()) & set(record["officers"])
                and (not street or second.get("street") != street))
