//! The keys of a custodian: an age identity, a signing key, and the card that tells both to others.

use std::path::Path;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use dispatch_core::custody::Card;
use dispatch_core::digest::Digest;
use dispatch_core::json::to_canonical;
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_core::syntax::is_text;

use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};
use dispatch_core::randomness;

/// The keys of one custodian.
pub(crate) struct Keys {
    pub(crate) identity: Identity,
    pub(crate) signer: SignerKey,
    pub(crate) card: Card,
}

/// Reads a card that a custodian has given.
pub(crate) fn read_card(path: &Path) -> Done<Card> {
    Card::read(&folder::read(path)?).map_err(|fault| {
        let path = path.display();
        Failure::new(
            format!("{path}: {}", fault.english),
            format!("{path}：{}", fault.chinese),
        )
    })
}

fn card_of(name: &str, identity: &Identity, signer: &SignerKey) -> Card {
    Card::new(
        signer.verifier().to_string(),
        name.to_owned(),
        identity.to_public().to_string(),
    )
}

/// Makes the keys of a custodian in a folder that only its owner can read.
pub(crate) fn create(name: &str, key_name: Option<&str>, out: &Path) -> Done<Keys> {
    if !is_text(name) {
        return Err(Failure::new(
            "--name: must be 1 to 2000 characters without control characters",
            "--name：应为1至2000个字符，不含控制字符",
        )
        .usage());
    }
    let folder = NewFolder::create_private(out)?;
    let mut seed = [0; 32];
    randomness::fill(&mut seed)?;
    let identity = Identity::generate();
    let recipient = identity.to_public().to_string();
    let made = key_name.map_or_else(
        || {
            let digest = Digest::of(recipient.as_bytes()).to_string();
            format!("custodian-{}", digest.get(..8).unwrap_or_default())
        },
        str::to_owned,
    );
    let bad_name = || {
        Failure::new(
            format!(
                "--key-name {made}: use 1 to 200 letters, digits and signs without spaces and +"
            ),
            format!("--key-name {made}：应为1至200个英文字母、数字或符号，不含空格和加号"),
        )
        .usage()
    };
    let signer = SignerKey::new(made.as_str(), KeyKind::Signature, seed).map_err(|_| bad_name())?;
    let card = card_of(name, &identity, &signer);
    if card.custodian().verifier_key().is_none() {
        return Err(bad_name());
    }
    let dir = folder.path();
    let private = format!(
        "# public key: {recipient}\n{}\n",
        identity.to_string().expose_secret()
    );
    folder::write(&dir.join(IDENTITY), private.as_bytes(), true)?;
    let text = format!("{}\n", signer.to_text().as_str());
    folder::write(&dir.join(SIGNER), text.as_bytes(), true)?;
    let bytes = to_canonical(&card).map_err(|e| Failure::new(e.to_string(), e.to_string()))?;
    folder::write(&dir.join(CARD), &bytes, false)?;
    folder.finish()?;
    Ok(Keys {
        identity,
        signer,
        card,
    })
}

/// Reads the keys back.
pub(crate) fn read(dir: &Path) -> Done<Keys> {
    let bad = |name: &str| {
        let path = dir.join(name);
        let path = path.display();
        Failure::new(
            format!(
                "{path}: is not what `dispatch custodian new` wrote; restore it from your copy"
            ),
            format!("{path}：不是 dispatch custodian new 生成的文件，请用备份恢复"),
        )
    };
    let text =
        |name: &str| String::from_utf8(folder::read(&dir.join(name))?).map_err(|_| bad(name));
    let private = text(IDENTITY)?;
    let mut lines = { private.lines().map(str::trim) }
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Err(bad(IDENTITY));
    };
    let identity: Identity = line.parse().map_err(|_| bad(IDENTITY))?;
    let signer: SignerKey = text(SIGNER)?.trim_end().parse().map_err(|_| bad(SIGNER))?;
    let card = read_card(&dir.join(CARD))?;
    if card != card_of(&card.name, &identity, &signer) {
        return Err(bad(CARD));
    }
    Ok(Keys {
        identity,
        signer,
        card,
    })
}

/// The age identity, as the `age` program reads it too.
const IDENTITY: &str = "identity.txt";
/// The signing key.
const SIGNER: &str = "signing.key";
/// The card.
pub(crate) const CARD: &str = "custodian.json";
