//! Building a roster from rows that come in any order.

use rayon::prelude::*;

use super::rules::{RowFault, RowRules, check_row};
use super::{Roster, Span};
use crate::row;

/// Collects rows and sorts them by id.
#[derive(Debug)]
pub struct RosterBuilder<'r> {
    rules: RowRules<'r>,
    bytes: Vec<u8>,
    rows: Vec<Span>,
}

impl<'r> RosterBuilder<'r> {
    /// Starts an empty roster; every row will be checked against `rules`.
    #[must_use]
    pub fn new(rules: RowRules<'r>) -> Self {
        Self {
            rules,
            bytes: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; sealed columns must already hold their hash. Fields may come in any order.
    ///
    /// # Errors
    /// [`RowFault`] when the row is not as docs/spec.md 2.1 asks; nothing is added then.
    pub fn push<K: AsRef<str>, V: AsRef<str>>(
        &mut self,
        fields: &[(K, V)],
    ) -> Result<(), RowFault> {
        let start = self.bytes.len();
        row::write(fields, &mut self.bytes);
        let span = check(&self.bytes[start..], start, &self.rules);
        match span {
            Ok(span) => self.rows.push(span),
            Err(_) => self.bytes.truncate(start),
        }
        span.map(|_| ())
    }

    /// Sorts the rows.
    ///
    /// # Errors
    /// [`RowFault::Duplicate`] with an id that stands more than once.
    pub fn finish(mut self) -> Result<Roster, RowFault> {
        let bytes = &self.bytes;
        self.rows
            .par_sort_unstable_by(|a, b| a.id(bytes).cmp(b.id(bytes)));
        let twice = self
            .rows
            .windows(2)
            .find(|pair| pair[0].id(bytes) == pair[1].id(bytes));
        if let Some(pair) = twice {
            return Err(RowFault::Duplicate {
                id: String::from_utf8_lossy(pair[0].id(bytes)).into_owned(),
            });
        }
        let mut sorted = Vec::with_capacity(self.bytes.len() + self.rows.len());
        for span in &mut self.rows {
            let line = span.line(bytes);
            span.start = sorted.len() as u64;
            sorted.extend_from_slice(line);
            sorted.push(b'\n');
        }
        Ok(Roster {
            bytes: sorted,
            rows: self.rows,
        })
    }
}

fn check(line: &[u8], start: usize, rules: &RowRules<'_>) -> Result<Span, RowFault> {
    let mut fields = Vec::new();
    row::read(line, &mut fields).map_err(RowFault::Row)?;
    check_row(&fields, rules)?;
    let id = row::value(&fields, "id");
    Span::new(start, line, id).ok_or_else(|| RowFault::Id {
        found: id.to_owned(),
    })
}
