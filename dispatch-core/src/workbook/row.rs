//! One row of a sheet, in buffers that are used again for the next.
//!
//! Invariant: cells stand in order of their columns, without gaps, and the last one is not empty.

/// What kind of value a cell holds. A formula has the kind of its value.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ValueKind {
    /// Nothing.
    #[default]
    Empty,
    /// A text.
    Text,
    /// A number; its text is the shortest decimal that reads back as the same number.
    Number,
    /// A number with the format of a date: `2026-07-01`, with ` 09:00:00` behind it if it is not
    /// midnight; a time alone is `09:00:00`.
    Date,
    /// `TRUE` or `FALSE`.
    Bool,
    /// An error such as `#N/A`.
    Error,
    /// A formula whose value was not saved with it; its text is empty.
    Uncalculated,
}

/// One cell.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cell<'r> {
    /// What kind of value it is.
    pub kind: ValueKind,
    /// The value as text; empty for an empty cell.
    pub text: &'r str,
}

/// A row of a sheet.
#[derive(Debug, Default)]
pub struct Row {
    pub(super) number: u32,
    pub(super) is_hidden: bool,
    text: String,
    cells: Vec<(ValueKind, usize)>,
}

impl Row {
    /// Its number as a spreadsheet shows it.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether it is hidden, by hand or by a filter.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.is_hidden
    }

    /// How many columns it has, up to the last one that is not empty.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether all its cells are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell of a column, counted from 0; empty where there is none.
    #[must_use]
    pub fn cell(&self, column: usize) -> Cell<'_> {
        let Some((kind, end)) = self.cells.get(column).copied() else {
            return Cell::default();
        };
        let before = column
            .checked_sub(1)
            .and_then(|before| self.cells.get(before));
        let start = before.map_or(0, |(_, end)| *end);
        let text = self.text.get(start..end).unwrap_or_default();
        Cell { kind, text }
    }

    /// The cells from the first column on.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).map(|column| self.cell(column))
    }

    pub(super) fn begin(&mut self, number: u32, is_hidden: bool) {
        self.number = number;
        self.is_hidden = is_hidden;
        self.text.clear();
        self.cells.clear();
    }

    /// Adds a cell in a column, counted from 0, to the right of all others.
    pub(super) fn push(&mut self, column: usize, kind: ValueKind, text: &str) {
        while self.cells.len() < column {
            self.cells.push((ValueKind::Empty, self.text.len()));
        }
        self.text.push_str(text);
        self.cells.push((kind, self.text.len()));
    }
}
