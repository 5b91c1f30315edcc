//! Kinds of subjects: those with the same values in all fields that the team rules read.
//!
//! Invariant: apart from recusals, officers may fill the slots of all subjects of a kind alike, so
//! what holds for one of them holds for every other.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::trial::Trials;
use crate::plan::{Plan, Slot};
use crate::row::Columns;
use crate::selection::{OpenRow, Place, Stratification};
use crate::team::GroupName;

/// All subjects that may be drawn, sorted into kinds.
#[derive(Debug)]
pub(crate) struct Kinds {
    /// The fields that the team rules read, sorted.
    pub(crate) fields: Vec<String>,
    /// In order of their first row.
    pub(crate) list: Vec<Kind>,
    /// For every row of the roster its kind; [`NO_KIND`] if it cannot be drawn.
    pub(crate) of_row: Vec<u32>,
    /// Rows that may be drawn and have recusals of officers who could go there, with their rows.
    pub(crate) recused: BTreeMap<usize, Vec<usize>>,
}

/// The kinds of some rows, numbered by first appearance, and those kinds with their first row.
type Part = (Vec<u32>, Vec<(String, usize)>);

/// One kind.
#[derive(Debug)]
pub(crate) struct Kind {
    /// One of its rows, without recusals if there is such a one.
    pub(crate) row: usize,
    /// Rows without recusals.
    pub(crate) plain: u64,
    /// Kinds with the same values in the fields of the load groups are in one area.
    pub(crate) area: u32,
}

impl Kinds {
    pub(crate) fn new(trials: &Trials<'_>) -> Self {
        let plan = trials.inputs.plan;
        let subjects = trials.inputs.subjects;
        let fields = fields(plan);
        let columns = Columns::new(fields.iter().map(String::as_str));
        let rows: Vec<usize> = (0..subjects.len()).collect();
        let parts: Vec<Part> = rows
            .par_chunks(ROWS_PER_TASK)
            .map(|rows| {
                let mut known: HashMap<String, u32> = HashMap::new();
                let mut found: Vec<(String, usize)> = Vec::new();
                let (mut values, mut key) = (Vec::new(), String::new());
                let of_row = rows.iter().map(|row| {
                    if !is_drawable(trials.strata, *row) {
                        return NO_KIND;
                    }
                    columns.read(subjects.line(*row), &mut values);
                    key.clear();
                    for value in &values {
                        key.push_str(value);
                        key.push('\0');
                    }
                    // Nearly every row is of a kind that is known already.
                    if let Some(kind) = known.get(&key) {
                        return *kind;
                    }
                    let next = number(found.len());
                    known.insert(key.clone(), next);
                    found.push((key.clone(), *row));
                    next
                });
                (of_row.collect(), found)
            })
            .collect();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut list = Vec::new();
        let mut of_row = Vec::with_capacity(subjects.len());
        for (part, found) in parts {
            let renamed: Vec<u32> = found
                .into_iter()
                .map(|(key, row)| {
                    *numbers.entry(key).or_insert_with(|| {
                        list.push(Kind {
                            row,
                            plain: 0,
                            area: 0,
                        });
                        number(list.len() - 1)
                    })
                })
                .collect();
            of_row.extend(part.into_iter().map(|kind| {
                let kind = usize::try_from(kind).ok();
                kind.and_then(|kind| renamed.get(kind).copied())
                    .unwrap_or(NO_KIND)
            }));
        }
        let mut kinds = Self {
            fields,
            list,
            of_row,
            recused: recused(trials),
        };
        kinds.count_plain();
        kinds.name_areas(trials);
        kinds
    }

    /// The kind of a row that may be drawn.
    pub(crate) fn of(&self, row: usize) -> Option<usize> {
        let kind = self.of_row.get(row).copied().filter(|k| *k != NO_KIND)?;
        usize::try_from(kind).ok()
    }

