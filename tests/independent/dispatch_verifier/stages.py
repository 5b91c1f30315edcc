"""15 Stages: their commitments and seeds, the lists they leave, what is due in them."""
import dataclasses

from .canonical import canonical
from .primitives import H, M
from .pulse import pulse_value
from .selection import batch_share, quota_size, smallest, stratify, ticket
from .teams import Staffing, Visit


def stage_commitment(stage) -> bytes:
    """15.1"""
    return H("dispatch/v1/stage", canonical(stage))


def previous_hash(result: bytes) -> str:
    """15.1: `previous` of the stage after the one with this result document"""
    return H("dispatch/v1/previous", result).hex()


def drop_leaf(secret: bytes, line: bytes) -> bytes:
    """15.2: leaf data of a line of drops.jsonl, without its LF"""
    return H("dispatch/v1/drop", M(secret, "dispatch/v1/drop-salt", line), line)


def drop_counts(drops) -> dict:
    """15.2: how many lines there are of each kind"""
    return {"officers": sum(not d["subject"] for d in drops), "subjects": sum(not d["officer"] for d in drops),
            "visits": sum(bool(d["subject"] and d["officer"]) for d in drops)}


def stage_seed(line, secret: bytes) -> bytes:
    """15.3: the seed of a line of stages.jsonl"""
    pulse = pulse_value({"round": line["stage"]["round"], "signature": line["signature"]})
    return H("dispatch/v1/stage-seed", stage_commitment(line["stage"]), secret, pulse)


@dataclasses.dataclass
class Step:
    """A stage as the files give it. Lists are dicts from subject to record."""
    number: int
    line: dict          # of stages.jsonl
    drops: list         # lines of this stage
    records: dict       # its stage records by subject, as plain records
    before: dict        # the list before it
    fallen: set         # subjects of it that fall out by a line
    kept: dict
    after: dict
    seen: set           # subjects of any list up to `before`
    parent_list: set    # 16.2, of a child draw; otherwise None
    gone: frozenset     # officers that a line up to this stage names without subject
    left: dict          # subject: officers that a line up to this stage names together with it

    @property
    def new(self) -> list:
        """The subjects of the stage records that are not kept"""
        return [s for s in self.records if s not in self.kept]


def plain_record(record) -> dict:
    """15.6: a stage record without its stage"""
    return {key: value for key, value in record.items() if key != "stage"}


def steps(records, lines, drops, stage_records, parent_list_of=None) -> list:
    """15.5: the stages, each list starting from the one before as the files give it. `parent_list_of` gives a child
    draw the parent's list (16.2) for a `parent_stage`."""
    current = {record["subject"]: record for record in records}
    seen, gone, left, result = set(), set(), {}, []
    for line in lines:
        number = line["stage"]["number"]
        own = [drop for drop in drops if drop["stage"] == number]
        for drop in own:
            if not drop["subject"]:
                gone.add(drop["officer"])
            elif drop["officer"]:
                left.setdefault(drop["subject"], set()).add(drop["officer"])
        fallen, parent_list = {d["subject"] for d in own if not d["officer"]} & current.keys(), None
        if parent_list_of is None:
            kept = {s: record for s, record in current.items() if s not in fallen}
        else:
            parent_list = parent_list_of(line["stage"]["parent_stage"])
            fallen, kept = set(), {s: record for s, record in current.items() if s in parent_list}
        changed = {r["subject"]: plain_record(r) for r in stage_records if r["stage"] == number}
        after, seen = {**kept, **changed}, seen | current.keys()
        result.append(Step(number, line, own, changed, current, fallen, kept, after, seen, parent_list,
                           frozenset(gone), {s: frozenset(officers) for s, officers in left.items()}))
        current = after
    return result


def new_subjects(plan, rows, step, seed: bytes):
    """15.3: the ids of the new subjects, or None when a quota is at fault."""
    if step.parent_list is not None:
        return step.parent_list - step.kept.keys()
    key, result = H("dispatch/v1/subject-key", seed), set()
    for stratum, pool in zip(plan["strata"], stratify(plan, rows)[0]):
        size = quota_size(stratum["quota"], len(pool))
        if size is None:
            return None
        share = batch_share(plan, size, step.number + 1) if plan["mode"] == "order" else 0
        number = share + len(step.fallen.intersection(pool))
        result.update(smallest(key, [s for s in pool if s not in step.seen], number))
    return result


def stage_teams(plan, seed: bytes, rows: dict, officers, recused, step, new) -> dict:
    """15.4, 15.6: the officers of every new subject and of the kept ones whose officers change. `rows` has the roster
    rows by id, `recused` the officers with a recusal for every subject."""
    leaving = {}
    for drop in step.drops:
        if drop["subject"] and drop["officer"]:
            leaving.setdefault(drop["subject"], set()).add(drop["officer"])
    earlier, kept = {}, []
    for s, record in step.kept.items():
        staying = ["" if o in leaving.get(s, ()) else o for o in record["officers"]]
        for o in filter(None, staying):
            earlier[o] = earlier.get(o, 0) + 1
        if "" in staying:
            kept.append(Visit(rows[s], staying, barred(s, recused, step) | set(filter(None, staying))))
    slots = sum(s["count"] for s in plan["team"]["slots"])
    added = [Visit(rows[s], [""] * slots, barred(s, recused, step)) for s in new]
    Staffing(plan, seed, officers, step.gone, earlier).fill(kept, added)
    changed = [v for v in kept if v.officers != step.kept[v.row["id"]]["officers"]]
    return {v.row["id"]: v.officers for v in changed + added}


def barred(subject: str, recused, step) -> frozenset:
    """7.2, 15.4: the officers with a recusal for the subject, or dropped together with it up to this stage"""
    return frozenset(recused.get(subject, ())) | step.left.get(subject, frozenset())


def stage_ticket(seed: bytes, subject: str) -> str:
    return ticket(H("dispatch/v1/subject-key", seed), subject).hex()
