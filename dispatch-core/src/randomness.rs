//! The operating system's randomness, for programs: behind the feature `sealing`.
//!
//! The library itself takes entropy as an argument and never calls this.

use crate::custody::timelock::LockEntropy;
use crate::freeze::Entropy;
use crate::language::Message;
use rand::TryRng as _;
use rand::rngs::SysRng;

/// Fills `bytes` for a secret or a key.
///
/// # Errors
/// If the operating system gives none.
pub fn fill(bytes: &mut [u8]) -> Result<(), Message> {
    SysRng.try_fill_bytes(bytes).map_err(|error| {
        Message::new(
            format!("the operating system gives no randomness: {error}"),
            format!("操作系统无法提供随机数：{error}"),
        )
    })
}

/// The secret and the roster key of a draw, new.
///
/// # Errors
/// If the operating system gives no randomness.
pub fn entropy() -> Result<Entropy, Message> {
    let mut entropy = Entropy {
        secret: [0; 32],
        roster_key: [0; 32],
    };
    fill(&mut entropy.secret)?;
    fill(&mut entropy.roster_key)?;
    Ok(entropy)
}

/// What a time lock is made with, new.
///
/// # Errors
/// If the operating system gives no randomness.
pub fn lock_entropy() -> Result<LockEntropy, Message> {
    let mut entropy = LockEntropy {
        file_key: [0; 16],
        sigma: [0; 16],
        nonce: [0; 16],
    };
    fill(&mut entropy.file_key)?;
    fill(&mut entropy.sigma)?;
    fill(&mut entropy.nonce)?;
    Ok(entropy)
}
