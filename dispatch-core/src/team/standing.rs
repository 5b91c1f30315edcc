//! Standing teams: formed at random for the campaign, then dealt to the visits.
//!
//! Source: docs/spec.md 7.5. Both steps are the rule of 7.4 with other players: first teams take
//! officers, then visits take teams. Invariant: nobody is in two teams, and a visit gets a whole
//! team or none.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::group::{GroupName, Problem, Recused, Visit};
use super::{GroupOutcome, Staffing, Step, Teams, outcome, shortage};
use crate::assignment::{Group, GroupSubject, OfficerSet, assign};
use crate::digest::{Digest, tagged};
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::Slot;
use crate::selection::{OpenRow, Selected};

/// Forms teams of about `visits` visits each and deals them to `selected`, which are in ascending
/// order of ticket.
pub(super) fn staff(
    staffing: &Staffing<'_>,
    selected: &[Selected],
    visits: u64,
    seed: &Digest,
) -> Teams {
    let size = staffing.plan.team.size();
    let mut teams = Teams {
        members: vec![vec![None; size]; selected.len()],
        groups: Vec::new(),
    };
    if size == 0 {
        return teams;
    }
    let mut districts: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (index, subject) in selected.iter().enumerate() {
        let row = OpenRow::new(staffing.subjects, staffing.subject_cells, subject.row);
        let pairs = staffing.plan.team.group.iter();
        let name = pairs.map(|pair| row.value(&pair.subject).to_owned());
        districts.entry(name.collect()).or_default().push(index);
    }
    let recused = Recused::new(staffing.recusals, selected.len());
    let districts: Vec<_> = districts.into_iter().collect();
    let dealt: Vec<_> = districts
        .par_iter()
        .map(|(name, own)| {
            let visits = usize::try_from(visits).unwrap_or(usize::MAX).max(1);
            let mut district = District {
                staffing,
                name,
                seed,
                members: vec![vec![None; size]; own.len().div_ceil(visits)],
                groups: Vec::new(),
            };
            district.form();
            let dealt = district.deal(selected, own, &recused);
            (dealt, district)
        })
        .collect();
    for ((_, own), (dealt, district)) in districts.iter().zip(dealt) {
        for (index, team) in own.iter().zip(dealt) {
            if let Some(members) = team.and_then(|team| district.members.get(team)) {
                teams.members[*index].clone_from(members);
            }
        }
        teams.groups.extend(district.groups);
    }
    teams
        .groups
        .sort_by(|a, b| (a.step, &a.name).cmp(&(b.step, &b.name)));
    teams
}

/// One district and its teams.
struct District<'d> {
    staffing: &'d Staffing<'d>,
    name: &'d [String],
    seed: &'d Digest,
    /// For every team and expanded slot the officer's row.
    members: Vec<Vec<Option<usize>>>,
    groups: Vec<GroupOutcome>,
}

