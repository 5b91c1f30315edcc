//! Whether a whole database says what it said when it was written: for backup, restore and doctor.
//!
//! Everything is computed again: the hash of every blob, every hash of the log up to the root of every
//! checkpoint, the register from the entries, the chain of the audit trail. Invariant: a fault is told
//! with the table and the row where it shows.

pub mod blobs;
pub mod log;
pub mod sealed;

use dispatch_core::language::Message;
use dispatch_core::log::VerifierKey;

use crate::audit;
use crate::problem::Problem;
use crate::store::{Sql, StoreError};

/// What is wrong, in the words of an operator: nothing is hidden as in an answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub Message);

/// What was found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Blobs whose bytes have their hash.
    pub blobs: u64,
    /// Blobs that expired by law.
    pub expired: u64,
    /// The log.
    pub log: log::LogFound,
    /// Records of the audit trail.
    pub audit: u64,
}

/// Checks everything that can be checked without changing anything. With `key` the signatures of all
/// checkpoints too.
///
/// # Errors
/// The first fault, or that the database is gone.
pub fn check(sql: &mut dyn Sql, key: Option<&VerifierKey>) -> Result<Found, Fault> {
    let (blobs, expired) = blobs::check(sql)?;
    let log = log::check(sql, key)?;
    let report = audit::check_chain(sql)?;
    match report.fault {
        Some(fault) => Err(Fault(fault)),
        None => Ok(Found {
            blobs,
            expired,
            log,
            audit: report.records,
        }),
    }
}

impl Fault {
    /// A fault in both languages.
    pub fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self(Message::new(english, chinese))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string(), format!("数据库：{error}"))
    }
}

impl From<Message> for Fault {
    fn from(message: Message) -> Self {
        Self(message)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self(problem.message)
    }
}

impl From<Fault> for Problem {
    fn from(Fault(message): Fault) -> Self {
        Self::new(500, "damaged", message.english, message.chinese)
    }
}
