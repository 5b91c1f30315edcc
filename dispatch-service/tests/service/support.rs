//! What the tests stand on.

#[path = "support/cluster.rs"]
pub(crate) mod cluster;
#[path = "support/desk.rs"]
pub(crate) mod desk;
