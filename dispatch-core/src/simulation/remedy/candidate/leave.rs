//! Shorter leave, and fewer days that must be free of it.
//!
//! Invariant: a leave is shortened by as little as gives the days that the plan asks for.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Found;
use crate::language::Message;
use crate::row::value;
use crate::simulation::remedy::search::Attempts;
use crate::simulation::remedy::{Change, Remedy};
use crate::syntax::{date, list_items};

impl Found<'_> {
    /// Leave that leaves enough days of the window.
    pub(super) fn leaves(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let trials = self.case.trials;
        let plan = trials.inputs.plan;
        let parts = self.officers.iter().filter_map(|row| {
            let officer = trials.workforce.officers.get(*row)?;
            let away = officer.is_certified(&plan.schedule)
                && !officer.is_present(&plan.schedule, plan.team.min_days);
            if !away {
                return None;
            }
            let fields = trials.inputs.officers.fields(*row);
            let schedule = &plan.schedule;
            let window = (date(&schedule.window_start)?, date(&schedule.window_end)?);
            let shorter = shorten(value(&fields, "leave"), window, plan.team.min_days)?;
            Some(vec![self.set(*row, "leave", shorter)])
        });
        let changes = attempts.fewest(parts.collect())?;
        let each: Vec<(String, String)> = { changes.iter() }
            .map(|change| {
                let who = self.who(core::slice::from_ref(change));
                match change {
                    Change::SetOfficer { to, .. } if to.is_empty() => {
                        (format!("{who}: none"), format!("{who} 取消请假"))
                    }
                    Change::SetOfficer { to, .. } => {
                        (format!("{who}: {to}"), format!("{who} 改为{to}"))
                    }
                    _ => (who.clone(), who),
                }
            })
            .collect();
        let (english, chinese): (Vec<String>, Vec<String>) = each.into_iter().unzip();
        let days = plan.team.min_days;
        Some(Remedy {
            message: Message::new(
                format!(
                    "shorten leave so that {days} days of the window are free: {}",
                    english.join("; ")
                ),
                format!(
                    "缩短请假，使检查期限内至少{days}天可用：{}",
                    chinese.join("；")
                ),
            ),
            changes,
        })
    }

    /// A lower `min_days`, where leave is what keeps officers away.
    pub(super) fn min_days(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let from = self.case.trials.inputs.plan.team.min_days;
        let lowered = |by: u64| {
            vec![Change::LowerMinDays {
                from,
                to: from.saturating_sub(by).max(1),
            }]
        };
        if from < 2 {
            return None;
        }
        let (by, changes) = attempts.least(from - 1, &lowered)?;
        let to = from - by;
        Some(Remedy {
            message: Message::new(
                format!("lower min_days from {from} to {to}"),
                format!("将最少可用天数min_days由{from}改为{to}"),
            ),
            changes,
        })
    }
}

/// The leave without as many of its last days inside the window as are needed to have `days` free.
fn shorten(leave: &str, window: (Date, Date), days: u64) -> Option<String> {
    let ranges: Vec<(Date, Date)> = list_items(leave)
        .filter_map(|range| {
            let (first, last) = range.split_once('/')?;
            Some((date(first)?, date(last)?))
        })
        .collect();
    let away = |day: Date| {
        ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&day))
    };
    let mut free = 0u64;
    let mut day = window.0;
    while day <= window.1 {
        free += u64::from(!away(day));
        day = day.tomorrow().ok()?;
    }
    // From this day on to the end of the window there is no leave any more.
    let mut from = window.1.tomorrow().ok()?;
    while free < days {
        from = from.yesterday().ok()?;
        if from < window.0 {
            return None;
        }
        free += u64::from(away(from));
    }
    let mut left = Vec::new();
    for (first, last) in ranges {
        let before = last.min(from.checked_sub(1.day()).ok()?);
        if first <= before {
            left.push(format!("{first}/{before}"));
        }
        let after = first.max(window.1.tomorrow().ok()?);
        if after <= last {
            left.push(format!("{after}/{last}"));
        }
    }
    Some(left.join(";"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn leave_is_cut_at_the_end_of_the_window_and_kept_outside_of_it() {
        let window = (date("2026-08-01").unwrap(), date("2026-08-10").unwrap());
        for (leave, days, shorter) in [
            (
                "2026-07-20/2026-08-20",
                3,
                "2026-07-20/2026-08-07;2026-08-11/2026-08-20",
            ),
            ("2026-08-01/2026-08-10", 1, "2026-08-01/2026-08-09"),
            (
                "2026-08-01/2026-08-04;2026-08-06/2026-08-10",
                2,
                "2026-08-01/2026-08-04;2026-08-06/2026-08-09",
            ),
            ("2026-08-01/2026-08-10", 10, ""),
            ("2026-08-02/2026-08-03", 8, "2026-08-02/2026-08-03"),
        ] {
            assert_eq!(
                shorten(leave, window, days).unwrap(),
                shorter,
                "{leave} {days}"
            );
        }
        assert_eq!(shorten("2026-08-01/2026-08-10", window, 11), None);
    }
}
