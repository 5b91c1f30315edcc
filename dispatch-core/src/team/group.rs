//! Load groups: which officers and which slots belong together.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::assignment::{Group, GroupSubject, OfficerSet};
use crate::digest::{Digest, tagged};
use crate::json::to_canonical;
use crate::officer::Officer;
use crate::plan::{Plan, Slot};
use crate::roster::{Cells, Roster};
use crate::selection::{OpenRow, Selected};
use crate::team::Staffing;

/// Department, then the values of the grouping fields.
pub type GroupName = Vec<String>;

/// All officers, sorted into load groups.
#[derive(Clone, Debug)]
pub struct Workforce {
    /// In roster order.
    pub officers: Vec<Officer>,
    /// Whether the certificate and leave of each let it be drawn at all.
    pub available: Vec<bool>,
    groups: HashMap<GroupName, Vec<usize>>,
}

impl Workforce {
    /// Reads the officer roster.
    #[must_use]
    pub fn new(plan: &Plan, roster: &Roster, cells: Option<&Cells>) -> Self {
        let officers = Officer::all(roster, cells, plan);
        let mut groups: HashMap<GroupName, Vec<usize>> = HashMap::new();
        for (row, officer) in officers.iter().enumerate() {
            let values = plan
                .team
                .group
                .iter()
                .map(|pair| officer.value(&pair.officer).to_owned());
            let name = core::iter::once(officer.department.clone())
                .chain(values)
                .collect();
            groups.entry(name).or_default().push(row);
        }
        let available = officers
            .iter()
            .map(|officer| officer.is_available(&plan.schedule, plan.team.min_days))
            .collect();
        Self {
            officers,
            available,
            groups,
        }
    }

    /// Rows of the officers of a load group, in roster order.
    #[must_use]
    pub fn group(&self, name: &GroupName) -> &[usize] {
        self.groups.get(name).map_or(&[], Vec::as_slice)
    }

    /// The same officers, of whom some are not to be drawn any more.
    #[must_use]
    pub fn without(&self, gone: &HashSet<usize>) -> Self {
        let mut left = self.clone();
        for row in gone {
            if let Some(available) = left.available.get_mut(*row) {
                *available = false;
            }
        }
        left
    }

    /// Whether an officer may fill a slot in a team, whoever the subject is.
    #[must_use]
    pub fn may_join(&self, officer: usize, slot: &Slot) -> bool {
        let available = self.available.get(officer).copied().unwrap_or(false);
        let who = self.officers.get(officer);
        available && who.is_some_and(|who| who.department == slot.department && who.has(slot))
    }

    /// Whether an officer may fill a slot for a subject, recusals apart (docs/spec.md 7.2).
    #[must_use]
    pub fn may_fill(
        &self,
        plan: &Plan,
        officer: usize,
        slot: &Slot,
        subject: &OpenRow<'_>,
    ) -> bool {
        let Some(who) = self.officers.get(officer) else {
            return false;
        };
        let grouped = who.department == slot.department
            && plan
                .team
                .group
                .iter()
                .all(|pair| who.value(&pair.officer) == subject.value(&pair.subject));
        grouped
            && self.available[officer]
            && who.has(slot)
            && slot
                .matching
                .iter()
                .all(|rule| who.passes(rule, subject.value(&rule.subject)))
    }
}

/// One load group's part of a draw.
pub(super) struct Problem {
    pub(super) name: GroupName,
    /// Rows of the group's officers; the group's numbering.
    pub(super) officers: Vec<usize>,
    /// The subjects with slots in this group, in ticket order.
    pub(super) visits: Vec<Visit>,
    pub(super) group: Group,
    /// For every class, the slot of the plan it stands for.
    pub(super) class_slots: Vec<usize>,
}

/// A subject's slots in one group.
pub(super) struct Visit {
    /// Index into the selected subjects.
    pub(super) selected: usize,
    /// Expanded slots, in plan order.
    pub(super) slots: Vec<usize>,
}

/// The slots of the selected subjects, group by group, sorted by name.
///
/// `vacant` names the expanded slots to fill of each subject; without it all are.
pub(super) fn problems(
    staffing: &Staffing<'_>,
    selected: &[Selected],
    vacant: Option<&[Vec<usize>]>,
    seed: &Digest,
) -> Vec<Problem> {
    let plan = staffing.plan;
    let mut builders: BTreeMap<GroupName, Builder<'_>> = BTreeMap::new();
    let recused = Recused::new(staffing.recusals, selected.len());
    let mut slots: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (expanded, slot) in plan.team.expanded().enumerate() {
        let own = slots.entry(&slot.slot.department).or_default();
        own.push((expanded, slot.index));
    }
    for (index, subject) in selected.iter().enumerate() {
        let row = OpenRow::new(staffing.subjects, staffing.subject_cells, subject.row);
        let values: Vec<&str> = plan
            .team
            .group
            .iter()
            .map(|pair| row.value(&pair.subject))
            .collect();
        for (department, slots) in &slots {
            let due = |slot: &(usize, usize)| {
                let vacant = vacant.map(|vacant| vacant.get(index).map(Vec::as_slice));
                vacant.is_none_or(|vacant| vacant.unwrap_or_default().contains(&slot.0))
            };
            let slots: Vec<(usize, usize)> = slots.iter().copied().filter(|s| due(s)).collect();
            if slots.is_empty() {
                continue;
            }
            let name: GroupName = core::iter::once(*department)
                .chain(values.iter().copied())
                .map(str::to_owned)
                .collect();
            let builder = builders
                .entry(name)
                .or_insert_with_key(|name| Builder::new(staffing, name.clone(), seed));
            builder.visit(index, &row, &slots, &recused);
        }
    }
    builders
        .into_values()
        .map(|builder| builder.problem)
        .collect()
}

