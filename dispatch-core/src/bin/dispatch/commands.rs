//! One file for each command.

pub(crate) mod announce;
pub(crate) mod check;
pub(crate) mod custodian;
pub(crate) mod demo;
pub(crate) mod disclose;
pub(crate) mod draw;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod handover;
pub(crate) mod ledger;
pub(crate) mod log;
pub(crate) mod monitor;
pub(crate) mod open;
pub(crate) mod papers;
pub(crate) mod sample;
pub(crate) mod selftest;
pub(crate) mod simulate;
pub(crate) mod stage;
pub(crate) mod template;
pub(crate) mod timestamp;
pub(crate) mod verify;
pub(crate) mod witness;
