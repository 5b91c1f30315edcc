//! Checks C01 to C06 and F01 to F03: what comes from outside the operator, and what the verifier
//! brings along.

use super::children::Parent;
use super::{Expectations, Run, Status, frozen, gone, number};
use crate::beacon;
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::language::Message;
use crate::plan::SeedSource;
use crate::policy::Policy;
use crate::seed::{check_contributions, check_numbers, check_pulse, seed};

impl Run<'_> {
    /// C01 to C06.
    pub(super) fn sources(&mut self, evidence: &Evidence) {
        let announced = evidence.announcement.good();
        let values = evidence
            .disclosure
            .good()
            .map(|d| d.sources.as_slice())
            .unwrap_or_default();
        let Some(announcement) = announced.map(|announced| &announced.document) else {
            for id in ["C01", "C02", "C03", "C04", "C05", "C06"] {
                self.skip(id, "A02");
            }
            return;
        };
        let plan = &announcement.plan;
        self.check("C01", || {
            match seed(plan, &Digest::new([0; 32]), &[0; 32], values) {
                Some(_) => Ok(number(
                    values.len(),
                    "sources, as announced",
                    "个随机源，与公告一致",
                )),
                None => Err(Message::new(
                    "the disclosed sources are not the plan's, in number, kind and order",
                    "公开的随机源与抽查任务规定的（数量、种类、顺序）不一致",
                )),
            }
        });
        self.check("C02", || {
            let due = plan.round();
            if announcement.round == due {
                Ok(Message::new(format!("round {due}"), format!("第{due}轮")))
            } else {
                Err(Message::new(
                    format!(
                        "the announcement says round {}; the draw time fixes {due}",
                        announcement.round
                    ),
                    format!(
                        "公告写明第{}轮，按抽取时间应为第{due}轮",
                        announcement.round
                    ),
                ))
            }
        });
        let declared = |kind: fn(&SeedSource) -> bool| plan.seed.iter().any(kind);
        let holds =
            |fault: Option<Message>, declared: bool, english: &str, chinese: &str| match fault {
                Some(fault) => Err(fault),
                None if declared => Ok(Message::new(english, chinese)),
                None => Ok(Message::new("none declared", "未规定此类随机源")),
            };
        let drand = declared(|source| matches!(source, SeedSource::Drand { .. }));
        let numbers = declared(|source| matches!(source, SeedSource::PublicNumbers { .. }));
        let contributions = declared(|source| matches!(source, SeedSource::Contribution { .. }));
        self.check("C03", || {
            holds(
                check_pulse(plan, values),
                drand,
                "the signature verifies",
                "签名验证通过",
            )
        });
        self.check("C04", || {
            holds(
                check_numbers(plan, values),
                numbers,
                "number, range and shape are right",
                "数量、范围和形式相符",
            )
        });
        self.check("C05", || {
            holds(
                check_contributions(plan, values),
                contributions,
                "every hash is opened",
                "各方承诺均已打开",
            )
        });
        self.check("C06", || {
            let Some(text) = announcement.recent_pulse.first() else {
                return Ok(Message::new("none given", "未提供"));
            };
            let verified = text.pulse().map(|pulse| beacon::verify(&pulse).is_ok());
            let time = beacon::time_of_round(text.round).unwrap_or(u64::MAX);
            if verified != Some(true) {
                return Err(Message::new(
                    "its signature does not verify",
                    "其签名验证失败",
                ));
            }
            if !announcement.replay && time > plan.schedule.draw_unix() {
                return Err(Message::new(
                    "it is later than the draw time",
                    "晚于抽取时间",
                ));
            }
            Ok(Message::new(
                format!("the announcement was made after round {}", text.round),
                format!("公告作出于第{}轮之后", text.round),
            ))
        });
    }

    /// F01 to F03.
    pub(super) fn outside(&mut self, evidence: &Evidence, expectations: &Expectations) {
        let not_asked = || Message::new("not asked for", "未要求");
        let announced = evidence.announcement.good();
        match expectations.commitment {
            None => self.put("F01", Status::Skipped, not_asked()),
            Some(expected) => self.check("F01", || match announced.map(|a| a.commitment) {
                Some(found) if found == expected => {
                    Ok(Message::new("it is the one you hold", "与您持有的承诺一致"))
                }
                _ => Err(Message::new(
                    "this bundle is of another announcement than the commitment you hold",
                    "本证据包与您持有的承诺不是同一公告",
                )),
            }),
        }
        let policy = expectations.policy.as_ref();
        match policy.filter(|policy| policy.slips.is_some()) {
            None => {
                self.put("F02", Status::Skipped, not_asked());
                self.put("F03", Status::Skipped, not_asked());
            }
            Some(policy) => self.slips(policy, evidence),
        }
    }

    fn slips(&mut self, policy: &Policy, evidence: &Evidence) {
        let announced = evidence.announcement.good();
        let draw = announced.map_or("", |announced| &announced.document.plan.draw);
        let none = || {
            Message::new(
                "the policy has no such slip for this draw",
                "信任策略中没有该抽取的此类承诺单",
            )
        };
        let before = self.parent.filter(|_| self.passed("H01"));
        if self.parent.is_some() && self.passed("A02") && policy.slips_of(draw, 0).is_empty() {
            self.put("F02", Status::Skipped, none());
        } else {
            self.check("F02", || {
                let announced = announced.ok_or_else(gone)?;
                frozen::slips(policy, announced, before.map(Parent::draw_unix))
            });
        }
        if self.passed("A02") && self.passed("A10") && policy.stages_of(draw).is_empty() {
            self.put("F03", Status::Skipped, none());
        } else {
            self.check("F03", || {
                let (Some(plan), Some(stages)) = (evidence.plan(), evidence.stages.good()) else {
                    return Err(gone());
                };
                frozen::stage_slips(policy, plan, stages)
            });
        }
    }
}
