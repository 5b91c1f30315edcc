//! Which exclusion or stratum every subject falls under.
//!
//! Source: docs/spec.md 3.2. Only the fields that the plan's conditions name are read.
//! Invariant: a row's place depends on that row alone.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{Place, ROWS_PER_TASK};
use crate::plan::{Condition, Plan};
use crate::roster::{Cells, Roster};
use crate::row::Columns;

/// The place of every row, and whether it lacks the reference that its exclusion asks for.
pub(super) fn all(plan: &Plan, roster: &Roster, cells: Option<&Cells>) -> (Vec<Place>, Vec<bool>) {
    let rules = Rules::new(plan, cells);
    let (mut places, mut missing) = (Vec::new(), Vec::new());
    (0..roster.len())
        .into_par_iter()
        .with_min_len(ROWS_PER_TASK)
        .map_init(Vec::new, |values, row| {
            rules.columns.read(roster.line(row), values);
            rules.place(row, values)
        })
        .unzip_into_vecs(&mut places, &mut missing);
    (places, missing)
}

/// The plan's conditions with the columns that they read.
struct Rules<'p> {
    columns: Columns,
    cells: Option<&'p Cells>,
    exclusions: Vec<(Vec<Test<'p>>, Option<usize>)>,
    strata: Vec<Vec<Test<'p>>>,
}

/// A condition, and where the value of its field stands.
type Test<'p> = (usize, &'p Condition);

impl<'p> Rules<'p> {
    fn new(plan: &'p Plan, cells: Option<&'p Cells>) -> Self {
        let excluding = plan.exclusions.iter().flat_map(|e| &e.conditions);
        let dividing = plan.strata.iter().flat_map(|s| &s.conditions);
        let references = plan.exclusions.iter().map(|e| &e.reference);
        let fields = excluding
            .chain(dividing)
            .map(|c| &c.field)
            .chain(references);
        let columns = Columns::new(fields.map(String::as_str));
        let tests = |conditions: &'p [Condition]| -> Vec<Test<'p>> {
            let place = |c: &'p Condition| Some((columns.position(&c.field)?, c));
            conditions.iter().filter_map(place).collect()
        };
        let exclusions = plan.exclusions.iter().map(|e| {
            let reference = Some(&e.reference).filter(|name| !name.is_empty());
            (
                tests(&e.conditions),
                reference.and_then(|name| columns.position(name)),
            )
        });
        Self {
            exclusions: exclusions.collect(),
            strata: plan.strata.iter().map(|s| tests(&s.conditions)).collect(),
            columns,
            cells,
        }
    }

    fn place(&self, row: usize, values: &[Cow<'_, str>]) -> (Place, bool) {
        let hold = |tests: &[Test<'_>]| {
            tests
                .iter()
                .all(|(at, condition)| condition.holds(self.value(row, values, *at)))
        };
        let excluded = self
            .exclusions
            .iter()
            .enumerate()
            .find(|(_, (tests, _))| hold(tests));
        if let Some((at, (_, reference))) = excluded {
            let missing = reference.is_some_and(|at| self.value(row, values, at).is_empty());
            return (Place::Excluded(at), missing);
        }
        let stratum = self.strata.iter().position(|tests| hold(tests));
        (stratum.map_or(Place::Outside, Place::Stratum), false)
    }

    /// The open value of a column.
    fn value<'v>(&'v self, row: usize, values: &'v [Cow<'_, str>], at: usize) -> &'v str {
        let name = self.columns.names().get(at);
        let open = self
            .cells
            .zip(name)
            .and_then(|(cells, name)| cells.value(row, name));
        open.unwrap_or_else(|| values.get(at).map_or("", |value| value))
    }
}
