//! Custody at the bureau and at the custodian: what is encrypted to whom, and how it is opened.
//!
//! The `age` crate encrypts with the system's randomness; what is frozen and checked is the library's.

pub(crate) mod keys;

use std::io::{Read, Write};
use std::path::Path;

use age::x25519::{Identity, Recipient};
use dispatch_core::announcement::Announcement;
use dispatch_core::bundle::{self, Files};
use dispatch_core::custody::timelock::{self, LockEntropy, TimeLockError};
use dispatch_core::custody::{Custodian, Custody, CustodyPackage};
use dispatch_core::digest::Digest;
use dispatch_core::evidence::{Announced, TimeLockDocument};
use dispatch_core::freeze::Entropy;
use dispatch_core::language::Message;
use dispatch_core::log::{from_base64, to_base64};

use self::keys::Keys;
use crate::commands::announce::pulse;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::randomness;

/// What a bureau gives others to hold.
#[derive(Debug, Default)]
pub(crate) struct Entrusted {
    /// What the announcement says of it.
    pub(crate) custody: Custody,
    /// The bytes of `custody.age`, if there are custodians.
    pub(crate) file: Option<Vec<u8>>,
}

/// Encrypts everything sealed to the custodians, and locks the secret to a round, if one is given.
pub(crate) fn entrust(
    custodians: Vec<Custodian>,
    lock_round: Option<u64>,
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
    if let Some(round) = lock_round {
        let lock = timelock::seal(&entropy.secret, round, &lock_entropy()?)
            .map_err(|error| time_lock_message(&error))?;
        entrusted.custody.timelock = to_base64(&lock);
    }
    Ok(entrusted)
}

/// Encrypts to the recipients of all custodians.
pub(crate) fn seal(plain: &[u8], custodians: &[Custodian]) -> Result<Vec<u8>, Message> {
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

/// Decrypts an age file for one custodian.
pub(crate) fn unseal(path: &Path, bytes: &[u8], identity: &Identity) -> Done<Vec<u8>> {
    let opened = age::Decryptor::new_buffered(bytes).and_then(|decryptor| {
        let mut plain = Vec::new();
        let identity = identity as &dyn age::Identity;
        let mut reader = decryptor.decrypt(std::iter::once(identity))?;
        reader.read_to_end(&mut plain)?;
        Ok(plain)
    });
    opened.map_err(|error| {
        let path = path.display();
        Failure::new(
            format!("{path}: does not open with these keys: {error}"),
            format!("{path}：无法用该密钥打开（{error}）"),
        )
    })
}

/// What a custodian holds of an announced draw: its keys must be announced, the file the announced
/// one, and open.
pub(crate) fn package(dir: &Path, announced: &Announced, keys: &Keys) -> Done<CustodyPackage> {
    let custody = &announced.document.custody;
    let named = { custody.custodians.iter() }
        .any(|one| one.recipient == keys.card.recipient && one.key == keys.card.key);
    if !named {
        let name = &keys.card.name;
        return Err(Failure::new(
            format!("the announcement does not name these keys ({name}) among its custodians"),
            format!("公告的密钥保管方中没有该密钥（{name}）"),
        ));
    }
    let path = dir.join(Custody::FILE);
    let bytes = folder::read(&path)?;
    if Digest::of(&bytes).to_string() != custody.file {
        let path = path.display();
        return Err(Failure::new(
            format!("{path}: is not the file that was announced: its SHA-256 is another"),
            format!("{path}：不是公告的文件，SHA-256不符"),
        ));
    }
    let plain = unseal(&path, &bytes, &keys.identity)?;
    Ok(CustodyPackage::read(&plain)?)
}

/// What everybody can get of a draw before it is disclosed.
pub(crate) fn public_files(dir: &Path) -> Done<Files> {
    let mut files = Files::default();
    for name in [
        bundle::ANNOUNCEMENT,
        bundle::SUBJECTS,
        bundle::OFFICERS,
        bundle::RECUSALS,
    ] {
        files.insert(name, folder::read(&dir.join(name))?);
    }
    for name in [bundle::SUBJECTS_DIFF, bundle::OFFICERS_DIFF] {
        let path = dir.join(name);
        if path.exists() {
            files.insert(name, folder::read(&path)?);
        }
    }
    Ok(files)
}

/// The document `timelock.json` from the pulse of the disclosure time.
pub(crate) fn lock_opening(announced: &Announced, path: &Path) -> Done<TimeLockDocument> {
    let pulse = pulse(path)?;
    let document = &announced.document;
    let round = document.plan.schedule.lock_round();
    if document.custody.timelock.is_empty() {
        return Err(Failure::new(
            "this draw was announced without a time lock",
            "本次抽取的公告没有时间锁",
        ));
    }
    if pulse.round != round {
        let (name, given) = (path.display(), pulse.round);
        let time = &document.plan.schedule.disclosure_time;
        return Err(Failure::new(
            format!(
                "{name}: is of round {given}; the time lock opens with round {round}, that of {time}"
            ),
            format!("{name}：为第{given}轮；时间锁须用第{round}轮（{time}）打开"),
        ));
    }
    Ok(TimeLockDocument {
        commitment: announced.commitment,
        format: TimeLockDocument::FORMAT.to_owned(),
        round,
        signature: dispatch_core::digest::hex(&pulse.signature),
    })
}

/// The secret that the time lock of an announcement holds.
pub(crate) fn locked_secret(
    announcement: &Announcement,
    opening: &TimeLockDocument,
) -> Result<Digest, Message> {
    let lock = from_base64(&announcement.custody.timelock).unwrap_or_default();
    let pulse = opening
        .pulse()
        .ok_or_else(|| Message::new("the pulse is malformed", "随机信标格式不符"))?;
    timelock::open(&lock, &pulse)
        .map(Digest::new)
        .map_err(|error| time_lock_message(&error))
}

fn time_lock_message(error: &TimeLockError) -> Message {
    Message::new(
        format!("the time lock: {error}"),
        format!("时间锁无法打开（{error}）"),
    )
}

fn lock_entropy() -> Result<LockEntropy, Message> {
    let mut entropy = LockEntropy {
        file_key: [0; 16],
        sigma: [0; 16],
        nonce: [0; 16],
    };
    let LockEntropy {
        file_key,
        sigma,
        nonce,
    } = &mut entropy;
    for bytes in [file_key, sigma, nonce] {
        randomness::fill(bytes)?;
    }
    Ok(entropy)
}
