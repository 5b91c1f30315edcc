//! The lists around every stage, as the files of a bundle give them.
//!
//! Source: docs/spec.md 15.5. Invariant: a list follows from the one before it and one stage's files.

use std::collections::{BTreeMap, HashSet};

use crate::evidence::{Evidence, StageParts};
use crate::roster::Roster;
use crate::stage::{DropOut, List, StageLine, StageRecord};
use crate::verify::children::Parent;

/// The subjects of the list after every stage, 0 being the draw; empty where the files are bad.
pub(in crate::verify) fn lists(evidence: &Evidence) -> BTreeMap<u64, HashSet<String>> {
    let mut lists = BTreeMap::new();
    let subjects = |list: &List| {
        list.records()
            .map(|record| record.subject.clone())
            .collect()
    };
    if let (Some(records), Some(stages)) = (evidence.records.good(), evidence.stages.good()) {
        lists.insert(0, subjects(&List::new(records)));
        walk(evidence, stages, None, &mut |step| {
            lists.insert(step.line.stage.number, subjects(step.after));
        });
    }
    lists
}

/// The subjects of the last list.
pub(in crate::verify) fn last_list(
    evidence: &Evidence,
    parent: Option<(&Parent<'_>, &Roster)>,
) -> HashSet<String> {
    let subjects = |list: &List| {
        list.records()
            .map(|record| record.subject.clone())
            .collect()
    };
    let (Some(records), Some(stages)) = (evidence.records.good(), evidence.stages.good()) else {
        return HashSet::new();
    };
    let mut last = subjects(&List::new(records));
    walk(evidence, stages, parent, &mut |step| {
        last = subjects(step.after)
    });
    last
}

/// One stage and the lists around it, as the files give them.
pub(super) struct Step<'s> {
    pub(super) line: &'s StageLine,
    pub(super) drops: &'s [&'s DropOut],
    pub(super) records: &'s [&'s StageRecord],
    pub(super) falling: &'s HashSet<String>,
    /// Of a child draw: the subjects of the parent's list.
    pub(super) due: Option<&'s HashSet<&'s str>>,
    pub(super) before: &'s List,
    /// The list before, with the stage's drops taken out.
    pub(super) kept: &'s List,
    pub(super) after: &'s List,
}

/// Visits every stage in order.
pub(super) fn walk(
    evidence: &Evidence,
    stages: &StageParts,
    parent: Option<(&Parent<'_>, &Roster)>,
    visit: &mut dyn FnMut(&Step<'_>),
) {
    let Some(records) = evidence.records.good() else {
        return;
    };
    let mut before = List::new(records);
    for line in &stages.lines {
        let drops = stages.drops_of(line.stage.number);
        let records = stages.records_of(line.stage.number);
        let due = parent.map(|(parent, roster)| parent.list(line.stage.parent_stage, roster));
        let falling = before.falling(&drops, due.as_ref());
        let mut kept = before.clone();
        kept.take_out(&drops, &falling);
        let mut after = kept.clone();
        after.put_in(records.iter().copied());
        visit(&Step {
            line,
            drops: &drops,
            records: &records,
            falling: &falling,
            due: due.as_ref(),
            before: &before,
            kept: &kept,
            after: &after,
        });
        before = after;
    }
}
