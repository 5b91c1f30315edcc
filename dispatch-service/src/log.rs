//! The public log in the store: appending to it, reading it, having it witnessed.
//!
//! Source: docs/spec.md section 17. The store holds entries, hashes and checkpoints; tiles are made of
//! them when they are asked for, and never change. Invariant: an entry, what the register says of it
//! and the change that it tells of are committed together.

mod append;
mod files;
mod guard;
pub mod prefix;
mod signer;
pub mod watch;
pub mod witness;
pub mod witnessed;

pub use self::append::{Appender, begin_log};
pub use self::files::StoredLog;
pub use self::guard::{Guard, Held};
pub use self::signer::{LogSigner, remembered};
