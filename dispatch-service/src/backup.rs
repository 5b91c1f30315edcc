//! A backup: one file with everything that a database holds, for either back end.
//!
//! It is a ZIP archive. `tables/NAME.jsonl` has a line for each row, in the order of the key: the running
//! hash of the rows so far, and the values. `manifest.json`, written last, says for each table how many
//! rows and which hash. Sessions are left out: after a restore everybody logs in again. Invariant: keys
//! are never in it, and what is sealed in the database is sealed in it.

mod reading;
mod row;
mod writing;

use std::path::Path;

use dispatch_core::digest::Digest;
use serde::{Deserialize, Serialize};

pub use self::reading::Backup;
pub use self::writing::write;
use crate::integrity::Fault;
use crate::store::table::{TABLES, Table};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`Manifest::FORMAT`].
    pub format: String,
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was written.
    pub created: String,
    /// What is not in it, for whoever finds it.
    pub not_included: String,
    /// The tables, in the order in which they are filled.
    pub tables: Vec<Part>,
}

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// The running hash after the last of them.
    pub sha256: Digest,
}

impl Manifest {
    /// The format.
    pub const FORMAT: &str = "dispatch-service/backup/1";

    const NAME: &str = "manifest.json";
    const NOT_INCLUDED: &str = "keys (log.key, envelope.key): without envelope.key what is sealed stays sealed; sessions 密钥不在备份中，请另行保管；不含登录会话";
}

/// The tables that are in a backup.
fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.name != "session")
}

fn member(table: &Table) -> String {
    format!("tables/{}.jsonl", table.name)
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    let path = path.display();
    Fault::new(format!("{path}: {error}"), format!("{path}：{error}"))
}
