//! A set of officers of one load group, one bit per officer.
//!
//! Source: the officer assignment of docs/spec.md; each class of slots names the officers who may
//! fill it. Officers are numbered 0, 1, 2, … in roster order.
//!
//! Invariant: no member is at or above the size the set was made for.

/// Which officers of a load group may fill the slots of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerSet {
    officers: u32,
    words: Vec<u64>,
}

impl OfficerSet {
    /// The empty set over a group of `officers` officers.
    #[must_use]
    pub fn none(officers: u32) -> Self {
        let words = officers.div_ceil(u64::BITS);
        Self {
            officers,
            words: vec![0; usize::try_from(words).unwrap_or(0)],
        }
    }

    /// The officers below `officers` for whom `may` answers true.
    #[must_use]
    pub fn from_fn(officers: u32, mut may: impl FnMut(u32) -> bool) -> Self {
        let mut set = Self::none(officers);
        for officer in 0..officers {
            if may(officer) {
                set.insert(officer);
            }
        }
        set
    }

    /// Adds an officer; false, and no change, if the number is outside the group.
    pub fn insert(&mut self, officer: u32) -> bool {
        if officer >= self.officers {
            return false;
        }
        let (word, bit) = place(officer);
        self.words[word] |= bit;
        true
    }

    /// Whether the officer is in the set.
    #[must_use]
    pub fn contains(&self, officer: u32) -> bool {
        let (word, bit) = place(officer);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// How many officers the set has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether nobody is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&bits| bits == 0)
    }

    /// The members in roster order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.officers).filter(|&officer| self.contains(officer))
    }

    /// The bits, officer 0 lowest, for the network.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }
}

fn place(officer: u32) -> (usize, u64) {
    let word = usize::try_from(officer / u64::BITS).unwrap_or(usize::MAX);
    (word, 1 << (officer % u64::BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in_and_nothing_outside_the_group() {
        let mut set = OfficerSet::none(65);
        assert!(set.is_empty());
        assert!(set.insert(0) && set.insert(63) && set.insert(64));
        assert!(!set.insert(65) && !set.insert(u32::MAX));
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64]);
        assert_eq!(set.len(), 3);
        assert!(!set.contains(65) && !set.contains(u32::MAX));
        assert_eq!(OfficerSet::from_fn(65, |o| o % 63 == 0), {
            let mut same = OfficerSet::none(65);
            same.insert(0);
            same.insert(63);
            same
        });
    }
}
