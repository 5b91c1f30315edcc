//! Checks B01 to B09: was everything frozen, and is it still the same?

use std::collections::BTreeMap;

use super::{Form, OpenCells, Outcome, Run, Status, gone, number};
use crate::announcement::{RosterSummary, secret_hash};
use crate::bundle::{self, lines};
use crate::digest::Digest;
use crate::evidence::{Announced, Evidence, Part, StageParts, at, json_message};
use crate::language::Message;
use crate::merkle::{leaf_hash, root_of_parallel};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::roster::{Change, Roster, read_diff, summarise};
use crate::selection::Stratification;
use crate::syntax::unix_time;

pub(super) fn run(run: &mut Run<'_>, evidence: &Evidence, cells: &OpenCells) {
    if run.form == Form::Auditor && run.passed("A02") && !run.passed("A09") {
        run.skip("B01", "A09");
    } else {
        run.check("B01", || commitments(evidence));
    }
    let rosters = [
        ("B02", bundle::SUBJECTS, &evidence.subjects),
        ("B03", bundle::OFFICERS, &evidence.officers),
    ];
    for (id, name, roster) in rosters {
        if run.passed("A02") && matches!(roster, Part::Absent) {
            run.put(id, Status::Skipped, gone());
            continue;
        }
        run.check(id, || {
            let announced = evidence.announcement.good().ok_or_else(gone)?;
            let document = &announced.document;
            let summary = if id == "B02" {
                &document.subjects
            } else {
                &document.officers
            };
            let (count, root) = match roster {
                Part::Good(roster) => (roster.len(), roster.root()),
                // A roster that is not well formed is still compared, as raw lines.
                _ => raw_root(evidence.files.get(name).unwrap_or_default()),
            };
            same(count, root, summary.count, summary.root)
        });
    }
    run.check("B04", || {
        let announced = evidence.announcement.good().ok_or_else(gone)?;
        let recusals = evidence.recusals.good().ok_or_else(gone)?;
        let summary = &announced.document.recusals;
        same(
            recusals.lines.len(),
            recusals.root(),
            summary.count,
            summary.root,
        )
    });
    diff(
        run,
        "B05",
        bundle::SUBJECTS_DIFF,
        evidence,
        &evidence.subjects,
    );
    diff(
        run,
        "B06",
        bundle::OFFICERS_DIFF,
        evidence,
        &evidence.officers,
    );
    let mut placed = None;
    run.check("B07", || {
        let announced = evidence.announcement.good().ok_or_else(gone)?;
        let roster = evidence.subjects.good().ok_or_else(gone)?;
        let plan = &announced.document.plan;
        let found = Stratification::new(plan, roster, cells.subjects.as_ref());
        let outcome = strata(announced, roster, &found);
        placed = Some(found);
        outcome
    });
    run.strata = placed;
    run.check("B08", || {
        let announced = evidence.announcement.good().ok_or_else(gone)?;
        let disclosure = evidence.disclosure.good().ok_or_else(gone)?;
        if secret_hash(disclosure.secret.as_bytes()) == announced.document.secret_hash {
            Ok(Message::new(
                "it opens the announced hash",
                "与公告的哈希值相符",
            ))
        } else {
            Err(Message::new(
                "the disclosed secret is not the one that was announced",
                "公开的密钥不是公告时冻结的密钥",
            ))
        }
    });
    run.check("B09", || {
        let announced = evidence.announcement.good().ok_or_else(gone)?;
        let document = &announced.document;
        let created = unix_time(&document.created).unwrap_or(u64::MAX);
        let schedule = &document.plan.schedule;
        if document.replay {
            return Ok(Message::new("a replay: not asked for", "演练，不作要求"));
        }
        if created.saturating_add(60 * schedule.lead_minutes) <= schedule.draw_unix() {
            return Ok(Message::new(
                format!("announced {} for {}", document.created, schedule.draw_time),
                format!("{}公告，{}抽取", document.created, schedule.draw_time),
            ));
        }
        Err(Message::new(
            format!(
                "announced {}, less than {} minutes before {}",
                document.created, schedule.lead_minutes, schedule.draw_time
            ),
            format!(
                "{}公告，距抽取时间{}不足{}分钟",
                document.created, schedule.draw_time, schedule.lead_minutes
            ),
        ))
    });
}

