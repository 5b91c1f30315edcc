//! The officer assignment: who goes to which selected subject, from keys and limits alone.
//!
//! Source: docs/spec.md, officer assignment. Within one load group:
//! 0. A slot is *covered* if it can be filled together with all earlier covered slots, within the
//!    officers' own limits; otherwise it is open and stays empty.
//! 1. The base is the smallest uniform load cap under which all covered slots can be filled; the
//!    cap is the base plus the slack.
//! 2. In order, each covered slot takes the first officer of its subject's permutation who may fill
//!    it and with whom all later covered slots can still be filled under the cap.
//!
//! Invariant: the rule, not the search, defines the answer: it is the lexicographically first
//! complete assignment, so any correct program finds the same one.

mod bottleneck;
mod cap;
mod demand;
mod network;
mod officer_set;
mod search;

use std::fmt;

pub use self::bottleneck::Bottleneck;
pub use self::officer_set::OfficerSet;

use self::network::Network;
use crate::stream::LazyPermutation;

/// One load group: its officers and the subjects that need some of them.
///
/// Officers are numbered in roster order, subjects in ticket order. There is no wrong group: a
/// class number that is not in `classes` stands for a class without officers, and officer numbers
/// that are not in the group stand for nobody.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// For each officer how many slots they may fill at most in this draw; `u32::MAX`: no limit.
    pub limits: Vec<u32>,
    /// For each officer how many slots they fill already; officers beyond its end fill none.
    pub earlier: Vec<u32>,
    /// For each class of slots the officers who may fill it.
    pub classes: Vec<OfficerSet>,
    /// The subjects in ticket order.
    pub subjects: Vec<GroupSubject>,
}

impl Group {
    /// How many officers the group has.
    #[must_use]
    pub fn officers(&self) -> u32 {
        u32::try_from(self.limits.len()).unwrap_or(u32::MAX)
    }

    /// How many more slots an officer may fill under a cap on all their slots.
    fn room(&self, officer: usize, cap: u32) -> u32 {
        let limit = self.limits.get(officer).copied().unwrap_or(0);
        let earlier = self.earlier.get(officer).copied().unwrap_or(0);
        limit.min(cap).saturating_sub(earlier)
    }
}

/// What one subject needs from a load group.
#[derive(Clone, Default)]
pub struct GroupSubject {
    /// The ChaCha20 key of the subject's permutation of the group's officers.
    pub key: [u8; 32],
    /// The class of each slot, in plan order. An officer fills at most one of them.
    pub slots: Vec<usize>,
    /// The officers recused from this subject, in any order.
    pub barred: Vec<u32>,
}

impl fmt::Debug for GroupSubject {
    /// Leaves the key out: it is secret until the draw is disclosed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupSubject")
            .field("slots", &self.slots)
            .field("barred", &self.barred)
            .finish_non_exhaustive()
    }
}

/// What a load group can staff, known before any key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The smallest uniform load cap under which all covered slots can be filled; 0 if there are
    /// none.
    pub base: u32,
    /// The slots that cannot be filled, in order.
    pub open: Vec<OpenSlot>,
    /// Why they cannot be filled; each open slot refers to one.
    pub bottlenecks: Vec<Bottleneck>,
}

/// A slot that stays empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSlot {
    /// Index of the subject in the group.
    pub subject: usize,
    /// Index of the slot in the subject's slots.
    pub slot: usize,
    /// Index of its bottleneck in [`Coverage::bottlenecks`].
    pub bottleneck: usize,
}

/// The officers of one load group's subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupAssignment {
    /// For each subject and each of its slots the officer, or none where the slot is open.
    pub officers: Vec<Vec<Option<u32>>>,
    /// The most slots an officer may fill, earlier ones included: the coverage's base plus the slack.
    pub cap: u32,
    /// The base, and what could not be filled.
    pub coverage: Coverage,
}

/// Which slots of the group can be filled, and the base; needs no keys and draws nothing.
#[must_use]
pub fn coverage(group: &Group) -> Coverage {
    prepare(group).1
}

/// Assigns the group's officers by the rule above, with a cap of base plus `slack`.
#[must_use]
pub fn assign(group: &Group, slack: u32) -> GroupAssignment {
    let (mut network, coverage) = prepare(group);
    let cap = coverage.base.saturating_add(slack);
    network.set_cap(group, cap);
    let mut officers = Vec::with_capacity(group.subjects.len());
    for (number, subject) in group.subjects.iter().enumerate() {
        let mut permutation = LazyPermutation::new(subject.key, group.officers());
        let slots = network.demand.slots_of(number);
        officers.push(
            slots
                .map(|slot| decide(&mut network, slot, &mut permutation))
                .collect(),
        );
    }
    GroupAssignment {
        officers,
        cap,
        coverage,
    }
}

/// The network filled under the base, and the coverage.
fn prepare(group: &Group) -> (Network, Coverage) {
    let mut network = Network::new(group);
    let (covered, unfilled) = cap::cover(&mut network, group);
    let (bottlenecks, of_slot) = bottleneck::find_bottlenecks(&mut network, group, &unfilled);
    let open = unfilled
        .iter()
        .zip(of_slot)
        .map(|(&number, bottleneck)| {
            let (subject, slot) = network.demand.place_of(number);
            OpenSlot {
                subject,
                slot,
                bottleneck,
            }
        })
        .collect();
    let base = cap::find_base(&mut network, group, &covered);
    (
        network,
        Coverage {
            base,
            open,
            bottlenecks,
        },
    )
}

/// Step 2 for one slot; the network holds all covered slots before and after. None: it is open.
fn decide(network: &mut Network, slot: usize, permutation: &mut LazyPermutation) -> Option<u32> {
    network.officer_of(slot)?;
    // Without its officer the slot leaves one place free. Each trial asks for a path from the
    // candidate to a free place; what one failed trial reached is of no use to the next.
    network.release(slot);
    network.forget();
    // The officer just released has a free place, so the scan ends there at the latest.
    for index in 0.. {
        let candidate = permutation.get(index)?;
        let officer = usize::try_from(candidate).ok()?;
        if network.demand.admits(slot, officer) && network.augment_with(slot, officer) {
            network.fix(slot);
            return Some(candidate);
        }
    }
    None
}
