//! The proof that an entry is in a log, as one file that is checked offline.
//!
//! Source: C2SP tlog-proof. Invariant: a proof that was read is written again byte for byte. It
//! brings its own checkpoint, which proves nothing until a policy that the reader chose has judged
//! it ([`super::LogPolicy::judge`]).

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::line;
use crate::digest::Digest;
use crate::merkle::{InclusionProof, MerkleError, inclusion_ranges};

/// A `.tlog-proof`: place and path of an entry, and the checkpoint they lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// Place of the entry, counted from 0.
    pub index: u64,
    /// Sibling hashes from the entry's own upwards.
    pub path: Vec<Digest>,
    /// The signed size and root, with cosignatures.
    pub checkpoint: SignedCheckpoint,
    /// Whatever an application added; nothing vouches for it.
    pub extra: Option<Vec<u8>>,
}

impl LogProof {
    /// Reads a proof without verifying anything.
    ///
    /// # Errors
    /// [`LogProofError`] for whatever is not to the letter such a proof.
    pub fn read(bytes: &[u8]) -> Result<Self, LogProofError> {
        // The first empty line: none can stand in the lines of the proof itself.
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let end = end.ok_or(LogProofError::Lines)?;
        let (lines, rest) = bytes.split_at(end);
        let lines = core::str::from_utf8(lines).map_err(|_| LogProofError::Lines)?;
        let mut lines = lines.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(LogProofError::Lines);
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(extra) => {
                lines.next();
                Some(line::from_base64(extra).ok_or(LogProofError::Extra)?)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(line::decode_number);
        let index = index.ok_or(LogProofError::Index)?;
        let mut path = Vec::new();
        for hash in lines {
            if path.len() == LONGEST_PATH {
                return Err(LogProofError::Path);
            }
            path.push(line::decode_hash(hash).ok_or(LogProofError::Path)?);
        }
        let checkpoint = rest.strip_prefix(b"\n\n").unwrap_or(rest);
        let checkpoint = SignedCheckpoint::read(checkpoint)?;
        let size = checkpoint.checkpoint.size;
        let hashes = inclusion_ranges(index, size).map_err(|_| LogProofError::Place { size })?;
        if hashes.len() != path.len() {
            return Err(LogProofError::Count {
                expected: hashes.len(),
                found: path.len(),
            });
        }
        Ok(Self {
            index,
            path,
            checkpoint,
            extra,
        })
    }

    /// The proof as it is stored.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", line::to_base64(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.path {
            text.push_str(&line::to_base64(hash.as_bytes()));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint.to_text());
        text
    }

    /// Checks that the entry with this leaf hash ([`crate::merkle::leaf_hash`]) stands at the
    /// proof's place of the log that the proof's checkpoint tells. Says nothing about whether that
    /// checkpoint is to be believed.
    ///
    /// # Errors
    /// [`MerkleError`] if it does not.
    pub fn verify(&self, leaf: &Digest) -> Result<(), MerkleError> {
        let checkpoint = &self.checkpoint.checkpoint;
        let proof = InclusionProof {
            index: self.index,
            size: checkpoint.size,
            path: self.path.clone(),
        };
        proof.verify(leaf, &checkpoint.root, checkpoint.size)
    }
}

/// Why something is not a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
    /// The checkpoint in it.
    #[error("the checkpoint of the proof: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// Not the path of a leaf at this place of a tree of this size.
    #[error(
        "the path has {found} hashes; for its index and the checkpoint's size it has {expected}"
    )]
    Count {
        /// Hashes that there should be.
        expected: usize,
        /// Hashes that there are.
        found: usize,
    },
    /// The extra line.
    #[error("the extra line is not base64")]
    Extra,
    /// The index line.
    #[error("no line \"index <number without leading zeros>\" where it has to stand")]
    Index,
    /// Not the lines that a proof has.
    #[error("a proof begins with the line {HEADER} and has an empty line before its checkpoint")]
    Lines,
    /// The path.
    #[error("a line of the path is not a hash of 32 bytes in base64, or there are more than 63")]
    Path,
    /// The entry would stand behind the last one.
    #[error("the index is not below the checkpoint's size {size}")]
    Place {
        /// Entries of the checkpoint.
        size: u64,
    },
}

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^63 - 1 leaves is 63 levels high.
const LONGEST_PATH: usize = 63;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// The example of C2SP tlog-proof; the signatures that it shortens are made of zeros here,
    /// and its path, which is that of a smaller tree, has the last hash repeated up to the 17 that belong.
    const EXAMPLE: &str = "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ\nindex 73894\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\nB95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\nEKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\nRoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n\nexample.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog AAAAAAA=\n— witness1.example AAAAAAA=\n";

    #[test]
    fn published_example() {
        let proof = LogProof::read(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(proof.index, 73_894);
        assert_eq!(proof.path.len(), 17);
        assert_eq!(proof.checkpoint.checkpoint.size, 109_482);
        assert_eq!(proof.checkpoint.note.signatures.len(), 2);
        assert!(
            proof
                .extra
                .as_ref()
                .unwrap()
                .starts_with(b"age-v1.2.1-darwin-arm64.tar.gz")
        );
        assert_eq!(proof.to_text(), EXAMPLE);
        assert!(proof.verify(&Digest::of(b"")).is_err());
        let plain = LogProof {
            extra: None,
            ..proof
        };
        assert!(!plain.to_text().contains("extra"));
        assert_eq!(LogProof::read(plain.to_text().as_bytes()), Ok(plain));
    }

    #[test]
    fn other_texts_are_refused() {
        let hash = "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=";
        for (from, to) in [
            ("@v1", "@v2"),
            ("c2sp", "\nc2sp"),
            ("index 73894", "index 073894"),
            ("index 73894", "index -1"),
            ("index 73894", "index"),
            ("index 73894\n", ""),
            ("index 73894", "index 73894\nindex 73894"),
            ("index 73894", "index 73894\nextra AAAA"),
            ("extra ", "extra  "),
            ("extra ", "extra"),
            ("extra ", "extra AAAA\nextra "),
            (hash, ""),
            (hash, "AHCi"),
            (hash, &format!("{hash}\n{hash} ")),
            (hash, &hash.replace("vk=", "vl=")),
            ("\n\nexample", "\nexample"),
            ("\n\nexample", "\n\n\nexample"),
            ("\n\n—", "\n—"),
            ("109482", "0109482"),
        ] {
            let text = EXAMPLE.replacen(from, to, 1);
            assert_ne!(text, EXAMPLE);
            assert!(LogProof::read(text.as_bytes()).is_err(), "{text}");
        }
        for (from, to, expected) in [
            ("73894", "109482", LogProofError::Place { size: 109_482 }),
            ("109482", "73894", LogProofError::Place { size: 73_894 }),
        ] {
            let text = EXAMPLE.replacen(&format!("{from}\n"), &format!("{to}\n"), 1);
            assert_eq!(LogProof::read(text.as_bytes()), Err(expected));
        }
        let line = format!("{hash}\n");
        for (to, found) in [
            (String::new(), 16),
            (line.repeat(2), 18),
            (line.repeat(47), 63),
        ] {
            let text = EXAMPLE.replacen(&line, &to, 1);
            let expected = Err(LogProofError::Count {
                expected: 17,
                found,
            });
            assert_eq!(LogProof::read(text.as_bytes()), expected);
        }
        let long = EXAMPLE.replacen(&line, &line.repeat(48), 1);
        assert_eq!(LogProof::read(long.as_bytes()), Err(LogProofError::Path));
    }
}
