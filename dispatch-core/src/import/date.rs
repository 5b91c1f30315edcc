//! Dates and leaves as people write them, read into ISO form.
//!
//! Accepted: 2026-07-01, 2026/7/1, 2026.7.1, 20260701, 2026年7月1日, each with a time of midnight
//! behind it; 长期 and its synonyms become 9999-09-09, the template's way to say "without end".
//!
//! Invariant: an answer is a real day of the Gregorian calendar from 1900 to 9999.

use std::borrow::Cow;

use crate::problem::ProblemKind;

/// Reads one date; `text` is trimmed and in half width.
pub(crate) fn iso_date(text: &str) -> Option<Cow<'_, str>> {
    if WITHOUT_END.contains(&text) {
        return Some(Cow::Borrowed(FAR_FUTURE));
    }
    let day = MIDNIGHT
        .iter()
        .find_map(|time| text.strip_suffix(time))
        .unwrap_or(text)
        .trim_end();
    let (year, month, date) = split(day)?;
    let year = number(year, 4, 4).filter(|year| (1900..=9999).contains(year))?;
    let month = i8::try_from(number(month, 1, 2)?).ok()?;
    let date = i8::try_from(number(date, 1, 2)?).ok()?;
    jiff::civil::Date::new(year, month, date).ok()?;
    let canonical = day.len() == 10 && day.as_bytes().get(4) == Some(&b'-');
    if canonical {
        Some(Cow::Borrowed(day))
    } else {
        Some(format!("{year:04}-{month:02}-{date:02}").into())
    }
}

/// Reads one leave as `start/end`; a single date is a leave of one day.
pub(super) fn leave(text: &str) -> Result<String, ProblemKind> {
    let (start, end) = halves(text);
    let (Some(start), Some(end)) = (limited_date(start), limited_date(end)) else {
        return Err(ProblemKind::BadLeave {
            value: text.chars().take(40).collect(),
        });
    };
    if end < start {
        return Err(ProblemKind::LeaveReversed {
            start: start.into(),
            end: end.into(),
        });
    }
    Ok(format!("{start}/{end}"))
}

/// A date that is not "without end".
fn limited_date(half: &str) -> Option<Cow<'_, str>> {
    iso_date(half.trim()).filter(|day| day != FAR_FUTURE)
}

/// Start and end of a leave; the same text twice where nothing separates them.
fn halves(text: &str) -> (&str, &str) {
    for separator in ["至", "到", "~", "—"] {
        if let Some(halves) = text.split_once(separator) {
            return halves;
        }
    }
    for separator in ['/', '-'] {
        if text.matches(separator).count() == 1 {
            return text.split_once(separator).unwrap_or((text, text));
        }
    }
    (text, text)
}

/// Year, month and day of a date in any accepted form.
fn split(day: &str) -> Option<(&str, &str, &str)> {
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((day.get(..4)?, day.get(4..6)?, day.get(6..)?));
    }
    if let Some((year, rest)) = day.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        return Some((
            year,
            month,
            rest.strip_suffix('日')
                .or_else(|| rest.strip_suffix('号'))?,
        ));
    }
    let separator = ['-', '/', '.']
        .into_iter()
        .find(|separator| day.contains(*separator))?;
    let (year, rest) = day.split_once(separator)?;
    let (month, date) = rest.split_once(separator)?;
    Some((year, month, date))
}

fn number(text: &str, shortest: usize, longest: usize) -> Option<i16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (shortest..=longest).contains(&text.len())).then(|| text.parse().ok())?
}

/// What stands for "without end" in the object template.
const FAR_FUTURE: &str = "9999-09-09";
const WITHOUT_END: [&str; 6] = [
    "长期",
    "长期有效",
    "永久",
    "永久有效",
    "无固定期限",
    "无限期",
];
const MIDNIGHT: [&str; 4] = [" 00:00:00", " 0:00:00", " 00:00", " 0:00"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accepted_form() {
        for text in [
            "2026-07-01",
            "2026/7/1",
            "2026/07/01",
            "2026.7.1",
            "2026-7-1",
            "20260701",
            "2026年7月1日",
            "2026/7/1 0:00:00",
        ] {
            assert_eq!(iso_date(text).as_deref(), Some("2026-07-01"), "{text}");
        }
        assert_eq!(iso_date("长期").as_deref(), Some("9999-09-09"));
        assert_eq!(iso_date("9999-09-09").as_deref(), Some("9999-09-09"));
        assert_eq!(iso_date("2028-02-29").as_deref(), Some("2028-02-29"));
    }

    #[test]
    fn what_is_not_a_date() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "26-07-01",
            "46204",
            "2026-07",
            "2026-07/01",
            "2026-07-01-02",
            "2026-07-+1",
            "1899-12-31",
            "2026-07-01 08:30",
            "2026年7月",
            "七月",
            "2026-071-1",
        ] {
            assert_eq!(iso_date(text), None, "{text}");
        }
    }

    #[test]
    fn leaves() {
        for text in [
            "2026-07-01/2026-07-05",
            "2026/7/1至2026/7/5",
            "2026.7.1-2026.7.5",
            "20260701-20260705",
            "2026年7月1日~2026年7月5日",
        ] {
            assert_eq!(
                leave(text).as_deref(),
                Ok("2026-07-01/2026-07-05"),
                "{text}"
            );
        }
        assert_eq!(leave("2026/7/1").as_deref(), Ok("2026-07-01/2026-07-01"));
        assert!(matches!(
            leave("2026-07-05/2026-07-01"),
            Err(ProblemKind::LeaveReversed { .. })
        ));
        assert!(matches!(
            leave("2026-07-05/长期"),
            Err(ProblemKind::BadLeave { .. })
        ));
        assert!(matches!(leave("病假"), Err(ProblemKind::BadLeave { .. })));
    }
}
