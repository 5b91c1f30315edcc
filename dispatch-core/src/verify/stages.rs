//! Checks G01 to G09: was every stage frozen first, and does its list follow?
//!
//! Source: docs/spec.md section 15.

mod followed;
mod list;

pub(super) use self::list::{last_list, lists};

use self::followed::{Found, walk_through};
use super::{OpenCells, Outcome, Run, gone, number};
use crate::beacon::{self, round_at_or_after};
use crate::bundle;
use crate::evidence::{Evidence, StageParts};
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::Mode;
use crate::seed::pulse_of;
use crate::stage::{previous_hash, summarise};
use crate::syntax::unix_time;

/// G01 to G09.
pub(super) fn run(run: &mut Run<'_>, evidence: &Evidence, cells: &OpenCells) {
    let none = StageParts::default();
    let stages = evidence.stages.good().unwrap_or(&none);
    run.held_stages = !stages.lines.is_empty();
    run.check("G01", || order(evidence, stages));
    run.check("G02", || in_time(evidence, stages));
    run.check("G03", || frozen(evidence, stages));
    run.check("G04", || {
        for line in &stages.lines {
            let pulse = pulse_of(line.stage.round, &line.signature);
            let verified = pulse.map(|pulse| beacon::verify(&pulse).is_ok());
            if verified != Some(true) {
                let (number, round) = (line.stage.number, line.stage.round);
                return Err(Message::new(
                    format!("stage {number}: the signature of round {round} does not verify"),
                    format!("第{number}次补抽：第{round}轮随机信标的签名验证失败"),
                ));
            }
        }
        Ok(number(
            stages.lines.len(),
            "pulses verify",
            "个随机信标验证通过",
        ))
    });
    let found = if run.has_stages && run.passed("A07") && run.passed("A10") {
        walk_through(run, evidence, cells)
    } else {
        Found::default()
    };
    let checks = [
        ("G05", found.drops),
        ("G06", found.tickets),
        ("G07", found.new),
        ("G08", found.teams),
        ("G09", found.results),
    ];
    for (id, found) in checks {
        let count = stages.lines.len();
        run.check(id, || match found {
            Some(fault) => Err(fault),
            None => Ok(number(count, "stages recomputed", "次补抽已重新计算")),
        });
    }
}

/// Check G01.
fn order(evidence: &Evidence, stages: &StageParts) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let plan = &announced.document.plan;
    let mut previous = previous_hash(evidence.files.get(bundle::RESULT).ok_or_else(gone)?);
    for line in &stages.lines {
        let number = line.stage.number;
        let fault = |english: &str, chinese: &str| {
            Err(Message::new(
                format!("stage {number}: {english}"),
                format!("第{number}次补抽：{chinese}"),
            ))
        };
        let Some(time) = plan.schedule.stage_unix(number) else {
            return fault("was not announced", "未经公告");
        };
        if line.stage.commitment != announced.commitment {
            return fault("is of another announcement", "属于另一份公告");
        }
        if line.stage.previous != previous {
            return fault("does not follow the result before it", "与此前的结果不衔接");
        }
        if line.stage.round != round_at_or_after(time) {
            return fault(
                "names a round other than its time fixes",
                "轮次与其时间不符",
            );
        }
        if line.result.commitment != line.commitment() {
            return fault("its result is of another stage", "结果属于另一次补抽");
        }
        if line.stage.parent_stage != 0 && !plan.is_child() {
            return fault(
                "names a stage of a parent; there is none",
                "写明了发起方的补抽，但没有发起方",
            );
        }
        previous = previous_hash(&to_canonical(&line.result).unwrap_or_default());
    }
    if plan.mode == Mode::Order && stages.lines.len() != plan.schedule.stages.len() {
        return Err(Message::new(
            format!(
                "{} of {} batches are there; none may be left out",
                stages.lines.len() + 1,
                plan.batches()
            ),
            format!(
                "应有{}批，实有{}批，不得省略",
                plan.batches(),
                stages.lines.len() + 1
            ),
        ));
    }
    Ok(number(
        stages.lines.len(),
        "stages, in order",
        "次补抽，前后衔接",
    ))
}

/// Check G02.
fn in_time(evidence: &Evidence, stages: &StageParts) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let schedule = &announced.document.plan.schedule;
    if announced.document.replay {
        return Ok(Message::new("a replay: not asked for", "演练，不作要求"));
    }
    let mut before = schedule.draw_unix();
    for line in &stages.lines {
        let number = line.stage.number;
        let created = unix_time(&line.stage.created).unwrap_or(u64::MAX);
        let latest = schedule.latest_stage(number);
        let lead = schedule.stage_lead_minutes.saturating_mul(60);
        let time = schedule.stage_unix(number);
        let early = time.is_some_and(|time| created.saturating_add(lead) <= time);
        if latest.is_none() || !early || created < before {
            return Err(Message::new(
                format!(
                    "stage {number}: published {}, less than {} minutes before its time, or before the stage before it",
                    line.stage.created, schedule.stage_lead_minutes
                ),
                format!(
                    "第{number}次补抽：{}公布，距其时间不足{}分钟，或早于前一次",
                    line.stage.created, schedule.stage_lead_minutes
                ),
            ));
        }
        before = time.unwrap_or(before);
    }
    Ok(number(
        stages.lines.len(),
        "stages, in time",
        "次补抽，按期公布",
    ))
}

/// Check G03.
fn frozen(evidence: &Evidence, stages: &StageParts) -> Outcome {
    let disclosure = evidence.disclosure.good().ok_or_else(gone)?;
    for line in &stages.lines {
        let number = line.stage.number;
        let drops = stages.drops_of(number);
        let found = summarise(disclosure.secret.as_bytes(), drops.iter().copied());
        if found != line.stage.drops {
            return Err(Message::new(
                format!("stage {number}: what fell out is not what was frozen"),
                format!("第{number}次补抽：退出名单与冻结时不一致"),
            ));
        }
    }
    Ok(number(
        stages.drops.len(),
        "drops, as frozen",
        "项退出，与冻结时一致",
    ))
}
