//! Keys that sign and verify notes, and how they are written.
//!
//! Source: C2SP signed-note (key ids, verifier keys) and, for private keys, the encoding of Go's
//! golang.org/x/mod/sumdb/note. Invariant: a key that was read has the id it is written with, so
//! a slip in name, type or key material is found before anything is verified with it.

use core::fmt;
use core::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use super::line;
use crate::digest::{from_hex, hex};

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// 0x01: an Ed25519 signature over the text of a note, as logs make them.
    Signature,
    /// 0x04: a timestamped Ed25519 cosignature over a checkpoint, as witnesses make them.
    Cosignature,
}

impl KeyKind {
    /// The signature type byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Signature => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Signature),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// A public key with its name: who may have signed a note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifierKey {
    /// Key name, like `log.example/gz`; the name of a log's key is the log's origin.
    pub name: String,
    /// What the key signs.
    pub kind: KeyKind,
    /// The Ed25519 public key.
    pub key: [u8; 32],
}

impl VerifierKey {
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), which stand before a signature.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', self.kind.byte()]);
        hasher.update(self.key);
        let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
        [a, b, c, d]
    }

    /// The name up to its first `/`: keys of one hierarchy belong to one body.
    #[must_use]
    pub fn hierarchy(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// Whether `signature` is this key's over `message`: the strict rule, which leaves no room
    /// for a second signature or for keys of small order.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(&self.key) else {
            return false;
        };
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        key.verify_strict(message, &signature).is_ok()
    }

    fn has_id(self, written: [u8; 4]) -> Result<Self, KeyError> {
        if self.id() == written {
            Ok(self)
        } else {
            Err(KeyError::Id {
                computed: hex(&self.id()),
                written: hex(&written),
            })
        }
    }
}

impl fmt::Display for VerifierKey {
    /// `<name>+<id in 8 hexadecimal digits>+<base64 of type and key>`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = Zeroizing::new(material(self.kind, &self.key));
        let encoded = line::to_base64(material.as_slice());
        write!(f, "{}+{}+{encoded}", self.name, hex(&self.id()))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, kind, key) = read_parts(text)?;
        if !is_public_key(&key) {
            return Err(KeyError::Point);
        }
        let name = name.to_owned();
        let key = Self {
            name,
            kind,
            key: *key,
        };
        key.has_id(id)
    }
}

/// A private key with its name. The seed is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct SignerKey {
    name: String,
    kind: KeyKind,
    key: SigningKey,
}

impl SignerKey {
    /// A key of this name from 32 random bytes, which the caller keeps secret.
    ///
    /// # Errors
    /// [`KeyError::Name`] if the name is empty or has a space, a plus or a control character.
    pub fn new(name: impl Into<String>, kind: KeyKind, seed: [u8; 32]) -> Result<Self, KeyError> {
        let mut seed = seed;
        let name = name.into();
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        if line::is_key_name(&name) {
            Ok(Self { name, kind, key })
        } else {
            Err(KeyError::Name)
        }
    }

    /// Key name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key signs.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            kind: self.kind,
            key: self.key.verifying_key().to_bytes(),
        }
    }

    /// `PRIVATE+KEY+<name>+<id in 8 hexadecimal digits>+<base64 of type and seed>`: a secret.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        let material = Zeroizing::new(material(self.kind, &seed));
        let encoded = Zeroizing::new(line::to_base64(material.as_slice()));
        let id = hex(&self.verifier().id());
        Zeroizing::new(format!("{PRIVATE}{}+{id}+{}", self.name, *encoded))
    }

    /// The Ed25519 signature over `message`.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl FromStr for SignerKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix(PRIVATE).ok_or(KeyError::Private)?;
        let (name, id, kind, seed) = read_parts(text)?;
        let key = Self::new(name, kind, *seed)?;
        key.verifier().has_id(id)?;
        Ok(key)
    }
}

impl fmt::Debug for SignerKey {
    /// Shows the public half only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier())
    }
}

/// Name, id, kind and key material.
type Parts<'a> = (&'a str, [u8; 4], KeyKind, Zeroizing<[u8; 32]>);

/// Reads the form that both halves of a key have.
fn read_parts(text: &str) -> Result<Parts<'_>, KeyError> {
    // Base64 may contain a plus, a name may not: the third part is all that is left.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    if !line::is_key_name(name) {
        return Err(KeyError::Name);
    }
    let id = from_hex(id).ok().and_then(|id| id.try_into().ok());
    let id = id.ok_or(KeyError::Form)?;
    let decoded = Zeroizing::new(line::from_base64(encoded).ok_or(KeyError::Form)?);
    let (kind, key) = decoded.split_first().ok_or(KeyError::Form)?;
    let kind = KeyKind::from_byte(*kind).ok_or(KeyError::Kind(*kind))?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| KeyError::Form)?;
    Ok((name, id, kind, Zeroizing::new(key)))
}

/// Whether this is the one encoding of a point whose order is not small. The library reads other
/// encodings of the same point too (y not reduced, the negative of zero).
fn is_public_key(bytes: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(bytes)
        .is_ok_and(|key| !key.is_weak() && key.to_edwards().compress().as_bytes() == bytes)
}

