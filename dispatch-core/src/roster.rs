//! Rosters 名录库: frozen, canonical, committed lists of subjects and officers.
//!
//! Source: docs/spec.md section 2. A roster is its file: one canonical row per line, sorted by id.
//! Invariant: a [`Roster`] is sorted, its ids are unique and its rows obey the rules it was read
//! or built with, so its root does not depend on the order or spelling of the input.

mod builder;
mod cells;
mod diff;
mod reading;
mod recusal;
mod rules;
mod span;

pub use self::builder::RosterBuilder;
pub(crate) use self::cells::keyed;
pub use self::cells::{CellLine, Cells, CellsError, RosterKey, cell_hash};
pub use self::diff::{
    Change, DiffLine, DiffSummary, ReasonCount, diff_lines, read_diff, summarise,
};
pub use self::recusal::{ClosedRecusal, OpenRecusal, Recusal, RecusalLine, Recusals, pair_id};
pub use self::rules::{RosterKind, RowFault, RowRules, check_row};

use rayon::prelude::*;

use self::span::Span;
use crate::digest::Digest;
use crate::merkle::{leaf_hash, root_of_parallel};
use crate::row::{self, Field};

/// A frozen list of rows.
#[derive(Clone, Default)]
pub struct Roster {
    bytes: Vec<u8>,
    rows: Vec<Span>,
}

impl Roster {
    /// Reads a roster file and checks every row.
    ///
    /// # Errors
    /// [`RosterFault`] names the first line that is not as docs/spec.md 2.1 and 2.2 ask.
    pub fn read(bytes: Vec<u8>, rules: &RowRules<'_>) -> Result<Self, RosterFault> {
        Ok(Self::check(&bytes, rules)?.with(bytes))
    }

    /// Checks every row of a roster file without taking it.
    ///
    /// # Errors
    /// As [`Roster::read`].
    pub fn check(bytes: &[u8], rules: &RowRules<'_>) -> Result<CheckedRows, RosterFault> {
        reading::check(bytes, rules).map(CheckedRows)
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The roster file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The roster file, without copying it.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A row's line without its line feed. Panics never: an index out of range gives no bytes.
    #[must_use]
    pub fn line(&self, index: usize) -> &[u8] {
        self.rows
            .get(index)
            .map_or(&[], |span| span.line(&self.bytes))
    }

    /// A row's id.
    #[must_use]
    pub fn id(&self, index: usize) -> &str {
        self.rows
            .get(index)
            .and_then(|span| core::str::from_utf8(span.id(&self.bytes)).ok())
            .unwrap_or_default()
    }

    /// A row's fields.
    #[must_use]
    pub fn fields(&self, index: usize) -> Vec<Field<'_>> {
        let mut fields = Vec::new();
        // Rows were checked when the roster was built; an index out of range has no fields.
        let _ = row::read(self.line(index), &mut fields);
        fields
    }

    /// Index of the row with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        self.rows
            .binary_search_by(|span| span.id(&self.bytes).cmp(id.as_bytes()))
            .ok()
    }

    /// Leaf hashes of all rows, in order.
    #[must_use]
    pub fn leaves(&self) -> Vec<Digest> {
        self.rows
            .par_iter()
            .map(|span| leaf_hash(span.line(&self.bytes)))
            .collect()
    }

    /// The committed root (docs/spec.md 2.2).
    #[must_use]
    pub fn root(&self) -> Digest {
        root_of_parallel(&self.leaves())
    }
}

/// Where the rows of a checked roster file lie.
#[derive(Debug)]
pub struct CheckedRows(Vec<Span>);

impl CheckedRows {
    /// The roster, given the very bytes that were checked.
    #[must_use]
    pub(crate) fn with(self, bytes: Vec<u8>) -> Roster {
        Roster {
            bytes,
            rows: self.0,
        }
    }
}

impl core::fmt::Debug for Roster {
    /// Shows the size only: rows may be millions.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Roster")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A line of a roster file that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct RosterFault {
    /// Line, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: RowFault,
}
