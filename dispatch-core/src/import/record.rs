//! A row as both kinds of file give it.
//!
//! Invariant: cells are numbered from 0; a cell that the row does not have is empty.

use super::cell::CellKind;
use super::table::Table;
use crate::problem::ProblemKind;
use crate::workbook::{Row, ValueKind};

/// One row of a CSV file or of a sheet.
pub(super) trait Record {
    /// Its number as a spreadsheet shows it.
    fn row(&self) -> u64;
    /// How many cells it has.
    fn len(&self) -> usize;
    /// The text of a cell.
    fn cell(&self, column: usize) -> &str;
    /// Whether cells may be missing at its end.
    fn may_end_early(&self) -> bool;
    /// What is wrong with a cell, whatever its text is.
    fn fault(&self, column: usize, kind: CellKind) -> Option<ProblemKind>;
}

impl Record for Table<'_> {
    fn row(&self) -> u64 {
        self.row()
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn cell(&self, column: usize) -> &str {
        self.cell(column)
    }

    fn may_end_early(&self) -> bool {
        false
    }

    fn fault(&self, _: usize, _: CellKind) -> Option<ProblemKind> {
        None
    }
}

impl Record for Row {
    fn row(&self) -> u64 {
        u64::from(self.number())
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn cell(&self, column: usize) -> &str {
        self.cell(column).text
    }

    fn may_end_early(&self) -> bool {
        true
    }

    fn fault(&self, column: usize, kind: CellKind) -> Option<ProblemKind> {
        let cell = self.cell(column);
        let is_id = matches!(kind, CellKind::SubjectId | CellKind::OfficerId);
        match cell.kind {
            ValueKind::Error => Some(ProblemKind::CellError {
                value: cell.text.to_owned(),
            }),
            ValueKind::Uncalculated => Some(ProblemKind::CellUncalculated {}),
            ValueKind::Number | ValueKind::Date | ValueKind::Bool if is_id => {
                let value = scientific(cell.text);
                Some(ProblemKind::NumericId { value })
            }
            ValueKind::Number if digits(cell.text) > KEPT => Some(ProblemKind::LongNumber {
                value: scientific(cell.text),
            }),
            _ => None,
        }
    }
}

/// A header that was put together from more than one row.
pub(super) struct HeaderRow {
    pub(super) row: u64,
    pub(super) cells: Vec<String>,
}

impl Record for HeaderRow {
    fn row(&self) -> u64 {
        self.row
    }

    fn len(&self) -> usize {
        self.cells.len()
    }

    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn may_end_early(&self) -> bool {
        true
    }

    fn fault(&self, _: usize, _: CellKind) -> Option<ProblemKind> {
        None
    }
}

/// Digits before the decimal point.
fn digits(text: &str) -> usize {
    let whole = text.split('.').next().unwrap_or_default();
    whole.bytes().filter(u8::is_ascii_digit).count()
}

/// A number as a spreadsheet shows it: beyond eleven digits with an exponent.
fn scientific(text: &str) -> String {
    if digits(text) <= SHOWN {
        return text.to_owned();
    }
    let value: Result<f64, _> = text.parse();
    value.map_or_else(
        |_| text.to_owned(),
        |value| format!("{value:.5E}").replace('E', "E+"),
    )
}

/// Digits that a number in a spreadsheet keeps.
const KEPT: usize = 15;
/// Digits that a cell of format General shows.
const SHOWN: usize = 11;
