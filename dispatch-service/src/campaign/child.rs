//! Child draws 分级抽取 whose parent is drawn in this service: the handover, computed at the child's
//! pulse.
//!
//! Source: docs/spec.md 16.4. Invariant: nothing of the parent's list is computed for a child before the
//! child's own pulse is there.

use dispatch_core::child::child_of;
use dispatch_core::digest::Digest;
use dispatch_core::evidence::Announced;
use dispatch_core::handover::Handover;
use dispatch_core::language::Message;

use super::{held, registered};
use crate::context::Context;
use crate::problem::Problem;
use crate::store::Sql;

/// What the parent hands over to this child after the parent's stage `stage` (0: its draw), or what is
/// waited for. The caller has the child's pulse.
///
/// # Errors
/// If what is held of the parent is damaged, or the database is gone.
pub fn handover(
    ctx: &Context,
    child: &Announced,
    stage: u64,
) -> Result<Result<Handover, Message>, Problem> {
    let Some(named) = child.document.plan.parent.first() else {
        return Err(Problem::internal(
            &"a draw without a parent has no handover",
        ));
    };
    let parent = named.commitment;
    let state = ctx.store.read_blocking(move |sql| {
        let draw = registered::find(sql, &parent)?;
        let drawn = sql.query_one(
            "SELECT state FROM stage WHERE commitment = ?1 AND number = ?2",
            &[(&parent).into(), stage.into()],
        )?;
        let drawn = drawn.is_some_and(|row| row.text(0).is_ok_and(|state| state == "drawn"));
        Ok(draw.map(|draw| (draw.state, stage == 0 || drawn)))
    })?;
    let Some((state, stage_drawn)) = state else {
        return Ok(Err(Message::new(
            "the parent's draw is not held here",
            "发起方的抽取不在本系统中",
        )));
    };
    if state == "voided" {
        return Ok(Err(Message::new(
            "the parent's draw was voided: void this one too",
            "发起方的抽取已作废：本次抽取也应作废",
        )));
    }
    if state == "announced" || !stage_drawn {
        return Ok(Err(Message::new(
            "waiting for the parent's draw or stage",
            "等待发起方的抽取或补抽",
        )));
    }
    let own = held::announced(ctx, &parent)?;
    let (_, announced) = child_of(&own, &child.document.plan)?;
    let held = match held::again(ctx, &parent, stage.saturating_add(1))? {
        Ok(held) => held,
        Err(waits) => return Ok(Err(waits)),
    };
    let (records, result, key) = held
        .list(stage)
        .ok_or_else(|| Problem::internal(&"a stage of the parent is missing"))?;
    Ok(Ok(Handover::new(
        announced,
        &held.prepared.subjects,
        (stage, &records, &result),
        &key,
    )))
}

/// The parent's last frozen stage whose pulse comes before this round.
///
/// # Errors
/// If the database is gone.
pub fn parent_stage(sql: &mut dyn Sql, parent: &Digest, round: u64) -> Result<u64, Problem> {
    let row = sql.query_one(
        "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM stage WHERE commitment = ?1 AND round <= ?2",
        &[parent.into(), round.into()],
    )?;
    Ok(row.map_or(Ok(0), |row| row.count(0))?)
}
