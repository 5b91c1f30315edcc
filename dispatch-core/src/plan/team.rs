//! The team: which officers each selected subject needs.
//!
//! Source: docs/spec.md 3.3. Invariant after the plan's faults are empty: at least two slots are
//! for officers proper; experts come on top of them (国发〔2019〕5号).

use serde::{Deserialize, Serialize};

use super::Plan;
use super::fault::Faults;
use crate::syntax::is_text;

/// Rules for the teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Field pairs that, with the department, make up the load groups.
    pub group: Vec<FieldPair>,
    /// How often all stages together may take officers out: for good, or from one visit again.
    pub max_drops: u64,
    /// An officer needs at least so many days of the window without leave.
    pub min_days: u64,
    /// How much the load cap exceeds the smallest possible one.
    pub slack: u64,
    /// The slots, in order.
    pub slots: Vec<Slot>,
    /// 0: a team for every subject; otherwise standing teams of about so many visits each.
    pub standing: u64,
}

impl Team {
    /// The slots one by one: a slot with count 2 comes twice.
    pub fn expanded(&self) -> impl Iterator<Item = ExpandedSlot<'_>> {
        self.slots
            .iter()
            .enumerate()
            .flat_map(|(index, slot)| (0..slot.count).map(move |_| ExpandedSlot { index, slot }))
    }

    /// How many officers proper a visit gets from these slots; experts come on top.
    #[must_use]
    pub fn own_officers(&self) -> u64 {
        let proper = self.slots.iter().filter(|slot| slot.role == Role::Officer);
        proper.fold(0, |sum, slot| sum.saturating_add(slot.count))
    }

    /// Number of expanded slots.
    #[must_use]
    pub fn size(&self) -> usize {
        self.expanded().count()
    }
}

/// One place in a team.
#[derive(Clone, Copy, Debug)]
pub struct ExpandedSlot<'p> {
    /// Index of the slot in [`Team::slots`].
    pub index: usize,
    /// What the place asks for.
    pub slot: &'p Slot,
}

/// A field of the officer and the field of the subject it must equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldPair {
    /// Field of the officer.
    pub officer: String,
    /// Field of the subject.
    pub subject: String,
}

/// What places of a team ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// How many equal places.
    pub count: u64,
    /// Department of the officer.
    pub department: String,
    /// Expert kind, for experts; empty otherwise.
    pub expert: String,
    /// Whether the officer must be able to lead.
    pub lead: bool,
    /// Rules between officer and subject.
    #[serde(rename = "match")]
    pub matching: Vec<MatchRule>,
    /// Matters the officer must cover, sorted.
    pub matters: Vec<String>,
    /// Name of the slot.
    pub name: String,
    /// Officer proper or expert on top.
    pub role: Role,
    /// Skills the officer must have, sorted.
    pub skills: Vec<String>,
}

/// Officer proper or expert on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Counts towards the two officers that the law asks for.
    Officer,
    /// Comes on top.
    Expert,
}

/// A rule between a field of the officer and a field of the subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRule {
    /// Field of the officer.
    pub officer: String,
    /// The rule.
    pub rule: MatchKind,
    /// Field of the subject.
    pub subject: String,
}

/// How the two fields must relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchKind {
    /// Every item of the subject's list is in the officer's.
    Covers,
    /// Not equal, or the subject's is empty.
    Differ,
    /// Equal and not empty.
    Same,
}

/// What is against docs/spec.md 3.3.
pub(super) fn team_faults(plan: &Plan, faults: &mut Faults) {
    let team = &plan.team;
    faults.length("team.group", team.group.len(), 0, 4);
    for pair in &team.group {
        faults.field("team.group.officer", &pair.officer);
        faults.field("team.group.subject", &pair.subject);
    }
    faults.range("team.max_drops", team.max_drops, 0, super::rules::BILLION);
    faults.range("team.min_days", team.min_days, 1, 366);
    faults.range("team.slack", team.slack, 0, 1000);
    faults.range("team.standing", team.standing, 0, 10_000);
    let least = usize::from(plan.children.is_empty());
    faults.length("team.slots", team.slots.len(), least, 20);
    for (index, slot) in team.slots.iter().enumerate() {
        slot_faults(&format!("team.slots[{index}]"), slot, faults);
    }
    let proper = team.own_officers();
    if plan.is_child() && proper < 1 {
        faults.add(
            "team.slots",
            "needs at least one officer; experts come on top",
            "至少需要一名执法检查人员，专家不计在内",
        );
    }
    if !plan.is_child() && plan.children.is_empty() && proper < 2 {
        faults.add(
            "team.slots",
            "needs at least two officers; experts come on top of them",
            "至少需要两名执法检查人员，专家不计在内",
        );
    }
}

fn slot_faults(path: &str, slot: &Slot, faults: &mut Faults) {
    faults.range(&format!("{path}.count"), slot.count, 1, 20);
    faults.text(&format!("{path}.name"), &slot.name);
    faults.text(&format!("{path}.department"), &slot.department);
    match slot.role {
        Role::Expert => {
            faults.text(&format!("{path}.expert"), &slot.expert);
            if slot.expert.contains(';') {
                faults.add(&format!("{path}.expert"), "has a semicolon", "含有分号");
            }
        }
        Role::Officer if slot.expert.is_empty() => {}
        Role::Officer => faults.add(
            &format!("{path}.expert"),
            "only an expert slot names an expert kind",
            "只有专家席位才填写专家类别",
        ),
    }
    for (name, list) in [("skills", &slot.skills), ("matters", &slot.matters)] {
        let path = format!("{path}.{name}");
        faults.length(&path, list.len(), 0, 100);
        if list.iter().any(|item| !is_text(item) || item.contains(';')) {
            faults.add(
                &path,
                "has an empty item, or one with a semicolon",
                "有空项或含分号的项",
            );
        }
        if !list.is_sorted_by(|a, b| a < b) {
            faults.add(&path, "is not sorted, or repeats an item", "未排序或有重复");
        }
    }
    faults.length(&format!("{path}.match"), slot.matching.len(), 0, 10);
    for rule in &slot.matching {
        faults.field(&format!("{path}.match.officer"), &rule.officer);
        faults.field(&format!("{path}.match.subject"), &rule.subject);
    }
}
