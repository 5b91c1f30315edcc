//! The sorts of remedies, and the smallest of each that closes a gap.
//!
//! Recusals are a duty and are never proposed to be dropped. Invariant: each remedy closes the gap by
//! itself in all kept failing runs of its load group.

mod added;
mod leave;
mod quota;

use super::case::Case;
use super::search::Attempts;
use super::{Change, Remedy};
use crate::language::Message;
use crate::officer::Officer;
use crate::plan::Slot;
use crate::row::value;
use crate::simulation::impossible::Impossible;
use crate::simulation::load::Who;

/// All remedies found, the one that touches the fewest persons first, rules of the plan last.
pub(crate) fn candidates(case: &Case<'_>, impossible: &[Impossible]) -> Vec<Remedy> {
    let found = Found::new(case);
    let mut remedies: Vec<(usize, Remedy)> = [
        found.try_sort(Found::limits),
        found.try_sort(Found::abilities),
        found.try_sort(Found::certificates),
        found.try_sort(Found::leaves),
        found.try_sort(Found::added),
    ]
    .into_iter()
    .flatten()
    .map(|remedy| (touched(&remedy.changes), remedy))
    .collect();
    remedies.sort_by_key(|(touched, _)| *touched);
    let mut remedies: Vec<Remedy> = remedies.into_iter().map(|(_, remedy)| remedy).collect();
    remedies.extend(found.try_sort(Found::min_days));
    // Where a subject cannot be staffed even alone, fewer visits are no remedy.
    let hopeless = impossible
        .iter()
        .any(|kind| case.kinds.area(kind.row) == case.area);
    if !hopeless {
        remedies.extend(found.try_sort(Found::quotas));
    }
    remedies
}

fn touched(changes: &[Change]) -> usize {
    let mut persons: Vec<&str> = changes
        .iter()
        .filter_map(|change| match change {
            Change::SetOfficer { officer, .. } => Some(officer.as_str()),
            Change::AddOfficer { row } => row.get("id").map(String::as_str),
            _ => None,
        })
        .collect();
    persons.sort_unstable();
    persons.dedup();
    persons.len()
}

/// What is known of a gap before remedies are tried.
struct Found<'c> {
    case: &'c Case<'c>,
    /// Rows of subjects and slots of the plan that stayed open in some of the runs.
    open: Vec<(usize, usize)>,
    /// The slots among them, once each.
    slots: Vec<&'c Slot>,
    /// Rows of the group's officers.
    officers: &'c [usize],
}

/// A sort of remedy: its changes, if some close the gap.
type Sort<'c> = fn(&Found<'c>, &mut Attempts<'_>) -> Option<Remedy>;

impl<'c> Found<'c> {
    fn new(case: &'c Case<'c>) -> Self {
        let open: Vec<(usize, usize)> = case.open(WORST).into_iter().collect();
        let mut slots: Vec<usize> = open.iter().map(|(_, slot)| *slot).collect();
        slots.sort_unstable();
        slots.dedup();
        let all = &case.trials.inputs.plan.team.slots;
        Self {
            case,
            open,
            slots: slots.iter().filter_map(|slot| all.get(*slot)).collect(),
            officers: case.trials.workforce.group(case.group),
        }
    }

    /// Tries on the worst runs; if what is found there does not hold in all of them, on all.
    fn try_sort(&self, sort: Sort<'c>) -> Option<Remedy> {
        let all = self.case.len();
        for most in [WORST.min(all), all] {
            let closes = |changes: &[Change]| self.case.closes(changes, most);
            let remedy = sort(self, &mut Attempts::new(&closes))?;
            if most == all || self.case.closes(&remedy.changes, all) {
                return Some(remedy);
            }
        }
        None
    }

    /// Higher own limits.
    fn limits(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let trials = self.case.trials;
        let mut limited: Vec<usize> = self.officers.to_vec();
        limited.retain(|row| {
            let officer = trials.workforce.officers.get(*row);
            trials.workforce.available[*row] && officer.is_some_and(|o| o.limit < u32::MAX)
        });
        // Those who could fill the open slots themselves come first.
        limited.sort_by_key(|row| {
            let officer = trials.workforce.officers.get(*row);
            !officer.is_some_and(|officer| self.slots.iter().any(|slot| officer.has(slot)))
        });
        let raised = |more: u64| -> Vec<Vec<Change>> {
            let part = |row: &usize| {
                let limit = u64::from(trials.workforce.officers.get(*row)?.limit);
                Some(vec![self.set(
                    *row,
                    "limit",
                    limit.saturating_add(more).to_string(),
                )])
            };
            limited.iter().filter_map(part).collect()
        };
        let (more, _) = attempts.least(MOST_RAISE, &|more| raised(more).concat())?;
        let changes = attempts.fewest(raised(more))?;
        let who = self.who(&changes);
        Some(Remedy {
            message: Message::new(
                format!("raise the limits of these by {more}: {who}"),
                format!("将以下人员的任务上限各提高{more}户：{who}"),
            ),
            changes,
        })
    }

