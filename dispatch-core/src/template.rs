//! Empty workbooks to fill in: rosters, recusals, visits and the plan.
//!
//! Source: the object template of 12 columns and the officer template of the provincial platforms, with
//! the further columns that plans usually read; docs/input.md, docs/plan.md. Every header is one that
//! the import accepts. Invariant: the same version gives the same bytes, whatever the time.

mod book;
mod list;
mod officer;
mod plan;
mod subject;
mod visit;

use rust_xlsxwriter::XlsxError;

pub use plan::plan_workbook;

use self::list::List;

/// Why a workbook could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct TemplateError(#[from] XlsxError);

/// A kind of list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// 检查对象名录.
    Subjects,
    /// 执法检查人员名录.
    Officers,
    /// 回避名单.
    Recusals,
    /// 检查记录.
    Visits,
}

impl ListKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Subjects, Self::Officers, Self::Recusals, Self::Visits];

    /// The usual name of the file, without its ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Subjects => "subjects",
            Self::Officers => "officers",
            Self::Recusals => "recusals",
            Self::Visits => "visits",
        }
    }

    /// Header and example of every column.
    pub fn example(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let columns = self.list().columns.iter();
        columns.map(|column| (column.header, column.example))
    }

    fn list(self) -> &'static List {
        match self {
            Self::Subjects => &subject::LIST,
            Self::Officers => &officer::LIST,
            Self::Recusals => &visit::RECUSALS,
            Self::Visits => &visit::LIST,
        }
    }
}

/// An empty workbook for a list: the sheet to fill in, and one that explains every column with an
/// example.
///
/// # Errors
/// What the writer of workbooks refuses.
pub fn list_workbook(kind: ListKind) -> Result<Vec<u8>, TemplateError> {
    list::workbook(kind.list())
}

#[cfg(test)]
mod tests;
