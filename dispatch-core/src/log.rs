//! A transparency log's formats: keys, notes, checkpoints, cosignatures, tiles, proofs, policies.
//!
//! Source: the C2SP specifications signed-note, tlog-checkpoint, tlog-cosignature (v1, Ed25519),
//! tlog-tiles, tlog-proof and tlog-policy, to the byte, so that other people's witnesses, clients
//! and auditors work with our logs. Entries are bytes here; what they say is no concern of a log.
//! Invariant: every reader accepts exactly the text that the writer beside it writes, so whatever
//! was read can be kept, passed on and compared as bytes.

mod checkpoint;
mod cosignature;
mod growth;
mod key;
pub(crate) mod line;
mod note;
mod policy;
mod proof;
mod prover;
pub mod tile;
mod tree;
pub mod view;

pub use self::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use self::cosignature::{cosign, cosigned_at};
pub use self::growth::{Growth, GrowthError, TileFile};
pub use self::key::{KeyError, KeyKind, SignerKey, VerifierKey};
pub use self::line::{from_base64, to_base64};
pub use self::note::{Note, NoteError, NoteSignature};
pub use self::policy::{LogPolicy, PolicyLog, PolicyWitness, Witnessed};
pub use self::proof::{LogProof, LogProofError};
pub use self::prover::Prover;
pub use self::tree::{TileTree, TreeError};
pub use self::view::{LogFiles, LogView};
