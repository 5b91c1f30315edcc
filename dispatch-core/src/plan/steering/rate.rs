//! Warnings about pools, quotas and rates.
//!
//! Source: docs/plan.md; docs/spec.md 3.2. The ceiling follows 国市监信〔2019〕38号 (general matters have
//! a strictly limited rate), the least rate of undirected draws 企业公示信息抽查办法 (at least 3%).
//! Invariant: rates are compared as integers, never as floats.

use super::Warnings;
use crate::plan::{Fraction, MatterKind, Plan, Quota, Stratum};
use crate::selection::Stratification;

pub(super) fn warn(
    plan: &Plan,
    strata: Option<&Stratification>,
    subjects: usize,
    warnings: &mut Warnings,
) {
    if let Some(strata) = strata {
        for (index, count) in strata.strata.iter().enumerate() {
            if let Some(stratum) = plan.strata.get(index) {
                pool(index, stratum, count.pool, count.quota, warnings);
            }
        }
        // A child draw has no strata: its subjects are the parent's.
        if !plan.is_child() {
            left_out(strata, subjects, warnings);
        }
    }
    ceiling(plan, strata, warnings);
    undirected(plan, strata, warnings);
}

/// What the size of a pool makes of its quota; at most one warning about the odds.
fn pool(index: usize, stratum: &Stratum, pool: u64, quota: u64, warnings: &mut Warnings) {
    let path = format!("strata[{index}]");
    let name = &stratum.name;
    if pool == 0 {
        warnings.add(
            "steering.shadowed",
            path,
            format!("stratum {name} has no subjects: its conditions match nobody, or earlier exclusions and strata take everybody; correct them, change the order, or remove it"),
            format!("分层“{name}”没有检查对象：条件不符合任何对象，或对象已被前面的排除条件和分层占去；请修改条件、调整顺序或删除该分层"),
        );
        return;
    }
    if pool < TINY_POOL {
        warnings.add(
            "steering.tiny-pool",
            &path,
            format!("stratum {name} has only {pool} subjects, so it nearly names them; merge it with another one"),
            format!("分层“{name}”只有{pool}户，近乎点名：请与其他分层合并"),
        );
    }
    let path = format!("{path}.quota");
    if quota == 0 {
        warnings.add(
            "steering.zero-quota",
            path,
            format!("the quota of stratum {name} rounds to 0, so none of its {pool} subjects can be drawn; use rounding = \"up\" or minimum = 1"),
            format!("分层“{name}”的抽取数量舍入后为0，其{pool}户均不可能被抽中：请使用 rounding = \"up\" 或 minimum = 1"),
        );
    } else if quota >= pool {
        warnings.add(
            "steering.whole-pool",
            path,
            format!("all {pool} subjects of stratum {name} are drawn, which is no draw; lower the quota or widen the stratum, or inspect them openly without a draw"),
            format!("分层“{name}”的{pool}户全部抽中，不成其为抽取：请降低抽取数量、扩大分层范围，或公开作全覆盖检查"),
        );
    } else if quota > pool - quota {
        let is_count = matches!(stratum.quota, Quota::Count { .. });
        warnings.add(
            if is_count { "steering.count-odds" } else { "steering.thin-pool" },
            path,
            format!("stratum {name} draws {quota} of {pool} subjects, more than half, so the result can nearly be foretold; lower the quota or widen the stratum"),
            format!("分层“{name}”从{pool}户中抽取{quota}户，超过一半，结果几乎可以预知：请降低抽取数量或扩大分层范围"),
        );
    }
}

fn left_out(strata: &Stratification, subjects: usize, warnings: &mut Warnings) {
    let excluded: u64 = strata.excluded.iter().map(|count| count.count).sum();
    let outside = strata.outside;
    let out = excluded.saturating_add(outside);
    let subjects = u64::try_from(subjects).unwrap_or(u64::MAX);
    if out > subjects.saturating_sub(out) {
        warnings.add(
            "steering.mostly-left-out",
            "strata",
            format!("{excluded} of {subjects} subjects are excluded and {outside} are in no stratum: more than half cannot be drawn; widen the strata, or add a last one without conditions"),
            format!("{subjects}户中有{excluded}户被排除、{outside}户不属于任何分层，超过一半不可能被抽中：请扩大分层范围，或在最后增加一个无条件的分层"),
        );
    }
}

