//! Judging entries, one after another, as they stand in the log.
//!
//! Source: docs/spec.md 17. Invariant: what is said of an entry depends on it, the entries before it
//! and when it was seen from outside; never on what comes later.

mod announcement;
mod step;

use super::finding::{Findings, Place};
use super::state::{Draw, Planned, State};
use super::{Documents, Options};
use crate::digest::Digest;
use crate::entry::{Entry, KeyChange, Planning, Step, Voiding};
use crate::syntax::{date, day_number, shown_time, unix_time};

/// When an entry was seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Witnesses or a time-stamping authority say so.
    Outside(u64),
    /// Nobody does: the entry's own claim is all there is.
    Claimed,
}

/// Reads entries into a state.
pub(super) struct Judge<'a> {
    pub(super) state: &'a mut State,
    pub(super) options: &'a Options,
    pub(super) documents: &'a mut Documents<'a>,
}

/// An entry while it is judged.
struct Now {
    place: Place,
    index: u64,
    body: String,
    time: u64,
    /// Behind a time: where it comes from.
    english: &'static str,
    chinese: &'static str,
}

impl Judge<'_> {
    /// Judges the next entry.
    pub(super) fn entry(&mut self, index: u64, bytes: &[u8], seen: Seen) {
        let entry = match Entry::read(bytes) {
            Ok(entry) => entry,
            Err(fault) => {
                let place = Place {
                    index: Some(index),
                    ..Place::default()
                };
                let found = &mut self.state.findings;
                return found.alarm("M05", &place, &fault.english, &fault.chinese);
            }
        };
        let (time, english, chinese) = match seen {
            Seen::Outside(time) => (time, "", ""),
            Seen::Claimed => (
                unix_time(&entry.time).unwrap_or(u64::MAX),
                " (by its own claim)",
                "（据其自述）",
            ),
        };
        let mut now = Now {
            place: Place {
                index: Some(index),
                body: entry.body.clone(),
                draw: String::new(),
            },
            index,
            body: entry.body,
            time,
            english,
            chinese,
        };
        self.number(&now, entry.number);
        match &entry.step {
            Step::Plan(step) => self.plan(&now, step),
            Step::Announcement(step) => {
                now.place.draw.clone_from(&step.announcement.draw);
                self.announcement(&now, step);
            }
            Step::Void(step) => {
                now.place.draw.clone_from(&step.draw);
                self.void(&now, step);
            }
            Step::Key(step) => self.key(&now, step),
            Step::Acknowledgement(step) => {
                self.of_draw(now, &step.commitment, |j, n, d| j.acknowledge(n, d, step));
            }
            Step::Contribution(step) => {
                self.of_draw(now, &step.commitment, |j, n, d| j.contribution(n, d, step));
            }
            Step::Pulse(step) => {
                self.of_draw(now, &step.commitment, |j, n, d| j.pulse(n, d, step));
            }
            Step::Stage(step) => {
                self.of_draw(now, &step.commitment, |j, n, d| j.stage(n, d, step));
            }
            Step::Result(step) => {
                self.of_draw(now, &step.commitment, |j, n, d| j.result(n, d, step));
            }
            Step::Disclosure(step) => {
                self.of_draw(now, &step.commitment, |j, n, d| j.disclosure(n, d, step));
            }
        }
    }

    fn number(&mut self, now: &Now, number: u64) {
        let body = self.state.bodies.entry(now.body.clone()).or_default();
        let last = body.number;
        let due = last.saturating_add(1);
        body.number = last.max(number);
        if number < due {
            self.alarm(
                "M06",
                now,
                &format!("entry number {number} comes again; {due} was due"),
                &format!("条目编号{number}重复，应为{due}"),
            );
        } else if number > due {
            self.alarm(
                "M06",
                now,
                &format!("entry number {number} follows {last}: {due} is missing"),
                &format!("条目编号由{last}跳到{number}，缺少{due}"),
            );
        }
    }

    /// Passes a step on to its draw, if it is announced by the same authority.
    fn of_draw(
        &mut self,
        mut now: Now,
        commitment: &Digest,
        judge: impl FnOnce(&mut Self, &Now, &mut Draw),
    ) {
        match self.state.draws.remove(commitment) {
            Some(mut draw) => {
                now.place.draw.clone_from(&draw.draw);
                if draw.body == now.body {
                    judge(self, &now, &mut draw);
                } else {
                    self.alarm(
                        "M05",
                        &now,
                        "is about a draw of another authority",
                        "所涉抽取属于其他机关",
                    );
                }
                self.state.draws.insert(*commitment, draw);
            }
            None => self.alarm(
                "M05",
                &now,
                &format!("no draw with the commitment {commitment} was announced before"),
                &format!("此前没有承诺为{commitment}的公告"),
            ),
        }
    }

    fn plan(&mut self, now: &Now, step: &Planning) {
        let body = self.state.bodies.entry(now.body.clone()).or_default();
        let mut found = Findings::default();
        let changes = !body.years.insert(step.year);
        if changes && step.reason.is_empty() {
            found.alarm(
                "M17",
                &now.place,
                &format!(
                    "the plan of {} is added to or changed without a reason",
                    step.year
                ),
                &format!("{}年度计划增补或变更，未说明原因", step.year),
            );
        } else if changes {
            found.notice(
                "M17",
                &now.place,
                &format!(
                    "the plan of {} is added to or changed: {}",
                    step.year, step.reason
                ),
                &format!("{}年度计划增补或变更：{}", step.year, step.reason),
            );
        }
        for planned in &step.draws {
            let day = date(&planned.latest).map_or(0, day_number);
            let end = u64::try_from(day.saturating_add(1)).unwrap_or(0);
            let end = end.saturating_mul(DAY);
            let at = Place {
                draw: planned.draw.clone(),
                ..now.place.clone()
            };
            let old = body.planned.get(&planned.draw);
            if let Some(old) = old
                && (old.end, &old.title) != (end, &planned.title)
            {
                let (before, after) = (&old.latest, &planned.latest);
                if !old.settled && old.end <= now.time && old.end != end {
                    found.alarm(
                        "M17",
                        &at,
                        &format!("the last day {before} is moved to {after} after it passed"),
                        &format!("最迟日期{before}已过，才改为{after}"),
                    );
                } else if step.reason.is_empty() && changes {
                    found.alarm(
                        "M17",
                        &at,
                        &format!("changed from {before} to {after} without a reason"),
                        &format!("由{before}改为{after}，未说明原因"),
                    );
                }
            }
            let settled =
                old.is_some_and(|old| old.settled) || body.announced.contains_key(&planned.draw);
            let entry = Planned {
                index: now.index,
                latest: planned.latest.clone(),
                end,
                title: planned.title.clone(),
                settled,
            };
            body.planned.insert(planned.draw.clone(), entry);
        }
        if self.options.documents {
            self.document(now, &step.document, "the plan", "年度计划");
        }
        self.take(found);
    }

    fn void(&mut self, now: &Now, step: &Voiding) {
        let body = self.state.bodies.entry(now.body.clone()).or_default();
        if let Some(planned) = body.planned.get_mut(&step.draw) {
            planned.settled = true;
        }
        let planned = body.planned.contains_key(&step.draw);
        let announced = body.announced.get(&step.draw).copied();
        let named = Digest::from_hex(&step.commitment).ok();
        let (reason, two) = (&step.reason, (&step.proposer, &step.approver));
        let draw = named
            .or(announced)
            .and_then(|c| self.state.draws.get_mut(&c));
        match draw {
            Some(draw) if draw.body == now.body && draw.draw == step.draw => {
                draw.voided = draw.voided.or(Some(now.index));
                let time = draw.draw_time;
                if now.time >= time {
                    self.alarm(
                        "M15",
                        now,
                        &format!(
                            "voided at {}{}, not before the draw time {}: the result could be known (proposed by {}, approved by {}: {reason})",
                            shown_time(now.time), now.english, shown_time(time), two.0, two.1
                        ),
                        &format!(
                            "作废时间{}{}，不早于抽取时间{}，其时结果已可知（提出人{}，批准人{}：{reason}）",
                            shown_time(now.time), now.chinese, shown_time(time), two.0, two.1
                        ),
                    );
                } else {
                    self.notice(
                        "M15",
                        now,
                        &format!("voided before the draw time: {reason} (proposed by {}, approved by {})", two.0, two.1),
                        &format!("抽取时间前作废：{reason}（提出人{}，批准人{}）", two.0, two.1),
                    );
                }
            }
            None if planned && named.is_none() => self.notice(
                "M15",
                now,
                &format!(
                    "a planned draw will not be held: {reason} (proposed by {}, approved by {})",
                    two.0, two.1
                ),
                &format!("计划抽取取消：{reason}（提出人{}，批准人{}）", two.0, two.1),
            ),
            _ => self.alarm(
                "M15",
                now,
                &format!("voids a draw that was neither announced nor planned: {reason}"),
                &format!("作废的抽取既未公告也不在计划中：{reason}"),
            ),
        }
    }

    fn key(&mut self, now: &Now, step: &KeyChange) {
        let (old, new, reason) = (&step.old, &step.new, &step.reason);
        let (english, chinese) = (
            format!("{:?}: {old:?} → {new:?}: {reason}", step.holder),
            format!("{:?}：{old:?} → {new:?}：{reason}", step.holder),
        );
        if step.compromised {
            self.alarm(
                "M21",
                now,
                &format!("a key is in other hands: {english}"),
                &format!("密钥泄露：{chinese}"),
            );
            if !old.is_empty() {
                self.state
                    .compromised
                    .entry(old.clone())
                    .or_insert(now.index);
            }
        } else {
            self.notice("M21", now, &english, &chinese);
        }
    }

    /// A published document; says so if it is missing or different.
    fn document(
        &mut self,
        now: &Now,
        hash: &Digest,
        english: &str,
        chinese: &str,
    ) -> Option<Vec<u8>> {
        match (self.documents)(hash) {
            Ok(Some(bytes)) => return Some(bytes),
            Ok(None) => self.notice(
                "M18",
                now,
                &format!("{english} is not published: documents/{hash}"),
                &format!("{chinese}未公布：documents/{hash}"),
            ),
            Err(fault) => self.alarm("M18", now, &fault.english, &fault.chinese),
        }
        None
    }

    fn late(&mut self, id: &str, now: &Now, english: &str, chinese: &str, latest: u64) {
        self.alarm(
            id,
            now,
            &format!(
                "{english} at {}{}, at the latest due at {}",
                shown_time(now.time),
                now.english,
                shown_time(latest)
            ),
            &format!(
                "{chinese}时间{}{}，晚于期限{}",
                shown_time(now.time),
                now.chinese,
                shown_time(latest)
            ),
        );
    }

    fn alarm(&mut self, id: &str, now: &Now, english: &str, chinese: &str) {
        self.state.findings.alarm(id, &now.place, english, chinese);
    }

    fn notice(&mut self, id: &str, now: &Now, english: &str, chinese: &str) {
        self.state.findings.notice(id, &now.place, english, chinese);
    }

    fn take(&mut self, found: Findings) {
        for finding in found.list {
            let at = Place {
                index: finding.index,
                body: finding.body,
                draw: finding.draw,
            };
            let (english, chinese) = (&finding.english, &finding.chinese);
            let all = &mut self.state.findings;
            all.add(&finding.id, finding.severity, &at, english, chinese);
        }
    }
}

/// Time of a stage, counted from 1.
pub(super) fn stage_time(draw: &Draw, number: u64) -> Option<u64> {
    let place = usize::try_from(number.checked_sub(1)?).ok()?;
    draw.stages.get(place).copied()
}

const DAY: u64 = 86_400;
