//! A connection as a job sees it.
//!
//! Invariant: what one back end refuses, the other refuses as well. In a transaction of PostgreSQL
//! nothing runs after a statement failed, so nothing does on the embedded store; and a text that
//! PostgreSQL cannot hold is stored by neither.

use super::{Backend, Connection, Purpose, Row, Sql, StoreError, Value};

/// A connection that keeps the first fault of the job.
pub(super) struct Watched<'c> {
    connection: &'c mut Box<dyn Connection>,
    /// Where to connect anew, once, if the connection turns out to be broken.
    anew: Option<&'c Backend>,
    /// Whether nothing more is run after a fault.
    transaction: bool,
    fault: Option<StoreError>,
}

impl<'c> Watched<'c> {
    /// For a job that reads outside of a transaction: each statement stands by itself, so it is run
    /// again if the server was restarted since the last job.
    pub(super) fn reading(connection: &'c mut Box<dyn Connection>, backend: &'c Backend) -> Self {
        Self {
            connection,
            anew: Some(backend),
            transaction: false,
            fault: None,
        }
    }

    /// For a job in a transaction.
    pub(super) fn in_transaction(connection: &'c mut Box<dyn Connection>) -> Self {
        Self {
            connection,
            anew: None,
            transaction: true,
            fault: None,
        }
    }

    /// The first fault, whether or not the job told of it.
    pub(super) fn into_fault(self) -> Option<StoreError> {
        self.fault
    }

    fn run<T>(
        &mut self,
        values: &[Value],
        statement: impl Fn(&mut dyn Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(fault) = self.fault.as_ref().filter(|_| self.transaction) {
            return Err(fault.clone());
        }
        let done = self.tried(values, statement);
        if let Err(fault) = &done {
            self.fault.get_or_insert_with(|| fault.clone());
        }
        done
    }

    fn tried<T>(
        &mut self,
        values: &[Value],
        statement: impl Fn(&mut dyn Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        if values.iter().any(nul) {
            return Err(StoreError::Nul);
        }
        let done = statement(&mut **self.connection);
        match (&done, self.anew.take()) {
            (Err(StoreError::Gone(_)), Some(backend)) => {
                *self.connection = backend.connect(Purpose::Reading)?;
                statement(&mut **self.connection)
            }
            (_, anew) => {
                self.anew = anew;
                done
            }
        }
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
