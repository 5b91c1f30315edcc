//! Partners: how often two officers go together.
//!
//! Invariant: repetition is reported, never steered: the even share of a pair is what it would have
//! if all pairs of able officers of the same two load groups went together equally often.

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
    /// How many such pairs of able officers there are.
    pub possible: u64,
}

pub(crate) fn partners(
    trials: &Trials<'_>,
    tally: &Tally,
    officers: &[OfficerLoad],
    most: usize,
) -> Partners {
    let mut able: HashMap<&GroupName, u64> = HashMap::new();
    for officer in officers.iter().filter(|officer| officer.unable.is_none()) {
        *able.entry(&officer.group).or_default() += 1;
    }
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
        let count = |group| able.get(group).copied().unwrap_or(0);
        let possible = if first == second {
            count(first) * count(first).saturating_sub(1) / 2
        } else {
            count(first) * count(second)
        };
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
