//! The key that signs the log, and what this machine remembers of what it signed.

use std::path::PathBuf;
use std::sync::Arc;

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
        // Not flushed: an older one that is found after a power failure is as true. Two processes may
        // share the folder.
        let written = path.with_extension(std::process::id().to_string());
        let done = std::fs::write(&written, note).and_then(|()| std::fs::rename(&written, path));
        if let Err(error) = done {
            tracing::warn!(%error, "the latest checkpoint could not be remembered beside the key");
        }
    }

    /// The checkpoint that this machine signed last, if it remembers any.
    #[must_use]
    pub fn remembered(&self) -> Option<SignedCheckpoint> {
        let bytes = std::fs::read(self.memory.as_ref()?).ok()?;
        SignedCheckpoint::read(&bytes).ok()
    }
}
