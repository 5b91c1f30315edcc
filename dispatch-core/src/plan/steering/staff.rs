//! Warnings about team rules that could force an officer onto a subject.
//!
//! Source: docs/plan.md; docs/spec.md 3.3 and section 7.

use super::Warnings;
use crate::plan::{MatchKind, Plan};

pub(super) fn warn(plan: &Plan, warnings: &mut Warnings) {
    if plan.team.slack == 0 {
        warnings.add(
            "steering.no-slack",
            "team.slack",
            "with slack 0 the last officers with a free place are forced, not drawn; use slack = 1 or more",
            "slack 为0时，最后几名有空额的人员是被迫派出而非抽出：请使用 slack = 1 或更大",
        );
    }
    for (at, slot) in plan.team.slots.iter().enumerate() {
        for (index, rule) in slot.matching.iter().enumerate() {
            let (officer, subject) = (&rule.officer, &rule.subject);
            let (english, chinese) = match rule.rule {
                MatchKind::Same => (
                    format!(
                        "only officers whose {officer} equals the subject's {subject} may come; who edits these columns can force an officer onto a subject"
                    ),
                    format!(
                        "只有“{officer}”与对象“{subject}”相同的人员可被派出；谁能修改这两列，谁就能指定人员"
                    ),
                ),
                MatchKind::Differ => (
                    format!(
                        "officers whose {officer} equals the subject's {subject} may not come; who edits these columns can keep all but one officer away"
                    ),
                    format!(
                        "“{officer}”与对象“{subject}”相同的人员不可被派出；谁能修改这两列，谁就能排除其他人员"
                    ),
                ),
                // A list of needed skills is what such rules are for.
                MatchKind::Covers => continue,
            };
            warnings.add(
                "steering.match-rule",
                format!("team.slots[{at}].match[{index}]"),
                format!("{english}; make sure several officers stay for every subject, and compare the rosters' changes"),
                format!("{chinese}：请确认每个对象仍有多名可派人员，并核对名录库的变更"),
            );
        }
    }
}