    /// The area of a row that may be drawn.
    pub(crate) fn area(&self, row: usize) -> Option<u32> {
        Some(self.list.get(self.of(row)?)?.area)
    }

    /// What makes a row's kind, for people: "region=白云区".
    pub(crate) fn describe(&self, trials: &Trials<'_>, row: usize) -> String {
        let values = OpenRow::new(trials.inputs.subjects, None, row);
        let parts: Vec<String> = self
            .fields
            .iter()
            .map(|field| format!("{field}={}", values.value(field)))
            .collect();
        parts.join(", ")
    }

    fn count_plain(&mut self) {
        let mut seen = vec![false; self.list.len()];
        for (row, kind) in self.of_row.iter().enumerate() {
            let Ok(kind) = usize::try_from(*kind) else {
                continue;
            };
            let Some(entry) = self.list.get_mut(kind) else {
                continue;
            };
            if self.recused.contains_key(&row) {
                continue;
            }
            entry.plain += 1;
            if !seen[kind] {
                seen[kind] = true;
                entry.row = row;
            }
        }
    }

    fn name_areas(&mut self, trials: &Trials<'_>) {
        let mut areas: HashMap<Vec<String>, u32> = HashMap::new();
        for kind in &mut self.list {
            let subject = OpenRow::new(trials.inputs.subjects, None, kind.row);
            let pairs = trials.inputs.plan.team.group.iter();
            let values = pairs.map(|pair| subject.value(&pair.subject).to_owned());
            let next = number(areas.len());
            kind.area = *areas.entry(values.collect()).or_insert(next);
        }
    }
}

/// Whether a row is in a stratum from which somebody is drawn.
pub(crate) fn is_drawable(strata: &Stratification, row: usize) -> bool {
    match strata.places.get(row) {
        Some(Place::Stratum(at)) => strata.strata.get(*at).is_some_and(|s| s.quota > 0),
        _ => false,
    }
}

/// The load group that a slot of a subject draws from.
pub(crate) fn group_name(plan: &Plan, slot: &Slot, subject: &OpenRow<'_>) -> GroupName {
    let values = plan
        .team
        .group
        .iter()
        .map(|pair| subject.value(&pair.subject));
    core::iter::once(slot.department.as_str())
        .chain(values)
        .map(str::to_owned)
        .collect()
}

fn fields(plan: &Plan) -> Vec<String> {
    let matched = plan
        .team
        .slots
        .iter()
        .flat_map(|slot| &slot.matching)
        .map(|rule| &rule.subject);
    let grouped = plan.team.group.iter().map(|pair| &pair.subject);
    let mut fields: Vec<String> = grouped.chain(matched).cloned().collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn recused(trials: &Trials<'_>) -> BTreeMap<usize, Vec<usize>> {
    let mut recused: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for recusal in trials.inputs.recusals {
        let subject = trials.inputs.subjects.find(&recusal.subject);
        let officer = trials.inputs.officers.find(&recusal.officer);
        if let (Some(subject), Some(officer)) = (subject, officer)
            && is_drawable(trials.strata, subject)
            && could_go(trials, subject, officer)
        {
            recused.entry(subject).or_default().push(officer);
        }
    }
    for officers in recused.values_mut() {
        officers.sort_unstable();
        officers.dedup();
    }
    recused
}

/// Whether a recusal has an effect: without it the officer could fill some slot of the subject.
fn could_go(trials: &Trials<'_>, subject: usize, officer: usize) -> bool {
    let plan = trials.inputs.plan;
    let row = OpenRow::new(trials.inputs.subjects, None, subject);
    let mut slots = plan.team.slots.iter();
    slots.any(|slot| trials.workforce.may_fill(plan, officer, slot, &row))
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NO_KIND)
}

/// Stands for "cannot be drawn".
const NO_KIND: u32 = u32::MAX;
/// Fewer rows than this are not worth a map of their own.
const ROWS_PER_TASK: usize = 16_384;
