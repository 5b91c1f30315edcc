//! What the tests stand on.

#[path = "support/bureau.rs"]
pub(crate) mod bureau;
#[path = "support/cluster.rs"]
pub(crate) mod cluster;
#[path = "support/custodian.rs"]
pub(crate) mod custodian;
#[path = "support/desk.rs"]
pub(crate) mod desk;
#[path = "support/disk.rs"]
pub(crate) mod disk;
#[path = "support/log.rs"]
pub(crate) mod log;
#[path = "support/process.rs"]
pub(crate) mod process;
#[path = "support/steps.rs"]
pub(crate) mod steps;
#[path = "support/tables.rs"]
pub(crate) mod tables;
#[path = "support/wire.rs"]
pub(crate) mod wire;
