//! Rehearsal: can every subject be staffed, and would whole draws be?
//!
//! A draw cannot be called off once its pulse is out (docs/spec.md 7.4 leaves slots open rather than
//! fail), so what cannot be staffed is looked for before anything is announced. Trial draws use
//! public test seeds; they tell nothing about the real one. Invariant: nothing is frozen here.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use crate::digest::{Digest, tagged};
use crate::language::Message;
use crate::plan::{Plan, Slot};
use crate::roster::{Recusal, Roster};
use crate::row::Columns;
use crate::selection::{OpenRow, Place, Selected, Stratification, SubjectKey, select};
use crate::team::{GroupName, GroupOutcome, Staffing, Workforce, staff};

/// What a rehearsal found.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    /// Kinds of subjects that nobody can inspect, whatever is drawn.
    pub impossible: Vec<Message>,
    /// Bottlenecks of trial draws, the most frequent first.
    pub shortages: Vec<Message>,
    /// Trial draws held.
    pub trials: u32,
    /// Trial draws with open slots.
    pub short_trials: u32,
    /// Every load group's officers, slots and base cap in the first trial.
    pub groups: Vec<GroupOutcome>,
}

impl Rehearsal {
    /// Whether everything could be staffed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.impossible.is_empty() && self.short_trials == 0
    }
}

/// Rehearses a plan on open rosters.
pub fn rehearse(
    plan: &Plan,
    subjects: &Roster,
    officers: &Roster,
    recusals: &[Recusal],
    trials: u32,
    progress: &mut dyn FnMut(u32),
) -> Rehearsal {
    let strata = Stratification::new(plan, subjects, None);
    let workforce = Workforce::new(plan, officers, None);
    let pairs: HashSet<(&str, &str)> = recusals
        .iter()
        .map(|r| (r.subject.as_str(), r.officer.as_str()))
        .collect();
    let staffing = Staffing {
        plan,
        subjects,
        subject_cells: None,
        workforce: &workforce,
        recusals: &pairs,
        earlier: &[],
    };
    let mut rehearsal = Rehearsal {
        impossible: impossible(&staffing, &strata),
        trials,
        ..Rehearsal::default()
    };
    let mut shortages: BTreeMap<GroupName, (u32, Message)> = BTreeMap::new();
    for trial in 0..trials {
        let seed = tagged("dispatch/v1/trial", &[&trial.to_be_bytes()]);
        let selected = select(subjects, &strata, SubjectKey::new(&seed));
        let teams = staff(&staffing, &selected, &seed);
        rehearsal.short_trials += u32::from(teams.open() > 0);
        for group in &teams.groups {
            if let Some(shortage) = group.shortages.first() {
                let known = shortages
                    .entry(group.name.clone())
                    .or_insert_with(|| (0, shortage.message.clone()));
                known.0 += 1;
            }
        }
        if trial == 0 {
            rehearsal.groups = teams.groups;
        }
        progress(trial + 1);
    }
    let mut shortages: Vec<_> = shortages.into_values().collect();
    shortages.sort_by_key(|(times, _)| core::cmp::Reverse(*times));
    rehearsal.shortages = shortages
        .into_iter()
        .map(|(times, m)| {
            Message::new(
                format!("in {times} of {trials} trial draws: {}", m.english),
                format!("{trials}次试抽中有{times}次：{}", m.chinese),
            )
        })
        .collect();
    rehearsal
}

