//! What the commands do.

pub mod user;
