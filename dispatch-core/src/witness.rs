//! A witness 见证方: another body that cosigns the checkpoints of a log 公开日志, each only after it
//! has checked that the log has grown and changed nothing.
//!
//! Source: C2SP tlog-witness v1.0.0, tlog-cosignature v1 (Ed25519), tlog-checkpoint v1.0.0.
//! What reached the witness by HTTP and what was carried to it by hand are the same bytes and get
//! the same decision. The decision is pure: what is held, which keys are trusted and the time are
//! arguments; keeping the state is the caller's (the tool's `dispatch witness`).
//!
//! Invariant: of two cosignatures for one log made one after the other on the state that the first
//! left, the second is for a tree that contains the first one's, and its time is not earlier.

pub mod asking;
mod decision;
mod held;
mod refusal;
mod request;

pub use self::decision::{Cosigned, Submission};
pub use self::held::{Held, HeldError};
pub use self::refusal::{Evidence, Refusal};
pub use self::request::{AddCheckpoint, MOST_BYTES, MOST_HASHES, RequestError};

/// Under which name a witness keeps and serves what it knows of a log: the lower-case hexadecimal
/// SHA-256 of the origin.
#[must_use]
pub fn origin_name(origin: &str) -> String {
    crate::digest::Digest::of(origin.as_bytes()).to_string()
}
