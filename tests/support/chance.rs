//! Chance: a reproducible source of test numbers, and bounds for chi-square statistics.
//!
//! Source of the bounds: Laurent and Massart (2000), Lemma 1: for a chi-square variable X with d
//! degrees of freedom and every x > 0, P(X ≥ d + 2√(dx) + 2x) ≤ e^(−x) and P(X ≤ d − 2√(dx)) ≤ e^(−x).

use core::ops::RangeInclusive;

/// SplitMix64 (Steele, Lea, Flood 2014): good enough to make up test data.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A sequence of its own for every seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        // Scattered, so that sequences of consecutive seeds are not each other, shifted.
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next 64 bits.
    pub const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `n`, with a bias below n / 2^64.
    pub const fn below(&mut self, n: u64) -> u64 {
        self.word() % n
    }

    /// Puts items in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let bound = u64::try_from(at + 1).unwrap_or(1);
            items.swap(at, usize::try_from(self.below(bound)).unwrap_or(0));
        }
    }
}

/// Where a chi-square statistic lies except with probability at most 2·10^−9 (10^−9 on either side).
#[must_use]
pub fn plausible(degrees: f64) -> RangeInclusive<f64> {
    let x = 1e9_f64.ln();
    let spread = 2.0 * (degrees * x).sqrt();
    (degrees - spread).max(0.0)..=degrees + spread + 2.0 * x
}

/// Pearson's statistic against equal expectations, which has one degree of freedom less than there
/// are counts.
#[must_use]
pub fn pearson(counts: &[u32]) -> f64 {
    let total: f64 = counts.iter().copied().map(f64::from).sum();
    let cells: f64 = counts.iter().map(|_| 1.0).sum();
    let mean = total / cells;
    counts
        .iter()
        .map(|count| (f64::from(*count) - mean).powi(2) / mean)
        .sum()
}
