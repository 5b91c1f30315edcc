//! Signed notes: a text and the signatures of those who vouch for it.
//!
//! Source: C2SP signed-note v1.0.0. Invariant: a note that was read is written again byte for
//! byte. Its text means nothing until a key that the reader knows has verified it.

use super::key::{KeyKind, SignerKey, VerifierKey};
use super::{cosignature, line};

/// A text with signatures under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed; ends in a line feed.
    pub text: String,
    /// Signatures in the order of their lines; those of unknown keys included.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub id: [u8; 4],
    /// The signature after the id: for Ed25519 64 bytes, for a cosignature the time before them.
    pub bytes: Vec<u8>,
}

impl Note {
    /// A note without signatures yet.
    ///
    /// # Errors
    /// [`NoteError::Text`] if the text does not end in a line feed or has a control character.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        if text.ends_with('\n') && line::is_note_text(&text) {
            let signatures = Vec::new();
            Ok(Self { text, signatures })
        } else {
            Err(NoteError::Text)
        }
    }

    /// Reads a note without verifying anything.
    ///
    /// # Errors
    /// [`NoteError`] for whatever is not to the letter a signed note, and for one that is longer
    /// than [`Self::MAXIMUM_LENGTH`] or has more than [`Self::MAXIMUM_SIGNATURES`] signatures.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > Self::MAXIMUM_LENGTH {
            return Err(NoteError::Length);
        }
        let whole = core::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        // The last empty line: a line feed that follows another one.
        let end = whole.rfind("\n\n").ok_or(NoteError::NoSignature)?;
        let (text, rest) = whole.split_at(end.saturating_add(1));
        let mut note = Self::new(text)?;
        let lines = rest.strip_prefix('\n').unwrap_or(rest);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignature)?;
        for (index, line) in lines.split('\n').enumerate() {
            if index >= Self::MAXIMUM_SIGNATURES {
                return Err(NoteError::TooMany);
            }
            note.signatures.push(NoteSignature::read(line)?);
        }
        Ok(note)
    }

    /// The note as it is stored and sent: the text, an empty line, the signature lines.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.text);
        for signature in &self.signatures {
            text.push_str(&signature.to_line());
            text.push('\n');
        }
        text
    }

    /// Signs the text. The line of the same key, if there is one, is replaced.
    ///
    /// # Errors
    /// [`NoteError::Kind`] for a key that cosigns: see [`super::cosign`]. [`NoteError::TooMany`] if the
    /// note is full.
    pub fn sign(&mut self, key: &SignerKey) -> Result<(), NoteError> {
        if key.kind() != KeyKind::Signature {
            return Err(NoteError::Kind(key.name().to_owned()));
        }
        let signature = NoteSignature {
            name: key.name().to_owned(),
            id: key.verifier().id(),
            bytes: key.sign(self.text.as_bytes()).to_vec(),
        };
        self.signatures.retain(|line| !line.same_key(&signature));
        self.add(signature)
    }

    /// Adds a signature line at the end unless exactly this one is there already.
    ///
    /// # Errors
    /// [`NoteError::TooMany`] if the note is full.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        if self.signatures.len() >= Self::MAXIMUM_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Whether this key signed (or cosigned) the text. Lines of other keys are passed over, also
    /// those that share only the name or only the id with this one.
    ///
    /// # Errors
    /// [`NoteError::Signature`] if a line of this key does not verify: such a note is to be refused
    /// as a whole.
    pub fn verify(&self, key: &VerifierKey) -> Result<bool, NoteError> {
        let mut found = false;
        for signature in self.of_key(key) {
            let verified = match key.kind {
                KeyKind::Signature => key.verifies(self.text.as_bytes(), &signature.bytes),
                KeyKind::Cosignature => cosignature::time_of(&self.text, signature, key).is_some(),
            };
            if !verified {
                return Err(NoteError::Signature(key.name.clone()));
            }
            found = true;
        }
        Ok(found)
    }

    /// Lines that name this key.
    pub(super) fn of_key(&self, key: &VerifierKey) -> impl Iterator<Item = &NoteSignature> {
        let id = key.id();
        let of_key = move |line: &&NoteSignature| line.id == id && line.name == key.name;
        self.signatures.iter().filter(of_key)
    }

    /// Bytes of the longest note that is read: over ten times what its Ed25519 signatures need, and
    /// enough for a few of those that resist quantum computers.
    pub const MAXIMUM_LENGTH: usize = 1_000_000;
    /// Signatures of the fullest note that is read (docs/spec.md 17.1).
    pub const MAXIMUM_SIGNATURES: usize = 64;
}

