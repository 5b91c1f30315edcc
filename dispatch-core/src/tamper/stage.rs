//! Other stage records than the rule gives, with a result of the stage to match.
//!
//! Source: docs/spec.md 15.3 to 15.6. An attacker who knows the seed of a stage can make its result
//! fit any records, so only G06 to G08 stand between such records and a pass; of a stage that is not
//! the last one the next stage's document names the result too.

use std::sync::Arc;

use super::facts::Facts;
use super::team::officers;
use super::{Expected, Tampering, Variants};
use crate::bundle;
use crate::digest::Digest;
use crate::freeze::json_lines;
use crate::result::ResultKey;
use crate::selection::SubjectKey;
use crate::stage::{List, StageLine, StageRecord};

/// Variants of the stage records.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let numbers: Vec<usize> = (0..facts.stages.lines.len()).collect();
    Box::new(numbers.into_iter().flat_map(move |at| {
        let stage = Stage::new(&facts, at);
        stage.map(|stage| stage.all()).unwrap_or_default()
    }))
}

/// One stage, and what is known before it.
struct Stage<'f> {
    facts: &'f Facts,
    line: &'f StageLine,
    kept: List,
    seed: Digest,
    records: Vec<StageRecord>,
}

impl<'f> Stage<'f> {
    fn new(facts: &'f Facts, at: usize) -> Option<Self> {
        let line = facts.stages.lines.get(at)?;
        let number = line.stage.number;
        let records = facts.stages.records_of(number);
        Some(Self {
            facts,
            line,
            kept: facts.kept(number),
            seed: facts.stage_seed(line)?,
            records: records.into_iter().cloned().collect(),
        })
    }

    fn all(&self) -> Vec<Tampering> {
        let officers: Vec<String> = {
            let all = officers(self.facts).into_iter();
            all.map(|officer| officer.id).collect()
        };
        let mut all = Vec::new();
        for at in 0..self.records.len() {
            self.officers(at, &officers, &mut all);
            self.subjects(at, &mut all);
        }
        all.extend(self.untouched());
        all.into_iter().flatten().collect()
    }

    /// Other officers in one record.
    fn officers(&self, at: usize, ids: &[String], all: &mut Vec<Option<Tampering>>) {
        let Some(record) = self.records.get(at) else {
            return;
        };
        let team: &[&'static str] = if self.facts.teams_show() {
            &["G08"]
        } else {
            &[]
        };
        let gone = self.kept.gone().next().unwrap_or("NOBODY");
        let apart = { self.kept.apart() }.find(|(subject, _)| *subject == record.subject);
        let parted = apart.map_or("NOBODY", |(_, officer)| officer);
        for slot in 0..record.officers.len() {
            let mut put = |what: &str, officer: &str| {
                let mut records = self.records.clone();
                records[at].officers[slot] = officer.to_owned();
                all.push(self.variant(at, &format!("slot {slot} {what}"), team, &[], records));
            };
            put("emptied", "");
            put("given to who gets no further slots", gone);
            put("given to who left this visit", parted);
            let others = ids.iter().filter(|id| !record.officers.contains(*id));
            for other in others.take(3) {
                put(&format!("given to {other}"), other);
            }
            if at + 1 < self.records.len() {
                let mut records = self.records.clone();
                let theirs = records[at + 1].officers[slot].clone();
                let own = core::mem::replace(&mut records[at].officers[slot], theirs);
                records[at + 1].officers[slot] = own;
                all.push(self.variant(at, &format!("slot {slot} exchanged"), team, &[], records));
            }
        }
    }

    /// Another ticket or subject, or no record.
    fn subjects(&self, at: usize, all: &mut Vec<Option<Tampering>>) {
        let Some(record) = self.records.get(at) else {
            return;
        };
        let mut records = self.records.clone();
        records[at].ticket = Digest::of(record.ticket.as_bytes());
        all.push(self.variant(at, "another ticket", &["G06"], &[], records));
        let mut records = self.records.clone();
        records.remove(at);
        let team: &[&'static str] = if self.facts.teams_show() {
            &["G08"]
        } else {
            &[]
        };
        if self.kept.get(&record.subject).is_some() {
            all.push(self.variant(at, "left out", team, &[], records));
            return;
        }
        let new: &[&'static str] = if self.facts.strata_show() {
            &["G07"]
        } else {
            &[]
        };
        all.push(self.variant(at, "left out", new, team, records));
        for other in self.never_drawn().take(3) {
            let mut records = self.records.clone();
            records[at].ticket = SubjectKey::new(&self.seed).tickets().of(&other);
            records[at].subject = other.clone();
            records.sort_by(|a, b| a.subject.cmp(&b.subject));
            all.push(self.variant(at, &format!("replaced by {other}"), new, team, records));
        }
    }

