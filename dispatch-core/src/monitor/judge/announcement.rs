//! What is found in an announcement's entry: once, planned, in time, and as the document says.
//!
//! Source: docs/spec.md 17.4; findings M07 to M10, M16, M18 and M23.

use super::{Judge, Now};
use crate::announcement::{Announcement, commitment};
use crate::digest::Digest;
use crate::entry::{AnnouncedStep, Announcing};
use crate::json::from_canonical;
use crate::monitor::state::Draw;
use crate::plan::{Mode, SeedSource};
use crate::syntax::unix_time;

impl Judge<'_> {
    pub(super) fn announcement(&mut self, now: &Now, step: &Announcing) {
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
}
