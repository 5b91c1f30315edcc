#![allow(clippy::unwrap_used, reason = "tests may panic")]

use super::*;
use crate::announcement::{ExcludedCount, StratumCount};
use crate::plan::source::read;

/// A plan that could steer nothing: every test changes one thing.
const PLAIN: &str = r#"draw = "440106-2026-0007"
sequence = 7
title = "抽查"
authority = "天河区市场监督管理局"
annual_plan = "附件1 第7项"
[subjects]
sealed = ["phone_hidden"]
[schedule]
draw_time = 2026-07-23T15:38:30+08:00
window_start = 2026-08-01
window_end = 2026-08-31
disclosure_time = 2026-09-01T09:00:00+08:00
lead = "60m"
[[matters]]
code = "GS-01"
name = "公示信息检查"
basis = "条例第十四条"
kind = "general"
ceiling = "5%"
[[exclusions]]
code = "visited"
label = "12个月内已检查"
basis = "办法"
reference = "last_visit_ref"
where = [{ field = "last_visit", at_least = 2025-08-01 }]
[[strata]]
name = "A"
quota = "3%"
where = [{ field = "risk", in = ["A"] }]
[[strata]]
name = "B"
quota = "5%"
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
match = [{ officer = "skills", rule = "covers", subject = "skills" }]
[[seed]]
kind = "drand"
"#;

/// An undirected plan: one stratum, no conditions, no exclusions.
fn undirected(quota: &str) -> Plan {
    let (head, rest) = PLAIN.split_once("[[exclusions]]").unwrap();
    let (_, tail) = rest.split_once("[team]").unwrap();
    let text = format!("{head}[[strata]]\nname = \"全部\"\nquota = {quota}\n[team]{tail}");
    read(&text).unwrap().plan
}

fn plan(from: &str, to: &str) -> Plan {
    assert!(PLAIN.contains(from), "{from}");
    read(&PLAIN.replacen(from, to, 1)).unwrap().plan
}

/// Pools and quotas of A and B, written out by hand.
fn strata(parts: &[(u64, u64)], excluded: u64, outside: u64) -> Stratification {
    let names = ["A", "B"].iter().zip(parts);
    Stratification {
        places: Vec::new(),
        excluded: vec![ExcludedCount {
            code: "visited".to_owned(),
            count: excluded,
        }],
        strata: names
            .map(|(name, (pool, quota))| StratumCount {
                name: (*name).to_owned(),
                pool: *pool,
                quota: *quota,
            })
            .collect(),
        outside,
        missing_references: Vec::new(),
        short: Vec::new(),
        understaffed: Vec::new(),
        batches: 1,
    }
}

/// Code and path of every warning.
fn found(
    plan: &Plan,
    strata: Option<&Stratification>,
    subjects: usize,
) -> Vec<(&'static str, String)> {
    let warnings = warnings(plan, strata, subjects);
    for warning in &warnings {
        // Every warning ends with a remedy, after a semicolon or a colon.
        assert!(warning.message.english.contains("; "), "{warning}");
        assert!(
            warning.message.chinese.contains('：'),
            "{}",
            warning.message.chinese
        );
        assert_eq!(
            warning.is_error,
            ["steering.ceiling", "steering.tight-stage"].contains(&warning.code)
        );
    }
    { warnings.into_iter() }.map(|w| (w.code, w.path)).collect()
}

fn one(code: &'static str, path: &str) -> Vec<(&'static str, String)> {
    vec![(code, path.to_owned())]
}

#[test]
fn a_plain_plan_has_no_warnings() {
    let plan = plan("", "");
    assert_eq!(found(&plan, None, 0), []);
    let strata = strata(&[(600, 18), (300, 15)], 100, 0);
    assert_eq!(found(&plan, Some(&strata), 1000), []);
}

