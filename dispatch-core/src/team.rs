//! The second random: from selected subjects and the officer roster to teams.
//!
//! Source: docs/spec.md section 7. This module turns rows into the pure problem that
//! [`crate::assignment`] solves, one load group at a time, and its answer back into officers.
//! Invariant: load groups do not influence one another.

mod group;
mod shortage;
mod standing;

pub use self::group::{GroupName, Workforce};
pub use self::shortage::Shortage;

use std::collections::HashSet;

use rayon::prelude::*;

use self::group::Problem;
use crate::assignment::{GroupAssignment, assign};
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
    /// For every officer, by row, the slots filled before; officers beyond its end filled none.
    pub earlier: &'d [u32],
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
    /// What was filled.
    pub step: Step,
    /// Department and region, say; of dealing the region alone.
    pub name: GroupName,
    /// Number of officers in it, drawable or not; of dealing, of complete teams.
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

/// Which step of section 7 a load group belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Officers for visits (7.4).
    Visits,
    /// Officers for standing teams (7.5, forming).
    Forming,
    /// Standing teams for visits (7.5, dealing).
    Dealing,
}

/// Draws the teams of `selected`, which are in ascending order of ticket: a team for every subject
/// or, where the plan says so, standing teams.
#[must_use]
pub fn staff(staffing: &Staffing<'_>, selected: &[Selected], seed: &Digest) -> Teams {
    match staffing.plan.team.standing {
        0 => fill(staffing, selected, None, seed),
        visits => standing::staff(staffing, selected, visits, seed),
    }
}

/// Fills slots one by one (docs/spec.md 7.4): of each subject those that `vacant` names, without it all.
#[must_use]
pub fn fill(
    staffing: &Staffing<'_>,
    selected: &[Selected],
    vacant: Option<&[Vec<usize>]>,
    seed: &Digest,
) -> Teams {
    let problems = group::problems(staffing, selected, vacant, seed);
    let name = |index: usize| {
        let subject = selected.get(index)?;
        Some(staffing.subjects.id(subject.row).to_owned())
    };
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
        teams
            .groups
            .push(outcome(staffing, Step::Visits, problem, &answer, &name));
    }
    teams
}

fn outcome(
    staffing: &Staffing<'_>,
    step: Step,
    problem: &Problem,
    answer: &GroupAssignment,
    name: &dyn Fn(usize) -> Option<String>,
) -> GroupOutcome {
    let coverage = &answer.coverage;
    GroupOutcome {
        step,
        name: problem.name.clone(),
        officers: problem.officers.len(),
        slots: problem.visits.iter().map(|visit| visit.slots.len()).sum(),
        base: coverage.base,
        cap: answer.cap,
        open: coverage.open.len(),
        shortages: shortage::explain(staffing, name, problem, coverage),
    }
}
