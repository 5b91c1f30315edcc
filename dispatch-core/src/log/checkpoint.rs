//! Checkpoints: the size and root of a log at one moment, as a signed note.
//!
//! Source: C2SP tlog-checkpoint v1.0.0. Invariant: [`SignedCheckpoint::checkpoint`] is what its
//! note's text says; both are read together and never apart.

use super::key::{SignerKey, VerifierKey};
use super::line;
use super::note::{Note, NoteError};
use crate::digest::Digest;

/// Size and root of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name like `log.example/gz`, also that of its key.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// RFC 6962 root over the entries.
    pub root: Digest,
    /// Further lines that the log signed; not recommended, and nothing is read into them.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text that is signed: origin, size, root and extensions, each with a line feed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let root = line::to_base64(self.root.as_bytes());
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.size);
        for extension in &self.extensions {
            text.push_str(extension);
            text.push('\n');
        }
        text
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// [`CheckpointError`] for whatever is not to the letter the text of a checkpoint.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        if !line::is_note_text(text) {
            return Err(NoteError::Text.into());
        }
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: line::decode_size(size).ok_or(CheckpointError::Size)?,
            root: line::decode_hash(root).ok_or(CheckpointError::Root)?,
            extensions,
        })
    }
}

/// A checkpoint with the signatures of its log and cosignatures of witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What the note says.
    pub checkpoint: Checkpoint,
    /// The note as it was read.
    pub note: Note,
}

impl SignedCheckpoint {
    /// Writes a checkpoint and signs it with the log's key.
    ///
    /// # Errors
    /// [`CheckpointError`] if it cannot be written so that it is read again (an origin or an
    /// extension that is empty or has a line feed), or if the key is not one that signs.
    pub fn sign(checkpoint: Checkpoint, key: &SignerKey) -> Result<Self, CheckpointError> {
        let text = checkpoint.to_text();
        if Checkpoint::read(&text)? != checkpoint {
            return Err(CheckpointError::Lines);
        }
        let mut note = Note::new(text)?;
        note.sign(key)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed checkpoint without verifying anything.
    ///
    /// # Errors
    /// [`CheckpointError`] if it is not a signed note or its text not that of a checkpoint.
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::read(bytes)?;
        let checkpoint = Checkpoint::read(&note.text)?;
        Ok(Self { checkpoint, note })
    }

    /// The signed checkpoint as it is stored and sent.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.note.to_text()
    }

    /// Whether this key signed or cosigned; see [`Note::verify`].
    ///
    /// # Errors
    /// [`NoteError::Signature`] if a line of this key does not verify.
    pub fn verify(&self, key: &VerifierKey) -> Result<bool, NoteError> {
        self.note.verify(key)
    }
}

/// Why something is not a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not the lines that a checkpoint has.
    #[error("a checkpoint has the lines origin, size and root and none that is empty")]
    Lines,
    /// Not a signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The third line.
    #[error("the third line is not the base64 form of a root of 32 bytes")]
    Root,
    /// The second line.
    #[error("the second line is not a number of entries below 2^63 without leading zeros")]
    Size,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::log::KeyKind;

    /// C2SP tlog-checkpoint, its example.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

    #[test]
    fn published_example() {
        let signed = SignedCheckpoint::read(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(signed.checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(signed.checkpoint.size, 20_852_163);
        assert_eq!(
            signed.checkpoint.root.to_string(),
            "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
        );
        assert!(signed.checkpoint.extensions.is_empty());
        assert_eq!(signed.checkpoint.to_text(), signed.note.text);
        assert_eq!(signed.to_text(), EXAMPLE);
    }

    #[test]
    fn extensions_are_kept() {
        let text = "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\none\ntwo\n";
        let checkpoint = Checkpoint::read(text).unwrap();
        assert_eq!(checkpoint.extensions, ["one", "two"]);
        assert_eq!(checkpoint.root, crate::merkle::empty_root());
        assert_eq!(checkpoint.to_text(), text);
    }

    #[test]
    fn other_texts_are_refused() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        for text in [
            "".to_owned(),
            "\n".into(),
            format!("o\n1\n{root}"),
            format!("o\n1{root}\n"),
            format!("\n1\n{root}\n"),
            format!("o\n\n{root}\n"),
            format!("o\n01\n{root}\n"),
            format!("o\n+1\n{root}\n"),
            format!("o\n-1\n{root}\n"),
            format!("o\n1 \n{root}\n"),
            format!("o\n9223372036854775808\n{root}\n"),
            format!("o\n18446744073709551616\n{root}\n"),
            format!("o\n1\n{root}\n\n"),
            format!("o\n1\n{root}\n\nx\n"),
            format!("o\n1\n{root} \n"),
            format!("o\n1\n{}\n", root.replace("I=", "J=")),
            format!("o\n1\n{}\n", root.trim_end_matches('=')),
            format!("o\n1\n{}\n", &root[4..]),
            format!("o\r\n1\r\n{root}\r\n"),
            "o\n1\n\n".into(),
            "o\n1\n".into(),
        ] {
            assert!(Checkpoint::read(&text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nothing_unreadable_is_signed() {
        let key = SignerKey::new("o", KeyKind::Signature, [1; 32]).unwrap();
        let good = Checkpoint {
            origin: "o".into(),
            size: 1,
            root: Digest::of(b""),
            extensions: vec![],
        };
        assert!(SignedCheckpoint::sign(good.clone(), &key).is_ok());
        for origin in ["", "o\n2", "\t"] {
            let bad = Checkpoint {
                origin: origin.into(),
                ..good.clone()
            };
            assert!(SignedCheckpoint::sign(bad, &key).is_err(), "{origin:?}");
        }
        for extension in ["", "a\nb", "a\n"] {
            let bad = Checkpoint {
                extensions: vec![extension.into()],
                ..good.clone()
            };
            assert!(SignedCheckpoint::sign(bad, &key).is_err(), "{extension:?}");
        }
        let witness = SignerKey::new("o", KeyKind::Cosignature, [1; 32]).unwrap();
        assert!(SignedCheckpoint::sign(good, &witness).is_err());
    }
}
