//! What the test binaries share.

pub mod campaign;
pub mod chance;
pub mod independent;
