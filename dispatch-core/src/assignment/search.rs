//! Alternating paths: how a slot gets an officer by moving other slots to other officers.
//!
//! Source: the officer assignment of docs/spec.md; breadth-first search in the residual network,
//! with an explicit queue. A slot that wants an officer may take one with spare capacity, or take
//! it from one of the officer's slots, or from the slot of its own subject that holds it; the slot
//! that lost its officer then wants one in turn. Fixed slots lose nothing.
//!
//! Invariant: a failed search changes no holding and leaves its marks, for what it reached leads to
//! no spare place, until [`Network::forget`]; a search that succeeds takes its own marks away.

use super::demand::WORD_BITS;
use super::network::Network;

/// What searches have reached.
#[derive(Debug)]
pub(super) struct Marks {
    era: u64,
    /// A slot is reached when its number is that of the present era.
    slot_era: Vec<u64>,
    /// One bit per officer.
    officers: Vec<u64>,
    /// The slots this search reached, in order; it goes on at `done`.
    queue: Vec<usize>,
    done: usize,
    reached_officers: Vec<usize>,
    /// For each reached slot the slot that would take its officer.
    taker: Vec<usize>,
}

impl Marks {
    pub(super) fn new(slots: usize, width: usize) -> Self {
        Self {
            era: 1,
            slot_era: vec![0; slots],
            officers: vec![0; width],
            queue: Vec::new(),
            done: 0,
            reached_officers: Vec::new(),
            taker: vec![0; slots],
        }
    }

    /// The slots the last search reached, without the one it began from.
    pub(super) fn slots(&self) -> &[usize] {
        &self.queue
    }

    /// The officers the last search reached; none of them had a spare place.
    pub(super) fn officers(&self) -> &[usize] {
        &self.reached_officers
    }

    fn begin(&mut self) {
        self.queue.clear();
        self.reached_officers.clear();
        self.done = 0;
    }

    pub(super) fn has_slot(&self, slot: usize) -> bool {
        self.slot_era[slot] == self.era
    }

    fn has_officer(&self, officer: usize) -> bool {
        self.officers[officer / WORD_BITS] >> (officer % WORD_BITS) & 1 == 1
    }

    fn reach_slot(&mut self, slot: usize, taker: usize) {
        if !self.has_slot(slot) {
            self.slot_era[slot] = self.era;
            self.taker[slot] = taker;
            self.queue.push(slot);
        }
    }

    fn next(&mut self) -> Option<usize> {
        let slot = self.queue.get(self.done).copied();
        self.done += 1;
        slot
    }

    fn take_back(&mut self) {
        for &slot in &self.queue {
            self.slot_era[slot] = 0;
        }
        for &officer in &self.reached_officers {
            self.officers[officer / WORD_BITS] &= !(1 << (officer % WORD_BITS));
        }
    }
}

impl Network {
    /// Drops the marks of earlier failed searches. Needed whenever capacity was added, or a slot
    /// released, since the first of them.
    pub(super) fn forget(&mut self) {
        self.marks.era += 1;
        self.marks.officers.fill(0);
    }

    /// Gets an officer for a slot that has none; false if that is impossible.
    pub(super) fn augment(&mut self, slot: usize) -> bool {
        self.marks.begin();
        match self.expand(slot) {
            Some(officer) => {
                self.shift(slot, slot, officer);
                true
            }
            None => self.search(slot),
        }
    }

    /// Gets this very officer for a slot that has none; false if that is impossible. The officer
    /// must be admitted to the slot.
    pub(super) fn augment_with(&mut self, slot: usize, officer: usize) -> bool {
        self.marks.begin();
        if let Some(teammate) = self.slot_held(self.demand.subject_of(slot), officer) {
            if self.is_fixed(teammate) || self.marks.has_slot(teammate) {
                return false;
            }
            self.marks.reach_slot(teammate, slot);
        } else if self.has_spare(officer) {
            self.hold(slot, officer);
            return true;
        } else if self.marks.has_officer(officer) {
            return false;
        } else {
            self.reach_officer(officer, slot);
        }
        self.search(slot)
    }

