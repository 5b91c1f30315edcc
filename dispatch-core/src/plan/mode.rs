//! Modes: is everything drawn at once, or batch by batch?
//!
//! Source: docs/spec.md sections 3 and 6; 国市监信〔2019〕38号 lets randomness decide the order of
//! batches where the rate is high. Invariant: the shares of all batches add up to the quota.

use serde::{Deserialize, Serialize};

/// How the quotas are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// In batches: one at the draw time, one at every stage.
    Order,
    /// All at the draw time.
    #[default]
    Sample,
}

/// How many of a quota batch `batch` of `batches` takes, batches counted from 1 (docs/spec.md 6).
#[must_use]
pub fn share(quota: u64, batch: u64, batches: u64) -> u64 {
    let up_to = |batch: u64| {
        let parts = u128::from(quota) * u128::from(batch);
        u64::try_from(parts.div_ceil(u128::from(batches.max(1)))).unwrap_or(u64::MAX)
    };
    up_to(batch).saturating_sub(up_to(batch.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_add_up_and_differ_by_one_at_most() {
        for quota in [0, 1, 2, 7, 100, 101, 1_000_000_000] {
            for batches in [1, 2, 3, 7, 101] {
                let shares: Vec<u64> = (1..=batches).map(|b| share(quota, b, batches)).collect();
                assert_eq!(shares.iter().sum::<u64>(), quota);
                let least = quota / batches;
                let even = |share: &u64| (least..=least + 1).contains(share);
                assert!(shares.iter().all(even), "{quota} in {batches}");
            }
        }
        // By hand: 7 in 3 batches is ceil(7/3), ceil(14/3) - 3, 7 - 5.
        assert_eq!([1, 2, 3].map(|b| share(7, b, 3)), [3, 2, 2]);
    }
}
