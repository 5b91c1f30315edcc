//! Periods of the calendar as the law counts them.
//!
//! Source: 民法典 第二百零一条, 第二百零二条: the day a period starts from does not count; a period of
//! months ends with the corresponding day of its last month, or with that month's last day where there
//! is none. Weeks run from Monday to Sunday. Invariant: no arithmetic leaves the years of a [`Date`];
//! what would is [`None`].

use jiff::ToSpan;
use jiff::civil::Date;

/// The last day of a period of so many months that `start` sets off; that day is still inside.
#[must_use]
pub fn last_day(start: Date, months: u32) -> Option<Date> {
    let months = i32::try_from(months).ok()?;
    // jiff takes the last day of a month that is too short.
    start.checked_add(months.months()).ok()
}

/// Whether `day` lies within the period of so many months that `start` sets off.
#[must_use]
pub fn is_within(start: Date, months: u32, day: Date) -> bool {
    start <= day && last_day(start, months).is_none_or(|last| day <= last)
}

/// Monday and Sunday of the week of a day.
#[must_use]
pub fn week(day: Date) -> Option<(Date, Date)> {
    let offset = i32::from(day.weekday().to_monday_zero_offset());
    let monday = day.checked_sub(offset.days()).ok()?;
    Some((monday, monday.checked_add(6.days()).ok()?))
}

/// First and last day of the month of a day.
#[must_use]
pub fn month(day: Date) -> (Date, Date) {
    (day.first_of_month(), day.last_of_month())
}

/// The first of so many consecutive days that end with `last`.
#[must_use]
pub fn first_of(last: Date, days: u32) -> Option<Date> {
    let before = i32::try_from(days.checked_sub(1)?).ok()?;
    last.checked_sub(before.days()).ok()
}
