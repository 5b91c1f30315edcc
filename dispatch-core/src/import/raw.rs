//! The rows of a list as they stand, for a copy of it.
//!
//! Invariant: rows have the numbers by which the import's problems name them.

use super::decode;
use super::table::{Advance, Table};
use crate::problem::ProblemKind;
use crate::workbook::{self, Row, Workbook};

/// A row as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub struct RawRow<'r> {
    /// Its number as a spreadsheet shows it.
    pub number: u64,
    /// The texts of its cells; dates of a workbook as 2026-07-01.
    pub cells: &'r [&'r str],
}

/// Gives every row of a CSV file or of a workbook's sheet to the sink, which ends the reading by
/// answering `false`. A CSV row that cannot be decoded has no cells.
///
/// # Errors
///
/// As the import, if the file cannot be read or has no such sheet.
pub fn raw_rows(
    bytes: &[u8],
    sheet: Option<&str>,
    sink: &mut dyn FnMut(RawRow<'_>) -> bool,
) -> Result<(), ProblemKind> {
    if workbook::is_workbook(bytes) {
        return sheet_rows(bytes, sheet, sink);
    }
    let (encoding, body) = decode::decide(bytes)?;
    let mut table = Table::new(body, encoding);
    loop {
        let length = match table.advance() {
            Advance::Row => table.len(),
            Advance::Malformed(_) | Advance::OpenQuote => 0,
            Advance::End => return Ok(()),
            Advance::Failed(reason) => return Err(ProblemKind::Unreadable { reason }),
        };
        let cells: Vec<&str> = (0..length).map(|column| table.cell(column)).collect();
        let number = table.row();
        if !sink(RawRow {
            number,
            cells: &cells,
        }) {
            return Ok(());
        }
    }
}

fn sheet_rows(
    bytes: &[u8],
    sheet: Option<&str>,
    sink: &mut dyn FnMut(RawRow<'_>) -> bool,
) -> Result<(), ProblemKind> {
    let workbook = Workbook::open(bytes)?;
    let found = match sheet {
        Some(name) => workbook.sheet(name),
        None => workbook.sheets().first(),
    };
    let sheet = found.ok_or_else(|| ProblemKind::SheetUnknown {
        name: sheet.unwrap_or_default().to_owned(),
        sheets: String::new(),
    })?;
    let mut parts = workbook.parts();
    let mut rows = workbook.rows(&mut parts, sheet)?;
    let mut row = Row::default();
    while rows.next_row(&mut row)? {
        let cells: Vec<&str> = row.cells().map(|cell| cell.text).collect();
        let number = u64::from(row.number());
        if !sink(RawRow {
            number,
            cells: &cells,
        }) {
            break;
        }
    }
    Ok(())
}
