//! Checking a draft: all that is wrong, what could steer, and trial draws. Nothing is frozen.

use dispatch_core::language::{Language, Message};
use dispatch_core::material::Material;
use dispatch_core::plan::Plan;
use dispatch_core::problem;
use serde::Serialize;

use super::{DraftMaterial, read_material};
use crate::context::Context;
use crate::problem::Problem;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Check {
    /// Digest of the draft that was checked: a proposal names it.
    pub digest: String,
    /// Whether it can be announced now.
    pub ready: bool,
    /// How much has to be mended before.
    pub errors: u64,
    /// Whether the draw time is too near to announce it in time.
    pub late: bool,
    /// Everything that was found, in the order of the files.
    pub findings: Vec<FindingView>,
    /// What was read, file by file.
    pub summaries: Vec<TextView>,
    /// The strata with their quotas.
    pub strata: Vec<StratumView>,
    /// Subjects that each exclusion leaves out, in plan order.
    pub excluded: Vec<u64>,
    /// Subjects in no stratum.
    pub outside: u64,
    /// Subjects to be drawn in all.
    pub selected: u64,
    /// Rows of the subject roster.
    pub subjects: u64,
    /// Rows of the officer roster.
    pub officers: u64,
    /// Recusals.
    pub recusals: u64,
    /// Trial draws that were held, and how many of them were short of officers.
    pub trials: u64,
    /// Trial draws with open slots.
    pub short_trials: u64,
    /// The highest number of visits of one officer, over the load groups.
    pub highest_cap: u64,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Which kind; stable.
    pub code: String,
    /// The file, as it was named at its upload; or the place in the plan.
    pub file: String,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row as a spreadsheet shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Header of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong, English.
    pub english: String,
    /// What is wrong, Chinese.
    pub chinese: String,
    /// What to do, English; may be part of the text before.
    pub remedy_english: String,
    /// What to do, Chinese; likewise.
    pub remedy_chinese: String,
}

/// A statement in two languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TextView {
    /// English.
    pub english: String,
    /// Chinese.
    pub chinese: String,
}

/// A stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StratumView {
    /// Its name.
    pub name: String,
    /// Its subjects.
    pub pool: u64,
    /// How many of them are drawn.
    pub quota: u64,
}

/// Checks a draft, from a plain thread.
///
/// # Errors
/// 422 with all faults of a plan that cannot be read, or with the file that is missing.
pub fn check(ctx: &Context, id: &str) -> Result<(DraftMaterial, Check), Problem> {
    let read = read_material(ctx, id)?;
    let mut check = judge(&read.material);
    check.digest = read.digest.to_string();
    let alone = read.settings.custodians.is_empty() && read.settings.timelock == Some(false);
    if alone && !read.draft.replay {
        let message = Message::new(
            "neither a custodian nor a time lock: if the secret is lost the draw cannot be made, and nobody but the bureau can disclose it",
            "既无密钥保管方也无时间锁：密钥一旦丢失便无法抽取，且只有本机关能够公开",
        );
        check
            .findings
            .push(of_plan("warning", "custody.none", "", &message));
    }
    if !read.draft.replay {
        let findings = out_of_plan(ctx, &read.material.plan)?;
        check.findings.extend(findings);
    }
    let latest = read.material.plan.schedule.latest_announcement();
    check.late = !read.draft.replay && ctx.clock.now() > latest;
    check.ready = check.errors == 0 && !check.late;
    Ok((read, check))
}

