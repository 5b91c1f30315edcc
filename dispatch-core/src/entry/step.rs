//! The steps that entries tell of, one structure for each kind.
//!
//! Source: docs/spec.md 17.4. Invariant: the fields of each are the closed set of its kind.

use serde::{Deserialize, Serialize};

use super::AnnouncedStep;
use crate::digest::Digest;
use crate::result::ResultDocument;
use crate::seed::SourceValue;
use crate::stage::StageDocument;

/// A step, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "entries are read one at a time; a box would only be in the way of whoever matches"
)]
pub enum Step {
    /// A custodian has opened what it holds.
    Acknowledgement(Acknowledgement),
    /// A draw was announced.
    Announcement(Announcing),
    /// A contributor's value.
    Contribution(Contributing),
    /// A draw was disclosed.
    Disclosure(Disclosing),
    /// A key changes.
    Key(KeyChange),
    /// Draws are planned.
    Plan(Planning),
    /// The seed sources' values are known.
    Pulse(Pulsing),
    /// A result was computed; it stays sealed behind its root.
    Result(Resulting),
    /// What fell out was frozen.
    Stage(Staging),
    /// A draw will not be held.
    Void(Voiding),
}

impl Step {
    /// The kind, as `kind` spells it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Acknowledgement(_) => "acknowledgement",
            Self::Announcement(_) => "announcement",
            Self::Contribution(_) => "contribution",
            Self::Disclosure(_) => "disclosure",
            Self::Key(_) => "key",
            Self::Plan(_) => "plan",
            Self::Pulse(_) => "pulse",
            Self::Result(_) => "result",
            Self::Stage(_) => "stage",
            Self::Void(_) => "void",
        }
    }
}

/// Draws of a year's plan 年度抽查工作计划.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planning {
    /// SHA-256 of the plan's document.
    pub document: Digest,
    /// The draws that it adds or changes, ascending by id.
    pub draws: Vec<PlannedDraw>,
    /// Why, where an earlier entry of the year is added to or changed.
    pub reason: String,
    /// The year.
    pub year: u64,
}

/// A planned draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedDraw {
    /// Its id.
    pub draw: String,
    /// The last day for its draw time, UTC.
    pub latest: String,
    /// Its title.
    pub title: String,
}

/// An announcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcing {
    /// What of announcement.json the log tells.
    pub announcement: AnnouncedStep,
    /// The commitment.
    pub commitment: Digest,
}

/// A custodian's acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The draw's commitment.
    pub commitment: Digest,
    /// The signed note of docs/spec.md 18.2.
    pub note: String,
}

/// The value of a contribution to the seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contributing {
    /// The draw's commitment.
    pub commitment: Digest,
    /// The body that contributes.
    pub contributor: String,
    /// The value.
    pub value: Digest,
}

/// The values of the seed sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pulsing {
    /// The draw's commitment.
    pub commitment: Digest,
    /// The values, in plan order; of a stage its pulse alone.
    pub sources: Vec<SourceValue>,
    /// The stage; 0 is the draw itself.
    pub stage: u64,
}

/// A stage document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staging {
    /// The announcement's commitment.
    pub commitment: Digest,
    /// The document.
    pub stage: StageDocument,
}

/// A result document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resulting {
    /// The announcement's commitment.
    pub commitment: Digest,
    /// The document.
    pub result: ResultDocument,
    /// The stage; 0 is the draw itself.
    pub stage: u64,
}

/// A disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosing {
    /// Empty, or SHA-256 of the public bundle.
    pub bundle: String,
    /// The draw's commitment.
    pub commitment: Digest,
    /// SHA-256 of disclosure.json.
    pub document: Digest,
    /// The operator's secret.
    pub secret: Digest,
}

/// A draw that will not be held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voiding {
    /// Who agreed; another person than the proposer.
    pub approver: String,
    /// The draw's commitment; empty for a planned draw that was not announced.
    pub commitment: String,
    /// The draw.
    pub draw: String,
    /// Who asked for it.
    pub proposer: String,
    /// Why.
    pub reason: String,
}

/// Whose key changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// A custodian.
    Custodian,
    /// The log.
    Log,
    /// A witness.
    Witness,
}

/// A key is added, replaced or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// Whether the old key is in other hands.
    pub compromised: bool,
    /// Whose key it is.
    pub holder: Holder,
    /// The new key; empty when one is withdrawn.
    pub new: String,
    /// The old key; empty when one is added.
    pub old: String,
    /// Why.
    pub reason: String,
}