/// General matters: drawn subjects over all pools, and every stratum, against the lowest ceiling.
fn ceiling(plan: &Plan, strata: Option<&Stratification>, warnings: &mut Warnings) {
    for (index, matter) in plan.matters.iter().enumerate() {
        let (MatterKind::General, Some(ceiling)) = (matter.kind, matter.ceiling.first()) else {
            continue;
        };
        let path = format!("matters[{index}].ceiling");
        let (code, limit) = (&matter.code, percent(*ceiling));
        let is_over = match strata {
            Some(strata) => {
                let pools: u64 = strata.strata.iter().map(|count| count.pool).sum();
                // A ceiling allows a whole last subject: 5% of 30 is 2, not 1.
                let most = u128::from(pools) * u128::from(ceiling.numerator);
                let most = most.div_ceil(u128::from(ceiling.denominator).max(1));
                u128::from(strata.selected()) > most
            }
            // Without rosters only a plan whose every part is over is certain to be over.
            None => {
                let mut strata = plan.strata.iter();
                !plan.strata.is_empty() && strata.all(|stratum| is_above(stratum, *ceiling))
            }
        };
        if is_over {
            warnings.refuse(
                "steering.ceiling",
                path,
                format!("more is drawn than the ceiling of {limit} that general matter {code} has; lower the quotas, round down, or leave the matter out"),
                format!("一般检查事项“{code}”的抽查比例上限为{limit}，本次抽取已超过：请降低抽取数量、改为向下舍入，或去掉该事项"),
            );
            continue;
        }
        for (at, stratum) in plan.strata.iter().enumerate() {
            if is_above(stratum, *ceiling) {
                let name = &stratum.name;
                warnings.add(
                    "steering.ceiling-stratum",
                    format!("strata[{at}].quota"),
                    format!("the rate of stratum {name} is above the ceiling of {limit} of general matter {code}, though the draw as a whole is not; state the reason, or lower the rate"),
                    format!("分层“{name}”的比例高于一般检查事项“{code}”的上限{limit}，尽管总体未超过：请说明理由或降低比例"),
                );
            }
        }
    }
}

/// An undirected draw must reach the least rate of 企业公示信息抽查办法.
fn undirected(plan: &Plan, strata: Option<&Stratification>, warnings: &mut Warnings) {
    let [stratum] = plan.strata.as_slice() else {
        return;
    };
    if !stratum.conditions.is_empty() || !plan.exclusions.is_empty() {
        return;
    }
    let known = strata.and_then(|strata| strata.strata.first());
    let (drawn, of) = match (known, stratum.quota) {
        (Some(count), _) => (count.quota, count.pool),
        (
            None,
            Quota::Ratio {
                denominator,
                numerator,
                ..
            },
        ) => (numerator, denominator),
        (None, Quota::Count { .. }) => return,
    };
    if u128::from(drawn) * 100 < u128::from(of) * u128::from(LEAST_PERCENT) {
        warnings.add(
            "steering.undirected-rate",
            "strata[0].quota",
            "an undirected draw takes less than 3% of the enterprises, the least that the rules on checks of published enterprise information ask for; use quota = \"3%\" with rounding = \"up\"",
            "不定向抽查比例低于3%，而《企业公示信息抽查办法》要求不少于3%：请使用 quota = \"3%\" 并设 rounding = \"up\"",
        );
    }
}

/// Whether a stratum's own rate is above a ceiling; a fixed number has no rate of its own.
fn is_above(stratum: &Stratum, ceiling: Fraction) -> bool {
    match stratum.quota {
        Quota::Count { .. } => false,
        Quota::Ratio {
            denominator,
            numerator,
            ..
        } => {
            let rate = u128::from(numerator) * u128::from(ceiling.denominator);
            rate > u128::from(ceiling.numerator) * u128::from(denominator)
        }
    }
}

/// A fraction as people write it: as an exact percentage if it is one, else as it stands.
pub(super) fn percent(fraction: Fraction) -> String {
    let Fraction {
        denominator,
        numerator,
    } = fraction;
    let scaled = u128::from(numerator) * 1_000_000;
    let by = u128::from(denominator).max(1);
    if scaled % by > 0 {
        return format!("{numerator}/{denominator}");
    }
    let (whole, decimals) = (scaled / by / 10_000, scaled / by % 10_000);
    let text = format!("{whole}.{decimals:04}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Smaller pools nearly name their subjects.
const TINY_POOL: u64 = 5;
/// 企业公示信息抽查办法: at least so many of a hundred enterprises.
const LEAST_PERCENT: u64 = 3;
