//! A transparency log's formats: keys, notes, checkpoints, cosignatures, tiles, proofs, policies.
//!
//! Source: the C2SP specifications signed-note, tlog-checkpoint, tlog-cosignature (v1, Ed25519),
//! tlog-tiles, tlog-proof and tlog-policy, to the byte, so that other people's witnesses, clients
//! and auditors work with our logs. Entries are bytes here; what they say is no concern of a log.
//! Invariant: every reader accepts exactly the text that the writer beside it writes, so whatever
//! was read can be kept, passed on and compared as bytes.

mod checkpoint;
mod cosignature;
mod key;
mod line;
mod note;
mod policy;
mod proof;
pub mod tile;
mod tree;

pub use self::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use self::cosignature::{cosign, cosigned_at};
pub use self::key::{KeyError, KeyKind, SignerKey, VerifierKey};
pub use self::note::{Note, NoteError, NoteSignature};
pub use self::policy::{LogPolicy, PolicyLog, PolicyWitness, Witnessed};
pub use self::proof::{LogProof, LogProofError};
pub use self::tree::{TileTree, TreeError};

/// The one base64 text of these bytes: RFC 4648 section 4, padded.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    line::encode(bytes)
}

/// Reads canonical base64: padded, unused bits zero, nothing else in it.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    line::decode(text)
}