    /// Officers of the group who get what the open slots ask for.
    fn abilities(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let trials = self.case.trials;
        let parts = self.officers.iter().filter_map(|row| {
            let officer = trials.workforce.officers.get(*row)?;
            let usable = trials.workforce.available[*row] && officer.limit > 0;
            let changes = self.abilities_of(*row, officer);
            (usable && !changes.is_empty()).then_some(changes)
        });
        let changes = attempts.fewest(parts.collect())?;
        let who = self.who(&changes);
        let what = wanted(&self.slots);
        Some(Remedy {
            message: Message::new(
                format!("qualify these officers ({}): {who}", what.english),
                format!("使以下人员符合席位条件（{}）：{who}", what.chinese),
            ),
            changes,
        })
    }

    fn abilities_of(&self, row: usize, officer: &Officer) -> Vec<Change> {
        let fields = self.case.trials.inputs.officers.fields(row);
        let mut changes = Vec::new();
        let missing: Vec<&&Slot> = { self.slots.iter() }
            .filter(|slot| !officer.has(slot))
            .collect();
        if missing.iter().any(|slot| slot.lead) && value(&fields, "lead") != "yes" {
            changes.push(self.set(row, "lead", "yes".to_owned()));
        }
        for (column, wanted) in [
            ("skills", items(&missing, |slot| slot.skills.clone())),
            ("matters", items(&missing, |slot| slot.matters.clone())),
            ("expert", items(&missing, |slot| vec![slot.expert.clone()])),
        ] {
            let own = value(&fields, column);
            let more: Vec<String> = { wanted.into_iter() }
                .filter(|item| !crate::syntax::list_items(own).any(|has| has == item))
                .collect();
            if !more.is_empty() {
                let all: Vec<&str> = { crate::syntax::list_items(own) }
                    .chain(more.iter().map(String::as_str))
                    .collect();
                changes.push(self.set(row, column, all.join(";")));
            }
        }
        changes
    }

    /// Certificates that are valid to the end of the window.
    fn certificates(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let plan = self.case.trials.inputs.plan;
        let end = &plan.schedule.window_end;
        let parts = self.officers.iter().filter_map(|row| {
            let officer = self.case.trials.workforce.officers.get(*row)?;
            let lapsed = !officer.is_certified(&plan.schedule);
            lapsed.then(|| vec![self.set(*row, "expires", end.clone())])
        });
        let changes = attempts.fewest(parts.collect())?;
        let who = self.who(&changes);
        Some(Remedy {
            message: Message::new(
                format!("extend the certificates of these to {end} at least: {who}"),
                format!("将以下人员的证件有效期延至{end}或以后：{who}"),
            ),
            changes,
        })
    }

    fn set(&self, row: usize, column: &str, to: String) -> Change {
        let fields = self.case.trials.inputs.officers.fields(row);
        Change::SetOfficer {
            officer: value(&fields, "id").to_owned(),
            column: column.to_owned(),
            from: value(&fields, column).to_owned(),
            to,
        }
    }

    /// The persons whom changes touch, in words.
    fn who(&self, changes: &[Change]) -> String {
        let mut names: Vec<String> = Vec::new();
        for change in changes {
            if let Change::SetOfficer { officer, .. } = change
                && let Some(row) = self.case.trials.inputs.officers.find(officer)
            {
                let who = Who::officer(self.case.trials, row);
                let name = format!("{} {}", who.name, who.id);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.join("、")
    }
}

/// What slots ask for, in words.
fn wanted(slots: &[&Slot]) -> Message {
    let mut english = Vec::new();
    let mut chinese = Vec::new();
    if slots.iter().any(|slot| slot.lead) {
        english.push("able to lead".to_owned());
        chinese.push("可任组长".to_owned());
    }
    let all: Vec<&&Slot> = slots.iter().collect();
    for skill in items(&all, |slot| slot.skills.clone()) {
        english.push(format!("skilled in {skill}"));
        chinese.push(format!("具备“{skill}”资质"));
    }
    for matter in items(&all, |slot| slot.matters.clone()) {
        english.push(format!("for matter {matter}"));
        chinese.push(format!("可办事项“{matter}”"));
    }
    for expert in items(&all, |slot| vec![slot.expert.clone()]) {
        english.push(format!("expert in {expert}"));
        chinese.push(format!("“{expert}”专家"));
    }
    Message::new(english.join(", "), chinese.join("、"))
}

/// What slots list, once each, sorted.
fn items(slots: &[&&Slot], list: impl Fn(&Slot) -> Vec<String>) -> Vec<String> {
    let mut items: Vec<String> = slots.iter().flat_map(|slot| list(slot)).collect();
    items.retain(|item| !item.is_empty());
    items.sort();
    items.dedup();
    items
}

/// Remedies are sought on so many of the worst runs and then held against all.
const WORST: usize = 48;
/// Limits are not raised by more.
const MOST_RAISE: u64 = 1000;
