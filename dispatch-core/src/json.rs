//! Canonical JSON: the only form in which documents are written, hashed and accepted.
//!
//! Source: docs/spec.md 1.3, a restriction of RFC 8785. Readers are strict: they parse, write the
//! value again and refuse any byte sequence that differs, so white space, duplicate or unsorted
//! keys, floats, other escapes and trailing bytes cannot hide anything.

use core::cmp::Ordering;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::row::plain_length;

/// Largest integer in a document: 2^53 − 1, which every JSON reader keeps exactly.
pub const INTEGER_LIMIT: u64 = (1 << 53) - 1;

/// The canonical bytes of a document or of a part of one.
///
/// # Errors
/// [`JsonError::Value`] when the value holds a float, a negative or too large integer, a `null`,
/// or is nested too deep; documents built by this crate never do.
pub fn to_canonical<T: Serialize>(document: &T) -> Result<Vec<u8>, JsonError> {
    let value =
        serde_json::to_value(document).map_err(|error| JsonError::Value(error.to_string()))?;
    canonical(&value)
}

/// Reads exactly one canonical JSON value.
///
/// # Errors
/// [`JsonError::Syntax`] when it is not JSON at all, [`JsonError::NotCanonical`] when it is not
/// the canonical form of what it says, [`JsonError::Shape`] when fields are missing, unknown or of
/// another type.
pub fn from_canonical<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| JsonError::Syntax(error.to_string()))?;
    let written = canonical(&value)?;
    if written != bytes {
        let position = written
            .iter()
            .zip(bytes)
            .take_while(|(a, b)| a == b)
            .count();
        return Err(JsonError::NotCanonical { position });
    }
    serde_json::from_value(value).map_err(|error| JsonError::Shape(error.to_string()))
}

/// Order of object keys: by UTF-16 code units (RFC 8785 section 3.2.3).
#[must_use]
pub fn key_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        a.cmp(b)
    } else {
        a.encode_utf16().cmp(b.encode_utf16())
    }
}

/// Appends the canonical form of a string, quotes included.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if plain_length(text.as_bytes()).is_none() {
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    let mut clean_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            0x08 => b"\\b",
            0x09 => b"\\t",
            0x0a => b"\\n",
            0x0c => b"\\f",
            0x0d => b"\\r",
            0x00..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[clean_from..at]);
        if escape.is_empty() {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
        } else {
            out.extend_from_slice(escape);
        }
        clean_from = at + 1;
    }
    out.extend_from_slice(&text.as_bytes()[clean_from..]);
    out.push(b'"');
}

/// Why bytes are not a canonical document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// JSON, but not in the one canonical form.
    #[error(
        "not in canonical form from byte {position} on; use the file as it was published, byte for byte"
    )]
    NotCanonical {
        /// First byte that differs from the canonical form, counted from 0.
        position: usize,
    },
    /// Canonical JSON with missing, unknown or wrong fields.
    #[error("wrong shape: {0}")]
    Shape(String),
    /// A value that documents do not have.
    #[error("{0}")]
    Value(String),
}

fn canonical(value: &Value) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::new();
    write(value, 1, &mut out)?;
    Ok(out)
}

fn write(value: &Value, depth: u32, out: &mut Vec<u8>) -> Result<(), JsonError> {
    if depth > DEPTH_LIMIT {
        return Err(JsonError::Value(format!(
            "nested deeper than {DEPTH_LIMIT}"
        )));
    }
    match value {
        Value::Null => return Err(JsonError::Value("null is not used in documents".to_owned())),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => match number.as_u64() {
            Some(integer) if integer <= INTEGER_LIMIT => {
                out.extend_from_slice(integer.to_string().as_bytes());
            }
            _ => {
                return Err(JsonError::Value(format!(
                    "{number} is not an integer from 0 to 2^53-1"
                )));
            }
        },
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, depth + 1, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| key_order(a.0, b.0));
            out.push(b'{');
            for (index, (key, item)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write(item, depth + 1, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

const DEPTH_LIMIT: u32 = 16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn keys_sort_by_utf16_code_units() {
        // RFC 8785 section 3.2.3: U+1F600 (surrogates D83D DE00) sorts before U+FB33.
        let value: Value =
            serde_json::from_str("{\"\u{fb33}\":1,\"\u{1f600}\":2,\"1\":3}").unwrap();
        assert_eq!(
            String::from_utf8(canonical(&value).unwrap()).unwrap(),
            "{\"1\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        let read = |text: &str| from_canonical::<Value>(text.as_bytes());
        assert!(read("{\"a\":1,\"b\":\"\\u0001\\n\u{7f}\"}").is_ok());
        for refused in [
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":1}",
            "{\"a\": 1}",
            "{\"a\":1}\n",
            "1.0",
            "1e2",
            "-1",
            "-0",
            "null",
            "9007199254740992",
            "\"\\u0041\"",
            "\"\\/\"",
            "\"\\u000A\"",
            "\"\\ud800\"",
            "01",
            "\u{feff}1",
            "",
        ] {
            assert!(read(refused).is_err(), "{refused:?}");
        }
        assert!(read(&("[".repeat(17) + &"]".repeat(17))).is_err());
        assert!(read(&("[".repeat(16) + &"]".repeat(16))).is_ok());
    }
}
