//! The one pass over a file: header, then every row to its end.
//!
//! Shared by all kinds of file; the schema says what differs. Several parts of the file are read at
//! the same time; their rows are then taken one after another, in the file's order.
//!
//! Invariant: a row reaches the sink if and only if no error names it, and it repeats no earlier
//! key; a file whose header is wrong gives no rows at all.

use std::sync::Arc;

use rayon::prelude::*;

use super::ImportOptions;
use super::ImportReport;
use super::ImportedRow;
use super::cell;
use super::decode;
use super::decode::TextEncoding;
use super::header;
use super::header::Layout;
use super::part::{Body, Part, Rules, behind_row};
use super::record::Record;
use super::schema::Schema;
use super::seen::SeenIds;
use super::sheet;
use super::table::{Advance, Table, delimiter};
use crate::problem::Problem;
use crate::problem::ProblemKind;
use crate::problem::Problems;
use crate::workbook;

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
        sheet: None,
        schema: job.schema,
        seen: SeenIds::default(),
        key: String::new(),
        report: ImportReport::default(),
    };
    if workbook::is_workbook(job.bytes) {
        sheet::run(job, &mut pass, progress, sink);
        progress(u64::try_from(job.bytes.len()).unwrap_or(u64::MAX));
        return pass.report;
    }
    match decode::decide(job.bytes) {
        Ok((encoding, body)) => {
            pass.report.encoding = Some(encoding);
            pass.note(ProblemKind::Encoding {
                encoding: encoding.name(),
            });
            let mark = job.bytes.len() - body.len();
            let mut table = Table::new(body, encoding);
            if let Some(layout) = pass.read_header(&mut table, job.options) {
                let body = Body {
                    rules: pass.rules(job, layout),
                    bytes: body,
                    encoding,
                    separator: delimiter(body),
                };
                let start = behind_row(body.bytes, table.position());
                pass.read_rows(
                    &body,
                    start,
                    table.row(),
                    &mut |done| {
                        progress(u64::try_from(mark + done).unwrap_or(u64::MAX));
                    },
                    sink,
                );
            }
        }
        Err(kind) => pass.note(kind),
    }
    progress(u64::try_from(job.bytes.len()).unwrap_or(u64::MAX));
    pass.report
}

/// A file being read.
pub(super) struct Pass {
    pub(super) file: Arc<str>,
    pub(super) sheet: Option<Arc<str>>,
    schema: &'static Schema,
    seen: SeenIds,
    /// The key of the current row, for the search of repetitions.
    key: String,
    pub(super) report: ImportReport,
}

impl Pass {
    /// Resolves the header; `None` if rows cannot be read.
    fn read_header(&mut self, table: &mut Table<'_>, options: &ImportOptions) -> Option<Layout> {
        match table.advance() {
            Advance::Row => {}
            Advance::Malformed(_) => {
                let encoding = self.report.encoding.map_or("", TextEncoding::name);
                self.note_row(table.row(), ProblemKind::MalformedText { encoding });
                return None;
            }
            Advance::OpenQuote => {
                self.note_row(table.row(), ProblemKind::OpenQuote {});
                return None;
            }
            Advance::Failed(reason) => {
                self.note(ProblemKind::Unreadable { reason });
                return None;
            }
            Advance::End => {
                self.note(ProblemKind::EmptyFile {});
                return None;
            }
        }
        self.resolve(table, options)
    }

    /// Resolves a header; `None` if rows cannot be read.
    pub(super) fn resolve(
        &mut self,
        header: &impl Record,
        options: &ImportOptions,
    ) -> Option<Layout> {
        let mut problems = Problems::new();
        let layout = header::resolve(header, self.schema, options, &self.file, &mut problems);
        let bad = problems.has_errors();
        let placed = problems
            .into_iter()
            .map(|problem| problem.on_sheet(self.sheet.clone()));
        self.report.problems.extend(placed);
        self.report.header_row = Some(header.row());
        let headers = layout.headers.iter().map(ToString::to_string);
        self.report.columns = headers.zip(layout.fields.iter().cloned()).collect();
        (!bad).then_some(layout)
    }

