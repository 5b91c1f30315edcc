#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod document;
mod refusals;

use super::*;
use crate::digest::Digest;
use crate::plan::{
    Child, Condition, Exclusion, FieldPair, Fraction, MatchKind, MatchRule, Matter, MatterKind,
    NumberShape, Op, Quota, Role, Rounding, SeedSource, Slot, Stratum, Team,
};

/// The shortest plan: everything that has a default is left out.
const SHORT: &str = r#"draw = "440106-2026-0007"
sequence = 7
title = "抽查"
authority = "天河区市场监督管理局"
annual_plan = "附件1 第7项"
[schedule]
draw_time = 2026-07-23T15:38:30+08:00
window_start = 2026-08-01
window_end = 2026-08-31
disclosure_time = 2026-09-01T09:00:00+08:00
[[matters]]
code = "GS-01"
name = "公示信息检查"
basis = "条例第十四条"
kind = "general"
[[strata]]
name = "全部"
quota = "3%"
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
[[seed]]
kind = "drand"
"#;

const LONG: &str = r#"
draw = "440106-2026-0008"
sequence = 8
title = "跨部门联合抽查"
authority = "天河区市场监督管理局"
temporary_reason = "上级交办"
mode = "order"
repeats = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
[subjects]
ids = "other"
sealed = ["risk", "phone", "risk"]
columns = ["营业面积", "brand"]
[officers]
sealed = "unit"
[schedule]
draw_time = "2026-07-23 15:38:30+08:00"
window_start = "2026-08-01"
window_end = 2026-08-31
disclosure_time = 2026-09-01T00:00:00Z
lead = "2d"
stage_lead = "2h"
stages = [2026-08-10T09:00:00+08:00, "2026-08-20T09:00:00+08:00"]
[[matters]]
code = "GS-01"
name = "甲"
basis = "乙"
kind = "重点"
ceiling = "5%"
[[exclusions]]
code = "visited"
label = "已检查"
basis = "丙"
reference = "last_visit_ref"
where = [{ field = "last_visit", at_least = 2025-08-01 }, { field = "type", not_in = ["个体"] }]
[[strata]]
name = "A"
quota = "0.5%"
rounding = "up"
minimum = 2
where = [{ field = "risk", in = "A" }, { field = "region_code", prefix = ["4401", "4403"] }]
[[strata]]
name = "B"
quota = "1/30"
where = [{ field = "established", at_most = "2020-01-01" }, { field = "skills", has_any = ["特种设备"] }]
[[strata]]
name = "C"
quota = 120
[[children]]
draw = "440106-2026-0008-XF"
name = "消防救援大队"
officers = 2
where = [{ field = "district", in = "天河" }]
[[children]]
draw = "440106-2026-0008-WJ"
name = "卫生健康局"
[team]
slack = 0
min_days = 3
max_drops = 12
standing = 6
group = [{ officer = "region", subject = "district" }]
[[team.slots]]
name = "组长"
department = "市场监管局"
lead = true
count = 2
skills = ["b", "a", "b"]
match = [{ officer = "unit", rule = "differ", subject = "office" }]
[[team.slots]]
name = "专家"
department = "专家库"
role = "expert"
expert = "电梯"
matters = ["GS-01"]
[[seed]]
kind = "drand"
[[seed]]
kind = "public-numbers"
name = "双色球2026084期"
published = "中国福彩网"
time = 2026-07-23T21:15:00+08:00
shape = "set"
from = 1
to = 33
count = 6
bits = 20
[[seed]]
kind = "contribution"
body = "司法局"
hash = "1111111111111111111111111111111111111111111111111111111111111111"
outside = true
[[seed]]
kind = "contribution"
body = "消委会"
hash = "2222222222222222222222222222222222222222222222222222222222222222"
outside = true
"#;

