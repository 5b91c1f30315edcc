//! When things happen.
//!
//! Source: docs/spec.md section 3. Times are UTC texts as they are committed; the accessors give
//! integers. Invariant after [`Schedule::faults`] is empty: every text is well formed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fault::Faults;
use crate::syntax::{date, day_number, unix_time};

/// Times and dates of one draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// When everything is opened; not before the window has ended.
    pub disclosure_time: String,
    /// When the draw takes place: the randomness is the first published at or after it.
    pub draw_time: String,
    /// How long before the draw time everything must be announced, in minutes.
    pub lead_minutes: u64,
    /// How long before its time every stage must be published, in minutes.
    pub stage_lead_minutes: u64,
    /// When later stages may take place.
    pub stages: Vec<String>,
    /// Last day of the visits.
    pub window_end: String,
    /// First day of the visits.
    pub window_start: String,
}

impl Schedule {
    /// The draw time in seconds since 1970; 0 if it is malformed.
    #[must_use]
    pub fn draw_unix(&self) -> u64 {
        unix_time(&self.draw_time).unwrap_or(0)
    }

    /// The disclosure time in seconds since 1970; the far future if it is malformed.
    #[must_use]
    pub fn disclosure_unix(&self) -> u64 {
        unix_time(&self.disclosure_time).unwrap_or(u64::MAX)
    }

    /// The drand round whose pulse opens the time lock.
    #[must_use]
    pub fn lock_round(&self) -> u64 {
        crate::beacon::round_at_or_after(self.disclosure_unix())
    }

    /// The latest announcement in seconds since 1970.
    #[must_use]
    pub fn latest_announcement(&self) -> u64 {
        self.draw_unix()
            .saturating_sub(self.lead_minutes.saturating_mul(60))
    }

    /// The time of stage `number`, counted from 1, in seconds since 1970.
    #[must_use]
    pub fn stage_unix(&self, number: u64) -> Option<u64> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        unix_time(self.stages.get(index)?)
    }

    /// The latest publication of stage `number` in seconds since 1970.
    #[must_use]
    pub fn latest_stage(&self, number: u64) -> Option<u64> {
        let lead = self.stage_lead_minutes.saturating_mul(60);
        Some(self.stage_unix(number)?.saturating_sub(lead))
    }

    /// First and last day of the visits as day numbers; an empty range if malformed.
    #[must_use]
    pub fn window(&self) -> (i64, i64) {
        let day = |text: &str| date(text).map(day_number);
        match (day(&self.window_start), day(&self.window_end)) {
            (Some(first), Some(last)) => (first, last),
            _ => (0, -1),
        }
    }

    pub(super) fn faults(&self, faults: &mut Faults) {
        let draw = faults.time("schedule.draw_time", &self.draw_time);
        let disclosure = faults.time("schedule.disclosure_time", &self.disclosure_time);
        let start = faults.date("schedule.window_start", &self.window_start);
        let end = faults.date("schedule.window_end", &self.window_end);
        let after_end = end.map(|end: Date| {
            u64::try_from((day_number(end) + 1).saturating_mul(86_400)).unwrap_or(0)
        });
        for (path, minutes) in [
            ("schedule.lead_minutes", self.lead_minutes),
            ("schedule.stage_lead_minutes", self.stage_lead_minutes),
        ] {
            if !(1..=525_600).contains(&minutes) {
                faults.add(
                    path,
                    "must be from 1 to 525600 minutes",
                    "必须在1到525600分钟之间",
                );
            }
        }
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            faults.add(
                "schedule.window_end",
                "lies before window_start",
                "早于检查期限的开始日期",
            );
        }
        if let (Some(draw), Some(after)) = (draw, after_end)
            && draw >= after
        {
            faults.add(
                "schedule.draw_time",
                "lies after the window",
                "晚于检查期限",
            );
        }
        if let (Some(disclosure), Some(after)) = (disclosure, after_end)
            && disclosure < after
        {
            faults.add(
                "schedule.disclosure_time",
                "lies before the window has ended (00:00 UTC of the following day, 08:00 Beijing time)",
                "早于检查期限结束（次日零时协调世界时，即北京时间08:00）",
            );
        }
        if self.stages.len() > 100 {
            faults.add("schedule.stages", "has more than 100 entries", "超过100项");
        }
        let mut last = draw;
        for (index, stage) in self.stages.iter().enumerate() {
            let path = format!("schedule.stages[{index}]");
            let time = faults.time(&path, stage);
            if let (Some(time), Some(last)) = (time, last)
                && time <= last
            {
                faults.add(
                    &path,
                    "is not after the draw time and the stage before it",
                    "须晚于抽取时间和前一次补抽时间",
                );
            }
            if let (Some(time), Some(after)) = (time, after_end)
                && time >= after
            {
                faults.add(
                    &path,
                    "lies after the window, when nobody can be visited any more",
                    "晚于检查期限，届时已不能检查",
                );
            }
            last = time;
        }
    }
}
