//! What is known of the good bundle, to say which checks can see what.
//!
//! Source: docs/spec.md sections 10 and 11 (forms, sealed strata and sealed team).

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::announcement::Announcement;
use crate::bundle::{self, Files, Limits};
use crate::digest::Digest;
use crate::evidence::{Announced, Evidence, Part, StageParts};
use crate::policy::{Policy, ReceivedSlip};
use crate::result::Record;
use crate::seed::{SourceValue, pulse_of, seed};
use crate::stage::{List, StageLine, stage_seed};
use crate::syntax::{time_text, unix_time};
use crate::verify::Expectations;

use super::{Expected, Tampering};

/// The good bundle and what is known of it.
#[derive(Debug)]
pub(super) struct Facts {
    /// The good bundle.
    pub(super) files: Files,
    /// A good bundle of another draw.
    pub(super) other: Files,
    /// Its announcement.
    pub(super) announced: Announced,
    /// Its secret.
    pub(super) secret: Digest,
    /// Values of its seed sources.
    pub(super) values: Vec<SourceValue>,
    /// Its records.
    pub(super) records: Vec<Record>,
    /// Its seed.
    pub(super) seed: Digest,
    /// Its stages.
    pub(super) stages: StageParts,
    /// Of a child's bundle: the subjects of the child in the parent's lists, by the parent's stage.
    pub(super) due: BTreeMap<u64, HashSet<String>>,
    /// Of a child's bundle: the parent's `subjects.jsonl`.
    pub(super) parents_subjects: Option<Vec<u8>>,
}

impl Facts {
    /// Reads the good bundle; `None` if it is not good.
    pub(super) fn read(files: Files, other: Files) -> Option<Self> {
        let evidence = Evidence::read(files.clone());
        let announced = evidence.announcement.good()?.clone();
        let disclosure = evidence.disclosure.good()?;
        let secret = disclosure.secret;
        let values = disclosure.sources.clone();
        let plan = &announced.document.plan;
        Some(Self {
            seed: seed(plan, &announced.commitment, secret.as_bytes(), &values)?,
            secret,
            values,
            records: evidence.records.good()?.clone(),
            stages: match evidence.stages {
                Part::Good(stages) => stages,
                _ => return None,
            },
            due: BTreeMap::new(),
            parents_subjects: None,
            announced,
            files,
            other,
        })
    }

    /// Whether the draw is a child draw.
    pub(super) fn is_child(&self) -> bool {
        self.document().plan.is_child()
    }

    /// Whether a stage was held.
    pub(super) fn held_stages(&self) -> bool {
        !self.stages.lines.is_empty()
    }

    /// Number of the last stage held, 0 if there was none.
    pub(super) fn last_stage(&self) -> u64 {
        self.stages.lines.last().map_or(0, |line| line.stage.number)
    }

    /// The list before a stage, with what its drops take out taken out.
    pub(super) fn kept(&self, number: u64) -> List {
        let mut list = List::new(&self.records);
        for line in &self.stages.lines {
            let drops = self.stages.drops_of(line.stage.number);
            let due = self.due(line.stage.parent_stage);
            let falling = list.falling(&drops, due.as_ref());
            list.take_out(&drops, &falling);
            if line.stage.number == number {
                break;
            }
            list.put_in(self.stages.records_of(line.stage.number));
        }
        list
    }

    /// The subjects that the parent's list has for this child draw; `None` in any other draw.
    pub(super) fn due(&self, parent_stage: u64) -> Option<HashSet<&str>> {
        let (_, subjects) = self.due.range(..=parent_stage).next_back()?;
        Some(subjects.iter().map(String::as_str).collect())
    }

    /// The seed of a stage of this bundle.
    pub(super) fn stage_seed(&self, line: &StageLine) -> Option<Digest> {
        let pulse = pulse_of(line.stage.round, &line.signature)?;
        Some(stage_seed(
            &line.commitment(),
            self.secret.as_bytes(),
            &pulse,
        ))
    }

