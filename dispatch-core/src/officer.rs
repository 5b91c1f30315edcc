//! Officers 执法检查人员 as the draw reads them, and who may fill a slot.
//!
//! Source: docs/spec.md 2.1 and 7.2. Invariant: whether an officer may fill a slot for a subject
//! depends on the plan, the two rows and the recusals, on nothing else.

use crate::plan::{MatchKind, MatchRule, Plan, Schedule, Slot};
use crate::roster::{Cells, Roster};
use crate::selection::OpenRow;
use crate::syntax::{date, day_number, list_items};

/// One officer.
#[derive(Clone, Debug)]
pub struct Officer {
    /// Certificate number.
    pub id: String,
    /// Department.
    pub department: String,
    /// The most slots this officer may fill.
    pub limit: u32,
    expires: String,
    lead: bool,
    leave: Vec<(i64, i64)>,
    skills: Vec<String>,
    matters: Vec<String>,
    expert: Vec<String>,
    values: Vec<(String, String)>,
}

impl Officer {
    /// All officers of a roster, in roster order; `fields` are those that match rules and groups read.
    #[must_use]
    pub fn all(roster: &Roster, cells: Option<&Cells>, plan: &Plan) -> Vec<Self> {
        let matched = plan
            .team
            .slots
            .iter()
            .flat_map(|slot| &slot.matching)
            .map(|rule| &rule.officer);
        let grouped = plan.team.group.iter().map(|pair| &pair.officer);
        let mut fields: Vec<&String> = matched.chain(grouped).collect();
        fields.sort();
        fields.dedup();
        (0..roster.len())
            .map(|index| Self::new(&OpenRow::new(roster, cells, index), &fields))
            .collect()
    }

    fn new(row: &OpenRow<'_>, fields: &[&String]) -> Self {
        let list = |field| list_items(row.value(field)).map(str::to_owned).collect();
        let day = |text| date(text).map(day_number);
        let leave = list_items(row.value("leave")).filter_map(|range| {
            let (first, last) = range.split_once('/')?;
            Some((day(first)?, day(last)?))
        });
        Self {
            id: row.value("id").to_owned(),
            department: row.value("department").to_owned(),
            limit: row.value("limit").parse().unwrap_or(u32::MAX),
            expires: row.value("expires").to_owned(),
            lead: row.value("lead") == "yes",
            leave: leave.collect(),
            skills: list("skills"),
            matters: list("matters"),
            expert: list("expert"),
            values: fields
                .iter()
                .map(|f| ((*f).clone(), row.value(f).to_owned()))
                .collect(),
        }
    }

    /// The value of a field that groups or match rules read.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map_or("", |(_, value)| value)
    }

    /// Whether the certificate is valid through the window and enough days are free of leave.
    #[must_use]
    pub fn is_available(&self, schedule: &Schedule, min_days: u64) -> bool {
        self.is_certified(schedule) && self.is_present(schedule, min_days)
    }

    /// Whether the certificate is valid through the window.
    #[must_use]
    pub fn is_certified(&self, schedule: &Schedule) -> bool {
        self.expires.as_str() >= schedule.window_end.as_str()
    }

    /// Whether enough days of the window are free of leave.
    #[must_use]
    pub fn is_present(&self, schedule: &Schedule, min_days: u64) -> bool {
        self.free_days(schedule.window()) >= min_days
    }

    /// Whether the officer has what the slot asks for, whoever the subject is.
    #[must_use]
    pub fn has(&self, slot: &Slot) -> bool {
        (!slot.lead || self.lead)
            && slot.skills.iter().all(|skill| self.skills.contains(skill))
            && slot
                .matters
                .iter()
                .all(|matter| self.matters.contains(matter))
            && (slot.expert.is_empty() || self.expert.contains(&slot.expert))
    }

    /// Whether the officer passes a match rule against the subject's value.
    #[must_use]
    pub fn passes(&self, rule: &MatchRule, subject: &str) -> bool {
        let own = self.value(&rule.officer);
        match rule.rule {
            MatchKind::Same => own == subject && !subject.is_empty(),
            MatchKind::Differ => own != subject || subject.is_empty(),
            MatchKind::Covers => list_items(subject).all(|item| list_items(own).any(|o| o == item)),
        }
    }

    /// Days of the window that no leave covers.
    fn free_days(&self, (first, last): (i64, i64)) -> u64 {
        let mut leave = self.leave.clone();
        leave.sort_unstable();
        let (mut free, mut day) = (0, first);
        for (from, to) in leave {
            if from > last {
                break;
            }
            free += (from - day).max(0);
            day = day.max(to.saturating_add(1));
        }
        free += (last + 1 - day).max(0);
        u64::try_from(free).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_leave_counts_each_day_once() {
        let officer = |leave: &[(i64, i64)]| Officer {
            id: String::new(),
            department: String::new(),
            limit: 0,
            expires: String::new(),
            lead: false,
            leave: leave.to_vec(),
            skills: vec![],
            matters: vec![],
            expert: vec![],
            values: vec![],
        };
        for leave in [
            &[][..],
            &[(5, 7), (6, 9)],
            &[(1, 30)],
            &[(0, 9), (11, 40)],
            &[(25, 26), (2, 3), (3, 3)],
            &[(31, 40)],
            &[(8, 20), (10, 12)],
        ] {
            let by_day = (10..=30)
                .filter(|day| !leave.iter().any(|(a, b)| (a..=b).contains(&day)))
                .count();
            assert_eq!(
                officer(leave).free_days((10, 30)),
                by_day as u64,
                "{leave:?}"
            );
        }
    }
}
