//! Checks L01 to L05: what the log shows, under the policy that the verifier pins.
//!
//! Source: docs/spec.md section 17. Invariant: nothing is believed that a key of the policy has not
//! signed; the operator's clock counts for nothing.

use super::children::Parent;
use super::{Expectations, Outcome, Run, Status, gone, number};
use crate::digest::Digest;
use crate::entry::{AnnouncedStep, Step};
use crate::evidence::{Announced, Evidence, LogLine};
use crate::language::Message;
use crate::log::LogPolicy;
use crate::merkle::{InclusionProof, leaf_hash};
use crate::policy::Policy;
use crate::syntax::shown_time;
use crate::timestamp::Token;

use std::collections::BTreeMap;

/// What the log shows of a bundle, as far as L01 and L05 came.
#[derive(Debug, Default)]
pub(super) struct Logged {
    /// The time of every line; empty if L01 did not pass.
    times: Vec<Option<u64>>,
    /// Whether witnesses have to cosign under the policy.
    pub(super) has_quorum: bool,
}

impl Logged {
    /// The lines with their times.
    pub(super) fn lines<'e>(
        &'e self,
        evidence: &'e Evidence,
    ) -> impl Iterator<Item = (&'e LogLine, Option<u64>)> {
        let lines = evidence.log.good().and_then(|parts| parts.lines.as_ref());
        let lines = lines.map(Vec::as_slice).unwrap_or_default();
        lines.iter().zip(self.times.iter().copied())
    }
}

/// L01 to L05.
pub(super) fn run(run: &mut Run<'_>, evidence: &Evidence, expectations: &Expectations) -> Logged {
    let mut logged = Logged::default();
    match &expectations.log_policy {
        None if run.passed("A11") => run.put(
            "L01",
            Status::Skipped,
            Message::new(
                "not asked for: give --log-policy with the policy you pinned",
                "未要求：可用 --log-policy 提供您固定的日志策略",
            ),
        ),
        None => run.skip("L01", "A11"),
        Some(policy) => {
            logged.has_quorum = policy.has_quorum();
            run.check("L01", || {
                logged.times = hold(evidence, policy)?;
                Ok(number(logged.times.len(), "proofs hold", "条证明成立"))
            });
        }
    }
    tokens(run, evidence, expectations.policy.as_ref(), &mut logged);
    let before = run.parent.filter(|_| run.passed("H01"));
    let before = before.map(Parent::draw_unix);
    run.check("L02", || announcement(evidence, &logged, before));
    run.check("L03", || results(evidence, &logged));
    run.check("L04", || stages(evidence, &logged));
    logged
}

/// Check L01; gives the quorum time of every line.
fn hold(evidence: &Evidence, policy: &LogPolicy) -> Result<Vec<Option<u64>>, Message> {
    let lines = evidence.log.good().and_then(|parts| parts.lines.as_ref());
    let lines = lines.ok_or_else(|| {
        Message::new(
            "the bundle has no log.jsonl: nothing shows that the draw was logged",
            "证据包中没有 log.jsonl，无从证明该抽取已记入日志",
        )
    })?;
    let mut roots: BTreeMap<u64, Digest> = BTreeMap::new();
    let mut times = Vec::with_capacity(lines.len());
    for line in lines {
        let proof = &line.proof;
        let head = &proof.checkpoint.checkpoint;
        let fault = |english: &str, chinese: &str| {
            Message::new(
                format!("entry {}: {english}", proof.index),
                format!("第{}号条目：{chinese}", proof.index),
            )
        };
        let witnessed = policy
            .judge(&proof.checkpoint)
            .map_err(|m| fault(&m.english, &m.chinese))?;
        let path = InclusionProof {
            index: proof.index,
            size: head.size,
            path: proof.path.clone(),
        };
        path.verify(&leaf_hash(&line.bytes), &head.root, head.size)
            .map_err(|_| {
                fault(
                    "the proof does not lead from the entry to the checkpoint",
                    "证明不能由该条目推出检查点",
                )
            })?;
        if *roots.entry(head.size).or_insert(head.root) != head.root {
            return Err(fault(
                "two checkpoints of one size have different roots: the log shows different people different things",
                "同一大小的两个检查点根值不同：日志对不同的人出示了不同内容",
            ));
        }
        times.push(witnessed.quorum);
    }
    Ok(times)
}

