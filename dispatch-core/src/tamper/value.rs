//! Plausible other values of a scalar, and malformed ones.
//!
//! An attacker changes a digit, a day, a name; what no reader would take for the same kind of value
//! is kept apart as malformed. Invariant: no value is its own other.

use serde_json::Value;

use crate::syntax::{date, is_hex32, is_hex48, unix_time};

/// Other values of the same type and, where the text has one, of the same form.
pub(super) fn others(key: &str, value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(bool) => vec![Value::Bool(!bool)],
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or_default();
            let next = number.saturating_add(1);
            let mut others = vec![Value::from(next)];
            if number > 1 {
                others.push(Value::from(number - 1));
            }
            others
        }
        Value::String(text) => texts(key, text).into_iter().map(Value::from).collect(),
        _ => Vec::new(),
    }
}

/// Values of another type, or of a form that is refused wherever it stands.
pub(super) fn spoilt(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(bool) => vec![Value::from(u64::from(*bool))],
        Value::Number(number) => vec![Value::from(number.to_string())],
        Value::String(text) => {
            let mut spoilt = vec![Value::from(7)];
            let upper = text.to_ascii_uppercase();
            if is_hex(text) && upper != *text {
                spoilt.push(Value::from(upper));
            }
            spoilt
        }
        _ => Vec::new(),
    }
}

fn texts(key: &str, text: &str) -> Vec<String> {
    if text.is_empty() {
        return vec![match key {
            "repeats" | "policy" => "0123456789abcdef".repeat(4),
            _ => "x".to_owned(),
        }];
    }
    let mut others = vec![last_character(text)];
    if let Some(set) = CLOSED.iter().find(|set| set.contains(&text)) {
        others.extend(
            set.iter()
                .filter(|other| **other != text)
                .map(|&other| other.to_owned()),
        );
    } else if let Some((first, rest)) = text.split_at_checked(10)
        && date(first).is_some()
        && (rest.is_empty() || unix_time(text).is_some())
    {
        others.push(format!("{}{rest}", other_day(first)));
        if !rest.is_empty() {
            // The last character of a time is its Z: that is no time any more. Seconds can move.
            others.push(other_second(text));
        }
    }
    others.retain(|other| other != text);
    others
}

fn last_character(text: &str) -> String {
    let mut other: String = text.to_owned();
    let last = other.pop().unwrap_or_default();
    other.push(match last {
        '0'..='8' => char::from_u32(u32::from(last) + 1).unwrap_or('0'),
        '9' => '0',
        'a' => 'b',
        'b'..='z' => 'a',
        'A' => 'B',
        'B'..='Z' => 'A',
        '改' => '正',
        _ => '改',
    });
    other
}

fn other_day(day: &str) -> String {
    let (month, _) = day.split_at(day.len() - 2);
    if day.ends_with("07") {
        format!("{month}08")
    } else {
        format!("{month}07")
    }
}

fn other_second(time: &str) -> String {
    let (minute, _) = time.split_at(time.len() - 3);
    if time.ends_with("25Z") {
        format!("{minute}26Z")
    } else {
        format!("{minute}25Z")
    }
}

fn is_hex(text: &str) -> bool {
    is_hex32(text) || is_hex48(text)
}

/// Words of the specification of which exactly one stands in a place.
const CLOSED: [&[&str]; 13] = [
    &["order", "sample"],
    &[
        "deregistered",
        "revoked",
        "cancelled",
        "moved-out",
        "out-of-scope",
        "under-investigation",
        "force-majeure",
    ],
    &[
        "recusal",
        "recusal-requested",
        "unavailable",
        "transferred",
        "certificate-invalid",
        "other-duty",
    ],
    &["general", "key"],
    &["officer", "expert"],
    &["same", "differ", "covers"],
    &["down", "nearest", "up"],
    &["at-least", "at-most", "has-any", "in", "not-in", "prefix"],
    &["yes", "no"],
    &["set", "sequence"],
    &["credit-code", "other"],
    &["added", "changed", "removed"],
    &["officers", "recusals", "subjects"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_differ_and_keep_their_form() {
        for text in [
            "2023-08-23",
            "2023-08-07",
            "2023-08-23T15:59:25Z",
            "yes",
            "9",
            "改",
            "a",
            "Z",
        ] {
            let found = texts("x", text);
            assert!(
                !found.is_empty() && !found.iter().any(|other| other == text),
                "{text}"
            );
        }
        let times = texts("created", "2023-08-23T15:59:24Z");
        assert_eq!(
            times
                .iter()
                .filter(|time| unix_time(time).is_some())
                .count(),
            2
        );
        assert!(is_hex(&last_character(&"f".repeat(64))));
    }
}
