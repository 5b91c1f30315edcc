//! The add-checkpoint request: the size the witness is at, a consistency proof, a checkpoint.
//!
//! Source: C2SP tlog-witness, "add-checkpoint". The same bytes are the body of the HTTP request and
//! the file that is carried by hand.
//! Invariant: a request has one spelling; reading accepts exactly what [`AddCheckpoint::to_text`]
//! writes, but for signature lines of keys that nobody here knows.

use crate::log::{SignedCheckpoint, line};
use crate::merkle::ConsistencyProof;

/// A checkpoint offered to a witness.
#[derive(Clone, Debug)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last, 0 if there is none.
    pub old: u64,
    /// From the tree of that size to that of the checkpoint.
    pub proof: ConsistencyProof,
    /// What is to be cosigned.
    pub checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// Reads a request.
    ///
    /// # Errors
    /// [`RequestError`] for anything that is not such a request.
    pub fn read(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MOST_BYTES {
            return Err(RequestError::TooLong);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| RequestError::Encoding)?;
        let (first, mut rest) = text.split_once('\n').ok_or(RequestError::Old)?;
        let old =
            { first.strip_prefix("old ").and_then(line::decode_size) }.ok_or(RequestError::Old)?;
        let mut path = Vec::new();
        loop {
            let number = path.len().saturating_add(1);
            let (hash, after) = { rest.split_once('\n') }.ok_or(RequestError::NoCheckpoint)?;
            rest = after;
            if hash.is_empty() {
                break;
            }
            if number > MOST_HASHES {
                return Err(RequestError::TooManyHashes);
            }
            path.push(line::decode_hash(hash).ok_or(RequestError::Hash { number })?);
        }
        let checkpoint = SignedCheckpoint::read(rest.as_bytes())
            .map_err(|error| RequestError::Checkpoint(error.to_string()))?;
        Ok(Self {
            old,
            proof: ConsistencyProof { path },
            checkpoint,
        })
    }

    /// The body of the request.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof.path {
            text.push_str(&line::to_base64(hash.as_bytes()));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint.to_text());
        text
    }
}

/// Why bytes are no add-checkpoint request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// What follows the empty line is no checkpoint.
    #[error("after the empty line there is no signed checkpoint: {0}")]
    Checkpoint(String),
    /// Not UTF-8.
    #[error("not UTF-8 text")]
    Encoding,
    /// A proof line is not the base64 of 32 bytes.
    #[error("line {number} of the consistency proof is not the base64 of 32 bytes")]
    Hash {
        /// Counted from 1.
        number: usize,
    },
    /// No empty line.
    #[error("no empty line after the consistency proof")]
    NoCheckpoint,
    /// The first line.
    #[error(
        "the first line is not \"old\", one space and a decimal number below 2^63 without leading zeros"
    )]
    Old,
    /// More than [`MOST_BYTES`].
    #[error("longer than {MOST_BYTES} bytes")]
    TooLong,
    /// More than [`MOST_HASHES`].
    #[error("more than {MOST_HASHES} lines of consistency proof")]
    TooManyHashes,
}

/// Most bytes of a request: 63 hashes and a checkpoint with room for more than the 16 signatures that must be accepted.
pub const MOST_BYTES: usize = 256 << 10;
/// Most lines of proof, as C2SP says: a tree of 2^63 leaves needs no more.
pub const MOST_HASHES: usize = 63;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// The example of C2SP tlog-witness.
    const EXAMPLE: &str = "\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

    #[test]
    fn published_example() {
        let request = AddCheckpoint::read(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(request.old, 20_852_014);
        assert_eq!(request.proof.path.len(), 4);
        // `base64 -d | xxd -p` of the second line.
        let first = "3e544d0abc07a6a846aeea6e7b42fb8316e36cc88a03db5e9afb996430e991ac";
        assert_eq!(request.proof.path[0].to_string(), first);
        assert_eq!(request.checkpoint.checkpoint.size, 20_852_163);
        assert_eq!(request.to_text(), EXAMPLE);
    }

    /// Whatever is changed in it, it is read as something else or not at all.
    #[test]
    fn one_spelling() {
        for place in 0..EXAMPLE.len() {
            for byte in [b'\n', b' ', b'0', b'=', 0, 0xff] {
                let mut changed = EXAMPLE.as_bytes().to_vec();
                changed[place] = byte;
                if let Ok(read) = AddCheckpoint::read(&changed) {
                    assert_eq!(read.to_text().as_bytes(), changed);
                }
            }
            // Only at the end of the first of the two signatures it can end too.
            let complete = Some(place) == EXAMPLE.rfind("— ");
            let start = AddCheckpoint::read(&EXAMPLE.as_bytes()[..place]);
            assert_eq!(start.is_ok(), complete, "{place}");
        }
    }
}
