//! What a witness holds of one log: the checkpoint it cosigned last.
//!
//! It is kept as that checkpoint with the log's signatures and the witness's own cosignature, so it
//! can be served as it is, and says by itself when it was cosigned.
//! Invariant: no [`Held`] exists without a cosignature of this witness that verifies; a damaged file
//! is an error and never "nothing is held".

use crate::log::{SignedCheckpoint, VerifierKey, cosigned_at};

/// The latest checkpoint that a witness cosigned.
#[derive(Clone, Debug)]
pub struct Held {
    checkpoint: SignedCheckpoint,
    time: u64,
}

impl Held {
    /// Reads what [`Held::to_text`] wrote, or any checkpoint that this witness cosigned.
    ///
    /// # Errors
    /// [`HeldError`] if it is no checkpoint, or not cosigned by `witness`.
    pub fn read(bytes: &[u8], witness: &VerifierKey) -> Result<Self, HeldError> {
        let checkpoint = SignedCheckpoint::read(bytes)
            .map_err(|error| HeldError::Checkpoint(error.to_string()))?;
        let time = cosigned_at(&checkpoint, witness)
            .map_err(|error| HeldError::Cosignature(error.to_string()))?
            .ok_or(HeldError::NotCosigned)?;
        Ok(Self { checkpoint, time })
    }

    /// Of a checkpoint that was cosigned just now.
    pub(super) const fn new(checkpoint: SignedCheckpoint, time: u64) -> Self {
        Self { checkpoint, time }
    }

    /// The checkpoint with its signatures.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.checkpoint.checkpoint.size
    }

    /// When it was cosigned, in seconds since 1970.
    #[must_use]
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// The checkpoint as it is kept and served.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.checkpoint.to_text()
    }
}

/// Why bytes are not what a witness holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeldError {
    /// No checkpoint.
    #[error("not a signed checkpoint: {0}")]
    Checkpoint(String),
    /// The witness's own line does not verify.
    #[error("the cosignature of this witness does not verify: {0}")]
    Cosignature(String),
    /// No line of the witness.
    #[error("not cosigned by this witness")]
    NotCosigned,
}
