//! One run of the monitor: from the last state to the newest checkpoint that holds.
//!
//! Source: docs/spec.md 17.8. Invariant: entries are judged only under a checkpoint that holds and
//! whose root they have.

mod outside;

use std::collections::BTreeMap;

use super::finding::{Findings, Place};
use super::judge::{Judge, Seen};
use super::state::State;
use super::{Options, Reached};
use crate::digest::Digest;
use crate::language::Message;
use crate::log::{LogPolicy, LogView, SignedCheckpoint};
use crate::merkle::{RootBuilder, leaf_hash};
use crate::syntax::shown_time;
use crate::timestamp::Authority;

pub(super) struct Run<'a, 'f> {
    pub(super) view: LogView<'a, Reached<'f>>,
    pub(super) files: &'a Reached<'f>,
    pub(super) policy: &'a LogPolicy,
    pub(super) authorities: &'a [Authority],
    pub(super) options: &'a Options,
    pub(super) now: u64,
    pub(super) work: State,
    pub(super) tree: RootBuilder,
    /// Roots of checkpoints that did not reach the quorum, by size.
    pub(super) pending: BTreeMap<u64, Digest>,
    pub(super) newest: Option<(u64, Digest)>,
    /// Findings about this run and not about entries.
    pub(super) found: Findings,
    pub(super) claims: bool,
    /// Why the newest checkpoint does not hold.
    pub(super) uncovered: Option<Message>,
    pub(super) seen: u64,
    pub(super) progress: &'a mut dyn FnMut(u64),
}

/// Whether to go on.
pub(super) type Sound = bool;

impl Run<'_, '_> {
    pub(super) fn all(
        &mut self,
        state: &State,
    ) -> Result<(Option<SignedCheckpoint>, Sound), Message> {
        let latest = match self.view.checkpoint() {
            Ok(latest) => latest,
            Err(fault) => {
                self.reached()?;
                self.alarm("M04", &fault.english, &fault.chinese);
                return Ok((None, false));
            }
        };
        let head = &latest.checkpoint;
        let mut logs = self.policy.logs().iter();
        if self.work.origin.is_empty() && logs.any(|log| log.key.name == head.origin) {
            self.work.origin.clone_from(&head.origin);
        }
        if head.size < state.size {
            self.alarm(
                "M02",
                &format!(
                    "the log has {} entries; {} were seen before",
                    head.size, state.size
                ),
                &format!("日志只有{}条，此前已见{}条", head.size, state.size),
            );
            return Ok((Some(latest), false));
        }
        if head.size == state.size && state.size > 0 && head.root != state.root {
            self.fork(head.size);
            return Ok((Some(latest), false));
        }
        if let Some(last) = state.checkpoints.checked_sub(1) {
            let kept = self.numbered(last)?;
            if kept.is_none() {
                self.alarm(
                    "M02",
                    &format!("checkpoints/{last}, which was seen before, is gone"),
                    &format!("此前见过的 checkpoints/{last} 不见了"),
                );
                return Ok((Some(latest), false));
            }
            let kept = kept.map(|kept| kept.checkpoint);
            if kept.is_some_and(|kept| kept.size == state.size && kept.root != state.root) {
                self.fork(state.size);
                return Ok((Some(latest), false));
            }
        }
        let mut number = state.checkpoints;
        let mut listed = state.size;
        while let Some(signed) = self.numbered(number)? {
            listed = listed.max(signed.checkpoint.size);
            if !self.checkpoint(&signed, Some(number))? {
                return Ok((Some(latest), false));
            }
            number = number.saturating_add(1);
        }
        if listed > head.size {
            self.found.notice(
                "M02",
                &Place::default(),
                "the file checkpoint is older than those in checkpoints/",
                "checkpoint 文件旧于 checkpoints/ 中的检查点",
            );
        } else if head.size > listed || number == 0 {
            self.alarm(
                "M04",
                "the latest checkpoint is not in checkpoints/: times cannot be told",
                "最新检查点不在 checkpoints/ 中，无法判断时间",
            );
            if !self.checkpoint(&latest, None)? {
                return Ok((Some(latest), false));
            }
        }
        if let Some(fault) = self.uncovered.take() {
            let from = self.work.size;
            self.alarm(
                "M01",
                &format!(
                    "entries from {from} on are not judged yet: {}",
                    fault.english
                ),
                &format!("第{from}号起的条目尚不能判断：{}", fault.chinese),
            );
        }
        let trusted = self.policy.logs().iter();
        if !trusted.into_iter().any(|log| log.key.name == head.origin) {
            self.alarm(
                "M01",
                &format!("{} is not the log of the policy", head.origin),
                &format!("{}不是策略中的日志", head.origin),
            );
        }
        Ok((Some(latest), true))
    }

    fn numbered(&mut self, number: u64) -> Result<Option<SignedCheckpoint>, Message> {
        match self.view.numbered(number) {
            Ok(signed) => Ok(signed),
            Err(fault) => {
                self.reached()?;
                self.alarm("M01", &fault.english, &fault.chinese);
                Ok(None)
            }
        }
    }

    /// An error, if the log could not be reached.
    fn reached(&self) -> Result<(), Message> {
        let failed = self.files.failed.borrow();
        failed.as_ref().map_or(Ok(()), |fault| Err(fault.clone()))
    }

