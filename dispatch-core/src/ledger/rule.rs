//! The rules of a ledger: caps, pauses, warnings, streaks, all of them local policy.
//!
//! Source: docs/ledger.md; the numbers seen in practice (one planned visit a year, four a year, more
//! than 1 a day, 2 a week, 3 a month, three clean checks in a row) are examples there, never constants
//! here. Invariant: rules that [`super::source::read`] gives have no duplicate codes and no zero.

use jiff::civil::Date;

use super::visit::{Visit, VisitKind};

/// All rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Yearly caps 年度上限.
    pub caps: Vec<Cap>,
    /// No-repeat periods 不重复检查期.
    pub pauses: Vec<Pause>,
    /// Warnings of frequency 频次预警.
    pub warnings: Vec<Frequency>,
    /// When a pair of officer and subject must be explained.
    pub streak: Option<Streak>,
    /// What has been explained.
    pub explanations: Vec<Explanation>,
}

/// Which visits a rule counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Kinds that count; all where empty.
    pub kinds: Vec<VisitKind>,
    /// Causes that do not count, such as 上级部署.
    pub exempt_causes: Vec<String>,
    /// Departments whose visits count; all where empty.
    pub departments: Vec<String>,
}

impl Scope {
    /// Whether a visit counts.
    #[must_use]
    pub fn counts(&self, visit: &Visit) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&visit.kind))
            && !self.exempt_causes.contains(&visit.cause)
            && (self.departments.is_empty() || self.departments.contains(&visit.department))
    }
}

/// A yearly cap: a subject that had so many visits in the calendar year is excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Code, which the roster's column holds and the plan's exclusion asks for.
    pub code: String,
    /// The reason in words.
    pub label: String,
    /// Legal basis.
    pub basis: String,
    /// Most visits in a calendar year, from 1.
    pub at_most: u32,
    /// What the visits are counted for.
    pub unit: CapUnit,
    /// Which visits count.
    pub scope: Scope,
}

/// What a cap counts visits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapUnit {
    /// All visits of the subject.
    Subject,
    /// Those at the address of the roster row; a visit or row without an address counts.
    Premises,
}

/// A no-repeat period: a subject visited within so many months is excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Code, as for [`Cap::code`].
    pub code: String,
    /// The reason in words.
    pub label: String,
    /// Legal basis.
    pub basis: String,
    /// Length in months, from 1; see [`super::calendar::last_day`].
    pub months: u32,
    /// Which visits count.
    pub scope: Scope,
}

/// A threshold of visits in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// Code of the warning.
    pub code: String,
    /// The days in which visits are counted.
    pub window: Window,
    /// More visits than this bring the warning.
    pub more_than: u32,
    /// Which visits count.
    pub scope: Scope,
}

/// Days in which visits are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// One day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// So many consecutive days, wherever they begin.
    Rolling(u32),
}

/// So many clean checks in a row of one subject by one officer within so many months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streak {
    /// How many checks, from 2.
    pub checks: u32,
    /// Within how many months of the first of them.
    pub months: u32,
    /// The results that mean that nothing was found.
    pub clean: Vec<String>,
    /// The reason that the recusal states.
    pub reason: String,
    /// Which visits count.
    pub scope: Scope,
}

impl Streak {
    /// Whether the check found nothing; `None` where no result is on record.
    #[must_use]
    pub fn is_clean(&self, visit: &Visit) -> Option<bool> {
        let mut results = visit.results.iter();
        (!visit.results.is_empty()).then(|| results.all(|result| self.clean.contains(result)))
    }
}

/// Somebody explained why one officer checked one subject so often: checks up to that day no longer
/// count for a streak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Id of the subject.
    pub subject: String,
    /// Certificate number of the officer.
    pub officer: String,
    /// The day up to which checks are explained.
    pub date: Date,
    /// The explanation, and who accepted it.
    pub reason: String,
}
