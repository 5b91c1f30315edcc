//! Two views of one log: whether one continues the other, and from which entry on they differ.
//!
//! Invariant: both sides are signed by a log of the policy, so a difference convicts the log.

use crate::digest::Digest;
use crate::language::Message;
use crate::log::view::tree_message;
use crate::log::{LogFiles, LogPolicy, LogView, SignedCheckpoint};

/// Two histories of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first entry that differs, as far as the tiles tell; none if only roots are known.
    pub index: Option<u64>,
    /// Size at which the roots differ.
    pub size: u64,
    /// One checkpoint, as it was signed.
    pub one: String,
    /// The other.
    pub other: String,
}

/// Compares two views of a log by their latest checkpoints and their tiles.
///
/// # Errors
/// If a view cannot be read, is not signed by a log of the policy, or has tiles that are not those
/// of its own checkpoint.
pub fn compare(
    one: &dyn LogFiles,
    other: &dyn LogFiles,
    policy: &LogPolicy,
) -> Result<Option<Difference>, Message> {
    let (one, other) = (LogView(one), LogView(other));
    let heads = (one.checkpoint()?, other.checkpoint()?);
    for (view, head) in [(&one, &heads.0), (&other, &heads.1)] {
        signed(head, policy)?;
        let root = view.tree(head.checkpoint.size).root();
        if root.map_err(tree_message)? != head.checkpoint.root {
            return Err(Message::new(
                "the tiles of a view are not those of its own checkpoint (M04)",
                "其中一份的瓦片与其自身检查点不符（M04）",
            ));
        }
    }
    if heads.0.checkpoint.origin != heads.1.checkpoint.origin {
        return Err(Message::new(
            "the two are different logs",
            "两者不是同一个日志",
        ));
    }
    let (size, first, second) = (
        heads.0.checkpoint.size.min(heads.1.checkpoint.size),
        heads.0.checkpoint.size,
        heads.1.checkpoint.size,
    );
    let (mut a, mut b) = (one.tree(first), other.tree(second));
    let mut same = |size: u64| -> Result<bool, Message> {
        let roots = (a.root_at(size), b.root_at(size));
        Ok(roots.0.map_err(tree_message)? == roots.1.map_err(tree_message)?)
    };
    if same(size)? {
        return Ok(None);
    }
    // The trees agree up to `low` entries and not up to `high`.
    let (mut low, mut high) = (0_u64, size);
    while low.saturating_add(1) < high {
        let middle = low.midpoint(high);
        if same(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(Difference {
        index: Some(low),
        size,
        one: heads.0.to_text(),
        other: heads.1.to_text(),
    }))
}

/// Whether a log as its files show it fits a checkpoint that somebody else was shown. None if that
/// one is larger than the log shows here.
///
/// # Errors
/// As [`compare`].
pub fn continues(
    files: &dyn LogFiles,
    held: &SignedCheckpoint,
    policy: &LogPolicy,
) -> Result<Option<Result<(), Difference>>, Message> {
    signed(held, policy)?;
    let view = LogView(files);
    let latest = view.checkpoint()?;
    let (size, root) = (held.checkpoint.size, held.checkpoint.root);
    if size > latest.checkpoint.size {
        return Ok(None);
    }
    let here: Digest = if size == latest.checkpoint.size {
        latest.checkpoint.root
    } else {
        let mut tree = view.tree(latest.checkpoint.size);
        tree.root_at(size).map_err(tree_message)?
    };
    if here == root {
        return Ok(Some(Ok(())));
    }
    Ok(Some(Err(Difference {
        index: None,
        size,
        one: latest.to_text(),
        other: held.to_text(),
    })))
}

fn signed(head: &SignedCheckpoint, policy: &LogPolicy) -> Result<(), Message> {
    let origin = &head.checkpoint.origin;
    let mut logs = policy.logs().iter().filter(|log| log.key.name == *origin);
    if logs.any(|log| head.verify(&log.key) == Ok(true)) {
        Ok(())
    } else {
        Err(Message::new(
            format!("a checkpoint of {origin} is not signed by the log of your policy (M01)"),
            format!("{origin}的检查点没有您策略中日志的签名（M01）"),
        ))
    }
}
