//! The small lexical rules: ids, texts, field names, list values, dates and times.
//!
//! Source: docs/spec.md 1.5 and 1.6. Invariant: each rule accepts exactly one spelling of a value;
//! nothing is trimmed or normalised here (importing does that, before anything is frozen).

use jiff::{Timestamp, civil::Date};

/// Whether `text` is an id: 1 to 64 code points, no space, control, quote or shell character.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
        return true;
    }
    let forbidden = |c: char| {
        matches!(c,
            '\0'..=' ' | '\u{7f}'..='\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}'
            | '"' | '\'' | '`' | '$' | '\\')
    };
    (1..=64).contains(&text.chars().count()) && !text.contains(forbidden)
}

/// Whether `text` is a text: 1 to 2000 code points, no control characters.
#[must_use]
pub fn is_text(text: &str) -> bool {
    (1..=TEXT_LIMIT).contains(&text.chars().count())
        && !text.contains(|c: char| c < ' ' || c == '\u{7f}')
}

/// Whether `text` is a field name: a text of at most 64 code points.
#[must_use]
pub fn is_field_name(text: &str) -> bool {
    // Most names are short words of small letters, and every row has a dozen of them.
    let word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if (1..=64).contains(&text.len()) && text.bytes().all(word) {
        return true;
    }
    is_text(text) && text.chars().count() <= 64
}

/// Whether `text` is the hexadecimal form of 32 bytes, lower case.
#[must_use]
pub fn is_hex32(text: &str) -> bool {
    is_lower_hex(text, 64)
}

/// Whether `text` is the hexadecimal form of a 48-byte signature, lower case.
#[must_use]
pub fn is_hex48(text: &str) -> bool {
    is_lower_hex(text, 96)
}

/// The items of a list value; none for the empty string.
pub fn list_items(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').filter(move |_| !value.is_empty())
}

/// A date `YYYY-MM-DD` from 2000-01-01 to 9999-12-31.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date: Date = if shape {
        text.parse().ok()?
    } else {
        return None;
    };
    (date.year() >= 2000).then_some(date)
}

/// Days since 1970-01-01 of a date.
#[must_use]
pub fn day_number(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    i64::from(epoch.until(date).map_or(0, |span| span.get_days()))
}

/// Seconds since 1970-01-01T00:00:00Z of a time `YYYY-MM-DDThh:mm:ssZ`.
#[must_use]
pub fn unix_time(text: &str) -> Option<u64> {
    let shape = text.len() == 20
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            19 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if !shape || text.get(17..19)? > "59" {
        return None;
    }
    let day = u64::try_from(day_number(date(text.get(..10)?)?)).ok()?;
    let part = |from: usize, limit: u64| {
        text.get(from..from + 2)?
            .parse::<u64>()
            .ok()
            .filter(|value| *value <= limit)
    };
    Some(day * 86_400 + part(11, 23)? * 3600 + part(14, 59)? * 60 + part(17, 59)?)
}

/// The time of so many seconds since 1970-01-01T00:00:00Z, in the form of [`unix_time`].
///
/// `None` outside the years 2000 to 9999.
#[must_use]
pub fn time_text(unix: u64) -> Option<String> {
    let time = Timestamp::from_second(i64::try_from(unix).ok()?).ok()?;
    let text = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    unix_time(&text).map(|_| text)
}

/// The time as people are told it: the form of [`time_text`], or the seconds where that has none.
#[must_use]
pub fn shown_time(unix: u64) -> String {
    time_text(unix).unwrap_or_else(|| unix.to_string())
}

fn is_lower_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Longest text in code points.
pub const TEXT_LIMIT: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_dates_have_one_spelling() {
        // 1784792310 from `date -u -d 2026-07-23T07:38:30Z +%s`.
        assert_eq!(unix_time("2026-07-23T07:38:30Z"), Some(1_784_792_310));
        assert_eq!(
            time_text(1_784_792_310).as_deref(),
            Some("2026-07-23T07:38:30Z")
        );
        assert_eq!(unix_time("2024-02-29T00:00:00Z"), Some(1_709_164_800));
        for refused in [
            "2026-02-29T00:00:00Z",
            "2026-07-23T24:00:00Z",
            "2026-07-23T23:59:60Z",
            "2026-07-23 07:38:30Z",
            "2026-07-23T07:38:30",
            "2026-07-23T07:38:30+00:00",
            "1999-12-31T00:00:00Z",
            "+026-07-23T07:38:30Z",
            "",
        ] {
            assert_eq!(unix_time(refused), None, "{refused}");
        }
        assert!(date("9999-12-31").is_some() && date("9999-09-09").is_some());
        assert!(date("2026-7-1").is_none() && date("２026-07-1").is_none());
    }

    #[test]
    fn ids_keep_out_spaces_quotes_and_shell_characters() {
        assert!(is_id("91350100M000100Y43") && is_id("粤A-001/2") && is_id("\u{1f600}"));
        for refused in [
            "",
            "a b",
            "a\u{3000}",
            "a$b",
            "a'b",
            "a\"b",
            "a\\b",
            "a`b",
            "\u{feff}a",
            "a\u{200b}",
            &"x".repeat(65),
        ] {
            assert!(!is_id(refused), "{refused:?}");
        }
    }
}
