//! Lists 清单 of a draw for spreadsheet programs: one XLSX workbook, and the same tables as CSV.
//!
//! Tables: 抽查名单, 派员表, 人员任务量, 分层统计, and 说明, which explains every column. They hold what
//! [`crate::visit`] gives, so nothing sealed. Invariants: the same draw gives the same bytes; no cell
//! is ever a formula; what a person reads in a cell is what the record says.

mod tables;
mod workbook;

use crate::announcement::Announcement;
use crate::digest::Digest;
use crate::export::csv_for_excel;
use crate::roster::Roster;
use crate::visit::Visit;

pub use self::workbook::ListingError;

/// What lists are made of.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'d> {
    /// The announcement.
    pub announcement: &'d Announcement,
    /// Its commitment.
    pub commitment: Digest,
    /// Root of the result.
    pub result: Digest,
    /// The officer roster: officers without a visit are listed too, with 0.
    pub officers: &'d Roster,
    /// The visits, in ascending order of ticket.
    pub visits: &'d [Visit<'d>],
    /// Whether the lists are sealed until the disclosure time, and have to say so.
    pub sealed: bool,
}

impl Listing<'_> {
    /// The workbook.
    ///
    /// # Errors
    /// [`ListingError`] when the format cannot hold it.
    pub fn xlsx(&self) -> Result<Vec<u8>, ListingError> {
        workbook::write(self)
    }

    /// The tables as CSV files, by file name.
    #[must_use]
    pub fn csv(&self) -> Vec<(String, Vec<u8>)> {
        let file = |table: tables::Table<'_>| {
            let heads: Vec<&str> = table.columns.iter().map(|column| column.head).collect();
            let rows = table
                .rows
                .map(|cells| cells.into_iter().map(Cell::text).collect());
            (format!("{}.csv", table.name), csv_for_excel(&heads, rows))
        };
        tables::all(self).into_iter().map(file).collect()
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    /// Text, whatever it looks like.
    Text(String),
    /// A number to calculate with.
    Number(u64),
}

impl Cell {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}
