//! The same content in other bytes: none of it is the canonical form.
//!
//! Source: docs/spec.md 1.3. Invariant: every encoding here differs from the canonical bytes, and a
//! lenient JSON reader would take most of them for the same value.

use serde_json::Value;

use crate::json::to_canonical;

/// Other encodings of a canonical object, with names.
pub(super) fn encodings(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return Vec::new();
    };
    let mut encodings: Vec<(&'static str, String)> = vec![
        ("a byte-order mark before it", format!("\u{feff}{text}")),
        ("a blank before it", format!(" {text}")),
        ("a blank after it", format!("{text} ")),
        ("a blank after a colon", text.replacen("\":", "\": ", 1)),
        ("a null byte after it", format!("{text}\0")),
        (
            "the last byte cut off",
            text.get(..text.len().saturating_sub(1))
                .unwrap_or("")
                .to_owned(),
        ),
        ("itself twice", format!("{text}{text}")),
    ];
    if let Some(first) = text
        .strip_prefix("{\"")
        .and_then(|rest| rest.chars().next())
        && first.is_ascii_alphanumeric()
    {
        let escaped = format!("{{\"\\u{:04x}", u32::from(first));
        encodings.push((
            "an escape that is not needed",
            text.replacen(&format!("{{\"{first}"), &escaped, 1),
        ));
    }
    if let Some(reversed) = reversed(text) {
        encodings.push(("its fields in reverse order", reversed));
    }
    if let Some(repeated) = repeated(text) {
        encodings.push(("its first field twice", repeated));
    }
    for (name, suffix) in [
        ("a number with a fraction", ".0"),
        ("a number with an exponent", "e0"),
    ] {
        encodings.extend(after_number(text, suffix).map(|text| (name, text)));
    }
    let mut encodings: Vec<(&'static str, Vec<u8>)> = encodings
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    let mut broken = bytes.to_vec();
    // Inside the first string: a byte that is never part of UTF-8.
    broken.insert(broken.len().min(2), 0xff);
    encodings.push(("a byte that is not UTF-8", broken));
    encodings.retain(|(_, other)| other != bytes);
    encodings
}

fn fields(text: &str) -> Option<Vec<String>> {
    let Value::Object(fields) = serde_json::from_str(text).ok()? else {
        return None;
    };
    let mut written: Vec<String> = Vec::new();
    for (key, value) in fields {
        let field = to_canonical(&serde_json::json!({ key: value })).ok()?;
        let field = String::from_utf8(field).ok()?;
        written.push(field.get(1..field.len() - 1)?.to_owned());
    }
    Some(written)
}

fn reversed(text: &str) -> Option<String> {
    let mut fields = fields(text)?;
    fields.reverse();
    (fields.len() > 1).then(|| format!("{{{}}}", fields.join(",")))
}

fn repeated(text: &str) -> Option<String> {
    let mut fields = fields(text)?;
    fields.insert(0, fields.first()?.clone());
    Some(format!("{{{}}}", fields.join(",")))
}

/// Puts a suffix behind the first number that stands as a field's value.
fn after_number(text: &str, suffix: &str) -> Option<String> {
    let start = text
        .match_indices("\":")
        .map(|(at, found)| at + found.len())
        .find(|at| text.as_bytes().get(*at).is_some_and(u8::is_ascii_digit))?;
    let digits = text
        .get(start..)?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let (before, after) = text.split_at_checked(start + digits)?;
    Some(format!("{before}{suffix}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_canonical;

    #[test]
    fn none_is_canonical() {
        let canonical = "{\"a\":1,\"b\":\"x\"}";
        assert!(from_canonical::<Value>(canonical.as_bytes()).is_ok());
        let all = encodings(canonical.as_bytes());
        assert!(all.len() >= 12, "{}", all.len());
        for (name, other) in all {
            assert!(from_canonical::<Value>(&other).is_err(), "{name}");
        }
    }
}
