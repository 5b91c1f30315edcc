//! Building a roster from rows that come in any order.

use rayon::prelude::*;

use super::Roster;
use super::rules::{RowFault, RowRules, check_row};
use super::span::Span;
use crate::row::{self, ROW_LIMIT, RowError};

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
        let span = match row::write_ordered(fields, &mut self.bytes) {
            // Written in order, the row is canonical, so the fields are checked as they came.
            Some(id) => check_written(&self.bytes[start..], start, id, fields, &self.rules),
            None => {
                row::write(fields, &mut self.bytes);
                check_read(&self.bytes[start..], start, &self.rules)
            }
        };
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
        // The beginning of an id decides nearly every comparison without a look at the bytes.
        let mut sorted: Vec<(u64, u64, Span)> = self
            .rows
            .par_iter()
            .map(|span| {
                let (first, second) = head(span.id(bytes));
                (first, second, *span)
            })
            .collect();
        self.rows = Vec::new();
        sorted.par_sort_unstable_by(|a, b| {
            (a.0, a.1)
                .cmp(&(b.0, b.1))
                .then_with(|| a.2.id(bytes).cmp(b.2.id(bytes)))
        });
        let twice = sorted.windows(2).find(|pair| {
            (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)
                && pair[0].2.id(bytes) == pair[1].2.id(bytes)
        });
        if let Some(pair) = twice {
            return Err(RowFault::Duplicate {
                id: String::from_utf8_lossy(pair[0].2.id(bytes)).into_owned(),
            });
        }
        let mut file = Vec::with_capacity(bytes.len() + sorted.len());
        let mut rows = Vec::with_capacity(sorted.len());
        for (_, _, mut span) in sorted {
            let line = span.line(bytes);
            span.start = file.len() as u64;
            file.extend_from_slice(line);
            file.push(b'\n');
            rows.push(span);
        }
        Ok(Roster { bytes: file, rows })
    }
}

/// The first sixteen bytes of an id; ids in order have their heads in order.
fn head(id: &[u8]) -> (u64, u64) {
    let mut head = [0; 16];
    for (to, from) in head.iter_mut().zip(id) {
        *to = *from;
    }
    let number = u128::from_be_bytes(head);
    let half = |number: u128| u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default();
    (half(number >> 64), half(number))
}

/// Checks a row whose fields were written in order, without empty ones.
fn check_written<K: AsRef<str>, V: AsRef<str>>(
    line: &[u8],
    start: usize,
    id_offset: usize,
    fields: &[(K, V)],
    rules: &RowRules<'_>,
) -> Result<Span, RowFault> {
    if line.len() > ROW_LIMIT {
        return Err(RowFault::Row(RowError::TooLong { length: line.len() }));
    }
    check_row(fields, rules)?;
    let id = fields.iter().find(|(name, _)| name.as_ref() == "id");
    let id = id.map_or("", |(_, id)| id.as_ref());
    Span::new(start, line, id_offset, id).ok_or_else(|| RowFault::Id {
        found: id.to_owned(),
    })
}

/// Reads a row back and checks it.
fn check_read(line: &[u8], start: usize, rules: &RowRules<'_>) -> Result<Span, RowFault> {
    let mut fields = Vec::new();
    row::read(line, &mut fields).map_err(RowFault::Row)?;
    check_row(&fields, rules)?;
    let id = row::value(&fields, "id");
    Span::of_part(start, line, id).ok_or_else(|| RowFault::Id {
        found: id.to_owned(),
    })
}
