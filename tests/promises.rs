//! The promises of Dispatch, each with a test that tries to break it.
//!
//! Numbers are those of the design's list. Where a promise needs the log and its witnesses, which this
//! version does not have, the part that holds now is tested and the rest is said. What other files
//! test is not repeated: platform2017.rs, uniformity.rs, properties.rs, and the tool's own tests.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "promises/after.rs"]
mod after;
#[path = "promises/before.rs"]
mod before;
#[path = "promises/draw.rs"]
mod draw;
#[path = "promises/forgery.rs"]
mod forgery;
