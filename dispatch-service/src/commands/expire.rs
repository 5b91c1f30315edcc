//! `dispatch-service expire`: a document goes whose time by law is over; hash and reason stay.

use std::io::Write;

use dispatch_core::digest::Digest;
use dispatch_core::language::{Language, Message};

use super::{needs_tables, say};
use crate::args::keeping::Expire;
use crate::audit;
use crate::problem::Problem;
use crate::store::{Backend, Sql, blob};

/// Lets it go, and records that.
///
/// # Errors
/// If there is no such document, a draw still needs it, or the database is gone.
pub fn run(
    options: &Expire,
    backend: &Backend,
    now: u64,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Message> {
    needs_tables(backend)?;
    let (digest, reason) = (&options.digest, options.reason.trim());
    if reason.is_empty() || reason.chars().count() > LONGEST {
        return Err(Message::new(
            format!(
                "--reason: say in 1 to {LONGEST} characters why; everybody who asks for the document reads it"
            ),
            format!("--reason：请用1至{LONGEST}个字说明原因，查阅者都会看到"),
        ));
    }
    let done = backend.once(true, |sql| {
        audit::lock(sql)?;
        not_needed(sql, digest)?;
        blob::expire(sql, digest, reason, now).map_err(|problem| match problem.status {
            404 => Problem::new(
                404,
                "not-found",
                format!("{digest}: there is no such document, or it expired already"),
                format!("{digest}：没有该文件，或已销毁"),
            ),
            _ => problem,
        })?;
        audit::record_command(sql, now, "expire", &digest.to_string(), reason)
    });
    done.map_err(|problem| problem.message)?;
    say(
        out,
        language,
        &Message::new(
            format!(
                "{digest}: the bytes are gone, hash, length, time and reason stay. Older backups still hold it"
            ),
            format!("{digest}：内容已销毁，保留哈希、长度、时间和原因。较早的备份中仍有该文件"),
        ),
    )
}

/// What a draw is drawn from, disclosed with or verified by is kept until it is disclosed.
fn not_needed(sql: &mut dyn Sql, digest: &Digest) -> Result<(), Problem> {
    let holders = sql.query(
        "SELECT holder, name FROM held_file WHERE digest = ?1",
        &[digest.into()],
    )?;
    for row in holders {
        let (holder, name) = (row.text(0)?, row.text(1)?);
        let state = match Digest::from_hex(holder) {
            Ok(commitment) => sql.query_one(
                "SELECT state FROM register_draw WHERE commitment = ?1 AND state IN ('announced', 'drawn')",
                &[(&commitment).into()],
            )?,
            Err(_) => sql.query_one(
                "SELECT state FROM draft WHERE id = ?1 AND state = 'open'",
                &[holder.into()],
            )?,
        };
        if state.is_some() {
            return Err(Problem::conflict(
                format!(
                    "{digest}: is {name} of {holder}, which is not finished: it is still needed"
                ),
                format!("{digest}：是尚未结束的{holder}的{name}，仍需保留"),
            ));
        }
    }
    Ok(())
}

/// Characters of a reason.
const LONGEST: usize = 500;
