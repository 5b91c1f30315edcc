//! Verifiable double-random draws of inspection subjects and officers.

pub mod beacon;
pub mod digest;
pub mod merkle;
pub mod slip;