    /// A kept subject whose team nobody left, listed as if it had changed: the result stays as it is.
    fn untouched(&self) -> Option<Option<Tampering>> {
        let listed = |subject: &str| self.records.iter().any(|record| record.subject == subject);
        let kept = self.kept.records().find(|kept| !listed(&kept.subject))?;
        let mut records = self.records.clone();
        records.push(StageRecord {
            officers: kept.officers.clone(),
            stage: self.line.stage.number,
            subject: kept.subject.clone(),
            ticket: kept.ticket,
        });
        records.sort_by(|a, b| a.subject.cmp(&b.subject));
        if !self.facts.teams_show() {
            return None;
        }
        let name = format!("{} listed without need", kept.subject);
        Some(self.with(&name, Expected::one_of(&["G08"]).without(&["G08"]), records))
    }

    /// Subjects of the roster that are in no list up to this stage, in order of id.
    fn never_drawn(&self) -> impl Iterator<Item = String> {
        let own = self.facts.files.get(bundle::SUBJECTS);
        let bytes = own.or(self.facts.parents_subjects.as_deref());
        let bytes = bytes.unwrap_or_default();
        let (lines, _) = bundle::lines(bytes);
        let id = |line: &[u8]| {
            let row: serde_json::Value = serde_json::from_slice(line).ok()?;
            Some(row.get("id")?.as_str()?.to_owned())
        };
        let ids: Vec<String> = lines.into_iter().filter_map(id).collect();
        ids.into_iter().filter(|id| {
            let listed = self.records.iter().any(|record| record.subject == *id);
            !listed && !self.kept.was_drawn(id)
        })
    }

    /// The bundle with these records in the stage. Nothing to `fail` means that this form hides what
    /// would, and that only `or` may.
    fn variant(
        &self,
        at: usize,
        what: &str,
        fail: &[&'static str],
        or: &[&'static str],
        records: Vec<StageRecord>,
    ) -> Option<Tampering> {
        if records == self.records {
            return None;
        }
        let last = self.line.stage.number == self.facts.last_stage();
        let expected = if !fail.is_empty() {
            Expected::one_of(fail).without(fail)
        } else if !last {
            Expected::one_of(&["G01"]).without(&["G01"])
        } else {
            Expected::Unseen {
                why: "whether a stage follows from sealed columns only the auditor's form shows (◐ and ● of section 11)",
                or: or.to_vec(),
            }
        };
        let subject = self.records.get(at).map_or("", |record| &record.subject);
        self.with(&format!("{subject}: {what}"), expected, records)
    }

    fn with(&self, what: &str, expected: Expected, records: Vec<StageRecord>) -> Option<Tampering> {
        let number = self.line.stage.number;
        let mut list = self.kept.clone();
        list.put_in(&records);
        let mut lines = self.facts.stages.lines.clone();
        let line = lines.iter_mut().find(|line| line.stage.number == number)?;
        line.result = list.result(self.line.commitment(), &ResultKey::new(&self.seed));
        let others = |record: &&StageRecord| record.stage != number;
        let mut all: Vec<StageRecord> = records;
        all.extend(self.facts.stages.records.iter().filter(others).cloned());
        all.sort_by(|a, b| (a.stage, &a.subject).cmp(&(b.stage, &b.subject)));
        let mut files = self.facts.files.clone();
        files.insert(bundle::STAGES, json_lines(&lines));
        files.insert(bundle::STAGE_RECORDS, json_lines(&all));
        Some(Tampering {
            name: format!("stage {number}, {what}, with a result to match"),
            group: "stage",
            expected,
            files,
        })
    }
}
