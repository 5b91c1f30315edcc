//! Rehearsal: can every subject be staffed, and would whole draws be?
//!
//! A draw cannot be called off once its pulse is out (docs/spec.md 7.4 leaves slots open rather than
//! fail), so what cannot be staffed is looked for before anything is announced. A rehearsal is a
//! small [`crate::simulation`], one run after the other. Invariant: nothing is frozen here.

use crate::language::Message;
use crate::plan::Plan;
use crate::roster::{Recusal, Roster};
use crate::selection::Stratification;
use crate::simulation::kind::Kinds;
use crate::simulation::tally::Tally;
use crate::simulation::{Inputs, Trials, impossible, trial_seed};
use crate::team::GroupOutcome;

/// What a rehearsal found.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    /// Kinds of subjects that nobody can inspect, whatever is drawn.
    pub impossible: Vec<Message>,
    /// Bottlenecks of trial draws, the most frequent first.
    pub shortages: Vec<Message>,
    /// Trial draws held.
    pub trials: u32,
    /// Trial draws with open slots.
    pub short_trials: u32,
    /// Every load group's officers, slots and base cap in the first trial.
    pub groups: Vec<GroupOutcome>,
}

impl Rehearsal {
    /// Whether everything could be staffed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.impossible.is_empty() && self.short_trials == 0
    }
}

/// Rehearses a plan on open rosters.
pub fn rehearse(
    plan: &Plan,
    subjects: &Roster,
    officers: &Roster,
    recusals: &[Recusal],
    trials: u32,
    progress: &mut dyn FnMut(u32),
) -> Rehearsal {
    let strata = Stratification::new(plan, subjects, None);
    let inputs = Inputs {
        plan,
        subjects,
        officers,
        recusals,
    };
    let ground = Trials::new(inputs, &strata);
    let kinds = Kinds::new(&ground);
    let mut tally = Tally::new(&ground, &kinds);
    let mut groups = Vec::new();
    for run in 0..trials {
        let trial = ground.draw(&trial_seed(SEED, run));
        tally.add(&ground, &kinds, run, &trial);
        if run == 0 {
            groups = trial.teams.groups;
        }
        progress(run + 1);
    }
    let mut shortages: Vec<(u32, Message)> = { tally.groups.values() }
        .filter_map(|group| {
            let (_, message) = group.shortage.as_ref()?;
            Some((group.short_runs, message.clone()))
        })
        .collect();
    shortages.sort_by_key(|(times, _)| core::cmp::Reverse(*times));
    let shortages = shortages.into_iter().map(|(times, m)| {
        Message::new(
            format!("in {times} of {trials} trial draws: {}", m.english),
            format!("{trials}次试抽中有{times}次：{}", m.chinese),
        )
    });
    let impossible = impossible(&ground, &kinds).into_iter();
    Rehearsal {
        impossible: impossible.map(|kind| kind.message).collect(),
        shortages: shortages.collect(),
        trials,
        short_trials: tally.short_runs,
        groups,
    }
}

/// What the seeds of a rehearsal follow from.
const SEED: &str = "rehearsal";
