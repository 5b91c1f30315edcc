//! One trial draw 试抽: everything that a draw does for a seed, without announcement or evidence.
//!
//! This file is all that the simulation knows of the draw's rules: whatever a plan may ask for, a
//! trial is its selected subjects, in order, and their teams. Invariant: the seed of a trial is a
//! tagged hash under a label that no draw uses, so a trial can never be a draw.

use std::collections::HashSet;

use crate::digest::{Digest, tagged};
use crate::plan::Plan;
use crate::roster::{Recusal, Roster};
use crate::selection::{Selected, Stratification, SubjectKey, select_among};
use crate::team::{Staffing, Teams, Workforce, staff};

/// What a trial draw is made of; the rosters are open, nothing in them is sealed yet.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'d> {
    /// The plan.
    pub plan: &'d Plan,
    /// The subject roster.
    pub subjects: &'d Roster,
    /// The officer roster.
    pub officers: &'d Roster,
    /// The recusals.
    pub recusals: &'d [Recusal],
}

/// Everything read once, so that trial after trial can be held.
#[derive(Debug)]
pub struct Trials<'d> {
    /// What it was read from.
    pub inputs: Inputs<'d>,
    /// Which stratum every subject is in.
    pub strata: &'d Stratification,
    /// The officers.
    pub workforce: Workforce,
    pairs: HashSet<(&'d str, &'d str)>,
}

/// What one trial came to.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The selected subjects, in order.
    pub selected: Vec<Selected>,
    /// Their teams, in the same order.
    pub teams: Teams,
}

impl<'d> Trials<'d> {
    /// Reads officers and recusals.
    #[must_use]
    pub fn new(inputs: Inputs<'d>, strata: &'d Stratification) -> Self {
        let pairs = inputs.recusals.iter();
        Self {
            inputs,
            strata,
            workforce: Workforce::new(inputs.plan, inputs.officers, None),
            pairs: pairs
                .map(|recusal| (recusal.subject.as_str(), recusal.officer.as_str()))
                .collect(),
        }
    }

    /// Everything that a draw does for a seed.
    #[must_use]
    pub fn draw(&self, seed: &Digest) -> Trial {
        let selected = self.select(seed);
        let teams = self.staff(&selected, seed);
        Trial { selected, teams }
    }

    /// The first random alone: all batches together, where the plan draws in batches.
    #[must_use]
    pub fn select(&self, seed: &Digest) -> Vec<Selected> {
        let quotas: Vec<u64> = self.strata.strata.iter().map(|s| s.quota).collect();
        let key = SubjectKey::new(seed);
        select_among(self.inputs.subjects, self.strata, key, &quotas, &|_| true)
    }

    /// The second random alone. Load groups do not influence one another, so it may be asked for the
    /// subjects of one area only and gives them the same teams.
    #[must_use]
    pub fn staff(&self, selected: &[Selected], seed: &Digest) -> Teams {
        staff(&self.staffing(), selected, seed)
    }

    /// What the teams are drawn from.
    #[must_use]
    pub fn staffing(&self) -> Staffing<'_> {
        Staffing {
            plan: self.inputs.plan,
            subjects: self.inputs.subjects,
            subject_cells: None,
            workforce: &self.workforce,
            recusals: &self.pairs,
            earlier: &[],
        }
    }
}

/// The seed of a trial. The same text and number always give the same trial.
#[must_use]
pub fn trial_seed(text: &str, run: u32) -> Digest {
    tagged(
        "dispatch/v1/simulation",
        &[text.as_bytes(), &run.to_be_bytes()],
    )
}
