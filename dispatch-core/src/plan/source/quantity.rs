//! Parts, durations, times and dates as people write them, turned into exact canonical values.
//!
//! Source: docs/plan.md; docs/spec.md 1.6 and 3.2. Invariant: nothing here passes through a float,
//! and nothing is guessed: a time without an offset is refused.

use jiff::{Timestamp, civil};
use toml::de::DeValue;

use super::complaint::{mismatch, shortened, text};
use super::log::Log;
use crate::plan::Fraction;
use crate::syntax::{date, time_text};

/// A part of a whole: "3%", "0.5 %" or "1/30", reduced; more than 0 and at most the whole.
///
/// # Errors
/// What is wrong, in English and Chinese.
pub(super) fn part(text: &str) -> Result<Fraction, (&'static str, &'static str)> {
    let text = text.trim();
    let (numerator, denominator) = if let Some(percent) = text.strip_suffix(['%', '％']) {
        let percent = percent.trim_end();
        let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
        let places = u32::try_from(decimals.len()).unwrap_or(u32::MAX);
        let scale = 10u128.checked_pow(places).ok_or(TOO_FINE)?;
        let whole = digits(whole).ok_or(NOT_A_PART)?;
        let decimals = digits(decimals).ok_or(NOT_A_PART)?;
        let numerator = whole.checked_mul(scale).ok_or(TOO_FINE)? + decimals;
        (numerator, scale.checked_mul(100).ok_or(TOO_FINE)?)
    } else {
        let (numerator, denominator) = text.split_once('/').ok_or(NOT_A_PART)?;
        let numerator = digits(numerator.trim_end()).ok_or(NOT_A_PART)?;
        (
            numerator,
            digits(denominator.trim_start()).ok_or(NOT_A_PART)?,
        )
    };
    if denominator == 0 {
        return Err((
            "divides by zero; write a part like \"1/30\"",
            "分母为0；请写成 \"1/30\" 之类的比例",
        ));
    }
    if numerator == 0 {
        return Err((
            "is zero, so nobody would be drawn; write a part above 0%",
            "为零，不会抽取任何对象；请填写大于0%的比例",
        ));
    }
    if numerator > denominator {
        return Err((
            "is more than the whole; write at most \"100%\"",
            "超过全部；最多为 \"100%\"",
        ));
    }
    let common = greatest_common_divisor(numerator, denominator);
    let small = |value: u128| u64::try_from(value / common).ok().filter(|v| *v <= BILLION);
    match (small(numerator), small(denominator)) {
        (Some(numerator), Some(denominator)) => Ok(Fraction {
            denominator,
            numerator,
        }),
        _ => Err(TOO_FINE),
    }
}

/// The fraction that a TOML value says, or a fault and the whole.
pub(super) fn fraction(value: &DeValue<'_>, path: &str, log: &mut Log) -> Fraction {
    match value {
        DeValue::String(text) => match part(text) {
            Ok(fraction) => return fraction,
            Err((english, chinese)) => {
                let text = shortened(text);
                log.fault(path, format!("\"{text}\" {english}"), format!("“{text}”{chinese}"));
            }
        },
        DeValue::Float(number) => log.fault(
            path,
            format!("is {number}, a decimal number that a computer cannot keep exactly; write a percentage in quotes, like \"3%\""),
            format!("为小数{number}，计算机不能精确保存；请写成带引号的百分数，例如 \"3%\""),
        ),
        other => mismatch(
            other,
            path,
            ("a part in quotes, like \"3%\" or \"1/30\"", "带引号的比例，例如 \"3%\" 或 \"1/30\""),
            log,
        ),
    }
    Fraction {
        denominator: 1,
        numerator: 1,
    }
}

/// A duration in minutes: "90m", "24h", "2d", or with 分钟, 小时, 天.
pub(super) fn lead_minutes(value: &DeValue<'_>, path: &str, log: &mut Log) -> u64 {
    let minutes = value.as_str().and_then(|text| {
        let text = text.trim();
        UNITS.iter().find_map(|(unit, minutes)| {
            let number = digits(text.strip_suffix(unit)?.trim_end())?;
            u64::try_from(number).ok()?.checked_mul(*minutes)
        })
    });
    minutes.unwrap_or_else(|| {
        let expected = (
            "a duration in quotes, like \"90m\", \"24h\" or \"2d\"",
            "带引号的时长，例如 \"90m\"（分钟）、\"24h\"（小时）或 \"2d\"（天）",
        );
        mismatch(value, path, expected, log);
        1
    })
}

