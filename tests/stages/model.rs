//! A draw and its stages as docs/spec.md sections 6, 7, 15 and 16 order them, from the inputs alone.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::plan::{Mode, Slot};
use dispatch_core::stage::DropOut;
use dispatch_tests::campaign::{Campaign, Row};

use crate::eligible::{limit, may_fill, officer_group};
use crate::hash::{Hash, tagged, ticket};
use crate::oracle::{field, quota, stratum_of};
use crate::rule::{Players, Visit, answer};
use crate::standing;

/// The list as it must be, and what is remembered of how it came about.
#[derive(Clone, Debug)]
pub(crate) struct Model<'c> {
    pub(crate) campaign: &'c Campaign,
    /// Officers in roster order.
    pub(crate) officers: Vec<&'c Row>,
    pub(crate) subjects: BTreeMap<&'c str, &'c Row>,
    /// The list: ticket and team of every subject.
    pub(crate) list: BTreeMap<String, (Hash, Vec<String>)>,
    /// Who was ever in the list.
    pub(crate) ever: BTreeSet<String>,
    /// Officers who get no further slots.
    pub(crate) gone: BTreeSet<String>,
    /// Subject and officer who were parted.
    pub(crate) apart: BTreeSet<(String, String)>,
    /// What the last step filled for each load group: base, and the new load of every officer.
    pub(crate) steps: Vec<Step>,
}

/// What one application of the rule to officers came to.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) group: Vec<String>,
    pub(crate) cap: u64,
    pub(crate) earlier: BTreeMap<String, u64>,
}

impl<'c> Model<'c> {
    pub(crate) fn new(campaign: &'c Campaign) -> Self {
        let mut officers: Vec<&Row> = campaign.officers.iter().collect();
        officers.sort_by_key(|row| field(row, "id"));
        let subjects = campaign.subjects.iter().map(|row| (field(row, "id"), row));
        Self {
            campaign,
            officers,
            subjects: subjects.collect(),
            list: BTreeMap::new(),
            ever: BTreeSet::new(),
            gone: BTreeSet::new(),
            apart: BTreeSet::new(),
            steps: Vec::new(),
        }
    }

    /// Batch `batch` of the draw with its drops: the draw itself is batch 1 without drops. `handed`
    /// are the subjects of a child draw.
    pub(crate) fn step(
        &mut self,
        batch: u64,
        drops: &[DropOut],
        handed: Option<&BTreeSet<String>>,
        seed: &Hash,
    ) {
        let named = |a: &str, b: &str| !a.is_empty() && b.is_empty();
        let falls = |id: &String| match handed {
            Some(handed) => !handed.contains(id),
            None => drops
                .iter()
                .any(|d| named(&d.subject, &d.officer) && d.subject == *id),
        };
        let falling: BTreeSet<String> = self.list.keys().filter(|id| falls(id)).cloned().collect();
        let new = match handed {
            Some(handed) => { handed.iter() }
                .filter(|id| !self.list.contains_key(*id))
                .cloned()
                .collect(),
            None => self.new_subjects(batch, &falling, seed),
        };
        self.list.retain(|id, _| !falling.contains(id));
        for drop in drops {
            if named(&drop.officer, &drop.subject) {
                self.gone.insert(drop.officer.clone());
            }
            if drop.officer.is_empty() || drop.subject.is_empty() {
                continue;
            }
            let pair = (drop.subject.clone(), drop.officer.clone());
            self.apart.insert(pair);
            if let Some((_, team)) = self.list.get_mut(&drop.subject) {
                team.iter_mut()
                    .filter(|id| **id == drop.officer)
                    .for_each(String::clear);
            }
        }
        self.steps.clear();
        let slots = self.slots().len();
        let (mut kept, mut fresh) = (Vec::new(), Vec::new());
        for (id, (_, team)) in &self.list {
            let vacant: Vec<usize> = (0..slots).filter(|at| team[*at].is_empty()).collect();
            if !vacant.is_empty() {
                kept.push((ticket(seed, id), id.clone(), vacant));
            }
        }
        for id in new {
            let own = ticket(seed, &id);
            fresh.push((own, id.clone(), (0..slots).collect()));
            self.list
                .insert(id.clone(), (own, vec![String::new(); slots]));
            self.ever.insert(id);
        }
        fresh.sort();
        if self.campaign.plan.team.standing == 0 {
            kept.extend(fresh);
            self.fill(kept, seed);
        } else {
            self.fill(kept, seed);
            let ids: Vec<String> = fresh.into_iter().map(|(_, id, _)| id).collect();
            standing::staff(self, &ids, seed);
        }
    }

