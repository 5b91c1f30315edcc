//! Random visits and rules, with days that crowd around the ends of months and years.

use dispatch_core::ledger::{
    Cap, CapUnit, Days, Explanation, Frequency, Pause, Rules, Scope, Streak, Visit, VisitKind,
    VisitState, Window,
};
use jiff::civil::Date;
use proptest::prelude::*;

use crate::oracle::{CLEAN, month_length};

pub(crate) const SUBJECTS: &[&str] = &["S1", "S2", "S3"];
pub(crate) const OFFICERS: &[&str] = &["A", "B", "C"];

/// Days that crowd around ends of months and years, leap days among them.
pub(crate) fn any_day() -> impl Strategy<Value = Date> {
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

pub(crate) fn any_visit() -> impl Strategy<Value = Visit> {
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

pub(crate) fn any_scope() -> impl Strategy<Value = Scope> {
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

pub(crate) fn any_rules() -> impl Strategy<Value = Rules> {
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
pub(crate) struct Case {
    pub(crate) visits: Vec<Visit>,
    pub(crate) rules: Rules,
    pub(crate) days: Days,
}

pub(crate) fn any_case() -> impl Strategy<Value = Case> {
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
