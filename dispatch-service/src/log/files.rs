//! The files of the log, as the store makes them: what C2SP tlog-tiles and docs/spec.md 17.8 lay out.
//!
//! Invariant: a file that was there once has the same bytes for ever; only `checkpoint` and the
//! numbered checkpoints gain lines of witnesses.

use std::cell::RefCell;

use dispatch_core::digest::Digest;
use dispatch_core::language::Message;
use dispatch_core::log::LogFiles;
use dispatch_core::log::tile::{Tile, TilePath, write_bundle};
use dispatch_core::log::view::{CHECKPOINT, CHECKPOINTS, DOCUMENTS};

use crate::store::{Sql, StoreError, Value, blob};

/// The log in a store.
pub struct StoredLog<'s> {
    sql: RefCell<&'s mut dyn Sql>,
    /// The first fault of the store, which who reads files is only told about.
    fault: RefCell<Option<StoreError>>,
}

impl std::fmt::Debug for StoredLog<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredLog")
    }
}

impl<'s> StoredLog<'s> {
    /// The log that this connection shows.
    pub fn new(sql: &'s mut dyn Sql) -> Self {
        Self {
            sql: RefCell::new(sql),
            fault: RefCell::new(None),
        }
    }

    /// Why something could not be read: a fault of the store if there was one, otherwise of what it
    /// holds.
    #[must_use]
    pub fn error(&self, message: &Message) -> StoreError {
        let fault = self.fault();
        fault.unwrap_or_else(|| StoreError::Form(message.english.clone()))
    }

    /// The first fault of the store while something was read.
    #[must_use]
    pub fn fault(&self) -> Option<StoreError> {
        self.fault.borrow().clone()
    }

    /// The file at a path below the root of the log; none if there is none.
    ///
    /// # Errors
    /// If the database is gone.
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = &mut **self.sql.borrow_mut();
        if path == CHECKPOINT {
            return checkpoint(sql, None);
        }
        if let Ok(tile) = path.parse::<TilePath>() {
            return match tile {
                TilePath::Hashes(tile) => hashes(sql, tile),
                TilePath::Entries { index, width } => bundle(sql, index, width),
            };
        }
        if let Some(hash) = path
            .strip_prefix(DOCUMENTS)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            return match Digest::from_hex(hash) {
                Ok(hash) => document(sql, &hash),
                Err(_) => Ok(None),
            };
        }
        let Some(name) = path
            .strip_prefix(CHECKPOINTS)
            .and_then(|rest| rest.strip_prefix('/'))
        else {
            return Ok(None);
        };
        let (digits, token) = match name.strip_suffix(".tsr") {
            Some(digits) => (digits, true),
            None => (name, false),
        };
        let number = digits
            .parse::<i64>()
            .ok()
            .filter(|n| *n >= 0 && n.to_string() == digits);
        match number {
            None => Ok(None),
            Some(number) if token => {
                let found = sql.query_one(
                    "SELECT token FROM log_token WHERE number = ?1",
                    &[number.into()],
                )?;
                found
                    .map(|row| row.bytes(0).map(<[u8]>::to_vec))
                    .transpose()
            }
            Some(number) => checkpoint(sql, Some(number)),
        }
    }
}

impl LogFiles for StoredLog<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        self.file(path).map_err(|error| {
            let message = Message::new(error.to_string(), format!("日志无法读取（{error}）"));
            self.fault.borrow_mut().get_or_insert(error);
            message
        })
    }
}

/// A checkpoint with the lines of its witnesses; the latest if no number is given.
fn checkpoint(sql: &mut dyn Sql, number: Option<i64>) -> Result<Option<Vec<u8>>, StoreError> {
    let row = match number {
        Some(number) => sql.query_one(
            "SELECT number, note FROM log_checkpoint WHERE number = ?1",
            &[number.into()],
        )?,
        None => sql.query_one(
            "SELECT number, note FROM log_checkpoint ORDER BY number DESC LIMIT 1",
            &[],
        )?,
    };
    let Some(row) = row else {
        return Ok(None);
    };
    let mut text = row.text(1)?.to_owned();
    let lines = sql.query(
        "SELECT line FROM log_cosignature WHERE number = ?1 ORDER BY time, witness",
        &[row.integer(0)?.into()],
    )?;
    for line in lines {
        text.push_str(line.text(0)?);
    }
    Ok(Some(text.into_bytes()))
}

/// A tile as wide as it is asked for; none if the log is not as long.
fn hashes(sql: &mut dyn Sql, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(first) = tile.index.checked_mul(u64::from(tile.full().width)) else {
        return Ok(None);
    };
    let rows = sql.query(
        "SELECT hash FROM log_node WHERE level = ?1 AND idx >= ?2 AND idx < ?3 ORDER BY idx",
        &range(Some(u64::from(tile.level)), first, tile.width),
    )?;
    if rows.len() != usize::from(tile.width) {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(rows.len().saturating_mul(Digest::LENGTH));
    for row in rows {
        bytes.extend_from_slice(row.bytes(0)?);
    }
    Ok(Some(bytes))
}

fn bundle(sql: &mut dyn Sql, index: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(first) = index.checked_mul(256) else {
        return Ok(None);
    };
    let rows = sql.query(
        "SELECT entry FROM log_entry WHERE idx >= ?1 AND idx < ?2 ORDER BY idx",
        &range(None, first, width),
    )?;
    if rows.len() != usize::from(width) {
        return Ok(None);
    }
    let entries: Vec<&[u8]> = rows
        .iter()
        .map(|row| row.bytes(0))
        .collect::<Result<_, _>>()?;
    let bundle = write_bundle(&entries);
    bundle
        .map(Some)
        .map_err(|error| StoreError::Form(error.to_string()))
}

fn range(level: Option<u64>, first: u64, width: u16) -> Vec<Value> {
    let end = first.saturating_add(u64::from(width));
    level
        .into_iter()
        .chain([first, end])
        .map(Value::from)
        .collect()
}

/// A document that everybody may have.
fn document(sql: &mut dyn Sql, hash: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let public = sql.query_one(
        "SELECT media FROM document WHERE digest = ?1",
        &[hash.into()],
    )?;
    if public.is_none() {
        return Ok(None);
    }
    blob::read(sql, hash)
}