    /// 15.3, and 6 for the draw.
    fn new_subjects(&self, batch: u64, falling: &BTreeSet<String>, seed: &Hash) -> Vec<String> {
        let plan = &self.campaign.plan;
        let batches = match plan.mode {
            Mode::Sample => 1,
            Mode::Order => 1 + plan.schedule.stages.len() as u64,
        };
        let mut new = Vec::new();
        for (at, stratum) in plan.strata.iter().enumerate() {
            let here = |id: &str| stratum_of(self.campaign, self.subjects[id]) == Some(at);
            let pool: Vec<&str> = self
                .subjects
                .keys()
                .copied()
                .filter(|id| here(id))
                .collect();
            let quota = quota(&stratum.quota, pool.len() as u64).unwrap();
            let share = if batch <= batches {
                // The least numbers whose multiples reach: rounding up without division.
                let reach = |b: u64| (0..).find(|n| n * batches >= quota * b).unwrap();
                reach(batch) - reach(batch - 1)
            } else {
                0
            };
            let fallen = falling.iter().filter(|id| here(id)).count();
            let mut left: Vec<(Hash, &str)> = { pool.into_iter() }
                .filter(|id| !self.ever.contains(*id))
                .map(|id| (ticket(seed, id), id))
                .collect();
            left.sort_unstable();
            let wanted = usize::try_from(share).unwrap() + fallen;
            new.extend(left.into_iter().take(wanted).map(|(_, id)| id.to_owned()));
        }
        new
    }

    /// 7.4 on vacant slots of these subjects.
    fn fill(&mut self, mut vacant: Vec<(Hash, String, Vec<usize>)>, seed: &Hash) {
        vacant.sort();
        let loads = self.loads();
        for group in self.groups() {
            let own: Vec<usize> = (0..self.officers.len())
                .filter(|at| officer_group(self.campaign, self.officers[*at]) == group)
                .collect();
            let name = serde_json::to_string(&group).unwrap();
            let (mut visits, mut places) = (Vec::new(), Vec::new());
            for (_, id, slots) in &vacant {
                let of_group = |slot: &usize| {
                    let district = crate::eligible::district(self.campaign, self.subjects[&**id]);
                    self.slots()[*slot].department == group[0] && district == group[1..]
                };
                let slots: Vec<usize> = slots.iter().copied().filter(of_group).collect();
                if slots.is_empty() {
                    continue;
                }
                let able = slots.iter().map(|slot| {
                    let may = |at: &usize| self.may_take(own[*at], *slot, id);
                    (0..own.len()).filter(may).collect()
                });
                let key = [seed, name.as_bytes(), id.as_bytes()];
                visits.push(Visit {
                    key: tagged("dispatch/v1/permutation", &key),
                    slots: able.collect(),
                });
                places.push((id.clone(), slots));
            }
            let earlier = |at: &usize| loads[field(self.officers[*at], "id")];
            let players = Players {
                limits: own.iter().map(|at| limit(self.officers[*at])).collect(),
                earlier: own.iter().map(earlier).collect(),
                slack: self.campaign.plan.team.slack,
            };
            let answer = answer(&visits, &players);
            for ((id, slots), filled) in places.iter().zip(&answer.filled) {
                let team = &mut self.list.get_mut(id).unwrap().1;
                for (slot, player) in slots.iter().zip(filled) {
                    if let Some(player) = player {
                        field(self.officers[own[*player]], "id").clone_into(&mut team[*slot]);
                    }
                }
            }
            let ids = own
                .iter()
                .map(|at| field(self.officers[*at], "id").to_owned());
            self.steps.push(Step {
                group,
                cap: answer.base + players.slack,
                earlier: ids.zip(players.earlier).collect(),
            });
        }
    }

    /// Whether an officer may take a vacant slot now.
    fn may_take(&self, officer: usize, slot: usize, subject: &str) -> bool {
        let row = self.officers[officer];
        let id = field(row, "id");
        let pair = (subject.to_owned(), id.to_owned());
        may_fill(
            self.campaign,
            row,
            self.slots()[slot],
            self.subjects[subject],
        ) && !self.gone.contains(id)
            && !self.apart.contains(&pair)
            && !self.list[subject].1.iter().any(|other| other == id)
    }

    /// Slots that every officer holds in the list.
    pub(crate) fn loads(&self) -> BTreeMap<String, u64> {
        let ids = self.officers.iter().map(|row| field(row, "id").to_owned());
        let mut loads: BTreeMap<String, u64> = ids.map(|id| (id, 0)).collect();
        for id in self.list.values().flat_map(|(_, team)| team) {
            if let Some(load) = loads.get_mut(id) {
                *load += 1;
            }
        }
        loads
    }

    /// The expanded slots.
    pub(crate) fn slots(&self) -> Vec<&'c Slot> {
        let slots = self.campaign.plan.team.slots.iter();
        slots
            .flat_map(|slot| (0..slot.count).map(move |_| slot))
            .collect()
    }

    /// Every load group that has officers.
    fn groups(&self) -> BTreeSet<Vec<String>> {
        let groups = self.officers.iter();
        groups
            .map(|row| officer_group(self.campaign, row))
            .collect()
    }
}
