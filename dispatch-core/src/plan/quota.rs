//! Quotas: how many subjects of a stratum are drawn, in exact integers.
//!
//! Source: docs/spec.md 3.2. Invariant: the number depends on the size of the pool alone.

use serde::{Deserialize, Serialize};

/// How many subjects of a stratum are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Quota {
    /// A fixed number.
    Count {
        /// The number.
        count: u64,
    },
    /// A part of the pool.
    Ratio {
        /// Denominator of the ratio.
        denominator: u64,
        /// At least so many, if the pool has them.
        minimum: u64,
        /// Numerator of the ratio.
        numerator: u64,
        /// What happens to fractions.
        rounding: Rounding,
    },
}

impl Quota {
    /// The number drawn from a pool of `pool` subjects; `None` when a fixed number exceeds the pool.
    #[must_use]
    pub fn of(&self, pool: u64) -> Option<u64> {
        match *self {
            Self::Count { count } => (count <= pool).then_some(count),
            Self::Ratio {
                denominator,
                minimum,
                numerator,
                rounding,
            } => {
                let product = u128::from(pool) * u128::from(numerator);
                let by = u128::from(denominator).max(1);
                let rounded = match rounding {
                    Rounding::Down => product / by,
                    Rounding::Nearest => (2 * product + by) / (2 * by),
                    Rounding::Up => product.div_ceil(by),
                };
                let rounded = u64::try_from(rounded).unwrap_or(u64::MAX);
                Some(rounded.max(minimum).min(pool))
            }
        }
    }
}

/// What happens to fractions of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// To the nearest, halves up.
    Nearest,
    /// Away from zero.
    Up,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_round_as_stated() {
        let quota = |pool, numerator, rounding| {
            Quota::Ratio {
                denominator: 100,
                minimum: 0,
                numerator,
                rounding,
            }
            .of(pool)
        };
        // 5% of 30 is 1.5; 5% of 10 is 0.5; 5% of 9 is 0.45.
        assert_eq!(quota(30, 5, Rounding::Down), Some(1));
        assert_eq!(quota(30, 5, Rounding::Nearest), Some(2));
        assert_eq!(quota(10, 5, Rounding::Nearest), Some(1));
        assert_eq!(quota(9, 5, Rounding::Nearest), Some(0));
        assert_eq!(quota(9, 5, Rounding::Up), Some(1));
        assert_eq!(quota(0, 5, Rounding::Up), Some(0));
        let minimum = Quota::Ratio {
            denominator: 100,
            minimum: 4,
            numerator: 1,
            rounding: Rounding::Down,
        };
        assert_eq!((minimum.of(3), minimum.of(10)), (Some(3), Some(4)));
        assert_eq!(Quota::Count { count: 10 }.of(9), None);
    }
}
