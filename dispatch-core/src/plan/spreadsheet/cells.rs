//! From a plan text back to the cells of a workbook.
//!
//! Source: docs/plan.md. Invariant: a workbook with these cells reads as the same plan.

use super::form::{Kind, TABLES, TASK, TESTS, Table};
use super::value::cell;

/// What to write into the sheets for a plan text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// For every field of [`TASK`].
    pub task: Vec<String>,
    /// For every table of [`TABLES`] its rows, for every field a cell.
    pub tables: Vec<Vec<Vec<String>>>,
}

/// The cells of a plan text; `None` for what is not TOML. A key that has no field is left out.
#[must_use]
pub fn cells(text: &str) -> Option<Cells> {
    let root = toml::Value::Table(text.parse().ok()?);
    let task = TASK.iter().map(|field| {
        let value = at(&root, field.key);
        value.map_or_else(String::new, |value| cell(value, field.kind))
    });
    let tables = TABLES.iter().map(|table| {
        let items = at(&root, table.path).and_then(toml::Value::as_array);
        let items = items.map_or(&[][..], Vec::as_slice);
        items.iter().flat_map(|item| rows(table, item)).collect()
    });
    Some(Cells {
        task: task.collect(),
        tables: tables.collect(),
    })
}

/// The rows of one item: its own cells in the first, further parts below.
fn rows(table: &Table, item: &toml::Value) -> Vec<Vec<String>> {
    let parts = { table.fields.iter() }
        .find_map(|field| field.key.split_once('.'))
        .and_then(|(name, _)| at(item, name)?.as_array())
        .map_or(&[][..], Vec::as_slice);
    let test = |part: &toml::Value| {
        let tests = TESTS.iter();
        let mut tests = tests.filter_map(|(word, key)| Some((*word, at(part, key)?.clone())));
        tests.next()
    };
    let count = parts.len().max(1);
    let row = |index: usize| {
        let cells = table
            .fields
            .iter()
            .map(|field| match field.key.split_once('.') {
                None if index == 0 => at(item, field.key).map(|value| cell(value, field.kind)),
                None => None,
                Some((_, key)) => parts.get(index).and_then(|part| match field.kind {
                    Kind::Test => test(part).map(|(word, _)| word.to_owned()),
                    Kind::Values => test(part).map(|(_, value)| cell(&value, field.kind)),
                    kind => at(part, key).map(|value| cell(value, kind)),
                }),
            });
        cells.map(Option::unwrap_or_default).collect()
    };
    (0..count).map(row).collect()
}

/// The value at a path.
fn at<'v>(value: &'v toml::Value, path: &str) -> Option<&'v toml::Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}
