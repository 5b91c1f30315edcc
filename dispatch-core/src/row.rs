//! Roster rows: canonical JSON objects whose values are all strings.
//!
//! Source: docs/spec.md 1.3 and 2.1. Rosters hold millions of rows, so this reader borrows from
//! the line and checks canonical form while it scans, instead of parsing and writing again.
//! Invariant: [`read`] accepts a line if and only if [`write()`] would produce exactly that line.

mod columns;
mod plain;

use std::borrow::Cow;

pub(crate) use self::columns::Columns;
pub(crate) use self::plain::plain_length;
use crate::json::{key_order, write_string};

/// Longest row in bytes, without its line feed.
pub const ROW_LIMIT: usize = 16_384;

/// A field of a row and its value.
pub type Field<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Appends the canonical line of `fields` (without a line feed). Fields may come in any order;
/// their names must be unique; fields with an empty value are left out.
pub fn write<K: AsRef<str>, V: AsRef<str>>(fields: &[(K, V)], out: &mut Vec<u8>) {
    let sorted = fields.is_sorted_by(|a, b| key_order(a.0.as_ref(), b.0.as_ref()).is_le());
    if sorted {
        write_sorted(
            fields
                .iter()
                .map(|(key, value)| (key.as_ref(), value.as_ref())),
            out,
        );
    } else {
        let mut fields: Vec<_> = fields
            .iter()
            .map(|(k, v)| (k.as_ref(), v.as_ref()))
            .collect();
        fields.sort_by(|a, b| key_order(a.0, b.0));
        write_sorted(fields.into_iter(), out);
    }
}

/// Writes fields that are in strictly ascending order, none of them empty, and gives the place of
/// the value of `id` in the line (0 if there is none). Otherwise writes nothing and gives `None`.
pub(crate) fn write_ordered<K: AsRef<str>, V: AsRef<str>>(
    fields: &[(K, V)],
    out: &mut Vec<u8>,
) -> Option<usize> {
    let ordered = fields.is_sorted_by(|a, b| key_order(a.0.as_ref(), b.0.as_ref()).is_lt());
    if !ordered || fields.iter().any(|(_, value)| value.as_ref().is_empty()) {
        return None;
    }
    let (start, mut id) = (out.len(), 0);
    out.push(b'{');
    for (index, (key, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(key.as_ref(), out);
        out.push(b':');
        if key.as_ref() == "id" {
            id = out.len() + 1 - start;
        }
        write_string(value.as_ref(), out);
    }
    out.push(b'}');
    Some(id)
}

/// Reads one line without its line feed into `fields`, which is cleared first.
///
/// # Errors
/// [`RowError`] when the line is not a canonical row.
pub fn read<'a>(line: &'a [u8], fields: &mut Vec<Field<'a>>) -> Result<(), RowError> {
    fields.clear();
    if line.len() > ROW_LIMIT {
        return Err(RowError::TooLong { length: line.len() });
    }
    let text = core::str::from_utf8(line).map_err(|e| RowError::Utf8 {
        position: e.valid_up_to(),
    })?;
    let mut scan = Scan { text, at: 0 };
    scan.expect(b'{')?;
    if scan.peek() == Some(b'}') {
        scan.at += 1;
    } else {
        loop {
            let key_at = scan.at;
            let key = scan.string()?;
            if let Some((last, _)) = fields.last()
                && key_order(last, &key).is_ge()
            {
                return Err(RowError::KeyOrder { position: key_at });
            }
            scan.expect(b':')?;
            let value_at = scan.at;
            let value = scan.string()?;
            if value.is_empty() {
                return Err(RowError::EmptyValue { position: value_at });
            }
            fields.push((key, value));
            match scan.peek() {
                Some(b',') => scan.at += 1,
                _ => break,
            }
        }
        scan.expect(b'}')?;
    }
    if scan.at == line.len() {
        Ok(())
    } else {
        Err(RowError::Unexpected { position: scan.at })
    }
}

/// The value of `name`, or "" when the row does not have it.
#[must_use]
pub fn value<'r>(fields: &'r [Field<'_>], name: &str) -> &'r str {
    fields
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value)
}

/// Why a line is not a canonical row. Positions are bytes of the line, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Longer than [`ROW_LIMIT`].
    #[error("the row has {length} bytes; at most {ROW_LIMIT} are allowed")]
    TooLong {
        /// Bytes found.
        length: usize,
    },
    /// Not UTF-8.
    #[error("not UTF-8 at byte {position}")]
    Utf8 {
        /// First wrong byte.
        position: usize,
    },
    /// Something other than the canonical form of an object of strings.
    #[error("not a canonical row at byte {position}")]
    Unexpected {
        /// First byte that does not fit.
        position: usize,
    },
    /// Keys are repeated or out of order.
    #[error("field at byte {position} is repeated or out of order")]
    KeyOrder {
        /// Where the key begins.
        position: usize,
    },
    /// An empty cell that is not left out.
    #[error("empty value at byte {position}; empty cells are left out")]
    EmptyValue {
        /// Where the value begins.
        position: usize,
    },
}