impl NoteSignature {
    /// Reads one signature line, without its line feed.
    ///
    /// # Errors
    /// [`NoteError::Line`] if it is not em dash, space, key name, space, base64 of at least five
    /// bytes.
    pub fn read(line: &str) -> Result<Self, NoteError> {
        let malformed = || NoteError::Line(line.chars().take(SHOWN).collect());
        let rest = line.strip_prefix("— ").ok_or_else(malformed)?;
        let (name, encoded) = rest.split_once(' ').ok_or_else(malformed)?;
        let decoded = line::from_base64(encoded).ok_or_else(malformed)?;
        match decoded.split_first_chunk::<4>() {
            Some((id, bytes)) if !bytes.is_empty() && line::is_key_name(name) => Ok(Self {
                name: name.to_owned(),
                id: *id,
                bytes: bytes.to_vec(),
            }),
            _ => Err(malformed()),
        }
    }

    /// `— <key name> <base64 of id and signature>`, without a line feed.
    #[must_use]
    pub fn to_line(&self) -> String {
        let blob = [self.id.as_slice(), &self.bytes].concat();
        format!("— {} {}", self.name, line::to_base64(&blob))
    }

    fn same_key(&self, other: &Self) -> bool {
        self.id == other.id && self.name == other.name
    }
}

/// Why something is not a signed note or does not verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The key cannot be used for this.
    #[error("the key {0} is of the other kind: 0x01 signs notes, 0x04 cosigns checkpoints")]
    Kind(String),
    /// Longer than any note needs to be.
    #[error("a note has at most {} bytes", Note::MAXIMUM_LENGTH)]
    Length,
    /// A signature line that is none.
    #[error("not a signature line (— <key name> <base64>): {0}")]
    Line(String),
    /// Nothing signed this.
    #[error("no empty line with signature lines after it, each ending in a line feed")]
    NoSignature,
    /// A signature of a known key that does not verify.
    #[error("the signature of {0} does not verify")]
    Signature(String),
    /// Not a text that can be a note.
    #[error("a note is UTF-8 without control characters but line feed, and its text ends in one")]
    Text,
    /// A time that no cosignature can have.
    #[error("the time {0} of a cosignature is not from 1 to 2^63 - 1")]
    Time(u64),
    /// More signatures than are read.
    #[error("a note has at most {} signatures", Note::MAXIMUM_SIGNATURES)]
    TooMany,
}

