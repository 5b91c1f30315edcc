//! Matters, exclusions and strata of a plan text.
//!
//! Source: docs/plan.md; docs/spec.md 3, 3.1 and 3.2. Invariant: the order of the text is kept,
//! because the first exclusion or stratum that matches takes a subject.

use toml::de::DeValue;

use super::complaint::{mismatch, text};
use super::log::Log;
use super::quantity::fraction;
use super::section::Section;
use crate::plan::{Condition, Exclusion, Matter, MatterKind, Op, Quota, Rounding, Stratum};

pub(super) fn matters(root: &Section<'_>, log: &mut Log) -> Vec<Matter> {
    let sections = root.sections("matters", MATTER_KEYS, 1, log);
    let mut matters = Vec::new();
    for section in sections {
        section.has("kind", "\"general\"", log);
        let ceiling = section.get("ceiling");
        let ceiling = ceiling.map(|value| fraction(value.get_ref(), &section.at("ceiling"), log));
        matters.push(Matter {
            basis: section.text("basis", "《企业信息公示暂行条例》第十四条", log),
            ceiling: ceiling.into_iter().collect(),
            code: section.text("code", "GS-01", log),
            kind: section.choice("kind", MATTER_KINDS, MatterKind::General, log),
            name: section.text("name", "公示信息检查", log),
        });
    }
    matters
}

pub(super) fn exclusions(root: &Section<'_>, log: &mut Log) -> Vec<Exclusion> {
    let sections = root.sections("exclusions", EXCLUSION_KEYS, 0, log);
    let mut exclusions = Vec::new();
    for section in sections {
        let has_conditions = section.has("where", "[{ field = \"…\", in = [\"…\"] }]", log);
        let conditions = conditions(&section, log);
        if has_conditions && conditions.is_empty() {
            log.fault(
                &section.at("where"),
                "is empty, so it would exclude everybody; add a condition",
                "为空，会排除所有检查对象；请至少填写一个条件",
            );
        }
        exclusions.push(Exclusion {
            basis: section.text("basis", "…", log),
            code: section.text("code", "visited-12m", log),
            label: section.text("label", "12个月内已检查", log),
            reference: section.text_or_empty("reference", log),
            conditions,
        });
    }
    exclusions
}

pub(super) fn strata(root: &Section<'_>, log: &mut Log) -> Vec<Stratum> {
    // A child draw has none: its subjects are the parent's.
    let least = usize::from(root.get("parent").is_none());
    let sections = root.sections("strata", STRATUM_KEYS, least, log);
    let mut strata = Vec::new();
    for section in sections {
        strata.push(Stratum {
            name: section.text("name", "A类", log),
            quota: quota(&section, log),
            conditions: conditions(&section, log),
        });
    }
    strata
}

fn quota(section: &Section<'_>, log: &mut Log) -> Quota {
    let path = section.at("quota");
    let value = section.get("quota").map(|value| value.get_ref());
    match value {
        Some(DeValue::Integer(_)) => {
            for key in ["minimum", "rounding"] {
                if section.get(key).is_some() {
                    log.fault(
                        &section.at(key),
                        "belongs to a percentage or fraction; a fixed number needs none: remove it",
                        "只用于比例；固定数量不需要该项，请删除",
                    );
                }
            }
            Quota::Count {
                count: section.integer("quota", Some(1), log),
            }
        }
        Some(DeValue::String(written))
            if !written.trim().is_empty() && written.trim().bytes().all(|b| b.is_ascii_digit()) =>
        {
            let number = written.trim();
            log.fault(
                &path,
                format!("is a number in quotes; write {number} for a fixed number, or \"{number}%\" for a percentage"),
                format!("为带引号的数字；固定数量请写 {number}，百分数请写 \"{number}%\""),
            );
            Quota::Count { count: 1 }
        }
        Some(value) => {
            let part = fraction(value, &path, log);
            // Faults of the canonical quota are worded by its own keys.
            log.alias(&format!("{path}.minimum"), &section.at("minimum"));
            Quota::Ratio {
                denominator: part.denominator,
                minimum: section.integer("minimum", Some(0), log),
                numerator: part.numerator,
                rounding: section.choice("rounding", ROUNDINGS, Rounding::Nearest, log),
            }
        }
        None => {
            section.has("quota", "\"3%\"", log);
            Quota::Count { count: 1 }
        }
    }
}

pub(super) fn conditions(section: &Section<'_>, log: &mut Log) -> Vec<Condition> {
    let sections = section.sections("where", CONDITION_KEYS, 0, log);
    let mut conditions = Vec::new();
    for section in sections {
        let field = section.text("field", "risk", log);
        let tests: Vec<_> = OPS
            .iter()
            .filter(|(key, _)| section.get(key).is_some())
            .collect();
        let (op, values) = match tests.as_slice() {
            [(key, op)] => (*op, values(&section, key, log)),
            tests => {
                let known = "in, not_in, prefix, at_least, at_most, has_any";
                let count = tests.len();
                log.fault(
                    section.path(),
                    format!("has {count} tests; write exactly one of {known}, and several tests as several conditions"),
                    format!("有{count}个判断；须且只须填写 {known} 之一，多个判断请写成多个条件"),
                );
                continue;
            }
        };
        conditions.push(Condition { field, op, values });
    }
    conditions
}

/// The values of a test; a TOML date is the text it looks like.
fn values(section: &Section<'_>, key: &str, log: &mut Log) -> Vec<String> {
    let mut values = Vec::new();
    for (path, value) in section.items(key, log) {
        values.push(match value {
            DeValue::Datetime(day) if day.time.is_none() => day.to_string(),
            DeValue::Datetime(_) => {
                let expected = (
                    "text in quotes or a date alone",
                    "带引号的文字，或单独的日期",
                );
                mismatch(value, &path, expected, log);
                String::new()
            }
            other => text(other, &path, log),
        });
    }
    values
}

pub(super) const MATTER_KEYS: &[&str] = &["basis", "ceiling", "code", "kind", "name"];
const MATTER_KINDS: &[(&str, MatterKind)] = &[
    ("general", MatterKind::General),
    ("key", MatterKind::Key),
    ("一般", MatterKind::General),
    ("重点", MatterKind::Key),
];
pub(super) const EXCLUSION_KEYS: &[&str] = &["basis", "code", "label", "reference", "where"];
pub(super) const STRATUM_KEYS: &[&str] = &["minimum", "name", "quota", "rounding", "where"];
const ROUNDINGS: &[(&str, Rounding)] = &[
    ("nearest", Rounding::Nearest),
    ("up", Rounding::Up),
    ("down", Rounding::Down),
];
pub(super) const CONDITION_KEYS: &[&str] = &[
    "at_least", "at_most", "field", "has_any", "in", "not_in", "prefix",
];
const OPS: &[(&str, Op)] = &[
    ("at_least", Op::AtLeast),
    ("at_most", Op::AtMost),
    ("has_any", Op::HasAny),
    ("in", Op::In),
    ("not_in", Op::NotIn),
    ("prefix", Op::Prefix),
];
