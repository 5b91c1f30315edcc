//! Import of rosters and recusals from the CSV files and XLSX workbooks bureaus really have.
//!
//! The headers are those of the Chinese templates in use, their usual variants, or the English
//! field names. One pass over the bytes: decode, map columns, normalise cells, check rows, look
//! for duplicates; every problem is reported with its row and column, and good rows go to a sink
//! as they are read, so memory stays small whatever the file's size.
//!
//! Invariant: what reaches the sink is canonical, so two spellings of the same roster give the
//! same rows: ids in capitals and half width, ISO dates, lists sorted and without repetition.

mod cell;
mod date;
mod decode;
mod header;
mod known;
mod mapping;
mod part;
mod pass;
mod personal;
mod raw;
mod record;
mod schema;
mod seen;
mod sheet;
mod table;

use std::borrow::Cow;

use crate::plan::SubjectIds;
use crate::problem::Problems;

pub(crate) use cell::{folded, trim};
pub(crate) use date::iso_date;
pub use decode::TextEncoding;
pub(crate) use known::folded_header;
pub use mapping::{ColumnMapping, Mappings};
pub use raw::{RawRow, raw_rows};

/// How a file is to be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ImportOptions {
    /// What the ids of subjects are.
    pub subject_ids: SubjectIds,
    /// Unknown columns to keep, by their header, which becomes the field name. Columns of personal
    /// data are dropped all the same.
    pub extra_columns: Vec<String>,
    /// Last day of the inspection window as an ISO date: officers whose certificate expires before
    /// it bring a warning.
    pub valid_through: Option<String>,
    /// The sheet of a workbook; without it the only one with a header that is recognised.
    pub sheet: Option<String>,
    /// What the list's own headers mean.
    pub mapping: ColumnMapping,
}

/// A good row, as given to the sink.
#[derive(Clone, Copy, Debug)]
pub struct ImportedRow<'a> {
    /// Row as a spreadsheet shows it.
    pub line: u64,
    /// Field names and canonical values, sorted bytewise by name, without empty values.
    pub fields: &'a [(&'a str, Cow<'a, str>)],
}

impl ImportedRow<'_> {
    /// The value of a field, if the row has one.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        let found = self
            .fields
            .binary_search_by(|(name, _)| (*name).cmp(field))
            .ok()?;
        self.fields.get(found).map(|(_, value)| value.as_ref())
    }
}

/// What an import found.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// Rows below the header, without blank ones.
    pub rows_read: u64,
    /// Rows given to the sink.
    pub rows_good: u64,
    /// Cells that changed only by trimming or from full to half width.
    pub trimmed_cells: u64,
    /// The encoding decided on; none where the file is not text.
    pub encoding: Option<TextEncoding>,
    /// Everything to tell the user.
    pub problems: Problems,
    /// Each column's header and the field it became, if any, in the file's order.
    pub columns: Vec<(String, Option<String>)>,
    /// Where the header stands, if one was read.
    pub header_row: Option<u64>,
    /// The sheet that was read, of a workbook.
    pub sheet: Option<String>,
}

/// Reads a roster of subjects (检查对象名录库).
///
/// `file` is the name used in problems. `progress` is told the bytes done, from time to time and at
/// the end. Fields: see [`subject_fields`].
pub fn import_subjects(
    bytes: &[u8],
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport {
    pass::run(
        &pass::Job {
            bytes,
            file,
            options,
            schema: &schema::SUBJECT,
        },
        progress,
        sink,
    )
}

/// Reads a roster of officers (执法检查人员名录库); otherwise like [`import_subjects`].
///
/// Where the file has both certificates of the template (工商执法证, 省政府执法证), the provincial
/// one counts if it is filled, with the expiry in the column behind it.
pub fn import_officers(
    bytes: &[u8],
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport {
    pass::run(
        &pass::Job {
            bytes,
            file,
            options,
            schema: &schema::OFFICER,
        },
        progress,
        sink,
    )
}

/// Reads a list of recusals (回避); otherwise like [`import_subjects`]. Rows have the fields
/// `officer`, `reason` and `subject`; a repeated pair is left out with a note.
pub fn import_recusals(
    bytes: &[u8],
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport {
    pass::run(
        &pass::Job {
            bytes,
            file,
            options,
            schema: &schema::RECUSAL,
        },
        progress,
        sink,
    )
}

/// Reads a list of what fell out before a stage (补抽); otherwise like [`import_subjects`]. Rows have
/// the fields `approver`, `evidence` (a file or its SHA-256), `reason` (a code of docs/spec.md 15.2),
/// and `subject` or `officer` or both.
pub fn import_drops(
    bytes: &[u8],
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport {
    pass::run(
        &pass::Job {
            bytes,
            file,
            options,
            schema: &schema::DROP,
        },
        progress,
        sink,
    )
}

/// Reads a list of visits (检查记录), for the frequency ledger; otherwise like [`import_subjects`].
pub fn import_visits(
    bytes: &[u8],
    file: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport {
    pass::run(
        &pass::Job {
            bytes,
            file,
            options,
            schema: &schema::VISIT,
        },
        progress,
        sink,
    )
}

/// Whether a column with this header can be kept at all: not personal data, not a row number, not
/// without a name.
#[must_use]
pub fn may_be_kept(header: &str) -> bool {
    let folded = folded_header(header);
    let dropped = [personal::SERIAL, personal::PERSONAL];
    !folded.is_empty() && !dropped.iter().any(|list| list.contains(&folded.as_str()))
}

/// The fields a subject may have, each with the headers accepted for it.
pub fn subject_fields() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    schema::SUBJECT
        .fields
        .iter()
        .map(|field| (field.name, field.headers))
}

/// The fields an officer may have, each with the headers accepted for it. The two certificates of
/// the template are not among them: they become `id` and `expires`.
pub fn officer_fields() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    schema::OFFICER
        .fields
        .iter()
        .filter(|field| !field.name.contains(':'))
        .map(|field| (field.name, field.headers))
}

/// The fields a recusal may have, each with the headers accepted for it.
pub fn recusal_fields() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    schema::RECUSAL
        .fields
        .iter()
        .map(|field| (field.name, field.headers))
}

/// The fields a visit may have, each with the headers accepted for it.
pub fn visit_fields() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    schema::VISIT
        .fields
        .iter()
        .map(|field| (field.name, field.headers))
}

#[cfg(test)]
mod tests;
