//! Stages 补抽: later steps of the same draw, each committed first and then seeded by a later pulse.
//!
//! Source: docs/spec.md section 15. What fell out is frozen before the pulse that chooses instead
//! exists, so nobody can drop a subject until the replacement pleases. Invariant: a list follows
//! from the list before it and the files of one stage; nothing else changes it.

mod document;
mod drop_out;
mod history;
mod list;
mod order;
mod reading;
mod rule;

pub use self::document::{
    DropSummary, StageDocument, StageLine, StageRecord, previous_hash, stage_commitment,
};
pub use self::drop_out::{DropKind, DropOut, summarise};
pub use self::history::{DrawnStage, FrozenStage, History, StageDraft};
pub use self::list::List;
pub use self::order::{Given, Outcome, new_subjects, staff_stage};
pub use self::reading::DropList;
pub use self::rule::{drop_fault, too_many_drops};

use crate::beacon::{Pulse, QUICKNET};
use crate::digest::{Digest, tagged};

/// The seed of a stage (docs/spec.md 15.3).
#[must_use]
pub fn stage_seed(commitment: &Digest, secret: &[u8; 32], pulse: &Pulse) -> Digest {
    let mut value = QUICKNET.hash.as_bytes().to_vec();
    value.extend_from_slice(&pulse.round.to_be_bytes());
    value.extend_from_slice(&pulse.signature);
    tagged(
        "dispatch/v1/stage-seed",
        &[commitment.as_bytes(), secret, &value],
    )
}
