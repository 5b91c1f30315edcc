//! Times and dates as they stand on Chinese papers: Beijing time, year, month and day.
//!
//! Invariant: a text that is no time or date is given back as it stands.

use jiff::Timestamp;

use crate::syntax::{date, unix_time};

/// A committed time (UTC) in Beijing time.
pub(super) fn time(utc: &str) -> String {
    let local = unix_time(utc)
        .and_then(|unix| i64::try_from(unix).ok()?.checked_add(BEIJING))
        .and_then(|local| Timestamp::from_second(local).ok());
    local.map_or_else(
        || utc.to_owned(),
        |local| {
            let text = local.strftime("%Y年%-m月%-d日 %H:%M:%S");
            format!("{text}（北京时间）")
        },
    )
}

/// A date.
pub(super) fn day(text: &str) -> String {
    date(text).map_or_else(
        || text.to_owned(),
        |day| format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    )
}

/// Beijing time is eight hours ahead of UTC, all year round.
const BEIJING: i64 = 8 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beijing_is_eight_hours_ahead() {
        // `TZ=Asia/Shanghai date -d 2026-12-31T16:00:00Z`.
        assert_eq!(
            time("2026-12-31T16:00:00Z"),
            "2027年1月1日 00:00:00（北京时间）"
        );
        assert_eq!(time("tomorrow"), "tomorrow");
        assert_eq!(day("2026-08-01"), "2026年8月1日");
        assert_eq!(day("?"), "?");
    }
}
