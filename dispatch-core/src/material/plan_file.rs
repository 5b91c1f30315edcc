//! The file of a plan: an XLSX workbook or a TOML text, and its faults with their places.

use super::Source;
use crate::language::{Language, Message};
use crate::plan::source::{PlanSource, SourceFault, read as read_text};
use crate::plan::spreadsheet::{self, SheetFault};
use crate::workbook::is_workbook;

/// What is wrong with a plan, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFault {
    /// File, and line or cell.
    pub place: Message,
    /// What is wrong and what to do.
    pub message: Message,
}

impl PlanFault {
    /// A fault of a TOML text.
    #[must_use]
    pub fn of_text(name: &str, fault: &SourceFault) -> Self {
        let english = fault
            .line
            .map_or_else(String::new, |line| format!(", line {line}"));
        let chinese = fault
            .line
            .map_or_else(String::new, |line| format!("第{line}行"));
        let path = if fault.path.is_empty() {
            String::new()
        } else {
            format!(" {}", fault.path)
        };
        Self {
            place: Message::new(
                format!("{name}{english}{path}"),
                format!("{name}{chinese}{path}"),
            ),
            message: fault.message.clone(),
        }
    }

    fn of_sheet(name: &str, fault: &SheetFault) -> Self {
        let placed = |language| match fault.place(language) {
            place if place.is_empty() => name.to_owned(),
            place => format!("{name} {place}"),
        };
        Self {
            place: Message::new(placed(Language::English), placed(Language::Chinese)),
            message: fault.message.clone(),
        }
    }

    /// Place and fault in one line.
    #[must_use]
    pub fn told(&self) -> Message {
        Message::new(
            format!("{}: {}", self.place.english, self.message.english),
            format!("{}：{}", self.place.chinese, self.message.chinese),
        )
    }

    pub(super) fn of_file(name: &str, message: Message) -> Self {
        Self {
            place: Message::new(name, name),
            message,
        }
    }
}

/// Reads a plan: an XLSX workbook, else TOML.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_plan(source: &Source<'_>) -> Result<PlanSource, Vec<PlanFault>> {
    let name = source.name;
    if is_workbook(source.bytes) {
        return spreadsheet::read(source.bytes).map_err(|faults| {
            { faults.iter() }
                .map(|fault| PlanFault::of_sheet(name, fault))
                .collect()
        });
    }
    let text = str::from_utf8(source.bytes).map_err(|_| {
        vec![PlanFault::of_file(
            name,
            Message::new(
                "not UTF-8; save the plan as UTF-8",
                "不是UTF-8编码，请另存为UTF-8",
            ),
        )]
    })?;
    read_text(text).map_err(|faults| {
        { faults.iter() }
            .map(|fault| PlanFault::of_text(name, fault))
            .collect()
    })
}
