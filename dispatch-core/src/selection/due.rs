//! How many officers a subject is due, this draw's own and its children's together.
//!
//! Source: docs/spec.md 3.4; at least two officers inspect (行政处罚法 and its like say so).
//! Invariant: nothing is looked up where the draw's own officers are enough.

use rayon::prelude::*;

use super::{Place, ROWS_PER_TASK};
use crate::plan::Plan;
use crate::roster::Roster;
use crate::row::Columns;

/// Rows in a stratum that are due fewer than two officers.
pub(super) fn understaffed(plan: &Plan, roster: &Roster, places: &[Place]) -> Vec<usize> {
    let own = plan.team.own_officers();
    // Without children the plan itself is at fault.
    if own >= LEAST || plan.children.is_empty() {
        return Vec::new();
    }
    let fields = plan.children.iter().flat_map(|child| &child.conditions);
    let columns = Columns::new(fields.map(|condition| condition.field.as_str()));
    places
        .par_iter()
        .enumerate()
        .with_min_len(ROWS_PER_TASK)
        .filter(|(_, place)| matches!(place, Place::Stratum(_)))
        .map_init(Vec::new, |values, (row, _)| {
            columns.read(roster.line(row), values);
            let value = |field: &str| {
                let at = columns.position(field);
                at.and_then(|at| values.get(at)).map_or("", |value| value)
            };
            let children = plan.children.iter().filter(|child| child.takes(value));
            let due = children.fold(own, |sum, child| sum.saturating_add(child.officers));
            (row, due)
        })
        .filter(|(_, due)| *due < LEAST)
        .map(|(row, _)| row)
        .collect()
}

/// Officers that every subject is due.
const LEAST: u64 = 2;
