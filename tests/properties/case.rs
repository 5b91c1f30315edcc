//! Random campaigns: strata, exclusions, groups, slots, recusals, limits, leave.

use dispatch_core::plan::{Exclusion, FieldPair, MatchKind, MatchRule, Op, Quota, Rounding};
use dispatch_tests::campaign::{
    Campaign, Row, condition, count, officer, officer_id, plan, row, slot, stratum, subject_id,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a case is made of.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) campaign: Campaign,
    /// Chooses the numbers of the draw, and orders of the input.
    pub(crate) seed: u64,
}

/// Strategies of the parts, put together.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let subjects = vec(
        (0..4_u8, 0..3_u8, prop::bool::weighted(0.1), 0..3_u8),
        1..70,
    );
    let officers = vec(
        (
            0..3_u8,
            any::<bool>(),
            prop::option::weighted(0.3, 0..6_u8),
            0..8_u8,
            0..3_u8,
        ),
        2..16,
    );
    let quotas = vec(
        (
            1..=60_u64,
            60..=240_u64,
            0..3_u8,
            0..4_u64,
            prop::option::weighted(0.2, 1..6_u64),
        ),
        1..4,
    );
    let team = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        0..3_u64,
        prop::bool::weighted(0.3),
        2..4_u64,
    );
    let recusals = vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        0..25,
    );
    (
        subjects,
        officers,
        quotas,
        team,
        recusals,
        any::<[u8; 32]>(),
        any::<u64>(),
        prop::bool::weighted(0.25),
    )
        .prop_map(
            |(subjects, officers, quotas, team, recusals, secret, seed, sealed)| {
                let subjects: Vec<Row> = subjects.iter().enumerate().map(subject).collect();
                let officers: Vec<Row> = officers.iter().enumerate().map(one_officer).collect();
                let strata = quotas.iter().enumerate().map(|(at, quota)| {
                    // The last stratum takes what is left of three classes; class 3 may stay outside.
                    let classes: Vec<String> = if at + 1 == quotas.len() {
                        (at..3).map(|class| class.to_string()).collect()
                    } else {
                        vec![at.to_string()]
                    };
                    let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
                    stratum(
                        &format!("分层{at}"),
                        quota_of(quota),
                        vec![condition("risk", Op::In, &classes)],
                    )
                });
                let mut campaign = Campaign::new(subjects, officers, count(1));
                campaign.plan = plan(strata.collect());
                campaign.secret = secret;
                campaign.plan.exclusions = vec![Exclusion {
                    basis: "国办发〔2024〕54号".to_owned(),
                    code: "visited".to_owned(),
                    label: "已检查".to_owned(),
                    reference: "last_visit_ref".to_owned(),
                    conditions: vec![condition("last_visit", Op::AtLeast, &["2026-01-01"])],
                }];
                let (grouped, leader, skilled, slack, differ, places) = team;
                let team = &mut campaign.plan.team;
                team.slack = slack;
                let same = |field: &str| FieldPair {
                    officer: field.to_owned(),
                    subject: field.to_owned(),
                };
                team.group = if grouped {
                    vec![same("region")]
                } else {
                    Vec::new()
                };
                let mut first = slot("组长", 1);
                first.lead = leader;
                let mut others = slot("检查人员", places - 1);
                others.skills = if skilled {
                    vec!["计量".to_owned()]
                } else {
                    Vec::new()
                };
                if differ {
                    others.matching = vec![MatchRule {
                        officer: "area".to_owned(),
                        rule: MatchKind::Differ,
                        subject: "area".to_owned(),
                    }];
                }
                team.slots = vec![first, others];
                if sealed {
                    campaign.plan.subjects.sealed = vec!["risk".to_owned()];
                    campaign.plan.officers.sealed = vec!["leave".to_owned(), "name".to_owned()];
                }
                let pick = |(subject, officer): &(prop::sample::Index, prop::sample::Index)| {
                    let subject = subject.index(campaign.subjects.len());
                    (
                        subject_id(subject),
                        officer_id(officer.index(campaign.officers.len())),
                    )
                };
                campaign.recusals = recusals.iter().map(pick).collect();
                Case { campaign, seed }
            },
        )
}

fn subject((at, &(risk, region, visited, area)): (usize, &(u8, u8, bool, u8))) -> Row {
    let (risk, region) = (risk.to_string(), format!("区{region}"));
    let area = if area == 0 {
        String::new()
    } else {
        format!("片{area}")
    };
    let (last, reference) = if visited {
        ("2026-03-01", "J-1")
    } else {
        ("2025-03-01", "")
    };
    row(&[
        ("id", &subject_id(at)),
        ("name", "某店"),
        ("risk", &risk),
        ("region", &region),
        ("area", &area),
        ("last_visit", last),
        ("last_visit_ref", reference),
    ])
}

fn one_officer(
    (at, &(region, lead, limit, state, area)): (usize, &(u8, bool, Option<u8>, u8, u8)),
) -> Row {
    let (region, area) = (format!("区{region}"), format!("片{area}"));
    let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
    let expires = match state {
        0 => "2026-08-21",
        1 => "2026-08-22",
        _ => "2030-12-31",
    };
    // Free of leave: 30, 4 and 5 days.
    let leave = match state {
        2 => "2026-07-24/2026-08-18",
        3 => "2026-07-24/2026-08-01;2026-07-30/2026-08-17",
        _ => "",
    };
    let skills = if state % 2 == 0 {
        "计量"
    } else {
        "计量;食品安全"
    };
    let skills = if state == 6 { "食品安全" } else { skills };
    officer(
        at,
        &[
            ("region", &region),
            ("area", &area),
            ("lead", if lead { "yes" } else { "no" }),
            ("limit", &limit),
            ("expires", expires),
            ("leave", leave),
            ("skills", skills),
        ],
    )
}

fn quota_of(
    &(numerator, denominator, rounding, minimum, fixed): &(u64, u64, u8, u64, Option<u64>),
) -> Quota {
    if let Some(fixed) = fixed {
        return count(fixed);
    }
    let rounding = [Rounding::Down, Rounding::Nearest, Rounding::Up][usize::from(rounding)];
    Quota::Ratio {
        denominator,
        minimum,
        numerator,
        rounding,
    }
}
