//! The frequency ledger 频次台账: what earlier visits mean for the next draw.
//!
//! Source: 国办发〔2024〕54号 (yearly caps for one enterprise, warnings of repeated visits) and 司法部's
//! answers of April 2025 (three kinds of inspection); docs/ledger.md says the rules. Every number is
//! configuration ([`Rules`]); the days are arguments.
//!
//! Invariant: exclusions and forbidden pairs come from visits that are completed and disclosed
//! ([`Visit::is_settled`]), each with its reference; a sealed visit ([`Visit::is_sealed`]) changes
//! nothing at all, warnings included. The order of the visits never matters.

pub mod calendar;
mod exclusion;
mod pair;
mod rule;
mod snippet;
pub mod source;
mod visit;
mod warning;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use exclusion::{LedgerExclusion, Standing};
pub use pair::ForbiddenPair;
pub use rule::{Cap, CapUnit, Explanation, Frequency, Pause, Rules, Scope, Streak, Window};
pub use snippet::plan_exclusions;
pub use visit::{Visit, VisitKind, VisitState};
pub use warning::LedgerWarning;

/// The two days a ledger is read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The day for which the rules are to hold: usually the first day of the next window.
    pub on: Date,
    /// The present day: what is disclosed later is not disclosed yet.
    pub known: Date,
}

/// Visits by subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Sorted by date and then by all else, so that the order of input cannot matter.
    visits: BTreeMap<String, Vec<Visit>>,
}

impl Ledger {
    /// Sorts visits into a ledger.
    #[must_use]
    pub fn new(visits: Vec<Visit>) -> Self {
        let mut ledger = Self::default();
        for visit in visits {
            let of_subject = ledger.visits.entry(visit.subject.clone()).or_default();
            of_subject.push(visit);
        }
        for of_subject in ledger.visits.values_mut() {
            of_subject.sort_unstable();
        }
        ledger
    }

    /// The visits of a subject by date.
    #[must_use]
    pub fn visits(&self, subject: &str) -> &[Visit] {
        self.visits.get(subject).map_or(&[], Vec::as_slice)
    }

    /// The subjects that have visits, by id.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        self.visits.keys().map(String::as_str)
    }

    /// Which rules exclude a subject from a draw, and how often it was visited this year.
    ///
    /// `address` is that of its roster row, which caps by premises compare; it may be empty.
    #[must_use]
    pub fn standing(&self, subject: &str, address: &str, rules: &Rules, days: Days) -> Standing {
        Standing::of(self.visits(subject), address, rules, days)
    }

    /// The pairs of officer and subject that must not meet until somebody explains, by subject and
    /// officer.
    #[must_use]
    pub fn forbidden_pairs(&self, rules: &Rules, days: Days) -> Vec<ForbiddenPair> {
        let Some(streak) = &rules.streak else {
            return Vec::new();
        };
        let subjects = self.visits.iter();
        subjects
            .flat_map(|(subject, visits)| pair::of_subject(subject, visits, streak, rules, days))
            .collect()
    }

    /// Warnings of repeated visits for the people who plan, by subject, rule and day.
    #[must_use]
    pub fn warnings(&self, rules: &Rules, days: Days) -> Vec<LedgerWarning> {
        let subjects = self.visits.iter();
        subjects
            .flat_map(|(subject, visits)| warning::of_subject(subject, visits, rules, days))
            .collect()
    }
}

#[cfg(test)]
mod tests;