    /// The announcement.
    pub(super) fn document(&self) -> &Announcement {
        &self.announced.document
    }

    /// Whether the bundle is of the auditor's form.
    pub(super) fn auditors(&self) -> bool {
        self.files.is_auditors()
    }

    /// Whether D04 and D05 can be seen.
    pub(super) fn teams_show(&self) -> bool {
        self.auditors() || !self.document().plan.team_is_sealed()
    }

    /// Whether D02 and G07 can be seen.
    pub(super) fn strata_show(&self) -> bool {
        self.auditors() || !self.document().plan.strata_are_sealed()
    }

    /// Whether the roster key opens anything.
    pub(super) fn key_opens(&self) -> bool {
        let document = self.document();
        document.recusals.count > 0
            || (!document.plan.subjects.sealed.is_empty()
                && document.subjects.count > 0
                && !self.is_child())
            || (!document.plan.officers.sealed.is_empty() && document.officers.count > 0)
    }

    /// A document of the bundle as a value.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        serde_json::from_slice(self.files.get(name)?).ok()
    }

    /// The good bundle with one file replaced.
    pub(super) fn with(
        &self,
        group: &'static str,
        name: String,
        expected: Expected,
        file: &str,
        bytes: Vec<u8>,
    ) -> Option<Tampering> {
        if self.files.get(file) == Some(bytes.as_slice()) {
            return None;
        }
        let mut files = self.files.clone();
        files.insert(file, bytes);
        Some(Tampering {
            name,
            group,
            expected,
            files,
        })
    }
}

/// What a verifier brings along who holds the commitment of a good bundle, and received the slips of
/// it, of its stages and of its children when their documents say that they were made.
#[must_use]
pub fn expectations(files: &Files) -> Expectations {
    let mut slips = Vec::new();
    let commitment = slips_of(files.clone(), &mut slips);
    for number in 1..=bundle::MOST_CHILDREN {
        if let Some(child) = unpack_child(files, number) {
            slips_of(child, &mut slips);
        }
    }
    let policy = Policy {
        format: Policy::FORMAT.to_owned(),
        slips: Some(slips),
        authorities: Vec::new(),
        custodians: Vec::new(),
    };
    Expectations {
        commitment,
        policy: Some(policy),
        log_policy: None,
    }
}

/// Notes the slips of one draw and gives its commitment.
fn slips_of(files: Files, slips: &mut Vec<ReceivedSlip>) -> Option<Digest> {
    let evidence = Evidence::read(files);
    let announced = evidence.announcement.good()?;
    let schedule = &announced.document.plan.schedule;
    let mut note = |commitment: Digest, created: &str, latest: u64, stage: u64| {
        // A replay may be made at any time; its slips are given one that would be early enough.
        let received = unix_time(created).unwrap_or(0).min(latest);
        slips.push(ReceivedSlip {
            commitment,
            draw: announced.document.plan.draw.clone(),
            received: time_text(received).unwrap_or_default(),
            stage,
        });
    };
    let created = &announced.document.created;
    note(
        announced.commitment,
        created,
        schedule.latest_announcement(),
        0,
    );
    for line in evidence.stages.good().map_or(&[][..], |parts| &parts.lines) {
        let number = line.stage.number;
        let latest = schedule.latest_stage(number).unwrap_or(0);
        note(line.commitment(), &line.stage.created, latest, number);
    }
    Some(announced.commitment)
}

/// The files of a child's bundle.
pub(super) fn unpack_child(files: &Files, number: usize) -> Option<Files> {
    let bytes = files.get(&bundle::child_name(number))?;
    let limits = Limits {
        nested: true,
        ..Limits::default()
    };
    Some(Files::unpack(std::io::Cursor::new(bytes), limits))
}

/// The names of [`bundle`] as they are grouped in reports; other names count as extra entries.
pub(super) fn group(name: &str) -> &'static str {
    let names = bundle::REQUIRED.iter().chain(&bundle::OPTIONAL);
    names
        .copied()
        .find(|known| *known == name)
        .unwrap_or("entries")
}
