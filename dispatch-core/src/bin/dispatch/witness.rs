//! A witness on this computer: what it keeps, and how it is reached over HTTP.
//!
//! What it decides is in the library (`dispatch_core::witness`).

mod evidence;
mod server;
mod store;

pub(crate) use self::evidence::names as evidence_names;
pub(crate) use self::server::serve;
pub(crate) use self::store::{Log, Outcome, Store};
