//! The rules as people write them: a TOML text.
//!
//! Source: docs/ledger.md. Every fault is reported at once, with its line, in both languages and with a
//! remedy. Invariant: [`read`] gives rules that satisfy what [`Rules`] promises.

use toml::de::DeTable;

use super::rule::{Cap, CapUnit, Explanation, Frequency, Pause, Rules, Scope, Streak, Window};
use super::visit::VisitKind;
use crate::plan::source::SourceFault;
use crate::plan::source::complaint::mismatch;
use crate::plan::source::log::Log;
use crate::plan::source::quantity::day;
use crate::plan::source::section::Section;
use crate::syntax::{date, is_text};

/// Reads a text of rules.
///
/// # Errors
/// Every [`SourceFault`], in order of line; of a text that is not TOML, only what is wrong with its
/// syntax.
pub fn read(text: &str) -> Result<Rules, Vec<SourceFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut log = Log::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            log.syntax(text, error.span().map(|span| span.start), error.message());
        }
        return Err(log.finish());
    }
    let root = Section::root(table.get_ref(), TOP_KEYS, &mut log);
    let rules = Rules {
        caps: caps(&root, &mut log),
        pauses: pauses(&root, &mut log),
        warnings: warnings(&root, &mut log),
        streak: streak(&root, &mut log),
        explanations: explanations(&root, &mut log),
    };
    codes(&rules, &mut log);
    let faults = log.finish();
    if faults.is_empty() {
        Ok(rules)
    } else {
        Err(faults)
    }
}

fn caps(root: &Section<'_>, log: &mut Log) -> Vec<Cap> {
    let sections = root.sections("caps", CAP_KEYS, 0, log);
    let read = |section: &Section<'_>, log: &mut Log| Cap {
        code: section.text("code", "cap-year", log),
        label: section.text("label", "本年度检查次数已达上限", log),
        basis: section.text("basis", "国办发〔2024〕54号", log),
        at_most: number(section, "at_most", 1, None, log),
        unit: section.choice("per", CAP_UNITS, CapUnit::Subject, log),
        scope: scope(section, log),
    };
    sections.iter().map(|section| read(section, log)).collect()
}

fn pauses(root: &Section<'_>, log: &mut Log) -> Vec<Pause> {
    let sections = root.sections("pauses", PAUSE_KEYS, 0, log);
    let read = |section: &Section<'_>, log: &mut Log| Pause {
        code: section.text("code", "visited-12m", log),
        label: section.text("label", "12个月内已接受检查", log),
        basis: section.text("basis", "国办发〔2024〕54号", log),
        months: number(section, "months", 1, None, log),
        scope: scope(section, log),
    };
    sections.iter().map(|section| read(section, log)).collect()
}

fn warnings(root: &Section<'_>, log: &mut Log) -> Vec<Frequency> {
    let sections = root.sections("warnings", WARNING_KEYS, 0, log);
    let read = |section: &Section<'_>, log: &mut Log| Frequency {
        code: section.text("code", "week", log),
        window: window(section, log),
        more_than: number(section, "more_than", 1, None, log),
        scope: scope(section, log),
    };
    sections.iter().map(|section| read(section, log)).collect()
}

fn window(section: &Section<'_>, log: &mut Log) -> Window {
    match (
        section.get("window").is_some(),
        section.get("days").is_some(),
    ) {
        (true, true) => log.fault(
            &section.at("days"),
            "says the same as window; keep one of them",
            "与 window 重复：只保留其中一项",
        ),
        (false, true) => return Window::Rolling(number(section, "days", 1, None, log)),
        (false, false) => {
            section.has("window", "\"week\"", log);
        }
        (true, false) => {}
    }
    section.choice("window", WINDOWS, Window::Day, log)
}

fn streak(root: &Section<'_>, log: &mut Log) -> Option<Streak> {
    let section = root.section("streak", STREAK_KEYS, log)?;
    let clean = section.list("clean", log);
    if clean.is_empty() {
        section.has("clean", "[\"未发现问题\"]", log);
    }
    Some(Streak {
        checks: number(&section, "checks", 2, None, log),
        months: number(&section, "months", 1, Some(12), log),
        clean,
        reason: section.text("reason", "连续3次检查均未发现问题，说明前回避", log),
        scope: scope(&section, log),
    })
}

fn explanations(root: &Section<'_>, log: &mut Log) -> Vec<Explanation> {
    let mut explanations = Vec::new();
    for section in root.sections("explanations", EXPLANATION_KEYS, 0, log) {
        let (subject, officer) = (
            section.text("subject", "91350100M000100Y43", log),
            section.text("officer", "YA4401000001", log),
        );
        let reason = section.text("reason", "…", log);
        section.has("date", "2026-07-01", log);
        let written = section.get("date");
        let written = written.map(|value| day(value.get_ref(), &section.at("date"), log));
        if let Some(date) = written.as_deref().and_then(date) {
            explanations.push(Explanation {
                subject,
                officer,
                date,
                reason,
            });
        }
    }
    explanations
}