impl District<'_> {
    /// Step 1: officers for teams, one load group after the other.
    fn form(&mut self) {
        let plan = self.staffing.plan;
        let mut departments: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (expanded, slot) in plan.team.expanded().enumerate() {
            let own = departments.entry(&slot.slot.department).or_default();
            own.push((expanded, slot.index));
        }
        for (department, slots) in departments {
            let problem = self.forming(department, &slots);
            let answer = assign(&problem.group, 0);
            for (team, officers) in self.members.iter_mut().zip(&answer.officers) {
                for ((expanded, _), officer) in slots.iter().zip(officers) {
                    let number = officer.and_then(|at| usize::try_from(at).ok());
                    team[*expanded] = number.and_then(|at| problem.officers.get(at).copied());
                }
            }
            let name = |team: usize| Some(format!("第{}组", team + 1));
            let group = outcome(self.staffing, Step::Forming, &problem, &answer, &name);
            self.groups.push(group);
        }
    }

    fn forming(&self, department: &str, slots: &[(usize, usize)]) -> Problem {
        let workforce = self.staffing.workforce;
        let name = self.group(department);
        let officers = workforce.group(&name).to_vec();
        let count = u32::try_from(officers.len()).unwrap_or(u32::MAX);
        let name_json = to_canonical(&name).unwrap_or_default();
        // One class for every slot of the plan that is filled from this group.
        let mut class_slots: Vec<usize> = slots.iter().map(|(_, index)| *index).collect();
        class_slots.dedup();
        let class_of = |index: usize| class_slots.iter().position(|slot| *slot == index);
        let classes = class_slots.iter().map(|index| {
            let slot = self.staffing.plan.team.slots.get(*index);
            OfficerSet::from_fn(count, |number| {
                let officer = usize::try_from(number).ok();
                let row = officer.and_then(|at| officers.get(at));
                row.zip(slot)
                    .is_some_and(|(row, slot)| workforce.may_join(*row, slot))
            })
        });
        let limits = officers
            .iter()
            .map(|row| u32::from(self.room(*row).is_none_or(|room| room > 0)));
        let group = Group {
            limits: limits.collect(),
            earlier: Vec::new(),
            classes: classes.collect(),
            subjects: (0u64..)
                .take(self.members.len())
                .map(|team| GroupSubject {
                    key: *tagged(
                        "dispatch/v1/standing",
                        &[self.seed.as_bytes(), &name_json, &team.to_be_bytes()],
                    )
                    .as_bytes(),
                    slots: slots
                        .iter()
                        .filter_map(|(_, index)| class_of(*index))
                        .collect(),
                    barred: Vec::new(),
                })
                .collect(),
        };
        let visits = (0..self.members.len()).map(|team| Visit {
            selected: team,
            slots: slots.iter().map(|(expanded, _)| *expanded).collect(),
        });
        Problem {
            name,
            officers,
            visits: visits.collect(),
            group,
            class_slots,
        }
    }

    /// Step 2: a team for every visit; the team's number, or none.
    fn deal(
        &mut self,
        selected: &[Selected],
        own: &[usize],
        recused: &Recused<'_>,
    ) -> Vec<Option<usize>> {
        let (staffing, workforce) = (self.staffing, self.staffing.workforce);
        let name_json = to_canonical(&self.name).unwrap_or_default();
        let count = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        // Which team an officer is in: nobody is in two.
        let mut teams: HashMap<&str, u32> = HashMap::new();
        for (number, team) in (0u32..).zip(&self.members) {
            for row in team.iter().flatten() {
                let officer = workforce.officers.get(*row);
                teams.extend(officer.map(|officer| (officer.id.as_str(), number)));
            }
        }
        let slots: Vec<&Slot> = staffing.plan.team.expanded().map(|s| s.slot).collect();
        let mut group = Group {
            limits: self.members.iter().map(|team| self.limit(team)).collect(),
            ..Group::default()
        };
        // Subjects with the same values in all fields that match rules read share a class.
        let mut classes: HashMap<Vec<String>, usize> = HashMap::new();
        for subject in own.iter().filter_map(|index| selected.get(*index)) {
            let row = OpenRow::new(staffing.subjects, staffing.subject_cells, subject.row);
            let id = row.value("id");
            let rules = slots.iter().flat_map(|slot| &slot.matching);
            let values = rules.map(|rule| row.value(&rule.subject).to_owned());
            let next = group.classes.len();
            let class = *classes.entry(values.collect()).or_insert(next);
            if class == next {
                group.classes.push(OfficerSet::from_fn(count, |number| {
                    let team = usize::try_from(number).ok();
                    let team = team.and_then(|number| self.members.get(number));
                    team.is_some_and(|team| {
                        slots.iter().zip(team).all(|(slot, member)| {
                            let may = |row_of: usize| {
                                workforce.may_fill(staffing.plan, row_of, slot, &row)
                            };
                            member.is_some_and(may)
                        })
                    })
                }));
            }
            let key = tagged(
                "dispatch/v1/deal",
                &[self.seed.as_bytes(), &name_json, id.as_bytes()],
            );
            group.subjects.push(GroupSubject {
                key: *key.as_bytes(),
                slots: vec![class],
                barred: recused.barred(id, &teams),
            });
        }
        let slack = u32::try_from(staffing.plan.team.slack).unwrap_or(u32::MAX);
        let answer = assign(&group, slack);
        let complete = self.members.iter().filter(|team| is_complete(team)).count();
        self.groups.push(GroupOutcome {
            step: Step::Dealing,
            name: self.name.to_vec(),
            officers: complete,
            slots: own.len(),
            base: answer.coverage.base,
            cap: answer.cap,
            open: answer.coverage.open.len(),
            shortages: self.undealt(selected, own, &answer.coverage.open, complete),
        });
        let first = |officers: &Vec<Option<u32>>| officers.first().copied().flatten();
        let numbers = answer.officers.iter().map(first);
        numbers
            .map(|team| team.and_then(|team| usize::try_from(team).ok()))
            .collect()
    }

    fn group(&self, department: &str) -> GroupName {
        let own = self.name.iter().map(String::as_str);
        core::iter::once(department)
            .chain(own)
            .map(str::to_owned)
            .collect()
    }

    /// How many more slots an officer may fill; none: there is no limit.
    fn room(&self, row: usize) -> Option<u32> {
        let limit = self.staffing.workforce.officers.get(row)?.limit;
        let earlier = self.staffing.earlier.get(row).copied().unwrap_or(0);
        (limit != u32::MAX).then(|| limit.saturating_sub(earlier))
    }

    fn limit(&self, team: &[Option<usize>]) -> u32 {
        let rooms = team.iter().flatten().filter_map(|row| self.room(*row));
        rooms.min().unwrap_or(u32::MAX)
    }

    fn undealt(
        &self,
        selected: &[Selected],
        own: &[usize],
        open: &[crate::assignment::OpenSlot],
        complete: usize,
    ) -> Vec<shortage::Shortage> {
        let visits = open.iter().filter_map(|slot| own.get(slot.subject));
        let ids = visits.filter_map(|index| selected.get(*index));
        let subjects: Vec<String> = ids
            .map(|subject| self.staffing.subjects.id(subject.row).to_owned())
            .collect();
        if subjects.is_empty() {
            return Vec::new();
        }
        let (count, formed) = (subjects.len(), self.members.len());
        let needed = own.len() as u64;
        vec![shortage::Shortage {
            needed,
            places: needed.saturating_sub(count as u64),
            officers: Vec::new(),
            message: Message::new(
                format!(
                    "{count} visits in {} can be dealt to none of the standing teams ({complete} of {formed} are complete); \
                     add officers, raise limits, or review recusals and match rules",
                    self.name.join(" ")
                ),
                format!(
                    "“{}”有{count}户无法分派给任何固定检查组（{formed}组中{complete}组配齐）：请增加人员、提高任务上限，或核对回避与匹配规则",
                    self.name.join(" ")
                ),
            ),
            subjects,
        }]
    }
}

fn is_complete(team: &[Option<usize>]) -> bool {
    team.iter().all(Option::is_some)
}