    /// Marks the slots whose officer an open slot could take, as the first step of its search.
    pub(super) fn reach_first(&mut self, open: usize) {
        self.marks.begin();
        self.expand(open);
    }

    /// Goes on from there by one slot; false when the open slot reaches nothing more.
    pub(super) fn reach_next(&mut self) -> bool {
        let next = self.marks.next();
        if let Some(slot) = next {
            self.expand(slot);
        }
        next.is_some()
    }

    /// Marks all that a held slot could reach if it lost its officer: no officer among them has a
    /// spare place, as the slot must be one that the search from an open slot reached.
    pub(super) fn reach_from(&mut self, held: usize) {
        self.marks.begin();
        self.marks.reach_slot(held, held);
        self.search(held);
    }

    fn search(&mut self, root: usize) -> bool {
        while let Some(slot) = self.marks.next() {
            if let Some(officer) = self.expand(slot) {
                self.shift(root, slot, officer);
                return true;
            }
        }
        false
    }

    /// An officer with a spare place for the slot; if there is none, reaches all slots whose
    /// officer this slot could take.
    fn expand(&mut self, slot: usize) -> Option<usize> {
        let subject = self.demand.subject_of(slot);
        for index in 0..self.demand.width() {
            let mut bits = self.demand.class_word(slot, index) & self.spare_word(index);
            while let Some(officer) = take_lowest(&mut bits, index) {
                if self.is_open_to(subject, officer) {
                    return Some(officer);
                }
            }
        }
        // An officer on the subject's own team can only come from the teammate slot.
        for teammate in self.demand.slots_of(subject) {
            if let Some(officer) = self.officer_of(teammate)
                && teammate != slot
                && !self.is_fixed(teammate)
                && self.demand.admits(slot, officer)
            {
                self.marks.reach_slot(teammate, slot);
            }
        }
        for index in 0..self.demand.width() {
            let mut bits = self.demand.class_word(slot, index) & !self.marks.officers[index];
            while let Some(officer) = take_lowest(&mut bits, index) {
                if self.is_open_to(subject, officer) {
                    self.reach_officer(officer, slot);
                }
            }
        }
        None
    }

    /// Neither barred from the subject nor on its team.
    fn is_open_to(&self, subject: usize, officer: usize) -> bool {
        !self.demand.is_barred(subject, officer) && self.slot_held(subject, officer).is_none()
    }

    fn reach_officer(&mut self, officer: usize, taker: usize) {
        self.marks.officers[officer / WORD_BITS] |= 1 << (officer % WORD_BITS);
        self.marks.reached_officers.push(officer);
        let mut held = self.first_held(officer);
        while let Some(slot) = held {
            self.marks.reach_slot(slot, taker);
            held = self.next_held(slot);
        }
    }

    /// Moves officers along the path found: `last` takes `officer`, and each slot's former officer
    /// goes to the slot that reached it, down to `root`.
    fn shift(&mut self, root: usize, last: usize, officer: usize) {
        let (mut slot, mut incoming) = (last, officer);
        while slot != root {
            let Some(outgoing) = self.officer_of(slot) else {
                break;
            };
            self.release(slot);
            self.hold(slot, incoming);
            incoming = outgoing;
            slot = self.marks.taker[slot];
        }
        self.hold(slot, incoming);
        self.marks.take_back();
    }
}

/// Removes the lowest bit of word `index` and returns the officer it stands for.
fn take_lowest(bits: &mut u64, index: usize) -> Option<usize> {
    if *bits == 0 {
        return None;
    }
    let bit = usize::try_from(bits.trailing_zeros()).ok()?;
    *bits &= *bits - 1;
    Some(index * WORD_BITS + bit)
}