#[test]
fn the_heading_and_the_schedule_are_looked_at() {
    for (from, to, code, path) in [
        (
            "annual_plan",
            "temporary_reason",
            "steering.temporary",
            "temporary_reason",
        ),
        (
            "\"60m\"",
            "\"59m\"",
            "steering.short-lead",
            "schedule.lead_minutes",
        ),
        (
            "[\"phone_hidden\"]",
            "[\"risk\"]",
            "steering.sealed-strata",
            "subjects.sealed",
        ),
        (
            "[\"phone_hidden\"]",
            "[\"last_visit_ref\"]",
            "steering.sealed-strata",
            "subjects.sealed",
        ),
        (
            "[\"phone_hidden\"]",
            "[\"skills\"]",
            "steering.sealed-team",
            "team",
        ),
    ] {
        assert_eq!(found(&plan(from, to), None, 0), one(code, path), "{to}");
    }
    let repeats = format!("repeats = \"{}\"\n[subjects]", "a".repeat(64));
    let repeating = plan("[subjects]", &repeats);
    assert_eq!(
        found(&repeating, None, 0),
        one("steering.repeats", "repeats")
    );
    let hash = "1".repeat(64);
    let bodies = format!(
        "kind = \"contribution\"\nbody = \"甲\"\nhash = \"{hash}\"\noutside = true\n\
         [[seed]]\nkind = \"contribution\"\nbody = \"乙\"\nhash = \"{hash}\"\noutside = true"
    );
    let without = plan("kind = \"drand\"", &bodies);
    assert_eq!(found(&without, None, 0), one("steering.no-drand", "seed"));
    let both = plan(
        "kind = \"drand\"",
        &format!("kind = \"drand\"\n[[seed]]\n{bodies}"),
    );
    assert_eq!(found(&both, None, 0), []);
}

#[test]
fn conditions_that_point_at_single_subjects_are_seen() {
    let risk = "{ field = \"risk\", in = [\"A\"] }";
    let path = "strata[0].where[0]";
    for field in [
        "id",
        "Name",
        "address",
        "licence_number",
        "contact_phone",
        "法定代表人",
        "注册地址",
    ] {
        let plan = plan(risk, &format!("{{ field = \"{field}\", prefix = \"9\" }}"));
        assert_eq!(
            found(&plan, None, 0),
            one("steering.identifying", path),
            "{field}"
        );
    }
    // A whole credit code (the vector of docs/spec.md 1.7) in an innocent column.
    let by_value = plan(
        risk,
        "{ field = \"parent\", not_in = \"91350100M000100Y43\" }",
    );
    assert_eq!(found(&by_value, None, 0), one("steering.identifying", path));
    let excluded = plan(
        "{ field = \"last_visit\"",
        "{ field = \"name\", in = \"某店\" }, { field = \"last_visit\"",
    );
    assert_eq!(
        found(&excluded, None, 0),
        one("steering.identifying", "exclusions[0].where[0]")
    );
    for field in ["region", "industry", "type_name", "office", "街道"] {
        let plan = plan(risk, &format!("{{ field = \"{field}\", in = \"天河区\" }}"));
        assert_eq!(found(&plan, None, 0), [], "{field}");
    }
    for (count, expected) in [(50, vec![]), (51, one("steering.many-values", path))] {
        let values: Vec<_> = (0..count).map(|n| format!("\"{n}\"")).collect();
        let listing = format!("{{ field = \"risk\", in = [{}] }}", values.join(","));
        assert_eq!(found(&plan(risk, &listing), None, 0), expected, "{count}");
    }
}

#[test]
fn exclusions_for_visits_need_a_reference() {
    let reference = "reference = \"last_visit_ref\"\n";
    let without = plan(reference, "");
    assert_eq!(
        found(&without, None, 0),
        one("steering.no-reference", "exclusions[0]")
    );
    let mut closed = without;
    closed.exclusions[0].code = "closed".to_owned();
    closed.exclusions[0].label = "已注销".to_owned();
    closed.exclusions[0].conditions[0].field = "status".to_owned();
    assert_eq!(found(&closed, None, 0), []);
}

#[test]
fn pools_and_quotas_are_weighed() {
    let ratio = plan("", "");
    let count = plan("quota = \"3%\"", "quota = 10");
    let no_ceiling = |plan: &Plan| {
        let mut plan = plan.clone();
        plan.matters[0].ceiling.clear();
        plan
    };
    let b = (300, 15);
    for (plan, a, code) in [
        (&ratio, (5, 1), ""),
        (&ratio, (4, 1), "tiny-pool"),
        (&ratio, (0, 0), "shadowed"),
        (&ratio, (16, 0), "zero-quota"),
        (&ratio, (16, 1), ""),
        (&ratio, (20, 20), "whole-pool"),
        (&ratio, (20, 19), "thin-pool"),
        (&ratio, (21, 11), "thin-pool"),
        (&ratio, (20, 10), ""),
        (&count, (20, 20), "whole-pool"),
        (&count, (19, 10), "count-odds"),
        (&count, (20, 10), ""),
    ] {
        let found = found(&no_ceiling(plan), Some(&strata(&[a, b], 0, 0)), 400);
        let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
        let expected: Vec<String> = if code.is_empty() {
            vec![]
        } else {
            vec![format!("steering.{code}")]
        };
        assert_eq!(codes, expected, "{a:?}");
        assert!(found.iter().all(|(_, path)| path.starts_with("strata[0]")));
    }
}