fn scope(section: &Section<'_>, log: &mut Log) -> Scope {
    let mut kinds = Vec::new();
    for (path, value) in section.items("kinds", log) {
        let word = value.as_str();
        match KINDS.iter().find(|(known, _)| Some(*known) == word) {
            Some((_, kind)) => kinds.push(*kind),
            None => mismatch(
                value,
                &path,
                (
                    "\"routine\", \"case\" or \"campaign\"",
                    "\"日常\"、\"个案\" 或 \"专项\"",
                ),
                log,
            ),
        }
    }
    if kinds.is_empty() && section.get("kinds").is_some() {
        log.fault(
            &section.at("kinds"),
            "is empty, so nothing would count; leave it out to count all kinds",
            "为空，什么都不计；如各类检查都计，请删去该项",
        );
    }
    Scope {
        kinds,
        exempt_causes: section.list("exempt_causes", log),
        departments: section.list("departments", log),
    }
}

/// A whole number from `least` to [`MOST`].
fn number(
    section: &Section<'_>,
    key: &str,
    least: u32,
    default: Option<u64>,
    log: &mut Log,
) -> u32 {
    let found = section.integer(key, default, log);
    match u32::try_from(found)
        .ok()
        .filter(|n| (least..=MOST).contains(n))
    {
        Some(number) => number,
        None => {
            if section
                .get(key)
                .is_some_and(|value| value.get_ref().as_integer().is_some())
            {
                log.fault(
                    &section.at(key),
                    format!("is {found}; write a number from {least} to {MOST}"),
                    format!("为{found}；请填写{least}至{MOST}的整数"),
                );
            }
            least
        }
    }
}

/// Codes must fit into a list value of a roster and be told apart.
fn codes(rules: &Rules, log: &mut Log) {
    let caps = rules
        .caps
        .iter()
        .map(|rule| ("caps", &rule.code, &rule.label, &rule.basis));
    let pauses = rules.pauses.iter();
    let pauses = pauses.map(|rule| ("pauses", &rule.code, &rule.label, &rule.basis));
    let warnings = rules.warnings.iter();
    let warnings = warnings.map(|rule| ("warnings", &rule.code, &rule.code, &rule.code));
    let mut seen: Vec<&str> = Vec::new();
    let (mut section, mut index) = ("", 0_usize);
    for (name, code, label, basis) in caps.chain(pauses).chain(warnings) {
        index = if name == section { index + 1 } else { 0 };
        section = name;
        let path = format!("{name}[{index}].code");
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if code.chars().count() > LONGEST_CODE || !code.chars().all(fits) {
            log.fault(
                &path,
                format!("\"{code}\" is not a code: up to {LONGEST_CODE} letters, digits, - _ or ."),
                format!("“{code}”不是有效代码：最多{LONGEST_CODE}个半角字母、数字或 - _ ."),
            );
        } else if !code.is_empty() && seen.contains(&code.as_str()) {
            log.fault(
                &path,
                format!("\"{code}\" is used twice; give every rule its own code"),
                format!("代码“{code}”重复；每条规则的代码须不同"),
            );
        }
        for (key, text) in [("label", label), ("basis", basis)] {
            if !text.is_empty() && !is_text(text) {
                log.fault(
                    &format!("{name}[{index}].{key}"),
                    "must be on one line, of at most 2000 characters",
                    "须写在一行内，最多2000字",
                );
            }
        }
        seen.push(code);
    }
    if rules == &Rules::default() {
        log.fault(
            "",
            "holds no rule; write at least one of [[caps]], [[pauses]], [[warnings]], [streak]",
            "没有任何规则；请至少写一项 [[caps]]、[[pauses]]、[[warnings]] 或 [streak]",
        );
    }
}

const MOST: u32 = 1200;
const LONGEST_CODE: usize = 40;
const TOP_KEYS: &[&str] = &["caps", "explanations", "pauses", "streak", "warnings"];
const CAP_KEYS: &[&str] = &[
    "at_most",
    "basis",
    "code",
    "departments",
    "exempt_causes",
    "kinds",
    "label",
    "per",
];
const PAUSE_KEYS: &[&str] = &[
    "basis",
    "code",
    "departments",
    "exempt_causes",
    "kinds",
    "label",
    "months",
];
const WARNING_KEYS: &[&str] = &[
    "code",
    "days",
    "departments",
    "exempt_causes",
    "kinds",
    "more_than",
    "window",
];
const STREAK_KEYS: &[&str] = &[
    "checks",
    "clean",
    "departments",
    "exempt_causes",
    "kinds",
    "months",
    "reason",
];
const EXPLANATION_KEYS: &[&str] = &["date", "officer", "reason", "subject"];
const CAP_UNITS: &[(&str, CapUnit)] = &[
    ("subject", CapUnit::Subject),
    ("premises", CapUnit::Premises),
];
const WINDOWS: &[(&str, Window)] = &[
    ("day", Window::Day),
    ("week", Window::Week),
    ("month", Window::Month),
];
const KINDS: &[(&str, VisitKind)] = &[
    ("routine", VisitKind::Routine),
    ("日常", VisitKind::Routine),
    ("case", VisitKind::Case),
    ("个案", VisitKind::Case),
    ("campaign", VisitKind::Campaign),
    ("专项", VisitKind::Campaign),
];

#[cfg(test)]
mod tests;
