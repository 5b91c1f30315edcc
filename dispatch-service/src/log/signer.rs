//! The key that signs the log, and what this machine remembers of what it signed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatch_core::language::Message;
use dispatch_core::log::{Checkpoint, SignedCheckpoint, SignerKey};

use super::Guard;
use crate::store::StoreError;

/// Signs checkpoints while the guard is open. Clones share key and guard.
#[derive(Clone, Debug)]
pub struct LogSigner {
    key: Arc<SignerKey>,
    guard: Guard,
    /// Where the latest signed checkpoint is remembered, outside the database.
    memory: Option<PathBuf>,
}

impl LogSigner {
    /// A signer; `memory` is a file beside the key.
    #[must_use]
    pub fn new(key: SignerKey, guard: Guard, memory: Option<PathBuf>) -> Self {
        Self {
            key: Arc::new(key),
            guard,
            memory,
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &SignerKey {
        &self.key
    }

    /// The guard.
    #[must_use]
    pub const fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Signs the head of a log.
    pub(super) fn sign(
        &self,
        size: u64,
        root: dispatch_core::digest::Digest,
    ) -> Result<SignedCheckpoint, StoreError> {
        let checkpoint = Checkpoint {
            origin: self.key.name().to_owned(),
            size,
            root,
            extensions: Vec::new(),
        };
        SignedCheckpoint::sign(checkpoint, &self.key)
            .map_err(|error| StoreError::Other(error.to_string()))
    }

    /// Remembers what was signed and committed.
    pub(super) fn remember(&self, note: &str) {
        let Some(path) = &self.memory else {
            return;
        };
        // Another process on this machine may have remembered more meanwhile.
        let size = |note: &[u8]| SignedCheckpoint::read(note).map(|one| one.checkpoint.size);
        let there = std::fs::read(path).ok().and_then(|note| size(&note).ok());
        if there.is_some_and(|there| size(note.as_bytes()).is_ok_and(|own| own < there)) {
            return;
        }
        // Not flushed: an older one that is found after a power failure is as true. Two processes may
        // share the folder.
        let written = path.with_extension(std::process::id().to_string());
        let done = std::fs::write(&written, note).and_then(|()| std::fs::rename(&written, path));
        if let Err(error) = done {
            tracing::warn!(%error, "the latest checkpoint could not be remembered beside the key");
        }
    }

    /// The checkpoint that this machine signed last, if it remembers any.
    ///
    /// # Errors
    /// If what it remembers cannot be read: that is not the same as nothing.
    pub fn remembered(&self) -> Result<Option<SignedCheckpoint>, Message> {
        self.memory.as_deref().map_or(Ok(None), remembered)
    }
}

/// The checkpoint in such a file; none if there is no file, or an empty one, as it is left where the power
/// failed.
///
/// # Errors
/// If the file cannot be read, or holds something else.
pub fn remembered(path: &Path) -> Result<Option<SignedCheckpoint>, Message> {
    let fault = |error: &dyn std::fmt::Display| {
        let path = path.display();
        Message::new(
            format!(
                "{path}: {error}; make it readable or bring it back. If it is lost, remove it, and start once with --adopt-log when you are sure that the database is the newest copy"
            ),
            format!(
                "{path}：{error}；请使其可读或恢复该文件。如已丢失，请删除该文件，并在确认数据库为最新副本后用 --adopt-log 启动一次"
            ),
        )
    };
    match std::fs::read(path) {
        Ok(bytes) if bytes.is_empty() => Ok(None),
        Ok(bytes) => SignedCheckpoint::read(&bytes)
            .map(Some)
            .map_err(|error| fault(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault(&error)),
    }
}
