//! JSON-lines files: every field of a row, and rows removed, added, repeated, exchanged, re-encoded.
//!
//! In files of up to [`EVERY_ROW`] rows every row is changed, in larger ones the first, a middle one
//! and the last.

use std::sync::Arc;

use serde_json::Value;

use super::edit::edits;
use super::encoding::encodings;
use super::facts::{Facts, group};
use super::table::{self, form, opened};
use super::{Expected, Tampering, Variants};
use crate::bundle::{self, lines};
use crate::credit_code::{CreditCode, check_character};
use crate::json::to_canonical;
use crate::row::ROW_LIMIT;

/// Variants of the JSON-lines files.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let names = [
        bundle::SUBJECTS,
        bundle::OFFICERS,
        bundle::RECUSALS,
        bundle::ASSIGNMENTS,
        bundle::CELLS,
        bundle::SUBJECTS_DIFF,
        bundle::OFFICERS_DIFF,
        bundle::STAGES,
        bundle::DROPS,
        bundle::STAGE_RECORDS,
    ];
    Box::new(names.into_iter().flat_map(move |name| file(&facts, name)))
}

fn file(facts: &Arc<Facts>, name: &'static str) -> Variants {
    let Some(bytes) = facts.files.get(name) else {
        return Box::new(core::iter::empty());
    };
    let (rows, _) = lines(bytes);
    let rows: Arc<Vec<Vec<u8>>> = Arc::new(rows.into_iter().map(<[u8]>::to_vec).collect());
    let count = rows.len();
    let chosen: Vec<usize> = if count <= EVERY_ROW {
        (0..count).collect()
    } else {
        vec![0, count / 2, count - 1]
    };
    let ends = ends(facts, name, bytes, count);
    let facts = facts.clone();
    let of_rows = chosen.into_iter().flat_map(move |index| {
        let row = Row {
            facts: facts.clone(),
            name,
            rows: rows.clone(),
            index,
        };
        row.fields()
            .into_iter()
            .chain(row.places())
            .chain(row.encodings())
    });
    Box::new(of_rows.chain(ends))
}

/// One row of a file.
struct Row {
    facts: Arc<Facts>,
    name: &'static str,
    rows: Arc<Vec<Vec<u8>>>,
    index: usize,
}

impl Row {
    fn value(&self) -> Value {
        self.rows
            .get(self.index)
            .and_then(|row| serde_json::from_slice(row).ok())
            .unwrap_or_default()
    }

    /// The file after a change of its rows.
    fn changed(
        &self,
        what: &str,
        expected: Expected,
        change: impl FnOnce(&mut Vec<Vec<u8>>),
    ) -> Option<Tampering> {
        let mut rows = self.rows.as_ref().clone();
        change(&mut rows);
        let bytes: Vec<u8> = rows
            .iter()
            .flat_map(|row| row.iter().chain(b"\n"))
            .copied()
            .collect();
        let name = format!("{} line {}: {what}", self.name, self.index + 1);
        self.facts
            .with(group(self.name), name, expected, self.name, bytes)
    }

    fn fields(&self) -> Vec<Tampering> {
        let value = self.value();
        let edits = edits(&value);
        let variants = edits.iter().filter_map(|edit| {
            let row = to_canonical(&edit.apply(&value)?).ok()?;
            let expected = table::row(self.name, &value, edit, &self.facts);
            self.changed(&edit.describe(), expected, |rows| rows[self.index] = row)
        });
        variants.collect()
    }

