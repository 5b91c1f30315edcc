//! Checks D01 to D06: does the drawn list follow from what was frozen and the seed?

use std::collections::{HashMap, HashSet};

use super::{OpenCells, Outcome, Run, gone, number};
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::language::Message;
use crate::plan::Plan;
use crate::result::{Record, ResultKey};
use crate::roster::Roster;
use crate::seed::seed;
use crate::selection::{OpenRow, Selected, Stratification, SubjectKey, select};
use crate::team::{Staffing, Workforce, staff};

pub(super) fn run(run: &mut Run<'_>, evidence: &Evidence, cells: &OpenCells) {
    let seed = seed_of(evidence);
    let records = evidence
        .records
        .good()
        .map(Vec::as_slice)
        .unwrap_or_default();
    run.check("D01", || {
        let (Some(seed), Some(roster)) = (seed, evidence.subjects.good()) else {
            return Err(gone());
        };
        tickets(&seed, roster, records)
    });
    let mut known = run.strata.take();
    let parent = run.parent;
    run.check("D02", || {
        if let Some(parent) = parent.filter(|_| evidence.plan().is_some_and(Plan::is_child)) {
            let roster = evidence.subjects.good().ok_or_else(gone)?;
            let due = parent.list(0, roster);
            return same_subjects(due, records.iter().map(|record| record.subject.as_str()));
        }
        let (Some(seed), Some(roster)) = (seed, evidence.subjects.good()) else {
            return Err(gone());
        };
        let plan = evidence.plan().ok_or_else(gone)?;
        // Those of B07, where that check ran: they do not depend on what was drawn.
        let again = || Stratification::new(plan, roster, cells.subjects.as_ref());
        let strata = known.get_or_insert_with(again);
        selection(strata, &seed, roster, records)
    });
    run.strata = known;
    run.check("D03", || {
        let announced = evidence.announcement.good().ok_or_else(gone)?;
        let due = announced.document.first_batch();
        if announced.document.plan.is_child() {
            let of_parent = ("subjects, the parent's", "户，来自发起方");
            return Ok(number(records.len(), of_parent.0, of_parent.1));
        }
        if records.len() as u64 == due {
            Ok(number(
                records.len(),
                "drawn, as announced",
                "户，与公告一致",
            ))
        } else {
            Err(Message::new(
                format!("{} subjects; {due} were announced", records.len()),
                format!("共{}户，公告为{due}户", records.len()),
            ))
        }
    });
    let teams = evidence
        .officers
        .good()
        .zip(evidence.plan())
        .map(|(officers, plan)| Teams {
            plan,
            workforce: Workforce::new(plan, officers, cells.officers.as_ref()),
            recusals: evidence
                .recusals
                .good()
                .map(|recusals| recusals.pairs())
                .unwrap_or_default(),
            evidence,
            cells,
        });
    run.check("D04", || {
        teams.as_ref().ok_or_else(gone)?.admissible(records)
    });
    run.check("D05", || {
        let Some(seed) = seed else { return Err(gone()) };
        teams.as_ref().ok_or_else(gone)?.follow(&seed, records)
    });
    run.check("D06", || {
        let (Some(seed), Some(result)) = (seed, evidence.result.good()) else {
            return Err(gone());
        };
        let key = ResultKey::new(&seed);
        let orders: Vec<Digest> = records
            .iter()
            .map(|record| key.order(&record.subject))
            .collect();
        if !orders.is_sorted() {
            return Err(Message::new(
                "the records are not in the keyed order",
                "派员记录的顺序不符",
            ));
        }
        let root = key.root(records);
        if records.len() as u64 != result.count || root != result.root {
            return Err(Message::new(
                format!(
                    "{} records with root {root}; the result published at the draw has {} with {}",
                    records.len(),
                    result.count,
                    result.root
                ),
                format!(
                    "共{}条、根值{root}；抽取时公布的结果为{}条、根值{}",
                    records.len(),
                    result.count,
                    result.root
                ),
            ));
        }
        Ok(Message::new(format!("root {root}"), format!("根值{root}")))
    });
}

fn seed_of(evidence: &Evidence) -> Option<Digest> {
    let announced = evidence.announcement.good()?;
    let disclosure = evidence.disclosure.good()?;
    seed(
        &announced.document.plan,
        &announced.commitment,
        disclosure.secret.as_bytes(),
        &disclosure.sources,
    )
}

fn tickets(seed: &Digest, roster: &Roster, records: &[Record]) -> Outcome {
    let tickets = SubjectKey::new(seed).tickets();
    for record in records {
        if roster.find(&record.subject).is_none() {
            return Err(about(record, "is not in the roster", "不在名录中"));
        }
        let ticket = tickets.of(&record.subject);
        if ticket != record.ticket {
            return Err(about(
                record,
                &format!("ticket is {ticket}, not {}", record.ticket),
                &format!("号码应为{ticket}"),
            ));
        }
    }
    Ok(number(
        records.len(),
        "tickets recomputed",
        "个号码已重新计算",
    ))
}

fn selection(
    strata: &Stratification,
    seed: &Digest,
    roster: &Roster,
    records: &[Record],
) -> Outcome {
    if !strata.short.is_empty() {
        return Err(Message::new(
            "a quota exceeds its pool",
            "抽取数量超过分层户数",
        ));
    }
    let selected = select(roster, strata, SubjectKey::new(seed));
    let due = selected.iter().map(|subject| roster.id(subject.row));
    same_subjects(
        due.collect(),
        records.iter().map(|record| record.subject.as_str()),
    )
}

