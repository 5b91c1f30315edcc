//! Checks G05 to G09: do the lists of the stages follow from what was frozen and their seeds?
//!
//! Source: docs/spec.md 15.2 to 15.6. Every stage starts from the list before it as the files give it,
//! so that a fault is told where it is and not again at every later stage.

use std::collections::{BTreeMap, HashSet};

use super::list::{Step, walk};
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::language::Message;
use crate::plan::Plan;
use crate::result::ResultKey;
use crate::seed::pulse_of;
use crate::selection::{Selected, Stratification, SubjectKey};
use crate::stage::{
    Given, StageLine, StageRecord, drop_fault, new_subjects, staff_stage, stage_seed,
    too_many_drops,
};
use crate::team::Workforce;
use crate::verify::drawn::same_subjects;
use crate::verify::{OpenCells, Run, gone};

/// The first fault of every check that walks through the stages.
#[derive(Default)]
pub(super) struct Found {
    pub(super) drops: Option<Message>,
    pub(super) tickets: Option<Message>,
    pub(super) new: Option<Message>,
    pub(super) teams: Option<Message>,
    pub(super) results: Option<Message>,
}

/// Walks through the stages once, for all these checks.
pub(super) fn walk_through(run: &mut Run<'_>, evidence: &Evidence, cells: &OpenCells) -> Found {
    let mut found = Found::default();
    let (Some(plan), Some(stages)) = (evidence.plan(), evidence.stages.good()) else {
        return found;
    };
    let parent = if plan.is_child() {
        run.parent.zip(evidence.subjects.good())
    } else {
        None
    };
    let known = run.strata.take();
    let walker = Walker {
        evidence,
        plan,
        cells,
        workforce: evidence
            .officers
            .good()
            .map(|roster| Workforce::new(plan, roster, cells.officers.as_ref())),
        recusals: evidence
            .recusals
            .good()
            .map(|recusals| recusals.pairs())
            .unwrap_or_default(),
        strata: evidence.subjects.good().map(|roster| {
            let again = || Stratification::new(plan, roster, cells.subjects.as_ref());
            known.unwrap_or_else(again)
        }),
    };
    walk(evidence, stages, parent, &mut |step| {
        let number = step.line.stage.number;
        let told = |message: Message| {
            Message::new(
                format!("stage {number}: {}", message.english),
                format!("第{number}次补抽：{}", message.chinese),
            )
        };
        let note = |place: &mut Option<Message>, check: &dyn Fn() -> Result<(), Message>| {
            if place.is_none() {
                *place = check().err().map(told);
            }
        };
        note(&mut found.drops, &|| walker.drops(step));
        note(&mut found.tickets, &|| walker.tickets(step));
        note(&mut found.new, &|| walker.new_subjects(step));
        note(&mut found.teams, &|| walker.teams(step));
        note(&mut found.results, &|| walker.result(step));
    });
    run.strata = walker.strata;
    found
}

struct Walker<'e> {
    evidence: &'e Evidence,
    plan: &'e Plan,
    cells: &'e OpenCells,
    workforce: Option<Workforce>,
    recusals: HashSet<(&'e str, &'e str)>,
    strata: Option<Stratification>,
}