/// Characters of a bad line that its error repeats.
const SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// Documentation of golang.org/x/mod/sumdb/note.
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SECRET: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                        then you don't know what your problem is.\n";
    const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    /// C2SP signed-note, its example.
    const QUASIMODO: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

    #[test]
    fn published_note() {
        let mut note = Note::new(TEXT).unwrap();
        note.sign(&SECRET.parse().unwrap()).unwrap();
        let written = note.to_text();
        assert_eq!(written, format!("{TEXT}\n{LINE}\n"));
        assert_eq!(Note::read(written.as_bytes()), Ok(note.clone()));
        assert_eq!(note.verify(&PUBLIC.parse().unwrap()), Ok(true));
        // Signing again changes nothing: Ed25519 has one signature for a text.
        note.sign(&SECRET.parse().unwrap()).unwrap();
        assert_eq!(note.to_text(), written);
    }

    #[test]
    fn the_text_ends_at_the_last_empty_line() {
        let note = Note::read(QUASIMODO.as_bytes()).unwrap();
        assert!(note.text.ends_with("sole:\n\ned è subito sera.\n"));
        assert_eq!(note.signatures[0].name, "quasimodo.example/salvatore");
        assert_eq!(note.signatures[0].id, [0x36, 0x7b, 0xa0, 0x4b]);
        assert_eq!(note.to_text(), QUASIMODO);
        let peter = PUBLIC.parse().unwrap();
        assert_eq!(note.verify(&peter), Ok(false));
        let empty = format!("\n\n{LINE}\n");
        assert_eq!(Note::read(empty.as_bytes()).unwrap().text, "\n");
    }

    #[test]
    fn malformed_notes_are_refused() {
        let good = format!("{TEXT}\n{LINE}\n");
        let lines = |lines: &str| format!("{TEXT}\n{lines}");
        let malformed = [
            String::new(),
            "\n".into(),
            "\n\n".into(),
            TEXT.into(),
            lines(""),
            lines("\n"),
            good.trim_end().to_owned(),
            format!("{good}\n"),
            format!("{good}more\n"),
            format!("{TEXT}{LINE}\n"),
            lines(&LINE.replace('—', "-")) + "\n",
            lines(&LINE.replace("— ", "—")) + "\n",
            lines(&LINE.replace("— ", "—  ")) + "\n",
            lines(&LINE.replace("PeterNeumann", "Peter Neumann")) + "\n",
            lines(&LINE.replace("PeterNeumann", "Peter+Neumann")) + "\n",
            lines(&LINE.replace("PeterNeumann", "Peter\u{3000}Neumann")) + "\n",
            lines(&LINE.replace("PeterNeumann", "")) + "\n",
            lines(&LINE.replace("AM=", "AN=")) + "\n",
            lines(&LINE.replace("AM=", "AM")) + "\n",
            lines(&format!("{LINE} ")) + "\n",
            lines("— PeterNeumann ") + "\n",
            lines("— PeterNeumann") + "\n",
            // Four bytes are an id without a signature.
            lines("— PeterNeumann x08gow==") + "\n",
            good.replace('\n', "\r\n"),
            good.replace("think", "th\u{1}nk"),
            good.replace("think", "th\tnk"),
        ];
        for text in malformed {
            assert!(Note::read(text.as_bytes()).is_err(), "{text:?}");
        }
        let mut bytes = good.into_bytes();
        bytes[0] = 0xff;
        assert_eq!(Note::read(&bytes), Err(NoteError::Text));
    }

    #[test]
    fn unknown_keys_are_passed_over_and_known_ones_must_verify() {
        let peter: VerifierKey = PUBLIC.parse().unwrap();
        let read = |lines: &str| Note::read(format!("{TEXT}\n{lines}\n").as_bytes()).unwrap();
        let same_id = LINE.replace("PeterNeumann", "EnochRoot");
        let same_name = LINE.replace("x08g", "y08g");
        let wrong = LINE.replace("JkuB", "JkuC");
        let short = "— PeterNeumann x08go/Zj";
        for strangers in [same_id.as_str(), same_name.as_str()] {
            assert_eq!(read(strangers).verify(&peter), Ok(false));
            assert_eq!(
                read(&format!("{strangers}\n{LINE}")).verify(&peter),
                Ok(true)
            );
        }
        for bad in [wrong.as_str(), short] {
            let refused = Err(NoteError::Signature("PeterNeumann".into()));
            assert_eq!(read(bad).verify(&peter), refused);
            assert_eq!(read(&format!("{LINE}\n{bad}")).verify(&peter), refused);
            assert_eq!(read(&format!("{bad}\n{LINE}")).verify(&peter), refused);
        }
        let changed = format!("{TEXT}\n{LINE}\n").replacen("think", "thing", 1);
        assert!(
            Note::read(changed.as_bytes())
                .unwrap()
                .verify(&peter)
                .is_err()
        );
    }

    #[test]
    fn at_least_sixteen_signatures_and_a_limit() {
        let many = |count: usize| {
            let lines: Vec<_> = (0..count)
                .map(|index| LINE.replace("PeterNeumann", &format!("w{index}")))
                .collect();
            Note::read(format!("{TEXT}\n{}\n{LINE}\n", lines.join("\n")).as_bytes())
        };
        for count in [15, 63] {
            let note = many(count).unwrap();
            assert_eq!(note.verify(&PUBLIC.parse().unwrap()), Ok(true));
        }
        assert_eq!(many(64), Err(NoteError::TooMany));
        let mut full = many(63).unwrap();
        let line = NoteSignature::read(LINE).unwrap();
        assert_eq!(full.add(line.clone()), Ok(()));
        assert_eq!(full.signatures.len(), 64);
        let other = NoteSignature { id: [0; 4], ..line };
        assert_eq!(full.add(other), Err(NoteError::TooMany));
        let long = vec![b'\n'; Note::MAXIMUM_LENGTH + 1];
        assert_eq!(Note::read(&long), Err(NoteError::Length));
    }
}
