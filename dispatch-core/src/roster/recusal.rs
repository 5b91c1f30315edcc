//! Recusals 回避: pairs of an officer and a subject that must not meet.
//!
//! Source: docs/spec.md 2.4. Rows are sealed, since they expose family and business ties; for the
//! selected subjects the pairs are opened at disclosure, the reasons to auditors only.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::RosterKey;
use crate::digest::{Digest, tagged};
use crate::json::to_canonical;
use crate::merkle::{leaf_hash, root_of};

/// One forbidden pair, with the reason in the open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Recusal {
    /// Id of the subject.
    pub subject: String,
    /// Id of the officer.
    pub officer: String,
    /// The reason.
    pub reason: String,
}

/// Id of a pair: subject, one space, officer. Ids have no spaces.
#[must_use]
pub fn pair_id(subject: &str, officer: &str) -> String {
    format!("{subject} {officer}")
}

/// A line of `recusals.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecusalLine {
    /// The pair is opened; the reason is a sealed cell.
    Open(OpenRecusal),
    /// Only the leaf data is given.
    Closed(ClosedRecusal),
}

/// An opened recusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenRecusal {
    /// Id of the officer.
    pub officer: String,
    /// The sealed reason.
    pub reason: Digest,
    /// Salt of the row.
    pub salt: Digest,
    /// Id of the subject.
    pub subject: String,
}

/// A closed recusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedRecusal {
    /// Leaf data.
    pub leaf: Digest,
}

#[derive(Serialize)]
struct Row<'a> {
    officer: &'a str,
    reason: &'a Digest,
    subject: &'a str,
}

impl RecusalLine {
    /// Opens a recusal.
    #[must_use]
    pub fn open(recusal: &Recusal, key: &RosterKey) -> Self {
        let pair = pair_id(&recusal.subject, &recusal.officer);
        Self::Open(OpenRecusal {
            officer: recusal.officer.clone(),
            reason: key.seal("recusals", &pair, "reason", &recusal.reason),
            salt: key.row_salt(&pair),
            subject: recusal.subject.clone(),
        })
    }

    /// The same line with its content closed.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self::Closed(ClosedRecusal {
            leaf: self.leaf_data(),
        })
    }

    /// The data of the Merkle leaf.
    #[must_use]
    pub fn leaf_data(&self) -> Digest {
        match self {
            Self::Closed(closed) => closed.leaf,
            Self::Open(open) => {
                let row = Row {
                    officer: &open.officer,
                    reason: &open.reason,
                    subject: &open.subject,
                };
                // A row of strings always has a canonical form.
                let row = to_canonical(&row).unwrap_or_default();
                tagged("dispatch/v1/sealed-row", &[open.salt.as_bytes(), &row])
            }
        }
    }
}

/// All recusals of a draw, as far as they are opened.
#[derive(Clone, Debug, Default)]
pub struct Recusals {
    /// Lines in order of pair id.
    pub lines: Vec<RecusalLine>,
}

impl Recusals {
    /// Seals a list of recusals; it is sorted and repeated pairs are dropped.
    #[must_use]
    pub fn seal(mut recusals: Vec<Recusal>, key: &RosterKey) -> (Self, Vec<Recusal>) {
        recusals.sort_by_cached_key(|r| pair_id(&r.subject, &r.officer));
        recusals.dedup_by(|b, a| a.subject == b.subject && a.officer == b.officer);
        let lines = recusals
            .iter()
            .map(|recusal| RecusalLine::open(recusal, key))
            .collect();
        (Self { lines }, recusals)
    }

    /// The committed root.
    #[must_use]
    pub fn root(&self) -> Digest {
        let leaves: Vec<_> = self
            .lines
            .iter()
            .map(|line| leaf_hash(line.leaf_data().as_bytes()))
            .collect();
        root_of(&leaves)
    }

    /// The opened pairs, subject first.
    #[must_use]
    pub fn pairs(&self) -> HashSet<(&str, &str)> {
        self.opened()
            .map(|open| (open.subject.as_str(), open.officer.as_str()))
            .collect()
    }

    /// The opened lines.
    pub fn opened(&self) -> impl Iterator<Item = &OpenRecusal> {
        self.lines.iter().filter_map(|line| match line {
            RecusalLine::Open(open) => Some(open),
            RecusalLine::Closed(_) => None,
        })
    }
}
