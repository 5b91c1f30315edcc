//! Partners: how often two officers go together.
//!
//! Invariant: repetition is reported, never steered: the even share of a pair is what it would have
//! if all pairs of officers of the same two load groups who can make a team went together equally often.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::load::{OfficerLoad, Who};
use super::tally::{Tally, parts};
use super::trial::Trials;
use crate::team::GroupName;

/// All about pairs of officers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Partners {
    /// Pairs of teammates, subject by subject, in all runs.
    pub together: u64,
    /// The same, a pair counted once in a run however often it went together.
    pub distinct: u64,
    /// Runs by how often their most frequent pair went together.
    pub most_together: BTreeMap<u32, u32>,
    /// Different pairs that ever went together.
    pub pairs: usize,
    /// The most frequent pairs.
    pub top: Vec<Together>,
}

/// A pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Together {
    /// One of them.
    pub first: Who,
    /// The other.
    pub second: Who,
    /// Their load groups.
    pub groups: [GroupName; 2],
    /// How often they went together in all runs.
    pub times: u64,
    /// How often all pairs of these two load groups did; divided by `possible` it is the even share.
    pub together: u64,
    /// How many such pairs there are that can fill two slots of a team.
    pub possible: u64,
}

pub(crate) fn partners(
    trials: &Trials<'_>,
    tally: &Tally,
    officers: &[OfficerLoad],
    most: usize,
) -> Partners {
    let able = Able::new(trials, officers);
    let groups = |pair: u64| {
        let (first, second) = parts(pair);
        let (first, second) = (&officers.get(first)?.group, &officers.get(second)?.group);
        Some((first.min(second), first.max(second)))
    };
    let mut together: HashMap<(&GroupName, &GroupName), u64> = HashMap::new();
    for (pair, times) in &tally.pairs.times {
        if let Some(groups) = groups(*pair) {
            *together.entry(groups).or_default() += times;
        }
    }
    let mut pairs: Vec<(u64, u64)> = { tally.pairs.times.iter() }
        .map(|(pair, times)| (*times, *pair))
        .collect();
    // The most frequent first; among equals the first in the roster, so that no map order shows.
    pairs.sort_unstable_by_key(|(times, pair)| (core::cmp::Reverse(*times), *pair));
    let top = pairs.iter().take(most).filter_map(|(times, pair)| {
        let (first, second) = groups(*pair)?;
        let possible = able.pairs(first, second);
        let (one, other) = parts(*pair);
        Some(Together {
            first: Who::officer(trials, one),
            second: Who::officer(trials, other),
            groups: [
                officers.get(one)?.group.clone(),
                officers.get(other)?.group.clone(),
            ],
            times: *times,
            together: together.get(&(first, second)).copied().unwrap_or(0),
            possible,
        })
    });
    Partners {
        together: tally.pairs.all,
        distinct: tally.pairs.distinct,
        most_together: tally.pairs.most_together.clone(),
        pairs: pairs.len(),
        top: top.collect(),
    }
}

/// Able officers of every load group, by which slots of a team they can fill, recusals and match
/// rules apart.
struct Able<'o>(HashMap<&'o GroupName, BTreeMap<Vec<bool>, u64>>);

impl<'o> Able<'o> {
    fn new(trials: &Trials<'_>, officers: &'o [OfficerLoad]) -> Self {
        let slots: Vec<_> = trials.inputs.plan.team.expanded().collect();
        let mut able: HashMap<&GroupName, BTreeMap<Vec<bool>, u64>> = HashMap::new();
        for (officer, load) in trials.workforce.officers.iter().zip(officers) {
            if load.unable.is_none() {
                let fills = slots.iter().map(|slot| {
                    slot.slot.department == officer.department && officer.has(slot.slot)
                });
                let alike = able.entry(&load.group).or_default();
                *alike.entry(fills.collect()).or_default() += 1;
            }
        }
        Self(able)
    }

    fn pairs(&self, first: &GroupName, second: &GroupName) -> u64 {
        let (Some(ones), Some(others)) = (self.0.get(first), self.0.get(second)) else {
            return 0;
        };
        let mut pairs = 0;
        for (one, number) in ones {
            for (other, more) in others.iter().filter(|(other, _)| make_a_team(one, other)) {
                pairs += match (first == second, one == other) {
                    (true, true) => number * (number - 1),
                    _ => number * more,
                };
            }
        }
        if first == second { pairs / 2 } else { pairs }
    }
}

/// Whether two officers can fill two different slots of one team.
fn make_a_team(one: &[bool], other: &[bool]) -> bool {
    let fills = |slots: &[bool]| (0..slots.len()).filter(|at| slots[*at]).collect::<Vec<_>>();
    let (one, other) = (fills(one), fills(other));
    one.iter().any(|at| other.iter().any(|slot| slot != at))
}
