//! What shows that a log has told two histories.
//!
//! `logs/<…>/evidence/<kind>-<size>-<first 16 digits of the root>/` has what was held (`held`) and the
//! request as it came (`request`), both signed by the log. Kind `fork`: two roots of one size.
//! Kind `unproven`: nobody has shown yet that the offered checkpoint continues the held one; it is
//! deleted when somebody does.
//! Invariant: only what a trusted key signed takes up space, once for each root, and never more
//! than a bounded number for each log.

use std::fs;
use std::path::{Path, PathBuf};

use dispatch_core::language::Message;
use dispatch_core::log::Checkpoint;
use dispatch_core::witness::{Evidence, Held};

use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};

/// Keeps evidence; says where, or why not.
pub(super) fn keep(
    log: &Path,
    kind: Evidence,
    held: Option<&Held>,
    offered: &Checkpoint,
    request: &[u8],
) -> Message {
    let target = path(log, kind, offered);
    let kept = (|| -> Done<bool> {
        if target.exists() {
            return Ok(true);
        }
        let all = log.join(FOLDER);
        fs::create_dir_all(&all).map_err(|error| Failure::file(&all, &error))?;
        let kept = names(log)?;
        let same_kind = kept.iter().filter(|name| name.starts_with(word(kind)));
        if same_kind.count() >= MOST {
            return Ok(false);
        }
        let new = NewFolder::create(&target)?;
        let text = held.map_or_else(|| "none\n".to_owned(), Held::to_text);
        folder::write(&new.path().join("held"), text.as_bytes(), true)?;
        folder::write(&new.path().join("request"), request, true)?;
        new.finish()?;
        folder::sync(&all)?;
        Ok(true)
    })();
    let (origin, size) = (&offered.origin, offered.size);
    let place = match kept {
        Ok(true) => Ok(target.display().to_string()),
        Ok(false) => Err(format!("{MOST}")),
        Err(failure) => Err(failure
            .messages
            .first()
            .map(Message::to_string)
            .unwrap_or_default()),
    };
    match (kind, place) {
        (Evidence::Fork, Ok(place)) => Message::new(
            format!(
                "FORK: {origin} has signed two roots for size {size}; evidence: {place}; see docs/witness.md, fork"
            ),
            format!(
                "分叉：{origin}对规模{size}签了两个根；证据：{place}；见 docs/witness.md“发现分叉”"
            ),
        ),
        (Evidence::Unproven, Ok(place)) => Message::new(
            format!(
                "not proven: {origin} offers size {size} with a proof that does not verify; kept: {place}; see docs/witness.md, fork"
            ),
            format!(
                "未获证明：{origin}提交规模{size}，一致性证明不成立；已留存：{place}；见 docs/witness.md“发现分叉”"
            ),
        ),
        (_, Err(reason)) => Message::new(
            format!("evidence about {origin} at size {size} was not kept: {reason}"),
            format!("关于{origin}规模{size}的证据未能留存：{reason}"),
        ),
    }
}

/// Deletes what was not proven before and is now.
pub(super) fn clear(log: &Path, proven: &Checkpoint) {
    let path = path(log, Evidence::Unproven, proven);
    if path.exists() {
        // Failing here leaves a doubt that the operator can clear up; the cosignature stands.
        let _ = fs::remove_dir_all(path);
    }
}

/// Names of the folders of what is kept about a log, in order.
pub(crate) fn names(log: &Path) -> Done<Vec<String>> {
    let dir = log.join(FOLDER);
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let failed = |error: std::io::Error| Failure::file(&dir, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(&dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        // What a crash left half made.
        if path.extension().is_none() {
            let name = path.file_name().unwrap_or_default();
            found.push(name.to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

fn path(log: &Path, kind: Evidence, checkpoint: &Checkpoint) -> PathBuf {
    let (kind, size) = (word(kind), checkpoint.size);
    let root: String = checkpoint.root.to_string().chars().take(16).collect();
    log.join(FOLDER).join(format!("{kind}-{size}-{root}"))
}

const fn word(kind: Evidence) -> &'static str {
    match kind {
        Evidence::Fork => "fork",
        Evidence::Unproven => "unproven",
    }
}

const FOLDER: &str = "evidence";
/// Most folders of one kind for one log: a log that signs without end cannot fill the disk of its witness.
const MOST: usize = 1000;
