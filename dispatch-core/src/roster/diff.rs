//! What changed since an earlier roster, row by row and by reason.
//!
//! Source: docs/spec.md 2.5. A roster that changes just before a draw is how draws are steered, so
//! every announcement can say what was added, removed and changed, and why.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::Roster;
use crate::digest::Digest;
use crate::json::{JsonError, from_canonical, to_canonical};
use crate::merkle::{leaf_hash, root_of};
use crate::syntax::{is_id, is_text};

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// New.
    Added,
    /// Other values.
    Changed,
    /// Gone.
    Removed,
}

/// A line of a diff file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffLine {
    /// What happened.
    pub change: Change,
    /// Id of the row.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// How many lines have this change and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonCount {
    /// What happened.
    pub change: Change,
    /// How often.
    pub count: u64,
    /// Why.
    pub reason: String,
}

/// The summary that the announcement carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffSummary {
    /// New rows.
    pub added: u64,
    /// Changed rows.
    pub changed: u64,
    /// Size of the earlier roster.
    pub previous_count: u64,
    /// Root of the earlier roster.
    pub previous_root: Digest,
    /// Counts by change and reason, sorted.
    pub reasons: Vec<ReasonCount>,
    /// Rows that are gone.
    pub removed: u64,
    /// Merkle root over the lines of the diff file.
    pub root: Digest,
}

/// Compares two rosters; `reasons` gives the reason for an id, `unstated` stands where none is given.
/// Columns in `sealed` are not compared: their cells differ in every announcement.
#[must_use]
pub fn diff_lines(
    previous: &Roster,
    current: &Roster,
    sealed: &[String],
    reasons: &HashMap<String, String>,
    unstated: &str,
) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    let (mut a, mut b) = (0, 0);
    let mut add = |change, id: &str| {
        let reason = reasons.get(id).map_or(unstated, String::as_str).to_owned();
        lines.push(DiffLine {
            change,
            id: id.to_owned(),
            reason,
        });
    };
    while a < previous.len() || b < current.len() {
        let order = match (a < previous.len(), b < current.len()) {
            (true, false) => core::cmp::Ordering::Less,
            (false, _) => core::cmp::Ordering::Greater,
            _ => previous.id(a).cmp(current.id(b)),
        };
        match order {
            core::cmp::Ordering::Less => add(Change::Removed, previous.id(a)),
            core::cmp::Ordering::Greater => add(Change::Added, current.id(b)),
            core::cmp::Ordering::Equal => {
                if open_fields(previous, a, sealed) != open_fields(current, b, sealed) {
                    add(Change::Changed, current.id(b));
                }
            }
        }
        a += usize::from(order.is_le());
        b += usize::from(order.is_ge());
    }
    lines
}

/// The summary of a diff.
#[must_use]
pub fn summarise(lines: &[DiffLine], previous_count: u64, previous_root: Digest) -> DiffSummary {
    let mut counts: BTreeMap<(&'static str, &str), (Change, u64)> = BTreeMap::new();
    let mut totals = [0u64; 3];
    for line in lines {
        let (name, total) = match line.change {
            Change::Added => ("added", &mut totals[0]),
            Change::Changed => ("changed", &mut totals[1]),
            Change::Removed => ("removed", &mut totals[2]),
        };
        *total += 1;
        counts
            .entry((name, &line.reason))
            .or_insert((line.change, 0))
            .1 += 1;
    }
    let reasons = counts
        .into_iter()
        .map(|((_, reason), (change, count))| ReasonCount {
            change,
            count,
            reason: reason.to_owned(),
        });
    // A line of strings always has a canonical form.
    let leaves: Vec<_> = lines
        .iter()
        .map(|line| leaf_hash(&to_canonical(line).unwrap_or_default()))
        .collect();
    DiffSummary {
        added: totals[0],
        changed: totals[1],
        previous_count,
        previous_root,
        reasons: reasons.collect(),
        removed: totals[2],
        root: root_of(&leaves),
    }
}

/// Reads the lines of a diff file, already split.
///
/// # Errors
/// The line, counted from 1, and what is wrong with it.
pub fn read_diff(lines: &[&[u8]]) -> Result<Vec<DiffLine>, (u64, JsonError)> {
    let mut read: Vec<DiffLine> = Vec::with_capacity(lines.len());
    for (index, bytes) in lines.iter().enumerate() {
        let number = index as u64 + 1;
        if bytes.len() > crate::row::ROW_LIMIT {
            return Err((number, JsonError::Value("the line is too long".to_owned())));
        }
        let line: DiffLine = from_canonical(bytes).map_err(|error| (number, error))?;
        let ordered = read.last().is_none_or(|last| last.id < line.id);
        if !ordered || !is_id(&line.id) || !is_text(&line.reason) {
            return Err((
                number,
                JsonError::Value("not sorted, or not an id and a reason".to_owned()),
            ));
        }
        read.push(line);
    }
    Ok(read)
}

fn open_fields<'r>(
    roster: &'r Roster,
    index: usize,
    sealed: &[String],
) -> Vec<crate::row::Field<'r>> {
    let mut fields = roster.fields(index);
    fields.retain(|(name, _)| !sealed.iter().any(|column| column == name));
    fields
}
