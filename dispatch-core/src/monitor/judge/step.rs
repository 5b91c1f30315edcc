//! What is found in the entries that follow an announcement, up to the disclosure.
//!
//! Source: docs/spec.md 17.4; findings M11 to M14, M18 and M19.

use super::{Judge, Now, stage_time};
use crate::announcement::secret_hash;
use crate::beacon::{round_at_or_after, verify as verify_pulse};
use crate::custody::acknowledges;
use crate::digest::Digest;
use crate::entry::{Acknowledgement, Contributing, Disclosing, Pulsing, Resulting, Staging};
use crate::json::to_canonical;
use crate::log::VerifierKey;
use crate::monitor::state::Draw;
use crate::seed::{SourceValue, contribution_hash, pulse_of};

impl Judge<'_> {
    pub(super) fn acknowledge(&mut self, now: &Now, draw: &mut Draw, step: &Acknowledgement) {
        if now.time > draw.draw_time && !draw.replay {
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

    pub(super) fn contribution(&mut self, now: &Now, draw: &mut Draw, step: &Contributing) {
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

    pub(super) fn pulse(&mut self, now: &Now, draw: &mut Draw, step: &Pulsing) {
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

    pub(super) fn stage(&mut self, now: &Now, draw: &mut Draw, step: &Staging) {
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

    pub(super) fn result(&mut self, now: &Now, draw: &mut Draw, step: &Resulting) {
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

    pub(super) fn disclosure(&mut self, now: &Now, draw: &mut Draw, step: &Disclosing) {
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
}
