//! The result: who inspects whom, as salted Merkle leaves in a keyed order.
//!
//! Source: docs/spec.md section 8. The root is published at once, so the result is fixed while it is
//! still sealed; one record is opened with its salt and an inclusion proof, without any other.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::digest::{Digest, tagged};
use crate::json::to_canonical;
use crate::merkle::{leaf_hash, root_of};
use crate::roster::keyed;

/// A selected subject and its team 派员.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// One officer id for every expanded slot; empty where the slot stays open.
    pub officers: Vec<String>,
    /// Id of the subject.
    pub subject: String,
    /// Its ticket.
    pub ticket: Digest,
}

/// The document `result.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultDocument {
    /// Commitment of the announcement.
    pub commitment: Digest,
    /// Number of records.
    pub count: u64,
    /// [`ResultDocument::FORMAT`].
    pub format: String,
    /// Merkle root over the salted records.
    pub root: Digest,
}

impl ResultDocument {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/result/1";
}

/// The key that orders and salts the records.
#[derive(Clone, Copy, Debug)]
pub struct ResultKey(Digest);

impl ResultKey {
    /// The key that follows from the seed.
    #[must_use]
    pub fn new(seed: &Digest) -> Self {
        Self(tagged("dispatch/v1/result-key", &[seed.as_bytes()]))
    }

    /// Where a subject's record stands among the others.
    #[must_use]
    pub fn order(&self, subject: &str) -> Digest {
        keyed(
            self.0.as_bytes(),
            "dispatch/v1/order",
            &[subject.as_bytes()],
        )
    }

    /// The salt of a subject's record.
    #[must_use]
    pub fn salt(&self, subject: &str) -> Digest {
        keyed(self.0.as_bytes(), "dispatch/v1/salt", &[subject.as_bytes()])
    }

    /// Sorts records into the keyed order.
    pub fn sort(&self, records: &mut [Record]) {
        records.par_sort_by_cached_key(|record| self.order(&record.subject));
    }

    /// Leaf hashes of the records, in the order given.
    #[must_use]
    pub fn leaves(&self, records: &[Record]) -> Vec<Digest> {
        let leaf = |record: &Record| {
            // A record of strings always has a canonical form.
            let bytes = to_canonical(record).unwrap_or_default();
            let data = tagged(
                "dispatch/v1/assignment",
                &[self.salt(&record.subject).as_bytes(), &bytes],
            );
            leaf_hash(data.as_bytes())
        };
        records.par_iter().map(leaf).collect()
    }

    /// The root over the records, in the order given.
    #[must_use]
    pub fn root(&self, records: &[Record]) -> Digest {
        root_of(&self.leaves(records))
    }
}