/// Check L05; without a quorum the tokens give the times.
fn tokens(run: &mut Run<'_>, evidence: &Evidence, policy: Option<&Policy>, logged: &mut Logged) {
    let authorities = policy.map(Policy::time_authorities).unwrap_or_default();
    let has_token = logged.lines(evidence).any(|(line, _)| line.token.is_some());
    if run.passed("L01") && (authorities.is_empty() || !has_token) {
        let nothing = Message::new(
            "no authority in your policy, or no token in the bundle",
            "信任策略中没有时间戳机构，或证据包中没有时间戳",
        );
        return run.put("L05", Status::Skipped, nothing);
    }
    let mut stamped: Vec<Option<u64>> = Vec::new();
    run.check("L05", || {
        for (line, _) in logged.lines(evidence) {
            let text = line.proof.checkpoint.note.text.as_bytes();
            let time = line.token.as_ref().map(|bytes| {
                let refused = |detail: String| {
                    Message::new(
                        format!(
                            "entry {}: the token does not hold: {detail}",
                            line.proof.index
                        ),
                        format!("第{}号条目：时间戳不成立：{detail}", line.proof.index),
                    )
                };
                let token = Token::read(bytes).map_err(|error| refused(error.to_string()))?;
                let mut last = String::new();
                for authority in &authorities {
                    match token.verify(text, authority) {
                        Ok(time) => return Ok(time),
                        Err(error) => last = error.to_string(),
                    }
                }
                Err(refused(last))
            });
            stamped.push(time.transpose()?);
        }
        let count = stamped.iter().flatten().count();
        Ok(number(count, "tokens hold", "个时间戳成立"))
    });
    if run.passed("L05") && !logged.has_quorum {
        logged.times = stamped;
    }
}

/// Check L02; a child's announcement comes before its parent's draw.
fn announcement(evidence: &Evidence, logged: &Logged, before: Option<u64>) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let bytes = evidence
        .files
        .get(crate::bundle::ANNOUNCEMENT)
        .ok_or_else(gone)?;
    let (document, commitment) = (&announced.document, announced.commitment);
    let plan = &document.plan;
    let own = commitment.to_string();
    let mut found = None;
    for (line, time) in logged.lines(evidence) {
        match &line.entry.step {
            Step::Announcement(step) if step.commitment == commitment && found.is_none() => {
                found = Some((line, step, time));
            }
            Step::Announcement(step) if step.commitment == commitment => {
                return Err(Message::new("it was logged twice", "公告两次记入日志"));
            }
            Step::Announcement(step)
                if step.announcement.draw == plan.draw && line.entry.body == plan.authority =>
            {
                return Err(Message::new(
                    format!(
                        "entry {}: the draw was announced again with another commitment",
                        line.proof.index
                    ),
                    format!(
                        "第{}号条目：同一抽取另有一份承诺不同的公告",
                        line.proof.index
                    ),
                ));
            }
            Step::Void(step)
                if step.commitment == own
                    || (step.draw == plan.draw && line.entry.body == plan.authority) =>
            {
                return Err(Message::new(
                    format!("entry {}: the draw was voided", line.proof.index),
                    format!("第{}号条目：该抽取已作废", line.proof.index),
                ));
            }
            _ => {}
        }
    }
    let (line, step, time) = found.ok_or_else(|| {
        Message::new(
            "log.jsonl has no announcement with this commitment",
            "日志中没有该承诺的公告",
        )
    })?;
    if step.announcement != AnnouncedStep::new(document, bytes) || line.entry.body != plan.authority
    {
        return Err(Message::new(
            "the log says something else than the announcement",
            "日志所载与公告不一致",
        ));
    }
    let own = plan.schedule.latest_announcement();
    // A child's comes before the parent's draw time.
    let latest = before.map_or(own, |draw| own.min(draw.saturating_sub(1)));
    in_time(
        "the announcement",
        "公告",
        time,
        Some(latest),
        document.replay,
    )
}