/// A time with its offset from UTC, as the canonical UTC text.
pub(super) fn instant(value: &DeValue<'_>, path: &str, log: &mut Log) -> String {
    let written = match value {
        DeValue::Datetime(time) => time.to_string(),
        other => text(other, path, log),
    };
    if written.is_empty() {
        if value.as_str().is_some() {
            log.fault(path, NOT_A_TIME.0, NOT_A_TIME.1);
        }
        return String::new();
    }
    let shown = shortened(&written);
    let found: Option<Timestamp> = written.parse().ok();
    let Some(found) = found else {
        let has_clock = written.contains(':');
        if has_clock && written.parse::<civil::DateTime>().is_ok() {
            log.fault(
                path,
                format!("{shown} does not say in which time zone; add +08:00 for Beijing time: {shown}+08:00"),
                format!("{shown} 没有写明时区；北京时间请加 +08:00，即 {shown}+08:00"),
            );
        } else {
            log.fault(
                path,
                format!("{shown} {}", NOT_A_TIME.0),
                format!("{shown} {}", NOT_A_TIME.1),
            );
        }
        return String::new();
    };
    // jiff reads second 60 as 59; a committed time is never guessed.
    let is_whole = found.subsec_nanosecond() == 0 && !written.contains(":60");
    let canonical = u64::try_from(found.as_second()).ok().and_then(time_text);
    match canonical {
        Some(canonical) if is_whole => canonical,
        _ => {
            log.fault(
                path,
                format!("{shown} must be a whole second of the years 2000 to 9999"),
                format!("{shown} 须为2000年至9999年间的整秒时间"),
            );
            String::new()
        }
    }
}

/// A date, as the canonical text.
pub(crate) fn day(value: &DeValue<'_>, path: &str, log: &mut Log) -> String {
    let written = match value {
        DeValue::Datetime(time) => time.to_string(),
        other => {
            let Some(text) = other.as_str() else {
                text(other, path, log);
                return String::new();
            };
            text.to_owned()
        }
    };
    if date(&written).is_none() {
        let shown = shortened(&written);
        log.fault(
            path,
            format!("{shown} is not a date; write year-month-day alone, like 2026-08-01"),
            format!("{shown} 不是日期；请只写年-月-日，例如 2026-08-01"),
        );
        return String::new();
    }
    written
}

/// ASCII digits as a number; at most 20 of them.
fn digits(text: &str) -> Option<u128> {
    let fits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

fn greatest_common_divisor(one: u128, other: u128) -> u128 {
    let (mut one, mut other) = (one, other);
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one.max(1)
}

const BILLION: u64 = 1_000_000_000;
const NOT_A_PART: (&str, &str) = (
    "is not a part; write ASCII digits with a percent sign, like \"3%\", or a fraction, like \"1/30\"",
    "不是比例；请用半角数字加百分号，例如 \"3%\"，或写成分数，例如 \"1/30\"",
);
const TOO_FINE: (&str, &str) = (
    "is too fine; the reduced fraction may have at most 1000000000 below the line",
    "过于精细；约分后分母最多为1000000000",
);
const NOT_A_TIME: (&str, &str) = (
    "is not a time; write it like 2026-07-23T15:38:30+08:00",
    "不是时间；请写成 2026-07-23T15:38:30+08:00 的形式",
);
/// Units of durations in minutes; no unit ends with another one listed later.
const UNITS: &[(&str, u64)] = &[
    ("分钟", 1),
    ("小时", 60),
    ("min", 1),
    ("m", 1),
    ("h", 60),
    ("d", 1440),
    ("天", 1440),
    ("日", 1440),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn parts_are_exact_and_reduced() {
        for (text, numerator, denominator) in [
            ("3%", 3, 100),
            ("3 %", 3, 100),
            (" 3％ ", 3, 100),
            ("0.5%", 1, 200),
            ("2.25 %", 9, 400),
            ("2.250%", 9, 400),
            ("100%", 1, 1),
            ("100.0%", 1, 1),
            ("0.0001%", 1, 1_000_000),
            ("0.0000001%", 1, 1_000_000_000),
            ("33.3%", 333, 1000),
            ("1/30", 1, 30),
            ("10 / 300", 1, 30),
            ("7/7", 1, 1),
            ("1/1000000000", 1, 1_000_000_000),
        ] {
            let expected = Fraction {
                denominator,
                numerator,
            };
            assert_eq!(part(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_part_is_refused_with_its_reason() {
        let reason = |text: &str| part(text).unwrap_err().0;
        for (text, says) in [
            ("101%", "more than the whole"),
            ("100.0000001%", "more than the whole"),
            ("5/3", "more than the whole"),
            ("1/0", "divides by zero"),
            ("0/0", "divides by zero"),
            ("0%", "is zero"),
            ("0.000%", "is zero"),
            ("0/5", "is zero"),
            ("0.00000001%", "too fine"),
            ("1/1000000001", "too fine"),
            (
                "0.00000000000000000000000000000000000000000001%",
                "too fine",
            ),
            ("三%", "not a part"),
            ("３%", "not a part"),
            ("", "not a part"),
            ("%", "not a part"),
            ("3", "not a part"),
            ("0.03", "not a part"),
            (".5%", "not a part"),
            ("3.%", "not a part"),
            ("-3%", "not a part"),
            ("+3%", "not a part"),
            ("3%%", "not a part"),
            ("1e2%", "not a part"),
            ("1//2", "not a part"),
            ("999999999999999999999%", "not a part"),
        ] {
            assert!(reason(text).contains(says), "{text}: {}", reason(text));
        }
    }
}
