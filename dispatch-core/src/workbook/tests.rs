//! Hand-made workbooks: what cells mean, and what the gate refuses.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod attacks;
mod cells;
pub(crate) mod file;
