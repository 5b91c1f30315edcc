//! What must hold of a list whatever the rule was: counted in the list before and after a step.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::plan::Mode;
use dispatch_core::stage::DropOut;
use dispatch_tests::campaign::{Campaign, Row};

use crate::eligible::{district, limit, may_fill};
use crate::hash::{Hash, ticket};
use crate::model::Model;
use crate::oracle::{field, quota, stratum_of};

/// The list, as the library tells it.
pub(crate) type Listed = BTreeMap<String, (Hash, Vec<String>)>;

/// A step, from one list to the next.
#[derive(Debug)]
pub(crate) struct Change<'c> {
    pub(crate) before: &'c Listed,
    pub(crate) after: &'c Listed,
    pub(crate) drops: &'c [DropOut],
    /// Everybody who was in a list before this step.
    pub(crate) ever: &'c BTreeSet<String>,
    pub(crate) seed: &'c Hash,
    /// For every stratum, by how much the batch adds to it; none in a child draw.
    pub(crate) shares: Option<&'c [u64]>,
}

impl Change<'_> {
    fn is_new(&self, id: &str) -> bool {
        !self.before.contains_key(id)
    }

    fn parted(&self, subject: &str, officer: &str) -> bool {
        let mut drops = self.drops.iter();
        drops.any(|drop| drop.subject == subject && drop.officer == officer)
    }

    /// Numbers by stratum, nobody twice, nobody back, tickets, and that they are the smallest.
    pub(crate) fn assert_subjects(&self, model: &Model<'_>) {
        let Some(shares) = self.shares else { return };
        let out = |id: &String| {
            let mut drops = self.drops.iter();
            drops.any(|drop| drop.subject == *id && drop.officer.is_empty())
        };
        for id in self.before.keys() {
            assert_eq!(self.after.contains_key(id), !out(id), "{id}");
        }
        let place = |id: &str| stratum_of(model.campaign, model.subjects[id]);
        for (at, share) in shares.iter().enumerate() {
            let here = |id: &&String| place(id) == Some(at);
            let new: Vec<&String> = self
                .after
                .keys()
                .filter(|id| self.is_new(id))
                .filter(here)
                .collect();
            let fallen = self.before.keys().filter(|id| out(id)).filter(here).count() as u64;
            let pool = model.subjects.keys().filter(|id| place(id) == Some(at));
            let never: Vec<&str> = pool
                .copied()
                .filter(|id| !self.ever.contains(*id))
                .collect();
            let wanted = (share + fallen).min(never.len() as u64);
            assert_eq!(new.len() as u64, wanted, "stratum {at}");
            let last = new.iter().map(|id| ticket(self.seed, id)).max();
            for id in never {
                let drawn = self.after.contains_key(id);
                let own = ticket(self.seed, id);
                assert_eq!(drawn, last.is_some_and(|last| own <= last), "{id}");
            }
        }
        for (id, (found, _)) in self.after {
            assert!(
                place(id).is_some(),
                "{id} is excluded or outside the strata"
            );
            let expected = match self.before.get(id) {
                Some((old, _)) => *old,
                None => ticket(self.seed, id),
            };
            assert_eq!(*found, expected, "{id}");
            assert!(!self.is_new(id) || !self.ever.contains(id), "{id} is back");
        }
    }

    /// Teams: kept ones stay; new slots obey every rule; loads. `model` has made the same step.
    pub(crate) fn assert_teams(&self, model: &Model<'_>) {
        let rows: BTreeMap<&str, &Row> = model
            .officers
            .iter()
            .map(|row| (field(row, "id"), *row))
            .collect();
        let slots = model.slots();
        let mut loads: BTreeMap<&str, u64> = BTreeMap::new();
        let mut filled: BTreeMap<&str, u64> = BTreeMap::new();
        for (id, (_, team)) in self.after {
            assert_eq!(team.len(), slots.len());
            let named: Vec<&String> = team.iter().filter(|officer| !officer.is_empty()).collect();
            let different: BTreeSet<&&String> = named.iter().collect();
            assert_eq!(different.len(), named.len(), "twice in {team:?}");
            for (at, officer) in team.iter().enumerate() {
                let before = self.before.get(id).map(|(_, team)| &team[at]);
                if let Some(before) = before.filter(|before| !before.is_empty()) {
                    if !self.parted(id, before) {
                        assert_eq!(officer, before, "nobody left this slot of {id}");
                    }
                    assert!(
                        officer != before || !self.parted(id, before),
                        "{before} left {id}"
                    );
                }
                if officer.is_empty() {
                    continue;
                }
                *loads.entry(officer).or_default() += 1;
                if before == Some(officer) {
                    continue;
                }
                *filled.entry(officer).or_default() += 1;
                let row = rows[officer.as_str()];
                assert!(
                    may_fill(model.campaign, row, slots[at], model.subjects[&**id]),
                    "{officer}, {id}"
                );
                assert!(
                    !self.parted("", officer) && !model.gone.contains(officer),
                    "{officer} is gone"
                );
                let pair = (id.clone(), officer.clone());
                assert!(
                    !model.apart.contains(&pair),
                    "{officer} and {id} were parted"
                );
            }
        }
        for (officer, load) in &loads {
            assert!(*load <= limit(rows[officer]), "{officer} has {load}");
        }
        if model.campaign.plan.team.standing > 0 {
            self.assert_standing(model);
            return;
        }
        for (officer, new) in &filled {
            let step = { model.steps.iter() }.find(|step| step.earlier.contains_key(*officer));
            let step = step.unwrap();
            assert!(
                step.earlier[*officer] + new <= step.cap,
                "{officer}: {new}, {step:?}"
            );
        }
    }

    /// New subjects: whole teams or none, nobody in two, no more teams than there may be.
    fn assert_standing(&self, model: &Model<'_>) {
        let mut teams: BTreeMap<&String, (Vec<String>, &Vec<String>)> = BTreeMap::new();
        let mut districts: BTreeMap<Vec<String>, (u64, BTreeSet<&Vec<String>>)> = BTreeMap::new();
        for (id, (_, team)) in self.after.iter().filter(|(id, _)| self.is_new(id)) {
            let name = district(model.campaign, model.subjects[&**id]);
            let own = districts.entry(name.clone()).or_default();
            own.0 += 1;
            if team.iter().all(String::is_empty) {
                continue;
            }
            own.1.insert(team);
            for officer in team {
                assert!(!officer.is_empty(), "half a team for {id}");
                let first = teams.entry(officer).or_insert((name.clone(), team));
                assert_eq!(*first, (name.clone(), team), "{officer} is in two teams");
            }
        }
        for (name, (subjects, dealt)) in districts {
            let most = subjects.div_ceil(model.campaign.plan.team.standing);
            assert!(
                dealt.len() as u64 <= most,
                "{name:?}: {subjects} subjects, {dealt:?}"
            );
        }
    }
}

/// By how much a batch adds to every stratum: the batches before it, rounded up, taken off.
pub(crate) fn shares(campaign: &Campaign, model: &Model<'_>, batch: u64) -> Vec<u64> {
    let plan = &campaign.plan;
    let batches = match plan.mode {
        Mode::Sample => 1,
        Mode::Order => 1 + plan.schedule.stages.len() as u64,
    };
    let pool = |at: usize| {
        let place = |row: &&&Row| stratum_of(campaign, row) == Some(at);
        model.subjects.values().filter(place).count() as u64
    };
    let strata = plan.strata.iter().enumerate();
    strata
        .map(|(at, stratum)| {
            let quota = quota(&stratum.quota, pool(at)).unwrap();
            match batch {
                batch if batch > batches => 0,
                _ => (quota * batch).div_ceil(batches) - (quota * (batch - 1)).div_ceil(batches),
            }
        })
        .collect()
}
