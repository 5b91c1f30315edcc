//! Warnings about the heading, the schedule, the seed and sealed columns.
//!
//! Source: docs/plan.md; docs/spec.md sections 3, 5.1 and 11.

use super::Warnings;
use crate::plan::{Mode, Plan};

pub(super) fn warn(plan: &Plan, warnings: &mut Warnings) {
    if !plan.temporary_reason.is_empty() {
        warnings.add(
            "steering.temporary",
            "temporary_reason",
            "the draw is not in the annual plan: somebody decided to hold it now, about these subjects; publish the reason, and prefer draws of the annual plan",
            "本次抽取不在年度抽查工作计划内，属临时决定：请公开理由，并尽量按年度计划开展",
        );
    }
    if !plan.repeats.is_empty() {
        warnings.add(
            "steering.repeats",
            "repeats",
            "the draw repeats another one, so the better of two results could be chosen; give the reason in the title, and open the other draw in full all the same",
            "本次抽取重复了另一次抽取，可能被用来在两个结果中挑选：请在标题中说明原因，原抽取仍须完整公开",
        );
    }
    let lead = plan.schedule.lead_minutes;
    if lead < LEAST_LEAD_MINUTES {
        warnings.add(
            "steering.short-lead",
            "schedule.lead_minutes",
            format!("the announcement may come only {lead} minutes before the draw, too late for anybody to keep a copy; use at least 60 minutes, better a day (lead = \"24h\")"),
            format!("公告到抽取之间只有{lead}分钟，外界来不及留存公告：请至少留60分钟，最好一天（lead = \"24h\"）"),
        );
    }
    stages(plan, warnings);
    if !plan.uses_drand() {
        warnings.add(
            "steering.no-drand",
            "seed",
            "no seed source is drand, the only one that anybody can check offline and nobody can hold back; add [[seed]] kind = \"drand\"",
            "随机源中没有 drand，而只有 drand 可由任何人离线核验且无人能够扣留：请增加 [[seed]] kind = \"drand\"",
        );
    }
    if plan.strata_are_sealed() {
        warnings.add(
            "steering.sealed-strata",
            "subjects.sealed",
            "exclusions or strata read a sealed column, so the public cannot check who was in which pool, only auditors can; keep such columns open, or use open ones",
            "排除条件或分层用到了封存列，公众无法核验谁属于哪个分层，只有审计方可以：请公开这些列，或改用公开的列",
        );
    }
    if plan.team_is_sealed() {
        warnings.add(
            "steering.sealed-team",
            "team",
            "the team rules read a sealed column, so the public cannot check who could have been sent, only auditors can; keep such columns open, or use open ones",
            "派员规则用到了封存列，公众无法核验哪些人员可被派出，只有审计方可以：请公开这些列，或改用公开的列",
        );
    }
}

fn stages(plan: &Plan, warnings: &mut Warnings) {
    if plan.schedule.stages.is_empty() {
        return;
    }
    let lead = plan.schedule.stage_lead_minutes;
    // What fell out is known after the step before, and has to be published one lead time ahead.
    let mut before = plan.schedule.draw_unix();
    for number in 1..=plan.schedule.stages.len() as u64 {
        let time = plan.schedule.stage_unix(number).unwrap_or(u64::MAX);
        let tight = time < before.saturating_add(lead.saturating_mul(60));
        if tight && (number == 1 || plan.mode == Mode::Order) {
            warnings.refuse(
                "steering.tight-stage",
                format!("schedule.stages[{}]", number - 1),
                format!("stage {number} can never be held: between the step before and its time there are less than the {lead} minutes of stage_lead; set a later time or a shorter stage_lead"),
                format!("第{number}次补抽无法进行：与前一步之间不足 stage_lead 规定的{lead}分钟，请推迟时间或缩短 stage_lead"),
            );
        }
        before = time;
    }
    if lead < LEAST_LEAD_MINUTES {
        warnings.add(
            "steering.short-stage-lead",
            "schedule.stage_lead_minutes",
            format!("what fell out may be published only {lead} minutes before a stage, too late for anybody to keep a copy; use at least 60 minutes, better a day (stage_lead = \"24h\")"),
            format!("退出名单到补抽之间只有{lead}分钟，外界来不及留存：请至少留60分钟，最好一天（stage_lead = \"24h\"）"),
        );
    }
    let drops = plan.team.max_drops;
    if drops > MANY_DROPS {
        warnings.add(
            "steering.many-drops",
            "team.max_drops",
            format!("stages may take out officers {drops} times, enough perhaps to leave only wanted ones; use at most {MANY_DROPS}"),
            format!("补抽最多可停派人员或再次换人{drops}次，可能被用来只留下想要的人：建议不超过{MANY_DROPS}次"),
        );
    }
}

/// More drops of officers than this could leave few to choose from.
const MANY_DROPS: u64 = 20;
/// Shorter lead times leave nobody the time to keep a copy of the announcement.
const LEAST_LEAD_MINUTES: u64 = 60;
