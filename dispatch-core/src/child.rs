//! Child draws 分级抽取: how a child's announcement must fit its parent's.
//!
//! Source: docs/spec.md 3.4 and 16.1. Announcing and verifying both read it here, so that what could
//! be announced can be verified.

use crate::announcement::Announcement;
use crate::beacon::round_at_or_after;
use crate::bundle;
use crate::evidence::{Announced, roster_rules};
use crate::freeze::Frozen;
use crate::language::Message;
use crate::plan::{Child, Plan, Quota, Rounding, Stratum};
use crate::roster::Roster;
use crate::selection::OpenRow;
use crate::syntax::unix_time;

/// The parent's child whose draw a plan is, with its position from 1.
///
/// # Errors
/// When there is none, or the plan is not as it was announced for it (check H01).
pub fn child_of<'p>(parent: &'p Announced, plan: &Plan) -> Result<(usize, &'p Child), Message> {
    let Some(named) = plan.parent.first() else {
        return Err(Message::new(
            "its plan names no parent",
            "其抽查任务未写明发起方",
        ));
    };
    if named.commitment != parent.commitment {
        return Err(Message::new(
            format!(
                "its parent is {}, another draw than {}",
                named.commitment, parent.commitment
            ),
            format!(
                "其发起方承诺为{}，而非{}",
                named.commitment, parent.commitment
            ),
        ));
    }
    let mut children = (1..).zip(&parent.document.plan.children);
    let found = children.find(|(_, child)| child.name == named.child);
    let Some((number, child)) = found else {
        return Err(Message::new(
            format!("the parent has no child {}", named.child),
            format!("发起方没有公告参与部门“{}”", named.child),
        ));
    };
    if plan.draw != child.draw {
        return Err(Message::new(
            format!(
                "its draw is {}; the parent announced {}",
                plan.draw, child.draw
            ),
            format!("抽取编号为“{}”，发起方公告的是“{}”", plan.draw, child.draw),
        ));
    }
    let own = plan.team.own_officers();
    if own != child.officers {
        return Err(Message::new(
            format!(
                "it sends {own} officers to a visit; the parent announced {}",
                child.officers
            ),
            format!("每户派{own}人，发起方公告为{}人", child.officers),
        ));
    }
    Ok((number, child))
}

/// A plan to hold trial draws of a child draw with: the subjects that it staffs as one stratum, of
/// which as many are drawn as the parent may draw. Nothing is announced with it.
#[must_use]
pub fn trial_plan(parent: &Announced, plan: &Plan, subjects: &Roster) -> Plan {
    let Ok((_, child)) = child_of(parent, plan) else {
        return plan.clone();
    };
    let taken = (0..subjects.len()).filter(|row| {
        let row = OpenRow::new(subjects, None, *row);
        child.takes(|field| row.value(field))
    });
    let taken = taken.count() as u64;
    let stratum = Stratum {
        name: child.name.clone(),
        quota: Quota::Ratio {
            denominator: taken.max(1),
            minimum: 0,
            numerator: parent.document.selected().clamp(1, taken.max(1)),
            rounding: Rounding::Up,
        },
        conditions: child.conditions.clone(),
    };
    Plan {
        strata: vec![stratum],
        // Without a parent it is drawn like any other.
        parent: Vec::new(),
        ..plan.clone()
    }
}

/// Whether a child's draw that was frozen fits its parent; `officers` is the roster that the parent has
/// published.
///
/// # Errors
/// What does not fit: once it is announced nothing can be mended.
pub fn fits(parent: &Announced, officers: &Roster, frozen: &Frozen) -> Result<(), Message> {
    let own = &frozen.announcement;
    child_of(parent, &own.plan)?;
    if let Some(fault) = misfit(&parent.document, own) {
        return Err(fault);
    }
    let bytes = frozen.public.get(bundle::OFFICERS).unwrap_or_default();
    let own = Roster::read(bytes.to_vec(), &roster_rules(&own.plan, false))
        .map_err(|fault| Message::new(fault.to_string(), fault.to_string()))?;
    let mut ids = (0..own.len()).map(|row| own.id(row));
    match ids.find(|id| officers.find(id).is_some()) {
        Some(id) => Err(Message::new(
            format!(
                "officer {id}: stands in the parent's roster too; of one campaign an officer stands in one roster only, so that two officers are two people"
            ),
            format!("“{id}”：也在发起方的名录中；同一联合抽查中，每名人员只能列入一个名录"),
        )),
        None => Ok(()),
    }
}

/// What does not fit between a child's announcement and its parent's (check H02).
#[must_use]
pub fn misfit(theirs: &Announcement, own: &Announcement) -> Option<Message> {
    let (their_plan, plan) = (&theirs.plan, &own.plan);
    let (their_times, times) = (&their_plan.schedule, &plan.schedule);
    let created = unix_time(&own.created).unwrap_or(u64::MAX);
    let later = |a: u64, b: u64| round_at_or_after(a) > round_at_or_after(b);
    let last = times.stages.last().and_then(|time| unix_time(time));
    let their_last = their_times.stages.last().and_then(|time| unix_time(time));
    let rules = [
        (
            own.replay == theirs.replay,
            "one is a replay and the other is not",
            "演练标记与发起方不一致",
        ),
        (
            times.window_start == their_times.window_start
                && times.window_end == their_times.window_end,
            "the window is not the parent's",
            "检查期限与发起方不一致",
        ),
        (
            plan.subjects == their_plan.subjects
                && own.subjects.count == theirs.subjects.count
                && own.subjects.root == theirs.subjects.root,
            "the subject roster, or the rules about it, are not the parent's",
            "检查对象名录及其规则与发起方不一致",
        ),
        (
            later(times.draw_unix(), their_times.draw_unix()),
            "its pulse is not later than the parent's: set a later draw time",
            "随机信标轮次不晚于发起方：请推迟抽取时间",
        ),
        (
            own.replay || created < their_times.draw_unix(),
            "it is announced when the parent's draw has taken place already",
            "公告时发起方已经抽取",
        ),
        (
            times.disclosure_unix() >= their_times.disclosure_unix(),
            "it is disclosed before the parent",
            "公开时间早于发起方",
        ),
        (
            their_last.is_none_or(|theirs| last.is_some_and(|last| last > theirs)),
            "no stage of it follows the parent's last one: add a later time to schedule.stages",
            "没有晚于发起方最后一次补抽的补抽时间：请在 schedule.stages 中补充",
        ),
    ];
    let found = rules.iter().find(|(holds, ..)| !holds);
    found.map(|(_, english, chinese)| Message::new(*english, *chinese))
}
