//! Coverage: how often the subjects of each stratum were drawn, beside their exact odds.
//!
//! A subject's odds are quota / pool, exactly; over R runs it is drawn a binomial number of times.
//! Invariant: the expected range is such that, with 99 in 100 simulations, not one subject of any
//! stratum lies outside of it; so a subject outside would be news, and one near its edge is not.

use std::collections::BTreeMap;

use serde::Serialize;

use super::tally::Tally;
use super::trial::Trials;
use crate::explain::reduced;
use crate::selection::Place;

/// One stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StratumCoverage {
    /// Its name.
    pub name: String,
    /// Subjects in it.
    pub pool: u64,
    /// Subjects drawn from it in every run.
    pub quota: u64,
    /// The exact odds of each of its subjects, reduced: so many …
    pub numerator: u64,
    /// … in so many draws.
    pub denominator: u64,
    /// Runs in which the subject drawn least often was drawn.
    pub fewest: u32,
    /// Runs in which the subject drawn most often was drawn.
    pub most: u32,
    /// The least that chance explains.
    pub expected_low: u32,
    /// The most that chance explains.
    pub expected_high: u32,
    /// Subjects outside of that range.
    pub outside: u64,
    /// Subjects by the number of runs in which they were drawn.
    pub subjects: BTreeMap<u32, u64>,
}

pub(crate) fn strata(trials: &Trials<'_>, tally: &Tally) -> Vec<StratumCoverage> {
    let counts = &trials.strata.strata;
    let mut drawn: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new(); counts.len()];
    for (place, times) in trials.strata.places.iter().zip(&tally.subjects) {
        if let Place::Stratum(at) = place {
            *drawn[*at].entry(*times).or_default() += 1;
        }
    }
    let all = counts.iter().map(|stratum| stratum.pool).sum();
    let coverage = |(count, subjects): (&crate::announcement::StratumCount, _)| {
        let subjects: BTreeMap<u32, u64> = subjects;
        let (numerator, denominator) = reduced(count.quota, count.pool);
        let (low, high) = expected(tally.runs, count.quota, count.pool, all);
        let outside = subjects
            .iter()
            .filter(|(times, _)| !(low..=high).contains(*times))
            .map(|(_, subjects)| subjects)
            .sum();
        StratumCoverage {
            name: count.name.clone(),
            pool: count.pool,
            quota: count.quota,
            numerator,
            denominator,
            fewest: subjects.keys().next().copied().unwrap_or(0),
            most: subjects.keys().next_back().copied().unwrap_or(0),
            expected_low: low,
            expected_high: high,
            outside,
            subjects,
        }
    };
    counts.iter().zip(drawn).map(coverage).collect()
}

/// The range in which all of `subjects` binomial numbers (runs, quota / pool) lie with a chance of at
/// least 99%: at most 1/200 is divided among the tails on each side. Only +, −, × and ÷ are used,
/// so every machine finds the same range.
fn expected(runs: u32, quota: u64, pool: u64, subjects: u64) -> (u32, u32) {
    if quota == 0 || pool == 0 {
        return (0, 0);
    }
    if quota >= pool {
        return (runs, runs);
    }
    let odds = real(quota) / real(pool - quota);
    let middle = u128::from(runs) * u128::from(quota) / u128::from(pool);
    let middle = u32::try_from(middle).unwrap_or(runs);
    // Weights relative to that of the middle; those below `NOTHING` change no sum.
    let mut below = vec![1.0];
    let mut weight = 1.0;
    for times in (0..middle).rev() {
        weight *= f64::from(times + 1) / f64::from(runs - times) / odds;
        if weight < NOTHING {
            break;
        }
        below.push(weight);
    }
    let mut above = vec![1.0];
    weight = 1.0;
    for times in middle..runs {
        weight *= f64::from(runs - times) / f64::from(times + 1) * odds;
        if weight < NOTHING {
            break;
        }
        above.push(weight);
    }
    let total = below.iter().sum::<f64>() + above.iter().sum::<f64>() - 1.0;
    let allowed = total * TAIL / real(subjects.max(1));
    let reach = |weights: &[f64]| {
        let mut tail = 0.0;
        let outside = weights.iter().rev().take_while(|weight| {
            tail += **weight;
            tail <= allowed
        });
        let inside = weights.len() - outside.count();
        u32::try_from(inside.saturating_sub(1)).unwrap_or(u32::MAX)
    };
    (
        middle.saturating_sub(reach(&below)),
        middle.saturating_add(reach(&above)).min(runs),
    )
}

fn real(number: u64) -> f64 {
    let half = |part: u64| f64::from(u32::try_from(part & u64::from(u32::MAX)).unwrap_or(0));
    half(number >> 32) * 4_294_967_296.0 + half(number)
}

const NOTHING: f64 = 1e-30;
/// On each side.
const TAIL: f64 = 0.005;

#[cfg(test)]
mod tests {
    use super::*;

    /// From Python: `fractions` and `math.comb`, the least and the largest k whose tail beyond is
    /// at most 1/200 divided by the number of subjects.
    #[test]
    fn the_expected_range_is_that_of_exact_fractions() {
        for ([runs, quota, pool, subjects], range) in RANGES {
            let runs = u32::try_from(runs).unwrap_or(0);
            assert_eq!(
                expected(runs, quota, pool, subjects),
                range,
                "{runs} runs, {quota} of {pool}, {subjects} subjects"
            );
        }
        assert_eq!(expected(50, 0, 10, 10), (0, 0));
        assert_eq!(expected(50, 10, 10, 10), (50, 50));
        assert_eq!(expected(50, 3, 0, 10), (0, 0));
    }

    const RANGES: [([u64; 4], (u32, u32)); 8] = [
        ([1000, 3, 100, 40065], (7, 62)),
        ([1000, 1203, 40065, 40065], (7, 62)),
        ([1000, 1, 2, 4], (452, 548)),
        ([200, 9, 10, 50], (163, 194)),
        ([16, 1, 3, 240], (0, 13)),
        ([1000, 1, 1000000, 1000000], (0, 2)),
        ([1, 1, 2, 10], (0, 1)),
        ([500, 499, 500, 1000], (492, 500)),
    ];
}
