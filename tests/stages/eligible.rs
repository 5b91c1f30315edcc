//! Who may fill a slot: docs/spec.md 7.1 and 7.2, read literally, for the window of the cases.

use dispatch_core::plan::{MatchKind, Slot};
use dispatch_tests::campaign::{Campaign, Row};

use crate::oracle::field;

/// What belongs to the officer and the slot alone: everything but groups, match rules and recusals.
pub(crate) fn may_join(campaign: &Campaign, officer: &Row, slot: &Slot) -> bool {
    let has = |name: &str, wanted: &str| items(field(officer, name)).any(|item| item == wanted);
    let at_leave = |day: &String| {
        let mut ranges = items(field(officer, "leave")).filter_map(|range| range.split_once('/'));
        ranges.any(|(first, last)| (first..=last).contains(&day.as_str()))
    };
    let free = days().iter().filter(|day| !at_leave(day)).count() as u64;
    field(officer, "department") == slot.department
        && field(officer, "expires") >= WINDOW_END
        && free >= campaign.plan.team.min_days
        && (!slot.lead || field(officer, "lead") == "yes")
        && slot.skills.iter().all(|skill| has("skills", skill))
        && slot.matters.iter().all(|matter| has("matters", matter))
        && (slot.expert.is_empty() || has("expert", &slot.expert))
}

/// Everything of 7.2.
pub(crate) fn may_fill(campaign: &Campaign, officer: &Row, slot: &Slot, subject: &Row) -> bool {
    let pair = (
        field(subject, "id").to_owned(),
        field(officer, "id").to_owned(),
    );
    let mut rules = slot.matching.iter();
    may_join(campaign, officer, slot)
        && officer_group(campaign, officer)[1..] == district(campaign, subject)
        && !campaign.recusals.contains(&pair)
        && rules.all(|rule| {
            let (a, b) = (field(subject, &rule.subject), field(officer, &rule.officer));
            match rule.rule {
                MatchKind::Same => !a.is_empty() && a == b,
                MatchKind::Differ => a.is_empty() || a != b,
                MatchKind::Covers => items(a).all(|item| items(b).any(|other| other == item)),
            }
        })
}

/// The load group of an officer.
pub(crate) fn officer_group(campaign: &Campaign, officer: &Row) -> Vec<String> {
    let pairs = campaign.plan.team.group.iter();
    let own = pairs.map(|pair| field(officer, &pair.officer).to_owned());
    core::iter::once(field(officer, "department").to_owned())
        .chain(own)
        .collect()
}

/// The district of a subject; with a department before it, the load group of a slot.
pub(crate) fn district(campaign: &Campaign, subject: &Row) -> Vec<String> {
    let pairs = campaign.plan.team.group.iter();
    pairs
        .map(|pair| field(subject, &pair.subject).to_owned())
        .collect()
}

/// The most slots an officer may fill; a number beyond all if there is no limit.
pub(crate) fn limit(officer: &Row) -> u64 {
    field(officer, "limit").parse().unwrap_or(NO_LIMIT)
}

/// The items of a list value.
fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').filter(|_| !value.is_empty())
}

/// The 30 days of the window: 24 to 31 August, 1 to 22 September.
fn days() -> Vec<String> {
    let august = (24..=31).map(|day| format!("2023-08-{day}"));
    august
        .chain((1..=22).map(|day| format!("2023-09-{day:02}")))
        .collect()
}

/// First day of the visits.
pub(crate) const WINDOW_START: &str = "2023-08-24";
/// Last day of the visits.
pub(crate) const WINDOW_END: &str = "2023-09-22";
/// More slots than any case has.
pub(crate) const NO_LIMIT: u64 = 1_000_000;
