"""11, checks D: the draw; E: what only the auditor's form shows."""
from .canonical import MAX_LINE, canonical
from .officers import expanded_slots, load_groups, officer_limit, slot_group
from .primitives import Refused, merkle_root, need_ascending, need_unique, refuse_if, show
from .result import order_key, record_leaf, result_key
from .roster import cell_hash, need_row, pair_id, recusal_salt
from .selection import batch_share, select, ticket
from .teams import draw_teams


class DrawnChecks:
    """D, E"""

    def open_rows(self, roster):
        """The rows with open values in place of sealed cells, where cells.jsonl has them (E01 has passed then)."""
        if self.auditors_form and self.opens(roster) and self.passed("E01"):
            return self.opened(roster)
        return self.subjects if roster == "subjects" else self.officers

    def opens(self, roster) -> bool:
        """Does the auditor's form open cells of this roster? Not the subjects of a child draw (11)."""
        return bool(self.plan[roster]["sealed"]) and not (roster == "subjects" and self.is_child)

    def opened(self, roster):
        rows, cells = self.subjects if roster == "subjects" else self.officers, self.cells[roster]
        return [{key: v for key, v in {**row, **cells[row["id"]]}.items() if v} for row in rows]

    def D01(self):
        for record in self.records:
            refuse_if(record["subject"] not in self.subject, f"{show(record['subject'])} is not in the roster")
            if ticket(self.subject_key, record["subject"]).hex() != record["ticket"]:
                raise Refused(f"{show(record['subject'])} has another ticket")
        return f"{len(self.records)} tickets"

    def D02(self):
        if self.is_child:
            selected = self.parent_subjects(0)
        else:
            selected = select(self.plan, self.open_rows("subjects"), self.seed)
        refuse_if(selected is None, "a quota is more than its pool: nothing can be selected")
        self.need_same_subjects(set(selected), {record["subject"] for record in self.records})
        return f"{len(selected)} selected"

    def need_same_subjects(self, selected: set, recorded: set):
        for subject in sorted(selected - recorded):
            raise Refused(f"{show(subject)} is selected and has no record")
        for subject in sorted(recorded - selected):
            raise Refused(f"{show(subject)} has a record and is not selected")

    def D03(self):
        if self.is_child:
            return "a child draw: D02 says it"
        total = sum(batch_share(self.plan, s["quota"], 1) for s in self.a["strata"])
        refuse_if(len(self.records) != total, f"{len(self.records)} records, {total} announced")
        return f"{total} records"

    def recorded_subjects(self):
        """The roster rows, with open values, of the records' subjects."""
        rows = {row["id"]: row for row in self.open_rows("subjects")}
        for record in self.records:
            refuse_if(record["subject"] not in rows, f"{show(record['subject'])} is not in the roster")
        return [rows[record["subject"]] for record in self.records]

    def D04(self):
        slots, officers, load = expanded_slots(self.plan), self.open_rows("officers"), {}
        groups, limits = load_groups(self.plan, officers), {o["id"]: officer_limit(o) for o in officers}
        for record, subject in zip(self.records, self.recorded_subjects()):
            named = [o for o in record["officers"] if o]
            need_unique(named, f"officers of {show(subject['id'])}")
            for (number, slot), officer in zip(slots, record["officers"]):
                if officer:
                    self.need_allowed(groups, number, slot, subject, officer)
                    load[officer] = load.get(officer, 0) + 1
        for officer, count in load.items():
            refuse_if(count > limits[officer], f"{show(officer)} has {count} records, its limit is {limits[officer]}")
        return f"{sum(load.values())} officers named, each may fill its slot"

    def need_allowed(self, groups, number, slot, subject, officer):
        refuse_if(officer not in self.officer, f"{show(officer)} is not in the roster")
        group = groups.get(slot_group(self.plan, slot, subject))
        if group is None or officer not in group.number:
            raise Refused(f"{show(officer)} is not of the group of {show(slot['name'])} for {show(subject['id'])}")
        allowed = group.allowed(number, slot, subject, self.recused.get(subject["id"], ()))
        if not allowed >> group.number[officer] & 1:
            raise Refused(f"{show(officer)} may not fill {show(slot['name'])} for {show(subject['id'])}")

    def D05(self):
        teams = draw_teams(self.plan, self.seed, self.recorded_subjects(), self.open_rows("officers"), self.recused)
        for record in self.records:
            due = teams[record["subject"]]
            if record["officers"] != due:
                raise Refused(f"{show(record['subject'])}: recomputed {show(due)}, recorded {show(record['officers'])}")
        return f"{len(teams)} teams, {sum(t.count('') for t in teams.values())} open slots"

    def D06(self):
        key = result_key(self.seed)
        ids = [record["subject"] for record in self.records]
        need_ascending([order_key(key, s) for s in ids], "assignments.jsonl: order of the records")
        root = merkle_root([record_leaf(key, s, line) for s, line in zip(ids, self.record_bytes)])
        return self.need_root(len(ids), root, self.result, "assignments")

    # ---- E: what only the auditor's form shows

    def E01(self):
        rosters, opened = {"officers": self.officers, "subjects": self.subjects}, 0
        for roster, rows in rosters.items():
            sealed, cells = self.plan[roster]["sealed"], self.cells[roster]
            due = {row["id"] for row in rows} if self.opens(roster) else set()
            for row_id in sorted(due ^ cells.keys()):
                raise Refused(f"cells.jsonl: {roster} {show(row_id)} is "
                              f"{'missing' if row_id in due else 'not due'}")
            for row, full in zip(rows, self.opened(roster) if due else ()):
                where = f"{roster} {show(row['id'])}"
                for column in sealed:
                    if cell_hash(self.roster_key, roster, row["id"], column, cells[row["id"]][column]) != row[column]:
                        raise Refused(f"{where}: {show(column)} is not what the cell seals")
                    opened += 1
                need_row(full, f"{where}, opened", roster, (), self.credit_codes(roster))
                refuse_if(len(canonical(full)) > MAX_LINE, f"{where}, opened: more than {MAX_LINE} bytes")
        return f"{opened} cells"

    def E02(self):
        cells, due = self.cells["recusals"], {pair_id(row) for row in self.recusals}
        for pair in sorted(due ^ cells.keys()):
            raise Refused(f"cells.jsonl: recusal {show(pair)} is {'missing' if pair in due else 'unknown'}")
        for row in self.recusals:
            pair = pair_id(row)
            if cell_hash(self.roster_key, "recusals", pair, "reason", cells[pair]["reason"]) != row["reason"]:
                raise Refused(f"recusal {show(pair)}: the reason is not what the cell seals")
            refuse_if(recusal_salt(self.roster_key, pair).hex() != row["salt"], f"recusal {show(pair)}: another salt")
        return f"{len(due)} recusals"
