//! The one pass over a file: header, then every row to its end.
//!
//! Shared by all kinds of file; the schema says what differs.
//!
//! Invariant: a row reaches the sink if and only if no error names it, and it repeats no earlier
//! key; a file whose header is wrong gives no rows at all.

use std::borrow::Cow;
use std::sync::Arc;

use super::ImportOptions;
use super::ImportReport;
use super::ImportedRow;
use super::cell;
use super::cell::CellKind;
use super::decode;
use super::header;
use super::header::Layout;
use super::header::Slot;
use super::schema::Schema;
use super::seen::SeenIds;
use super::table::Advance;
use super::table::Table;
use crate::problem::Problem;
use crate::problem::ProblemKind;

/// What is to be imported.
pub(super) struct Job<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) file: &'a str,
    pub(super) options: &'a ImportOptions,
    pub(super) schema: &'static Schema,
}

/// Reads the file of `job`.
pub(super) fn run(
    job: &Job<'_>,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport {
    let mut pass = Pass {
        file: job.file.into(),
        options: job.options,
        schema: job.schema,
        layout: Layout::default(),
        seen: SeenIds::default(),
        key: String::new(),
        report: ImportReport::default(),
    };
    match decode::decide(job.bytes) {
        Ok((encoding, body)) => {
            pass.report.encoding = Some(encoding);
            pass.note(ProblemKind::Encoding {
                encoding: encoding.name(),
            });
            let mark = job.bytes.len() - body.len();
            let mut table = Table::new(body, encoding);
            if pass.read_header(&mut table) {
                pass.read_rows(&mut table, mark, progress, sink);
            }
        }
        Err(kind) => pass.note(kind),
    }
    progress(u64::try_from(job.bytes.len()).unwrap_or(u64::MAX));
    pass.report
}

struct Pass<'a> {
    file: Arc<str>,
    options: &'a ImportOptions,
    schema: &'static Schema,
    layout: Layout,
    seen: SeenIds,
    /// The key of the current row, for the search of repetitions.
    key: String,
    report: ImportReport,
}

