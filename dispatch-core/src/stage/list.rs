//! The list: who is to be visited by whom, as the draw and its stages have left it.
//!
//! Source: docs/spec.md 15.3 and 15.5. Invariant: a subject that was ever in the list is remembered,
//! so that no stage draws it a second time.

use std::collections::{BTreeMap, HashSet};

use super::{DropKind, DropOut, StageRecord};
use crate::result::{Record, ResultDocument, ResultKey};

/// The list after the draw or after a stage.
#[derive(Clone, Debug, Default)]
pub struct List {
    records: BTreeMap<String, Record>,
    ever: HashSet<String>,
    gone: HashSet<String>,
    apart: HashSet<(String, String)>,
}

impl List {
    /// The list that the draw made.
    #[must_use]
    pub fn new(records: &[Record]) -> Self {
        let subjects = records.iter().map(|record| record.subject.clone());
        Self {
            ever: subjects.clone().collect(),
            records: subjects.zip(records.iter().cloned()).collect(),
            ..Self::default()
        }
    }

    /// A subject's record.
    #[must_use]
    pub fn get(&self, subject: &str) -> Option<&Record> {
        self.records.get(subject)
    }

    /// All records, in order of subject.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// Whether the subject is or was in the list.
    #[must_use]
    pub fn was_drawn(&self, subject: &str) -> bool {
        self.ever.contains(subject)
    }

    /// Whether a drop says that the officer gets no further slots.
    #[must_use]
    pub fn is_gone(&self, officer: &str) -> bool {
        self.gone.contains(officer)
    }

    /// Pairs of subject and officer that drops have parted.
    pub fn apart(&self) -> impl Iterator<Item = (&str, &str)> {
        self.apart.iter().map(|(s, o)| (s.as_str(), o.as_str()))
    }

    /// Officers who get no further slots.
    pub fn gone(&self) -> impl Iterator<Item = &str> {
        self.gone.iter().map(String::as_str)
    }

    /// The subjects of the list that fall out in a stage with these drops. In a child draw these are
    /// the ones that are not in the parent's list, and no drop takes a subject out.
    #[must_use]
    pub fn falling(&self, drops: &[&DropOut], parent: Option<&HashSet<&str>>) -> HashSet<String> {
        if let Some(parent) = parent {
            let left = self
                .records
                .keys()
                .filter(|id| !parent.contains(id.as_str()));
            return left.cloned().collect();
        }
        let subjects = drops
            .iter()
            .filter(|drop| drop.kind() == Some(DropKind::Subject))
            .map(|drop| &drop.subject);
        let listed = subjects.filter(|subject| self.records.contains_key(*subject));
        listed.cloned().collect()
    }

    /// Takes in the drops of a stage: who fell out, who is gone, who left which visit.
    pub fn take_out(&mut self, drops: &[&DropOut], falling: &HashSet<String>) {
        self.records.retain(|subject, _| !falling.contains(subject));
        for drop in drops {
            match drop.kind() {
                Some(DropKind::Officer) => {
                    self.gone.insert(drop.officer.clone());
                }
                Some(DropKind::Visit) => {
                    let pair = (drop.subject.clone(), drop.officer.clone());
                    self.apart.insert(pair);
                }
                _ => {}
            }
        }
    }

    /// Goes on by one stage of a draw that is nobody's child (docs/spec.md 15.5).
    pub fn go_on<'r>(
        &mut self,
        drops: &[&DropOut],
        records: impl IntoIterator<Item = &'r StageRecord>,
    ) {
        let falling = self.falling(drops, None);
        self.take_out(drops, &falling);
        self.put_in(records);
    }

    /// Puts in the records of a stage.
    pub fn put_in<'r>(&mut self, records: impl IntoIterator<Item = &'r StageRecord>) {
        for record in records {
            self.ever.insert(record.subject.clone());
            self.records.insert(record.subject.clone(), record.record());
        }
    }

    /// The records in the keyed order of a stage, and its result document (docs/spec.md 15.5).
    #[must_use]
    pub fn result(&self, commitment: crate::digest::Digest, key: &ResultKey) -> ResultDocument {
        let records = self.sorted(key);
        ResultDocument {
            commitment,
            count: records.len() as u64,
            format: ResultDocument::FORMAT.to_owned(),
            root: key.root(&records),
        }
    }

    /// The records in the keyed order of a stage.
    #[must_use]
    pub fn sorted(&self, key: &ResultKey) -> Vec<Record> {
        let mut records: Vec<Record> = self.records.values().cloned().collect();
        key.sort(&mut records);
        records
    }
}
