//! Runs held again under the condition that a certain subject is selected.
//!
//! Invariant: the selections made here are those of a draw, given that the subject is selected: a
//! random selected subject of its stratum gives way to it and leaves it its place in the order.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::digest::{Digest, tagged};
use crate::selection::{Place, Selected};
use crate::simulation::kind::Kinds;
use crate::simulation::trial::{Trials, trial_seed};

/// For each of these subjects how often each officer went to it in runs in which it is selected.
pub(super) fn held_again(
    trials: &Trials<'_>,
    kinds: &Kinds,
    rows: &[usize],
    text: &str,
    runs: u32,
) -> Vec<BTreeMap<usize, u64>> {
    let nothing = || vec![BTreeMap::new(); rows.len()];
    (0..runs)
        .into_par_iter()
        .fold(nothing, |mut counts: Vec<BTreeMap<usize, u64>>, run| {
            let seed = trial_seed(text, run);
            let selected = trials.select(&seed);
            let mut areas: HashMap<u32, Vec<(usize, Selected)>> = HashMap::new();
            for (at, subject) in selected.iter().enumerate() {
                if let Some(area) = kinds.area(subject.row) {
                    areas.entry(area).or_default().push((at, *subject));
                }
            }
            for (row, counts) in rows.iter().zip(&mut counts) {
                let none = Vec::new();
                let area = kinds.area(*row).and_then(|area| areas.get(&area));
                let own = with(trials, &selected, area.unwrap_or(&none), *row, &seed);
                let teams = trials.staff(&own, &seed);
                let at = own.iter().position(|subject| subject.row == *row);
                let members = at.and_then(|at| teams.members.get(at));
                for officer in members.into_iter().flatten().flatten() {
                    *counts.entry(*officer).or_default() += 1;
                }
            }
            counts
        })
        .reduce(nothing, |mut all, part| {
            for (all, part) in all.iter_mut().zip(part) {
                for (officer, times) in part {
                    *all.entry(officer).or_default() += times;
                }
            }
            all
        })
}

/// The selected subjects of an area, given that the subject of this row is one of the selected.
fn with(
    trials: &Trials<'_>,
    selected: &[Selected],
    area: &[(usize, Selected)],
    row: usize,
    seed: &Digest,
) -> Vec<Selected> {
    let stratum = match trials.strata.places.get(row) {
        Some(Place::Stratum(at)) => *at,
        _ => return Vec::new(),
    };
    let mut own = area.to_vec();
    if !area.iter().any(|(_, subject)| subject.row == row) {
        let peers: Vec<usize> = { selected.iter().enumerate() }
            .filter(|(_, subject)| subject.stratum == stratum)
            .map(|(at, _)| at)
            .collect();
        let id = trials.inputs.subjects.id(row);
        let dice = tagged(
            "dispatch/v1/simulation-place",
            &[seed.as_bytes(), id.as_bytes()],
        );
        let pick = dice.head() % (peers.len().max(1) as u64);
        let Some(gone) = usize::try_from(pick).ok().and_then(|pick| peers.get(pick)) else {
            return Vec::new();
        };
        own.retain(|(at, _)| at != gone);
        let ticket = selected[*gone].ticket;
        let place = own.partition_point(|(at, _)| at < gone);
        own.insert(
            place,
            (
                *gone,
                Selected {
                    ticket,
                    row,
                    stratum,
                },
            ),
        );
    }
    own.into_iter().map(|(_, subject)| subject).collect()
}