    pub(super) fn rules<'o>(&self, job: &Job<'o>, layout: Layout) -> Rules<'o> {
        Rules {
            file: self.file.clone(),
            sheet: self.sheet.clone(),
            options: job.options,
            layout,
        }
    }

    /// Reads all rows from `start` on; `before` rows stand before it.
    fn read_rows(
        &mut self,
        body: &Body<'_>,
        start: usize,
        mut before: u64,
        progress: &mut dyn FnMut(usize),
        sink: &mut dyn FnMut(&ImportedRow<'_>),
    ) {
        let end = body.bytes.len();
        let mut next = start;
        let mut width = 2 * rayon::current_num_threads();
        let mut parts = read_parts(body, next, width);
        while next < end {
            let mut ahead = Vec::new();
            let after = parts.last().map_or(end, |part| part.span.end);
            // The next parts are read while the rows of these are taken.
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| ahead = read_parts(body, after, width));
                for part in std::mem::take(&mut parts) {
                    if part.span.start != next {
                        continue;
                    }
                    self.take(&body.rules, &part, before, sink);
                    before = before.saturating_add(part.lines);
                    next = if part.is_last { end } else { part.span.end };
                    progress(next);
                }
            });
            if next < end
                && ahead
                    .first()
                    .is_none_or(|part: &Part| part.span.start != next)
            {
                // A part began inside a cell. From here on nothing is read at a guess.
                width = 1;
                ahead = read_parts(body, next, width);
            }
            parts = ahead;
        }
    }

    /// Takes the rows of a part that stands behind `before` rows.
    pub(super) fn take(
        &mut self,
        rules: &Rules<'_>,
        part: &Part,
        before: u64,
        sink: &mut dyn FnMut(&ImportedRow<'_>),
    ) {
        self.report.rows_read += part.rows_read;
        self.report.trimmed_cells += part.trimmed_cells;
        let placed = |problem: &Problem| {
            let mut problem = problem.clone();
            problem.row = problem.row.map(|row| row.saturating_add(before));
            problem
        };
        let mut problems = part.problems.iter();
        let mut fields = Vec::new();
        let mut taken = 0;
        for row in &part.rows {
            let own = problems.by_ref().take(row.problems - taken);
            self.report.problems.extend(own.map(placed));
            taken = row.problems;
            part.fields(row, &rules.layout.slots, &mut fields);
            let imported = ImportedRow {
                line: row.line.saturating_add(before),
                fields: &fields,
            };
            if self.check_key(&imported, &rules.layout) && row.is_good {
                self.report.rows_good += 1;
                sink(&imported);
            }
        }
        self.report.problems.extend(problems.map(placed));
    }

    /// Whether the row's key is new; rows whose key could not be read are not compared.
    fn check_key(&mut self, row: &ImportedRow<'_>, layout: &Layout) -> bool {
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
        let column = layout.fields.iter().position(named);
        let mut problem = Problem::new(self.file.clone(), kind).at_row(row.line);
        problem.sheet.clone_from(&self.sheet);
        problem.column_number = column.and_then(|column| u32::try_from(column + 1).ok());
        problem.column = column
            .and_then(|column| layout.headers.get(column))
            .cloned();
        self.report.problems.push(problem);
        false
    }

    fn note_row(&mut self, row: u64, kind: ProblemKind) {
        let problem = Problem::new(self.file.clone(), kind).at_row(row);
        self.report.problems.push(problem);
    }

    pub(super) fn note(&mut self, kind: ProblemKind) {
        let problem = Problem::new(self.file.clone(), kind).on_sheet(self.sheet.clone());
        self.report.problems.push(problem);
    }
}

/// Reads up to `width` parts from `start` on at the same time. All but the first begin at a guess.
fn read_parts(body: &Body<'_>, start: usize, width: usize) -> Vec<Part> {
    let mut cuts = vec![start];
    let mut at = start;
    while cuts.len() <= width && at < body.bytes.len() {
        let middle = at.saturating_add(PART);
        let rest = body.bytes.get(middle..).unwrap_or_default();
        let feed = rest.iter().position(|byte| *byte == b'\n');
        at = feed.map_or(body.bytes.len(), |feed| middle + feed + 1);
        cuts.push(at);
    }
    cuts.par_windows(2)
        .with_max_len(1)
        .map(|cut| match cut {
            [from, to] => Part::read(body, *from, *to),
            _ => Part::default(),
        })
        .collect()
}

/// Bytes of a part: enough to make its own reader worth while, few enough to hold several.
const PART: usize = if cfg!(test) { 64 } else { 1 << 20 };

#[cfg(test)]
mod tests {
    use super::super::import_recusals;
    use super::*;
    use crate::plan::SubjectIds;

    /// Rows that hold whatever could mislead a reader that starts in the midst of a file. Each cell
    /// is chosen by a counter, so that every kind meets every other at the cuts.
    #[test]
    fn parts_give_the_rows_of_the_whole_file() {
        let reasons = [
            "亲属",
            "\"一,二\"",
            "\"甲\"\"乙\"",
            "五\"寸",
            // Begins like a row of its own, and holds line ends.
            "\"x\nS9999,1,y\nS9998,2,z\n\"",
            "\"\r\n\r\n\"",
            "",
        ];
        // The second begins, in GB18030, with the bytes of a UTF-8 mark.
        let subjects = ["S", "锘縎"];
        for ends in [
            ["\n", "\n"],
            ["\r\n", "\r\n"],
            ["\n", "\r\n"],
            ["\r", "\r"],
            ["\n\n", "\r\n\n"],
        ] {
            let (mut text, mut due, mut line) =
                (String::from("subject,officer,reason\n"), Vec::new(), 1);
            for row in 0..400_usize {
                let subject = format!("{}{row:04}", subjects[usize::from(row % 5 == 3)]);
                let reason = reasons[row * 7 % 11 % reasons.len()];
                let end = ends[row / 3 % 2];
                text.push_str(&format!("{subject},{},{reason}{end}", row % 9));
                line += 1;
                // A reason of several lines, or none, is refused.
                if !reason.contains('\n') && !reason.is_empty() {
                    due.push((line, subject));
                }
                // A second line feed makes an empty line.
                line += u64::from(end.matches('\n').count() == 2);
            }
            let (bytes, ..) = encoding_rs::GB18030.encode(&text);
            let mut found = Vec::new();
            let options = ImportOptions {
                subject_ids: SubjectIds::Other,
                ..ImportOptions::default()
            };
            let report = import_recusals(&bytes, "r", &options, &mut |_| {}, &mut |row| {
                found.push((row.line, row.get("subject").unwrap_or_default().to_owned()));
            });
            assert_eq!(report.rows_read, 400, "{ends:?}");
            assert_eq!(found, due, "{ends:?}");
            let rows = report.problems.iter().filter_map(|problem| problem.row);
            assert!(rows.is_sorted(), "problems come in order of row");
        }
    }
}
