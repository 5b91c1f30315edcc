//! What is due next for a draw, and when.
//!
//! It follows from the register and the stages alone; the column `work.due` only says when to look.
//! Invariant: nothing that is due is forgotten: `due` is NULL only when nothing is left to do.

use dispatch_core::beacon::time_of_round;
use dispatch_core::digest::Digest;
use dispatch_core::plan::Mode;

use super::registered;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// The draw.
    Draw,
    /// A frozen stage is drawn.
    Stage(u64),
    /// The next batch of a draw of the mode `order` is frozen.
    Batch(u64),
    /// The disclosure.
    Disclosure,
    /// A bundle with the bundles of children that were disclosed later.
    Children,
}

/// What is due next, and from when on; none if nothing is left.
///
/// # Errors
/// If the database is gone.
pub fn next(
    sql: &mut dyn Sql,
    commitment: &Digest,
    now: u64,
) -> Result<Option<(Task, u64)>, Problem> {
    let draw = registered::get(sql, commitment)?;
    let (announced, _) = registered::announcement(sql, commitment)?;
    let document = &announced.document;
    let schedule = &document.plan.schedule;
    // Of a rehearsal everything may be done at once.
    let at = |time: u64| if draw.replay { 0 } else { time };
    match draw.state.as_str() {
        "announced" => {
            let round = time_of_round(document.round).unwrap_or(draw.draw_time);
            Ok(Some((Task::Draw, at(round.max(draw.draw_time)))))
        }
        "drawn" => {
            let stages = sql.query(
                "SELECT number, state, due FROM stage WHERE commitment = ?1 ORDER BY number",
                &[commitment.into()],
            )?;
            let mut last = 0;
            for row in &stages {
                let number = row.count(0)?;
                if row.text(1)? == "frozen" {
                    return Ok(Some((Task::Stage(number), at(row.count(2)?))));
                }
                last = number;
            }
            let number = last.saturating_add(1);
            let batch = document.plan.mode == Mode::Order
                && number <= schedule.stages.len() as u64
                && (draw.replay
                    || schedule
                        .latest_stage(number)
                        .is_some_and(|time| now <= time));
            if batch {
                // Late enough for a proposal of what falls out to come first.
                let latest = schedule.latest_stage(number).unwrap_or(now);
                let time = at(latest.saturating_sub(BEFORE_BATCH)).max(now);
                return Ok(Some((Task::Batch(number), time)));
            }
            let lock = if document.custody.timelock.is_empty() {
                0
            } else {
                time_of_round(schedule.lock_round()).unwrap_or(0)
            };
            // A rehearsal is disclosed when its operator asks for it.
            let time = if draw.replay {
                u64::MAX
            } else {
                schedule.disclosure_unix().max(lock)
            };
            Ok(Some((Task::Disclosure, time)))
        }
        "disclosed" if has_later_child(sql, commitment)? => Ok(Some((Task::Children, now))),
        _ => Ok(None),
    }
}

/// Writes when to look at a draw next, after something was done.
///
/// # Errors
/// If the database is gone.
pub fn plan(change: &mut Transaction<'_>, commitment: &Digest) -> Result<(), Problem> {
    let next = next(change.sql, commitment, change.now)?;
    let due = next.map(|(_, time)| time.max(change.now));
    change.sql.execute(
        "UPDATE work SET due = ?2, attempts = 0, fault = '' WHERE commitment = ?1",
        &[commitment.into(), due.into()],
    )?;
    Ok(())
}

/// Something was brought that a draw may have waited for.
///
/// # Errors
/// If the database is gone.
pub fn at_once(sql: &mut dyn Sql, commitment: &Digest, now: u64) -> Result<(), Problem> {
    sql.execute(
        "UPDATE work SET due = ?2, attempts = 0 WHERE commitment = ?1 AND due > ?2",
        &[commitment.into(), now.into()],
    )?;
    Ok(())
}

/// Whether a child was disclosed whose bundle is not in the parent's yet.
fn has_later_child(sql: &mut dyn Sql, commitment: &Digest) -> Result<bool, Problem> {
    let parent = commitment.to_string();
    let disclosed = sql.query_one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM register_draw WHERE parent = ?1 AND state = 'disclosed'",
        &[parent.as_str().into()],
    )?;
    let disclosed = disclosed.map_or(Ok(0), |row| row.count(0))?;
    let packed = sql.query_one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM held_file WHERE holder = ?1 AND name LIKE 'child-%.zip'",
        &[parent.as_str().into()],
    )?;
    Ok(packed.map_or(Ok(0), |row| row.count(0))? < disclosed)
}

/// How long before its latest moment a batch that nobody proposed is frozen, in seconds.
const BEFORE_BATCH: u64 = 60 * 60;
