//! What narrows the choice of officers for a slot of one subject, step by step.
//!
//! Invariant: the steps are those of docs/spec.md 7.2 and 7.3 and nothing else, so what is left at
//! the end is exactly who may fill the slot.

use super::trial::Trials;
use crate::language::Message;
use crate::officer::Officer;
use crate::plan::{MatchKind, Slot};
use crate::selection::OpenRow;

/// The officers who may fill a slot of a subject, and what left out the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Funnel {
    /// Rows of those who may.
    pub(crate) left: Vec<usize>,
    /// Officers of the department.
    department: usize,
    /// What left out how many, in the order of the steps.
    steps: Vec<(Message, usize)>,
}

impl Funnel {
    /// For the subject of a row; `recused` are the rows of the officers recused from it.
    pub(crate) fn new(trials: &Trials<'_>, slot: &Slot, row: usize, recused: &[usize]) -> Self {
        let plan = trials.inputs.plan;
        let subject = OpenRow::new(trials.inputs.subjects, None, row);
        let officers = &trials.workforce.officers;
        let all = (0..officers.len()).filter(|at| officers[*at].department == slot.department);
        let mut funnel = Self {
            left: all.collect(),
            department: 0,
            steps: Vec::new(),
        };
        funnel.department = funnel.left.len();
        let mut step =
            |english: String, chinese: String, keep: &dyn Fn(usize, &Officer) -> bool| {
                let before = funnel.left.len();
                funnel.left.retain(|at| keep(*at, &officers[*at]));
                let gone = before - funnel.left.len();
                if gone > 0 {
                    funnel.steps.push((Message::new(english, chinese), gone));
                }
            };
        step("in other groups".into(), "不在同组".into(), &|_, o| {
            let mut pairs = plan.team.group.iter();
            pairs.all(|pair| o.value(&pair.officer) == subject.value(&pair.subject))
        });
        step(
            "certificate not valid long enough".into(),
            "证件有效期不足".into(),
            &|_, o| o.is_certified(&plan.schedule),
        );
        step("on leave".into(), "请假".into(), &|_, o| {
            o.is_present(&plan.schedule, plan.team.min_days)
        });
        step("own limit 0".into(), "任务上限为0".into(), &|_, o| {
            o.limit > 0
        });
        let asks_nothing = Slot {
            lead: false,
            skills: Vec::new(),
            matters: Vec::new(),
            expert: String::new(),
            ..slot.clone()
        };
        let lead = Slot {
            lead: slot.lead,
            ..asks_nothing.clone()
        };
        step("cannot lead".into(), "不能任组长".into(), &|_, o| {
            o.has(&lead)
        });
        for skill in &slot.skills {
            let probe = Slot {
                skills: vec![skill.clone()],
                ..asks_nothing.clone()
            };
            let (en, zh) = (format!("without skill {skill}"), format!("无“{skill}”资质"));
            step(en, zh, &|_, o| o.has(&probe));
        }
        for matter in &slot.matters {
            let probe = Slot {
                matters: vec![matter.clone()],
                ..asks_nothing.clone()
            };
            let (en, zh) = (
                format!("not for matter {matter}"),
                format!("不办“{matter}”"),
            );
            step(en, zh, &|_, o| o.has(&probe));
        }
        let expert = Slot {
            expert: slot.expert.clone(),
            ..asks_nothing.clone()
        };
        let (en, zh) = (
            format!("no expert in {}", slot.expert),
            format!("非“{}”专家", slot.expert),
        );
        step(en, zh, &|_, o| o.has(&expert));
        for rule in &slot.matching {
            let (own, other) = (&rule.officer, &rule.subject);
            let (en, zh) = match rule.rule {
                MatchKind::Same => (
                    format!("{own} not equal to the subject's {other}"),
                    format!("“{own}”与对象“{other}”不同"),
                ),
                MatchKind::Differ => (
                    format!("{own} equal to the subject's {other}"),
                    format!("“{own}”与对象“{other}”相同"),
                ),
                MatchKind::Covers => (
                    format!("{own} does not cover the subject's {other}"),
                    format!("“{own}”未涵盖对象“{other}”"),
                ),
            };
            step(en, zh, &|_, o| o.passes(rule, subject.value(other)));
        }
        step("recused".into(), "回避".into(), &|at, _| {
            recused.binary_search(&at).is_err()
        });
        funnel
    }

    /// In words: "of 55: in other groups 40, cannot lead 12, recused 1; 2 left".
    pub(crate) fn message(&self) -> Message {
        let list = |chinese: bool| {
            let steps = self.steps.iter().map(|(why, gone)| {
                if chinese {
                    format!("{}{gone}", why.chinese)
                } else {
                    format!("{} {gone}", why.english)
                }
            });
            steps.collect::<Vec<_>>()
        };
        let (all, left) = (self.department, self.left.len());
        Message::new(
            format!("of {all}: {}; {left} left", list(false).join(", ")),
            format!("{all}人中：{}；余{left}人", list(true).join("、")),
        )
    }
}
