//! The disclosure 公开: at its time the secret comes out, and one file from which anybody recomputes all.
//!
//! Source: docs/spec.md sections 9, 10, 17.7 and 18.3. Invariant: nothing sealed is put into a public
//! file before the transaction that logs the disclosure.

mod bundle;
mod log_lines;

pub use self::bundle::auditors;

use dispatch_core::bundle as core;
use dispatch_core::digest::Digest;
use dispatch_core::entry::{Disclosing, Step};
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;

use self::bundle::{Packed, Whole};
use super::drawing::{Outcome, audit_name};
use super::{due, files, registered};
use crate::audit;
use crate::context::Context;
use crate::problem::Problem;

/// Discloses, if everything is there.
///
/// # Errors
/// If what is held is damaged, or the database is gone.
pub fn disclose(ctx: &Context, commitment: &Digest) -> Result<Outcome, Problem> {
    let commitment = *commitment;
    let (draw, last) = ctx.store.read_blocking(move |sql| {
        let last = sql.query_one(
            "SELECT CAST(COALESCE(MAX(time), 0) AS BIGINT) FROM register_step WHERE commitment = ?1",
            &[(&commitment).into()],
        )?;
        let last = last.map_or(Ok(0), |row| row.count(0))?;
        Ok((registered::get(sql, &commitment)?, last))
    })?;
    if draw.state != "drawn" {
        return Ok(Outcome::Done);
    }
    let now = ctx.clock.now();
    if !draw.replay && now < draw.disclosure_time {
        return Ok(Outcome::Waits(too_early()));
    }
    // What others have to bring is waited for, but not for ever: the secret has to come out.
    let since = if draw.replay {
        last
    } else {
        draw.disclosure_time.max(last)
    };
    let patient = now < since.saturating_add(PATIENCE);
    let whole = match Whole::read(ctx, &commitment, patient)? {
        Ok(whole) => whole,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let disclosure = whole.files.get(core::DISCLOSURE).unwrap_or_default();
    let document = Digest::of(disclosure);
    let opened: dispatch_core::disclosure::Disclosure =
        from_canonical(disclosure).map_err(|error| Problem::internal(&error))?;
    let packed = whole.pack(ctx, EVIDENCE)?;
    ctx.store.write_blocking(move |change| {
        let draw = registered::get(change.sql, &commitment)?;
        if draw.state == "disclosed" {
            return Ok(());
        }
        draw.must_be("drawn")?;
        if !draw.replay && change.now < draw.disclosure_time {
            let Message { english, chinese } = too_early();
            return Err(Problem::new(409, "too-early", english, chinese));
        }
        let frozen = change.sql.query_one(
            "SELECT number FROM stage WHERE commitment = ?1 AND state = 'frozen' LIMIT 1",
            &[(&commitment).into()],
        )?;
        if frozen.is_some() {
            return Err(Problem::conflict(
                "a stage was frozen meanwhile; it is drawn first",
                "其间又冻结了一次补抽，须先抽取",
            ));
        }
        change.append(
            &draw.body,
            Step::Disclosure(Disclosing {
                bundle: packed.bundle.to_string(),
                commitment,
                document,
                secret: opened.secret,
            }),
        )?;
        packed.write(change, &commitment)?;
        let target = commitment.to_string();
        audit::record(change, audit_name(), "disclose", &target, "", "")?;
        due::plan(change, &commitment)?;
        // The parent's bundle takes this one in.
        let (announced, _) = registered::announcement(change.sql, &commitment)?;
        if let Some(parent) = announced.document.plan.parent.first() {
            change.sql.execute(
                "UPDATE work SET due = ?2, attempts = 0 WHERE commitment = ?1",
                &[(&parent.commitment).into(), change.now.into()],
            )?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// Makes the bundle of a parent once more, with children that were disclosed later.
///
/// # Errors
/// As [`disclose`].
pub fn take_children_in(ctx: &Context, commitment: &Digest) -> Result<Outcome, Problem> {
    let commitment = *commitment;
    let whole = match Whole::read(ctx, &commitment, false)? {
        Ok(whole) => whole,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let name = format!("evidence-{}.zip", whole.children.len());
    let packed: Packed = whole.pack(ctx, &name)?;
    ctx.store.write_blocking(move |change| {
        packed.write(change, &commitment)?;
        let target = commitment.to_string();
        audit::record(change, audit_name(), "take-children-in", &target, &name, "")?;
        due::plan(change, &commitment)
    })?;
    Ok(Outcome::Done)
}

/// The newest public bundle of a draw that is disclosed.
///
/// # Errors
/// 404 before the disclosure.
pub fn evidence(
    sql: &mut dyn crate::store::Sql,
    commitment: &Digest,
) -> Result<files::HeldFile, Problem> {
    let held = files::list(sql, &commitment.to_string())?;
    let rank = |name: &str| {
        if name == EVIDENCE {
            return Some(0);
        }
        let number = name.strip_prefix("evidence-")?.strip_suffix(".zip")?;
        number.parse::<u64>().ok()
    };
    let newest = held.into_iter().filter(|file| !file.sealed);
    let newest = newest.filter_map(|file| Some((rank(&file.name)?, file)));
    let newest = newest.max_by_key(|(rank, _)| *rank);
    newest.map(|(_, file)| file).ok_or_else(Problem::not_found)
}

fn too_early() -> Message {
    Message::new("the disclosure time has not come", "尚未到公开时间")
}

/// The public bundle.
pub const EVIDENCE: &str = "evidence.zip";
/// How long the disclosure waits for children, cosignatures and the pulse of the time lock.
const PATIENCE: u64 = 60 * 60;
