//! PostgreSQL, through the `postgres` crate. Only the threads of the store use this.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};

use super::{Connection, Purpose, Row, Sql, StoreError, Value};

/// A connection to a server.
struct Postgres {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
}

/// Connects to a server.
pub(super) fn connect(url: &str, purpose: Purpose) -> Result<Box<dyn Connection>, StoreError> {
    Ok(Box::new(Postgres {
        client: open(url, purpose)?,
        prepared: HashMap::new(),
    }))
}

/// The client itself, for migrations.
pub(super) fn open(url: &str, purpose: Purpose) -> Result<Client, StoreError> {
    let mut config: Config = url.parse().map_err(error)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    // A server that is cut off without a word is given up after a minute, not after hours.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
        config.keepalives_idle(SILENCE / 2);
    }
    if config.get_application_name().is_none() {
        config.application_name("dispatch-service");
    }
    let mut client = config.connect(NoTls).map_err(error)?;
    let settings = match purpose {
        // A statement that hangs holds everybody up; a lock of another process is waited for.
        Purpose::Reading => {
            "SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '120s'; SET default_transaction_read_only = on"
        }
        Purpose::Writing => {
            "SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '120s'; SET lock_timeout = '30s'"
        }
        Purpose::Command => {
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '30s'"
        }
    };
    client.batch_execute(settings).map_err(error)?;
    client
        .batch_execute("SET synchronous_commit = on; SET client_min_messages = warning")
        .map_err(error)?;
    Ok(client)
}

impl Postgres {
    fn prepared(&mut self, statement: &'static str) -> Result<Statement, StoreError> {
        if let Some(prepared) = self.prepared.get(statement) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(&numbered(statement)).map_err(error)?;
        self.prepared.insert(statement, prepared.clone());
        Ok(prepared)
    }
}

impl Connection for Postgres {
    fn begin(&mut self, write: bool) -> Result<(), StoreError> {
        let statement = if write {
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        } else {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        };
        self.client.batch_execute(statement).map_err(error)
    }

    fn is_open(&self) -> bool {
        !self.client.is_closed()
    }
}

impl Sql for Postgres {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        if values.is_empty() && is_control(statement) {
            self.client.batch_execute(statement).map_err(error)?;
            return Ok(0);
        }
        let prepared = self.prepared(statement)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        self.client.execute(&prepared, &values).map_err(error)
    }

    fn query(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepared(statement)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let rows = self.client.query(&prepared, &values).map_err(error)?;
        rows.iter()
            .map(|row| {
                let values = (0..row.len()).map(|column| row.try_get(column).map_err(error));
                Ok(Row(values.collect::<Result<_, _>>()?))
            })
            .collect()
    }
}

/// Statements that begin, end or mark a transaction are not prepared.
fn is_control(statement: &str) -> bool {
    let first = statement.split(' ').next();
    matches!(
        first,
        Some("BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE")
    )
}

/// PostgreSQL writes `$1` for `?1`.
fn numbered(statement: &str) -> String {
    statement.replace('?', "$")
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(value) => value.to_sql_checked(kind, out),
            Self::Text(text) => text.to_sql_checked(kind, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match *kind {
            Type::INT8 => i64::from_sql(kind, raw).map(Value::Integer),
            Type::TEXT => String::from_sql(kind, raw).map(Value::Text),
            Type::BYTEA => Vec::from_sql(kind, raw).map(Value::Bytes),
            _ => Err(format!("columns of type {kind} are not used here").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub(super) fn error(error: postgres::Error) -> StoreError {
    let mut text = error.to_string();
    if let Some(source) = error.source() {
        text = format!("{text}: {source}");
    }
    let Some(code) = error.code() else {
        // Without a code of the server it is the connection, or this program's own fault.
        let own = OWN_FAULTS.iter().any(|own| text.starts_with(own));
        return if own {
            StoreError::Other(text)
        } else {
            StoreError::Gone(text)
        };
    };
    if *code == SqlState::DISK_FULL {
        return StoreError::Full(text);
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Unique(text);
    }
    // Classes 08 (connection), 53 (resources), 55 (locks), 57 (operator intervention), 58 (system),
    // 25 (a transaction that was ended), 40 (rolled back: try again).
    let class = code.code().get(..2).unwrap_or_default();
    if ["08", "53", "55", "57", "58", "25", "40"].contains(&class) {
        return StoreError::Gone(text);
    }
    StoreError::Other(text)
}

/// How the client's own errors begin that are not the connection's.
const OWN_FAULTS: [&str; 6] = [
    "error serializing parameter",
    "error deserializing column",
    "invalid column",
    "invalid configuration",
    "invalid connection string",
    "expected ",
];
/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(60);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
