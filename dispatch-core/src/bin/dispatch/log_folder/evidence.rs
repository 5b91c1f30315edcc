//! What of a draw stands in the log, with proofs: `log.jsonl` of a bundle.
//!
//! Source: docs/spec.md 17.7. Invariant: every proof was verified against its checkpoint, and every
//! checkpoint holds under the policy.

use std::collections::HashMap;
use std::path::Path;

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Entry, Step};
use dispatch_core::evidence::LogLine;
use dispatch_core::language::Message;
use dispatch_core::log::{LogPolicy, LogProof, SignedCheckpoint};
use dispatch_core::merkle::leaf_hash;

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
    let prover = Prover::new(&folder, &policy)?;
    let mut lines = Vec::new();
    for (index, entry, bytes) in found {
        let (number, proof) = prover.prove(index, &bytes)?;
        let token = folder.view().token(number)?;
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

/// Finds for every entry the earliest checkpoint that shows it.
pub(crate) struct Prover<'f> {
    folder: &'f LogFolder,
    checkpoints: Vec<(u64, SignedCheckpoint)>,
}

impl<'f> Prover<'f> {
    /// Reads all checkpoints and leaves out those that do not hold. Without a quorum only a token
    /// tells a time, so where one of them has a token, those without are left out too.
    pub(crate) fn new(folder: &'f LogFolder, policy: &LogPolicy) -> Done<Self> {
        let mut checkpoints = Vec::new();
        let mut faults: HashMap<String, Message> = HashMap::new();
        for (number, checkpoint) in (0..).zip(folder.view().checkpoints()?) {
            match policy.judge(&checkpoint) {
                Ok(_) => checkpoints.push((number, checkpoint)),
                Err(fault) => {
                    faults.insert(fault.english.clone(), fault);
                }
            }
        }
        if checkpoints.is_empty() {
            let mut messages: Vec<Message> = faults.into_values().collect();
            messages.push(Message::new(
                "no checkpoint of this log holds under the policy; have it cosigned with `dispatch log cosign`",
                "本日志没有符合信任策略的检查点；请用 dispatch log cosign 取得联署",
            ));
            return Err(messages.into());
        }
        if !policy.has_quorum() {
            let dir = folder.dir();
            let stamped = |(number, _): &(u64, SignedCheckpoint)| {
                dir.join(dispatch_core::log::view::token_path(*number))
                    .exists()
            };
            let last = checkpoints.iter().rposition(stamped);
            let mut place = 0;
            checkpoints.retain(|checkpoint| {
                let behind = last.is_none_or(|last| place > last);
                place += 1;
                behind || stamped(checkpoint)
            });
        }
        Ok(Self {
            folder,
            checkpoints,
        })
    }

    /// The proof for an entry, and the number of its checkpoint.
    pub(crate) fn prove(&self, index: u64, entry: &[u8]) -> Done<(u64, LogProof)> {
        let place = self
            .checkpoints
            .partition_point(|(_, checkpoint)| checkpoint.checkpoint.size <= index);
        let Some((number, checkpoint)) = self.checkpoints.get(place) else {
            return Err(Failure::new(
                format!(
                    "entry {index} is covered by no checkpoint that reaches the quorum of the policy; have the latest one cosigned with `dispatch log cosign`"
                ),
                format!(
                    "第{index}号条目尚无达到法定数的检查点；请用 dispatch log cosign 为最新检查点取得联署"
                ),
            ));
        };
        let proof = self.folder.view().prove(index, checkpoint.clone())?;
        proof.verify(&leaf_hash(entry)).map_err(|error| {
            let dir = self.folder.dir().display();
            Message::new(
                format!("{dir}: the proof of entry {index} does not hold ({error}); run `dispatch log check`, and restore the folder from your copy"),
                format!("{dir}：第{index}号条目的证明不成立（{error}）；请运行 dispatch log check，并用备份恢复该目录"),
            )
        })?;
        Ok((*number, proof))
    }
}
