//! How much entropy a public event can have at most, in exact integers.
//!
//! Source: docs/spec.md 5.1. Outcomes can have thousands of bits, so they are kept as big numbers.

use super::NumberShape;

/// Whether 1 ≤ bits and 2^bits ≤ number of outcomes (docs/spec.md 5.1).
pub(super) fn has_entropy(shape: NumberShape, choices: u64, count: u64, bits: u64) -> bool {
    if bits == 0 || (shape == NumberShape::Set && count > choices) {
        return false;
    }
    let mut outcomes = Big::one();
    for index in 0..count {
        match shape {
            NumberShape::Sequence => outcomes.multiply(choices),
            NumberShape::Set => {
                outcomes.multiply(choices - index);
                outcomes.divide(index + 1);
            }
        }
    }
    outcomes.bit_length() > bits
}

/// Just enough of a natural number: at most 100 factors of 30 bits.
struct Big(Vec<u32>);

impl Big {
    fn one() -> Self {
        Self(vec![1])
    }

    fn multiply(&mut self, by: u64) {
        let mut carry = 0u64;
        for limb in &mut self.0 {
            let value = u64::from(*limb) * by + carry;
            *limb = u32::try_from(value & 0xffff_ffff).unwrap_or(0);
            carry = value >> 32;
        }
        if carry > 0 {
            self.0.push(u32::try_from(carry).unwrap_or(u32::MAX));
        }
    }

    fn divide(&mut self, by: u64) {
        let mut rest = 0u64;
        for limb in self.0.iter_mut().rev() {
            let value = (rest << 32) | u64::from(*limb);
            *limb = u32::try_from(value / by).unwrap_or(u32::MAX);
            rest = value % by;
        }
    }

    fn bit_length(&self) -> u64 {
        let zeros = self.0.iter().rev().take_while(|limb| **limb == 0).count();
        let limbs = &self.0[..self.0.len() - zeros];
        let top = limbs
            .last()
            .map_or(0, |limb| u64::from(32 - limb.leading_zeros()));
        32 * (limbs.len().max(1) as u64 - 1) + top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_entropy_is_limited_by_the_outcomes() {
        // 双色球: C(33,6) = 1107568, 2^20 = 1048576; C(49,6) = 13983816 < 2^24.
        assert!(
            has_entropy(NumberShape::Set, 33, 6, 20) && !has_entropy(NumberShape::Set, 33, 6, 21)
        );
        assert!(
            has_entropy(NumberShape::Set, 49, 6, 23) && !has_entropy(NumberShape::Set, 49, 6, 24)
        );
        // Ten digits: 10^10, 2^33 = 8589934592.
        assert!(
            has_entropy(NumberShape::Sequence, 10, 10, 33)
                && !has_entropy(NumberShape::Sequence, 10, 10, 34)
        );
        assert!(
            has_entropy(NumberShape::Sequence, 2, 100, 100)
                && !has_entropy(NumberShape::Sequence, 2, 100, 101)
        );
        // Python: math.comb(10**9, 100).bit_length() == 2465.
        assert!(
            has_entropy(NumberShape::Set, 1_000_000_000, 100, 2464)
                && !has_entropy(NumberShape::Set, 1_000_000_000, 100, 2465)
        );
        assert!(!has_entropy(NumberShape::Set, 5, 6, 1) && !has_entropy(NumberShape::Set, 6, 6, 1));
    }
}
