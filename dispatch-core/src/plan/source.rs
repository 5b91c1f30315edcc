//! The plan as people write it: a TOML text with defaults, read into the canonical [`Plan`].
//!
//! Source: docs/plan.md (this format), docs/spec.md section 3 (what it becomes). Every fault is
//! reported at once, with its line, in both languages and with a remedy. Invariant: a [`PlanSource`]
//! holds a plan without [`Plan::faults`]; two texts that read alike give the same plan.

mod child;
pub(crate) mod complaint;
pub(crate) mod log;
mod part;
pub(crate) mod quantity;
pub(crate) mod section;
mod seed;
mod team;

use toml::de::{DeTable, DeValue};

use self::log::Log;
use self::quantity::{day, instant, lead_minutes};
use self::section::Section;
use super::{Mode, OfficerColumns, Plan, Schedule, SubjectColumns, SubjectIds};
use crate::language::Message;

/// What a plan text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSource {
    /// The plan in canonical form, without faults.
    pub plan: Plan,
    /// Columns of the subject input to keep beside the known ones, sorted; not part of the plan.
    pub extra_columns: Vec<String>,
}

/// One thing that is wrong with a plan text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFault {
    /// Line of the text, counted from 1; `None` for a key that is missing at the top level.
    pub line: Option<u64>,
    /// Where, as a path like `strata[2].quota`, list items counted from 0; empty for the text as a whole.
    pub path: String,
    /// What is wrong and what to do.
    pub message: Message,
}

impl core::fmt::Display for SourceFault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.message)
    }
}

/// Reads a plan text.
///
/// # Errors
/// Every [`SourceFault`], in order of line. When the text is not TOML, only what is wrong with its
/// syntax; otherwise all wrong keys and values, and all rules of [`Plan::faults`] that are broken.
pub fn read(text: &str) -> Result<PlanSource, Vec<SourceFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut log = Log::new(text);
    if text.len() > SOURCE_LIMIT {
        log.fault(
            "",
            format!(
                "has {} bytes; a plan has at most {SOURCE_LIMIT}",
                text.len()
            ),
            format!("共{}字节；抽查任务最多{SOURCE_LIMIT}字节", text.len()),
        );
        return Err(log.finish());
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            log.syntax(text, error.span().map(|span| span.start), error.message());
        }
        return Err(log.finish());
    }
    let root = Section::root(table.get_ref(), TOP_KEYS, &mut log);
    let source = plan(&root, &mut log);
    log.plan_faults(source.plan.faults());
    let faults = log.finish();
    if faults.is_empty() {
        Ok(source)
    } else {
        Err(faults)
    }
}

fn plan(root: &Section<'_>, log: &mut Log) -> PlanSource {
    let subjects = root.section("subjects", &["columns", "ids", "sealed"], log);
    let officers = root.section("officers", &["sealed"], log);
    let sealed = |section: &Option<Section<'_>>, log: &mut Log| {
        let section = section.as_ref();
        section.map_or_else(Vec::new, |section| section.sorted_list("sealed", log))
    };
    let ids = subjects.as_ref().map_or(SubjectIds::CreditCode, |section| {
        section.choice("ids", SUBJECT_IDS, SubjectIds::CreditCode, log)
    });
    let columns = subjects.as_ref().map_or_else(Vec::new, |section| {
        let columns = section.sorted_list("columns", log);
        for column in columns.iter().filter(|c| !crate::syntax::is_field_name(c)) {
            log.fault(
                &section.at("columns"),
                format!("\"{column}\" is not a column name: 1 to 64 characters"),
                format!("“{column}”不是列名：1到64个字符"),
            );
        }
        columns
    });
    let plan = Plan {
        annual_plan: root.text_or_empty("annual_plan", log),
        authority: root.text("authority", "广州市天河区市场监督管理局", log),
        children: child::children(root, log),
        draw: root.text("draw", "440106-2026-0007", log),
        exclusions: part::exclusions(root, log),
        format: Plan::FORMAT.to_owned(),
        matters: part::matters(root, log),
        mode: root.choice("mode", MODES, Mode::Sample, log),
        officers: OfficerColumns {
            sealed: sealed(&officers, log),
        },
        parent: child::parent(root, log),
        repeats: root.text_or_empty("repeats", log),
        schedule: schedule(root, log),
        seed: seed::sources(root, log),
        sequence: root.integer("sequence", None, log),
        strata: part::strata(root, log),
        subjects: SubjectColumns {
            ids,
            sealed: sealed(&subjects, log),
        },
        team: team::team(root, log),
        temporary_reason: root.text_or_empty("temporary_reason", log),
        title: root.text("title", "2026年度企业公示信息抽查", log),
    };
    PlanSource {
        plan,
        extra_columns: columns,
    }
}

