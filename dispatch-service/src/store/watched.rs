//! A connection as a job sees it.
//!
//! Invariant: what one back end refuses, the other refuses as well. In a transaction of PostgreSQL
//! nothing runs after a statement failed, so nothing does on the embedded store; and a text that
//! PostgreSQL cannot hold is stored by neither.

use super::{Connection, Row, Sql, StoreError, Value};

/// A connection that keeps the first fault of the job.
pub(super) struct Watched<'c> {
    connection: &'c mut dyn Connection,
    /// Whether nothing more is run after a fault.
    transaction: bool,
    fault: Option<StoreError>,
}

impl<'c> Watched<'c> {
    /// For a job outside of a transaction: each statement stands by itself.
    pub(super) fn reading(connection: &'c mut dyn Connection) -> Self {
        Self {
            connection,
            transaction: false,
            fault: None,
        }
    }

    /// For a job in a transaction.
    pub(super) fn in_transaction(connection: &'c mut dyn Connection) -> Self {
        Self {
            transaction: true,
            ..Self::reading(connection)
        }
    }

    /// The first fault, whether or not the job told of it.
    pub(super) fn into_fault(self) -> Option<StoreError> {
        self.fault
    }

    fn run<T>(
        &mut self,
        values: &[Value],
        statement: impl FnOnce(&mut dyn Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(fault) = self.fault.as_ref().filter(|_| self.transaction) {
            return Err(fault.clone());
        }
        let nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        let done = if values.iter().any(nul) {
            Err(StoreError::Nul)
        } else {
            statement(self.connection)
        };
        if let Err(fault) = &done {
            self.fault.get_or_insert_with(|| fault.clone());
        }
        done
    }
}

impl Sql for Watched<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        self.run(values, |connection| connection.execute(statement, values))
    }

    fn query(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.run(values, |connection| connection.query(statement, values))
    }
}
