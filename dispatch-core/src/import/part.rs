//! Reading the rows of one part of a file, apart from all others.
//!
//! A part begins where a row is thought to begin, and is read until a row ends at or behind its
//! own end. Whether it did begin at a row shows when the part before it has been read: if that one
//! ended elsewhere, in a quoted cell say, this part was read for nothing and is read anew.
//!
//! Invariant: a row's cells and problems depend on that row alone; repetitions are looked for later.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::ImportOptions;
use super::cell;
use super::cell::CellKind;
use super::decode::TextEncoding;
use super::header::{Layout, Slot};
use super::record::Record;
use super::table::{Advance, Table, empty_lines};
use crate::problem::{Problem, ProblemKind, Severity};

/// What every row of a file is held against.
pub(super) struct Rules<'a> {
    pub(super) file: Arc<str>,
    /// The sheet of a workbook.
    pub(super) sheet: Option<Arc<str>>,
    pub(super) options: &'a ImportOptions,
    pub(super) layout: Layout,
}

/// What is the same for all parts of a CSV file.
pub(super) struct Body<'a> {
    pub(super) rules: Rules<'a>,
    pub(super) bytes: &'a [u8],
    pub(super) encoding: TextEncoding,
    pub(super) separator: u8,
}

/// The rows of a part.
#[derive(Default)]
pub(super) struct Part {
    /// Where it was begun and where its last row ends, in bytes of the body.
    pub(super) span: Range<usize>,
    /// Rows as a spreadsheet counts them, empty lines among them.
    pub(super) lines: u64,
    pub(super) rows_read: u64,
    pub(super) trimmed_cells: u64,
    pub(super) rows: Vec<PartRow>,
    /// Problems in order of row; rows are counted from the part's first line as 1.
    pub(super) problems: Vec<Problem>,
    /// Nothing can be read behind this part.
    pub(super) is_last: bool,
    text: String,
    cells: Vec<PartCell>,
    errors: usize,
}

/// A row that could be read.
pub(super) struct PartRow {
    /// Counted from the part's first line as 1.
    pub(super) line: u64,
    /// Whether no error names it.
    pub(super) is_good: bool,
    /// How many of the part's problems come before the next row.
    pub(super) problems: usize,
    cells: Range<usize>,
}

/// Which slot a cell belongs to, and its canonical value.
struct PartCell {
    slot: usize,
    text: Range<usize>,
}

impl Part {
    /// Reads from `start` until a row ends at or behind `end`.
    pub(super) fn read(body: &Body<'_>, start: usize, end: usize) -> Self {
        let mut table = Table::midway(body.bytes, start, body.encoding, body.separator);
        let mut part = Self::default();
        loop {
            let done = table.position();
            if done >= end || is_blank(body.bytes.get(done..end)) {
                part.span = start..behind_row(body.bytes, done.max(end));
                let left = body.bytes.get(done..part.span.end).unwrap_or_default();
                part.lines = table.row() + empty_lines(left, follows_return(body.bytes, done));
                return part;
            }
            match table.advance() {
                Advance::End => {
                    part.lines = table.row();
                    part.span = start..body.bytes.len();
                    return part;
                }
                Advance::Row => part.read_row(&body.rules, &table),
                bad => {
                    part.is_last = matches!(bad, Advance::Failed(_));
                    part.rows_read += 1;
                    part.push_bad_row(body, table.row(), bad);
                    if part.is_last {
                        return part;
                    }
                }
            }
        }
    }

