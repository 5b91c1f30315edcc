//! The acknowledgement 确认: a custodian's signature that what it holds opens.
//!
//! Source: docs/spec.md 18.2. Invariant: it binds one commitment and one `custody.age`, so it cannot
//! be used for another draw or another file.

use crate::digest::Digest;
use crate::log::{Note, VerifierKey};
use crate::syntax::unix_time;

/// The text that the custodian signs; `file` is the SHA-256 of `custody.age` in hexadecimal and
/// `time` a time of docs/spec.md 1.6.
#[must_use]
pub fn acknowledgement_text(commitment: &Digest, file: &str, time: &str) -> String {
    format!("{LABEL}\n{commitment}\n{file}\n{time}\n")
}

/// Whether this signed note is a valid acknowledgement of that custodian, whose key alone is known
/// here: other lines are ignored.
#[must_use]
pub fn acknowledges(note: &[u8], commitment: &Digest, file: &str, key: &VerifierKey) -> bool {
    let Ok(note) = Note::read(note) else {
        return false;
    };
    let mut lines = note.text.split('\n').skip(3);
    let Some(time) = lines.next().filter(|time| unix_time(time).is_some()) else {
        return false;
    };
    note.text == acknowledgement_text(commitment, file, time) && note.verify(key) == Ok(true)
}

const LABEL: &str = "dispatch/acknowledgement/1";
