//! Verifiable double-random draws (双随机) of inspection subjects and officers.
//!
//! Everything that could steer a draw is frozen and committed to before its randomness exists; the
//! randomness comes from a source nobody controls; the result stays sealed until disclosure; then
//! anybody recomputes all of it from one file. docs/spec.md says it to the byte.
//!
//! The library is pure: no clock, network, file, logging or global randomness. Entropy and the
//! present time are arguments. The way through it:
//!
//! 1. [`import`] reads lists as bureaus have them, [`plan::source`] reads the plan as people write it;
//!    [`material`] reads all files of a draw.
//! 2. [`rehearsal`], [`simulation`] and [`plan::steering`] tell what cannot be staffed, how loads and
//!    odds fall, and what could steer.
//! 3. [`freeze`] makes the announcement, its commitment and the sealed files; [`slip`] the printed slip.
//! 4. [`draw`] computes subjects ([`selection`]) and teams ([`team`], [`assignment`]) from the secret
//!    and the [`seed`] sources ([`beacon`] verifies pulses).
//!    Later steps of the same draw are a [`stage`].
//! 5. [`bundle`] packs the evidence; [`verify`] runs the numbered checks; [`explain`] answers
//!    "why me?".
//!
//! That things were public in time is shown with the formats of transparency logs in [`log`].
//!
//! Beside it, [`ledger`] turns earlier visits into exclusions, forbidden pairs and warnings.
//!
//! `examples/draw.rs` does all of it in memory.

pub mod announcement;
pub mod assignment;
pub mod beacon;
pub mod bundle;
pub mod child;
pub mod credit_code;
pub mod custody;
pub mod digest;
pub mod disclosure;
pub mod draw;
pub mod entry;
pub mod evidence;
pub mod explain;
pub mod export;
pub mod freeze;
pub mod handover;
pub mod held;
pub mod import;
pub mod json;
pub mod language;
pub mod ledger;
pub mod listing;
pub mod log;
mod markup;
pub mod material;
pub mod merkle;
pub mod monitor;
pub mod officer;
pub mod papers;
pub mod plan;
pub mod policy;
pub mod problem;
#[cfg(feature = "sealing")]
pub mod randomness;
pub mod rehearsal;
pub mod result;
pub mod roster;
pub mod row;
pub mod sample;
pub mod sample_plan;
pub mod seed;
pub mod selection;
pub mod selftest;
pub mod simulation;
pub mod slip;
pub mod stage;
pub mod stream;
pub mod syntax;
pub mod tamper;
pub mod team;
pub mod template;
pub mod timestamp;
pub mod verify;
pub mod visit;
pub mod witness;
pub mod workbook;