fn write_sorted<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (key, value) in fields.filter(|(_, value)| !value.is_empty()) {
        if !core::mem::take(&mut first) {
            out.push(b',');
        }
        write_string(key, out);
        out.push(b':');
        write_string(value, out);
    }
    out.push(b'}');
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), RowError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(RowError::Unexpected { position: self.at })
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, RowError> {
        self.expect(b'"')?;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let end = start
            + plain_length(&bytes[start..]).ok_or(RowError::Unexpected {
                position: bytes.len(),
            })?;
        self.at = end;
        if bytes[end] == b'"' {
            self.at += 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.escaped(start).map(Cow::Owned)
    }

    /// Goes on where the plain part of a string ended; `start` is its first byte.
    fn escaped(&mut self, start: usize) -> Result<String, RowError> {
        let mut text = self.text[start..self.at].to_owned();
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.at += 1;
                    return Ok(text);
                }
                b'\\' => text.push(self.escape()?),
                0x00..0x20 => break,
                _ => {
                    let rest = &self.text[self.at..];
                    let run = rest
                        .bytes()
                        .position(|b| b == b'"' || b == b'\\' || b < 0x20)
                        .unwrap_or(rest.len());
                    text.push_str(&rest[..run]);
                    self.at += run;
                }
            }
        }
        Err(RowError::Unexpected { position: self.at })
    }

    /// Only the escapes that the canonical form uses.
    fn escape(&mut self) -> Result<char, RowError> {
        let position = self.at;
        let wrong = RowError::Unexpected { position };
        let rest = &self.text.as_bytes()[position..];
        let (length, character) = match rest.get(1) {
            Some(b'"') => (2, '"'),
            Some(b'\\') => (2, '\\'),
            Some(b'b') => (2, '\u{8}'),
            Some(b't') => (2, '\t'),
            Some(b'n') => (2, '\n'),
            Some(b'f') => (2, '\u{c}'),
            Some(b'r') => (2, '\r'),
            Some(b'u') => {
                let digits = rest.get(2..6).ok_or(wrong)?;
                let code = digits.iter().try_fold(0u32, |code, digit| match digit {
                    b'0'..=b'9' => Some(code * 16 + u32::from(digit - b'0')),
                    b'a'..=b'f' => Some(code * 16 + u32::from(digit - b'a') + 10),
                    _ => None,
                });
                match code {
                    Some(code) if code < 0x20 && ![8, 9, 10, 12, 13].contains(&code) => {
                        (6, char::from_u32(code).ok_or(wrong)?)
                    }
                    _ => return Err(wrong),
                }
            }
            _ => return Err(wrong),
        };
        self.at += length;
        Ok(character)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    /// The strict document reader is the oracle: parse, write, compare.
    fn oracle(line: &[u8]) -> bool {
        crate::json::from_canonical::<std::collections::BTreeMap<String, String>>(line)
            .is_ok_and(|map| map.values().all(|value| !value.is_empty()))
    }

    #[test]
    fn agrees_with_the_document_reader_on_every_small_change() {
        let mut line = Vec::new();
        write(
            &[
                ("名称", "a\"b\\\n\u{1}\u{1f600}"),
                ("id", "X1"),
                ("empty", ""),
            ],
            &mut line,
        );
        assert_eq!(
            String::from_utf8_lossy(&line),
            "{\"id\":\"X1\",\"名称\":\"a\\\"b\\\\\\n\\u0001\u{1f600}\"}"
        );
        let mut changed = vec![line.clone()];
        for at in 0..line.len() {
            for byte in 0..=255u8 {
                let mut copy = line.clone();
                copy[at] = byte;
                changed.push(copy);
                if byte < 128 {
                    let mut copy = line.clone();
                    copy.insert(at, byte);
                    changed.push(copy);
                }
            }
            let mut copy = line.clone();
            copy.remove(at);
            changed.push(copy);
        }
        let mut accepted = 0;
        for line in changed {
            let mut fields = Vec::new();
            let read = read(&line, &mut fields).is_ok();
            assert_eq!(read, oracle(&line), "{}", String::from_utf8_lossy(&line));
            accepted += usize::from(read);
        }
        assert!(
            accepted > 500,
            "most changes inside values stay canonical: {accepted}"
        );
    }
}
