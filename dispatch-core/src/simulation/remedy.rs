//! Remedies: changes of officers or plan that close a gap, found by trying.
//!
//! Invariant: [`apply`] makes the inputs that a person would get who carried the changes out, so a
//! draw from them can be held to the promise.

pub(crate) mod case;

mod candidate;
mod search;

use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use self::candidate::candidates;
use crate::language::Message;
use crate::plan::{Plan, Quota};
use crate::roster::{Roster, RosterBuilder, RosterKind, RowRules};

/// Something that closes a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What to do, in words.
    pub message: Message,
    /// The same, cell by cell.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// A cell of the officer roster.
    SetOfficer {
        /// Certificate number.
        officer: String,
        /// Field name of the column.
        column: String,
        /// The present value.
        from: String,
        /// The value that mends.
        to: String,
    },
    /// One more officer.
    AddOfficer {
        /// What the row must have; id and name are placeholders.
        row: BTreeMap<String, String>,
    },
    /// The quota of a stratum.
    LowerQuota {
        /// Name of the stratum.
        stratum: String,
        /// The present number.
        from: u64,
        /// The number that can be staffed.
        to: u64,
    },
    /// `min_days` of the team.
    LowerMinDays {
        /// The present number.
        from: u64,
        /// The number that mends.
        to: u64,
    },
}

/// Plan and officers with the changes carried out; `None` if they would not be a roster any more.
#[must_use]
pub fn apply(changes: &[Change], plan: &Plan, officers: &Roster) -> Option<(Plan, Roster)> {
    let mut plan = plan.clone();
    let mut cells: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    let mut rules = RosterBuilder::new(RowRules {
        kind: RosterKind::Officers,
        sealed: &[],
    });
    for change in changes {
        match change {
            Change::SetOfficer {
                officer,
                column,
                to,
                ..
            } => cells.entry(officer).or_default().push((column, to)),
            Change::AddOfficer { row } => {
                let row: Vec<(&String, &String)> = row.iter().collect();
                rules.push(&row).ok()?;
            }
            Change::LowerQuota { stratum, to, .. } => {
                let named = plan.strata.iter_mut().find(|own| own.name == *stratum)?;
                named.quota = Quota::Count { count: *to };
            }
            Change::LowerMinDays { to, .. } => plan.team.min_days = *to,
        }
    }
    for row in 0..officers.len() {
        let mut fields = officers.fields(row);
        for (column, to) in cells.get(officers.id(row)).into_iter().flatten() {
            fields.retain(|(name, _)| name != column);
            fields.push(((*column).into(), (*to).into()));
        }
        fields.retain(|(_, value)| !value.is_empty());
        rules.push(&fields).ok()?;
    }
    Some((plan, rules.finish().ok()?))
}
