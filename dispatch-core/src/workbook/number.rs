//! Numbers and dates of cells as text.
//!
//! Source: ECMA-376, part 1, 18.17.4.1: days are counted from 1900, with a 29 February 1900 that
//! never was, or from 1904. A number becomes the shortest decimal that reads back as itself.
//!
//! Invariant: a text never has more digits than a spreadsheet keeps, nor an exponent within reason.

use jiff::ToSpan;
use jiff::civil::Date;

/// The shortest decimal text of a number as it is written; `None` if it is no number.
pub(super) fn decimal(written: &str) -> Option<String> {
    let digits = written.len() <= 15 && written.bytes().all(|byte| byte.is_ascii_digit());
    if digits && !written.is_empty() && (written.len() == 1 || !written.starts_with('0')) {
        return Some(written.to_owned());
    }
    let plausible = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if written.is_empty() || !written.bytes().all(plausible) {
        return None;
    }
    let value: f64 = written
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())?;
    if value == 0.0 {
        return Some("0".to_owned());
    }
    // Beyond any list, and hundreds of digits otherwise.
    let plain = (1e-30..1e30).contains(&value.abs());
    Some(if plain {
        format!("{value}")
    } else {
        format!("{value:e}")
    })
}

/// The day, and the time if it is not midnight, of a number of days.
pub(super) fn date_time(written: &str, is_1904: bool) -> Option<String> {
    let (days, seconds) = split(written)?;
    let day = date(days, is_1904)?;
    Some(if seconds == 0 {
        day.to_string()
    } else {
        format!("{day} {}", clock(seconds))
    })
}

/// The time of day of a part of a day.
pub(super) fn time(written: &str) -> Option<String> {
    let (days, seconds) = split(written)?;
    (days == 0).then(|| clock(seconds))
}

fn clock(seconds: i64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

fn date(days: i64, is_1904: bool) -> Option<Date> {
    let start = if is_1904 {
        Date::constant(1904, 1, 1)
    } else if days >= 61 {
        Date::constant(1899, 12, 30)
    } else if (1..60).contains(&days) {
        Date::constant(1899, 12, 31)
    } else {
        return None;
    };
    start
        .checked_add(days.days())
        .ok()
        .filter(|day| day.year() <= 9999)
}

/// Whole days and the seconds beyond them, rounded.
fn split(written: &str) -> Option<(i64, i64)> {
    let plain = if written
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        written.to_owned()
    } else {
        decimal(written)?
    };
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let days: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    if !(0..=LATEST).contains(&days) {
        return None;
    }
    if part.bytes().all(|byte| byte == b'0') {
        return Some((days, 0));
    }
    let share: f64 = format!("0.{part}").parse().ok()?;
    let seconds: i64 = format!("{:.0}", share * 86_400.0).parse().ok()?;
    Some(if seconds >= 86_400 {
        (days + 1, 0)
    } else {
        (days, seconds)
    })
}

/// 9999-12-31 counted from 1900.
const LATEST: i64 = 2_958_465;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        // Right-hand sides are what a spreadsheet shows in a wide cell of format General, or more digits.
        for (written, text) in [
            ("3", "3"),
            ("0", "0"),
            ("-0", "0"),
            ("007", "7"),
            ("0.1", "0.1"),
            ("0.10000000000000001", "0.1"),
            ("44.100000000000001", "44.1"),
            ("1E3", "1000"),
            ("9.1350100000000002E+17", "913501000000000000"),
            ("-2.5", "-2.5"),
        ] {
            assert_eq!(decimal(written).as_deref(), Some(text), "{written}");
        }
        for wrong in ["", "NaN", "inf", "1e999", "x", "1 2", "0x10"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_of_both_systems() {
        // Known from the standard and from spreadsheet programs.
        for (written, system, text) in [
            ("1", false, "1900-01-01"),
            ("59", false, "1900-02-28"),
            ("61", false, "1900-03-01"),
            ("25569", false, "1970-01-01"),
            ("36526", false, "2000-01-01"),
            ("46204", false, "2026-07-01"),
            ("2958465", false, "9999-12-31"),
            ("0", true, "1904-01-01"),
            ("44742", true, "2026-07-01"),
            ("46204.375", false, "2026-07-01 09:00:00"),
            ("46203.999999999", false, "2026-07-01"),
            ("4.6204E4", false, "2026-07-01"),
        ] {
            assert_eq!(
                date_time(written, system).as_deref(),
                Some(text),
                "{written}"
            );
        }
        assert_eq!(time("0.375").as_deref(), Some("09:00:00"));
        for wrong in ["60", "0", "-1", "2958466", "1e300"] {
            assert_eq!(date_time(wrong, false), None, "{wrong}");
        }
    }
}
