//! Pairs of officer and subject that must not meet again until somebody explains.
//!
//! Source: Chengdu's rule (docs/ledger.md): the same officer, the same enterprise, several checks in a
//! row within a year without any problem. Once it has come to that, later checks do not undo it; only an
//! explanation does. Invariant: the checks that make a pair forbidden are settled visits.

use std::collections::BTreeMap;

use super::Days;
use super::calendar;
use super::rule::{Rules, Streak};
use super::visit::Visit;
use crate::roster::Recusal;

/// A pair that the next draw must keep apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenPair {
    /// Id of the subject.
    pub subject: String,
    /// Certificate number of the officer.
    pub officer: String,
    /// References of the checks in a row, by day.
    pub references: Vec<String>,
    /// The reason in words, with the references.
    pub reason: String,
}

impl ForbiddenPair {
    /// The recusal that keeps the pair apart in a draw.
    #[must_use]
    pub fn recusal(&self) -> Recusal {
        Recusal {
            subject: self.subject.clone(),
            officer: self.officer.clone(),
            reason: self.reason.clone(),
        }
    }
}

pub(super) fn of_subject(
    subject: &str,
    visits: &[Visit],
    streak: &Streak,
    rules: &Rules,
    days: Days,
) -> Vec<ForbiddenPair> {
    let mut by_officer: BTreeMap<&str, Vec<&Visit>> = BTreeMap::new();
    for visit in visits {
        if visit.is_settled(days) && streak.scope.counts(visit) {
            for officer in &visit.officers {
                by_officer.entry(officer).or_default().push(visit);
            }
        }
    }
    let mut pairs = Vec::new();
    for (officer, mut checks) in by_officer {
        let explained = { rules.explanations.iter() }
            .filter(|e| e.subject == subject && e.officer == officer)
            .map(|e| e.date)
            .max();
        checks.retain(|check| explained.is_none_or(|day| check.date > day));
        if let Some(row) = clean_row(&checks, streak) {
            let references: Vec<String> = row.iter().map(|v| v.reference.clone()).collect();
            let reason = reason(streak, &references);
            pairs.push(ForbiddenPair {
                subject: subject.to_owned(),
                officer: officer.to_owned(),
                references,
                reason,
            });
        }
    }
    pairs
}

/// The latest checks in a row that were all clean and close enough together. A check without a result
/// on record neither counts nor interrupts.
fn clean_row<'v>(checks: &[&'v Visit], streak: &Streak) -> Option<Vec<&'v Visit>> {
    let length = usize::try_from(streak.checks).ok()?.max(1);
    let judged: Vec<(&Visit, bool)> = { checks.iter() }
        .filter_map(|check| Some((*check, streak.is_clean(check)?)))
        .collect();
    let is_streak = |row: &&[(&Visit, bool)]| match (row.first(), row.last()) {
        (Some((first, _)), Some((last, _))) => {
            row.iter().all(|(_, clean)| *clean)
                && calendar::is_within(first.date, streak.months, last.date)
        }
        _ => false,
    };
    let row = judged.windows(length).rev().find(is_streak)?;
    Some(row.iter().map(|(visit, _)| *visit).collect())
}

/// The reason with as many references as a text of a roster holds.
fn reason(streak: &Streak, references: &[String]) -> String {
    let text = format!("{}（{}）", streak.reason, references.join("、"));
    text.chars().take(crate::syntax::TEXT_LIMIT).collect()
}
