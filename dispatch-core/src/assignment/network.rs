//! Who holds which slot: the flow network slot → (subject, officer) → officer and its flow.
//!
//! Source: the officer assignment of docs/spec.md; the middle node, of capacity 1, says that an
//! officer fills at most one slot of a subject. The searches over it are in `search.rs`.
//!
//! Invariant: a held slot's officer is admitted to it, holds no other slot of its subject, and has
//! no more slots in all than its capacity.

use super::Group;
use super::demand::{Demand, WORD_BITS};
use super::search::Marks;

/// The current assignment of a load group and what a search needs to change it.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) demand: Demand,
    capacity: Vec<u32>,
    load: Vec<u32>,
    /// One bit per officer: load below capacity.
    spare: Vec<u64>,
    /// For each slot its officer, or `NOBODY`.
    officer: Vec<usize>,
    /// Slots decided for good: no search takes them from their officer.
    fixed: Vec<bool>,
    /// Each officer's slots that are not fixed, as a doubly linked list through the slots.
    first_held: Vec<usize>,
    next_held: Vec<usize>,
    previous_held: Vec<usize>,
    pub(super) marks: Marks,
}

impl Network {
    /// The network of a group with no slot held and no capacity yet; see [`Self::set_cap`].
    pub(super) fn new(group: &Group) -> Self {
        let demand = Demand::new(group);
        let (officers, slots) = (demand.officers(), demand.slots());
        Self {
            capacity: vec![0; officers],
            load: vec![0; officers],
            spare: vec![0; demand.width()],
            officer: vec![NOBODY; slots],
            fixed: vec![false; slots],
            first_held: vec![NOBODY; officers],
            next_held: vec![NOBODY; slots],
            previous_held: vec![NOBODY; slots],
            marks: Marks::new(slots, demand.width()),
            demand,
        }
    }

    /// Gives every officer the room that limit, cap and earlier slots leave; slots above it lose their officer.
    pub(super) fn set_cap(&mut self, group: &Group, cap: u32) {
        for officer in 0..self.demand.officers() {
            self.capacity[officer] = group.room(officer, cap);
            while self.load[officer] > self.capacity[officer] {
                let slot = self.first_held[officer];
                if slot == NOBODY {
                    break; // all fixed: cannot be, as caps are chosen before anything is fixed
                }
                self.release(slot);
            }
            self.note_spare(officer);
        }
        self.forget();
    }

    pub(super) fn officer_of(&self, slot: usize) -> Option<usize> {
        Some(self.officer[slot]).filter(|&officer| officer != NOBODY)
    }

    pub(super) fn is_fixed(&self, slot: usize) -> bool {
        self.fixed[slot]
    }

    /// The slot of the subject that the officer holds.
    pub(super) fn slot_held(&self, subject: usize, officer: usize) -> Option<usize> {
        self.demand
            .slots_of(subject)
            .find(|&slot| self.officer[slot] == officer)
    }

    pub(super) fn has_spare(&self, officer: usize) -> bool {
        self.load[officer] < self.capacity[officer]
    }

    /// Officers with spare capacity, 64 at a time.
    pub(super) fn spare_word(&self, index: usize) -> u64 {
        self.spare[index]
    }

    /// The officer's first slot that is not fixed.
    pub(super) fn first_held(&self, officer: usize) -> Option<usize> {
        Some(self.first_held[officer]).filter(|&slot| slot != NOBODY)
    }

    /// The next such slot of the same officer.
    pub(super) fn next_held(&self, slot: usize) -> Option<usize> {
        Some(self.next_held[slot]).filter(|&next| next != NOBODY)
    }

    /// Gives a slot without officer to an officer; the caller has checked that it fits.
    pub(super) fn hold(&mut self, slot: usize, officer: usize) {
        self.officer[slot] = officer;
        self.load[officer] += 1;
        self.note_spare(officer);
        let next = self.first_held[officer];
        self.next_held[slot] = next;
        self.previous_held[slot] = NOBODY;
        if next != NOBODY {
            self.previous_held[next] = slot;
        }
        self.first_held[officer] = slot;
    }

    /// Takes a slot that is not fixed from its officer, if it has one.
    pub(super) fn release(&mut self, slot: usize) {
        if let Some(officer) = self.officer_of(slot) {
            self.unlink(slot, officer);
            self.officer[slot] = NOBODY;
            self.load[officer] -= 1;
            self.note_spare(officer);
        }
    }

    /// Decides a held slot for good.
    pub(super) fn fix(&mut self, slot: usize) {
        if let Some(officer) = self.officer_of(slot) {
            self.unlink(slot, officer);
            self.fixed[slot] = true;
        }
    }

    fn unlink(&mut self, slot: usize, officer: usize) {
        let (previous, next) = (self.previous_held[slot], self.next_held[slot]);
        if previous == NOBODY {
            self.first_held[officer] = next;
        } else {
            self.next_held[previous] = next;
        }
        if next != NOBODY {
            self.previous_held[next] = previous;
        }
    }

    fn note_spare(&mut self, officer: usize) {
        let bit = 1 << (officer % WORD_BITS);
        if self.has_spare(officer) {
            self.spare[officer / WORD_BITS] |= bit;
        } else {
            self.spare[officer / WORD_BITS] &= !bit;
        }
    }
}

/// Stands for "no officer" and for "end of list".
const NOBODY: usize = usize::MAX;
