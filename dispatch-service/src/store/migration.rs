//! Bringing the tables to this program's version: numbered SQL files, each run once.
//!
//! Invariant: a file that was run is never changed; the tool that runs them refuses if one was, or if
//! the database knows one that this program does not.

use std::error::Error as _;

use refinery::{Migration, Runner};

use super::{Backend, Purpose, StoreError, postgres, sqlite};

mod for_postgres {
    refinery::embed_migrations!("migrations/postgres");
}

mod for_sqlite {
    refinery::embed_migrations!("migrations/sqlite");
}

/// What the tables of a database are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// There are none.
    Empty,
    /// An earlier version of this program made them: `dispatch-service migrate` goes on from there.
    Older,
    /// This program's.
    Current,
    /// A later version of this program made them, or something else; how that shows.
    Foreign(String),
}

/// Runs what was not run yet.
pub(super) fn run(backend: &Backend) -> Result<usize, StoreError> {
    let report = match backend {
        Backend::Sqlite(path) => {
            for_sqlite::migrations::runner().run(&mut sqlite::open_or_make(path)?)
        }
        Backend::Postgres(url) => {
            let mut client = postgres::open(url, Purpose::Command)?;
            // Of two processes that start at once the second finds everything done.
            client.batch_execute(LOCK).map_err(postgres::error)?;
            for_postgres::migrations::runner().run(&mut client)
        }
    };
    match report {
        Ok(report) => Ok(report.applied_migrations().len()),
        Err(error) => Err(failed(&error)),
    }
}

/// Compares what was run with what this program has.
pub(super) fn schema(backend: &Backend) -> Result<Schema, StoreError> {
    match backend {
        Backend::Sqlite(path) if !path.exists() => return Ok(Schema::Empty),
        _ if !has_history(backend)? => return Ok(Schema::Empty),
        _ => {}
    }
    let (runner, run) = match backend {
        Backend::Sqlite(path) => {
            let runner = for_sqlite::migrations::runner();
            let run = runner.get_applied_migrations(&mut sqlite::open_or_make(path)?);
            (runner, run)
        }
        Backend::Postgres(url) => {
            let runner = for_postgres::migrations::runner();
            let run = runner.get_applied_migrations(&mut postgres::open(url, Purpose::Command)?);
            (runner, run)
        }
    };
    let run = run.map_err(|error| failed(&error))?;
    Ok(compare(&runner, &run))
}

fn compare(runner: &Runner, run: &[Migration]) -> Schema {
    let mine = runner.get_migrations();
    for one in run {
        let same = |own: &&Migration| own.version() == one.version();
        match mine.iter().find(same) {
            Some(own) if own == one => {}
            Some(_) => return Schema::Foreign(format!("{one} was run with another text")),
            None => return Schema::Foreign(format!("{one} is of a later version")),
        }
    }
    match run.len() {
        0 => Schema::Empty,
        some if some < mine.len() => Schema::Older,
        _ => Schema::Current,
    }
}

/// Whether the table is there is asked in each back end's own words.
fn has_history(backend: &Backend) -> Result<bool, StoreError> {
    let statement = match backend {
        Backend::Sqlite(_) => {
            "SELECT CAST(COUNT(*) AS INTEGER) FROM sqlite_master WHERE name = 'refinery_schema_history'"
        }
        Backend::Postgres(_) => {
            "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'refinery_schema_history' AND schemaname = ANY (current_schemas(false))"
        }
    };
    let mut connection = backend.connect(Purpose::Reading)?;
    let row = connection.query_one(statement, &[])?;
    Ok(row.map_or(Ok(0), |row| row.integer(0))? > 0)
}

fn failed(error: &refinery::Error) -> StoreError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    StoreError::Other(text)
}

/// Held until the connection ends. The number is this program's own.
const LOCK: &str = "SELECT pg_advisory_lock(7236850772811412084)";
