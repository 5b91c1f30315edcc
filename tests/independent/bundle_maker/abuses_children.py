"""Cheating through child draws. Every function makes the bundle, and the slips of the verifier, or None."""
import copy

from . import cases, cases_stages as c
from .abuses_stages import EARLY, packed, slip
from .parts import child, officers, slot, stage_times
from .prover import Draw, fixed, pack
from .pulses import time_of

STAGE_1, STAGE_2 = c.STAGE_ROUNDS


def family(first=None, second=None, parent=None, slips=None):
    """The bundle of `campaign_early`'s parent and its two children, none with stages. `first` and `second` change a
    child's case; `slips` makes a policy from the parent's draw and its children's."""
    case = c.campaign("2023-109")
    case["plan"]["schedule"]["stages"], case["stages"] = [], []
    draw = Draw("abuse", {**case, **(parent or {})})
    children = {}
    for number, change in ((1, first), (2, second)):
        made = c.child_case(draw, number, c.child_plan(draw, f"2023-109-{number}", number, stages=[]))
        children[number] = Draw(f"abuse child {number}", change(made, draw) if change else made, draw, number)
    data = pack(draw.entries(False, {n: pack(child.entries(False)) for n, child in children.items()}))
    return data, slips(draw, children) if slips else None


def all_slips(draw, children, received=EARLY):
    return [slip("2023-109", draw.commitment, EARLY)] + [
        slip(made.plan["draw"], made.commitment, received) for made in children.values()]


def changed_plan(**changes):
    """A change of a child's case that changes its plan"""
    def change(case, draw):
        return {**case, "plan": {**case["plan"], **changes}}
    return change


def changed_time(draw_time):
    def change(case, draw):
        return changed_plan(schedule={**case["plan"]["schedule"], "draw_time": draw_time})(case, draw)
    return change


def two_friends(case, draw):
    """A roster of two officers, made when the subjects were known"""
    return {**case, "officers": case["officers"][:2], "recusals": []}


def child_announced_again():
    def slips(draw, children):
        before = c.child_case(draw, 1, c.child_plan(draw, "2023-109-1", 1, stages=[]))
        first = Draw("abuse child 1", before, draw, 1)
        return [slip("2023-109-1", first.commitment, EARLY), *all_slips(draw, children)]
    return family(two_friends, slips=slips)


def child_other_roster():
    """The same without a new announcement"""
    def change(case, draw):
        announced = sorted(copy.deepcopy(case["officers"]), key=lambda o: o["id"])
        return {**two_friends(case, draw), "cheat": {
            "announced": lambda rows, draw, roster: announced if roster == "officers" else rows}}
    return family(change)


def child_late_slip():
    """The child was announced when the parent's subjects were known, and claims to be older."""
    return family(second=lambda case, draw: case, slips=lambda draw, children: all_slips(
        draw, children, "2023-08-24T00:00:00Z")[:1] + [
            slip("2023-109-2", children[2].commitment, "2023-08-24T00:00:00Z")])


def child_late():
    return family(second=lambda case, draw: {**case, "created": "2023-08-24T00:00:00Z"})


def child_other_subjects():
    """One subject is exchanged for another one of the roster."""
    def exchange(chosen, draw):
        return set(sorted(chosen)[1:]) | {next(s for s in sorted(draw.rows) if s not in chosen)}
    return family(lambda case, draw: {**case, "cheat": {"chosen": exchange}})


def child_before():
    return family(changed_time(time_of(256)))


def child_same_pulse():
    """Two seconds later, but still the same pulse"""
    case = c.campaign("2023-109")["plan"]["schedule"]

    def parent(time):
        made = c.campaign("2023-109")
        return {"plan": {**made["plan"], "schedule": {**case, "stages": [], "draw_time": time}}}
    return family(changed_time("2023-08-23T15:59:24Z"), parent=parent("2023-08-23T15:59:22Z"))


def child_other_parent():
    return family(changed_plan(parent=[{"child": c.FOOD, "commitment": fixed("other parent", "x").hex()}]))


def child_other_draw():
    """One of several drafts of the child under draw ids of their own"""
    return family(changed_plan(draw="2023-109-1b"))


def child_twice():
    """The second child's place is taken by a draw for the first."""
    def change(case, draw):
        return changed_plan(parent=[{"child": c.FOOD, "commitment": draw.commitment.hex()}])(case, draw)
    return family(second=change)


def child_one_officer():
    """It sends fewer officers than the parent's plan says."""
    return family(changed_plan(team={**c.parent_plan("x", [slot(n=1)])["team"], "slots": [slot(n=1, department="卫生局")]}))


def same_officer():
    """The parent's officer is on the child's roster, too: a visit by one person."""
    def change(case, draw):
        return {**case, "officers": case["officers"] + [{**case["officers"][0], "id": officers(1)[0]["id"]}]}
    return family(second=change)


def stranger():
    """A draw that has nothing to do with the parent, in a child's place"""
    draw = Draw("abuse", {**c.campaign_early(), "stages": []})
    other = Draw("abuse stranger", cases.early())
    return packed_with(draw, {1: pack(other.entries(False))})


def packed_with(draw, children):
    return pack(draw.entries(False, children)), None


def nested():
    """A parent with its child in a child's place: bundles without end"""
    draw = Draw("abuse", {**c.campaign_early(), "stages": []})
    inner = pack(draw.entries(False))
    for _ in range(3):
        inner = pack(draw.entries(False, {1: inner}))
    return packed_with(draw, {1: inner})


def child_of_stages(first):
    """The campaign with stages, with something changed in the first child"""
    case = c.campaign("2023-105")
    draw = Draw("abuse", case)
    children = {1: Draw("abuse child 1", first(c.food(draw)), draw, 1), 2: Draw("abuse child 2", c.fire(draw), draw, 2)}
    return packed_with(draw, {n: pack(made.entries(False)) for n, made in children.items()})


def child_stays_behind():
    """A subject has fallen out, and the child does not follow."""
    return child_of_stages(lambda case: {**case, "stages": case["stages"][:1]})


def child_drops_subject():
    """A child may not choose which of the parent's subjects it visits."""
    def first(case):
        def drops(draw, now):
            return [(sorted(draw.parent_list(1))[0], "", "cancelled")]
        return {**case, "stages": [{**case["stages"][1], "drops": drops}]}
    return child_of_stages(first)


def child_goes_back():
    """The second stage of the child names an older list than the first."""
    def first(case):
        schedule = {**case["plan"]["schedule"], "stages": stage_times(STAGE_1 + 1, STAGE_2)}
        one, two = case["stages"]
        return {**case, "plan": {**case["plan"], "schedule": schedule}, "stages": [
            {**one, "parent_stage": 1}, {"number": 2, "created": two["created"], "parent_stage": 0}]}
    return child_of_stages(first)


def due_less_than_two():
    """One subject is due one officer: the child of its own kind is missing from the plan."""
    case = c.campaign_early()
    plan = {**case["plan"], "children": [child("2023-107-1", c.FOOD, 2, *case["plan"]["children"][0]["where"])]}
    return packed(Draw("abuse", {**case, "plan": plan}))
