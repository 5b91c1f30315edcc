//! The public randomness: pulses of drand's quicknet chain, checked offline against a pinned key.
//!
//! Source: drand specification, scheme `bls-unchained-g1-rfc9380`: a pulse is the BLS signature
//! (48-byte compressed G1 point) of SHA-256(round as u64 big-endian) under the chain's key.
//! Invariant: for one round there is exactly one signature that verifies, so it does not matter
//! who brings the pulse or when: it may be fetched, pasted or carried on paper. No fallback exists.

mod chain;
mod relay;

use core::cell::RefCell;
use std::collections::VecDeque;

use drand_verify::{G2PubkeyRfc, Pubkey as _};

pub use self::chain::{Chain, QUICKNET, round_at_or_after, time_of_round};
pub use self::relay::{RELAY_JSON_LIMIT, RelayError, parse_relay_json};
use crate::digest::Digest;

/// One round of the beacon. Holding one says nothing yet; see [`verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Round number, counted from 1.
    pub round: u64,
    /// Compressed G1 point.
    pub signature: [u8; Self::SIGNATURE_LENGTH],
}

impl Pulse {
    /// Length of a quicknet signature in bytes.
    pub const SIGNATURE_LENGTH: usize = 48;

    /// SHA-256 of the signature. Random only if the pulse passes [`verify`].
    #[must_use]
    pub fn randomness(&self) -> Digest {
        Digest::of(&self.signature)
    }
}

/// Checks the pulse against the pinned key of quicknet (a pairing: some milliseconds). The last few
/// answers of a thread are kept, since who checks many bundles meets the same pulse again and again.
///
/// # Errors
/// [`BeaconError`]: round 0, a signature that is no point of the group, or one that does not sign
/// this round.
pub fn verify(pulse: &Pulse) -> Result<(), BeaconError> {
    let known = ANSWERS.with_borrow(|answers| {
        let answer = answers.iter().find(|(checked, _)| checked == pulse);
        answer.map(|(_, answer)| answer.clone())
    });
    known.unwrap_or_else(|| {
        let answer = pair(pulse);
        ANSWERS.with_borrow_mut(|answers| {
            if answers.len() == ANSWERS_KEPT {
                answers.pop_front();
            }
            answers.push_back((*pulse, answer.clone()));
        });
        answer
    })
}

/// The check itself: a function of the pulse alone, so an answer may be kept.
fn pair(pulse: &Pulse) -> Result<(), BeaconError> {
    let round = pulse.round;
    if round == 0 {
        return Err(BeaconError::RoundZero);
    }
    let key = G2PubkeyRfc::from_fixed(QUICKNET.public_key).map_err(|_| BeaconError::Key)?;
    match key.verify(round, b"", &pulse.signature) {
        Ok(true) => Ok(()),
        Ok(false) => Err(BeaconError::WrongSignature { round }),
        Err(_) => Err(BeaconError::NotAPoint { round }),
    }
}

/// Shows that this build checks pulses: run it before trusting any verdict.
///
/// Recomputes the chain hash from the pinned parameters, accepts a real pulse, and refuses the
/// same pulse under the next round's number.
///
/// # Errors
/// [`SelfTestError`] names the step that failed; the build must then not be used.
pub fn self_test() -> Result<(), SelfTestError> {
    self_test_of(&QUICKNET, &KNOWN_PULSE)
}

fn self_test_of(chain: &Chain, known: &Pulse) -> Result<(), SelfTestError> {
    let computed = chain.computed_hash();
    if computed != chain.hash {
        return Err(SelfTestError::ChainHash {
            pinned: chain.hash,
            computed,
        });
    }
    pair(known).map_err(SelfTestError::RealPulseRefused)?;
    let shifted = Pulse {
        round: known.round.saturating_add(1),
        ..*known
    };
    match pair(&shifted) {
        Err(BeaconError::WrongSignature { .. }) => Ok(()),
        _ => Err(SelfTestError::WrongRoundNotRefused {
            round: shifted.round,
        }),
    }
}

/// Why a pulse is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeaconError {
    /// Rounds count from 1; a relay that is asked for round 0 answers with its latest.
    #[error("round 0 does not exist: fetch the round that the draw time fixes, by its number")]
    RoundZero,
    /// The pinned key does not decode: the program is damaged.
    #[error("the pinned public key of quicknet does not decode: this build is damaged")]
    Key,
    /// The signature is not the encoding of a point of the signature group.
    #[error(
        "the signature of round {round} is not a point of the curve: \
         a digit is wrong or it is of another chain; fetch it again"
    )]
    NotAPoint {
        /// Round of the pulse.
        round: u64,
    },
    /// A well-formed signature, but not quicknet's of this round.
    #[error(
        "the signature is not quicknet's for round {round}: \
         compare round and chain with the relay's answer and fetch it again"
    )]
    WrongSignature {
        /// Round of the pulse.
        round: u64,
    },
}

/// Which step of [`self_test`] failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelfTestError {
    /// One of the pinned parameters is not quicknet's.
    #[error("the pinned chain parameters hash to {computed}, not to {pinned}")]
    ChainHash {
        /// Hash of the chain as pinned.
        pinned: Digest,
        /// Hash of the pinned parameters.
        computed: Digest,
    },
    /// A real pulse does not verify.
    #[error("a real pulse is refused: {0}")]
    RealPulseRefused(#[source] BeaconError),
    /// A real signature verifies under another round: the check is void.
    #[error("a signature of another round is not refused as such for round {round}")]
    WrongRoundNotRefused {
        /// The wrong round.
        round: u64,
    },
}

/// A pulse and whether it verified.
type Answer = (Pulse, Result<(), BeaconError>);

thread_local! {
    static ANSWERS: RefCell<VecDeque<Answer>> = const { RefCell::new(VecDeque::new()) };
}

/// How many answers a thread keeps.
const ANSWERS_KEPT: usize = 16;

/// Round 1000, as published by several independent projects (tests/vectors/README.md).
const KNOWN_PULSE: Pulse = Pulse {
    round: 1000,
    signature: chain::pinned(
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125\
         e342b73a8dd2bacbe47e4b6b63ed5e39",
    ),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn self_test_passes_and_can_fail() {
        assert_eq!(self_test(), Ok(()));

        let mut chain = QUICKNET;
        chain.period = 30;
        let failed = self_test_of(&chain, &KNOWN_PULSE);
        assert!(
            matches!(failed, Err(SelfTestError::ChainHash { .. })),
            "{failed:?}"
        );

        let mut pulse = KNOWN_PULSE;
        pulse.round = 999;
        let failed = self_test_of(&QUICKNET, &pulse);
        let expected = BeaconError::WrongSignature { round: 999 };
        assert_eq!(failed, Err(SelfTestError::RealPulseRefused(expected)));
    }

    #[test]
    fn published_randomness() {
        assert_eq!(
            KNOWN_PULSE.randomness().to_string(),
            "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
        );
    }
}
