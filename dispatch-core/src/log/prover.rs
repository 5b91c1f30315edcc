//! Proofs that entries stand in a log, each against the earliest checkpoint that shows it.
//!
//! Source: docs/spec.md 17.7. Invariant: every proof was verified against its checkpoint, and every
//! checkpoint holds under the policy.

use std::collections::BTreeMap;

use super::{LogFiles, LogPolicy, LogProof, LogView, SignedCheckpoint};
use crate::language::Message;
use crate::merkle::leaf_hash;

/// Finds for every entry the earliest checkpoint that shows it.
#[derive(Debug)]
pub struct Prover<'f, F: ?Sized> {
    view: LogView<'f, F>,
    checkpoints: Vec<(u64, SignedCheckpoint)>,
}

impl<'f, F: LogFiles + ?Sized> Prover<'f, F> {
    /// Takes checkpoints, in order of their numbers, and leaves out those that do not hold. Without a
    /// quorum only a token tells a time, so where one of them has a token, those without are left out
    /// too.
    ///
    /// # Errors
    /// If none holds: why each does not.
    pub fn new(
        files: &'f F,
        policy: &LogPolicy,
        checkpoints: impl IntoIterator<Item = (u64, SignedCheckpoint)>,
    ) -> Result<Self, Vec<Message>> {
        let view = LogView(files);
        let mut holding = Vec::new();
        let mut faults: BTreeMap<String, Message> = BTreeMap::new();
        for (number, checkpoint) in checkpoints {
            match policy.judge(&checkpoint) {
                Ok(_) => holding.push((number, checkpoint)),
                Err(fault) => {
                    faults.insert(fault.english.clone(), fault);
                }
            }
        }
        if holding.is_empty() {
            let mut messages: Vec<Message> = faults.into_values().collect();
            messages.push(Message::new(
                "no checkpoint of this log holds under the policy; have it cosigned with `dispatch log cosign`",
                "本日志没有符合信任策略的检查点；请用 dispatch log cosign 取得联署",
            ));
            return Err(messages);
        }
        if !policy.has_quorum() {
            let stamped = { holding.iter() }
                .map(|(number, _)| Ok(view.token(*number)?.is_some()))
                .collect::<Result<Vec<bool>, Message>>()
                .map_err(|fault| vec![fault])?;
            let last = stamped.iter().rposition(|stamped| *stamped);
            let mut place = 0;
            holding.retain(|_| {
                let behind = last.is_none_or(|last| place > last);
                let keeps = behind || stamped.get(place).copied().unwrap_or(false);
                place += 1;
                keeps
            });
        }
        Ok(Self {
            view,
            checkpoints: holding,
        })
    }

    /// The proof for an entry, and the number of its checkpoint.
    ///
    /// # Errors
    /// If no checkpoint shows it, or the log is damaged.
    pub fn prove(&self, index: u64, entry: &[u8]) -> Result<(u64, LogProof), Message> {
        let place = self
            .checkpoints
            .partition_point(|(_, checkpoint)| checkpoint.checkpoint.size <= index);
        let Some((number, checkpoint)) = self.checkpoints.get(place) else {
            return Err(Message::new(
                format!(
                    "entry {index} is covered by no checkpoint that reaches the quorum of the policy; have the latest one cosigned with `dispatch log cosign`"
                ),
                format!(
                    "第{index}号条目尚无达到法定数的检查点；请用 dispatch log cosign 为最新检查点取得联署"
                ),
            ));
        };
        let proof = self.view.prove(index, checkpoint.clone())?;
        proof.verify(&leaf_hash(entry)).map_err(|error| {
            Message::new(
                format!("the proof of entry {index} does not hold ({error}); run `dispatch log check`, and restore the log from your copy"),
                format!("第{index}号条目的证明不成立（{error}）；请运行 dispatch log check，并用备份恢复日志"),
            )
        })?;
        Ok((*number, proof))
    }

    /// The time-stamp token over a checkpoint, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn token(&self, number: u64) -> Result<Option<Vec<u8>>, Message> {
        self.view.token(number)
    }
}