/// Check F02: the slips that the policy holds for this draw. `before`: the parent's draw time.
pub(super) fn slips(policy: &Policy, announced: &Announced, before: Option<u64>) -> Outcome {
    let plan = &announced.document.plan;
    let slips = policy.slips_of(&plan.draw, 0);
    let Some(received) = slips.get(&announced.commitment) else {
        return Err(if slips.is_empty() {
            Message::new(
                format!("the policy has no slip for draw {}", plan.draw),
                format!("信任策略中没有抽取“{}”的承诺单", plan.draw),
            )
        } else {
            Message::new(
                "the slip in the policy names another commitment",
                "信任策略中的承诺单与本证据包的承诺不同",
            )
        });
    };
    if slips.len() > 1 {
        return Err(Message::new(
            "the policy holds slips with different commitments for this draw: it was announced more than once",
            "信任策略中同一抽取有不同的承诺单：该抽取被多次公告",
        ));
    }
    if *received > plan.schedule.latest_announcement() {
        return Err(Message::new(
            "the slip was received later than the plan's lead time allows",
            "收到承诺单的时间晚于规定的提前时间",
        ));
    }
    if before.is_some_and(|before| *received >= before) {
        return Err(Message::new(
            "the slip was received when the parent's draw had taken place already",
            "收到承诺单时发起方已经抽取",
        ));
    }
    Ok(Message::new("received in time", "按期收到"))
}

/// Check F03: the slips that the policy holds for the stages of this draw.
pub(super) fn stage_slips(policy: &Policy, plan: &Plan, stages: &StageParts) -> Outcome {
    let found: BTreeMap<u64, Digest> = stages
        .lines
        .iter()
        .map(|line| (line.stage.number, line.commitment()))
        .collect();
    for number in policy.stages_of(&plan.draw) {
        let slips = policy.slips_of(&plan.draw, number);
        if slips.keys().any(|slip| Some(slip) != found.get(&number)) {
            return Err(Message::new(
                format!(
                    "stage {number}: a slip in the policy names another commitment than the bundle"
                ),
                format!("第{number}次补抽：信任策略中的承诺单与本证据包不同"),
            ));
        }
    }
    for (number, commitment) in &found {
        let slips = policy.slips_of(&plan.draw, *number);
        let Some(received) = slips.get(commitment) else {
            return Err(Message::new(
                format!("stage {number}: the policy has no slip of it"),
                format!("第{number}次补抽：信任策略中没有其承诺单"),
            ));
        };
        let latest = plan.schedule.latest_stage(*number);
        if latest.is_none_or(|latest| *received > latest) {
            return Err(Message::new(
                format!(
                    "stage {number}: its slip was received later than the plan's lead time allows"
                ),
                format!("第{number}次补抽：收到承诺单的时间晚于规定的提前时间"),
            ));
        }
    }
    Ok(Message::new("received in time", "按期收到"))
}

fn commitments(evidence: &Evidence) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let named = [
        (
            bundle::RESULT,
            evidence.result.good().map(|document| document.commitment),
        ),
        (
            bundle::DISCLOSURE,
            evidence
                .disclosure
                .good()
                .map(|document| document.commitment),
        ),
        (
            bundle::AUDIT,
            evidence.audit.good().map(|audit| audit.key.commitment),
        ),
    ];
    for (name, commitment) in named {
        if commitment.is_some_and(|commitment| commitment != announced.commitment) {
            return Err(Message::new(
                format!("{name} is of another announcement"),
                format!("{name}属于另一份公告"),
            ));
        }
    }
    Ok(Message::new(
        announced.commitment.to_string(),
        announced.commitment.to_string(),
    ))
}

fn raw_root(bytes: &[u8]) -> (usize, Digest) {
    let (lines, _) = lines(bytes);
    let leaves: Vec<_> = lines.iter().map(|line| leaf_hash(line)).collect();
    (leaves.len(), root_of_parallel(&leaves))
}