    /// Takes in a checkpoint and, if it holds, the entries up to it.
    fn checkpoint(
        &mut self,
        signed: &SignedCheckpoint,
        number: Option<u64>,
    ) -> Result<Sound, Message> {
        let head = &signed.checkpoint;
        let logs = self.policy.logs().iter();
        let of_log = logs
            .filter(|log| log.key.name == head.origin)
            .any(|log| signed.verify(&log.key) == Ok(true));
        if !of_log || head.origin != self.work.origin {
            let name =
                number.map_or_else(|| "checkpoint".to_owned(), |n| format!("checkpoints/{n}"));
            self.keep(
                "M01",
                &format!("{name}: not signed by the log of your policy"),
                &format!("{name}：没有您策略中日志的签名"),
            );
            return Ok(true);
        }
        if let Some((size, root)) = self.newest {
            if head.size < size {
                self.alarm(
                    "M02",
                    &format!("the log signed size {} after size {size}", head.size),
                    &format!("日志在签署规模{size}之后又签署规模{}", head.size),
                );
                return Ok(false);
            }
            if head.size == size && head.root != root {
                self.fork(size);
                return Ok(false);
            }
        }
        self.newest = Some((head.size, head.root));
        self.times(signed);
        self.compromised(signed);
        let stamped = self.token(signed, number)?;
        let quorum = match self.policy.judge(signed) {
            Ok(witnessed) => witnessed.quorum,
            Err(fault) => {
                self.pending.insert(head.size, head.root);
                if head.size > self.work.size || self.work.last.is_empty() {
                    self.uncovered = Some(fault);
                }
                return Ok(true);
            }
        };
        let time = quorum.or(stamped.filter(|_| !self.policy.has_quorum()));
        if let (Some(time), Some(last)) = (time, self.work.last_time)
            && time < last
        {
            self.found.notice(
                "M22",
                &Place::default(),
                &format!(
                    "size {}: witnessed at {}, an earlier checkpoint at {}",
                    head.size,
                    shown_time(time),
                    shown_time(last)
                ),
                &format!(
                    "规模{}：见证时间{}，早于前一检查点的{}",
                    head.size,
                    shown_time(time),
                    shown_time(last)
                ),
            );
        }
        if !self.entries(head.size, time)? {
            return Ok(false);
        }
        if self.tree.root() != head.root {
            return self.mismatch(head.size).map(|()| false);
        }
        self.uncovered = None;
        self.work.size = head.size;
        self.work.root = head.root;
        self.work.edge = self.tree.subtrees().to_vec();
        self.work.last = signed.to_text();
        if self.work.first.is_empty() {
            self.work.first.clone_from(&self.work.last);
        }
        self.work.last_time = self.work.last_time.max(time);
        if let Some(number) = number {
            self.work.checkpoints = number.saturating_add(1);
        }
        Ok(true)
    }

    /// Reads entries up to a size.
    fn entries(&mut self, size: u64, time: Option<u64>) -> Result<Sound, Message> {
        let mut next = self.work.size;
        if time.is_none() && next < size {
            self.claims = true;
        }
        let seen = time.map_or(Seen::Claimed, Seen::Outside);
        let view = LogView(self.files);
        let mut documents = |hash: &Digest| view.document(hash);
        let (tree, pending, work) = (&mut self.tree, &mut self.pending, &mut self.work);
        let (options, progress) = (self.options, &mut self.progress);
        let mut forked = None;
        let read = view.for_each_bundle(next..size, size, |_, entries| {
            for entry in entries {
                tree.push(leaf_hash(&entry));
                if let Some(root) = pending.remove(&tree.size())
                    && root != tree.root()
                {
                    forked = forked.or(Some(tree.size()));
                }
                let mut judge = Judge {
                    state: &mut *work,
                    options,
                    documents: &mut documents,
                };
                judge.entry(next, &entry, seen);
                next = next.saturating_add(1);
            }
            progress(next);
            Ok::<_, Message>(())
        });
        self.seen = next;
        if let Err(fault) = read {
            self.reached()?;
            self.alarm("M04", &fault.english, &fault.chinese);
            return Ok(false);
        }
        self.reached()?;
        if let Some(size) = forked {
            self.fork(size);
            return Ok(false);
        }
        Ok(true)
    }

    /// Entries do not have the signed root: another history, or spoilt files?
    fn mismatch(&mut self, size: u64) -> Result<(), Message> {
        let seen = self.work.size;
        let old = self.view.tree(size).root_at(seen);
        self.reached()?;
        if seen > 0 && old.is_ok_and(|root| root != self.work.root) {
            self.fork(seen);
        } else {
            self.alarm(
                "M04",
                &format!("the entries up to size {size} do not have the root that the log signed: dropped, changed or out of order"),
                &format!("规模{size}以内的条目与日志签署的根值不符：有缺失、改动或错序"),
            );
        }
        Ok(())
    }

    fn fork(&mut self, size: u64) {
        self.alarm(
            "M03",
            &format!("two histories: another root of size {size} than was seen or signed before"),
            &format!("两段历史：规模{size}的根值与此前所见或所签的不同"),
        );
    }

    /// An alarm about a checkpoint, which is not read again.
    fn keep(&mut self, id: &str, english: &str, chinese: &str) {
        let all = &mut self.work.findings;
        all.alarm(id, &Place::default(), english, chinese);
    }

    fn alarm(&mut self, id: &str, english: &str, chinese: &str) {
        self.found.alarm(id, &Place::default(), english, chinese);
    }
}
