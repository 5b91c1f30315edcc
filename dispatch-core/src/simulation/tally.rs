//! What is counted over many trials.
//!
//! Invariant: only whole numbers are added, smallest and largest taken, and lists put in order of
//! the run, so the sum over all runs does not depend on the order or the threads they came in.

use std::collections::{BTreeMap, HashMap};

use super::kind::{Kinds, group_name};
use super::trial::{Trial, Trials};
use crate::language::Message;
use crate::selection::OpenRow;
use crate::team::GroupName;

/// Counters over a number of runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: u32,
    /// Runs with open slots.
    pub(crate) short_runs: u32,
    /// How often each subject was drawn, by row.
    pub(crate) subjects: Vec<u32>,
    /// By row of the officer roster.
    pub(crate) officers: Vec<OfficerTally>,
    pub(crate) groups: BTreeMap<GroupName, GroupTally>,
    pub(crate) pairs: PairTally,
    /// How often a subject of each kind, without recusals, was drawn.
    pub(crate) kinds: Vec<u64>,
    /// How often an officer went to one of them, by kind and officer: see [`key`].
    pub(crate) sent: HashMap<u64, u64>,
    /// Runs with open slots, the first ones.
    pub(crate) failing: Vec<Failing>,
}

/// One officer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfficerTally {
    /// Places filled in all runs.
    pub(crate) places: u64,
    /// Runs in which the officer was drawn at all.
    pub(crate) drawn: u32,
    /// Fewest places in one of those runs.
    pub(crate) fewest: u32,
    pub(crate) most: u32,
    /// Runs in which the officer had as many as the cap.
    pub(crate) at_cap: u32,
    /// Different partners in each run, added up.
    pub(crate) partners: u64,
}

/// One load group.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupTally {
    /// Runs in which it had slots.
    pub(crate) runs: u32,
    pub(crate) slots: u64,
    pub(crate) fewest_slots: usize,
    pub(crate) most_slots: usize,
    /// Runs by base and by cap.
    pub(crate) bases: BTreeMap<u32, u32>,
    pub(crate) caps: BTreeMap<u32, u32>,
    /// Officers drawn, by how many places they filled in a run.
    pub(crate) loads: BTreeMap<u32, u64>,
    pub(crate) open: u64,
    pub(crate) short_runs: u32,
    /// Open slots by slot of the plan: runs, places, most in one run.
    pub(crate) open_slots: BTreeMap<usize, (u32, u64, u32)>,
    /// The bottleneck of the first run that had one.
    pub(crate) shortage: Option<(u32, Message)>,
}

/// Who goes with whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairTally {
    /// How often two officers went to the same subject, the lower row first: see [`key`].
    pub(crate) times: HashMap<u64, u64>,
    /// Pairs of teammates in all runs.
    pub(crate) all: u64,
    /// The same, each pair once in a run.
    pub(crate) distinct: u64,
    /// Runs by how often their most frequent pair went together.
    pub(crate) most_together: BTreeMap<u32, u32>,
}

/// A run with open slots, small enough to be kept.
#[derive(Clone, Debug)]
pub(crate) struct Failing {
    pub(crate) run: u32,
    /// Row and stratum of the selected subjects, in order.
    pub(crate) selected: Vec<(u32, u32)>,
    /// The load groups with open slots, and how many.
    pub(crate) open: BTreeMap<GroupName, usize>,
}

impl Tally {
    pub(crate) fn new(trials: &Trials<'_>, kinds: &Kinds) -> Self {
        Self {
            subjects: vec![0; trials.inputs.subjects.len()],
            officers: vec![OfficerTally::default(); trials.inputs.officers.len()],
            kinds: vec![0; kinds.list.len()],
            ..Self::default()
        }
    }

