//! The embedded store: one SQLite file, in write-ahead mode, flushed at every commit.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, params_from_iter};

use super::{Connection, Row, Sql, StoreError, Value};

/// A connection to a file.
struct Sqlite(rusqlite::Connection);

/// Opens the file, and makes it if it is not there.
pub(super) fn connect(path: &Path) -> Result<Box<dyn Connection>, StoreError> {
    Ok(Box::new(Sqlite(open(path)?)))
}

/// The connection itself, for migrations.
pub(super) fn open(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    let connection = rusqlite::Connection::open(path).map_err(error)?;
    connection.busy_timeout(BUSY).map_err(error)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
        )
        .map_err(error)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

impl Connection for Sqlite {
    fn begin(&mut self, write: bool) -> Result<(), StoreError> {
        let statement = if write { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.0.execute_batch(statement).map_err(error)
    }
}

impl Sql for Sqlite {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        let mut prepared = self.0.prepare_cached(statement).map_err(error)?;
        let changed = prepared.execute(params_from_iter(values)).map_err(error)?;
        Ok(changed as u64)
    }

    fn query(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut prepared = self.0.prepare_cached(statement).map_err(error)?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(values)).map_err(error)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(error)? {
            let values = (0..columns).map(|column| read(row.get_ref(column).map_err(error)?));
            found.push(Row(values.collect::<Result<_, _>>()?));
        }
        Ok(found)
    }
}

fn read(value: ValueRef<'_>) -> Result<Value, StoreError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::Integer(value)),
        ValueRef::Text(bytes) => match str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(StoreError::Form("a text is not UTF-8".to_owned())),
        },
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(StoreError::Form("a number is not whole".to_owned())),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub(super) fn error(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full(text),
        Some(ErrorCode::ConstraintViolation) => StoreError::Unique(text),
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::NotADatabase
            | ErrorCode::DatabaseCorrupt,
        ) => StoreError::Gone(text),
        _ => StoreError::Other(text),
    }
}

/// How long a writer waits for another process.
const BUSY: Duration = Duration::from_secs(10);
