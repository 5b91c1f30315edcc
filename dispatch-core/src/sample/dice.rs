//! Random numbers of one sample: a ChaCha key stream for each row, keyed from seed and file.
//!
//! Invariant: a row depends on the seed, the file's name and its own number only, so any row can be
//! made again without the others.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

/// The random numbers of one row.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The numbers of row `index` of the file `purpose`, of which the first 24 bytes count.
    pub(super) fn new(seed: u64, purpose: &str, index: u64) -> Self {
        let mut key = [0_u8; 32];
        let parts = seed.to_le_bytes().into_iter().chain(purpose.bytes());
        for (slot, byte) in key.iter_mut().zip(parts) {
            *slot = byte;
        }
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(index);
        Self(stream)
    }

    /// A number below `bound`, each equally likely; 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // The largest multiple of the bound; numbers from there on are thrown again.
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let thrown = self.0.next_u64();
            if thrown < limit {
                return thrown % bound;
            }
        }
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least.saturating_add(self.below(most.saturating_sub(least).saturating_add(1)))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the words; nothing from an empty list.
    pub(super) fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.below(u64::try_from(words.len()).unwrap_or(u64::MAX));
        usize::try_from(index)
            .ok()
            .and_then(|index| words.get(index))
            .copied()
            .unwrap_or_default()
    }

    /// One of the items, as often as its weight says; the weights are counted in `total`.
    pub(super) fn weighted<'a, T>(
        &mut self,
        items: &'a [T],
        weight: fn(&T) -> u64,
    ) -> Option<&'a T> {
        let total = items.iter().map(weight).sum();
        let mut left = self.below(total);
        items.iter().find(|item| {
            let weight = weight(item);
            let found = left < weight;
            left = left.saturating_sub(weight);
            found
        })
    }

    /// A day of these years, in ISO form; never later than the 28th of a month.
    pub(super) fn day(&mut self, first_year: u64, last_year: u64) -> String {
        let year = self.between(first_year, last_year);
        format!(
            "{year}-{:02}-{:02}",
            self.between(1, 12),
            self.between(1, 28)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_independent_and_repeatable() {
        let numbers = |index| {
            let mut dice = Dice::new(7, "x", index);
            [0; 4].map(|_: u64| dice.below(1_000_000))
        };
        assert_eq!(numbers(3), numbers(3));
        assert_ne!(numbers(3), numbers(4));
    }

    #[test]
    fn every_number_below_the_bound_comes_up() {
        let mut dice = Dice::new(1, "x", 0);
        let mut counts = [0_u32; 6];
        for _ in 0..6000 {
            counts[usize::try_from(dice.below(6)).unwrap_or(0)] += 1;
        }
        // 1000 expected with a standard deviation of 29.
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
        assert_eq!(dice.below(0), 0);
    }
}