#[test]
fn most_subjects_must_be_in_the_draw() {
    let plan = plan("", "");
    let parts = &[(300, 9), (200, 10)];
    assert_eq!(found(&plan, Some(&strata(parts, 300, 200)), 1000), []);
    let more = found(&plan, Some(&strata(parts, 300, 201)), 1001);
    assert_eq!(more, one("steering.mostly-left-out", "strata"));
}

#[test]
fn general_matters_keep_their_ceiling() {
    let ceiling = one("steering.ceiling", "matters[0].ceiling");
    let within = plan("", "");
    // 5% of 900 is 45; 5% of 905 is 45.25, so 46 may be drawn.
    for (parts, expected) in [
        ([(600, 18), (300, 27)], vec![]),
        ([(600, 18), (300, 28)], ceiling.clone()),
        ([(600, 18), (305, 28)], vec![]),
        ([(600, 18), (305, 29)], ceiling.clone()),
    ] {
        assert_eq!(
            found(&within, Some(&strata(&parts, 100, 0)), 1000),
            expected,
            "{parts:?}"
        );
    }
    let lower = plan("ceiling = \"5%\"", "ceiling = \"2.9%\"");
    assert_eq!(found(&lower, None, 0), ceiling);
    let message = &warnings(&lower, None, 0)[0].message;
    assert!(message.english.contains("2.9%") && message.chinese.contains("2.9%"));
    let key = plan(
        "kind = \"general\"\nceiling = \"5%\"",
        "kind = \"key\"\nceiling = \"2.9%\"",
    );
    assert_eq!(found(&key, None, 0), []);
    // One stratum over the ceiling, the whole under it: allowed, but said.
    let higher = plan("ceiling = \"5%\"", "ceiling = \"4%\"");
    let stratum = one("steering.ceiling-stratum", "strata[1].quota");
    assert_eq!(found(&higher, None, 0), stratum);
    let counted = strata(&[(600, 18), (300, 15)], 100, 0);
    assert_eq!(found(&higher, Some(&counted), 1000), stratum);
}

#[test]
fn undirected_draws_reach_three_percent() {
    let low = one("steering.undirected-rate", "strata[0].quota");
    assert_eq!(found(&undirected("\"2.99%\""), None, 0), low);
    assert_eq!(found(&undirected("\"3%\""), None, 0), []);
    assert_eq!(found(&undirected("10"), None, 0), []);
    let pool = |pool, quota| strata(&[(pool, quota)], 0, 0);
    // 3% of 1010 is 30.3: rounded to the nearest it is 30, too few.
    assert_eq!(
        found(&undirected("\"3%\""), Some(&pool(1010, 30)), 1010),
        low
    );
    assert_eq!(
        found(&undirected("\"3%\""), Some(&pool(1010, 31)), 1010),
        []
    );
    // A directed draw may take less.
    assert_eq!(
        found(&plan("quota = \"3%\"", "quota = \"1%\""), None, 0),
        []
    );
}

#[test]
fn team_rules_that_force_officers_are_seen() {
    let path = "team.slots[0].match[0]";
    for rule in ["same", "differ"] {
        let plan = plan("rule = \"covers\"", &format!("rule = \"{rule}\""));
        assert_eq!(found(&plan, None, 0), one("steering.match-rule", path));
    }
    let stiff = plan("[team]", "[team]\nslack = 0");
    assert_eq!(
        found(&stiff, None, 0),
        one("steering.no-slack", "team.slack")
    );
}

#[test]
fn percentages_are_shown_exactly() {
    let shown = |numerator, denominator| {
        rate::percent(crate::plan::Fraction {
            denominator,
            numerator,
        })
    };
    assert_eq!(shown(1, 20), "5%");
    assert_eq!(shown(1, 1), "100%");
    assert_eq!(shown(9, 400), "2.25%");
    assert_eq!(shown(1, 1_000_000), "0.0001%");
    assert_eq!(shown(1, 30), "1/30");
}
