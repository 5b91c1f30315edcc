//! The frequency ledger against a brute force that walks from day to day, and its promises on random
//! lists of visits: nobody is excluded without a completed and disclosed visit, what is sealed changes
//! nothing, and the order of the list does not matter.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use dispatch_core::ledger::{
    Cap, CapUnit, Days, Explanation, Frequency, Ledger, Pause, Rules, Scope, Streak, Visit,
    VisitKind, VisitState, Window,
};
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const CLEAN: &str = "未发现问题";

/// A day as year, month, day, counted on by the rules of the Gregorian calendar.
type Day = (i16, i8, i8);

fn month_length(year: i16, month: i8) -> i8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn next((year, month, day): Day) -> Day {
    if day < month_length(year, month) {
        (year, month, day + 1)
    } else if month < 12 {
        (year, month + 1, 1)
    } else {
        (year + 1, 1, 1)
    }
}

fn plain(date: Date) -> Day {
    (date.year(), date.month(), date.day())
}

/// Whether walking on from `start` meets `day` not later than the corresponding day so many months on:
/// the day of the same number, or the month's last day when the month is over before it.
fn is_within(start: Day, months: u32, day: Day) -> bool {
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
fn weekday(day: Day) -> u32 {
    let (mut at, mut count) = ((2001, 1, 1), 0);
    while at < day {
        at = next(at);
        count += 1;
    }
    count % 7
}

/// Whether two days lie in the same window.
fn same_window(window: Window, one: Day, other: Day) -> bool {
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

fn counts(scope: &Scope, visit: &Visit) -> bool {
    let kind = scope.kinds.is_empty() || scope.kinds.iter().any(|k| *k == visit.kind);
    let cause = scope
        .exempt_causes
        .iter()
        .all(|cause| *cause != visit.cause);
    let department =
        scope.departments.is_empty() || scope.departments.iter().any(|d| *d == visit.department);
    kind && cause && department
}

fn is_settled(visit: &Visit, days: Days) -> bool {
    matches!(visit.state, VisitState::Completed)
        && matches!(visit.disclosed, Some(day) if plain(day) <= plain(days.known))
        && plain(visit.date) <= plain(days.on)
}

/// Codes that exclude a subject.
fn codes(
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
fn pairs(visits: &[Visit], rules: &Rules, days: Days) -> BTreeSet<(String, String)> {
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
fn warned(visits: &[Visit], rules: &Rules, days: Days) -> BTreeSet<(String, String, usize)> {
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

fn last_of_window(window: Window, day: Day) -> Day {
    let mut at = day;
    while matches!(window, Window::Week | Window::Month) && same_window(window, at, next(at)) {
        at = next(at);
    }
    at
}

const SUBJECTS: &[&str] = &["S1", "S2", "S3"];
const OFFICERS: &[&str] = &["A", "B", "C"];

/// Days that crowd around ends of months and years, leap days among them.
fn any_day() -> impl Strategy<Value = Date> {
    prop_oneof![
        (2023_i16..=2026, 1_i8..=12, 1_i8..=31).prop_map(|(y, m, d)| (y, m, d)),
        (2023_i16..=2026, 2_i8..=3, 27_i8..=31).prop_map(|(y, m, d)| (y, m, d)),
        (2023_i16..=2026, Just(12_i8), 26_i8..=31).prop_map(|(y, m, d)| (y, m, d)),
        (2024_i16..=2026, Just(1_i8), 1_i8..=6).prop_map(|(y, m, d)| (y, m, d)),
    ]
    .prop_map(|(year, month, day)| {
        Date::new(year, month, day.min(month_length(year, month))).unwrap()
    })
}

fn any_visit() -> impl Strategy<Value = Visit> {
    let who = (
        0..3_usize,
        prop::sample::subsequence(OFFICERS.to_vec(), 0..=3),
    );
    let what = (0..3_usize, 0..3_usize, any::<bool>(), any::<bool>());
    let how = (
        prop::bool::weighted(0.8),
        prop::option::weighted(0.8, 0..120_i64),
        0..8_usize,
    );
    (any_day(), who, what, how, 0..3_usize).prop_map(|(date, who, what, how, place)| Visit {
        date,
        reference: String::new(),
        subject: SUBJECTS[who.0].to_owned(),
        officers: who.1.into_iter().map(str::to_owned).collect(),
        kind: [VisitKind::Routine, VisitKind::Case, VisitKind::Campaign][what.0],
        cause: ["", "投诉举报", "上级部署"][what.1].to_owned(),
        department: if what.2 { "甲局" } else { "乙局" }.to_owned(),
        draw: if what.3 { "D-1" } else { "" }.to_owned(),
        state: if how.0 {
            VisitState::Completed
        } else {
            VisitState::Planned
        },
        disclosed: how
            .1
            .map(|later| date.checked_add(jiff::ToSpan::days(later)).unwrap()),
        results: match how.2 {
            0 => Vec::new(),
            1 => vec![CLEAN.to_owned(), "责令改正".to_owned()],
            2 => vec!["责令改正".to_owned()],
            _ => vec![CLEAN.to_owned()],
        },
        premises: ["", "路1号", "路2号"][place].to_owned(),
    })
}

fn any_scope() -> impl Strategy<Value = Scope> {
    let kinds = vec![VisitKind::Routine, VisitKind::Case, VisitKind::Campaign];
    let kinds = prop::sample::subsequence(kinds, 0..=3);
    (kinds, any::<bool>(), any::<bool>()).prop_map(|(kinds, exempt, only)| Scope {
        kinds,
        exempt_causes: if exempt {
            vec!["上级部署".to_owned()]
        } else {
            Vec::new()
        },
        departments: if only {
            vec!["甲局".to_owned()]
        } else {
            Vec::new()
        },
    })
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let scopes = prop::collection::vec(any_scope(), 5);
    let numbers = (1..4_u32, 1..30_u32, 2..4_u32, 1..18_u32, 1..3_u32);
    let windows = (1..20_u32, 0..4_usize);
    let explained = prop::option::of((0..3_usize, 0..3_usize, any_day()));
    (scopes, numbers, windows, explained, any::<bool>()).prop_map(
        |(
            scopes,
            (at_most, months, checks, within, more_than),
            (days, window),
            explained,
            place,
        )| {
            let mut scopes = scopes.into_iter();
            let mut scope = || scopes.next().unwrap();
            let words = || ("l".to_owned(), "b".to_owned());
            let ((label, basis), (label_2, basis_2)) = (words(), words());
            Rules {
                caps: vec![Cap {
                    code: "cap".to_owned(),
                    label,
                    basis,
                    at_most,
                    unit: if place {
                        CapUnit::Premises
                    } else {
                        CapUnit::Subject
                    },
                    scope: scope(),
                }],
                pauses: vec![Pause {
                    code: "pause".to_owned(),
                    label: label_2,
                    basis: basis_2,
                    months,
                    scope: scope(),
                }],
                warnings: vec![Frequency {
                    code: "warning".to_owned(),
                    window: [
                        Window::Day,
                        Window::Week,
                        Window::Month,
                        Window::Rolling(days),
                    ][window],
                    more_than,
                    scope: scope(),
                }],
                streak: Some(Streak {
                    checks,
                    months: within,
                    clean: vec![CLEAN.to_owned()],
                    reason: "r".to_owned(),
                    scope: scope(),
                }),
                explanations: explained
                    .into_iter()
                    .map(|(subject, officer, date)| Explanation {
                        subject: SUBJECTS[subject].to_owned(),
                        officer: OFFICERS[officer].to_owned(),
                        date,
                        reason: "x".to_owned(),
                    })
                    .collect(),
            }
        },
    )
}

#[derive(Clone, Debug)]
struct Case {
    visits: Vec<Visit>,
    rules: Rules,
    days: Days,
}

fn any_case() -> impl Strategy<Value = Case> {
    let visits = prop::collection::vec(any_visit(), 0..30);
    (visits, any_rules(), any_day(), any_day()).prop_map(|(mut visits, rules, one, other)| {
        for (index, visit) in visits.iter_mut().enumerate() {
            visit.reference = format!("R{index:02}");
        }
        let days = Days {
            on: one.max(other),
            known: one.min(other),
        };
        // Mostly the two days are one.
        let days = if other.day() % 4 == 0 {
            days
        } else {
            Days {
                known: days.on,
                ..days
            }
        };
        Case {
            visits,
            rules,
            days,
        }
    })
}

/// Everything a ledger says.
fn everything(visits: &[Visit], rules: &Rules, days: Days) -> String {
    let ledger = Ledger::new(visits.to_vec());
    let standings: Vec<_> = { SUBJECTS.iter() }
        .map(|subject| ledger.standing(subject, "路1号", rules, days))
        .collect();
    let (pairs, warnings) = (
        ledger.forbidden_pairs(rules, days),
        ledger.warnings(rules, days),
    );
    format!("{standings:?} {pairs:?} {warnings:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, rng_seed: RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_agrees_with_brute_force(case in any_case()) {
        let Case { visits, rules, days } = case;
        let ledger = Ledger::new(visits.clone());
        for subject in SUBJECTS {
            for address in ["", "路1号"] {
                let standing = ledger.standing(subject, address, &rules, days);
                let found: BTreeSet<String> = standing.exclusions.iter().map(|e| e.code.clone()).collect();
                prop_assert_eq!(found, codes(&visits, subject, address, &rules, days));
            }
        }
        let found: BTreeSet<_> = { ledger.forbidden_pairs(&rules, days).into_iter() }
            .map(|pair| (pair.subject, pair.officer))
            .collect();
        prop_assert_eq!(found, pairs(&visits, &rules, days));
        let found: BTreeSet<_> = { ledger.warnings(&rules, days).into_iter() }
            .map(|w| (w.subject, w.code, w.references.len()))
            .collect();
        prop_assert_eq!(found, warned(&visits, &rules, days));
    }

    #[test]
    fn every_consequence_names_completed_and_disclosed_visits(case in any_case()) {
        let Case { visits, rules, days } = case;
        let ledger = Ledger::new(visits.clone());
        let stands = |reference: &str, subject: &str| {
            visits.iter().any(|v| v.reference == reference && v.subject == subject && is_settled(v, days))
        };
        for subject in SUBJECTS {
            for exclusion in ledger.standing(subject, "", &rules, days).exclusions {
                prop_assert!(stands(&exclusion.reference, subject), "{exclusion:?}");
            }
        }
        for pair in ledger.forbidden_pairs(&rules, days) {
            prop_assert!(pair.references.iter().all(|r| stands(r, &pair.subject)), "{pair:?}");
        }
    }

    #[test]
    fn sealed_visits_and_the_order_of_the_list_change_nothing(
        case in any_case(),
        order in prop::collection::vec(any::<u32>(), 30),
    ) {
        let Case { visits, rules, days } = case;
        let due = everything(&visits, &rules, days);
        let is_sealed = |v: &Visit| {
            !v.draw.is_empty() && !matches!(v.disclosed, Some(day) if plain(day) <= plain(days.known))
        };
        let open: Vec<Visit> = visits.iter().filter(|v| !is_sealed(v)).cloned().collect();
        prop_assert_eq!(&due, &everything(&open, &rules, days));
        let mut shuffled: Vec<(u32, Visit)> = order.into_iter().zip(visits).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<Visit> = shuffled.into_iter().map(|(_, visit)| visit).collect();
        prop_assert_eq!(&due, &everything(&shuffled, &rules, days));
    }
}