    /// Counts one run.
    pub(crate) fn add(&mut self, trials: &Trials<'_>, kinds: &Kinds, run: u32, trial: &Trial) {
        self.runs += 1;
        let mut loads = vec![0u32; self.officers.len()];
        let mut pairs = Vec::new();
        for (subject, members) in trial.selected.iter().zip(&trial.teams.members) {
            if let Some(times) = self.subjects.get_mut(subject.row) {
                *times += 1;
            }
            let present: Vec<usize> = members.iter().flatten().copied().collect();
            for officer in &present {
                if let Some(load) = loads.get_mut(*officer) {
                    *load += 1;
                }
            }
            for (index, first) in present.iter().enumerate() {
                let others = present.iter().skip(index + 1);
                pairs.extend(others.map(|second| key(*first.min(second), *first.max(second))));
            }
            if let Some(kind) = kinds.of(subject.row)
                && !kinds.recused.contains_key(&subject.row)
            {
                self.kinds[kind] += 1;
                for officer in present {
                    *self.sent.entry(key(kind, officer)).or_default() += 1;
                }
            }
        }
        self.add_pairs(pairs);
        for (officer, load) in self.officers.iter_mut().zip(&loads) {
            officer.add(*load);
        }
        self.add_groups(trials, run, trial, &loads);
    }

    fn add_pairs(&mut self, mut pairs: Vec<u64>) {
        pairs.sort_unstable();
        let mut most = 0;
        for same in pairs.chunk_by(|a, b| a == b) {
            let times = u32::try_from(same.len()).unwrap_or(u32::MAX);
            most = most.max(times);
            self.pairs.all += u64::from(times);
            self.pairs.distinct += 1;
            let Some(pair) = same.first() else { continue };
            *self.pairs.times.entry(*pair).or_default() += u64::from(times);
            for officer in <[usize; 2]>::from(parts(*pair)) {
                if let Some(officer) = self.officers.get_mut(officer) {
                    officer.partners += 1;
                }
            }
        }
        *self.pairs.most_together.entry(most).or_default() += 1;
    }

    fn add_groups(&mut self, trials: &Trials<'_>, run: u32, trial: &Trial, loads: &[u32]) {
        let mut open: BTreeMap<GroupName, usize> = BTreeMap::new();
        for group in &trial.teams.groups {
            let tally = self.groups.entry(group.name.clone()).or_default();
            tally.fewest_slots = match tally.runs {
                0 => group.slots,
                _ => tally.fewest_slots.min(group.slots),
            };
            tally.most_slots = tally.most_slots.max(group.slots);
            tally.runs += 1;
            tally.slots += group.slots as u64;
            tally.open += group.open as u64;
            *tally.bases.entry(group.base).or_default() += 1;
            *tally.caps.entry(group.cap).or_default() += 1;
            for officer in trials.workforce.group(&group.name) {
                let load = loads.get(*officer).copied().unwrap_or(0);
                if load == 0 {
                    continue;
                }
                *tally.loads.entry(load).or_default() += 1;
                if load == group.cap
                    && let Some(officer) = self.officers.get_mut(*officer)
                {
                    officer.at_cap += 1;
                }
            }
            if group.open > 0 {
                tally.short_runs += 1;
                open.insert(group.name.clone(), group.open);
            }
            if let (None, Some(shortage)) = (&tally.shortage, group.shortages.first()) {
                tally.shortage = Some((run, shortage.message.clone()));
            }
        }
        if open.is_empty() {
            return;
        }
        self.short_runs += 1;
        self.add_open_slots(trials, trial);
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let selected = trial.selected.iter();
        self.failing.push(Failing {
            run,
            selected: selected
                .map(|subject| (number(subject.row), number(subject.stratum)))
                .collect(),
            open,
        });
        self.keep_few_failing();
    }

    fn add_open_slots(&mut self, trials: &Trials<'_>, trial: &Trial) {
        let plan = trials.inputs.plan;
        let slots: Vec<_> = plan.team.expanded().collect();
        let mut open: BTreeMap<(GroupName, usize), u32> = BTreeMap::new();
        for (subject, members) in trial.selected.iter().zip(&trial.teams.members) {
            if members.iter().all(Option::is_some) {
                continue;
            }
            let row = OpenRow::new(trials.inputs.subjects, None, subject.row);
            for (slot, _) in slots.iter().zip(members).filter(|(_, who)| who.is_none()) {
                let name = group_name(plan, slot.slot, &row);
                *open.entry((name, slot.index)).or_default() += 1;
            }
        }
        for ((name, slot), places) in open {
            let tally = self.groups.entry(name).or_default();
            let (runs, all, most) = tally.open_slots.entry(slot).or_default();
            *runs += 1;
            *all += u64::from(places);
            *most = places.max(*most);
        }
    }

