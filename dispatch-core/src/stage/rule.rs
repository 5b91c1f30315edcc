//! What may fall out: the rules of docs/spec.md 15.2 that depend on the list before the stage.

use std::collections::HashSet;

use super::{DropKind, DropOut, List};
use crate::language::Message;
use crate::plan::Plan;
use crate::roster::Roster;

/// What is said when stages take out officers more often than the plan allows: for good, or from one
/// visit again and again. `drops` are those of all stages so far.
#[must_use]
pub fn too_many_drops<'d>(
    plan: &Plan,
    drops: impl IntoIterator<Item = &'d DropOut>,
) -> Option<Message> {
    let mut visits: HashSet<&str> = HashSet::new();
    let counted = drops.into_iter().filter(|drop| match drop.kind() {
        Some(DropKind::Officer) => true,
        Some(DropKind::Visit) => !visits.insert(&drop.subject),
        _ => false,
    });
    let (count, most) = (counted.count() as u64, plan.team.max_drops);
    (count > most).then(|| {
        Message::new(
            format!("stages take out officers {count} times, for good or from one visit again; {most} were announced (team.max_drops)"),
            format!("补抽累计停派人员或同一户再次换人{count}次，超过公告的{most}次（team.max_drops）"),
        )
    })
}

/// Why a drop is not admissible, if it is not. `list` is the list before the stage.
#[must_use]
pub fn drop_fault(plan: &Plan, officers: &Roster, list: &List, drop: &DropOut) -> Option<Message> {
    let DropOut {
        officer, subject, ..
    } = drop;
    let holds = match drop.kind()? {
        DropKind::Subject if plan.is_child() => {
            return Some(Message::new(
                format!(
                    "subject {subject}: only the parent's stages let subjects of a child draw fall out"
                ),
                format!("检查对象{subject}：分级抽取的对象只能由发起方补抽时调整"),
            ));
        }
        DropKind::Subject => list.get(subject).is_some(),
        DropKind::Visit => {
            let record = list.get(subject);
            if record.is_some_and(|record| !record.officers.contains(officer)) {
                return Some(Message::new(
                    format!("subject {subject}: officer {officer} is not in its team"),
                    format!("检查对象{subject}：“{officer}”不在其检查人员中"),
                ));
            }
            record.is_some()
        }
        DropKind::Officer if list.is_gone(officer) => {
            return Some(Message::new(
                format!("officer {officer}: was named by an earlier stage already"),
                format!("“{officer}”：此前补抽时已列明"),
            ));
        }
        DropKind::Officer if officers.find(officer).is_none() => {
            return Some(Message::new(
                format!("officer {officer}: is not in the roster"),
                format!("“{officer}”：不在执法检查人员名录中"),
            ));
        }
        DropKind::Officer => true,
    };
    (!holds).then(|| {
        Message::new(
            format!("subject {subject}: is not in the list before this stage"),
            format!("检查对象{subject}：不在本次补抽前的名单中"),
        )
    })
}
