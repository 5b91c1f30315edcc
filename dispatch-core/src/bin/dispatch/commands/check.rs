//! `dispatch check`: all that is wrong, before anything is frozen.

use dispatch_core::explain::reduced;
use dispatch_core::material::Material;
use dispatch_core::plan::Plan;
use dispatch_core::rehearsal::Rehearsal;
use dispatch_core::selection::Stratification;

use crate::args::Check;
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::inputs;
use crate::marked;

pub(crate) fn run(console: &Console, options: &Check) -> Done {
    for new in options.marked_up.iter().chain(&options.problems) {
        folder::must_not_exist(new)?;
    }
    let material = inputs::read(console, &options.inputs)?;
    let errors = report(console, &material, options.notes);
    write_files(console, options, &material)?;
    let schedule = &material.plan.schedule;
    if now() > schedule.latest_announcement() {
        let (draw, lead) = (&schedule.draw_time, schedule.lead_minutes);
        console.say(
            format!("warning [schedule.late] the draw is at {draw} and must be announced {lead} minutes before: it is too late for that; set a later draw time"),
            format!("警告 [schedule.late] 抽取时间为{draw}，须提前{lead}分钟公告，现已来不及：请推迟抽取时间"),
        );
    }
    if errors == 0 {
        console.say("ready to be announced", "可以公告");
        Ok(())
    } else {
        Err(Failure::new(
            format!("{errors} errors: nothing can be announced until they are mended"),
            format!("共{errors}处错误，更正前不能公告"),
        ))
    }
}

/// Writes what was asked for, or says that it can be.
fn write_files(console: &Console, options: &Check, material: &Material) -> Done {
    let problems = &material.problems;
    if let Some(path) = &options.problems {
        marked::write_list(path, problems, console.language())?;
        let (count, path) = (problems.len(), path.display());
        console.say(
            format!("{count} problems listed in {path}"),
            format!("共{count}处问题，已列入{path}"),
        );
    }
    if let Some(dir) = &options.marked_up {
        let names = marked::write_copies(console, dir, &options.inputs, &material.lists, problems)?;
        if names.is_empty() {
            console.say(
                "nothing to mark: no copy was written",
                "没有需要标出的问题，未生成副本",
            );
            return Ok(());
        }
        let (dir, names) = (dir.display(), names.join(", "));
        console.say(
            format!("marked-up copies in {dir}: {names}"),
            format!("带批注的副本在{dir}：{names}"),
        );
    } else if problems.has_errors() {
        console.say(
            "hint: --marked-up DIR writes copies of the lists as XLSX in which every bad cell is marked; --problems FILE lists all problems",
            "提示：加 --marked-up 目录，可生成标出每处问题的XLSX副本；加 --problems 文件，可导出全部问题清单",
        );
    }
    Ok(())
}

/// Prints everything a person should know before freezing; gives the number of errors.
pub(crate) fn report(console: &Console, material: &Material, notes: bool) -> usize {
    for summary in &material.summaries {
        console.message(summary);
    }
    inputs::print_problems(console, &material.problems, notes);
    let assessment = material.assess();
    print_strata(console, &material.plan, &assessment.strata);
    for fault in &assessment.faults {
        let text = fault.text(console.language());
        console.say(
            format!("error [strata] {text}"),
            format!("错误 [strata] {text}"),
        );
    }
    for warning in &assessment.warnings {
        let (code, path, text) = (
            warning.code,
            &warning.path,
            warning.message.text(console.language()),
        );
        if warning.is_error {
            console.say(
                format!("error [{code}] {path}: {text}"),
                format!("错误 [{code}] {path}：{text}"),
            );
        } else {
            console.say(
                format!("warning [{code}] {path}: {text}"),
                format!("警告 [{code}] {path}：{text}"),
            );
        }
    }
    for (department, count) in &assessment.idle {
        console.say(
            format!("warning [officers.idle] {count} officers of department {department} will not be drawn: no slot of the plan names that department; correct the spelling if they should be"),
            format!("警告 [officers.idle] 部门“{department}”的{count}名人员不会被抽取：抽查任务没有该部门的席位；如应参加，请统一部门名称"),
        );
    }
    if assessment.errors > 0 {
        return assessment.errors;
    }
    let step = console.step("holding trial draws", "正在试抽");
    let rehearsal = material.rehearse(&mut |done, trials| step.doing(&format!("{done}/{trials}")));
    drop(step);
    print_rehearsal(console, &rehearsal);
    rehearsal.impossible.len() + rehearsal.shortages.len()
}

fn print_strata(console: &Console, plan: &Plan, strata: &Stratification) {
    for stratum in &strata.strata {
        let (numerator, denominator) = reduced(stratum.quota, stratum.pool);
        let (name, pool, quota) = (&stratum.name, stratum.pool, stratum.quota);
        console.say(
            format!("stratum {name}: pool {pool}, quota {quota} ({numerator}/{denominator})"),
            format!("分层“{name}”：{pool}户中抽{quota}户（{numerator}/{denominator}）"),
        );
    }
    for (excluded, exclusion) in strata.excluded.iter().zip(&plan.exclusions) {
        let (label, count) = (&exclusion.label, excluded.count);
        let code = &excluded.code;
        console.say(
            format!("excluded by {code} ({label}): {count}"),
            format!("排除“{label}”（{code}）：{count}户"),
        );
    }
    let (outside, selected) = (strata.outside, strata.selected());
    console.say(
        format!("outside the strata: {outside}; drawn in all: {selected}"),
        format!("不在任何分层：{outside}户；共抽取：{selected}户"),
    );
}

fn print_rehearsal(console: &Console, rehearsal: &Rehearsal) {
    for message in rehearsal.impossible.iter().chain(&rehearsal.shortages) {
        let text = message.text(console.language());
        console.say(
            format!("error [staffing] {text}"),
            format!("错误 [staffing] {text}"),
        );
    }
    let (trials, short) = (rehearsal.trials, rehearsal.short_trials);
    let groups = rehearsal.groups.len();
    let cap = rehearsal
        .groups
        .iter()
        .map(|group| group.cap)
        .max()
        .unwrap_or(0);
    console.say(
        format!("{trials} trial draws, {short} of them short of officers; {groups} load groups, highest cap {cap}"),
        format!("试抽{trials}次，其中{short}次人员不足；{groups}个派员组，人均任务上限最高{cap}户"),
    );
}
