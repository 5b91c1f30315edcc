//! The pass over a workbook: which sheet, where its header stands, then every row.
//!
//! Titles may stand above the header, and a header may have two rows: an empty cell of the lower one
//! then takes the text above it. Rows are read ahead while those before them are taken.
//!
//! Invariant: as of CSV files, but that merged cells are known only when all rows were given out.

use super::ImportedRow;
use super::cell;
use super::known;
use super::part::{Part, Rules};
use super::pass::{Job, Pass};
use super::record::{HeaderRow, Record};
use crate::problem::{Problem, ProblemKind};
use crate::workbook::{Row, Sheet, SheetRows, Workbook};

/// Reads the workbook of `job`.
pub(super) fn run(
    job: &Job<'_>,
    pass: &mut Pass,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) {
    if let Err(kind) = read(job, pass, progress, sink) {
        pass.note(kind);
    }
}

/// The sheet to read, and its header if one was found.
pub(super) struct Choice<'w> {
    pub(super) sheet: &'w Sheet,
    pub(super) header: HeaderRow,
}

fn read(
    job: &Job<'_>,
    pass: &mut Pass,
    progress: &mut dyn FnMut(u64),
    sink: &mut dyn FnMut(&ImportedRow<'_>),
) -> Result<(), ProblemKind> {
    let workbook = Workbook::open(job.bytes)?;
    let choice = choose(&workbook, job)?;
    pass.sheet = Some(choice.sheet.name.as_str().into());
    pass.report.sheet = Some(choice.sheet.name.clone());
    let others: Vec<&str> = workbook
        .sheets()
        .iter()
        .map(|sheet| sheet.name.as_str())
        .collect();
    if others.len() > 1 && job.options.sheet.is_none() {
        let sheet = choice.sheet.name.clone();
        let others: Vec<&str> = others.into_iter().filter(|name| *name != sheet).collect();
        let others = others.join("、");
        pass.note(ProblemKind::SheetChosen { sheet, others });
    }
    let header_row = choice.header.row;
    if header_row > 1 {
        pass.note(ProblemKind::HeaderBelowTitle { row: header_row });
    }
    let Some(layout) = pass.resolve(&choice.header, job.options) else {
        return Ok(());
    };
    let rules = pass.rules(job, layout);
    let mut parts = workbook.parts();
    let mut reader = Reader {
        rows: workbook.rows(&mut parts, choice.sheet)?,
        row: Row::default(),
        behind: header_row,
        hidden: None,
    };
    let size = u64::try_from(job.bytes.len()).unwrap_or(u64::MAX);
    let mut batch = reader.batch(&rules)?;
    while let Some(part) = batch {
        let mut ahead = Ok(None);
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| ahead = reader.batch(&rules));
            pass.take(&rules, &part, 0, sink);
        });
        batch = ahead?;
        // The sheet's share of the file is not known; a packed sheet is about a tenth.
        progress((reader.rows.unpacked() / 10).min(size));
    }
    reader.tell(pass, &rules);
    Ok(())
}

/// A sheet being read into batches.
struct Reader<'p> {
    rows: SheetRows<'p>,
    row: Row,
    /// Rows up to this one are not read.
    behind: u64,
    /// How many rows were hidden, and the first.
    hidden: Option<(u64, u64)>,
}

impl Reader<'_> {
    /// The next rows; `None` at the end.
    fn batch(&mut self, rules: &Rules<'_>) -> Result<Option<Part>, ProblemKind> {
        let mut part = Part::default();
        while part.rows_read < BATCH {
            if !self.rows.next_row(&mut self.row)? {
                return Ok((part.rows_read > 0).then_some(part));
            }
            let number = Record::row(&self.row);
            if number <= self.behind {
                continue;
            }
            let before = part.rows_read;
            part.read_row(rules, &self.row);
            if self.row.is_hidden() && part.rows_read > before {
                let (count, first) = self.hidden.unwrap_or((0, number));
                self.hidden = Some((count + 1, first));
            }
        }
        Ok(Some(part))
    }

    /// What is known when all rows were read.
    fn tell(&self, pass: &mut Pass, rules: &Rules<'_>) {
        if let Some((count, first)) = self.hidden {
            pass.note(ProblemKind::HiddenRows { count, first });
        }
        let place = |column: u32| {
            let index = usize::try_from(column).ok()?.checked_sub(1)?;
            let is_kept = matches!(rules.layout.fields.get(index), Some(Some(_)));
            is_kept.then(|| rules.layout.headers.get(index).cloned())?
        };
        let mut problems = Vec::new();
        let width = u32::try_from(rules.layout.headers.len()).unwrap_or(u32::MAX);
        for column in 1..=width {
            let Some(header) = place(column).filter(|_| self.rows.is_column_hidden(column)) else {
                continue;
            };
            let problem = Problem::new(pass.file.clone(), ProblemKind::HiddenColumn {});
            problems.push(
                problem
                    .at_row(self.behind)
                    .in_column(header)
                    .in_column_number(column),
            );
        }
        for area in self.rows.merged() {
            let (first, last) = (area.first.0, area.last.0.min(width));
            if u64::from(area.last.1) <= self.behind {
                continue;
            }
            let Some((column, header)) =
                (first..=last).find_map(|column| Some((column, place(column)?)))
            else {
                continue;
            };
            let kind = ProblemKind::MergedCells {
                area: area.to_string(),
            };
            let row = u64::from(area.first.1).max(self.behind + 1);
            let problem = Problem::new(pass.file.clone(), kind).at_row(row);
            problems.push(problem.in_column(header).in_column_number(column));
        }
        let placed = problems
            .into_iter()
            .map(|problem| problem.on_sheet(pass.sheet.clone()));
        pass.report.problems.extend(placed);
    }
}

