//! The team of a plan text.
//!
//! Source: docs/plan.md; docs/spec.md 3.3.

use super::log::Log;
use super::section::Section;
use crate::plan::{FieldPair, MatchKind, MatchRule, Role, Slot, Team};

pub(super) fn team(root: &Section<'_>, log: &mut Log) -> Team {
    let Some(section) = root.required_section("team", TEAM_KEYS, log) else {
        return Team {
            group: Vec::new(),
            max_drops: DEFAULT_DROPS,
            min_days: 1,
            slack: 1,
            slots: Vec::new(),
            standing: 0,
        };
    };
    // A plan with children may leave the officers to them.
    let least = usize::from(root.get("children").is_none());
    let slots = section.sections("slots", SLOT_KEYS, least, log);
    Team {
        group: group(&section, log),
        max_drops: section.integer("max_drops", Some(DEFAULT_DROPS), log),
        min_days: section.integer("min_days", Some(1), log),
        slack: section.integer("slack", Some(1), log),
        slots: slots.iter().map(|section| slot(section, log)).collect(),
        standing: section.integer("standing", Some(0), log),
    }
}

fn group(section: &Section<'_>, log: &mut Log) -> Vec<FieldPair> {
    if section.get("group").is_some() && section.get("group_by").is_some() {
        log.fault(
            &section.at("group_by"),
            "says the same as group; keep one of them",
            "与 group 重复：只保留其中一项",
        );
    }
    let same = section.list("group_by", log);
    let same = same.into_iter().map(|field| FieldPair {
        officer: field.clone(),
        subject: field,
    });
    let mut pairs: Vec<_> = same.collect();
    if !pairs.is_empty() {
        log.alias(&section.at("group"), &section.at("group_by"));
    }
    for pair in section.sections("group", &["officer", "subject"], 0, log) {
        pairs.push(FieldPair {
            officer: pair.text("officer", "region", log),
            subject: pair.text("subject", "region", log),
        });
    }
    pairs
}

fn slot(section: &Section<'_>, log: &mut Log) -> Slot {
    let mut matching = Vec::new();
    for rule in section.sections("match", &["officer", "rule", "subject"], 0, log) {
        rule.has("rule", "\"differ\"", log);
        matching.push(MatchRule {
            officer: rule.text("officer", "unit", log),
            rule: rule.choice("rule", MATCH_KINDS, MatchKind::Differ, log),
            subject: rule.text("subject", "office", log),
        });
    }
    Slot {
        count: section.integer("count", Some(1), log),
        department: section.text("department", "市场监管局", log),
        expert: section.text_or_empty("expert", log),
        lead: section.boolean("lead", Some(false), log),
        matching,
        matters: section.sorted_list("matters", log),
        name: section.text("name", "组长", log),
        role: section.choice("role", ROLES, Role::Officer, log),
        skills: section.sorted_list("skills", log),
    }
}

pub(super) const TEAM_KEYS: &[&str] = &[
    "group",
    "group_by",
    "max_drops",
    "min_days",
    "slack",
    "slots",
    "standing",
];
pub(super) const SLOT_KEYS: &[&str] = &[
    "count",
    "department",
    "expert",
    "lead",
    "match",
    "matters",
    "name",
    "role",
    "skills",
];
/// So many officers may be taken out by stages when the plan does not say: few, so that a stage cannot
/// leave only whom somebody wants.
const DEFAULT_DROPS: u64 = 5;
const ROLES: &[(&str, Role)] = &[("officer", Role::Officer), ("expert", Role::Expert)];
const MATCH_KINDS: &[(&str, MatchKind)] = &[
    ("same", MatchKind::Same),
    ("differ", MatchKind::Differ),
    ("covers", MatchKind::Covers),
];
