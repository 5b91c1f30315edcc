//! What a change is made in.

use dispatch_core::entry::Step;

use super::Sql;
use crate::log::Appender;
use crate::problem::Problem;

/// A transaction of the one writer. Everything in it is committed together, or not at all.
pub struct Transaction<'t> {
    /// The tables.
    pub sql: &'t mut dyn Sql,
    pub(super) log: &'t mut Appender,
    /// The present time, in seconds since 1970; the same throughout.
    pub now: u64,
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Transaction<'_> {
    /// Logs a step of a body; gives the index of its entry. The register says the same as soon as
    /// this returns.
    ///
    /// # Errors
    /// If the step contradicts the log (409), is against its form, or the log may not be signed at
    /// present (503).
    pub fn append(&mut self, body: &str, step: Step) -> Result<u64, Problem> {
        self.log.append(&mut *self.sql, body, step, self.now)
    }
}
