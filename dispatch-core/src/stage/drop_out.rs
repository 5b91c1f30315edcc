//! Drops: what fell out before a stage, with coded reason, evidence and approver.
//!
//! Source: docs/spec.md 15.2. Invariant: every reason belongs to one kind of drop; "nobody was met"
//! is none, because that is the result of a visit.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::digest::{Digest, tagged};
use crate::json::to_canonical;
use crate::language::Message;
use crate::merkle::{leaf_hash, root_of};
use crate::roster::keyed;
use crate::stage::{DropSummary, StageDocument};
use crate::syntax::{is_id, is_text};

/// A line of `drops.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropOut {
    /// Who approved it.
    pub approver: String,
    /// SHA-256 of the paper that shows the reason.
    pub evidence: Digest,
    /// Id of the officer; empty when a subject falls out.
    pub officer: String,
    /// Code of the reason.
    pub reason: String,
    /// Number of the stage.
    pub stage: u64,
    /// Id of the subject; empty when an officer is not to be drawn any more.
    pub subject: String,
}

/// What a drop takes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropKind {
    /// An officer gets no further slots.
    Officer,
    /// A subject falls out.
    Subject,
    /// An officer leaves one visit.
    Visit,
}

impl DropKind {
    /// The reasons of this kind, with their Chinese names.
    #[must_use]
    pub const fn reasons(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Officer => OFFICER_REASONS,
            Self::Subject => SUBJECT_REASONS,
            Self::Visit => VISIT_REASONS,
        }
    }
}

impl DropOut {
    /// What it takes out; `None` if it names neither subject nor officer.
    #[must_use]
    pub fn kind(&self) -> Option<DropKind> {
        match (self.subject.is_empty(), self.officer.is_empty()) {
            (false, true) => Some(DropKind::Subject),
            (false, false) => Some(DropKind::Visit),
            (true, false) => Some(DropKind::Officer),
            (true, true) => None,
        }
    }

    /// What is said when it does not have that form: which reasons its kind may have.
    #[must_use]
    pub fn misfit(&self) -> Message {
        let what = format!("{} {}", self.subject, self.officer);
        let what = what.trim();
        let Some(kind) = self.kind() else {
            return Message::new(
                "a line names neither a subject nor an officer",
                "有一行既没有检查对象也没有执法证号",
            );
        };
        let reasons = kind.reasons();
        let every = SUBJECT_REASONS.iter().chain(VISIT_REASONS);
        let mut named = every.filter(|(code, _)| *code == self.reason);
        let word = named.next().map_or(self.reason.as_str(), |(_, name)| name);
        let codes: Vec<&str> = reasons.iter().map(|(code, _)| *code).collect();
        let names: Vec<&str> = reasons.iter().map(|(_, name)| *name).collect();
        Message::new(
            format!(
                "{what}: reason {} does not fit; it may be {}",
                self.reason,
                codes.join(", ")
            ),
            format!("“{what}”：事由“{word}”不适用，可填：{}", names.join("、")),
        )
    }

    /// Its place among the others: drops are in strictly ascending order of this.
    #[must_use]
    pub fn key(&self) -> (u64, &str, &str) {
        (self.stage, &self.subject, &self.officer)
    }

    /// Whether it has the form of docs/spec.md 15.2.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let id = |id: &str| id.is_empty() || is_id(id);
        let reasons = self.kind().map_or(&[][..], DropKind::reasons);
        is_text(&self.approver)
            && id(&self.officer)
            && id(&self.subject)
            && (1..=StageDocument::MOST).contains(&self.stage)
            && reasons.iter().any(|(code, _)| *code == self.reason)
    }
}

/// What a stage document tells of its drops, which are given in order.
#[must_use]
pub fn summarise<'d>(
    secret: &[u8; 32],
    drops: impl IntoIterator<Item = &'d DropOut>,
) -> DropSummary {
    let drops: Vec<&DropOut> = drops.into_iter().collect();
    let of = |kind| {
        drops
            .iter()
            .filter(|drop| drop.kind() == Some(kind))
            .count() as u64
    };
    DropSummary {
        officers: of(DropKind::Officer),
        root: drop_root(secret, drops.iter().copied()),
        subjects: of(DropKind::Subject),
        visits: of(DropKind::Visit),
    }
}

/// The root over the drops of one stage, in the order given.
fn drop_root<'d>(secret: &[u8; 32], drops: impl IntoIterator<Item = &'d DropOut>) -> Digest {
    let drops: Vec<&DropOut> = drops.into_iter().collect();
    let leaf = |drop: &&DropOut| {
        // A line of texts and integers always has a canonical form.
        let line = to_canonical(*drop).unwrap_or_default();
        let salt = keyed(secret, "dispatch/v1/drop-salt", &[&line]);
        leaf_hash(tagged("dispatch/v1/drop", &[salt.as_bytes(), &line]).as_bytes())
    };
    let leaves: Vec<Digest> = drops.par_iter().map(leaf).collect();
    root_of(&leaves)
}

const SUBJECT_REASONS: &[(&str, &str)] = &[
    ("deregistered", "已注销"),
    ("revoked", "被吊销"),
    ("cancelled", "被撤销"),
    ("moved-out", "已迁出"),
    ("out-of-scope", "不属于抽查范围"),
    ("under-investigation", "正在立案调查"),
    ("force-majeure", "不可抗力"),
];
const VISIT_REASONS: &[(&str, &str)] = &[
    ("recusal", "应当回避"),
    ("recusal-requested", "申请回避"),
    ("unavailable", "无法参加"),
    ("transferred", "调离岗位"),
    ("certificate-invalid", "证件失效"),
    ("other-duty", "另有任务"),
];
const OFFICER_REASONS: &[(&str, &str)] = &[
    ("unavailable", "无法参加"),
    ("transferred", "调离岗位"),
    ("certificate-invalid", "证件失效"),
    ("other-duty", "另有任务"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn drop_out(subject: &str, officer: &str, reason: &str) -> DropOut {
        DropOut {
            approver: "王五".into(),
            evidence: Digest::new([7; 32]),
            officer: officer.into(),
            reason: reason.into(),
            stage: 1,
            subject: subject.into(),
        }
    }

    #[test]
    fn a_reason_belongs_to_its_kind_and_nobody_there_to_none() {
        for (subject, officer, reason, good) in [
            ("S1", "", "deregistered", true),
            ("S1", "", "recusal", false),
            ("S1", "", "not-found", false),
            ("S1", "", "nobody-there", false),
            ("S1", "O1", "recusal-requested", true),
            ("S1", "O1", "deregistered", false),
            ("", "O1", "unavailable", true),
            ("", "O1", "recusal", false),
            ("", "", "unavailable", false),
            ("S 1", "", "deregistered", false),
        ] {
            let found = drop_out(subject, officer, reason).is_well_formed();
            assert_eq!(found, good, "{subject} {officer} {reason}");
        }
    }
}
