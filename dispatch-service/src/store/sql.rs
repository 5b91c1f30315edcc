//! The little of SQL that both back ends have in common.
//!
//! Statements are written once, in the words that PostgreSQL and SQLite share, with `?1`, `?2`, … for
//! values. Integers are 64 bits, hashes and encrypted things are bytes, times are seconds since 1970.
//! Invariant: no statement is ever put together from what somebody sent; only constants are statements.
//!
//! After a statement of a change failed, the change can only be given up: PostgreSQL runs nothing more
//! in it, and so the embedded store does not either. Where a row may be there already, say `ON CONFLICT`.

use dispatch_core::digest::Digest;
use dispatch_core::language::Message;

use crate::problem::Problem;

/// A value that is bound to a statement or stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// BIGINT or INTEGER.
    Integer(i64),
    /// TEXT.
    Text(String),
    /// BYTEA or BLOB.
    Bytes(Vec<u8>),
}

/// A row, its columns in the order of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

/// A connection inside a transaction.
pub trait Sql {
    /// Runs a statement that gives no rows; how many rows it changed.
    ///
    /// # Errors
    /// If the database is gone or refuses the statement.
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError>;

    /// Runs a statement that gives rows.
    ///
    /// # Errors
    /// If the database is gone or refuses the statement.
    fn query(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// The one row of a statement, if there is any.
    ///
    /// # Errors
    /// If the database is gone or refuses the statement.
    fn query_one(
        &mut self,
        statement: &'static str,
        values: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(statement, values)?.into_iter().next())
    }
}

/// Why the store did not do what it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or the connection broke: whether the last commit was done is
    /// not known.
    #[error("the database is gone: {0}")]
    Gone(String),
    /// The disk of the database is full.
    #[error("the disk of the database is full: {0}")]
    Full(String),
    /// A row with this key is there already.
    #[error("there is such a row already: {0}")]
    Unique(String),
    /// A text holds the character U+0000, which PostgreSQL does not take.
    #[error("a text holds the character U+0000")]
    Nul,
    /// Too many requests are waiting.
    #[error("too many requests are waiting for the database")]
    Busy,
    /// A row is not as this program writes it.
    #[error("the database holds something this program did not write: {0}")]
    Form(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// Whether the connection, and with it the whole transaction, has to be given up.
    pub(super) const fn ends_transaction(&self) -> bool {
        matches!(self, Self::Gone(_) | Self::Full(_))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Nul => Self::invalid(Message::new(
                "a text holds the character U+0000; take it out",
                "文本中含有字符 U+0000，请删除",
            )),
            StoreError::Gone(_) | StoreError::Busy | StoreError::Full(_) => {
                tracing::warn!(%error, "the store did not answer");
                Self::unavailable(
                    if matches!(error, StoreError::Busy) {
                        "busy"
                    } else {
                        "store-unavailable"
                    },
                    "the database does not take it at present; try again with the same Idempotency-Key: what was done is not done twice",
                    "数据库暂时无法处理，请稍后用同一 Idempotency-Key 重试，已完成的不会重复",
                )
            }
            other => Self::internal(&other),
        }
    }
}

impl Row {
    fn value(&self, column: usize) -> Result<&Value, StoreError> {
        self.0
            .get(column)
            .ok_or_else(|| StoreError::Form(format!("a row has no column {column}")))
    }

    /// An integer.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn integer(&self, column: usize) -> Result<i64, StoreError> {
        match self.value(column)? {
            Value::Integer(value) => Ok(*value),
            other => Err(wrong(column, "an integer", other)),
        }
    }

    /// An integer that is not negative.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn count(&self, column: usize) -> Result<u64, StoreError> {
        let value = self.integer(column)?;
        u64::try_from(value).map_err(|_| StoreError::Form(format!("column {column} is negative")))
    }

    /// An integer or NULL.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn optional_count(&self, column: usize) -> Result<Option<u64>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.count(column).map(Some),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.value(column)? {
            Value::Text(value) => Ok(value),
            other => Err(wrong(column, "a text", other)),
        }
    }

    /// A text or NULL.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        match self.value(column)? {
            Value::Bytes(value) => Ok(value),
            other => Err(wrong(column, "bytes", other)),
        }
    }

    /// A SHA-256.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn digest(&self, column: usize) -> Result<Digest, StoreError> {
        let bytes = self.bytes(column)?;
        let bytes = <[u8; 32]>::try_from(bytes)
            .map_err(|_| StoreError::Form(format!("column {column} is no SHA-256")))?;
        Ok(Digest::new(bytes))
    }

    /// A SHA-256 or NULL.
    ///
    /// # Errors
    /// If the column is something else.
    pub fn optional_digest(&self, column: usize) -> Result<Option<Digest>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            _ => self.digest(column).map(Some),
        }
    }
}

fn wrong(column: usize, wanted: &str, found: &Value) -> StoreError {
    let found = match found {
        Value::Null => "NULL",
        Value::Integer(_) => "an integer",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    };
    StoreError::Form(format!("column {column} is {found}, not {wanted}"))
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

/// Counts of this program are far below 2^63.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<&Digest> for Value {
    fn from(value: &Digest) -> Self {
        Self::Bytes(value.as_bytes().to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