fn schedule(root: &Section<'_>, log: &mut Log) -> Schedule {
    let Some(section) = root.required_section("schedule", SCHEDULE_KEYS, log) else {
        return Schedule {
            disclosure_time: String::new(),
            draw_time: String::new(),
            lead_minutes: DEFAULT_LEAD_MINUTES,
            stage_lead_minutes: DEFAULT_LEAD_MINUTES,
            stages: Vec::new(),
            window_end: String::new(),
            window_start: String::new(),
        };
    };
    let draw_time = required(&section, "draw_time", TIME_EXAMPLE, instant, log);
    let disclosure_time = required(&section, "disclosure_time", TIME_EXAMPLE, instant, log);
    let window_start = required(&section, "window_start", "2026-08-01", day, log);
    let window_end = required(&section, "window_end", "2026-08-31", day, log);
    let stages = section.items("stages", log);
    Schedule {
        disclosure_time,
        draw_time,
        lead_minutes: lead(&section, "lead", "lead_minutes", log),
        stage_lead_minutes: lead(&section, "stage_lead", "stage_lead_minutes", log),
        stages: stages
            .iter()
            .map(|(path, value)| instant(value, path, log))
            .collect(),
        window_end,
        window_start,
    }
}

/// A value that must be there, read by `read`.
fn required(
    section: &Section<'_>,
    key: &str,
    example: &str,
    read: fn(&DeValue<'_>, &str, &mut Log) -> String,
    log: &mut Log,
) -> String {
    section.has(key, example, log);
    section.get(key).map_or_else(String::new, |value| {
        read(value.get_ref(), &section.at(key), log)
    })
}

/// A lead time, as a duration under `key` or as a number under `minutes`.
fn lead(section: &Section<'_>, key: &str, minutes: &str, log: &mut Log) -> u64 {
    let Some(value) = section.get(key) else {
        return section.integer(minutes, Some(DEFAULT_LEAD_MINUTES), log);
    };
    if section.get(minutes).is_some() {
        log.fault(
            &section.at(key),
            format!("is given twice, as {key} and as {minutes}: keep one of them"),
            format!("{key} 与 {minutes} 重复：只保留其中一项"),
        );
    }
    // Faults found later are about the committed key; they belong to this line.
    log.alias(&section.at(minutes), &section.at(key));
    lead_minutes(value.get_ref(), &section.at(key), log)
}

/// Largest plan text in bytes; an announcement is not larger either (docs/spec.md section 10).
const SOURCE_LIMIT: usize = 16 * 1024 * 1024;
/// Lead time when the plan does not say: one day.
const DEFAULT_LEAD_MINUTES: u64 = 24 * 60;
/// How a time looks.
const TIME_EXAMPLE: &str = "2026-07-23T15:38:30+08:00";
const SUBJECT_IDS: &[(&str, SubjectIds)] = &[
    ("credit-code", SubjectIds::CreditCode),
    ("other", SubjectIds::Other),
];
const MODES: &[(&str, Mode)] = &[("sample", Mode::Sample), ("order", Mode::Order)];
const SCHEDULE_KEYS: &[&str] = &[
    "disclosure_time",
    "draw_time",
    "lead",
    "lead_minutes",
    "stage_lead",
    "stage_lead_minutes",
    "stages",
    "window_end",
    "window_start",
];
const TOP_KEYS: &[&str] = &[
    "annual_plan",
    "authority",
    "children",
    "draw",
    "exclusions",
    "matters",
    "mode",
    "officers",
    "parent",
    "repeats",
    "schedule",
    "seed",
    "sequence",
    "strata",
    "subjects",
    "team",
    "temporary_reason",
    "title",
];

#[cfg(test)]
mod tests;
