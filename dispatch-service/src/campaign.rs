//! The life cycle of a draw: drafted, announced, drawn, staged, disclosed, or voided.
//!
//! What is computed is `dispatch-core`'s; here it is decided who may ask for it, when it is due, and
//! what of it is committed together. Invariant: every public step is an entry of the log in the same
//! transaction as the change it tells of.

pub mod announce;
pub mod annual_plan;
pub mod child;
pub mod disclosure;
pub mod draft;
pub mod drawing;
pub mod due;
pub mod files;
pub mod heavy;
pub mod held;
pub mod opening;
pub mod outside;
pub mod proposal;
pub mod pulse;
pub mod registered;
pub mod relay;
pub mod sealed;
pub mod sources;
pub mod stage;
pub mod void;
