//! What a plan must obey: everything that is wrong, with its place, in both languages.
//!
//! Source: docs/spec.md sections 1, 3 and 5.1. Invariant: a plan without faults can be drawn from
//! any rosters; only its quotas can still fail, against the pools.

use super::child::child_faults;
use super::fault::{Fault, Faults};
use super::seed_source::seed_faults;
use super::team::team_faults;
use super::{Condition, Matter, Mode, Op, Plan, Quota};
use crate::syntax::{TEXT_LIMIT, is_hex32};

pub(super) fn plan_faults(plan: &Plan) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    heading(plan, &mut faults);
    faults.length("matters", plan.matters.len(), 1, 100);
    faults.once("matters", plan.matters.iter().map(|m| m.code.as_str()));
    for (index, matter) in plan.matters.iter().enumerate() {
        matter_faults(&format!("matters[{index}]"), matter, &mut faults);
    }
    sealed("subjects.sealed", &plan.subjects.sealed, &mut faults);
    sealed("officers.sealed", &plan.officers.sealed, &mut faults);
    faults.length("exclusions", plan.exclusions.len(), 0, 100);
    faults.once(
        "exclusions",
        plan.exclusions.iter().map(|e| e.code.as_str()),
    );
    for (index, exclusion) in plan.exclusions.iter().enumerate() {
        let path = format!("exclusions[{index}]");
        faults.id(&format!("{path}.code"), &exclusion.code);
        faults.text(&format!("{path}.label"), &exclusion.label);
        faults.text(&format!("{path}.basis"), &exclusion.basis);
        if !exclusion.reference.is_empty() {
            faults.field(&format!("{path}.reference"), &exclusion.reference);
        }
        conditions(&path, &exclusion.conditions, &mut faults);
    }
    faults.length(
        "strata",
        plan.strata.len(),
        usize::from(!plan.is_child()),
        1000,
    );
    faults.once("strata", plan.strata.iter().map(|s| s.name.as_str()));
    for (index, stratum) in plan.strata.iter().enumerate() {
        let path = format!("strata[{index}]");
        faults.text(&format!("{path}.name"), &stratum.name);
        conditions(&path, &stratum.conditions, &mut faults);
        quota(&format!("{path}.quota"), &stratum.quota, &mut faults);
    }
    plan.schedule.faults(&mut faults);
    team_faults(plan, &mut faults);
    child_faults(plan, &mut faults);
    let (first, last) = plan.schedule.window();
    if first <= last && u64::try_from(last - first + 1).unwrap_or(0) < plan.team.min_days {
        faults.add(
            "team.min_days",
            "is more than the window has days",
            "超过检查期限的天数",
        );
    }
    seed_faults(plan, &mut faults);
    faults.0
}

fn heading(plan: &Plan, faults: &mut Faults) {
    if plan.format != Plan::FORMAT {
        faults.add(
            "format",
            "is not dispatch/plan/1; this version reads no other",
            "不是 dispatch/plan/1，本版本不识别",
        );
    }
    if plan.mode == Mode::Order && plan.schedule.stages.is_empty() {
        faults.add(
            "mode",
            "is \"order\", but schedule.stages names no later batch: add their times",
            "为 \"order\"，但 schedule.stages 没有后续批次的时间：请补充",
        );
    }
    if !plan.schedule.stages.is_empty() && !plan.uses_drand() {
        faults.add(
            "schedule.stages",
            "need a drand source in seed: only it has a later pulse for every stage",
            "需要 seed 中有 drand 随机源：只有它能为每次补抽提供后来的随机数",
        );
    }
    faults.id("draw", &plan.draw);
    faults.text("title", &plan.title);
    faults.text("authority", &plan.authority);
    faults.range("sequence", plan.sequence, 1, crate::json::INTEGER_LIMIT);
    if !plan.repeats.is_empty() && !is_hex32(&plan.repeats) {
        faults.add(
            "repeats",
            "is not a commitment (64 hexadecimal characters)",
            "不是承诺值（64位十六进制）",
        );
    }
    if plan.annual_plan.is_empty() == plan.temporary_reason.is_empty() {
        faults.add(
            "annual_plan",
            "either annual_plan or temporary_reason must be given, not both",
            "年度计划出处与临时任务理由须且只须填写一项",
        );
    }
    for (path, value) in [
        ("annual_plan", &plan.annual_plan),
        ("temporary_reason", &plan.temporary_reason),
    ] {
        if !value.is_empty() {
            faults.text(path, value);
        }
    }
}

fn matter_faults(path: &str, matter: &Matter, faults: &mut Faults) {
    faults.id(&format!("{path}.code"), &matter.code);
    faults.text(&format!("{path}.name"), &matter.name);
    faults.text(&format!("{path}.basis"), &matter.basis);
    faults.length(&format!("{path}.ceiling"), matter.ceiling.len(), 0, 1);
    for ceiling in &matter.ceiling {
        faults.range(
            &format!("{path}.ceiling.denominator"),
            ceiling.denominator,
            1,
            BILLION,
        );
        faults.range(
            &format!("{path}.ceiling.numerator"),
            ceiling.numerator,
            1,
            ceiling.denominator,
        );
    }
}

fn sealed(path: &str, columns: &[String], faults: &mut Faults) {
    for column in columns {
        faults.field(path, column);
    }
    if !columns.is_sorted_by(|a, b| a < b) {
        faults.add(path, "is not sorted, or repeats a column", "未排序或有重复");
    }
    if columns.iter().any(|column| column == "id") {
        faults.add(path, "the id cannot be sealed", "编号列不能封存");
    }
}

pub(super) fn conditions(path: &str, conditions: &[Condition], faults: &mut Faults) {
    let path = format!("{path}.where");
    faults.length(&path, conditions.len(), 0, 20);
    for (index, condition) in conditions.iter().enumerate() {
        let path = format!("{path}[{index}]");
        faults.field(&path, &condition.field);
        let most = if matches!(condition.op, Op::AtLeast | Op::AtMost) {
            1
        } else {
            1000
        };
        faults.length(&path, condition.values.len(), 1, most);
        for value in &condition.values {
            let empty = value.is_empty() && !matches!(condition.op, Op::In | Op::NotIn);
            let list = condition.op == Op::HasAny && value.contains(';');
            if empty || list || value.chars().count() > TEXT_LIMIT {
                faults.add(&path, "has an empty or too long value", "有空值或过长的值");
            }
        }
    }
}

fn quota(path: &str, quota: &Quota, faults: &mut Faults) {
    match *quota {
        Quota::Count { count } => faults.range(path, count, 1, BILLION),
        Quota::Ratio {
            denominator,
            minimum,
            numerator,
            rounding: _,
        } => {
            faults.range(&format!("{path}.denominator"), denominator, 1, BILLION);
            faults.range(&format!("{path}.numerator"), numerator, 1, denominator);
            faults.range(&format!("{path}.minimum"), minimum, 0, BILLION);
        }
    }
}

pub(super) const BILLION: u64 = 1_000_000_000;
