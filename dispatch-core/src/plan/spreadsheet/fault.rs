//! What is wrong with a plan workbook, with sheet and cell.
//!
//! Source: docs/plan.md. Invariant: a fault says what to fill in where, in the words of the sheet.

use super::compose::Origin;
use super::form::{Field, TABLES, TASK, TASK_SHEET};
use crate::language::{Language, Message};
use crate::plan::source::SourceFault;

/// One thing that is wrong with a plan workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    /// Name of the sheet; empty for the file as a whole.
    pub sheet: String,
    /// The cell, such as `C17`, if there is one.
    pub cell: Option<String>,
    /// The row, if there is one.
    pub row: Option<u32>,
    /// Header or label of the cell; may be empty.
    pub header: String,
    /// What is wrong and what to do.
    pub message: Message,
}

impl SheetFault {
    pub(super) fn on(sheet: &str, message: Message) -> Self {
        Self {
            sheet: sheet.to_owned(),
            cell: None,
            row: None,
            header: String::new(),
            message,
        }
    }

    /// The place as people name it.
    #[must_use]
    pub fn place(&self, language: Language) -> String {
        let mut place = self.sheet.clone();
        match (&self.cell, self.row, language) {
            (Some(cell), _, _) => place.push_str(&format!("!{cell}")),
            (None, Some(row), Language::Chinese) => place.push_str(&format!(" 第{row}行")),
            (None, Some(row), Language::English) => place.push_str(&format!(", row {row}")),
            (None, None, _) => {}
        }
        if !self.header.is_empty() {
            place.push_str(&match language {
                Language::Chinese => format!(" “{}”", self.header),
                Language::English => format!(" \"{}\"", self.header),
            });
        }
        place
    }

    /// A fault of the plan text, led back to where the line comes from.
    pub(super) fn of(fault: &SourceFault, lines: &[Origin]) -> Self {
        let line = fault.line.and_then(|line| usize::try_from(line).ok());
        let origin = line
            .and_then(|line| lines.get(line.checked_sub(1)?))
            .cloned();
        let (sheet, field) = owner(&fault.path);
        // A section is in the sheet 任务, what it lacks may be a sheet of its own.
        let origin = { origin }
            .filter(|origin| origin.row.is_some() && !is_list(&fault.path))
            .unwrap_or_else(|| Origin::of_sheet(sheet));
        let is_missing = fault.message.english.starts_with("is missing");
        let message = match field {
            Some(field) if is_missing && origin.column.is_none() => {
                let example = field.example;
                Message::new(
                    format!("is not filled in; write something like {example}"),
                    format!("未填写；例如：{example}"),
                )
            }
            None if is_missing && is_list(&fault.path) => Message::new(
                "has no rows; fill in at least one",
                "没有内容；请至少填写一行",
            ),
            _ => fault.message.clone(),
        };
        // Of a missing cell only the row is known; its column stands in the header.
        let column = origin.column.or_else(|| {
            origin
                .columns
                .get(field.map_or("", |field| field.key))
                .copied()
        });
        let header = field.map_or_else(|| origin.header.clone(), |field| field.header.to_owned());
        let cell = match (column, origin.row) {
            (Some(column), Some(row)) => Some(crate::workbook::cell_name(
                column.saturating_add(1),
                row.into(),
            )),
            _ => None,
        };
        Self {
            sheet: origin.sheet,
            row: origin.row,
            cell,
            header,
            message,
        }
    }

    /// Whether another fault only follows from this one: it is about the same cell, or about the row
    /// as a whole, or says that this item is missing.
    pub(super) fn explains(&self, other: &Self) -> bool {
        let same_row = self.row == other.row && (other.cell.is_none() || other.cell == self.cell);
        let same_item =
            other.row.is_none() && !other.header.is_empty() && self.header == other.header;
        self.sheet == other.sheet && ((self.row.is_some() && same_row) || same_item)
    }
}

/// Whether a path is that of a whole sheet.
fn is_list(path: &str) -> bool {
    TABLES.iter().any(|table| table.path == path)
}

/// The sheet and field that a path of the plan text belongs to.
fn owner(path: &str) -> (&'static str, Option<&'static Field>) {
    let mut plain = String::new();
    let mut inside = false;
    for character in path.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            other if !inside => plain.push(other),
            _ => {}
        }
    }
    if let Some(field) = TASK.iter().find(|field| field.key == plain) {
        return (TASK_SHEET, Some(field));
    }
    for table in TABLES {
        if plain == table.path {
            return (table.sheet, None);
        }
        let rest = plain.strip_prefix(table.path);
        if let Some(key) = rest.and_then(|rest| rest.strip_prefix('.')) {
            let field = table.fields.iter().find(|field| field.key == key);
            return (table.sheet, field);
        }
    }
    (TASK_SHEET, None)
}