/// Whether the subjects listed are exactly those due.
pub(super) fn same_subjects<'s>(
    due: HashSet<&str>,
    listed: impl Iterator<Item = &'s str>,
) -> Outcome {
    let listed: HashSet<&str> = listed.collect();
    if let Some(id) = listed.iter().find(|id| !due.contains(*id)) {
        return Err(Message::new(
            format!("subject {id}: is listed, but was not drawn"),
            format!("检查对象{id}：在名单中，但未抽中"),
        ));
    }
    if let Some(id) = due.iter().find(|id| !listed.contains(*id)) {
        return Err(Message::new(
            format!("subject {id}: was drawn, but is not listed"),
            format!("检查对象{id}：已抽中，但不在名单中"),
        ));
    }
    Ok(number(
        due.len(),
        "subjects recomputed",
        "户抽中对象已重新计算",
    ))
}

struct Teams<'e> {
    plan: &'e Plan,
    workforce: Workforce,
    recusals: HashSet<(&'e str, &'e str)>,
    evidence: &'e Evidence,
    cells: &'e OpenCells,
}

impl Teams<'_> {
    /// Check D04.
    fn admissible(&self, records: &[Record]) -> Outcome {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let officers = self.evidence.officers.good().ok_or_else(gone)?;
        let slots: Vec<_> = self.plan.team.expanded().collect();
        let mut loads: HashMap<usize, u32> = HashMap::new();
        for record in records {
            let Some(row) = roster.find(&record.subject) else {
                return Err(about(record, "is not in the roster", "不在名录中"));
            };
            let row = OpenRow::new(roster, self.cells.subjects.as_ref(), row);
            let mut team = HashSet::new();
            let filled = record
                .officers
                .iter()
                .zip(&slots)
                .filter(|(officer, _)| !officer.is_empty());
            for (id, slot) in filled {
                let Some(officer) = officers.find(id) else {
                    return Err(about(
                        record,
                        &format!("officer {id} is not in the roster"),
                        &format!("“{id}”不在执法检查人员名录中"),
                    ));
                };
                if !self.workforce.may_fill(self.plan, officer, slot.slot, &row) {
                    return Err(about(
                        record,
                        &format!("officer {id} may not fill slot {}", slot.slot.name),
                        &format!("“{id}”不符合席位“{}”的条件", slot.slot.name),
                    ));
                }
                if self
                    .recusals
                    .contains(&(record.subject.as_str(), id.as_str()))
                {
                    return Err(about(
                        record,
                        &format!("officer {id} is recused"),
                        &format!("“{id}”应当回避"),
                    ));
                }
                if !team.insert(officer) {
                    return Err(about(
                        record,
                        &format!("officer {id} stands twice"),
                        &format!("“{id}”重复派员"),
                    ));
                }
                let load = loads.entry(officer).or_default();
                *load += 1;
                if self
                    .workforce
                    .officers
                    .get(officer)
                    .is_some_and(|officer| *load > officer.limit)
                {
                    return Err(about(
                        record,
                        &format!("officer {id} is over the limit"),
                        &format!("“{id}”超过任务上限"),
                    ));
                }
            }
        }
        Ok(number(records.len(), "teams may inspect", "组派员符合条件"))
    }

    /// Check D05.
    fn follow(&self, seed: &Digest, records: &[Record]) -> Outcome {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let tickets = SubjectKey::new(seed).tickets();
        let mut selected = Vec::with_capacity(records.len());
        for record in records {
            let Some(row) = roster.find(&record.subject) else {
                return Err(about(record, "is not in the roster", "不在名录中"));
            };
            selected.push(Selected {
                ticket: tickets.of(&record.subject),
                row,
                stratum: 0,
            });
        }
        selected.sort_unstable_by_key(|subject| (subject.ticket, subject.row));
        let staffing = Staffing {
            plan: self.plan,
            subjects: roster,
            subject_cells: self.cells.subjects.as_ref(),
            workforce: &self.workforce,
            recusals: &self.recusals,
            earlier: &[],
        };
        let teams = staff(&staffing, &selected, seed);
        let listed: HashMap<&str, &Record> = records
            .iter()
            .map(|record| (record.subject.as_str(), record))
            .collect();
        for (subject, members) in selected.iter().zip(&teams.members) {
            let Some(record) = listed.get(roster.id(subject.row)) else {
                continue;
            };
            let due = members.iter().map(|member| {
                member
                    .and_then(|row| self.workforce.officers.get(row))
                    .map_or("", |officer| officer.id.as_str())
            });
            if !record.officers.iter().map(String::as_str).eq(due.clone()) {
                let due: Vec<&str> = due.collect();
                return Err(about(
                    record,
                    &format!("team is {:?}; by the rule it is {due:?}", record.officers),
                    &format!("派员为{:?}，按规则应为{due:?}", record.officers),
                ));
            }
        }
        Ok(number(
            selected.len(),
            "teams recomputed",
            "组派员已重新计算",
        ))
    }
}

fn about(record: &Record, english: &str, chinese: &str) -> Message {
    Message::new(
        format!("subject {}: {english}", record.subject),
        format!("检查对象{}：{chinese}", record.subject),
    )
}
