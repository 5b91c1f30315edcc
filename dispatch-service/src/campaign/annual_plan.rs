//! The annual plan 年度抽查工作计划: which draws will be held this year, logged before any of them.
//!
//! Source: docs/spec.md 17.4. Its document is uploaded first and becomes public with the entry that names
//! it. Invariant: an entry never names a document that cannot be had.

use dispatch_core::digest::Digest;
use dispatch_core::entry::{PlannedDraw, Planning, Step};

use super::files;
use crate::access::{Actor, Role};
use crate::problem::Problem;
use crate::store::{Transaction, blob};

/// A plan, or a change of one.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// The authority.
    pub body: String,
    /// The year.
    pub year: u64,
    /// Why, where an earlier entry of the year is added to or changed; otherwise empty.
    pub reason: String,
    /// SHA-256 of the document, uploaded before.
    pub document: Digest,
    /// The draws that it adds or changes, in any order.
    pub draws: Vec<PlannedDraw>,
}

/// Refuses whoever may not speak for the whole bureau.
///
/// # Errors
/// 403.
pub fn may_plan(actor: &Actor) -> Result<(), Problem> {
    actor.must_be(&[Role::Operator])?;
    if actor.scope.covers("", "") {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "forbidden",
        "the annual plan is the whole bureau's: it needs an operator whose scope is not limited to a department or region",
        "年度计划属于全机关，须由不限部门和地区的经办人记录",
    ))
}

/// Logs a plan; gives the index of its entry.
///
/// # Errors
/// 403 to whoever may not; 409 if the log has a plan of the year and no reason is given; 422 if a field is
/// malformed or the document was not uploaded.
pub fn log_plan(
    change: &mut Transaction<'_>,
    actor: &Actor,
    mut plan: NewPlan,
) -> Result<u64, Problem> {
    may_plan(actor)?;
    plan.draws.sort_by(|one, other| one.draw.cmp(&other.draw));
    let twice = { plan.draws.iter() }
        .zip(plan.draws.iter().skip(1))
        .find(|(one, other)| one.draw == other.draw);
    if let Some((draw, _)) = twice {
        let draw = &draw.draw;
        return Err(Problem::new(
            422,
            "invalid",
            format!("draws: {draw} is there twice; every draw is named once"),
            format!("draws：抽取{draw}出现两次，每次抽取只列一次"),
        ));
    }
    let document = blob::info(change.sql, &plan.document)?;
    if document.is_none_or(|document| document.expired.is_some()) {
        return Err(Problem::new(
            422,
            "invalid",
            "document: was not uploaded; upload it first and give the hash that is answered",
            "document：尚未上传；请先上传并填写返回的哈希值",
        ));
    }
    files::publish(change.sql, &plan.document, MEDIA)?;
    let step = Step::Plan(Planning {
        document: plan.document,
        draws: plan.draws,
        reason: plan.reason,
        year: plan.year,
    });
    change.append(&plan.body, step)
}

/// Whatever it is, a browser that fetches it from the log saves it and does not run it.
const MEDIA: &str = "application/octet-stream";