#[test]
fn defaults_fill_the_shortest_plan() {
    let source = read(SHORT).unwrap();
    assert!(source.extra_columns.is_empty());
    let plan = source.plan;
    assert_eq!(plan.subjects.ids, SubjectIds::CreditCode);
    assert_eq!(plan.schedule.lead_minutes, 1440);
    // `date -u -d 2026-07-23T15:38:30+08:00`
    assert_eq!(plan.schedule.draw_time, "2026-07-23T07:38:30Z");
    assert_eq!(plan.schedule.disclosure_time, "2026-09-01T01:00:00Z");
    let quota = Quota::Ratio {
        denominator: 100,
        minimum: 0,
        numerator: 3,
        rounding: Rounding::Nearest,
    };
    assert_eq!(plan.strata[0].quota, quota);
    assert_eq!((plan.team.slack, plan.team.min_days), (1, 1));
    let chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971".to_owned();
    assert_eq!(plan.seed, [SeedSource::Drand { chain }]);
    assert!(plan.faults().is_empty());
    assert!(read(&format!("\u{feff}{}", SHORT.replace('\n', "\r\n"))).is_ok());
}

#[test]
fn every_key_arrives_where_the_specification_has_it() {
    let source = read(LONG).unwrap();
    assert_eq!(source.extra_columns, ["brand", "营业面积"]);
    assert_eq!(source.plan, long_plan());
    // The canonical form survives its own JSON.
    let json = serde_json::to_string(&source.plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), source.plan);
}

#[test]
fn a_child_draw_names_its_parent_and_needs_no_strata() {
    let strata = "[[strata]]\nname = \"全部\"\nquota = \"3%\"\n";
    assert!(SHORT.contains(strata));
    let parent = format!(
        "[parent]\nchild = \"消防\"\ncommitment = \"{}\"\n",
        "ab".repeat(32)
    );
    let plan = read(&SHORT.replace(strata, &parent)).unwrap().plan;
    assert_eq!(plan.parent[0].commitment, Digest::new([0xab; 32]));
    assert!(plan.strata.is_empty() && plan.is_child());
    // With strata it is neither one thing nor the other.
    let both = read(&SHORT.replace(strata, &format!("{parent}{strata}"))).unwrap_err();
    assert_eq!(both[0].path, "strata");
    assert_eq!(both[0].line, Some(19));
    let wrong = read(&SHORT.replace(strata, &parent.replace("abab", "ABAB"))).unwrap_err();
    assert_eq!(wrong[0].path, "parent.commitment");
}

#[test]
fn batches_and_stages_ask_for_what_they_need() {
    let stages = "stages = [2026-08-10T09:00:00+08:00]\n[[matters]]";
    let order = SHORT.replace("sequence = 7", "sequence = 7\nmode = \"order\"");
    assert_eq!(read(&order).unwrap_err()[0].path, "mode");
    let batches = read(&order.replace("[[matters]]", stages)).unwrap().plan;
    assert_eq!((batches.mode, batches.batches()), (Mode::Order, 2));
    let numbers = "kind = \"public-numbers\"\nname = \"甲\"\npublished = \"乙\"\ntime = 2026-07-24T00:00:00Z\n\
                   shape = \"sequence\"\nfrom = 0\nto = 255\ncount = 16\nbits = 128";
    let other = order
        .replace("[[matters]]", stages)
        .replace("kind = \"drand\"", numbers);
    assert_eq!(read(&other).unwrap_err()[0].path, "schedule.stages");
}

