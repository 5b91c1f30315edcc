//! The documents of a stage: what is published before its pulse, and what follows from it.
//!
//! Source: docs/spec.md 15.1 and 15.6.

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, tagged};
use crate::json::to_canonical;
use crate::result::{Record, ResultDocument};
use crate::syntax::unix_time;

/// The document `stage-N.json`, published before the stage's pulse exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageDocument {
    /// Commitment of the announcement.
    pub commitment: Digest,
    /// When it was made, as the operator's clock told it: a claim, not evidence.
    pub created: String,
    /// How many fell out, and the root over who.
    pub drops: DropSummary,
    /// [`StageDocument::FORMAT`].
    pub format: String,
    /// Which of the announced stages, counted from 1.
    pub number: u64,
    /// Of a child draw: the parent's stage whose list is staffed; 0 is the parent's draw.
    pub parent_stage: u64,
    /// Hash of the result document before it.
    pub previous: Digest,
    /// The drand round of the stage's time.
    pub round: u64,
}

/// How many fell out, and the root over who.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropSummary {
    /// How many officers get no further slots.
    pub officers: u64,
    /// Merkle root over the salted lines.
    pub root: Digest,
    /// How many subjects fell out.
    pub subjects: u64,
    /// How many officers left one visit.
    pub visits: u64,
}

impl StageDocument {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/stage/1";
    /// The highest number of a stage.
    pub const MOST: u64 = 100;

    /// Whether format, time and numbers have the form of docs/spec.md 15.1.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        self.format == Self::FORMAT
            && unix_time(&self.created).is_some()
            && (1..=Self::MOST).contains(&self.number)
            && self.parent_stage <= Self::MOST
    }
}

/// A line of `stages.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageLine {
    /// The result document of the list after the stage.
    pub result: ResultDocument,
    /// Signature of the pulse of the stage's round, 96 hexadecimal characters.
    pub signature: String,
    /// The document.
    pub stage: StageDocument,
}

impl StageLine {
    /// The stage's commitment.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        // A document of texts and integers always has a canonical form.
        stage_commitment(&to_canonical(&self.stage).unwrap_or_default())
    }
}

/// A line of `stage-records.jsonl`: a team that a stage made or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecord {
    /// One officer id for every expanded slot; empty where the slot stays open.
    pub officers: Vec<String>,
    /// Number of the stage.
    pub stage: u64,
    /// Id of the subject.
    pub subject: String,
    /// Its ticket: the old one of a kept subject, that of the stage of a new one.
    pub ticket: Digest,
}

impl StageRecord {
    /// The record that it puts into the list.
    #[must_use]
    pub fn record(&self) -> Record {
        Record {
            officers: self.officers.clone(),
            subject: self.subject.clone(),
            ticket: self.ticket,
        }
    }
}

/// The commitment of a stage document's bytes.
#[must_use]
pub fn stage_commitment(bytes: &[u8]) -> Digest {
    tagged("dispatch/v1/stage", &[bytes])
}

/// The hash by which a stage names the result document before it.
#[must_use]
pub fn previous_hash(result: &[u8]) -> Digest {
    tagged("dispatch/v1/previous", &[result])
}
