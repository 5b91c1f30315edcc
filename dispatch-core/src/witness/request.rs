//! The add-checkpoint request: the size the witness is at, a consistency proof, a checkpoint.
//!
//! Source: C2SP tlog-witness, "add-checkpoint". The same bytes are the body of the HTTP request and
//! the file that is carried by hand.
//! Invariant: a request has one spelling; reading accepts exactly what [`AddCheckpoint::to_text`]
//! writes, but for signature lines of keys that nobody here knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::log::SignedCheckpoint;
use crate::merkle::ConsistencyProof;

/// A checkpoint offered to a witness.
#[derive(Clone, Debug)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last, 0 if there is none.
    pub old: u64,
    /// From the tree of that size to that of the checkpoint.
    pub proof: ConsistencyProof,
    /// What is to be cosigned.
    pub checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// Reads a request.
    ///
    /// # Errors
    /// [`RequestError`] for anything that is not such a request.
    pub fn read(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MOST_BYTES {
            return Err(RequestError::TooLong);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| RequestError::Encoding)?;
        let (first, mut rest) = text.split_once('\n').ok_or(RequestError::Old)?;
        let old = { first.strip_prefix("old ").and_then(decimal) }.ok_or(RequestError::Old)?;
        let mut path = Vec::new();
        loop {
            let number = path.len().saturating_add(1);
            let (line, after) = { rest.split_once('\n') }.ok_or(RequestError::NoCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if number > MOST_HASHES {
                return Err(RequestError::TooManyHashes);
            }
            path.push(hash(line).ok_or(RequestError::Hash { number })?);
        }
        let checkpoint = SignedCheckpoint::read(rest.as_bytes())
            .map_err(|error| RequestError::Checkpoint(error.to_string()))?;
        Ok(Self {
            old,
            proof: ConsistencyProof { path },
            checkpoint,
        })
    }

    /// The body of the request.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof.path {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint.to_text());
        text
    }
}

/// Why bytes are no add-checkpoint request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// What follows the empty line is no checkpoint.
    #[error("after the empty line there is no signed checkpoint: {0}")]
    Checkpoint(String),
    /// Not UTF-8.
    #[error("not UTF-8 text")]
    Encoding,
    /// A proof line is not the base64 of 32 bytes.
    #[error("line {number} of the consistency proof is not the base64 of 32 bytes")]
    Hash {
        /// Counted from 1.
        number: usize,
    },
    /// No empty line.
    #[error("no empty line after the consistency proof")]
    NoCheckpoint,
    /// The first line.
    #[error("the first line is not \"old\", one space and a decimal number without leading zeros")]
    Old,
    /// More than [`MOST_BYTES`].
    #[error("longer than {MOST_BYTES} bytes")]
    TooLong,
    /// More than [`MOST_HASHES`].
    #[error("more than {MOST_HASHES} lines of consistency proof")]
    TooManyHashes,
}

/// A number in the one way to write it.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn hash(line: &str) -> Option<Digest> {
    let bytes = STANDARD.decode(line).ok()?;
    <[u8; Digest::LENGTH]>::try_from(bytes)
        .ok()
        .map(Digest::new)
}

/// Most bytes of a request: 63 hashes and a checkpoint with room for more than the 16 signatures that must be accepted.
pub const MOST_BYTES: usize = 256 << 10;
/// Most lines of proof, as C2SP says: a tree of 2^63 leaves needs no more.
pub const MOST_HASHES: usize = 63;
