//! Where in its file a list stands, for copies of it.

use crate::problem::{Problem, Problems, Severity};

/// A list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// `subjects`, `officers` or `recusals`.
    pub title: &'static str,
    /// The name by which problems call the file.
    pub name: String,
    /// The sheet, of a workbook.
    pub sheet: Option<String>,
    /// Where the header stands, if one was read.
    pub header_row: Option<u64>,
    /// How many columns the header has.
    pub width: usize,
}

impl List {
    /// Its errors and warnings in order of row and column; those of the whole list come first.
    #[must_use]
    pub fn problems<'p>(&self, all: &'p Problems) -> Vec<&'p Problem> {
        let own = |problem: &&Problem| {
            let same_sheet = problem.sheet.as_deref() == self.sheet.as_deref();
            *problem.file == *self.name && (problem.sheet.is_none() || same_sheet)
        };
        let grave = all
            .iter()
            .filter(|problem| problem.severity > Severity::Note);
        let mut problems: Vec<&Problem> = grave.filter(own).collect();
        problems.sort_by_key(|problem| (problem.row, problem.column_number));
        problems
    }
}
