//! Custody at the custodian and for whoever opens a draw: what is held, and how it is opened.
//!
//! What is encrypted, and to whom, is the library's `custody::sealing`.

pub(crate) mod keys;

use std::io::Read;
use std::path::Path;

use age::x25519::Identity;
use dispatch_core::bundle::{self, Files};
use dispatch_core::custody::{Custody, CustodyPackage, opening};
use dispatch_core::digest::Digest;
use dispatch_core::evidence::{Announced, TimeLockDocument};

use self::keys::Keys;
use crate::commands::announce::pulse;
use crate::failure::{Done, Failure};
use crate::folder;

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
    opening::lock_opening(announced, &pulse(path)?).map_err(|fault| {
        let name = path.display();
        Failure::new(
            format!("{name}: {}", fault.english),
            format!("{name}：{}", fault.chinese),
        )
    })
}
