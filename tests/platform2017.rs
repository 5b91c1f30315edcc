//! The failures of the platform of 2017, one test for each; all of them pass here.
//!
//! That platform ordered the enterprises, took ⌊N/n⌋ as stride, drew one start below the stride and
//! took every stride-th row (above N/2 it so chose the rows to leave out). What follows from that is
//! re-implemented and measured in uniformity.rs; the redraw at every page load is in the tests of
//! the tool (dispatch-core/tests/cli.rs). Bounds state the probability of a false alarm: that of
//! seeds for which a right implementation would fail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "platform2017/frame.rs"]
mod frame;
#[path = "platform2017/selection.rs"]
mod selection;
#[path = "platform2017/teams.rs"]
mod teams;
