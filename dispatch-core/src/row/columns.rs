//! Reading a few fields of many rows.
//!
//! Source: docs/spec.md 2.1. Conditions and team rules read two or three fields of a row that has
//! fifteen, so the line is scanned once and only the wanted values are taken.
//! Invariant: on lines that [`super::read`] accepts the values are those that it gives.

use std::borrow::Cow;

use super::plain::plain_length;

/// The fields that are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// Wants these fields; repetitions count once.
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        Self { names }
    }

    /// Where the values of a field stand in what [`Columns::read`] gives.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|wanted| wanted == name)
    }

    /// The fields, in the order of the values.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the wanted values of a checked line; absent ones are "".
    pub(crate) fn read<'l>(&self, line: &'l [u8], values: &mut Vec<Cow<'l, str>>) {
        values.clear();
        values.resize(self.names.len(), Cow::Borrowed(""));
        let escaped = line
            .iter()
            .fold(false, |found, byte| found | (*byte == b'\\'));
        if escaped {
            self.read_escaped(line, values);
        } else {
            self.read_plain(line, values);
        }
    }

    /// Without escapes every quote begins or ends a string.
    fn read_plain<'l>(&self, line: &'l [u8], values: &mut [Cow<'l, str>]) {
        let mut rest = line.get(1..).unwrap_or_default();
        let mut missing = self.names.len();
        while missing > 0
            && let Some((key, behind)) = string(rest)
            && let Some((value, behind)) = behind.get(1..).and_then(string)
        {
            let wanted = self.names.iter().zip(values.iter_mut());
            for (_, place) in wanted.filter(|(name, _)| name.as_bytes() == key) {
                *place = Cow::Borrowed(core::str::from_utf8(value).unwrap_or_default());
                missing -= 1;
            }
            rest = behind.get(1..).unwrap_or_default();
        }
    }

    fn read_escaped<'l>(&self, line: &'l [u8], values: &mut [Cow<'l, str>]) {
        let mut fields = Vec::new();
        // The line was checked when the roster was built.
        let _ = super::read(line, &mut fields);
        for (name, value) in fields {
            if let Some(place) = self.position(&name).and_then(|at| values.get_mut(at)) {
                *place = value;
            }
        }
    }
}

/// The string that `bytes` begin with, and what stands behind it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let bytes = bytes.strip_prefix(b"\"")?;
    let (text, behind) = bytes.split_at_checked(plain_length(bytes)?)?;
    Some((text, behind.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_reading_the_whole_row_gives() {
        let rows: [&[(&str, &str)]; 4] = [
            &[
                ("id", "A1"),
                ("name", "甲公司"),
                ("risk", "B"),
                ("地区", "荔湾区"),
            ],
            &[("id", "A\\2"), ("name", "\"乙\"\n"), ("地区", "越秀区")],
            &[("name", "risk"), ("risk", "name")],
            &[],
        ];
        let columns = Columns::new(["risk", "地区", "name", "risk", "absent"].into_iter());
        assert_eq!(columns.names().len(), 4);
        for fields in rows {
            let mut line = Vec::new();
            crate::row::write(fields, &mut line);
            let mut values = Vec::new();
            columns.read(&line, &mut values);
            for (name, found) in columns.names().iter().zip(&values) {
                let due = fields
                    .iter()
                    .find(|(key, _)| key == name)
                    .map_or("", |(_, v)| *v);
                assert_eq!(found, due, "{name}");
            }
        }
    }
}