    /// Adds what was counted over other runs.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        if self.runs == 0 {
            return other;
        }
        self.runs += other.runs;
        self.short_runs += other.short_runs;
        for (own, more) in self.subjects.iter_mut().zip(&other.subjects) {
            *own += more;
        }
        for (own, more) in self.officers.iter_mut().zip(&other.officers) {
            own.merge(more);
        }
        for (name, more) in other.groups {
            self.groups.entry(name).or_default().merge(more);
        }
        for (own, more) in self.kinds.iter_mut().zip(&other.kinds) {
            *own += more;
        }
        for (key, more) in other.sent {
            *self.sent.entry(key).or_default() += more;
        }
        for (key, more) in other.pairs.times {
            *self.pairs.times.entry(key).or_default() += more;
        }
        self.pairs.all += other.pairs.all;
        self.pairs.distinct += other.pairs.distinct;
        add_all(&mut self.pairs.most_together, other.pairs.most_together);
        self.failing.extend(other.failing);
        self.keep_few_failing();
        self
    }

    /// Without a single run the counters are all zero, but there.
    pub(crate) fn or_empty(self, trials: &Trials<'_>, kinds: &Kinds) -> Self {
        if self.runs == 0 {
            return Self::new(trials, kinds);
        }
        self
    }

    /// Keeps the failing runs with the lowest numbers: which these are does not depend on the order
    /// in which runs came.
    fn keep_few_failing(&mut self) {
        let rows = self.failing.first().map_or(1, |run| run.selected.len());
        let most = (ROWS_KEPT / rows.max(1)).max(1);
        if self.failing.len() > most {
            self.failing.sort_unstable_by_key(|failing| failing.run);
            self.failing.truncate(most);
        }
    }
}

impl OfficerTally {
    fn add(&mut self, load: u32) {
        if load > 0 {
            self.fewest = if self.drawn == 0 {
                load
            } else {
                self.fewest.min(load)
            };
            self.most = self.most.max(load);
            self.drawn += 1;
            self.places += u64::from(load);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.fewest = match (self.drawn, other.drawn) {
            (0, _) => other.fewest,
            (_, 0) => self.fewest,
            _ => self.fewest.min(other.fewest),
        };
        self.most = self.most.max(other.most);
        self.places += other.places;
        self.drawn += other.drawn;
        self.at_cap += other.at_cap;
        self.partners += other.partners;
    }
}

impl GroupTally {
    fn merge(&mut self, other: Self) {
        self.fewest_slots = match (self.runs, other.runs) {
            (0, _) => other.fewest_slots,
            (_, 0) => self.fewest_slots,
            _ => self.fewest_slots.min(other.fewest_slots),
        };
        self.most_slots = self.most_slots.max(other.most_slots);
        self.runs += other.runs;
        self.slots += other.slots;
        self.open += other.open;
        self.short_runs += other.short_runs;
        add_all(&mut self.bases, other.bases);
        add_all(&mut self.caps, other.caps);
        for (load, officers) in other.loads {
            *self.loads.entry(load).or_default() += officers;
        }
        for (slot, (runs, places, most)) in other.open_slots {
            let own = self.open_slots.entry(slot).or_default();
            *own = (own.0 + runs, own.1 + places, own.2.max(most));
        }
        let earliest = [self.shortage.take(), other.shortage];
        self.shortage = earliest.into_iter().flatten().min_by_key(|(run, _)| *run);
    }
}

fn add_all(own: &mut BTreeMap<u32, u32>, more: BTreeMap<u32, u32>) {
    for (value, times) in more {
        *own.entry(value).or_default() += times;
    }
}

/// Two row numbers in one.
pub(crate) fn key(first: usize, second: usize) -> u64 {
    let half = |at: usize| u64::from(u32::try_from(at).unwrap_or(u32::MAX));
    half(first) << 32 | half(second)
}

/// The two row numbers of a key.
pub(crate) fn parts(key: u64) -> (usize, usize) {
    let half = |part: u64| usize::try_from(part & u64::from(u32::MAX)).unwrap_or(usize::MAX);
    (half(key >> 32), half(key))
}

/// So many selected subjects of failing runs are kept at most: 128 MiB.
const ROWS_KEPT: usize = 1 << 24;