/// What the public would be alarmed by in the log, and what cannot be taken back: a draw that no plan
/// names, a sequence number that leaves a gap (findings M08 and M10 of the monitor).
fn out_of_plan(ctx: &Context, plan: &Plan) -> Result<Vec<FindingView>, Problem> {
    let (body, draw) = (plan.authority.clone(), plan.draw.clone());
    let (planned, last) = ctx.store.read_blocking(move |sql| {
        let planned = sql.query_one(
            "SELECT idx FROM register_planned WHERE body = ?1 AND draw = ?2",
            &[body.as_str().into(), draw.as_str().into()],
        )?;
        let last = sql.query_one(
            "SELECT CAST(COALESCE(MAX(sequence), 0) AS BIGINT) FROM register_draw WHERE body = ?1",
            &[body.as_str().into()],
        )?;
        Ok((planned.is_some(), last.map_or(Ok(0), |row| row.count(0))?))
    })?;
    let mut findings = Vec::new();
    let mut add = |code: &str, place: &str, message: &Message| {
        findings.push(of_plan("warning", code, place, message));
    };
    if !planned && plan.temporary_reason.is_empty() && plan.parent.is_empty() {
        add(
            "plan.unplanned",
            "draw",
            &Message::new(
                "no annual plan in the log names this draw; log the plan first, or give temporary_reason",
                "日志中的年度计划没有这次抽取：请先记录年度计划，或填写临时抽查的理由（temporary_reason）",
            ),
        );
    }
    let next = last.saturating_add(1);
    if plan.sequence > next {
        let message = Message::new(
            format!(
                "the next sequence number of this authority is {next}; a gap stays an alarm to everybody who watches the log"
            ),
            format!("本机关的下一个序号应为{next}；序号不连续会使监测日志的人一直收到警报"),
        );
        add("plan.sequence", "sequence", &message);
    }
    Ok(findings)
}

fn judge(material: &Material) -> Check {
    let mut findings: Vec<FindingView> = material.problems.iter().map(of_list).collect();
    let assessment = material.assess();
    let mut add = |severity: &str, code: &str, place: &str, message: &Message| {
        findings.push(of_plan(severity, code, place, message));
    };
    for fault in &assessment.faults {
        add("error", "strata", "", fault);
    }
    for warning in &assessment.warnings {
        let severity = if warning.is_error { "error" } else { "warning" };
        add(severity, warning.code, &warning.path, &warning.message);
    }
    for (department, count) in &assessment.idle {
        let message = Message::new(
            format!(
                "{count} officers of department {department} will not be drawn: no slot of the plan names that department; correct the spelling if they should be"
            ),
            format!(
                "部门“{department}”的{count}名人员不会被抽取：抽查任务没有该部门的席位；如应参加，请统一部门名称"
            ),
        );
        add("warning", "officers.idle", "", &message);
    }
    let mut errors = assessment.errors;
    let (mut trials, mut short, mut cap) = (0, 0, 0);
    if errors == 0 {
        let rehearsal = material.rehearse(&mut |_, _| {});
        let found = rehearsal.impossible.iter().chain(&rehearsal.shortages);
        for message in found {
            add("error", "staffing", "", message);
            errors = errors.saturating_add(1);
        }
        (trials, short) = (rehearsal.trials.into(), rehearsal.short_trials.into());
        cap = { rehearsal.groups.iter() }
            .map(|group| group.cap)
            .max()
            .unwrap_or(0);
    }
    let strata = &assessment.strata;
    Check {
        digest: String::new(),
        ready: false,
        errors: errors as u64,
        late: false,
        findings,
        summaries: material.summaries.iter().map(text).collect(),
        strata: { strata.strata.iter() }
            .map(|stratum| StratumView {
                name: stratum.name.clone(),
                pool: stratum.pool,
                quota: stratum.quota,
            })
            .collect(),
        excluded: strata.excluded.iter().map(|one| one.count).collect(),
        outside: strata.outside,
        selected: strata.selected(),
        subjects: material.subjects.len() as u64,
        officers: material.officers.len() as u64,
        recusals: material.recusals.len() as u64,
        trials,
        short_trials: short,
        highest_cap: cap.into(),
    }
}

fn of_list(problem: &problem::Problem) -> FindingView {
    FindingView {
        severity: problem.severity.name(Language::English).to_owned(),
        code: problem.code().to_owned(),
        file: problem.file.to_string(),
        sheet: problem.sheet.as_deref().map(str::to_owned),
        row: problem.row,
        column: problem.column.as_deref().map(str::to_owned),
        english: problem.message(Language::English),
        chinese: problem.message(Language::Chinese),
        remedy_english: problem.remedy(Language::English),
        remedy_chinese: problem.remedy(Language::Chinese),
    }
}

fn of_plan(severity: &str, code: &str, place: &str, message: &Message) -> FindingView {
    FindingView {
        severity: severity.to_owned(),
        code: code.to_owned(),
        file: place.to_owned(),
        sheet: None,
        row: None,
        column: None,
        english: message.english.clone(),
        chinese: message.chinese.clone(),
        remedy_english: String::new(),
        remedy_chinese: String::new(),
    }
}

fn text(message: &Message) -> TextView {
    TextView {
        english: message.english.clone(),
        chinese: message.chinese.clone(),
    }
}
