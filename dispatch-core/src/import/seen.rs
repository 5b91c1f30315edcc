//! Which ids a file has already shown, and in which row.
//!
//! Hashes find candidates and the stored ids decide, so no collision can pass for a duplicate.
//! About 45 bytes an id: an id's text, where it ends, its row, and its slot in an open table.
//!
//! Invariant: the table always has an empty slot, so every search ends.

use std::hash::Hasher;

/// The ids seen so far.
#[derive(Debug, Default)]
pub(super) struct SeenIds {
    texts: Vec<u8>,
    /// Where each id ends in `texts`, and its row.
    entries: Vec<(usize, u64)>,
    /// Zero for an empty slot; else part of the hash above, the entry's number from 1 below.
    slots: Vec<u64>,
}

impl SeenIds {
    /// The row that showed this id first; remembers `row` if it is new.
    pub(super) fn first_row(&mut self, id: &str, row: u64) -> Option<u64> {
        if self.entries.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let hash = hash_of(id.as_bytes());
        let mut slot = self.home(hash);
        while let Some(&found) = self.slots.get(slot).filter(|found| **found != 0) {
            if found >> INDEX_BITS == hash >> INDEX_BITS {
                let index = usize::try_from((found & INDEX_MASK) - 1).unwrap_or(usize::MAX);
                if self.text(index) == id.as_bytes() {
                    return self.entries.get(index).map(|(_, first)| *first);
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.texts.extend_from_slice(id.as_bytes());
        self.entries.push((self.texts.len(), row));
        let number = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        if let Some(empty) = self.slots.get_mut(slot) {
            *empty = (hash & !INDEX_MASK) | (number & INDEX_MASK);
        }
        None
    }

    fn text(&self, index: usize) -> &[u8] {
        let end = self.entries.get(index).map_or(0, |(end, _)| *end);
        let start = match index.checked_sub(1) {
            Some(before) => self.entries.get(before).map_or(0, |(end, _)| *end),
            None => 0,
        };
        self.texts.get(start..end).unwrap_or_default()
    }

    /// The slot a hash starts from; the number of slots is a power of two.
    fn home(&self, hash: u64) -> usize {
        let mask = u64::try_from(self.slots.len()).unwrap_or(u64::MAX) - 1;
        usize::try_from(hash & mask).unwrap_or(0)
    }

    /// Doubles the table and places every entry anew.
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(SMALLEST);
        self.slots.clear();
        self.slots.resize(size, 0);
        for index in 0..self.entries.len() {
            let hash = hash_of(self.text(index));
            let mut slot = self.home(hash);
            while self.slots.get(slot).is_some_and(|found| *found != 0) {
                slot = (slot + 1) & (size - 1);
            }
            let number = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
            if let Some(empty) = self.slots.get_mut(slot) {
                *empty = (hash & !INDEX_MASK) | (number & INDEX_MASK);
            }
        }
    }
}

/// SipHash with a fixed key: equal on every run, and good enough where equality decides.
fn hash_of(id: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(id);
    hasher.finish()
}

const SMALLEST: usize = 1024;
/// Numbers of entries take forty bits, a thousand times any roster.
const INDEX_BITS: u32 = 40;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn agrees_with_a_map() {
        let mut seen = SeenIds::default();
        let mut model: HashMap<String, u64> = HashMap::new();
        for row in 0..20_000_u64 {
            // A multiplier coprime to the modulus repeats ids in a scrambled order.
            let id = format!("id{}", row * 7_919 % 13_001);
            let expected = model.get(&id).copied();
            assert_eq!(seen.first_row(&id, row), expected);
            model.entry(id).or_insert(row);
        }
    }

    #[test]
    fn ids_that_are_prefixes_differ() {
        let mut seen = SeenIds::default();
        assert_eq!(seen.first_row("AB", 2), None);
        assert_eq!(seen.first_row("A", 3), None);
        assert_eq!(seen.first_row("ABA", 4), None);
        assert_eq!(seen.first_row("AB", 5), Some(2));
    }
}