impl Pass<'_> {
    /// Resolves the header; `false` if rows cannot be read.
    fn read_header(&mut self, table: &mut Table<'_>) -> bool {
        let advance = table.advance();
        if !matches!(advance, Advance::Row) {
            self.report_bad_row(table, advance);
            return false;
        }
        let problems = &mut self.report.problems;
        self.layout = header::resolve(table, self.schema, self.options, &self.file, problems);
        let headers = self.layout.headers.iter().map(ToString::to_string);
        self.report.columns = headers.zip(self.layout.fields.iter().cloned()).collect();
        !problems.has_errors()
    }

    fn read_rows(
        &mut self,
        table: &mut Table<'_>,
        mark: usize,
        progress: &mut dyn FnMut(u64),
        sink: &mut dyn FnMut(&ImportedRow<'_>),
    ) {
        let mut next_report = PROGRESS_STEP;
        loop {
            match table.advance() {
                Advance::End => return,
                Advance::Row => self.read_row(table, sink),
                bad => {
                    let failed = matches!(bad, Advance::Failed(_));
                    self.report.rows_read += 1;
                    self.report_bad_row(table, bad);
                    if failed {
                        return;
                    }
                }
            }
            if table.done() >= next_report {
                next_report = table.done().saturating_add(PROGRESS_STEP);
                progress(u64::try_from(table.done() + mark).unwrap_or(u64::MAX));
            }
        }
    }

    fn read_row(&mut self, table: &Table<'_>, sink: &mut dyn FnMut(&ImportedRow<'_>)) {
        if (0..table.len()).all(|column| cell::trim(table.cell(column)).is_empty()) {
            return;
        }
        self.report.rows_read += 1;
        let errors = self.report.problems.count(crate::problem::Severity::Error);
        if !self.check_width(table) {
            return;
        }
        // The slots are lent out of `self` so that fields may borrow their names meanwhile.
        let slots = std::mem::take(&mut self.layout.slots);
        let mut fields: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(slots.len());
        for slot in &slots {
            if let Some(value) = self.read_cell(table, slot) {
                fields.push((&slot.field, value));
            }
        }
        let row = ImportedRow {
            line: table.row(),
            fields: &fields,
        };
        let fresh = self.check_key(&row);
        if fresh && self.report.problems.count(crate::problem::Severity::Error) == errors {
            self.report.rows_good += 1;
            sink(&row);
        }
        self.layout.slots = slots;
    }

    /// Cells beyond the header's width may be empty; missing ones may not.
    fn check_width(&mut self, table: &Table<'_>) -> bool {
        let (found, expected) = (table.len(), self.layout.headers.len());
        let beyond = (expected..found).any(|column| !cell::trim(table.cell(column)).is_empty());
        let kind = if found < expected {
            ProblemKind::TooFewCells { found, expected }
        } else if beyond {
            ProblemKind::TooManyCells { found, expected }
        } else {
            return true;
        };
        self.push(table.row(), None, kind);
        false
    }

    /// The canonical value of a field, if it has one and it is right.
    fn read_cell<'t>(&mut self, table: &'t Table<'_>, slot: &Slot) -> Option<Cow<'t, str>> {
        let column = slot.column(table);
        let raw = column.map_or("", |column| table.cell(column));
        let cell = match cell::read(raw, slot.kind, self.options.subject_ids) {
            Ok(cell) => cell,
            Err(kind) => {
                self.push(table.row(), column, kind);
                return None;
            }
        };
        if cell.trimmed {
            self.report.trimmed_cells += 1;
            if matches!(slot.kind, CellKind::SubjectId | CellKind::OfficerId)
                && !cell.value.is_empty()
            {
                let (from, to) = (cell::quoted(raw), cell.value.to_string());
                self.push(table.row(), column, ProblemKind::Normalised { from, to });
            }
        }
        if cell.value.is_empty() {
            if let Some(field) = slot.required {
                self.push(table.row(), column, ProblemKind::EmptyCell { field });
            }
            return None;
        }
        if slot.kind == CellKind::Expiry
            && let Some(valid_through) = &self.options.valid_through
            && cell.value.as_ref() < valid_through.as_str()
        {
            let (expires, valid_through) = (cell.value.to_string(), valid_through.clone());
            let kind = ProblemKind::ExpiredCertificate {
                expires,
                valid_through,
            };
            self.push(table.row(), column, kind);
        }
        Some(cell.value)
    }

    /// Whether the row's key is new; rows whose key could not be read are not compared.
    fn check_key(&mut self, row: &ImportedRow<'_>) -> bool {
        self.key.clear();
        for field in self.schema.key {
            let Some(value) = row.get(field) else {
                return true;
            };
            if !self.key.is_empty() {
                self.key.push('\n');
            }
            self.key.push_str(value);
        }
        let Some(first_row) = self.seen.first_row(&self.key, row.line) else {
            return true;
        };
        let kind = if self.schema.repeats_allowed {
            ProblemKind::DuplicateRecusal { first_row }
        } else {
            ProblemKind::DuplicateId {
                id: cell::quoted(&self.key),
                first_row,
            }
        };
        let named = |field: &Option<String>| field.as_deref() == self.schema.key.first().copied();
        let column = self.layout.fields.iter().position(named);
        self.push(row.line, column, kind);
        false
    }

    fn report_bad_row(&mut self, table: &Table<'_>, advance: Advance) {
        match advance {
            Advance::Malformed(column) => {
                let encoding = self.report.encoding.map_or("", |encoding| encoding.name());
                self.push(
                    table.row(),
                    Some(column),
                    ProblemKind::MalformedText { encoding },
                );
            }
            Advance::OpenQuote => self.push(table.row(), None, ProblemKind::OpenQuote {}),
            Advance::Failed(reason) => self.note(ProblemKind::Unreadable { reason }),
            Advance::End => self.note(ProblemKind::EmptyFile {}),
            Advance::Row => {}
        }
    }

    fn push(&mut self, row: u64, column: Option<usize>, kind: ProblemKind) {
        let mut problem = Problem::new(self.file.clone(), kind).at_row(row);
        problem.column = column
            .and_then(|column| self.layout.headers.get(column))
            .cloned();
        self.report.problems.push(problem);
    }

    fn note(&mut self, kind: ProblemKind) {
        self.report
            .problems
            .push(Problem::new(self.file.clone(), kind));
    }
}

/// Bytes between two reports of progress.
const PROGRESS_STEP: usize = 1 << 20;
