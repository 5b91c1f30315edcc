//! When the log was witnessed as its policy asks for.
//!
//! Lines of witnesses are verified before they are stored, so here only their names count. Invariant:
//! told is the time of the witness that completed the quorum, never an earlier one.

use std::collections::BTreeMap;

use dispatch_core::log::LogPolicy;

use crate::store::{Sql, StoreError};

/// A checkpoint that reached the quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Its number.
    pub checkpoint: u64,
    /// When its last needed witness cosigned it.
    pub time: u64,
}

/// When the newest checkpoint that reached the quorum did so.
///
/// # Errors
/// If the database is gone.
pub fn latest(sql: &mut dyn Sql, policy: &LogPolicy) -> Result<Option<u64>, StoreError> {
    let rows = sql.query(
        "SELECT number, witness, time FROM log_cosignature ORDER BY number DESC, time LIMIT 500",
        &[],
    )?;
    let reached = by_checkpoint(&rows, policy)?;
    Ok(reached.last().map(|reached| reached.time))
}

/// The earliest checkpoint over an entry that reached the quorum.
///
/// # Errors
/// If the database is gone.
pub fn first(
    sql: &mut dyn Sql,
    policy: &LogPolicy,
    index: u64,
) -> Result<Option<Reached>, StoreError> {
    // A witness that was away signs the newest checkpoint only: a few hundred lines are enough to
    // reach one that all have signed.
    let rows = sql.query(
        "SELECT c.number, s.witness, s.time FROM log_checkpoint c JOIN log_cosignature s ON s.number = c.number WHERE c.size > ?1 ORDER BY c.number, s.time LIMIT 500",
        &[index.into()],
    )?;
    Ok(by_checkpoint(&rows, policy)?.first().copied())
}

/// Checkpoints that reached the quorum, by number.
fn by_checkpoint(
    rows: &[crate::store::Row],
    policy: &LogPolicy,
) -> Result<Vec<Reached>, StoreError> {
    let mut lines: BTreeMap<u64, Vec<(u64, &str)>> = BTreeMap::new();
    for row in rows {
        let line = (row.count(2)?, row.text(1)?);
        lines.entry(row.count(0)?).or_default().push(line);
    }
    let reached = lines.into_iter().filter_map(|(checkpoint, mut lines)| {
        lines.sort_unstable();
        let time = (1..=lines.len()).find_map(|so_far| {
            let (heard, _) = lines.split_at_checked(so_far)?;
            let reached = policy.is_reached_by(|place| {
                let witness = policy.witnesses().get(place);
                witness.is_some_and(|one| heard.iter().any(|(_, name)| *name == one.key.name))
            });
            heard.last().filter(|_| reached).map(|(time, _)| *time)
        });
        time.map(|time| Reached { checkpoint, time })
    });
    Ok(reached.collect())
}
