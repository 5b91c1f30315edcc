//! Encrypting what is sealed to the custodians, and locking the secret to a time.
//!
//! Source: docs/spec.md 18.1. The `age` crate takes the system's randomness by itself; this is why the
//! module is behind the feature `sealing`. Invariant: what is frozen binds the file's hash and the lock.

use std::io::Write as _;

use age::x25519::Recipient;

use super::opening::time_lock_message;
use super::timelock::{self, LockEntropy};
use super::{Custodian, Custody, CustodyPackage};
use crate::bundle::Files;
use crate::digest::Digest;
use crate::freeze::Entropy;
use crate::language::Message;
use crate::log::to_base64;

/// What a bureau gives others to hold.
#[derive(Debug, Default)]
pub struct Entrusted {
    /// What the announcement says of it.
    pub custody: Custody,
    /// The bytes of `custody.age`, if there are custodians.
    pub file: Option<Vec<u8>>,
}

/// Encrypts everything sealed to the custodians, and locks the secret to a round, if one is given
/// with the randomness for it.
///
/// # Errors
/// What cannot be encrypted, and to whom.
pub fn entrust(
    custodians: Vec<Custodian>,
    lock: Option<(u64, &LockEntropy)>,
    entropy: &Entropy,
    sealed: &Files,
) -> Result<Entrusted, Message> {
    let mut entrusted = Entrusted::default();
    if !custodians.is_empty() {
        let package = CustodyPackage::new(entropy, sealed).to_zip();
        let package = package.map_err(|e| Message::new(e.to_string(), e.to_string()))?;
        let file = seal(&package, &custodians)?;
        entrusted.custody.file = Digest::of(&file).to_string();
        entrusted.file = Some(file);
    }
    entrusted.custody.custodians = custodians;
    if let Some((round, random)) = lock {
        let lock = timelock::seal(&entropy.secret, round, random)
            .map_err(|error| time_lock_message(&error))?;
        entrusted.custody.timelock = to_base64(&lock);
    }
    Ok(entrusted)
}

/// Encrypts to the recipients of all custodians.
///
/// # Errors
/// The custodian whose recipient is none.
pub fn seal(plain: &[u8], custodians: &[Custodian]) -> Result<Vec<u8>, Message> {
    let fault = |name: &str, error: &dyn std::fmt::Display| {
        Message::new(
            format!("{name}: not encrypted: {error}"),
            format!("{name}：无法加密（{error}）"),
        )
    };
    let recipients: Vec<Recipient> = custodians
        .iter()
        .map(|custodian| {
            { custodian.recipient.parse() }.map_err(|error: &str| fault(&custodian.name, &error))
        })
        .collect::<Result<_, _>>()?;
    let all = recipients.iter().map(|one| one as &dyn age::Recipient);
    let sealed = age::Encryptor::with_recipients(all).map_err(|e| fault(Custody::FILE, &e))?;
    (|| {
        let mut writer = sealed.wrap_output(Vec::new())?;
        writer.write_all(plain)?;
        writer.finish()
    })()
    .map_err(|error| fault(Custody::FILE, &error))
}
