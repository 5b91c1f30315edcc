//! What outside bodies bring to a draw that was announced: acknowledgements and contributions.
//!
//! Source: docs/spec.md 5.1 and 18.2. Anybody may bring them, and bringing them twice changes nothing.
//! Invariant: what is logged would pass the checks K01 and C05.

use dispatch_core::custody::acknowledges;
use dispatch_core::digest::Digest;
use dispatch_core::entry::{Acknowledgement, Contributing, Entry, Step};
use dispatch_core::language::Message;

use super::registered::{self, Registered};
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// Where a step stands in the log, and whether it was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Index of its entry.
    pub index: u64,
    /// Whether it is new.
    pub new: bool,
}

/// Reads a custodian's acknowledgement (密钥保管方确认).
///
/// # Errors
/// 404 if there is no such draw; 422 if it is none of this draw.
pub fn read_acknowledgement(
    sql: &mut dyn Sql,
    commitment: &Digest,
    note: &[u8],
) -> Result<Acknowledgement, Problem> {
    registered::get(sql, commitment)?;
    let (announced, _) = registered::announcement(sql, commitment)?;
    let step = Acknowledgement::of(&announced.document, *commitment, note);
    step.map_err(|Message { english, chinese }| {
        Problem::new(
            422,
            "acknowledgement",
            format!("the note {english}"),
            format!("该签名文本{chinese}"),
        )
    })
}

/// Logs an acknowledgement: one of each custodian, before the draw time.
///
/// # Errors
/// 409 if the draw is drawn or voided, or its draw time is past; 503 if the log cannot be signed.
pub fn acknowledge(change: &mut Transaction<'_>, step: Acknowledgement) -> Result<Logged, Problem> {
    let commitment = step.commitment;
    let draw = registered::get(change.sql, &commitment)?;
    let (announced, _) = registered::announcement(change.sql, &commitment)?;
    let custody = &announced.document.custody;
    let of = |note: &str| {
        custody.custodians.iter().position(|custodian| {
            let key = custodian.key.parse();
            key.is_ok_and(|key| acknowledges(note.as_bytes(), &commitment, &custody.file, &key))
        })
    };
    let custodian = of(&step.note);
    for (index, entry) in steps(change.sql, &commitment, "acknowledgement")? {
        if let Step::Acknowledgement(logged) = entry.step
            && of(&logged.note) == custodian
        {
            return Ok(Logged { index, new: false });
        }
    }
    draw.must_be("announced")?;
    if !draw.replay && change.now >= draw.draw_time {
        return Err(Problem::new(
            409,
            "too-late",
            "the draw time is past: an acknowledgement after it counts for nothing (K01)",
            "抽取时间已过：此后的确认不能通过核验K01",
        ));
    }
    append(change, &draw, Step::Acknowledgement(step))
}

/// Reads the value of a contribution to the seed.
///
/// # Errors
/// 404 if there is no such draw; 422 if it does not open the announced hash.
pub fn read_contribution(
    sql: &mut dyn Sql,
    commitment: &Digest,
    contributor: &str,
    value: Digest,
) -> Result<Contributing, Problem> {
    registered::get(sql, commitment)?;
    let (announced, _) = registered::announcement(sql, commitment)?;
    let step = Contributing::of(&announced.document, *commitment, contributor, value);
    step.map_err(|Message { english, chinese }| Problem::new(422, "contribution", english, chinese))
}

/// Logs a contribution: one of each body, from the draw time on. Before it, whoever knows the other
/// sources could compute the result and void the draw.
///
/// # Errors
/// 409 if it is too early, or the draw is voided; 503 if the log cannot be signed.
pub fn contribute(change: &mut Transaction<'_>, step: Contributing) -> Result<Logged, Problem> {
    let commitment = step.commitment;
    let draw = registered::get(change.sql, &commitment)?;
    for (index, entry) in steps(change.sql, &commitment, "contribution")? {
        if let Step::Contribution(logged) = entry.step
            && logged.contributor == step.contributor
        {
            return Ok(Logged { index, new: false });
        }
    }
    draw.must_be("announced")?;
    if !draw.replay && change.now < draw.draw_time {
        return Err(Problem::new(
            409,
            "too-early",
            "values are given after the draw time: before it somebody could compute the result and void the draw",
            "数值须在抽取时间之后提供：此前可能有人据以算出结果并作废抽取",
        ));
    }
    let logged = append(change, &draw, Step::Contribution(step))?;
    // It may have been what the draw waited for.
    change.sql.execute(
        "UPDATE work SET due = ?2 WHERE commitment = ?1 AND due > ?2",
        &[(&commitment).into(), change.now.into()],
    )?;
    Ok(logged)
}

fn append(change: &mut Transaction<'_>, draw: &Registered, step: Step) -> Result<Logged, Problem> {
    let index = change.append(&draw.body, step)?;
    Ok(Logged { index, new: true })
}

/// The entries of one kind that belong to a draw.
///
/// # Errors
/// If the database is gone.
pub fn steps(
    sql: &mut dyn Sql,
    commitment: &Digest,
    kind: &'static str,
) -> Result<Vec<(u64, Entry)>, Problem> {
    let rows = sql.query(
        "SELECT e.idx, e.entry FROM register_step s JOIN log_entry e ON e.idx = s.idx WHERE s.commitment = ?1 AND s.kind = ?2 ORDER BY s.idx",
        &[commitment.into(), kind.into()],
    )?;
    let read = rows.iter().map(|row| {
        let entry = Entry::read(row.bytes(1)?).map_err(|message| Problem::internal(&message))?;
        Ok((row.count(0)?, entry))
    });
    read.collect()
}
