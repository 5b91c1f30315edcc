//! What the slots of a load group ask for, in the form the network searches.
//!
//! Source: the officer assignment of docs/spec.md. Slots are numbered through the group in rule
//! order: subjects in their order, each subject's slots in theirs.
//!
//! Invariant: every number inside is in range, whatever the group contained: a class that is not
//! there has no officers, an officer beyond the group is nobody.

use std::ops::Range;

use super::Group;

/// The demand side of a load group: never changed once made.
#[derive(Debug)]
pub(super) struct Demand {
    officers: usize,
    /// Words per class.
    width: usize,
    /// The class bit sets, one after the other; the last one is empty.
    class_words: Vec<u64>,
    /// For each slot, where its class begins in `class_words`.
    class_start: Vec<usize>,
    subject_of: Vec<usize>,
    /// For each subject its first slot; one entry more at the end.
    first_slot: Vec<usize>,
    barred: Vec<Vec<usize>>,
}

impl Demand {
    pub(super) fn new(group: &Group) -> Self {
        let officers = usize::try_from(group.officers()).unwrap_or(0);
        let width = officers.div_ceil(WORD_BITS);
        let mut class_words = Vec::with_capacity((group.classes.len() + 1) * width);
        for class in &group.classes {
            for index in 0..width {
                let bits = class.words().get(index).copied().unwrap_or(0);
                let inside = officers.saturating_sub(index * WORD_BITS);
                let mask = if inside >= WORD_BITS {
                    u64::MAX
                } else {
                    (1 << inside) - 1
                };
                class_words.push(bits & mask);
            }
        }
        class_words.resize(class_words.len() + width, 0);

        let mut class_start = Vec::new();
        let mut subject_of = Vec::new();
        let mut first_slot = vec![0];
        let mut barred = Vec::with_capacity(group.subjects.len());
        for (number, subject) in group.subjects.iter().enumerate() {
            for &class in &subject.slots {
                class_start.push(class.min(group.classes.len()) * width);
                subject_of.push(number);
            }
            first_slot.push(class_start.len());
            let mut list: Vec<usize> = subject
                .barred
                .iter()
                .filter_map(|&o| usize::try_from(o).ok())
                .collect();
            list.sort_unstable();
            barred.push(list);
        }
        Self {
            officers,
            width,
            class_words,
            class_start,
            subject_of,
            first_slot,
            barred,
        }
    }

    pub(super) fn officers(&self) -> usize {
        self.officers
    }

    /// Words of a bit set over the officers.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn slots(&self) -> usize {
        self.class_start.len()
    }

    pub(super) fn subject_of(&self, slot: usize) -> usize {
        self.subject_of[slot]
    }

    pub(super) fn slots_of(&self, subject: usize) -> Range<usize> {
        self.first_slot[subject]..self.first_slot[subject + 1]
    }

    /// The subject and the slot's place within it.
    pub(super) fn place_of(&self, slot: usize) -> (usize, usize) {
        let subject = self.subject_of[slot];
        (subject, slot - self.first_slot[subject])
    }

    /// Officers of the slot's class, 64 at a time; recusals are not taken out.
    pub(super) fn class_word(&self, slot: usize, index: usize) -> u64 {
        self.class_words[self.class_start[slot] + index]
    }

    /// How many officers the slot's class has.
    pub(super) fn class_size(&self, slot: usize) -> u32 {
        (0..self.width)
            .map(|index| self.class_word(slot, index).count_ones())
            .sum()
    }

    pub(super) fn is_barred(&self, subject: usize, officer: usize) -> bool {
        self.barred[subject].binary_search(&officer).is_ok()
    }

    /// Whether the officer is in the slot's class and not barred from its subject.
    pub(super) fn admits(&self, slot: usize, officer: usize) -> bool {
        let bits = self.class_word(slot, officer / WORD_BITS);
        bits >> (officer % WORD_BITS) & 1 == 1 && !self.is_barred(self.subject_of[slot], officer)
    }
}

/// Officers per word of a bit set.
pub(super) const WORD_BITS: usize = 64;