/// Check L03.
fn results(evidence: &Evidence, logged: &Logged) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let own = evidence.result.good().ok_or_else(gone)?;
    let stages = evidence.stages.good().ok_or_else(gone)?;
    let mut due = BTreeMap::from([(0, own)]);
    let later = stages.lines.iter();
    due.extend(later.map(|line| (line.stage.number, &line.result)));
    let found = logged.lines(evidence).filter_map(|(line, time)| {
        let Step::Result(step) = &line.entry.step else {
            return None;
        };
        let own = step.commitment == announced.commitment;
        let index = line.proof.index;
        own.then_some((index, time, step.stage, &step.result))
    });
    let name = |stage| {
        let (english, chinese) = ("the result of stage", "次抽取的结果");
        Message::new(format!("{english} {stage}"), format!("第{stage}{chinese}"))
    };
    let latest = announced.document.plan.schedule.disclosure_unix();
    as_logged(announced, &due, found, name, |_| Some(latest))?;
    Ok(number(due.len(), "results as logged", "份结果与日志一致"))
}

/// Check L04.
fn stages(evidence: &Evidence, logged: &Logged) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let parts = evidence.stages.good().ok_or_else(gone)?;
    let lines = parts.lines.iter();
    let due: BTreeMap<u64, _> = lines.map(|line| (line.stage.number, &line.stage)).collect();
    let found = logged.lines(evidence).filter_map(|(line, time)| {
        let Step::Stage(step) = &line.entry.step else {
            return None;
        };
        let own = step.commitment == announced.commitment;
        let index = line.proof.index;
        own.then_some((index, time, step.stage.number, &step.stage))
    });
    let name = |stage| Message::new(format!("stage {stage}"), format!("第{stage}次补抽"));
    let schedule = &announced.document.plan.schedule;
    as_logged(announced, &due, found, name, |stage| {
        schedule.latest_stage(stage)
    })?;
    Ok(number(due.len(), "stages as logged", "次补抽与日志一致"))
}

/// Compares the log's documents of a draw, each with index, time and stage, with those of the bundle
/// by stage: each of them once, in time, and no other.
fn as_logged<'e, D: PartialEq + 'e>(
    announced: &Announced,
    due: &BTreeMap<u64, &D>,
    found: impl Iterator<Item = (u64, Option<u64>, u64, &'e D)>,
    name: impl Fn(u64) -> Message,
    latest: impl Fn(u64) -> Option<u64>,
) -> Result<(), Message> {
    let mut left = due.clone();
    for (index, time, stage, document) in found {
        let name = name(stage);
        let fault = |english: &str, chinese: &str| {
            Err(Message::new(
                format!("entry {index}: {} {english}", name.english),
                format!("第{index}号条目：{}{chinese}", name.chinese),
            ))
        };
        match (due.get(&stage), left.remove(&stage)) {
            (None, _) => return fault("is not in the bundle", "不在证据包中"),
            (Some(_), None) => return fault("was logged twice", "两次记入日志"),
            (Some(own), Some(_)) if *own != document => {
                return fault("is not the one in the bundle", "与证据包中的不同");
            }
            _ => {}
        }
        let replay = announced.document.replay;
        in_time(&name.english, &name.chinese, time, latest(stage), replay)?;
    }
    let missing = left.keys().next().map(|stage| name(*stage));
    missing.map_or(Ok(()), |name| {
        Err(Message::new(
            format!("{} was not logged", name.english),
            format!("{}未记入日志", name.chinese),
        ))
    })
}

/// Whether a step was seen from outside by a time; a replay only has to have been logged.
pub(super) fn in_time(
    english: &str,
    chinese: &str,
    time: Option<u64>,
    latest: Option<u64>,
    replay: bool,
) -> Outcome {
    match (time, latest) {
        _ if replay => Ok(Message::new("logged; a replay", "已入日志（演练）")),
        (None, _) => Err(Message::new(
            format!("{english}: nothing from outside shows when it was logged"),
            format!("{chinese}：没有外部证据说明何时记入日志"),
        )),
        (Some(time), Some(latest)) if time <= latest => Ok(Message::new(
            format!(
                "{english}: seen from outside at {}, at the latest due at {}",
                shown_time(time),
                shown_time(latest)
            ),
            format!(
                "{chinese}：外部见证时间{}，期限{}",
                shown_time(time),
                shown_time(latest)
            ),
        )),
        (Some(time), latest) => Err(Message::new(
            format!(
                "{english}: seen from outside only at {}, after {}",
                shown_time(time),
                latest.map_or_else(|| "its time".to_owned(), shown_time)
            ),
            format!(
                "{chinese}：外部见证时间为{}，晚于期限{}",
                shown_time(time),
                latest.map_or_else(String::new, shown_time)
            ),
        )),
    }
}
