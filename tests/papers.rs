//! The official papers of a draw: what must stand on them, and what must never.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "papers/desk.rs"]
mod desk;
#[path = "papers/joint.rs"]
mod joint;
#[path = "papers/markup.rs"]
mod markup;
#[path = "papers/numbers.rs"]
mod numbers;
#[path = "papers/sealed.rs"]
mod sealed;
#[path = "papers/visit.rs"]
mod visit;
