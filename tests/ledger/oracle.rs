//! What a ledger should say, found by walking from day to day and comparing everything with everything.

use std::collections::BTreeSet;

use dispatch_core::ledger::{CapUnit, Days, Rules, Scope, Visit, VisitState, Window};
use jiff::civil::Date;

use crate::case::{OFFICERS, SUBJECTS};

pub(crate) const CLEAN: &str = "未发现问题";

/// A day as year, month, day, counted on by the rules of the Gregorian calendar.
pub(crate) type Day = (i16, i8, i8);

pub(crate) fn month_length(year: i16, month: i8) -> i8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(crate) fn next((year, month, day): Day) -> Day {
    if day < month_length(year, month) {
        (year, month, day + 1)
    } else if month < 12 {
        (year, month + 1, 1)
    } else {
        (year + 1, 1, 1)
    }
}

pub(crate) fn plain(date: Date) -> Day {
    (date.year(), date.month(), date.day())
}

/// Whether walking on from `start` meets `day` not later than the corresponding day so many months on:
/// the day of the same number, or the month's last day when the month is over before it.
pub(crate) fn is_within(start: Day, months: u32, day: Day) -> bool {
    if day < start {
        return false;
    }
    let (mut at, mut month) = (start, 0);
    loop {
        if at == day {
            return true;
        }
        let after = next(at);
        let corresponds = at.2 == start.2 || (at.2 < start.2 && after.2 == 1);
        if month == months && corresponds {
            return false;
        }
        month += u32::from(after.2 == 1);
        at = after;
    }
}

/// 0 for Monday: days walked from 2001-01-01, a Monday.
pub(crate) fn weekday(day: Day) -> u32 {
    let (mut at, mut count) = ((2001, 1, 1), 0);
    while at < day {
        at = next(at);
        count += 1;
    }
    count % 7
}

/// Whether two days lie in the same window.
pub(crate) fn same_window(window: Window, one: Day, other: Day) -> bool {
    let (first, last) = (one.min(other), one.max(other));
    match window {
        Window::Day => first == last,
        Window::Month => (first.0, first.1) == (last.0, last.1),
        Window::Week => {
            // Nothing between them, nor the later one, is a Monday.
            let mut at = first;
            let mut walked = 0;
            while at < last {
                at = next(at);
                walked += 1;
                if walked > 6 || weekday(at) == 0 {
                    return false;
                }
            }
            true
        }
        Window::Rolling(days) => {
            let (mut at, mut count) = (first, 1);
            while at < last && count <= days {
                at = next(at);
                count += 1;
            }
            count <= days
        }
    }
}

pub(crate) fn counts(scope: &Scope, visit: &Visit) -> bool {
    let kind = scope.kinds.is_empty() || scope.kinds.contains(&visit.kind);
    let cause = scope
        .exempt_causes
        .iter()
        .all(|cause| *cause != visit.cause);
    let department = scope.departments.is_empty() || scope.departments.contains(&visit.department);
    kind && cause && department
}

pub(crate) fn is_settled(visit: &Visit, days: Days) -> bool {
    matches!(visit.state, VisitState::Completed)
        && matches!(visit.disclosed, Some(day) if plain(day) <= plain(days.known))
        && plain(visit.date) <= plain(days.on)
}

/// Codes that exclude a subject.
pub(crate) fn codes(
    visits: &[Visit],
    subject: &str,
    address: &str,
    rules: &Rules,
    days: Days,
) -> BTreeSet<String> {
    let settled: Vec<&Visit> = { visits.iter() }
        .filter(|v| v.subject == subject && is_settled(v, days))
        .collect();
    let mut codes = BTreeSet::new();
    for cap in &rules.caps {
        let here = |v: &Visit| {
            cap.unit == CapUnit::Subject
                || address.is_empty()
                || v.premises.is_empty()
                || v.premises == address
        };
        let this_year = |v: &&&Visit| v.date.year() == days.on.year();
        let reached = settled.iter().filter(this_year);
        let reached = reached.filter(|v| counts(&cap.scope, v) && here(v)).count();
        if reached >= usize::try_from(cap.at_most).unwrap() {
            codes.insert(cap.code.clone());
        }
    }
    for pause in &rules.pauses {
        let inside = |v: &&Visit| is_within(plain(v.date), pause.months, plain(days.on));
        if settled.iter().any(|v| counts(&pause.scope, v) && inside(v)) {
            codes.insert(pause.code.clone());
        }
    }
    codes
}

/// Pairs to keep apart: any so many neighbours in the list of an officer's checks of a subject.
pub(crate) fn pairs(visits: &[Visit], rules: &Rules, days: Days) -> BTreeSet<(String, String)> {
    let streak = rules.streak.as_ref().unwrap();
    let length = usize::try_from(streak.checks).unwrap();
    let mut found = BTreeSet::new();
    for subject in SUBJECTS {
        for officer in OFFICERS {
            let explained = |v: &&Visit| {
                rules.explanations.iter().any(|e| {
                    e.subject == *subject && e.officer == *officer && plain(v.date) <= plain(e.date)
                })
            };
            let mut checks: Vec<&Visit> = { visits.iter() }
                .filter(|v| v.subject == *subject && is_settled(v, days))
                .filter(|v| v.officers.iter().any(|o| o == officer) && !v.results.is_empty())
                .filter(|v| counts(&streak.scope, v) && !explained(v))
                .collect();
            checks.sort_by_key(|v| (plain(v.date), v.reference.clone()));
            for start in 0..checks.len() {
                let row: Vec<_> = checks.iter().skip(start).take(length).collect();
                let clean = row.iter().all(|v| v.results.iter().all(|r| r == CLEAN));
                if row.len() == length
                    && clean
                    && is_within(
                        plain(row[0].date),
                        streak.months,
                        plain(row[length - 1].date),
                    )
                {
                    found.insert(((*subject).to_owned(), (*officer).to_owned()));
                }
            }
        }
    }
    found
}

/// Subject, rule and last visit of every window that holds too many.
pub(crate) fn warned(
    visits: &[Visit],
    rules: &Rules,
    days: Days,
) -> BTreeSet<(String, String, usize)> {
    let open = |v: &&Visit| {
        v.draw.is_empty() || matches!(v.disclosed, Some(day) if plain(day) <= plain(days.known))
    };
    let mut found = BTreeSet::new();
    for rule in &rules.warnings {
        for last in visits
            .iter()
            .filter(open)
            .filter(|v| counts(&rule.scope, v))
        {
            let together = { visits.iter() }
                .filter(open)
                .filter(|v| v.subject == last.subject && counts(&rule.scope, v))
                .filter(|v| match rule.window {
                    Window::Rolling(_) => plain(v.date) <= plain(last.date),
                    _ => true,
                })
                .filter(|v| same_window(rule.window, plain(v.date), plain(last.date)))
                .count();
            let ends = last_of_window(rule.window, plain(last.date));
            if together > usize::try_from(rule.more_than).unwrap() && ends.0 >= days.on.year() {
                found.insert((last.subject.clone(), rule.code.clone(), together));
            }
        }
    }
    found
}

pub(crate) fn last_of_window(window: Window, day: Day) -> Day {
    let mut at = day;
    while matches!(window, Window::Week | Window::Month) && same_window(window, at, next(at)) {
        at = next(at);
    }
    at
}