/// Subjects in a pool that could not get a whole team even if they alone were drawn, told by kind.
fn impossible(staffing: &Staffing<'_>, strata: &Stratification) -> Vec<Message> {
    let plan = staffing.plan;
    let matched = plan
        .team
        .slots
        .iter()
        .flat_map(|slot| &slot.matching)
        .map(|rule| &rule.subject);
    let mut fields: Vec<&str> = plan
        .team
        .group
        .iter()
        .map(|pair| &pair.subject)
        .chain(matched)
        .map(String::as_str)
        .collect();
    fields.sort_unstable();
    fields.dedup();
    let mut recused: HashMap<&str, usize> = HashMap::new();
    for (subject, _) in staffing.recusals {
        *recused.entry(subject).or_default() += 1;
    }
    let drawable = |at: &usize| {
        strata
            .strata
            .get(*at)
            .is_some_and(|stratum| stratum.quota > 0)
    };
    // Subjects with the same values in all fields that the team rules read are of one kind; those
    // with recusals are looked at one by one.
    let columns = Columns::new(fields.iter().copied());
    let kinds: BTreeMap<String, (usize, u64)> = strata
        .places
        .par_iter()
        .enumerate()
        .with_min_len(ROWS_PER_TASK)
        .filter(|(_, place)| matches!(place, Place::Stratum(at) if drawable(at)))
        .fold(
            || (BTreeMap::new(), Vec::new(), String::new()),
            |(mut kinds, mut values, mut kind), (row, _)| {
                columns.read(staffing.subjects.line(row), &mut values);
                kind.clear();
                for value in &values {
                    kind.push_str(value);
                    kind.push('\0');
                }
                let id = staffing.subjects.id(row);
                if recused.contains_key(id) {
                    kind.push_str(id);
                }
                // Nearly every row is of a kind that is known already.
                match kinds.get_mut(&kind) {
                    Some((_, count)) => *count += 1,
                    None => {
                        kinds.insert(kind.clone(), (row, 1));
                    }
                }
                (kinds, values, kind)
            },
        )
        .map(|(kinds, _, _)| kinds)
        .reduce(BTreeMap::new, |mut all, part| {
            for (kind, (row, count)) in part {
                all.entry(kind).or_insert((row, 0)).1 += count;
            }
            all
        });
    let no_seed = Digest::new([0; 32]);
    let mut spares: HashMap<&str, usize> = HashMap::new();
    let doubtful: Vec<(usize, u64)> = kinds
        .iter()
        .filter(|(kind, (row, _))| {
            let Some(own) = recused.get(staffing.subjects.id(*row)) else {
                return true;
            };
            let values = kind.rfind('\0').and_then(|end| kind.get(..end));
            let spare = spares.entry(values.unwrap_or_default());
            *spare.or_insert_with(|| fewest(staffing, *row)) < own.saturating_add(plan.team.size())
        })
        .map(|(_, found)| *found)
        .collect();
    doubtful
        .into_par_iter()
        .filter_map(|(row, count)| {
            let one = [Selected {
                ticket: no_seed,
                row,
                stratum: 0,
            }];
            let teams = staff(staffing, &one, &no_seed);
            let shortage = teams
                .groups
                .iter()
                .find_map(|group| group.shortages.first())?;
            let id = staffing.subjects.id(row);
            let values = OpenRow::new(staffing.subjects, None, row);
            let kind = fields
                .iter()
                .map(|f| format!("{f}={}", values.value(f)))
                .collect::<Vec<_>>()
                .join(", ");
            Some(Message::new(
                format!(
                    "{count} subjects ({kind}; for example {id}) could never get a whole team: {}",
                    shortage.message.english
                ),
                format!(
                    "有{count}户（{kind}；如{id}）无论如何无法配齐检查人员：{}",
                    shortage.message.chinese
                ),
            ))
        })
        .collect()
}

/// The fewest officers that any slot of this subject's team can be filled from, recusals apart. If
/// they are as many as the team and its recusals together, there always is somebody left.
fn fewest(staffing: &Staffing<'_>, row: usize) -> usize {
    let plan = staffing.plan;
    let subject = OpenRow::new(staffing.subjects, None, row);
    let officers = |slot: &Slot| {
        let values = plan
            .team
            .group
            .iter()
            .map(|pair| subject.value(&pair.subject));
        let name: GroupName = core::iter::once(slot.department.as_str())
            .chain(values)
            .map(str::to_owned)
            .collect();
        let workforce = staffing.workforce;
        let able = workforce.group(&name).iter().filter(|officer| {
            let limit = workforce
                .officers
                .get(**officer)
                .map_or(0, |officer| officer.limit);
            limit > 0 && workforce.may_fill(plan, **officer, slot, &subject)
        });
        able.count()
    };
    plan.team.slots.iter().map(officers).min().unwrap_or(0)
}

/// Fewer rows than this are not worth a map of their own.
const ROWS_PER_TASK: usize = 16_384;
