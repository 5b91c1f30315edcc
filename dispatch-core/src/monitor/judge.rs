//! Judging entries, one after another, as they stand in the log.
//!
//! Source: docs/spec.md 17. Invariant: what is said of an entry depends on it, the entries before it
//! and when it was seen from outside; never on what comes later.

use super::finding::{Findings, Place};
use super::state::{Draw, Planned, State};
use super::{Documents, Options};
use crate::announcement::{Announcement, commitment, secret_hash};
use crate::beacon::{round_at_or_after, verify as verify_pulse};
use crate::custody::acknowledges;
use crate::digest::Digest;
use crate::entry::{
    Acknowledgement, AnnouncedStep, Announcing, Contributing, Disclosing, Entry, KeyChange,
    Planning, Pulsing, Resulting, Staging, Step, Voiding,
};
use crate::json::{from_canonical, to_canonical};
use crate::log::VerifierKey;
use crate::plan::{Mode, SeedSource};
use crate::seed::{SourceValue, contribution_hash, pulse_of};
use crate::syntax::{date, day_number, time_text, unix_time};

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

    fn announcement(&mut self, now: &Now, step: &Announcing) {
        let said = &step.announcement;
        let draw_time = unix_time(&said.draw_time).unwrap_or(0);
        self.announced_once(now, step);
        self.announced_as_planned(now, said, draw_time);
        if !said.replay {
            self.announced_in_time(now, said, draw_time);
        }
        if !said.repeats.is_empty() {
            let repeated = Digest::from_hex(&said.repeats).ok();
            let repeated = repeated.and_then(|c| self.state.draws.get(&c));
            if repeated.is_none_or(|draw| !draw.disclosed) {
                self.alarm(
                    "M23",
                    now,
                    "the draw that it repeats is not disclosed in this log",
                    "所重抽的抽取在本日志中未公开",
                );
            }
        }
        if said.custodians == 0 && !said.timelock && !said.replay {
            self.notice(
                "M13",
                now,
                "neither custodian nor time lock: only the bureau can open this draw",
                "没有密钥保管方，也没有时间锁：只有抽查机关能公开该抽取",
            );
        }
        let mut draw = Draw {
            index: now.index,
            body: now.body.clone(),
            draw: said.draw.clone(),
            draw_time,
            disclosure_time: unix_time(&said.disclosure_time).unwrap_or(u64::MAX),
            round: said.round,
            replay: said.replay,
            secret_hash: said.secret_hash,
            children: said.children.iter().cloned().collect(),
            custodians: said.custodians,
            custody: said.custody.clone(),
            keys: Vec::new(),
            contributions: std::collections::BTreeMap::new(),
            order: None,
            read: false,
            stages: said.stages.iter().filter_map(|t| unix_time(t)).collect(),
            stage_lead: said.stage_lead_minutes.saturating_mul(60),
            published: std::collections::BTreeMap::new(),
            results: std::collections::BTreeMap::new(),
            acknowledged: false,
            said: false,
            voided: None,
            disclosed: false,
        };
        self.announcement_document(now, step, &mut draw);
        if let Ok(custody) = Digest::from_hex(&said.custody)
            && self.options.documents
        {
            self.document(now, &custody, "custody.age", "custody.age");
        }
        // A second announcement of one commitment is an alarm already; the first one counts.
        self.state.draws.entry(step.commitment).or_insert(draw);
    }

    fn announced_once(&mut self, now: &Now, step: &Announcing) {
        let said = &step.announcement;
        let body = self.state.bodies.entry(now.body.clone()).or_default();
        let new = body.sequences.insert(said.sequence);
        let first = *body
            .announced
            .entry(said.draw.clone())
            .or_insert(step.commitment);
        if let Some(planned) = body.planned.get_mut(&said.draw) {
            planned.settled = true;
        }
        if self.state.draws.contains_key(&step.commitment) {
            self.alarm(
                "M09",
                now,
                "this announcement stands in the log already",
                "同一公告重复记入日志",
            );
        } else if first != step.commitment {
            let secret = self.state.draws.get(&first);
            let other = secret.is_some_and(|draw| draw.secret_hash != said.secret_hash);
            let (english, chinese) = if other {
                ("with another secret", "密钥不同")
            } else {
                ("with another commitment", "承诺不同")
            };
            self.alarm(
                "M09",
                now,
                &format!("announced again {english}; first with {first}"),
                &format!("同一抽取再次公告，{chinese}；首次承诺为{first}"),
            );
        } else if !new {
            self.alarm(
                "M09",
                now,
                &format!("the sequence number {} was used before", said.sequence),
                &format!("抽取序号{}已被使用", said.sequence),
            );
        }
    }

    fn announced_as_planned(&mut self, now: &Now, said: &AnnouncedStep, draw_time: u64) {
        let body = self.state.bodies.get(&now.body);
        let planned = body.and_then(|body| body.planned.get(&said.draw));
        let parent = Digest::from_hex(&said.parent).ok();
        let parent = parent.and_then(|parent| self.state.draws.get(&parent));
        let child = parent.is_some_and(|parent| parent.children.contains(&said.draw));
        match planned {
            Some(planned) if draw_time >= planned.end && !said.replay => {
                let latest = planned.latest.clone();
                self.alarm(
                    "M16",
                    now,
                    &format!(
                        "drawn at {}, planned for {latest} at the latest",
                        said.draw_time
                    ),
                    &format!("抽取时间{}，晚于计划的最迟日期{latest}", said.draw_time),
                );
            }
            Some(_) => {}
            None if child || said.replay => {}
            None if said.temporary_reason.is_empty() => {
                let plan = &said.annual_plan;
                self.alarm(
                    "M08",
                    now,
                    &format!("no plan in the log names it; it says it is of {plan:?}"),
                    &format!("日志中的年度计划没有该抽取；公告自称属于“{plan}”"),
                );
            }
            None => {
                let reason = &said.temporary_reason;
                self.notice(
                    "M08",
                    now,
                    &format!("outside the plan, with a reason: {reason}"),
                    &format!("计划外抽取，原因：{reason}"),
                );
            }
        }
    }

    fn announced_in_time(&mut self, now: &Now, said: &AnnouncedStep, draw_time: u64) {
        let latest = draw_time.saturating_sub(said.lead_minutes.saturating_mul(60));
        if now.time > latest {
            self.late("M07", now, "announced", "公告", latest);
        }
        let Ok(parent) = Digest::from_hex(&said.parent) else {
            return;
        };
        match self.state.draws.get(&parent).map(|p| p.draw_time) {
            Some(parent) if now.time >= parent => {
                self.late(
                    "M07",
                    now,
                    "announced, as a child draw,",
                    "分级抽取公告",
                    parent.saturating_sub(1),
                );
            }
            Some(_) => {}
            None => self.notice(
                "M07",
                now,
                "its parent is not in this log: compare the parent's draw time there",
                "发起方的抽取不在本日志中，请到其日志核对抽取时间",
            ),
        }
    }

    fn announcement_document(&mut self, now: &Now, step: &Announcing, draw: &mut Draw) {
        let hash = step.announcement.document;
        let Some(bytes) = self.document(now, &hash, "announcement.json", "announcement.json")
        else {
            return;
        };
        let document: Announcement = match from_canonical(&bytes) {
            Ok(document) => document,
            Err(error) => {
                return self.alarm(
                    "M18",
                    now,
                    &format!("announcement.json cannot be read: {error}"),
                    &format!("announcement.json 无法读取：{error}"),
                );
            }
        };
        let fits = AnnouncedStep::new(&document, &bytes) == step.announcement
            && commitment(&bytes) == step.commitment
            && document.plan.authority == now.body;
        if !fits {
            return self.alarm(
                "M18",
                now,
                "the entry says something else than announcement.json",
                "条目与 announcement.json 不一致",
            );
        }
        let custodians = document.custody.custodians.iter();
        draw.keys = custodians.map(|custodian| custodian.key.clone()).collect();
        draw.order = Some(document.plan.mode == Mode::Order);
        draw.read = true;
        for source in &document.plan.seed {
            if let SeedSource::Contribution { body, hash, .. } = source {
                draw.contributions.insert(body.clone(), hash.clone());
            }
        }
    }

    fn acknowledge(&mut self, now: &Now, draw: &mut Draw, step: &Acknowledgement) {
        if now.time > draw.draw_time {
            return self.late("M13", now, "acknowledged", "确认", draw.draw_time);
        }
        draw.said = true;
        let keys = draw
            .keys
            .iter()
            .filter_map(|key| key.parse::<VerifierKey>().ok());
        let note = step.note.as_bytes();
        let commitment = step.commitment;
        let valid = keys
            .into_iter()
            .any(|key| acknowledges(note, &commitment, &draw.custody, &key));
        if draw.read && !valid {
            self.alarm(
                "M13",
                now,
                "the acknowledgement is of no announced custodian, or does not verify",
                "确认不是公告所列保管方作出，或签名不成立",
            );
        }
        draw.acknowledged |= valid;
    }

    fn contribution(&mut self, now: &Now, draw: &mut Draw, step: &Contributing) {
        if !draw.read {
            return;
        }
        let opened = contribution_hash(&draw.draw, &step.contributor, &step.value).to_string();
        if draw.contributions.get(&step.contributor) != Some(&opened) {
            let who = &step.contributor;
            self.alarm(
                "M19",
                now,
                &format!("the value of {who} does not open an announced hash"),
                &format!("“{who}”的数值与公告的哈希值不符"),
            );
        }
    }

    fn pulse(&mut self, now: &Now, draw: &mut Draw, step: &Pulsing) {
        let due = match step.stage {
            0 => draw.round,
            stage => stage_time(draw, stage).map_or(0, round_at_or_after),
        };
        for source in &step.sources {
            let SourceValue::Drand { round, signature } = source else {
                continue;
            };
            let verifies = pulse_of(*round, signature).is_some_and(|p| verify_pulse(&p).is_ok());
            if *round != due || !verifies {
                self.alarm(
                    "M19",
                    now,
                    &format!(
                        "stage {}: the pulse is not that of round {due}, or its signature does not verify",
                        step.stage
                    ),
                    &format!("第{}次抽取：随机信标不是第{due}轮，或签名不成立", step.stage),
                );
            }
        }
    }

    fn stage(&mut self, now: &Now, draw: &mut Draw, step: &Staging) {
        let number = step.stage.number;
        if step.stage.commitment != step.commitment {
            return self.alarm(
                "M12",
                now,
                "the stage document is of another draw",
                "补抽文件属于其他抽取",
            );
        }
        let hash = Digest::of(&to_canonical(&step.stage).unwrap_or_default());
        if *draw.published.entry(number).or_insert(hash) != hash {
            self.alarm(
                "M12",
                now,
                &format!("stage {number} was published differently before"),
                &format!("第{number}次补抽此前公布的内容不同"),
            );
        }
        match stage_time(draw, number) {
            None => self.alarm(
                "M12",
                now,
                &format!("stage {number} was not announced"),
                &format!("第{number}次补抽未经公告"),
            ),
            Some(time) => {
                let latest = time.saturating_sub(draw.stage_lead);
                if now.time > latest && !draw.replay {
                    let (english, chinese) = (
                        format!("stage {number} published"),
                        format!("第{number}次补抽公布"),
                    );
                    self.late("M12", now, &english, &chinese, latest);
                }
            }
        }
    }

    fn result(&mut self, now: &Now, draw: &mut Draw, step: &Resulting) {
        let stage = step.stage;
        let hash = Digest::of(&to_canonical(&step.result).unwrap_or_default());
        if *draw.results.entry(stage).or_insert(hash) != hash {
            self.alarm(
                "M11",
                now,
                &format!("stage {stage}: another result was logged before"),
                &format!("第{stage}次抽取：此前记录的结果不同"),
            );
        }
        if draw.voided.is_some() {
            self.alarm(
                "M15",
                now,
                "a result of a draw that was voided",
                "已作废的抽取又记录结果",
            );
        }
        let time = if stage == 0 {
            Some(draw.draw_time)
        } else {
            if !draw.published.contains_key(&stage) {
                self.alarm(
                    "M12",
                    now,
                    &format!("a result of stage {stage}, which was not published"),
                    &format!("第{stage}次补抽未公布即有结果"),
                );
            }
            stage_time(draw, stage)
        };
        let latest = time.map(|time| time.saturating_add(self.options.grace));
        if let Some(latest) = latest
            && now.time > latest
            && !draw.replay
        {
            let (english, chinese) = (
                format!("result of stage {stage} logged"),
                format!("第{stage}次抽取结果"),
            );
            self.late("M11", now, &english, &chinese, latest);
        }
    }

    fn disclosure(&mut self, now: &Now, draw: &mut Draw, step: &Disclosing) {
        draw.disclosed = true;
        if secret_hash(step.secret.as_bytes()) != draw.secret_hash {
            self.alarm(
                "M14",
                now,
                "the disclosed secret does not have the announced hash",
                "公开的密钥与公告的哈希值不符",
            );
        }
        let latest = draw.disclosure_time.saturating_add(self.options.grace);
        if now.time > latest && !draw.replay {
            self.late("M14", now, "disclosed", "公开", latest);
        }
        if self.options.documents {
            self.document(now, &step.document, "disclosure.json", "disclosure.json");
            if let Ok(bundle) = Digest::from_hex(&step.bundle) {
                self.document(now, &bundle, "the bundle", "证据包");
            }
        }
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
                            text(now.time), now.english, text(time), two.0, two.1
                        ),
                        &format!(
                            "作废时间{}{}，不早于抽取时间{}，其时结果已可知（提出人{}，批准人{}：{reason}）",
                            text(now.time), now.chinese, text(time), two.0, two.1
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
                text(now.time),
                now.english,
                text(latest)
            ),
            &format!(
                "{chinese}时间{}{}，晚于期限{}",
                text(now.time),
                now.chinese,
                text(latest)
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

/// A time as people read it.
pub(super) fn text(unix: u64) -> String {
    time_text(unix).unwrap_or_else(|| unix.to_string())
}

const DAY: u64 = 86_400;
