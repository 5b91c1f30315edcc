//! What the tests stand on.

#[path = "support/cluster.rs"]
pub(crate) mod cluster;
#[path = "support/log.rs"]
pub(crate) mod log;
