//! The embedded store: one SQLite file, in write-ahead mode, flushed at every commit.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, ffi, params_from_iter};

use super::{Connection, Purpose, Row, Sql, StoreError, Value};

/// A connection to a file.
struct Sqlite {
    connection: rusqlite::Connection,
    path: PathBuf,
    /// Which file it was when it was opened.
    file: Option<FileId>,
}

/// Opens the file, which has to be there.
pub(super) fn connect(path: &Path, purpose: Purpose) -> Result<Box<dyn Connection>, StoreError> {
    let file = file_id(path);
    let connection = open(path, false)?;
    if purpose == Purpose::Reading {
        connection
            .execute_batch("PRAGMA query_only = ON")
            .map_err(error)?;
    }
    Ok(Box::new(Sqlite {
        connection,
        path: path.to_owned(),
        file,
    }))
}

/// The connection itself, for migrations; makes the file if it is not there.
pub(super) fn open_or_make(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    make_private(path).map_err(|error| StoreError::Gone(format!("{}: {error}", path.display())))?;
    open(path, true)
}

fn open(path: &Path, make: bool) -> Result<rusqlite::Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, make);
    let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(error)?;
    connection.busy_timeout(BUSY).map_err(error)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
        )
        .map_err(error)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// Only the service's user reads the file; those beside it (`-wal`, `-shm`) get the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

/// Device and number of a file; none where there is no such thing, or no file.
type FileId = (u64, u64);

fn file_id(path: &Path) -> Option<FileId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let file = std::fs::metadata(path).ok()?;
        Some((file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

impl Connection for Sqlite {
    fn begin(&mut self, write: bool) -> Result<(), StoreError> {
        if !self.is_open() {
            let path = self.path.display();
            return Err(StoreError::Gone(format!(
                "{path} is not the file any more that was opened"
            )));
        }
        let statement = if write { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.connection.execute_batch(statement).map_err(error)
    }

    /// A file that was removed or replaced takes changes that nobody will ever see.
    fn is_open(&self) -> bool {
        self.file == file_id(&self.path)
    }
}

impl Sql for Sqlite {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        let mut prepared = self.connection.prepare_cached(statement).map_err(error)?;
        let changed = prepared.execute(params_from_iter(values)).map_err(error)?;
        Ok(changed as u64)
    }

    fn query(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut prepared = self.connection.prepare_cached(statement).map_err(error)?;
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
        Some(ErrorCode::ConstraintViolation) if is_unique(&error) => StoreError::Unique(text),
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

/// There are constraints of other kinds, which are faults of this program.
fn is_unique(error: &rusqlite::Error) -> bool {
    let kind = error.sqlite_error().map(|error| error.extended_code);
    matches!(
        kind,
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}

/// How long a writer waits for another process.
const BUSY: Duration = Duration::from_secs(10);
