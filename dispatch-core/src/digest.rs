//! SHA-256 digests, their hexadecimal form, and the one way in which Dispatch hashes structured
//! data: [`tagged`].
//!
//! Source: FIPS 180-4 (SHA-256); the tagged form is Dispatch's own (docs/spec.md, hashing).
//! Invariant: a digest has exactly one spelling, 64 lower-case hexadecimal characters; every
//! other spelling is refused, never normalised, so documents that carry digests compare as bytes.

mod hex;

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

pub use self::hex::{HexError, from_hex, hex};

/// A SHA-256 value. Ordered bytewise, which is also the order of its hexadecimal form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; Self::LENGTH]);

impl Digest {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// Takes 32 bytes that already are a digest; hashes nothing.
    #[must_use]
    pub const fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Plain SHA-256 of `bytes`, as `sha256sum` prints it. For structured data use [`tagged`].
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// The first eight bytes as a number; digests in order have their heads in order.
    pub(crate) const fn head(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Reads exactly 64 lower-case hexadecimal characters.
    ///
    /// # Errors
    /// [`HexError::Length`] for any other length, [`HexError::Digit`] for any other character.
    pub fn from_hex(text: &str) -> Result<Self, HexError> {
        let found = text.chars().count();
        if found != 2 * Self::LENGTH {
            return Err(HexError::Length {
                expected: 2 * Self::LENGTH,
                found,
            });
        }
        let bytes = from_hex(text)?;
        let length = 2 * bytes.len();
        <[u8; Self::LENGTH]>::try_from(bytes)
            .map(Self)
            .map_err(|_| HexError::Length {
                expected: 2 * Self::LENGTH,
                found: length,
            })
    }
}

/// SHA-256( `label` ‖ 0x00 ‖ for every part: length as u64 big-endian ‖ part ).
///
/// `label` is a fixed ASCII string without NUL, one per purpose, so no two purposes and no two
/// lists of parts share a preimage. The number of parts is fixed by the label.
#[must_use]
pub fn tagged(label: &str, parts: &[&[u8]]) -> Digest {
    let mut hasher = TaggedHasher::new(label);
    for part in parts {
        hasher.part(part);
    }
    hasher.finish()
}

/// [`tagged`] for parts that come one after another; each part must be at hand as a whole.
#[derive(Clone)]
pub struct TaggedHasher(Sha256);

impl TaggedHasher {
    /// Starts with `label`; see [`tagged`] for what a label may be.
    #[must_use]
    pub fn new(label: &str) -> Self {
        debug_assert!(
            label.is_ascii() && !label.contains('\0'),
            "a label is ASCII without NUL"
        );
        let mut hasher = Sha256::new();
        hasher.update(label.as_bytes());
        hasher.update([0]);
        Self(hasher)
    }

    /// Appends one part with its length.
    pub fn part(&mut self, part: &[u8]) -> &mut Self {
        // Lossless: a slice is never longer than 2^64 - 1 bytes.
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    /// The digest of everything appended so far.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Debug for TaggedHasher {
    /// Shows nothing of the state: a part may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaggedHasher(..)")
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        Self::from_hex(text)
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; Self::LENGTH]> for Digest {
    fn from(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(HexVisitor)
    }
}

/// Reads a digest from any string, borrowed or owned.
struct HexVisitor;

impl de::Visitor<'_> for HexVisitor {
    type Value = Digest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("64 lower-case hexadecimal characters")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Digest, E> {
        Digest::from_hex(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// FIPS 180-4 example: SHA-256("abc").
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn published_digest_and_round_trip() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), ABC);
        assert_eq!(format!("{digest:?}"), ABC);
        assert_eq!(ABC.parse::<Digest>().unwrap(), digest);
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{ABC}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert_eq!(
            serde_json::from_str::<Digest>(
                r#""\u0062a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#
            )
            .unwrap(),
            digest
        );
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "ab",
            &ABC[1..],
            &format!("{ABC}0"),
            &format!("{ABC}\n"),
            &"é".repeat(32),
        ] {
            assert!(Digest::from_hex(text).is_err(), "{text:?}");
        }
        assert_eq!(
            Digest::from_hex(&ABC.replace('b', "B")),
            Err(HexError::Digit {
                position: 1,
                found: 'B'
            })
        );
        assert_eq!(
            Digest::from_hex(&"é".repeat(64)),
            Err(HexError::Digit {
                position: 1,
                found: 'é'
            })
        );
        assert!(serde_json::from_str::<Digest>("1").is_err());
    }

    #[test]
    fn order_is_bytewise() {
        let mut low = [0; 32];
        low[31] = 255;
        let mut high = [0; 32];
        high[0] = 1;
        assert!(Digest::new(low) < Digest::new(high));
    }

    /// Expected values: `printf 'label\0\0\0\0\0\0\0\0\2ab…' | sha256sum`, see each preimage.
    #[test]
    fn tagged_is_the_documented_preimage() {
        assert_eq!(tagged("a", &[]), Digest::of(b"a\0"));
        assert_eq!(
            tagged("dispatch/x/v1", &[b"ab", b"", b"c"]),
            Digest::of(b"dispatch/x/v1\0\0\0\0\0\0\0\0\x02ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01c")
        );
        assert_eq!(
            tagged("dispatch/x/v1", &[b"ab", b"", b"c"]).to_string(),
            TAGGED
        );
        assert_ne!(tagged("a", &[b"bc"]), tagged("a", &[b"b", b"c"]));
    }

    const TAGGED: &str = "48c50a504c53ebea1646cfbc2a82d336875137f10d2871fe165511a1369bfc4c";
}
