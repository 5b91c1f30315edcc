//! The pinned parameters of quicknet, and which round belongs to which time.
//!
//! Source: drand documentation and `common/time.go`; the chain hash is SHA-256(period u32 BE ‖
//! genesis i64 BE ‖ public key ‖ group hash ‖ beacon id).
//! Invariant: round r is due at genesis + (r - 1) · period; the round of a draw is the first one
//! due at or after the draw time, and follows from that time alone.

use crate::digest::Digest;

/// What a drand network announces about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Name of the beacon; part of the chain hash.
    pub beacon_id: &'static str,
    /// Signature scheme.
    pub scheme: &'static str,
    /// Chain hash: stands for all other parameters, and names the chain in relay addresses.
    pub hash: Digest,
    /// Compressed G2 point that every pulse is checked against.
    pub public_key: [u8; 96],
    /// Hash of the founding group; part of the chain hash.
    pub group_hash: Digest,
    /// Time of round 1, in seconds since 1970-01-01T00:00:00Z.
    pub genesis: u32,
    /// Seconds from one round to the next.
    pub period: u32,
}

impl Chain {
    /// Chain hash of the other parameters; equals [`Chain::hash`] unless one of them is wrong.
    #[must_use]
    pub fn computed_hash(&self) -> Digest {
        let mut preimage = Vec::with_capacity(160);
        preimage.extend(self.period.to_be_bytes());
        preimage.extend(i64::from(self.genesis).to_be_bytes());
        preimage.extend(self.public_key);
        preimage.extend(self.group_hash.as_bytes());
        preimage.extend(self.beacon_id.as_bytes());
        Digest::of(&preimage)
    }
}

/// The chain that draws take their pulse from: quicknet, since 2023-08-23T15:09:27Z.
pub const QUICKNET: Chain = Chain {
    beacon_id: "quicknet",
    scheme: "bls-unchained-g1-rfc9380",
    hash: Digest::new(pinned(
        "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    )),
    public_key: pinned(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c\
         8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb\
         5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    ),
    group_hash: Digest::new(pinned(
        "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    )),
    genesis: 1_692_803_367,
    period: 3,
};

/// The first round due at or after this time (seconds since 1970-01-01T00:00:00Z).
///
/// Round 1 for any time up to the genesis of the chain.
#[must_use]
pub fn round_at_or_after(unix_seconds: u64) -> u64 {
    let since_genesis = unix_seconds.saturating_sub(u64::from(QUICKNET.genesis));
    // Cannot overflow: the quotient is at most a third of u64::MAX.
    since_genesis.div_ceil(u64::from(QUICKNET.period)) + 1
}

/// When the round is due, in seconds since 1970-01-01T00:00:00Z.
///
/// None for round 0, which does not exist, and for times beyond u64.
#[must_use]
pub fn time_of_round(round: u64) -> Option<u64> {
    let elapsed = round
        .checked_sub(1)?
        .checked_mul(u64::from(QUICKNET.period))?;
    elapsed.checked_add(u64::from(QUICKNET.genesis))
}

/// Bytes of a hexadecimal constant. Only for constants: a wrong one does not compile.
pub(super) const fn pinned<const N: usize>(hex: &str) -> [u8; N] {
    let digits = hex.as_bytes();
    assert!(
        digits.len() == 2 * N,
        "a pinned constant has the wrong length"
    );
    let mut bytes = [0; N];
    let mut index = 0;
    while index < N {
        bytes[index] = nibble(digits[2 * index]) << 4 | nibble(digits[2 * index + 1]);
        index += 1;
    }
    bytes
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => {
            assert!(
                matches!(digit, b'a'..=b'f'),
                "a pinned constant is not lower-case hex"
            );
            digit - b'a' + 10
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_hash_to_the_chain_hash() {
        assert_eq!(QUICKNET.computed_hash(), QUICKNET.hash);
    }

    #[test]
    fn rounds_and_times_around_the_genesis() {
        for (seconds, round) in [
            (0, 1),
            (1_692_803_366, 1),
            (1_692_803_367, 1),
            (1_692_803_368, 2),
            (1_692_803_370, 2),
            (1_692_803_371, 3),
        ] {
            assert_eq!(round_at_or_after(seconds), round, "{seconds}");
        }
        assert_eq!(time_of_round(1), Some(1_692_803_367));
        assert_eq!(time_of_round(2), Some(1_692_803_370));
    }

    #[test]
    fn extremes_do_not_overflow() {
        assert_eq!(time_of_round(0), None);
        assert_eq!(time_of_round(u64::MAX), None);
        let last = round_at_or_after(u64::MAX);
        assert!(time_of_round(last - 1).is_some());
    }
}
