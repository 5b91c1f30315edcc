//! Sealed columns: cells that are committed but not published, and their open values.
//!
//! Source: docs/spec.md 2.3 and 10. A cell is H(salt, value) with a salt from the roster key, so one
//! cell is opened by its salt without opening any other. (An HMAC of the value alone, as first
//! designed, could not be opened singly without giving away the key of all cells.)

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::digest::{Digest, tagged};

/// The key that seals cells and recusals of one announcement; never published.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RosterKey([u8; 32]);

impl RosterKey {
    /// Takes 32 random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the auditor's bundle and the secret file.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Salt of one cell.
    #[must_use]
    pub fn cell_salt(&self, roster: &str, id: &str, column: &str) -> Digest {
        keyed(
            &self.0,
            "dispatch/v1/cell-salt",
            &[roster.as_bytes(), id.as_bytes(), column.as_bytes()],
        )
    }

    /// Salt of one recusal row.
    #[must_use]
    pub fn row_salt(&self, pair_id: &str) -> Digest {
        keyed(
            &self.0,
            "dispatch/v1/row-salt",
            &[b"recusals", pair_id.as_bytes()],
        )
    }

    /// What a sealed cell holds.
    #[must_use]
    pub fn seal(&self, roster: &str, id: &str, column: &str, value: &str) -> Digest {
        cell_hash(&self.cell_salt(roster, id, column), value)
    }
}

impl core::fmt::Debug for RosterKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RosterKey(..)")
    }
}

/// What a cell with this salt and open value holds; anybody who is given both can check it.
#[must_use]
pub fn cell_hash(salt: &Digest, value: &str) -> Digest {
    tagged("dispatch/v1/cell", &[salt.as_bytes(), value.as_bytes()])
}

/// M(key, label, parts) of docs/spec.md 1.2.
pub(crate) fn keyed(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> Digest {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        // HMAC takes keys of any length; this arm cannot be reached.
        Err(_) => return Digest::new([0; 32]),
    };
    mac.update(label.as_bytes());
    mac.update(&[0]);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Digest::new(mac.finalize().into_bytes().into())
}

/// Open values of the sealed columns of one roster, row by row.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    columns: Vec<String>,
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Starts without rows; `columns` is sorted.
    #[must_use]
    pub fn new(columns: &[String]) -> Self {
        Self {
            columns: columns.to_vec(),
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// Adds the next row's values, one for every column.
    ///
    /// # Errors
    /// [`CellsError`] when there are more or fewer values than columns.
    pub fn push<'v>(&mut self, values: impl Iterator<Item = &'v str>) -> Result<(), CellsError> {
        let before = self.ends.len();
        for value in values {
            self.text.push_str(value);
            self.ends.push(self.text.len());
        }
        if self.ends.len() - before == self.columns.len() {
            Ok(())
        } else {
            Err(CellsError)
        }
    }

    /// The open value of a sealed column of a row; `None` if the column is not sealed.
    #[must_use]
    pub fn value(&self, row: usize, column: &str) -> Option<&str> {
        let column = self.columns.iter().position(|name| name == column)?;
        let at = row.checked_mul(self.columns.len())?.checked_add(column)?;
        let end = *self.ends.get(at)?;
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.text.get(start..end)
    }

    /// The sealed columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The row's line of `cells.jsonl`.
    #[must_use]
    pub fn line(&self, roster: &str, id: &str, row: usize) -> CellLine {
        let cells = self.columns.iter().map(|column| {
            (
                column.clone(),
                self.value(row, column).unwrap_or_default().to_owned(),
            )
        });
        CellLine {
            cells: cells.collect(),
            id: id.to_owned(),
            roster: roster.to_owned(),
        }
    }
}

/// A line of `cells.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellLine {
    /// Column to open value.
    pub cells: BTreeMap<String, String>,
    /// Id of the row, or pair id of the recusal.
    pub id: String,
    /// Which roster.
    pub roster: String,
}

/// More or fewer values than sealed columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row does not have one value for every sealed column")]
pub struct CellsError;
