//! What of a draw stands in the log, with proofs: `log.jsonl` of a bundle.
//!
//! Source: docs/spec.md 17.7. Invariant: every proof was verified against its checkpoint, and every
//! checkpoint holds under the policy.

use std::path::Path;

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Entry, Step};
use dispatch_core::evidence::LogLine;
use dispatch_core::log::{LogPolicy, Prover};

use super::LogFolder;
use super::known::for_each_entry;
use crate::console::Console;
use crate::failure::{Done, Failure};

/// `log.jsonl` for the draw with this commitment, from a log's folder; `policy` if another than
/// that in the folder is meant.
pub(crate) fn evidence(
    console: &Console,
    dir: &Path,
    commitment: &Digest,
    policy: Option<&Path>,
) -> Done<Vec<u8>> {
    let folder = LogFolder::open(dir)?;
    let policy = folder.needed_policy(policy)?;
    let (_, latest) = folder.latest()?;
    let found = find(console, &folder, latest.checkpoint.size, commitment)?;
    if found.is_empty() {
        let dir = dir.display();
        return Err(Failure::new(
            format!(
                "{dir}: nothing of the draw {commitment} stands in this log; log it with `dispatch log draw`"
            ),
            format!("{dir}：日志中没有承诺为{commitment}的抽取；请用 dispatch log draw 记录"),
        ));
    }
    let prover = prover(&folder, &policy)?;
    let mut lines = Vec::new();
    for (index, entry, bytes) in found {
        let (number, proof) = prover.prove(index, &bytes)?;
        let token = prover.token(number)?;
        let line = LogLine {
            entry,
            bytes,
            proof,
            token,
        };
        lines.extend(line.to_bytes()?);
        lines.push(b'\n');
    }
    Ok(lines)
}

/// The entries of a draw, and those of its body that announce or void a draw of the same id.
fn find(
    console: &Console,
    folder: &LogFolder,
    size: u64,
    commitment: &Digest,
) -> Done<Vec<(u64, Entry, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut own = None;
    for_each_entry(console, folder, size, |index, entry, bytes| {
        let of = entry.commitment().as_ref() == Some(commitment);
        let about = match &entry.step {
            Step::Announcement(step) => Some(step.announcement.draw.clone()),
            Step::Void(step) => Some(step.draw.clone()),
            _ => None,
        };
        if let (true, Step::Announcement(step)) = (of, &entry.step) {
            own = Some((entry.body.clone(), step.announcement.draw.clone()));
        }
        if of || about.is_some() {
            let about = about.map(|draw| (entry.body.clone(), draw));
            found.push((of, about, (index, entry, bytes)));
        }
        Ok(())
    })?;
    let belongs = |of: bool, about: &Option<_>| of || (own.is_some() && *about == own);
    found.retain(|(of, about, _)| belongs(*of, about));
    Ok(found.into_iter().map(|(_, _, entry)| entry).collect())
}

/// Proves what stands in a folder.
pub(crate) fn prover<'f>(folder: &'f LogFolder, policy: &LogPolicy) -> Done<Prover<'f, LogFolder>> {
    let checkpoints = (0..).zip(folder.view().checkpoints()?);
    Ok(Prover::new(folder, policy, checkpoints)?)
}