impl Walker<'_> {
    fn seed(&self, line: &StageLine) -> Option<Digest> {
        let disclosure = self.evidence.disclosure.good()?;
        let pulse = pulse_of(line.stage.round, &line.signature)?;
        Some(stage_seed(
            &line.commitment(),
            disclosure.secret.as_bytes(),
            &pulse,
        ))
    }

    /// Check G05.
    fn drops(&self, step: &Step<'_>) -> Result<(), Message> {
        let officers = self.evidence.officers.good().ok_or_else(gone)?;
        let number = step.line.stage.number;
        let stages = self.evidence.stages.good().ok_or_else(gone)?;
        let so_far = stages.drops.iter().filter(|drop| drop.stage <= number);
        if let Some(fault) = too_many_drops(self.plan, so_far) {
            return Err(fault);
        }
        let drops = step.drops.iter();
        let mut faults =
            drops.filter_map(|drop| drop_fault(self.plan, officers, step.before, drop));
        faults.next().map_or(Ok(()), Err)
    }

    /// Check G06.
    fn tickets(&self, step: &Step<'_>) -> Result<(), Message> {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let tickets = SubjectKey::new(&seed).tickets();
        for record in step.records {
            let id = &record.subject;
            let kept = step.kept.get(id).map(|kept| kept.ticket);
            let due = kept.unwrap_or_else(|| tickets.of(id));
            if roster.find(id).is_none() || record.ticket != due {
                return Err(Message::new(
                    format!("subject {id}: not in the roster, or its ticket is not {due}"),
                    format!("检查对象{id}：不在名录中，或号码应为{due}"),
                ));
            }
        }
        Ok(())
    }

    /// Check G07.
    fn new_subjects(&self, step: &Step<'_>) -> Result<(), Message> {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let strata = self.strata.as_ref().ok_or_else(gone)?;
        if !strata.short.is_empty() {
            return Err(Message::new(
                "a quota exceeds its pool",
                "抽取数量超过分层户数",
            ));
        }
        let is_new = |subject: &&str| step.kept.get(subject).is_none();
        let listed = step.records.iter().map(|record| record.subject.as_str());
        let due: HashSet<&str> = match step.due {
            Some(due) => due.iter().copied().filter(is_new).collect(),
            None => {
                let number = step.line.stage.number;
                let stage = (number, &seed);
                let new = new_subjects(self.plan, roster, strata, step.before, step.falling, stage);
                new.iter().map(|subject| roster.id(subject.row)).collect()
            }
        };
        same_subjects(due, listed.filter(is_new)).map(|_| ())
    }

    /// Check G08.
    fn teams(&self, step: &Step<'_>) -> Result<(), Message> {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let workforce = self.workforce.as_ref().ok_or_else(gone)?;
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let tickets = SubjectKey::new(&seed).tickets();
        let unknown = |id: &str| {
            Message::new(
                format!("subject {id}: is not in the roster"),
                format!("检查对象{id}：不在名录中"),
            )
        };
        let mut new = Vec::new();
        for record in step.records {
            let row = roster
                .find(&record.subject)
                .ok_or_else(|| unknown(&record.subject))?;
            if step.kept.get(&record.subject).is_none() {
                new.push(Selected {
                    ticket: tickets.of(&record.subject),
                    row,
                    stratum: 0,
                });
            }
        }
        let given = Given {
            plan: self.plan,
            subjects: roster,
            subject_cells: self.cells.subjects.as_ref(),
            workforce,
            recusals: &self.recusals,
        };
        let stage = (step.line.stage.number, &seed);
        let due =
            staff_stage(&given, step.kept, step.drops, &new, stage).map_err(|id| unknown(&id))?;
        let teams = |records: &[&StageRecord]| -> BTreeMap<String, Vec<String>> {
            let pair = |r: &&StageRecord| (r.subject.clone(), r.officers.clone());
            records.iter().map(pair).collect()
        };
        let due = teams(&due.records.iter().collect::<Vec<_>>());
        let listed = teams(step.records);
        let subjects: HashSet<&String> = due.keys().chain(listed.keys()).collect();
        match subjects.iter().find(|id| due.get(**id) != listed.get(**id)) {
            Some(id) => {
                let (due, listed) = (due.get(*id), listed.get(*id));
                Err(Message::new(
                    format!("subject {id}: team is {listed:?}; by the rule it is {due:?}"),
                    format!("检查对象{id}：派员为{listed:?}，按规则应为{due:?}"),
                ))
            }
            None => Ok(()),
        }
    }

    /// Check G09.
    fn result(&self, step: &Step<'_>) -> Result<(), Message> {
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let due = step
            .after
            .result(step.line.commitment(), &ResultKey::new(&seed));
        let found = &step.line.result;
        if due.count == found.count && due.root == found.root {
            return Ok(());
        }
        Err(Message::new(
            format!(
                "{} records with root {}; the result published at the stage has {} with {}",
                due.count, due.root, found.count, found.root
            ),
            format!(
                "共{}条、根值{}；补抽时公布的结果为{}条、根值{}",
                due.count, due.root, found.count, found.root
            ),
        ))
    }
}