/// The sheet asked for, else the only visible one that has a header.
pub(super) fn choose<'w>(
    workbook: &'w Workbook<'_>,
    job: &Job<'_>,
) -> Result<Choice<'w>, ProblemKind> {
    let names = |sheets: &[&Sheet]| {
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        names.join("、")
    };
    let all: Vec<&Sheet> = workbook.sheets().iter().collect();
    if let Some(name) = &job.options.sheet {
        let sheet = workbook
            .sheet(name)
            .ok_or_else(|| ProblemKind::SheetUnknown {
                name: name.clone(),
                sheets: names(&all),
            })?;
        let (header, _) = find_header(workbook, sheet, job)?;
        return Ok(Choice { sheet, header });
    }
    let mut complete = Vec::new();
    let mut partial = Vec::new();
    let mut visible = 0;
    let mut only = None;
    for sheet in workbook.sheets().iter().filter(|sheet| !sheet.is_hidden) {
        visible += 1;
        let (header, fields) = find_header(workbook, sheet, job)?;
        let required = job.schema.required.iter();
        let has_all = required
            .into_iter()
            .all(|required| fields.iter().any(|field| field == required));
        let choice = Choice { sheet, header };
        if has_all {
            complete.push(choice);
        } else if fields.len() >= LEAST {
            partial.push(choice);
        } else if !choice.header.cells.is_empty() {
            only = Some(choice);
        }
    }
    let mut candidates = if complete.is_empty() {
        partial
    } else {
        complete
    };
    if candidates.len() > 1 {
        let sheets: Vec<&Sheet> = candidates.iter().map(|choice| choice.sheet).collect();
        let last = sheets.last().map_or("", |sheet| sheet.name.as_str());
        return Err(ProblemKind::SheetAmbiguous {
            candidates: names(&sheets),
            example: format!("{}#{last}", job.file),
        });
    }
    // The only sheet is the list, even if its header is wrong: then that is said.
    let found = candidates.pop().or(only.filter(|_| visible == 1));
    found.ok_or_else(|| ProblemKind::HeaderAbsent {
        sheets: names(&all),
    })
}

/// The row among the first that has most known headers, with the fields they stand for.
fn find_header(
    workbook: &Workbook<'_>,
    sheet: &Sheet,
    job: &Job<'_>,
) -> Result<(HeaderRow, Vec<String>), ProblemKind> {
    let mut parts = workbook.parts();
    let mut rows = workbook.rows(&mut parts, sheet)?;
    let mut row = Row::default();
    let mut above: Option<HeaderRow> = None;
    let empty = HeaderRow {
        row: 1,
        cells: Vec::new(),
    };
    let (mut best, mut best_fields) = (empty, Vec::new());
    while rows.next_row(&mut row)? && row.number() <= SEARCHED {
        let own = HeaderRow {
            row: Record::row(&row),
            cells: row.cells().map(|cell| cell.text.to_owned()).collect(),
        };
        let header = below(&own, above.as_ref(), job);
        let mut fields: Vec<String> = header
            .cells
            .iter()
            .filter_map(|text| known::known_field(text, job.schema, job.options))
            .map(str::to_owned)
            .collect();
        fields.sort();
        fields.dedup();
        if best.cells.is_empty() || fields.len() > best_fields.len() {
            (best, best_fields) = (header, fields);
        }
        above = Some(own);
    }
    Ok((best, best_fields))
}

/// A header row whose empty cells take a known header from the row right above.
fn below(own: &HeaderRow, above: Option<&HeaderRow>, job: &Job<'_>) -> HeaderRow {
    let mut cells = own.cells.clone();
    if let Some(above) = above.filter(|above| above.row + 1 == own.row) {
        for (column, text) in above.cells.iter().enumerate() {
            let is_known = known::is_known(text, job.schema, job.options);
            if !is_known || !cell::trim(own.cell(column)).is_empty() {
                continue;
            }
            while cells.len() <= column {
                cells.push(String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                cell.clone_from(text);
            }
        }
    }
    HeaderRow {
        row: own.row,
        cells,
    }
}

/// Rows of one batch.
const BATCH: u64 = if cfg!(test) { 3 } else { 4_096 };
/// Rows among which the header is looked for.
const SEARCHED: u32 = 30;
/// Fields that make a row a header although required ones are missing.
const LEAST: usize = 2;