    fn places(&self) -> Vec<Tampering> {
        let at = self.index;
        let whole = |fail: &[&'static str]| Expected::one_of(fail).without(table::bound(self.name));
        let (removed, repeated, exchanged, added): (&[_], &[_], &[_], &[_]) = match self.name {
            bundle::SUBJECTS => (&["B02"], &["B02"], &["B02"], &["B02"]),
            bundle::OFFICERS => (&["B03"], &["B03"], &["B03"], &["B03"]),
            bundle::SUBJECTS_DIFF => (&["B05"], &["B05"], &["B05"], &["B05"]),
            bundle::OFFICERS_DIFF => (&["B06"], &["B06"], &["B06"], &["B06"]),
            bundle::RECUSALS => (&["B04"], &["A05", "B04"], &["A05", "B04"], &["A05", "B04"]),
            bundle::ASSIGNMENTS => (
                table::left_out(&self.facts),
                &["A07"],
                &["D06"],
                &["A07", "D01", "D03"],
            ),
            // A stage that is left out leaves its drops, or its records, behind.
            bundle::STAGES => (&["A10", "G01"], &["A10"], &["A10"], &["A10"]),
            bundle::DROPS => (&["G03"], &["A10"], &["A10"], &["A10", "G03"]),
            bundle::STAGE_RECORDS => (&["G09"], &["A10"], &["A10"], &["A10", "G06"]),
            _ => (
                opened(&self.value()),
                &["A09"],
                &["A09"],
                opened(&self.value()),
            ),
        };
        let mut variants = vec![
            self.changed("removed", whole(removed), |rows| drop(rows.remove(at))),
            self.changed("repeated", whole(repeated), |rows| {
                rows.insert(at, rows[at].clone())
            }),
        ];
        if at + 1 < self.rows.len() {
            variants.push(
                self.changed("exchanged with the next", whole(exchanged), |rows| {
                    rows.swap(at, at + 1);
                }),
            );
        }
        if let Some(row) = self.new_row() {
            variants.push(self.changed("a new row", whole(added), |rows| {
                rows.insert(at + 1, row);
                if matches!(self.name, bundle::SUBJECTS | bundle::OFFICERS) {
                    rows.sort_by_cached_key(|row| id(row));
                }
            }));
        }
        variants.into_iter().flatten().collect()
    }

    /// A row that could be genuine: this one with another id.
    fn new_row(&self) -> Option<Vec<u8>> {
        let mut value = self.value();
        let key = ["id", "subject", "leaf"]
            .into_iter()
            .find(|key| value.get(key).is_some())?;
        let old = value.get(key)?.as_str()?.to_owned();
        let new = match key {
            "leaf" => "0123456789abcdef".repeat(4),
            _ => other_id(&old),
        };
        value
            .as_object_mut()?
            .insert(key.to_owned(), Value::from(new));
        to_canonical(&value).ok()
    }

    fn encodings(&self) -> Vec<Tampering> {
        let Some(row) = self.rows.get(self.index) else {
            return Vec::new();
        };
        let mut forms = encodings(row);
        forms.push((
            "a carriage return at its end",
            [row, b"\r".as_slice()].concat(),
        ));
        forms.push(("an empty line after it", [row, b"\n".as_slice()].concat()));
        let form = form(self.name);
        let expected = || {
            Expected::one_of(&[form])
                .without(&[form])
                .without(table::bound(self.name))
        };
        let variants = forms.into_iter().filter_map(|(what, bytes)| {
            self.changed(what, expected(), |rows| rows[self.index] = bytes)
        });
        variants.collect()
    }
}

/// Changes of the file as a whole.
fn ends(facts: &Arc<Facts>, name: &'static str, bytes: &[u8], count: usize) -> Variants {
    let form = form(name);
    let formless = || Expected::one_of(&[form]).without(&[form]);
    let mut forms: Vec<(&str, Expected, Vec<u8>)> = vec![
        (
            "a blank line at the end",
            formless(),
            [bytes, b"\n"].concat(),
        ),
        (
            "a line that is no JSON",
            formless(),
            [bytes, b"x\n"].concat(),
        ),
        (
            "a line that is no object",
            formless(),
            [bytes, b"\"x\"\n"].concat(),
        ),
        ("an empty object", formless(), [bytes, b"{}\n"].concat()),
        (
            "a line of blanks over the limit",
            formless(),
            [bytes, &vec![b' '; ROW_LIMIT + 1], b"\n"].concat(),
        ),
    ];
    if count > 0 {
        let cut = bytes.get(..bytes.len() - 1).unwrap_or_default().to_vec();
        forms.push(("the last line feed cut off", formless(), cut));
        let empty = match name {
            bundle::RECUSALS => Expected::one_of(&["B04"]),
            bundle::ASSIGNMENTS => Expected::one_of(table::left_out(facts)),
            bundle::STAGES => Expected::one_of(&["A10", "G01"]),
            bundle::CELLS => Expected::one_of(&["E01", "E02"]),
            _ => Expected::one_of(table::bound(name)),
        };
        forms.push((
            "no line at all",
            empty.without(table::bound(name)),
            Vec::new(),
        ));
    }
    let facts = facts.clone();
    Box::new(
        forms
            .into_iter()
            .filter_map(move |(what, expected, bytes)| {
                facts.with(
                    group(name),
                    format!("{name}: {what}"),
                    expected,
                    name,
                    bytes,
                )
            }),
    )
}

fn id(row: &[u8]) -> String {
    let value: Value = serde_json::from_slice(row).unwrap_or_default();
    value
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Another id of the same kind: a credit code stays one, with its right check character.
fn other_id(old: &str) -> String {
    if old.parse::<CreditCode>().is_ok()
        && let Some(stem) = old.get(..16)
    {
        let other = if old.get(16..17) == Some("0") {
            '1'
        } else {
            '0'
        };
        let stem = format!("{stem}{other}");
        if let Ok(check) = check_character(&stem) {
            return format!("{stem}{check}");
        }
    }
    format!("{old}9")
}

/// Files of at most so many rows have every row changed.
const EVERY_ROW: usize = 32;
