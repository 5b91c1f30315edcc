//! The file of a list, and where in it the list stands.

use std::path::{Path, PathBuf};

use dispatch_core::problem::{Problem, Problems, Severity};

/// A list that was read.
#[derive(Debug)]
pub(crate) struct List {
    /// `subjects`, `officers` or `recusals`.
    pub(crate) title: &'static str,
    pub(crate) path: PathBuf,
    /// The name by which problems call it.
    pub(crate) name: String,
    /// The sheet, of a workbook.
    pub(crate) sheet: Option<String>,
    pub(crate) header_row: Option<u64>,
    /// How many columns the header has.
    pub(crate) width: usize,
}

impl List {
    /// Its errors and warnings in order of row and column; those of the whole list come first.
    pub(crate) fn problems<'p>(&self, all: &'p Problems) -> Vec<&'p Problem> {
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

/// Path and sheet of `file.xlsx#sheet`; a file of that whole name goes first.
pub(crate) fn locate(path: &Path) -> (PathBuf, Option<String>) {
    let named = path.to_str().filter(|_| !path.exists());
    match named.and_then(|name| name.rsplit_once('#')) {
        Some((file, sheet)) if !sheet.is_empty() => (file.into(), Some(sheet.to_owned())),
        _ => (path.to_owned(), None),
    }
}
