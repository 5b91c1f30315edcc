//! A gap as a case to be tried: the failing runs of one load group.
//!
//! Invariant: a change closes the case if and only if no kept failing run has an open slot of the
//! group left when its teams are drawn again with the change.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Change, apply};
use crate::digest::Digest;
use crate::selection::Selected;
use crate::simulation::kind::Kinds;
use crate::simulation::tally::Failing;
use crate::simulation::trial::{Inputs, Trials, trial_seed};
use crate::team::GroupName;

/// The failing runs of one load group, the worst first.
pub(crate) struct Case<'c> {
    pub(crate) trials: &'c Trials<'c>,
    pub(crate) kinds: &'c Kinds,
    pub(crate) group: &'c GroupName,
    /// The area whose subjects draw from the group.
    pub(crate) area: Option<u32>,
    runs: Vec<&'c Failing>,
    text: &'c str,
}

impl<'c> Case<'c> {
    pub(crate) fn new(
        trials: &'c Trials<'c>,
        kinds: &'c Kinds,
        failing: &'c [Failing],
        group: &'c GroupName,
        text: &'c str,
    ) -> Self {
        let mut runs: Vec<&Failing> = { failing.iter() }
            .filter(|failing| failing.open.contains_key(group))
            .collect();
        runs.sort_by_key(|run| (core::cmp::Reverse(run.open.get(group).copied()), run.run));
        let fields = &trials.inputs.plan.team.group;
        let area = kinds.list.iter().find(|kind| {
            let row = crate::selection::OpenRow::new(trials.inputs.subjects, None, kind.row);
            let mut values = group.iter().skip(1).zip(fields);
            values.all(|(value, pair)| row.value(&pair.subject) == value)
        });
        Self {
            trials,
            kinds,
            group,
            area: area.map(|kind| kind.area),
            runs,
            text,
        }
    }

    /// Number of failing runs.
    pub(crate) fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether the changes close the gap in the `most` worst runs.
    pub(crate) fn closes(&self, changes: &[Change], most: usize) -> bool {
        let Some((plan, officers)) = apply(
            changes,
            self.trials.inputs.plan,
            self.trials.inputs.officers,
        ) else {
            return false;
        };
        let inputs = Inputs {
            plan: &plan,
            officers: &officers,
            ..self.trials.inputs
        };
        let trials = Trials::new(inputs, self.trials.strata);
        let runs = self.runs.get(..most.min(self.runs.len())).unwrap_or(&[]);
        runs.par_iter().all(|run| {
            let selected = self.selected(run, changes);
            let teams = trials.staff(&selected, &trial_seed(self.text, run.run));
            let own = teams.groups.iter().find(|group| group.name == *self.group);
            own.is_none_or(|group| group.open == 0)
        })
    }

    /// Rows of subjects and slots of the plan that stay open in the worst runs.
    pub(crate) fn open(&self, most: usize) -> BTreeSet<(usize, usize)> {
        let slots: Vec<_> = self.trials.inputs.plan.team.expanded().collect();
        let mut open = BTreeSet::new();
        for run in self.runs.iter().take(most) {
            let selected = self.selected(run, &[]);
            let teams = self
                .trials
                .staff(&selected, &trial_seed(self.text, run.run));
            for (subject, members) in selected.iter().zip(&teams.members) {
                let empty = slots.iter().zip(members).filter(|(_, who)| who.is_none());
                let own =
                    empty.filter(|(slot, _)| self.group.first() == Some(&slot.slot.department));
                open.extend(own.map(|(slot, _)| (subject.row, slot.index)));
            }
        }
        open
    }

    /// How many of the kept failing runs still have open slots anywhere.
    pub(crate) fn still_short(
        trials: &Trials<'_>,
        kinds: &Kinds,
        failing: &[Failing],
        changes: &[Change],
        text: &str,
    ) -> usize {
        if failing.is_empty() {
            return 0;
        }
        let Some((plan, officers)) = apply(changes, trials.inputs.plan, trials.inputs.officers)
        else {
            return failing.len();
        };
        let inputs = Inputs {
            plan: &plan,
            officers: &officers,
            ..trials.inputs
        };
        let changed = Trials::new(inputs, trials.strata);
        let short = failing.par_iter().filter(|run| {
            let selected = selected(trials, kinds, run, None, changes);
            changed.staff(&selected, &trial_seed(text, run.run)).open() > 0
        });
        short.count()
    }

    fn selected(&self, run: &Failing, changes: &[Change]) -> Vec<Selected> {
        selected(self.trials, self.kinds, run, self.area, changes)
    }
}

/// The selected subjects of a failing run, of one area or all, with lowered quotas: each stratum then
/// loses its last ones. Tickets are of no use any more: the order is what counts.
fn selected(
    trials: &Trials<'_>,
    kinds: &Kinds,
    run: &Failing,
    area: Option<u32>,
    changes: &[Change],
) -> Vec<Selected> {
    let strata = &trials.strata.strata;
    let quotas: Vec<u64> = strata
        .iter()
        .map(|stratum| lowered(stratum, changes))
        .collect();
    let mut taken = vec![0u64; quotas.len()];
    let mut selected = Vec::new();
    for (row, stratum) in &run.selected {
        let (Ok(row), Ok(stratum)) = (usize::try_from(*row), usize::try_from(*stratum)) else {
            continue;
        };
        let (Some(taken), Some(quota)) = (taken.get_mut(stratum), quotas.get(stratum)) else {
            continue;
        };
        *taken += 1;
        if *taken <= *quota && (area.is_none() || kinds.area(row) == area) {
            selected.push(Selected {
                ticket: Digest::new([0; 32]),
                row,
                stratum,
            });
        }
    }
    selected
}

fn lowered(stratum: &crate::announcement::StratumCount, changes: &[Change]) -> u64 {
    let own = changes.iter().filter_map(|change| match change {
        Change::LowerQuota {
            stratum: name, to, ..
        } if *name == stratum.name => Some(*to),
        _ => None,
    });
    own.min().unwrap_or(stratum.quota)
}