/// What docs/plan.md says the long text means, written out by hand.
fn long_plan() -> Plan {
    let texts = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    let condition = |field: &str, op, values: &[&str]| Condition {
        field: field.to_owned(),
        op,
        values: texts(values),
    };
    let stratum = |name: &str, quota, conditions| Stratum {
        name: name.to_owned(),
        quota,
        conditions,
    };
    let ratio = |numerator, denominator, minimum, rounding| Quota::Ratio {
        denominator,
        minimum,
        numerator,
        rounding,
    };
    let contribution = |body: &str, digit: &str| SeedSource::Contribution {
        body: body.to_owned(),
        hash: digit.repeat(64),
        outside: true,
    };
    Plan {
        annual_plan: String::new(),
        authority: "天河区市场监督管理局".into(),
        children: vec![
            Child {
                draw: "440106-2026-0008-XF".into(),
                name: "消防救援大队".into(),
                officers: 2,
                conditions: vec![condition("district", Op::In, &["天河"])],
            },
            Child {
                draw: "440106-2026-0008-WJ".into(),
                name: "卫生健康局".into(),
                officers: 1,
                conditions: vec![],
            },
        ],
        draw: "440106-2026-0008".into(),
        exclusions: vec![Exclusion {
            basis: "丙".into(),
            code: "visited".into(),
            label: "已检查".into(),
            reference: "last_visit_ref".into(),
            conditions: vec![
                condition("last_visit", Op::AtLeast, &["2025-08-01"]),
                condition("type", Op::NotIn, &["个体"]),
            ],
        }],
        format: "dispatch/plan/1".into(),
        matters: vec![Matter {
            basis: "乙".into(),
            ceiling: vec![Fraction {
                denominator: 20,
                numerator: 1,
            }],
            code: "GS-01".into(),
            kind: MatterKind::Key,
            name: "甲".into(),
        }],
        mode: Mode::Order,
        officers: OfficerColumns {
            sealed: texts(&["unit"]),
        },
        parent: vec![],
        repeats: "00112233445566778899aabbccddeeff".repeat(2),
        schedule: Schedule {
            disclosure_time: "2026-09-01T00:00:00Z".into(),
            draw_time: "2026-07-23T07:38:30Z".into(),
            lead_minutes: 2880,
            stage_lead_minutes: 120,
            stages: texts(&["2026-08-10T01:00:00Z", "2026-08-20T01:00:00Z"]),
            window_end: "2026-08-31".into(),
            window_start: "2026-08-01".into(),
        },
        seed: vec![
            SeedSource::Drand {
                chain: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971".into(),
            },
            SeedSource::PublicNumbers {
                bits: 20,
                count: 6,
                from: 1,
                name: "双色球2026084期".into(),
                published: "中国福彩网".into(),
                shape: NumberShape::Set,
                time: "2026-07-23T13:15:00Z".into(),
                to: 33,
            },
            contribution("司法局", "1"),
            contribution("消委会", "2"),
        ],
        sequence: 8,
        strata: vec![
            stratum(
                "A",
                ratio(1, 200, 2, Rounding::Up),
                vec![
                    condition("risk", Op::In, &["A"]),
                    condition("region_code", Op::Prefix, &["4401", "4403"]),
                ],
            ),
            stratum(
                "B",
                ratio(1, 30, 0, Rounding::Nearest),
                vec![
                    condition("established", Op::AtMost, &["2020-01-01"]),
                    condition("skills", Op::HasAny, &["特种设备"]),
                ],
            ),
            stratum("C", Quota::Count { count: 120 }, vec![]),
        ],
        subjects: SubjectColumns {
            ids: SubjectIds::Other,
            sealed: texts(&["phone", "risk"]),
        },
        team: Team {
            group: vec![FieldPair {
                officer: "region".into(),
                subject: "district".into(),
            }],
            max_drops: 12,
            min_days: 3,
            slack: 0,
            slots: vec![
                Slot {
                    count: 2,
                    department: "市场监管局".into(),
                    expert: String::new(),
                    lead: true,
                    matching: vec![MatchRule {
                        officer: "unit".into(),
                        rule: MatchKind::Differ,
                        subject: "office".into(),
                    }],
                    matters: vec![],
                    name: "组长".into(),
                    role: Role::Officer,
                    skills: texts(&["a", "b"]),
                },
                Slot {
                    count: 1,
                    department: "专家库".into(),
                    expert: "电梯".into(),
                    lead: false,
                    matching: vec![],
                    matters: texts(&["GS-01"]),
                    name: "专家".into(),
                    role: Role::Expert,
                    skills: vec![],
                },
            ],
            standing: 6,
        },
        temporary_reason: "上级交办".into(),
        title: "跨部门联合抽查".into(),
    }
}
