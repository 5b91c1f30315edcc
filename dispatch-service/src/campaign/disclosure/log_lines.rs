//! What of a draw stands in the log, with proofs: `log.jsonl` of a bundle.
//!
//! Source: docs/spec.md 17.7. Invariant: every proof was verified, against a checkpoint that holds under
//! the policy.

use std::collections::BTreeSet;

use dispatch_core::digest::Digest;
use dispatch_core::entry::Entry;
use dispatch_core::evidence::LogLine;
use dispatch_core::language::Message;
use dispatch_core::log::{LogPolicy, LogView, Prover};

use crate::context::Context;
use crate::log::witness::StoreFiles;
use crate::problem::Problem;
use crate::store::Sql;

/// The lines for a draw; a message if a quorum is waited for. Without a policy of the service they are
/// proofs against the log's own signature, which is all there is. Unless it has to be the `whole`, the
/// newest entries that no checkpoint shows yet are left out.
pub(super) fn of(
    ctx: &Context,
    commitment: &Digest,
    whole: bool,
) -> Result<Result<Option<Vec<u8>>, Message>, Problem> {
    let own;
    let policy = match &ctx.settings.policy {
        Some(published) => &published.policy,
        None => {
            let key = ctx.signer.key().verifier();
            own = LogPolicy::read(format!("log {key}\nquorum none\n"))?;
            &own
        }
    };
    let (commitment, quorum) = (*commitment, policy.has_quorum());
    let (entries, numbers) = ctx.store.read_blocking(move |sql| {
        let entries = entries(sql, &commitment)?;
        let numbers = numbers(sql, &entries, quorum)?;
        Ok((entries, numbers))
    })?;
    let files = StoreFiles(ctx.store.clone());
    Ok(lines(&files, policy, (&entries, whole), &numbers).map(Some))
}

fn lines(
    files: &StoreFiles,
    policy: &LogPolicy,
    (entries, whole): (&[(u64, Vec<u8>)], bool),
    numbers: &BTreeSet<u64>,
) -> Result<Vec<u8>, Message> {
    let view = LogView(files);
    let mut checkpoints = Vec::new();
    for number in numbers {
        if let Some(checkpoint) = view.numbered(*number)? {
            checkpoints.push((*number, checkpoint));
        }
    }
    let prover = Prover::new(files, policy, checkpoints).map_err(|mut messages| {
        messages
            .pop()
            .unwrap_or_else(|| Message::new("no checkpoint holds", "没有可用的检查点"))
    })?;
    let mut lines = Vec::new();
    for (index, bytes) in entries {
        let (number, proof) = match prover.prove(*index, bytes) {
            Ok(proven) => proven,
            Err(_) if !whole && !lines.is_empty() => break,
            Err(fault) => return Err(fault),
        };
        let line = LogLine {
            entry: Entry::read(bytes)?,
            bytes: bytes.clone(),
            proof,
            token: prover.token(number)?,
        };
        lines.extend(line.to_bytes()?);
        lines.push(b'\n');
    }
    Ok(lines)
}

/// The entries of a draw. A draw is announced once, so no other is about the same id.
fn entries(sql: &mut dyn Sql, commitment: &Digest) -> Result<Vec<(u64, Vec<u8>)>, Problem> {
    let rows = sql.query(
        "SELECT e.idx, e.entry FROM register_step s JOIN log_entry e ON e.idx = s.idx WHERE s.commitment = ?1 ORDER BY s.idx",
        &[commitment.into()],
    )?;
    let read = rows
        .iter()
        .map(|row| Ok((row.count(0)?, row.bytes(1)?.to_vec())));
    read.collect()
}

/// Checkpoints that can show the entries: the first after each, and those that others have signed.
fn numbers(
    sql: &mut dyn Sql,
    entries: &[(u64, Vec<u8>)],
    quorum: bool,
) -> Result<BTreeSet<u64>, Problem> {
    let mut numbers = BTreeSet::new();
    let mut first = None;
    for (index, _) in entries {
        let row = sql.query_one(
            "SELECT number FROM log_checkpoint WHERE size > ?1 ORDER BY number LIMIT 1",
            &[(*index).into()],
        )?;
        if let Some(row) = row {
            let number = row.count(0)?;
            first = first.or(Some(number));
            numbers.insert(number);
        }
    }
    let Some(first) = first else {
        return Ok(numbers);
    };
    let signed = if quorum {
        "SELECT DISTINCT number FROM log_cosignature WHERE number >= ?1 ORDER BY number"
    } else {
        "SELECT number FROM log_token WHERE number >= ?1 ORDER BY number"
    };
    for row in sql.query(signed, &[first.into()])? {
        numbers.insert(row.count(0)?);
    }
    Ok(numbers)
}
