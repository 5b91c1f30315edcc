//! Why slots stay open, in words a person can act on.

use std::collections::BTreeSet;

use super::group::Problem;
use crate::assignment::Coverage;
use crate::language::Message;
use crate::plan::Slot;
use crate::team::Staffing;

/// A bottleneck of one load group: visits that need more places than their officers have.
#[derive(Clone, Debug)]
pub struct Shortage {
    /// Ids of the subjects that compete.
    pub subjects: Vec<String>,
    /// Ids of the officers they can reach.
    pub officers: Vec<String>,
    /// Places needed.
    pub needed: u64,
    /// Places those officers have.
    pub places: u64,
    /// The bottleneck in words.
    pub message: Message,
}

/// Names every bottleneck of a group.
///
/// `name` gives what stands for a visit of the group: the subject's id, or a standing team.
pub(super) fn explain(
    staffing: &Staffing<'_>,
    name: &dyn Fn(usize) -> Option<String>,
    problem: &Problem,
    coverage: &Coverage,
) -> Vec<Shortage> {
    let bottlenecks = coverage.bottlenecks.iter();
    bottlenecks
        .map(|bottleneck| {
            let visits = bottleneck.subjects();
            let subjects: Vec<String> = visits
                .iter()
                .filter_map(|visit| problem.visits.get(*visit))
                .filter_map(|visit| name(visit.selected))
                .collect();
            let reachable = bottleneck.reachable();
            let officers: Vec<String> = reachable
                .iter()
                .filter_map(|number| problem.officers.get(usize::try_from(*number).ok()?))
                .filter_map(|row| staffing.workforce.officers.get(*row))
                .map(|officer| officer.id.clone())
                .collect();
            let classes: BTreeSet<usize> = bottleneck
                .slots
                .iter()
                .filter_map(|(visit, slot)| {
                    problem
                        .group
                        .subjects
                        .get(*visit)?
                        .slots
                        .get(*slot)
                        .copied()
                })
                .collect();
            let wanted: BTreeSet<usize> = classes
                .iter()
                .filter_map(|class| problem.class_slots.get(*class).copied())
                .collect();
            let slots = wanted
                .iter()
                .filter_map(|slot| staffing.plan.team.slots.get(*slot));
            let needed = bottleneck.slots.len() as u64;
            let places = needed.saturating_sub(bottleneck.missing() as u64);
            let message = word(
                &problem.name,
                subjects.len(),
                needed,
                slots,
                officers.len(),
                places,
            );
            Shortage {
                subjects,
                officers,
                needed,
                places,
                message,
            }
        })
        .collect()
}

fn word<'s>(
    group: &[String],
    visits: usize,
    needed: u64,
    slots: impl Iterator<Item = &'s Slot>,
    officers: usize,
    places: u64,
) -> Message {
    let wants: Vec<(String, String)> = slots.map(wants).collect();
    let english: Vec<&str> = wants.iter().map(|(english, _)| english.as_str()).collect();
    let chinese: Vec<&str> = wants.iter().map(|(_, chinese)| chinese.as_str()).collect();
    let group = group.join(" ");
    Message::new(
        format!(
            "{visits} visits in {group} need {needed} places for {}, but only {officers} officers can \
             fill them, with {places} places; add such officers, raise their limits, extend certificates, \
             shorten leave, or lower the quota",
            english.join(" and ")
        ),
        format!(
            "“{group}”的{visits}户需要{needed}个席位（{}），能够承担的执法检查人员只有{officers}名、{places}个席位：\
             请增加相应人员、提高任务上限、更新证件、调整请假，或减少抽取数量",
            chinese.join("、")
        ),
    )
}

/// What a slot asks for, in both languages.
fn wants(slot: &Slot) -> (String, String) {
    let mut english = slot.name.clone();
    let mut chinese = slot.name.clone();
    let mut also = |en: String, zh: String| {
        english.push_str(&format!(", {en}"));
        chinese.push_str(&format!(",{zh}"));
    };
    if slot.lead {
        also("able to lead".to_owned(), "可任组长".to_owned());
    }
    for skill in &slot.skills {
        also(format!("skilled in {skill}"), format!("具备“{skill}”资质"));
    }
    for matter in &slot.matters {
        also(
            format!("for matter {matter}"),
            format!("可办事项“{matter}”"),
        );
    }
    if !slot.expert.is_empty() {
        also(
            format!("expert in {}", slot.expert),
            format!("“{}”专家", slot.expert),
        );
    }
    for rule in &slot.matching {
        also(
            format!("{} matching the subject's {}", rule.officer, rule.subject),
            format!("“{}”须与对象“{}”相符", rule.officer, rule.subject),
        );
    }
    (english, chinese)
}
