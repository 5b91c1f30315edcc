//! Warnings of repeated visits, for the people who plan.
//!
//! Source: docs/ledger.md; the thresholds of Chengdu's 一码检查 are an example. Planned visits count too,
//! so that somebody can still cancel one. Invariant: a sealed visit brings no warning and takes none away.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Days;
use super::calendar;
use super::rule::{Frequency, Rules, Window};
use super::visit::Visit;

/// More visits of a subject in some days than a rule says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerWarning {
    /// Id of the subject.
    pub subject: String,
    /// Code of the rule.
    pub code: String,
    /// First day counted.
    pub from: Date,
    /// Last day counted.
    pub to: Date,
    /// The number that was not to be exceeded.
    pub more_than: u32,
    /// References of the visits, by day.
    pub references: Vec<String>,
}

pub(super) fn of_subject(
    subject: &str,
    visits: &[Visit],
    rules: &Rules,
    days: Days,
) -> Vec<LedgerWarning> {
    let open: Vec<&Visit> = { visits.iter() }
        .filter(|visit| !visit.is_sealed(days))
        .collect();
    let year = days.on.first_of_year();
    let mut warnings = Vec::new();
    for rule in &rules.warnings {
        let counted: Vec<&Visit> = { open.iter().copied() }
            .filter(|visit| rule.scope.counts(visit))
            .collect();
        for ((from, to), found) in windows(rule, &counted) {
            if to >= year && exceeds(found.len(), rule.more_than) {
                warnings.push(LedgerWarning {
                    subject: subject.to_owned(),
                    code: rule.code.clone(),
                    from,
                    to,
                    more_than: rule.more_than,
                    references: found.iter().map(|v| v.reference.clone()).collect(),
                });
            }
        }
    }
    warnings.sort_unstable();
    warnings
}

/// The windows that hold visits, each with them; of rolling windows those that end with a visit.
fn windows<'v>(rule: &Frequency, counted: &[&'v Visit]) -> BTreeMap<(Date, Date), Vec<&'v Visit>> {
    let mut windows: BTreeMap<(Date, Date), Vec<&Visit>> = BTreeMap::new();
    for visit in counted {
        let span = match rule.window {
            Window::Day => Some((visit.date, visit.date)),
            Window::Week => calendar::week(visit.date),
            Window::Month => Some(calendar::month(visit.date)),
            Window::Rolling(length) => {
                calendar::first_of(visit.date, length).map(|first| (first, visit.date))
            }
        };
        let Some((from, to)) = span else { continue };
        windows.entry((from, to)).or_default();
    }
    for ((from, to), found) in &mut windows {
        let start = counted.partition_point(|visit| visit.date < *from);
        let within = counted.iter().skip(start);
        found.extend(within.take_while(|visit| visit.date <= *to));
    }
    windows
}

fn exceeds(count: usize, limit: u32) -> bool {
    u64::try_from(count).unwrap_or(u64::MAX) > u64::from(limit)
}
