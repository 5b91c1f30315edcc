//! Why a slot stays open: too many slots for the officers they can reach.
//!
//! Source: Hall's theorem, as the failed search for an officer proves it; docs/design.md says that
//! an incomplete staffing names its bottleneck in words a person can act on.
//!
//! Invariant: every officer admitted to a slot of a bottleneck is in its `officers` or, with that
//! slot's subject, in its `teammates`; and it has more slots than `places` plus teammates, by
//! exactly the number of open slots among them. So no filling of all its slots exists.

use std::collections::BTreeMap;

use super::Group;
use super::network::Network;

/// A set of slots that compete for too few officers (Hall violator).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bottleneck {
    /// The competing slots, the open ones included: subject and slot within it, in order.
    pub slots: Vec<(usize, usize)>,
    /// The officers these slots can reach whose own limits are used up, in roster order.
    pub officers: Vec<u32>,
    /// How many slots those officers may fill in all: the sum of their own limits.
    pub places: u64,
    /// Officers who have places left but already fill another of these slots for the same subject,
    /// where they may fill only one: subject and officer, in order.
    pub teammates: Vec<(usize, u32)>,
}

impl Bottleneck {
    /// How many of the slots cannot be filled, whoever is chosen.
    #[must_use]
    pub fn missing(&self) -> usize {
        let places = usize::try_from(self.places).unwrap_or(usize::MAX);
        self.slots
            .len()
            .saturating_sub(places.saturating_add(self.teammates.len()))
    }

    /// The subjects whose slots compete, each once, in order.
    #[must_use]
    pub fn subjects(&self) -> Vec<usize> {
        let mut subjects: Vec<usize> = self.slots.iter().map(|&(subject, _)| subject).collect();
        subjects.dedup();
        subjects
    }

    /// All officers whom the slots can reach, each once, in roster order.
    #[must_use]
    pub fn reachable(&self) -> Vec<u32> {
        let teammates = self.teammates.iter().map(|&(_, officer)| officer);
        let mut officers: Vec<u32> = self.officers.iter().copied().chain(teammates).collect();
        officers.sort_unstable();
        officers.dedup();
        officers
    }
}

/// The bottlenecks of the open slots of a network that [`super::cap::cover`] has filled, and for
/// each open slot which of them is its own. Open slots with the same officers and rivals share one.
pub(super) fn find_bottlenecks(
    network: &mut Network,
    group: &Group,
    open: &[usize],
) -> (Vec<Bottleneck>, Vec<usize>) {
    let mut found = Found::default();
    let of_slot: Vec<usize> = open
        .iter()
        .map(|&slot| found.bottleneck_of(network, slot))
        .collect();
    let mut members = vec![Vec::new(); found.reaches.len()];
    for (&slot, &index) in open.iter().zip(&of_slot) {
        members[index].push(slot);
    }
    let pairs = found.reaches.iter().zip(&members);
    let bottlenecks = pairs
        .map(|(reach, open)| describe(network, group, reach, open))
        .collect();
    (bottlenecks, of_slot)
}

/// What a failed search from an open slot reached, both lists sorted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Reach {
    officers: Vec<usize>,
    /// Slots that hold an officer.
    rivals: Vec<usize>,
}

impl Reach {
    fn of_last_search(network: &Network) -> Self {
        let mut reach = Self {
            officers: network.marks.officers().to_vec(),
            rivals: network.marks.slots().to_vec(),
        };
        reach.officers.sort_unstable();
        reach.rivals.sort_unstable();
        reach
    }

    /// Whether the first step of a search stayed inside this reach. The slots that its officers hold
    /// belong to it, so only officers and teammates need a look.
    fn contains_first_step(&self, network: &Network, subject: usize) -> bool {
        let officers = network.marks.officers();
        let mut teammates = network
            .demand
            .slots_of(subject)
            .filter(|&s| network.marks.has_slot(s));
        officers.len() <= self.officers.len()
            && teammates.all(|slot| self.rivals.binary_search(&slot).is_ok())
            && officers
                .iter()
                .all(|officer| self.officers.binary_search(officer).is_ok())
    }
}

#[derive(Default)]
struct Found {
    reaches: Vec<Reach>,
    index_of: BTreeMap<Reach, usize>,
    /// Slots from which the whole of a reach can be reached again, and the index of that reach.
    hubs: Vec<(usize, usize)>,
}

impl Found {
    fn bottleneck_of(&mut self, network: &mut Network, slot: usize) -> usize {
        // A fresh search, as the marks of earlier ones would hide what this slot shares with them.
        network.forget();
        network.reach_first(slot);
        // Thousands of slots may be open for one reason: where the first step does not leave a known
        // reach, and the search then meets a hub of it, the rest would find just that reach.
        let subject = network.demand.subject_of(slot);
        let mut known = self.hubs.clone();
        known.retain(|&(_, index)| self.reaches[index].contains_first_step(network, subject));
        loop {
            if let Some(&(_, index)) = known.iter().find(|&&(hub, _)| network.marks.has_slot(hub)) {
                return index;
            }
            if !network.reach_next() {
                break;
            }
        }
        let reach = Reach::of_last_search(network);
        if let Some(&index) = self.index_of.get(&reach) {
            return index;
        }
        let index = self.reaches.len();
        let widest = reach
            .rivals
            .iter()
            .copied()
            .max_by_key(|&s| network.demand.class_size(s));
        if let Some(widest) = widest {
            network.forget();
            network.reach_from(widest);
            if Reach::of_last_search(network) == reach {
                self.hubs.push((widest, index));
            }
        }
        self.index_of.insert(reach.clone(), index);
        self.reaches.push(reach);
        index
    }
}

fn describe(
    network: &Network,
    group: &Group,
    Reach { officers, rivals }: &Reach,
    open: &[usize],
) -> Bottleneck {
    let places = officers
        .iter()
        .map(|&officer| group.room(officer, u32::MAX))
        .fold(0_u64, |sum, room| sum.saturating_add(u64::from(room)));
    // A rival held by an officer with places left was reached through its own subject's team.
    let mut teammates: Vec<(usize, u32)> = rivals
        .iter()
        .filter_map(|&slot| Some((network.demand.subject_of(slot), network.officer_of(slot)?)))
        .filter(|(_, officer)| officers.binary_search(officer).is_err())
        .filter_map(|(subject, officer)| Some((subject, u32::try_from(officer).ok()?)))
        .collect();
    teammates.sort_unstable();
    let mut slots: Vec<(usize, usize)> = rivals
        .iter()
        .chain(open)
        .map(|&slot| network.demand.place_of(slot))
        .collect();
    slots.sort_unstable();
    Bottleneck {
        slots,
        officers: officers
            .iter()
            .filter_map(|&officer| u32::try_from(officer).ok())
            .collect(),
        places,
        teammates,
    }
}