    /// The fields of one of its rows.
    pub(super) fn fields<'p>(
        &'p self,
        row: &PartRow,
        slots: &'p [Slot],
        fields: &mut Vec<(&'p str, Cow<'p, str>)>,
    ) {
        fields.clear();
        let cells = self.cells.get(row.cells.clone()).unwrap_or_default();
        fields.extend(cells.iter().filter_map(|cell| {
            let slot = slots.get(cell.slot)?;
            Some((
                &*slot.field,
                Cow::Borrowed(self.text.get(cell.text.clone())?),
            ))
        }));
    }

    /// Reads one row.
    pub(super) fn read_row(&mut self, rules: &Rules<'_>, record: &impl Record) {
        if (0..record.len()).all(|column| cell::trim(record.cell(column)).is_empty()) {
            return;
        }
        self.rows_read += 1;
        let errors = self.errors;
        if !self.check_width(rules, record) {
            return;
        }
        let first = self.cells.len();
        for (number, slot) in rules.layout.slots.iter().enumerate() {
            if let Some(value) = self.read_cell(rules, record, slot) {
                let start = self.text.len();
                self.text.push_str(&value);
                let text = start..self.text.len();
                self.cells.push(PartCell { slot: number, text });
            }
        }
        self.rows.push(PartRow {
            line: record.row(),
            is_good: self.errors == errors,
            problems: self.problems.len(),
            cells: first..self.cells.len(),
        });
    }

    /// Cells beyond the header's width may be empty; missing ones may not.
    fn check_width(&mut self, rules: &Rules<'_>, record: &impl Record) -> bool {
        let (found, expected) = (record.len(), rules.layout.headers.len());
        let beyond = (expected..found).any(|column| !cell::trim(record.cell(column)).is_empty());
        let kind = if found < expected && !record.may_end_early() {
            ProblemKind::TooFewCells { found, expected }
        } else if beyond {
            ProblemKind::TooManyCells { found, expected }
        } else {
            return true;
        };
        self.push(rules, record.row(), None, kind);
        false
    }

    /// The canonical value of a field, if it has one and it is right.
    fn read_cell<'t>(
        &mut self,
        rules: &Rules<'_>,
        record: &'t impl Record,
        slot: &Slot,
    ) -> Option<Cow<'t, str>> {
        let column = slot.column(record);
        if let Some(kind) = column.and_then(|column| record.fault(column, slot.kind)) {
            self.push(rules, record.row(), column, kind);
            return None;
        }
        let raw = column.map_or("", |column| record.cell(column));
        let cell = match cell::read(raw, slot.kind, rules.options.subject_ids) {
            Ok(cell) => cell,
            Err(kind) => {
                self.push(rules, record.row(), column, kind);
                return None;
            }
        };
        if cell.trimmed {
            self.trimmed_cells += 1;
            if matches!(slot.kind, CellKind::SubjectId | CellKind::OfficerId)
                && !cell.value.is_empty()
            {
                let (from, to) = (cell::quoted(raw), cell.value.to_string());
                self.push(
                    rules,
                    record.row(),
                    column,
                    ProblemKind::Normalised { from, to },
                );
            }
        }
        if cell.value.is_empty() {
            if let Some(field) = slot.required {
                self.push(
                    rules,
                    record.row(),
                    column,
                    ProblemKind::EmptyCell { field },
                );
            }
            return None;
        }
        if slot.kind == CellKind::Expiry
            && let Some(valid_through) = &rules.options.valid_through
            && cell.value.as_ref() < valid_through.as_str()
        {
            let (expires, valid_through) = (cell.value.to_string(), valid_through.clone());
            let kind = ProblemKind::ExpiredCertificate {
                expires,
                valid_through,
            };
            self.push(rules, record.row(), column, kind);
        }
        Some(cell.value)
    }

    fn push_bad_row(&mut self, body: &Body<'_>, row: u64, advance: Advance) {
        match advance {
            Advance::Malformed(column) => {
                let encoding = body.encoding.name();
                let kind = ProblemKind::MalformedText { encoding };
                self.push(&body.rules, row, Some(column), kind);
            }
            Advance::OpenQuote => self.push(&body.rules, row, None, ProblemKind::OpenQuote {}),
            Advance::Failed(reason) => {
                let kind = ProblemKind::Unreadable { reason };
                self.problems
                    .push(Problem::new(body.rules.file.clone(), kind));
            }
            Advance::End | Advance::Row => {}
        }
    }

    fn push(&mut self, rules: &Rules<'_>, row: u64, column: Option<usize>, kind: ProblemKind) {
        let mut problem = Problem::new(rules.file.clone(), kind).at_row(row);
        let header = column.and_then(|column| rules.layout.headers.get(column));
        problem.column = header.cloned();
        problem.column_number = column.and_then(|column| u32::try_from(column + 1).ok());
        problem.sheet.clone_from(&rules.sheet);
        self.errors += usize::from(problem.severity == Severity::Error);
        self.problems.push(problem);
    }
}

/// Where the next row begins, for a row that ends at `at`: a reader stops between CR and LF.
pub(super) fn behind_row(body: &[u8], at: usize) -> usize {
    at + usize::from(follows_return(body, at) && body.get(at) == Some(&b'\n'))
}

fn follows_return(body: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| body.get(before)) == Some(&b'\r')
}

fn is_blank(rest: Option<&[u8]>) -> bool {
    rest.is_some_and(|rest| rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')))
}
