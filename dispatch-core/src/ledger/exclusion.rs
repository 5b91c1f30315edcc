//! The standing of one subject: which rules exclude it, each with the visit that justifies it.
//!
//! Source: docs/ledger.md; docs/spec.md 3.2 wants a reference with every exclusion. Invariant: every
//! exclusion names a settled visit.

use super::Days;
use super::calendar;
use super::rule::{Cap, CapUnit, Pause, Rules};
use super::visit::Visit;

/// What the ledger says about a subject for the next draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Sorted by code.
    pub exclusions: Vec<LedgerExclusion>,
    /// Settled visits of the calendar year, whatever rules count.
    pub visits_this_year: u64,
}

/// A rule that excludes a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerExclusion {
    /// Code of the rule.
    pub code: String,
    /// The visit that justifies it: the one that reached the cap, or the last one of the period.
    pub reference: String,
}

impl Standing {
    pub(super) fn of(visits: &[Visit], address: &str, rules: &Rules, days: Days) -> Self {
        let settled: Vec<&Visit> = { visits.iter() }
            .filter(|visit| visit.is_settled(days))
            .collect();
        let this_year = settled.iter().filter(|v| v.date.year() == days.on.year());
        let visits_this_year = u64::try_from(this_year.count()).unwrap_or(u64::MAX);
        let caps = { rules.caps.iter() }
            .filter_map(|cap| Some((&cap.code, reached(cap, &settled, address, days)?)));
        let pauses = { rules.pauses.iter() }
            .filter_map(|pause| Some((&pause.code, paused(pause, &settled, days)?)));
        let mut exclusions: Vec<LedgerExclusion> = caps
            .chain(pauses)
            .map(|(code, visit)| LedgerExclusion {
                code: code.clone(),
                reference: visit.reference.clone(),
            })
            .collect();
        exclusions.sort_unstable();
        Self {
            exclusions,
            visits_this_year,
        }
    }

    /// The codes as a list value of a roster.
    #[must_use]
    pub fn codes(&self) -> String {
        let codes: Vec<&str> = self.exclusions.iter().map(|e| e.code.as_str()).collect();
        codes.join(";")
    }

    /// The references, each once.
    #[must_use]
    pub fn references(&self) -> String {
        let mut references: Vec<&str> = Vec::new();
        for exclusion in &self.exclusions {
            if !references.contains(&exclusion.reference.as_str()) {
                references.push(&exclusion.reference);
            }
        }
        references.join("; ")
    }
}

/// The visit with which the cap was reached in the year.
fn reached<'v>(cap: &Cap, settled: &[&'v Visit], address: &str, days: Days) -> Option<&'v Visit> {
    let here = |visit: &Visit| match cap.unit {
        CapUnit::Subject => true,
        // Where an address is missing the enterprise gets the benefit of the doubt.
        CapUnit::Premises => {
            address.is_empty() || visit.premises.is_empty() || visit.premises == address
        }
    };
    let mut counted = settled.iter().filter(|visit| {
        visit.date.year() == days.on.year() && cap.scope.counts(visit) && here(visit)
    });
    let last = usize::try_from(cap.at_most.checked_sub(1)?).ok()?;
    counted.nth(last).copied()
}

/// The last visit whose period has not ended.
fn paused<'v>(pause: &Pause, settled: &[&'v Visit], days: Days) -> Option<&'v Visit> {
    let counted = settled.iter().rev().find(|v| pause.scope.counts(v))?;
    calendar::is_within(counted.date, pause.months, days.on).then_some(*counted)
}
