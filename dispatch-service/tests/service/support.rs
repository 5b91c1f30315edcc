//! What the tests stand on.

#[path = "support/cluster.rs"]
pub(crate) mod cluster;