/// Type byte and key, as they are encoded and hashed.
fn material(kind: KeyKind, key: &[u8; 32]) -> [u8; 33] {
    let mut material = [0; 33];
    material[0] = kind.byte();
    material[1..].copy_from_slice(key);
    material
}

/// Why a text is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not three parts with plus signs between them, or a part is not what it has to be.
    #[error("a key is written <name>+<8 lower-case hexadecimal digits>+<base64 of 33 bytes>")]
    Form,
    /// The id does not belong to name, type and key: something was copied wrongly.
    #[error("the key has the id {computed}, but {written} is written")]
    Id {
        /// Id of what is written, hexadecimal.
        computed: String,
        /// Id as it is written, hexadecimal.
        written: String,
    },
    /// Another signature algorithm.
    #[error(
        "keys of type {0:#04x} are not supported; 0x01 signs notes and 0x04 cosigns checkpoints"
    )]
    Kind(u8),
    /// Not a name of a key.
    #[error("a key name has 1 to 255 bytes and no space, no plus and no control character")]
    Name,
    /// Not the encoding of a point that may be a public key.
    #[error("the 32 bytes are not an Ed25519 public key")]
    Point,
    /// No private key.
    #[error("a private key begins with PRIVATE+KEY+")]
    Private,
}

const PRIVATE: &str = "PRIVATE+KEY+";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// Key pair of the documentation of golang.org/x/mod/sumdb/note.
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SECRET: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    #[test]
    fn published_pair() {
        let key: VerifierKey = PUBLIC.parse().unwrap();
        assert_eq!(key.name, "PeterNeumann");
        assert_eq!(key.kind, KeyKind::Signature);
        assert_eq!(key.id(), [0xc7, 0x4f, 0x20, 0xa3]);
        assert_eq!(key.hierarchy(), "PeterNeumann");
        assert_eq!(key.to_string(), PUBLIC);
        let signer: SignerKey = SECRET.parse().unwrap();
        assert_eq!(*signer.to_text(), SECRET);
        assert_eq!(signer.verifier(), key);
        assert_eq!(format!("{signer:?}"), format!("SignerKey({PUBLIC})"));
    }

    /// As the Go library tests it: no part of a key and no changed character makes a key.
    #[test]
    fn manglings_are_refused() {
        for text in [PUBLIC, SECRET] {
            for start in 0..=text.len() {
                for end in start..=text.len() {
                    let part = &text[start..end];
                    let whole_public = part == PUBLIC;
                    assert!(
                        whole_public || part.parse::<VerifierKey>().is_err(),
                        "{part}"
                    );
                    assert!(
                        part == SECRET || part.parse::<SignerKey>().is_err(),
                        "{part}"
                    );
                }
            }
            for place in 0..text.len() {
                let mut bytes = text.as_bytes().to_vec();
                bytes[place] += 1;
                let changed = String::from_utf8(bytes).unwrap();
                assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
                assert!(changed.parse::<SignerKey>().is_err(), "{changed}");
            }
        }
        let upper = PUBLIC.replace("c74f20a3", "C74F20A3");
        assert_eq!(upper.parse::<VerifierKey>(), Err(KeyError::Form));
        for text in [
            format!("{PUBLIC}\n"),
            format!(" {PUBLIC}"),
            format!("{PUBLIC}="),
            PUBLIC.replace("Neumann", "\u{85}"),
        ] {
            assert!(text.parse::<VerifierKey>().is_err());
        }
    }

    #[test]
    fn points_of_small_order_are_no_keys() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let key = VerifierKey {
            name: "weak".into(),
            kind: KeyKind::Signature,
            key: neutral,
        };
        assert_eq!(key.to_string().parse::<VerifierKey>(), Err(KeyError::Point));
    }

    /// y = p + 0 to p + 18 are other spellings of 0 to 18; some are points of large order.
    #[test]
    fn one_encoding_of_each_point() {
        let mut large = 0;
        for low in 0xed..=0xff {
            for high in [0x7f, 0xff] {
                let mut key = [0xff; 32];
                key[0] = low;
                key[31] = high;
                large += u32::from(VerifyingKey::from_bytes(&key).is_ok_and(|key| !key.is_weak()));
                let key = VerifierKey {
                    name: "n".into(),
                    kind: KeyKind::Cosignature,
                    key,
                };
                assert_eq!(key.to_string().parse::<VerifierKey>(), Err(KeyError::Point));
            }
        }
        assert!(large > 0);
    }

    #[test]
    fn kind_and_name_are_part_of_the_id() {
        let seed = [7; 32];
        let ids = [
            ("a", KeyKind::Signature),
            ("a", KeyKind::Cosignature),
            ("b", KeyKind::Signature),
        ]
        .map(|(name, kind)| SignerKey::new(name, kind, seed).unwrap().verifier().id());
        assert_ne!(ids[0], ids[1]);
        assert_ne!(ids[0], ids[2]);
        assert!(SignerKey::new("a b", KeyKind::Signature, seed).is_err());
        let slash = SignerKey::new("gz.example/w/1", KeyKind::Cosignature, seed).unwrap();
        assert_eq!(slash.verifier().hierarchy(), "gz.example");
        let text = slash.verifier().to_string().replacen("gz", "sz", 1);
        assert!(matches!(
            text.parse::<VerifierKey>(),
            Err(KeyError::Id { .. })
        ));
    }
}
