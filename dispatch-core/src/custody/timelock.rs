//! The time lock 时间锁: 32 bytes that nobody can read before a round of the beacon, and everybody after it.
//!
//! Source: docs/spec.md, custody; tlock (eprint 2023/189) as drand's programs write it, in the age
//! format (C2SP age.md) with one `tlock` stanza for quicknet and nothing beside it. Own code, since
//! the crates panic on a lock that does not open and add stanzas of chance. Invariant: a lock is
//! opened only by a pulse that has passed [`beacon::verify`], and no bytes make this panic.

mod file;
mod identity;

use zeroize::{Zeroize, ZeroizeOnDrop};

use self::file::LockFile;
use crate::beacon::{self, BeaconError, Pulse};
use crate::digest::Digest;

/// A time lock that is well formed; whether it opens, only the pulse of its round shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeLock {
    file: LockFile,
}

/// 48 bytes of entropy from the operating system, for one lock.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct LockEntropy {
    /// The key of the age file.
    pub file_key: [u8; 16],
    /// The random value of the identity-based encryption.
    pub sigma: [u8; 16],
    /// The nonce of the age file.
    pub nonce: [u8; 16],
}

impl TimeLock {
    /// No lock is longer: everything in it but the digits of the round has a fixed length.
    pub const MOST_BYTES: usize = 403;

    /// Reads a lock, down to the last bit: a lock has one spelling.
    ///
    /// # Errors
    /// [`TimeLockError::Form`] and [`TimeLockError::OtherChain`].
    pub fn read(bytes: &[u8]) -> Result<Self, TimeLockError> {
        let file = LockFile::read(bytes)?;
        if file.chain != beacon::QUICKNET.hash {
            return Err(TimeLockError::OtherChain { chain: file.chain });
        }
        Ok(Self { file })
    }

    /// The round of quicknet whose pulse opens it.
    #[must_use]
    pub const fn round(&self) -> u64 {
        self.file.round
    }

    /// Opens it. The pulse is compared and verified before anything is decrypted.
    ///
    /// # Errors
    /// What is wrong with the pulse, or, with the right pulse, with the lock: such a lock convicts
    /// whoever announced it.
    pub fn open(&self, pulse: &Pulse) -> Result<[u8; 32], TimeLockError> {
        if pulse.round != self.round() {
            return Err(TimeLockError::OtherRound {
                locked: self.round(),
                pulse: pulse.round,
            });
        }
        beacon::verify(pulse).map_err(TimeLockError::Pulse)?;
        let key = identity::decrypt(&self.file.sealed_key, &pulse.signature)
            .ok_or(TimeLockError::DoesNotOpen)?;
        self.file.open(&key).ok_or(TimeLockError::DoesNotOpen)
    }
}

/// [`TimeLock::read`] and [`TimeLock::open`] in one.
///
/// # Errors
/// As these.
pub fn open(ciphertext: &[u8], pulse: &Pulse) -> Result<[u8; 32], TimeLockError> {
    TimeLock::read(ciphertext)?.open(pulse)
}

/// Locks 32 bytes until the pulse of a round of quicknet is out.
///
/// # Errors
/// [`TimeLockError::Damaged`]: the program is.
pub fn seal(
    secret: &[u8; 32],
    round: u64,
    entropy: &LockEntropy,
) -> Result<Vec<u8>, TimeLockError> {
    let sealed_key = identity::encrypt(&entropy.file_key, round, &entropy.sigma)
        .ok_or(TimeLockError::Damaged)?;
    file::write(round, &sealed_key, secret, entropy).ok_or(TimeLockError::Damaged)
}

/// Why a time lock is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeLockError {
    /// Not one age file with one stanza of tlock and 32 locked bytes.
    #[error("not a time lock: {what}")]
    Form {
        /// What is not as it must be.
        what: &'static str,
    },
    /// Locked to a round of another chain.
    #[error("locked to a round of chain {chain}, not of quicknet")]
    OtherChain {
        /// Hash of the chain.
        chain: Digest,
    },
    /// The pulse is of another round.
    #[error(
        "locked to round {locked}; the pulse is of round {pulse}: fetch that of round {locked}"
    )]
    OtherRound {
        /// Round of the lock.
        locked: u64,
        /// Round of the pulse.
        pulse: u64,
    },
    /// The pulse is not quicknet's.
    #[error("{0}")]
    Pulse(#[source] BeaconError),
    /// The right pulse does not open it: whoever made it made it so, or the bytes were changed.
    #[error("the pulse of its round does not open the time lock: it never held what it claims to")]
    DoesNotOpen,
    /// A pinned constant does not decode.
    #[error("the pinned public key of quicknet does not decode: this build is damaged")]
    Damaged,
}

impl core::fmt::Debug for LockEntropy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("LockEntropy(..)")
    }
}

#[cfg(test)]
mod tests;
