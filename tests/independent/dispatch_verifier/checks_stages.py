"""11, checks G: the stages."""
from .canonical import canonical
from .primitives import Refused, merkle_root, refuse_if, show, unix
from .pulse import need_pulse, round_at
from .result import list_root
from .stages import (drop_counts, drop_leaf, new_subjects, previous_hash, stage_commitment, stage_seed, stage_teams,
                     stage_ticket, steps)


class StageChecks:
    """G. `self.steps` are the stages with the lists that the files give (15.5)."""

    @property
    def steps(self):
        if self.step_list is None:
            parent_list_of = self.parent_subjects if self.is_child else None
            self.step_list = steps(self.records, self.stages, self.drops, self.stage_records, parent_list_of)
        return self.step_list

    @property
    def secret(self) -> bytes:
        return bytes.fromhex(self.disclosure["secret"])

    def lists(self) -> dict:
        """The subjects of the list by stage number, 0 being the draw"""
        result = {0: {record["subject"] for record in self.records}}
        result.update((step.number, set(step.after)) for step in self.steps)
        return result

    def stage_time(self, number: int) -> int:
        times = self.plan["schedule"]["stages"]
        refuse_if(number > len(times), f"stage {number} is not announced")
        return unix(times[number - 1])

    def stage_round(self, number: int) -> int:
        return round_at(self.stage_time(number))

    def G01(self):
        numbers = [line["stage"]["number"] for line in self.stages]
        announced = len(self.plan["schedule"]["stages"])
        if self.plan["mode"] == "order" and numbers != list(range(1, announced + 1)):
            raise Refused(f"mode order: {announced} stages are announced, held are {numbers}")
        before = canonical(self.result)
        for line in self.stages:
            stage, where = line["stage"], f"stage {line['stage']['number']}"
            due = self.stage_round(stage["number"])
            refuse_if(stage["commitment"] != self.commitment.hex(), f"{where}: another commitment")
            refuse_if(stage["previous"] != previous_hash(before), f"{where}: `previous` is not the result before it")
            refuse_if(stage["round"] != due, f"{where}: round {stage['round']}, by its time it is {due}")
            if line["result"]["commitment"] != stage_commitment(stage).hex():
                raise Refused(f"{where}: the result names another commitment")
            refuse_if(stage["parent_stage"] and not self.is_child, f"{where}: a parent's stage without parent")
            before = canonical(line["result"])
        return f"{len(numbers)} stages of {announced} announced"

    def G02(self):
        if self.a["replay"]:
            return "a replay: no lead time"
        lead, last = self.plan["schedule"]["stage_lead_minutes"], unix(self.plan["schedule"]["draw_time"])
        for line in self.stages:
            stage = line["stage"]
            if unix(stage["created"]) < last:
                raise Refused(f"stage {stage['number']} made at {stage['created']}, before the result that it names")
            last = self.stage_time(stage["number"])
            if unix(stage["created"]) + 60 * lead > last:
                raise Refused(f"stage {stage['number']} made at {stage['created']}, "
                              f"less than {lead} minutes before its time")
        return f"{len(self.stages)} stages, at least {lead} minutes ahead (a claim)"

    def G03(self):
        for line in self.stages:
            number, announced = line["stage"]["number"], line["stage"]["drops"]
            own = [(drop, data) for drop, data in zip(self.drops, self.drop_bytes) if drop["stage"] == number]
            for kind, count in drop_counts([drop for drop, _ in own]).items():
                if count != announced[kind]:
                    raise Refused(f"drops of stage {number}: {count} {kind}, committed {announced[kind]}")
            root = merkle_root([drop_leaf(self.secret, data) for _, data in own]).hex()
            refuse_if(root != announced["root"], f"drops of stage {number}: root {root}, committed {announced['root']}")
        return f"{len(self.drops)} drops as committed"

    def G04(self):
        for line in self.stages:
            need_pulse(line["stage"]["round"], line["signature"])
        return f"{len(self.stages)} signatures verify"

    def G05(self):
        gone, left, again, most = set(), set(), 0, self.plan["team"]["max_drops"]
        for step in self.steps:
            for drop in step.drops:
                subject, officer = drop["subject"], drop["officer"]
                where = f"drop of {show(subject)} {show(officer)} in stage {step.number}"
                if not subject:
                    refuse_if(officer not in self.officer, f"{where}: not in the roster")
                    refuse_if(officer in gone, f"{where}: dropped before")
                    gone.add(officer)
                elif not officer:
                    refuse_if(self.is_child, f"{where}: not in a child draw")
                    refuse_if(subject not in step.before, f"{where}: not in the list")
                else:
                    refuse_if(subject not in step.before, f"{where}: not in the list")
                    refuse_if(officer not in step.before[subject]["officers"], f"{where}: not in the record")
                    again += subject in left
                    left.add(subject)
                refuse_if(len(gone) + again > most, f"{where}: more than {most} officers taken out")
        return f"{len(self.drops)} drops, {len(gone) + again} officers taken out of at most {most}"

    def stage_seed_of(self, step) -> bytes:
        return stage_seed(step.line, self.secret)

    def G06(self):
        for step in self.steps:
            seed = self.stage_seed_of(step)
            for subject, record in step.records.items():
                where = f"stage {step.number}: {show(subject)}"
                refuse_if(subject not in self.subject, f"{where} is not in the roster")
                due = step.kept[subject]["ticket"] if subject in step.kept else stage_ticket(seed, subject)
                refuse_if(record["ticket"] != due, f"{where} has another ticket")
        return f"{len(self.stage_records)} tickets"

    def G07(self):
        found, rows = 0, self.open_rows("subjects")
        for step in self.steps:
            due = new_subjects(self.plan, rows, step, self.stage_seed_of(step))
            refuse_if(due is None, "a quota is more than its pool: nothing can be selected")
            for subject in sorted(due.symmetric_difference(step.new)):
                raise Refused(f"stage {step.number}: {show(subject)} is {'' if subject in due else 'not '}due")
            found += len(due)
        return f"{found} new subjects"

    def G08(self):
        rows, officers = {row["id"]: row for row in self.open_rows("subjects")}, self.open_rows("officers")
        for step in self.steps:
            for subject in [*step.kept, *step.records]:
                refuse_if(subject not in rows, f"stage {step.number}: {show(subject)} is not in the roster")
            due = stage_teams(self.plan, self.stage_seed_of(step), rows, officers, self.recused, step, step.new)
            for subject in sorted(due.keys() | step.records.keys()):
                recorded = step.records[subject]["officers"] if subject in step.records else "no record"
                wanted = due.get(subject, "no record")
                if wanted != recorded:
                    raise Refused(f"stage {step.number}: {show(subject)}: recomputed {show(wanted)}, "
                                  f"recorded {show(recorded)}")
        return f"{len(self.stage_records)} stage records"

    def G09(self):
        for step in self.steps:
            root = list_root(self.stage_seed_of(step), step.after.values())
            self.need_root(len(step.after), root, step.line["result"], f"list after stage {step.number}")
        return f"{len(self.steps)} lists"