struct Builder<'d> {
    staffing: &'d Staffing<'d>,
    problem: Problem,
    name_json: Vec<u8>,
    seed: Digest,
    /// Class of a plan slot and the subject's values that its match rules read.
    classes: HashMap<(usize, Vec<String>), usize>,
    /// Number in the group of every officer id that stands in a recusal.
    numbers: HashMap<&'d str, u32>,
}

impl<'d> Builder<'d> {
    fn new(staffing: &'d Staffing<'d>, name: GroupName, seed: &Digest) -> Self {
        let officers = staffing.workforce.group(&name).to_vec();
        let who = |row: &usize| staffing.workforce.officers.get(*row);
        let limits = officers
            .iter()
            .filter_map(who)
            .map(|officer| officer.limit)
            .collect();
        let load = |row: &usize| staffing.earlier.get(*row).copied().unwrap_or(0);
        let earlier = officers.iter().map(load).collect();
        let ids = officers
            .iter()
            .filter_map(who)
            .map(|officer| officer.id.as_str());
        Self {
            staffing,
            numbers: ids.zip(0..).collect(),
            // A list of strings always has a canonical form.
            name_json: to_canonical(&name).unwrap_or_default(),
            seed: *seed,
            problem: Problem {
                name,
                officers,
                visits: Vec::new(),
                group: Group {
                    limits,
                    earlier,
                    classes: Vec::new(),
                    subjects: Vec::new(),
                },
                class_slots: Vec::new(),
            },
            classes: HashMap::new(),
        }
    }

    fn visit(
        &mut self,
        selected: usize,
        row: &OpenRow<'_>,
        slots: &[(usize, usize)],
        recused: &Recused<'_>,
    ) {
        let id = row.value("id");
        let key = tagged(
            "dispatch/v1/permutation",
            &[self.seed.as_bytes(), &self.name_json, id.as_bytes()],
        );
        let barred = recused.barred(id, &self.numbers);
        let classes = slots
            .iter()
            .map(|(_, slot)| self.class(*slot, row))
            .collect();
        self.problem.group.subjects.push(GroupSubject {
            key: *key.as_bytes(),
            slots: classes,
            barred,
        });
        let slots = slots.iter().map(|(expanded, _)| *expanded).collect();
        self.problem.visits.push(Visit { selected, slots });
    }

    fn class(&mut self, slot: usize, row: &OpenRow<'_>) -> usize {
        let plan = self.staffing.plan;
        let Some(wanted) = plan.team.slots.get(slot) else {
            return 0;
        };
        let values = wanted
            .matching
            .iter()
            .map(|rule| row.value(&rule.subject).to_owned())
            .collect();
        let next = self.problem.group.classes.len();
        let class = *self.classes.entry((slot, values)).or_insert(next);
        if class == next {
            let officers = &self.problem.officers;
            let count = u32::try_from(officers.len()).unwrap_or(u32::MAX);
            let workforce = self.staffing.workforce;
            let set = OfficerSet::from_fn(count, |number| {
                let officer = usize::try_from(number)
                    .ok()
                    .and_then(|number| officers.get(number));
                officer.is_some_and(|officer| workforce.may_fill(plan, *officer, wanted, row))
            });
            self.problem.group.classes.push(set);
            self.problem.class_slots.push(slot);
        }
        class
    }
}

/// The recusals, sorted by subject where many subjects are asked for.
pub(super) enum Recused<'d> {
    Pairs(&'d HashSet<(&'d str, &'d str)>),
    BySubject(HashMap<&'d str, Vec<&'d str>>),
}

impl<'d> Recused<'d> {
    pub(super) fn new(pairs: &'d HashSet<(&'d str, &'d str)>, subjects: usize) -> Self {
        if subjects < FEW_SUBJECTS {
            return Self::Pairs(pairs);
        }
        let mut by_subject: HashMap<&str, Vec<&str>> = HashMap::new();
        for (subject, officer) in pairs {
            by_subject.entry(subject).or_default().push(officer);
        }
        Self::BySubject(by_subject)
    }

    /// The numbers of the officers recused from a subject, ascending.
    pub(super) fn barred(&self, subject: &str, numbers: &HashMap<&str, u32>) -> Vec<u32> {
        let mut barred: Vec<u32> = match self {
            Self::Pairs(pairs) if pairs.len() < numbers.len() => pairs
                .iter()
                .filter(|(own, _)| *own == subject)
                .filter_map(|(_, officer)| numbers.get(officer).copied())
                .collect(),
            Self::Pairs(pairs) => numbers
                .iter()
                .filter(|(officer, _)| pairs.contains(&(subject, **officer)))
                .map(|(_, number)| *number)
                .collect(),
            Self::BySubject(by_subject) => by_subject
                .get(subject)
                .into_iter()
                .flatten()
                .filter_map(|officer| numbers.get(officer).copied())
                .collect(),
        };
        barred.sort_unstable();
        barred
    }
}

/// Below this, sorting all recusals costs more than looking for those of each subject.
const FEW_SUBJECTS: usize = 32;
