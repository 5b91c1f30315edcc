//! Bringing the tables to this program's version: numbered SQL files, each run once.
//!
//! Invariant: a file that was run is never changed; the tool that runs them refuses if one was.

use super::{Backend, StoreError, postgres, sqlite};

mod for_postgres {
    refinery::embed_migrations!("migrations/postgres");
}

mod for_sqlite {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Runs what was not run yet.
pub(super) fn run(backend: &Backend) -> Result<usize, StoreError> {
    let report = match backend {
        Backend::Sqlite(path) => for_sqlite::migrations::runner().run(&mut sqlite::open(path)?),
        Backend::Postgres(url) => for_postgres::migrations::runner().run(&mut postgres::open(url)?),
    };
    match report {
        Ok(report) => Ok(report.applied_migrations().len()),
        Err(error) => Err(StoreError::Other(error.to_string())),
    }
}

/// Whether nothing is left to run.
pub(super) fn is_current(backend: &Backend) -> Result<bool, StoreError> {
    let newest = match backend {
        Backend::Sqlite(path) if !path.exists() => return Ok(false),
        Backend::Sqlite(_) => newest(for_sqlite::migrations::runner().get_migrations()),
        Backend::Postgres(_) => newest(for_postgres::migrations::runner().get_migrations()),
    };
    let mut connection = backend.connect()?;
    // Whether there is a table is asked in each back end's own words.
    let there = match backend {
        Backend::Sqlite(_) => {
            "SELECT CAST(COUNT(*) AS INTEGER) FROM sqlite_master WHERE name = 'refinery_schema_history'"
        }
        Backend::Postgres(_) => {
            "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'refinery_schema_history' AND schemaname = ANY (current_schemas(false))"
        }
    };
    let there = connection.query_one(there, &[])?;
    if there.is_none_or(|row| row.integer(0).unwrap_or(0) == 0) {
        return Ok(false);
    }
    let version = connection.query_one(
        "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM refinery_schema_history",
        &[],
    )?;
    let version = version.map_or(Ok(0), |row| row.integer(0))?;
    Ok(version == newest)
}

fn newest(migrations: &[refinery::Migration]) -> i64 {
    let versions = migrations.iter().map(|one| i64::from(one.version()));
    versions.max().unwrap_or(0)
}
