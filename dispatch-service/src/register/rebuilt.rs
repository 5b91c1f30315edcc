//! Writing the register anew from the log, and telling what differed.

use std::collections::HashMap;

use dispatch_core::digest::{Digest, TaggedHasher};

use super::rebuild;
use crate::integrity::Fault;
use crate::store::table::{self, Table};
use crate::store::{Sql, StoreError, Value};

/// What rebuilding showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// Entries of the log.
    pub entries: u64,
    /// For each table of the register how many rows were missing, too many, or different.
    pub differing: Vec<(&'static str, u64)>,
}

impl Rebuilt {
    /// Whether the register said what the log says.
    #[must_use]
    pub fn agreed(&self) -> bool {
        self.differing.iter().all(|(_, rows)| *rows == 0)
    }
}

/// Writes the register anew, inside a transaction.
///
/// # Errors
/// If an entry cannot be read, or the database is gone.
pub fn compare(sql: &mut dyn Sql) -> Result<Rebuilt, Fault> {
    let mut before = Vec::new();
    for table in table::register() {
        before.push((table, rows(sql, table)?));
    }
    let entries = rebuild(sql)?;
    let mut differing = Vec::new();
    for (table, mut before) in before {
        let mut different = 0_u64;
        for (key, row) in rows(sql, table)? {
            if before.remove(&key) != Some(row) {
                different = different.saturating_add(1);
            }
        }
        let left = before.len() as u64;
        differing.push((table.name, different.saturating_add(left)));
    }
    Ok(Rebuilt { entries, differing })
}

/// The hash of each row by the hash of its key.
fn rows(sql: &mut dyn Sql, table: &Table) -> Result<HashMap<Digest, Digest>, StoreError> {
    let mut found = HashMap::new();
    table.for_each::<StoreError>(sql, |row| {
        found.insert(hash(table.key_of(&row)), hash(&row.0));
        Ok(())
    })?;
    Ok(found)
}

fn hash(values: &[Value]) -> Digest {
    let mut hasher = TaggedHasher::new("dispatch-service/row");
    for value in values {
        match value {
            Value::Null => hasher.part(b"n"),
            Value::Integer(number) => {
                hasher.part(&[b"i".as_slice(), &number.to_be_bytes()].concat())
            }
            Value::Text(text) => hasher.part(&[b"t", text.as_bytes()].concat()),
            Value::Bytes(bytes) => hasher.part(&[b"b", bytes.as_slice()].concat()),
        };
    }
    hasher.finish()
}
