//! Why a slot stays open: too many slots for the officers they can reach.
//!
//! Source: Hall's theorem, as the failed search for an officer proves it; docs/design.md says that
//! an incomplete staffing names its bottleneck in words a person can act on.
//!
//! Invariant: every officer admitted to a slot of a bottleneck is in its `officers` or, with that
//! slot's subject, in its `teammates`; and it has more slots than `places` plus teammates, by
//! exactly the number of open slots among them. So no filling of all its slots exists.

use std::collections::BTreeMap;

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
    limits: &[u32],
    open: &[usize],
) -> (Vec<Bottleneck>, Vec<usize>) {
    let mut known: BTreeMap<(Vec<usize>, Vec<usize>), usize> = BTreeMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut of_slot = Vec::with_capacity(open.len());
    for &slot in open {
        // A fresh search, as the marks of earlier ones would hide what this slot shares with them.
        network.forget();
        network.augment(slot);
        let mut rivals = network.marks.slots().to_vec();
        let mut officers = network.marks.officers().to_vec();
        rivals.sort_unstable();
        officers.sort_unstable();
        let index = *known.entry((officers, rivals)).or_insert(members.len());
        if index == members.len() {
            members.push(Vec::new());
        }
        members[index].push(slot);
        of_slot.push(index);
    }
    let mut sets: Vec<_> = known.into_iter().collect();
    sets.sort_unstable_by_key(|&(_, index)| index);
    let bottlenecks = sets
        .into_iter()
        .map(|((officers, rivals), index)| {
            describe(network, limits, &officers, &rivals, &members[index])
        })
        .collect();
    (bottlenecks, of_slot)
}

fn describe(
    network: &Network,
    limits: &[u32],
    officers: &[usize],
    rivals: &[usize],
    open: &[usize],
) -> Bottleneck {
    let places = officers
        .iter()
        .filter_map(|&officer| limits.get(officer))
        .fold(0_u64, |sum, &limit| sum.saturating_add(u64::from(limit)));
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
