//! The tool `dispatch` as a person uses it: every command, its exit status, and what it refuses.
//!
//! Draws with a pulse replay the real drand round 30662982 (2026-07-23T07:38:30Z); announcements in
//! earnest are for the day after tomorrow, so their pulse cannot exist. Exit status: 0 done, 1 refused
//! or a check failed, 2 wrong usage.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "cli/custody.rs"]
mod custody;
#[path = "cli/desk.rs"]
mod desk;
#[path = "cli/draw.rs"]
mod draw;
#[path = "cli/joint.rs"]
mod joint;
#[path = "cli/ledger.rs"]
mod ledger;
#[path = "cli/log.rs"]
mod log;
#[path = "cli/outside.rs"]
mod outside;
#[path = "cli/papers.rs"]
mod papers;
#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/simulate.rs"]
mod simulate;
#[path = "cli/timestamp.rs"]
mod timestamp;
#[path = "cli/way.rs"]
mod way;
#[path = "cli/witness.rs"]
mod witness;
#[path = "cli/workbooks.rs"]
mod workbooks;
