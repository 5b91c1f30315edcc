//! A plan as an XLSX workbook, turned into the plan text that [`super::source`] reads.
//!
//! Source: docs/plan.md. Each filled cell becomes one line of TOML, so every fault that the plan has is
//! found by the one reader there is, and its line leads back to sheet, row and cell. Invariant: a
//! workbook and a text that say the same give the same plan.

mod cells;
mod compose;
mod fault;
pub mod form;
mod value;

use self::compose::{Composer, Grid, Line};
use self::form::{TABLES, TASK_SHEET};
use self::value::Content;
use super::source::{PlanSource, read as read_text};
use crate::import::folded_header;
use crate::language::{Language, Message};
use crate::problem::ProblemKind;
use crate::workbook::{Row, ValueKind, Workbook};

pub use cells::{Cells, cells};
pub use fault::SheetFault;

/// Reads a plan from the bytes of an XLSX file.
///
/// # Errors
/// Every [`SheetFault`], in the order of the sheets; when the file is no workbook, only that.
pub fn read(bytes: &[u8]) -> Result<PlanSource, Vec<SheetFault>> {
    let grids = grids(bytes)?;
    let mut composer = Composer::new();
    for grid in grids {
        let name = folded_header(&grid.sheet);
        if name == TASK_SHEET {
            composer.task(grid);
        } else if let Some(table) = TABLES.iter().find(|table| table.sheet == name) {
            composer.table(table, grid);
        } else if !IGNORED.contains(&name.as_str()) && !grid.rows.is_empty() {
            composer.unknown_sheet(&grid.sheet);
        }
    }
    let (text, lines, mut faults) = composer.finish();
    match read_text(&text) {
        Ok(source) if faults.is_empty() => Ok(source),
        Ok(_) => Err(faults),
        Err(found) => {
            let found = found.iter().map(|fault| SheetFault::of(fault, &lines));
            // A cell that could not be read at all has no line and would be called missing.
            let found: Vec<SheetFault> = { found }
                .filter(|fault| !faults.iter().any(|known| known.explains(fault)))
                .collect();
            faults.extend(found);
            Err(faults)
        }
    }
}

/// Every sheet whole; a plan is small.
fn grids(bytes: &[u8]) -> Result<Vec<Grid>, Vec<SheetFault>> {
    let refuse = |sheet: &str, kind: &ProblemKind| {
        let message = |language| {
            let (what, remedy) = (kind.message(language), kind.remedy(language));
            match language {
                Language::Chinese => format!("{what}；{remedy}"),
                Language::English => format!("{what}; {remedy}"),
            }
        };
        let message = Message::new(message(Language::English), message(Language::Chinese));
        vec![SheetFault::on(sheet, message)]
    };
    let book = Workbook::open(bytes).map_err(|kind| refuse("", &kind))?;
    let mut grids = Vec::new();
    for sheet in book.sheets() {
        let mut parts = book.parts();
        let mut rows =
            { book.rows(&mut parts, sheet) }.map_err(|kind| refuse(&sheet.name, &kind))?;
        let mut grid = Grid {
            sheet: sheet.name.clone(),
            ..Grid::default()
        };
        let mut row = Row::default();
        while { rows.next_row(&mut row) }.map_err(|kind| refuse(&sheet.name, &kind))? {
            if grid.rows.len() >= MOST_ROWS {
                let message = Message::new(
                    format!(
                        "has more than {MOST_ROWS} rows; a plan is shorter: remove what does not belong to it"
                    ),
                    format!("超过{MOST_ROWS}行；抽查任务没有这么多内容，请删除无关的行"),
                );
                return Err(vec![SheetFault::on(&sheet.name, message)]);
            }
            let contents = row.cells().map(|cell| Content {
                text: cell.text.to_owned(),
                is_number: cell.kind == ValueKind::Number,
            });
            grid.rows.push(Line {
                row: row.number(),
                is_hidden: row.is_hidden() || sheet.is_hidden,
                has_error: row.cells().position(|cell| cell.kind == ValueKind::Error),
                contents: contents.collect(),
            });
        }
        grids.push(grid);
    }
    Ok(grids)
}

/// Sheets that are for people only.
const IGNORED: &[&str] = &["填写说明", "说明"];
const MOST_ROWS: usize = 5000;

#[cfg(test)]
mod tests;
