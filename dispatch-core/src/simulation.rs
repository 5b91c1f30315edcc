//! Simulation: many trial draws before anything is frozen, and what they show.
//!
//! Coverage beside exact odds, loads, partners, forced pairs, what cannot be staffed, and what would
//! mend it. docs/simulate.md tells how to read it. Invariant: the answer is a function of the inputs,
//! the text and the number of runs; it does not depend on threads, and no trial can be a draw.

pub(crate) mod kind;
pub(crate) mod tally;
pub(crate) mod trial;

mod coverage;
mod funnel;
mod gap;
mod impossible;
mod load;
mod narrow;
mod number;
mod page;
mod partners;
mod remedy;

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;
use serde::Serialize;

pub use self::coverage::StratumCoverage;
pub use self::gap::{Gap, Gaps, OpenSlot};
pub use self::impossible::Impossible;
pub(crate) use self::impossible::impossible;
pub use self::load::{GroupLoad, OfficerLoad, Who};
pub use self::narrow::{FEW, ForcedPair, HIGH_PERCENT, Reach};
pub use self::number::{percent, ratio};
pub use self::partners::{Partners, Together};
pub use self::remedy::{Change, Remedy, apply};
pub use self::trial::{Inputs, Trial, Trials, trial_seed};

use self::kind::Kinds;
use self::tally::Tally;
use crate::selection::Stratification;

/// How a simulation is held.
#[derive(Clone, Debug)]
pub struct SimulationOptions {
    /// Number of runs, at most [`MOST_RUNS`].
    pub runs: u32,
    /// The same text gives the same runs.
    pub seed: String,
    /// How many pairs are listed.
    pub listed: usize,
}

/// What a simulation found. Serialised, it is the JSON that the tool writes: whole numbers and texts.
#[derive(Clone, Debug, Serialize)]
pub struct Simulation {
    /// [`Simulation::FORMAT`].
    pub format: &'static str,
    /// Id of the draw in the plan.
    pub draw: String,
    /// Its title.
    pub title: String,
    /// The body that holds it.
    pub authority: String,
    /// Runs held.
    pub runs: u32,
    /// The text that their seeds follow from.
    pub seed: String,
    /// Subjects in the roster.
    pub subjects: usize,
    /// Officers in the roster.
    pub officers: usize,
    /// Subjects drawn in every run.
    pub selected: u64,
    /// Subjects left out by an exclusion.
    pub excluded: u64,
    /// Subjects in no stratum.
    pub outside: u64,
    /// Places of a team.
    pub team: usize,
    /// Runs with open slots.
    pub short_runs: u32,
    /// The strata, in plan order.
    pub strata: Vec<StratumCoverage>,
    /// The load groups, by name.
    pub groups: Vec<GroupLoad>,
    /// Every officer, in roster order.
    pub loads: Vec<OfficerLoad>,
    /// Who goes with whom.
    pub partners: Partners,
    /// How many officers can reach how many subjects.
    pub reach: Reach,
    /// The most probable pairs of officer and subject.
    pub forced: Vec<ForcedPair>,
    /// What cannot be staffed, and what would mend it.
    pub gaps: Gaps,
}

impl Simulation {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/simulation/1";

    /// Whether every subject could be staffed, in every run and whatever is drawn.
    #[must_use]
    pub fn is_staffed(&self) -> bool {
        self.short_runs == 0 && self.gaps.impossible.is_empty()
    }

    /// The report for programs: JSON of whole numbers and texts.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and whole numbers always have a JSON form.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// The report for people: one HTML page that needs nothing else, Chinese first.
    #[must_use]
    pub fn to_html(&self) -> String {
        page::html(self)
    }
}

/// What a simulation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Holding runs: how many are done.
    Runs(u32),
    /// Looking at subjects that few officers can reach.
    Narrow,
    /// Trying remedies for this load group, counted from 1.
    Remedies(usize),
}

/// Holds the runs and sums up. Strata are placed once; each run takes only tickets, selection and teams.
#[must_use]
pub fn simulate(
    inputs: Inputs<'_>,
    options: &SimulationOptions,
    progress: &(dyn Fn(Phase) + Sync),
) -> Simulation {
    let strata = Stratification::new(inputs.plan, inputs.subjects, None);
    let trials = Trials::new(inputs, &strata);
    let kinds = Kinds::new(&trials);
    let runs = options.runs.min(MOST_RUNS);
    let tally = tally(&trials, &kinds, &options.seed, runs, progress);
    progress(Phase::Narrow);
    let (reach, forced) = narrow::look(&trials, &kinds, &tally, &options.seed, options.listed);
    let gaps = gap::gaps(&trials, &kinds, &tally, &options.seed, progress);
    let loads = load::officers(&trials, &tally);
    Simulation {
        format: Simulation::FORMAT,
        draw: inputs.plan.draw.clone(),
        title: inputs.plan.title.clone(),
        authority: inputs.plan.authority.clone(),
        runs,
        seed: options.seed.clone(),
        subjects: inputs.subjects.len(),
        officers: inputs.officers.len(),
        selected: strata.selected(),
        excluded: strata.excluded.iter().map(|excluded| excluded.count).sum(),
        outside: strata.outside,
        team: inputs.plan.team.size(),
        short_runs: tally.short_runs,
        strata: coverage::strata(&trials, &tally),
        groups: load::groups(&trials, &tally, &loads),
        partners: partners::partners(&trials, &tally, &loads, options.listed),
        loads,
        reach,
        forced,
        gaps,
    }
}

fn tally(
    trials: &Trials<'_>,
    kinds: &Kinds,
    text: &str,
    runs: u32,
    progress: &(dyn Fn(Phase) + Sync),
) -> Tally {
    let done = AtomicU32::new(0);
    // Every part has counters for all subjects and pairs, so there are only a few parts a thread.
    let parts = rayon::current_num_threads().saturating_mul(2).max(1);
    let length = usize::try_from(runs).unwrap_or(usize::MAX).div_ceil(parts);
    (0..runs)
        .into_par_iter()
        .with_min_len(length.max(1))
        .fold(
            || Tally::new(trials, kinds),
            |mut tally, run| {
                let trial = trials.draw(&trial_seed(text, run));
                tally.add(trials, kinds, run, &trial);
                let before = done.fetch_add(1, Ordering::Relaxed);
                progress(Phase::Runs(before.saturating_add(1)));
                tally
            },
        )
        .reduce(Tally::default, Tally::merge)
        .or_empty(trials, kinds)
}

/// More runs than this are not held.
pub const MOST_RUNS: u32 = 100_000;
