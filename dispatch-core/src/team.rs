//! The second random: from selected subjects and the officer roster to teams.
//!
//! Source: docs/spec.md section 7. This module turns rows into the pure problem that
//! [`crate::assignment`] solves, one load group at a time, and its answer back into officers.
//! Invariant: load groups do not influence one another.

mod group;
mod shortage;

pub use self::group::{GroupName, Workforce};
pub use self::shortage::Shortage;

use std::collections::HashSet;

use rayon::prelude::*;

use crate::assignment::assign;
use crate::digest::Digest;
use crate::plan::Plan;
use crate::roster::{Cells, Roster};
use crate::selection::Selected;

/// What the teams are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Staffing<'d> {
    /// The plan.
    pub plan: &'d Plan,
    /// The subject roster.
    pub subjects: &'d Roster,
    /// Open values of its sealed columns, where they are known.
    pub subject_cells: Option<&'d Cells>,
    /// The officers.
    pub workforce: &'d Workforce,
    /// Pairs of subject id and officer id that must not meet.
    pub recusals: &'d HashSet<(&'d str, &'d str)>,
}

/// The teams of a draw.
#[derive(Clone, Debug, Default)]
pub struct Teams {
    /// For every selected subject, in the order given, and every expanded slot: the officer's row.
    pub members: Vec<Vec<Option<usize>>>,
    /// What every load group came to, sorted by name.
    pub groups: Vec<GroupOutcome>,
}

/// What a load group came to.
#[derive(Clone, Debug)]
pub struct GroupOutcome {
    /// Department and region, say.
    pub name: GroupName,
    /// Number of officers in it, drawable or not.
    pub officers: usize,
    /// Number of slots.
    pub slots: usize,
    /// Smallest uniform cap for which all covered slots can be filled.
    pub base: u32,
    /// The cap that was used.
    pub cap: u32,
    /// Slots that nobody can fill.
    pub open: usize,
    /// Why, bottleneck by bottleneck.
    pub shortages: Vec<Shortage>,
}

impl Teams {
    /// Number of slots that stay open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.groups.iter().map(|group| group.open).sum()
    }
}

/// Draws the teams of `selected`, which are in ascending order of ticket.
#[must_use]
pub fn staff(staffing: &Staffing<'_>, selected: &[Selected], seed: &Digest) -> Teams {
    let problems = group::problems(staffing, selected, seed);
    let slack = u32::try_from(staffing.plan.team.slack).unwrap_or(u32::MAX);
    let answers: Vec<_> = problems
        .par_iter()
        .map(|problem| assign(&problem.group, slack))
        .collect();
    let size = staffing.plan.team.size();
    let mut teams = Teams {
        members: vec![vec![None; size]; selected.len()],
        groups: Vec::new(),
    };
    for (problem, answer) in problems.iter().zip(answers) {
        for (visit, officers) in problem.visits.iter().zip(&answer.officers) {
            for (slot, officer) in visit.slots.iter().zip(officers) {
                let row = officer.and_then(|at| problem.officers.get(usize::try_from(at).ok()?));
                teams.members[visit.selected][*slot] = row.copied();
            }
        }
        let coverage = &answer.coverage;
        teams.groups.push(GroupOutcome {
            name: problem.name.clone(),
            officers: problem.officers.len(),
            slots: problem.visits.iter().map(|visit| visit.slots.len()).sum(),
            base: coverage.base,
            cap: answer.cap,
            open: coverage.open.len(),
            shortages: shortage::explain(staffing, selected, problem, coverage),
        });
    }
    teams
}
