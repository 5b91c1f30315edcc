//! More officers.
//!
//! Invariant: a new officer gets no larger load than the present ones may have, since one officer
//! without a limit would mend nearly everything and help nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, items, wanted};
use crate::language::Message;
use crate::plan::{MatchKind, Slot};
use crate::selection::OpenRow;
use crate::simulation::remedy::search::Attempts;
use crate::simulation::remedy::{Change, Remedy};
use crate::syntax::list_items;

impl Found<'_> {
    /// So many new officers who can do what the open slots ask for.
    pub(super) fn added(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let limit = self.usual_limit();
        let models = self.models(limit);
        let rows = |count: u64| -> Vec<Vec<Change>> {
            let one = |number: u64, model: &BTreeMap<String, String>| {
                let mut row = model.clone();
                row.insert("id".to_owned(), format!("+{number:04}"));
                row.insert("name".to_owned(), format!("增加人员{number}"));
                vec![Change::AddOfficer { row }]
            };
            let turns = (0..count).flat_map(|_| &models);
            (1..)
                .zip(turns)
                .map(|(number, model)| one(number, model))
                .collect()
        };
        let (count, changes) = attempts.least(MOST_ADDED, &|count| rows(count).concat())?;
        // With one model the least number is the fewest; with more some may be too many.
        let changes = match models.len() {
            1 => changes,
            _ => attempts.fewest(rows(count))?,
        };
        let (count, group) = (changes.len(), self.case.group.join(" "));
        let mut what = wanted(&self.slots);
        if !what.chinese.is_empty() {
            what = Message::new(
                format!(" ({})", what.english),
                format!("（{}）", what.chinese),
            );
        }
        let matched = matched(&changes, &self.slots);
        Some(Remedy {
            message: Message::new(
                format!(
                    "add {count} officers in {group}{}{matched}, each for at most {limit} subjects",
                    what.english
                ),
                format!(
                    "在“{group}”增加{count}名执法检查人员{}{matched}，每人任务上限{limit}户",
                    what.chinese
                ),
            ),
            changes,
        })
    }

    /// What a new officer is like; one for each set of values that the match rules ask for.
    fn models(&self, limit: u32) -> Vec<BTreeMap<String, String>> {
        let plan = self.case.trials.inputs.plan;
        let mut base: BTreeMap<String, String> = BTreeMap::new();
        let all: Vec<&&Slot> = self.slots.iter().collect();
        if self.slots.iter().any(|slot| slot.lead) {
            base.insert("lead".to_owned(), "yes".to_owned());
        }
        for (column, list) in [
            ("skills", items(&all, |slot| slot.skills.clone())),
            ("matters", items(&all, |slot| slot.matters.clone())),
            ("expert", items(&all, |slot| vec![slot.expert.clone()])),
        ] {
            base.insert(column.to_owned(), list.join(";"));
        }
        base.insert("expires".to_owned(), plan.schedule.window_end.clone());
        base.insert("limit".to_owned(), limit.to_string());
        let columns = plan.team.group.iter().map(|pair| pair.officer.as_str());
        let columns = core::iter::once("department").chain(columns);
        for (column, value) in columns.zip(self.case.group) {
            base.insert(column.to_owned(), value.clone());
        }
        let mut covered: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut models: BTreeSet<BTreeMap<String, String>> = BTreeSet::new();
        for (row, slot) in &self.open {
            let subject = OpenRow::new(self.case.trials.inputs.subjects, None, *row);
            let Some(slot) = plan.team.slots.get(*slot) else {
                continue;
            };
            let mut model = base.clone();
            for rule in &slot.matching {
                let value = subject.value(&rule.subject);
                match rule.rule {
                    MatchKind::Same => {
                        model.insert(rule.officer.clone(), value.to_owned());
                    }
                    MatchKind::Covers => {
                        let items = list_items(value).map(str::to_owned);
                        covered.entry(&rule.officer).or_default().extend(items);
                    }
                    MatchKind::Differ => {}
                }
            }
            if models.len() < MOST_MODELS {
                models.insert(model);
            }
        }
        let cover = |mut model: BTreeMap<String, String>| {
            for (column, items) in &covered {
                let own = model.get(*column).map_or("", String::as_str);
                let mut all: BTreeSet<String> = list_items(own).map(str::to_owned).collect();
                all.extend(items.iter().cloned());
                let all: Vec<String> = all.into_iter().collect();
                model.insert((*column).to_owned(), all.join(";"));
            }
            model.retain(|_, value| !value.is_empty());
            model
        };
        models.into_iter().map(cover).collect()
    }

    /// The highest limit of the group; if some have none, what officers of the department have to take
    /// on in the mean, rounded up.
    fn usual_limit(&self) -> u32 {
        let trials = self.case.trials;
        let mut able = self.officers.to_vec();
        able.retain(|row| trials.workforce.available[*row]);
        let limits = able.iter();
        let limits = limits.filter_map(|row| Some(trials.workforce.officers.get(*row)?.limit));
        if let Some(limit) = limits.max().filter(|limit| (1..u32::MAX).contains(limit)) {
            return limit;
        }
        let plan = trials.inputs.plan;
        let department = self.case.group.first();
        let places = plan.team.expanded().map(|slot| &slot.slot.department);
        let places = places.filter(|own| Some(*own) == department).count() as u64;
        let officers = trials
            .workforce
            .officers
            .iter()
            .zip(&trials.workforce.available);
        let officers = officers.filter(|(own, able)| **able && Some(&own.department) == department);
        let officers = officers.count() as u64;
        let slots = trials.strata.selected().saturating_mul(places);
        u32::try_from(slots.div_ceil(officers.max(1)).max(1)).unwrap_or(u32::MAX - 1)
    }
}

/// What match rules ask of the new officers, in words.
fn matched(changes: &[Change], slots: &[&Slot]) -> String {
    let mut values: BTreeSet<String> = BTreeSet::new();
    for rule in slots.iter().flat_map(|slot| &slot.matching) {
        if rule.rule == MatchKind::Differ {
            continue;
        }
        for change in changes {
            if let Change::AddOfficer { row } = change
                && let Some(value) = row.get(&rule.officer)
            {
                values.insert(format!("{}={value}", rule.officer));
            }
        }
    }
    if values.is_empty() {
        return String::new();
    }
    let values: Vec<String> = values.into_iter().collect();
    format!(" [{}]", values.join(", "))
}

/// More officers than this of one model are not proposed.
const MOST_ADDED: u64 = 256;
/// More sorts of new officers than this are not tried.
const MOST_MODELS: usize = 8;
