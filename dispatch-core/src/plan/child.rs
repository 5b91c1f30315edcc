//! Child draws 分级抽取: who else draws officers for the subjects drawn here, and whose child a plan is.
//!
//! Source: docs/spec.md 3.4 and section 16. Invariant after the plan's faults are empty: which
//! subjects a child staffs depends on published columns alone, so its operator can be told.

use serde::{Deserialize, Serialize};

use super::fault::Faults;
use super::rules::conditions;
use super::{Condition, Mode, Plan, matches};
use crate::digest::Digest;

/// A department or level that draws its own officers for the subjects drawn here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Id of its draw.
    pub draw: String,
    /// Name, unique in the plan.
    pub name: String,
    /// How many officers it sends to a visit.
    pub officers: u64,
    /// Which of the drawn subjects; the empty list means all.
    #[serde(rename = "where")]
    pub conditions: Vec<Condition>,
}

impl Child {
    /// Whether the child staffs a subject, given as a function from field to value.
    pub fn takes<'r>(&self, value: impl Fn(&str) -> &'r str) -> bool {
        matches(&self.conditions, value)
    }
}

/// The draw whose subjects a child draw staffs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// Name of the child in the parent's plan.
    pub child: String,
    /// Commitment of the parent's announcement.
    pub commitment: Digest,
}

/// What is against docs/spec.md 3.4.
pub(super) fn child_faults(plan: &Plan, faults: &mut Faults) {
    faults.length("children", plan.children.len(), 0, 100);
    faults.once("children", plan.children.iter().map(|c| c.name.as_str()));
    let own = core::iter::once(plan.draw.as_str());
    faults.once(
        "children.draw",
        own.chain(plan.children.iter().map(|c| c.draw.as_str())),
    );
    for (index, child) in plan.children.iter().enumerate() {
        let path = format!("children[{index}]");
        faults.id(&format!("{path}.draw"), &child.draw);
        faults.text(&format!("{path}.name"), &child.name);
        faults.range(&format!("{path}.officers"), child.officers, 1, 20);
        conditions(&path, &child.conditions, faults);
        let sealed = |condition: &&Condition| plan.subjects.sealed.contains(&condition.field);
        if child.conditions.iter().any(|c| sealed(&c)) {
            faults.add(
                &format!("{path}.where"),
                "names a sealed column; other departments cannot read it: use a published one",
                "使用了封存列，其他部门无法读取：请改用公开的列",
            );
        }
    }
    faults.length("parent", plan.parent.len(), 0, 1);
    if let Some(parent) = plan.parent.first() {
        faults.text("parent.child", &parent.child);
        parent_faults(plan, faults);
    }
}

/// What a child draw may not have.
fn parent_faults(plan: &Plan, faults: &mut Faults) {
    for (path, empty) in [
        ("children", plan.children.is_empty()),
        ("exclusions", plan.exclusions.is_empty()),
        ("strata", plan.strata.is_empty()),
    ] {
        if !empty {
            faults.add(
                path,
                "does not belong to a child draw: its subjects are the parent's",
                "分级抽取不得填写：对象由上级（发起方）抽取确定",
            );
        }
    }
    if plan.mode != Mode::Sample {
        faults.add(
            "mode",
            "of a child draw is \"sample\": batches are the parent's",
            "分级抽取只能为 \"sample\"：批次由发起方确定",
        );
    }
    let pairs = plan.team.group.iter().map(|pair| &pair.subject);
    let rules = plan.team.slots.iter().flat_map(|slot| &slot.matching);
    let mut fields = pairs.chain(rules.map(|rule| &rule.subject));
    if fields.any(|field| plan.subjects.sealed.contains(field)) {
        faults.add(
            "team",
            "reads a sealed column of the subjects; a child draw cannot: use a published one",
            "使用了检查对象的封存列，分级抽取无法读取：请改用公开的列",
        );
    }
}