fn same(count: usize, root: Digest, announced: u64, announced_root: Digest) -> Outcome {
    if count as u64 != announced {
        return Err(Message::new(
            format!("{count} rows; {announced} were announced"),
            format!("共{count}行，公告为{announced}行"),
        ));
    }
    if root != announced_root {
        return Err(Message::new(
            format!("the root is {root}; {announced_root} was announced: rows were changed"),
            format!("根值为{root}，公告为{announced_root}：内容被改动"),
        ));
    }
    Ok(Message::new(
        format!("{count} rows, root {root}"),
        format!("{count}行，根值{root}"),
    ))
}

fn diff(
    run: &mut Run<'_>,
    id: &'static str,
    name: &str,
    evidence: &Evidence,
    roster: &Part<Roster>,
) {
    let announced = evidence.announcement.good().map(|a| &a.document);
    let summary: Option<&RosterSummary> = announced.map(|document| {
        if id == "B05" {
            &document.subjects
        } else {
            &document.officers
        }
    });
    let due = summary.is_some_and(|summary| !summary.diff.is_empty());
    let needs = if id == "B05" { "A03" } else { "A04" };
    if due && run.passed(needs) && evidence.files.get(name).is_none() {
        return run.put(id, Status::Skipped, gone());
    }
    run.check(id, || {
        let (Some(summary), Some(roster)) = (summary, roster.good()) else {
            return Err(gone());
        };
        let Some(announced) = summary.diff.first() else {
            return Ok(Message::new("no earlier roster named", "未指明此前的名录"));
        };
        let (lines, complete) = lines(evidence.files.get(name).unwrap_or_default());
        if !complete {
            return Err(at(
                name,
                lines.len(),
                "the last line has no line feed",
                "末行没有换行符",
            ));
        }
        let lines = read_diff(&lines).map_err(|(line, error)| {
            let message = json_message(&error);
            let index = usize::try_from(line)
                .unwrap_or(usize::MAX)
                .saturating_sub(1);
            at(name, index, &message.english, &message.chinese)
        })?;
        for (index, line) in lines.iter().enumerate() {
            if roster.find(&line.id).is_some() == (line.change == Change::Removed) {
                return Err(at(
                    name,
                    index,
                    "does not agree with the roster",
                    "与名录不符",
                ));
            }
        }
        if summarise(&lines, announced.previous_count, announced.previous_root) != *announced {
            return Err(Message::new(
                "the file is not the one that was announced",
                "与公告的变动汇总不一致",
            ));
        }
        Ok(number(lines.len(), "changes", "项变动"))
    });
}

fn strata(announced: &Announced, roster: &Roster, found: &Stratification) -> Outcome {
    let document = &announced.document;
    if let Some(fault) = found.faults(&document.plan, roster).first() {
        return Err(fault.clone());
    }
    for (found, announced) in found.excluded.iter().zip(&document.excluded) {
        if found != announced {
            return Err(Message::new(
                format!(
                    "exclusion {}: {} subjects; {} were announced",
                    found.code, found.count, announced.count
                ),
                format!(
                    "排除项“{}”：{}户，公告为{}户",
                    found.code, found.count, announced.count
                ),
            ));
        }
    }
    for (found, announced) in found.strata.iter().zip(&document.strata) {
        if found != announced {
            return Err(Message::new(
                format!(
                    "stratum {}: pool {}, quota {}; announced were {} and {}",
                    found.name, found.pool, found.quota, announced.pool, announced.quota
                ),
                format!(
                    "分层“{}”：{}户中抽{}户，公告为{}户中抽{}户",
                    found.name, found.pool, found.quota, announced.pool, announced.quota
                ),
            ));
        }
    }
    if found.outside != document.outside_strata {
        return Err(Message::new(
            format!(
                "{} subjects outside the strata; {} were announced",
                found.outside, document.outside_strata
            ),
            format!(
                "分层之外{}户，公告为{}户",
                found.outside, document.outside_strata
            ),
        ));
    }
    Ok(Message::new(
        format!(
            "{} strata, {} to be drawn",
            found.strata.len(),
            found.selected()
        ),
        format!("{}个分层，共抽{}户", found.strata.len(), found.selected()),
    ))
}
