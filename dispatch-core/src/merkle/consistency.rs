//! Consistency proofs: that an earlier tree is the beginning of a later one.
//!
//! Source: RFC 6962 section 2.1.2 (proof), RFC 9162 section 2.1.4.2 (verification).
//! Invariant: for two given sizes exactly one path length is accepted. The sizes belong to the
//! roots and come with them from whoever vouches for these; the proof carries neither.

use super::{consistency_ranges, node_hash, root_of_parallel};
use crate::digest::Digest;

/// The hashes that lead from the root of an earlier tree to the root of a later one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Roots of the parts that [`consistency_ranges`] names. Empty from an empty tree and between
    /// equal sizes.
    pub path: Vec<Digest>,
}

impl ConsistencyProof {
    /// Proof that the tree over the first `old` of these leaf hashes is the beginning of the tree
    /// over all of them. Hashes the whole tree; from stored tiles see [`crate::log::TileTree`].
    ///
    /// # Errors
    /// [`ConsistencyError::Sizes`] if there are fewer than `old` leaves.
    pub fn new(leaves: &[Digest], old: u64) -> Result<Self, ConsistencyError> {
        let new = super::proof::count(leaves.len());
        let part = |range: core::ops::Range<u64>| {
            let start = usize::try_from(range.start).ok()?;
            let end = usize::try_from(range.end).ok()?;
            leaves.get(start..end).map(root_of_parallel)
        };
        let ranges = consistency_ranges(old, new)?;
        let path: Option<Vec<_>> = ranges.into_iter().map(part).collect();
        let path = path.ok_or(ConsistencyError::Sizes { old, new })?;
        Ok(Self { path })
    }

    /// Checks that the tree of `old_size` leaves with `old_root` is the beginning of the tree of
    /// `new_size` leaves with `new_root`.
    ///
    /// Each root and its size are a pair and come from what the caller trusts.
    ///
    /// # Errors
    /// [`ConsistencyError::Sizes`] if the tree shrank, [`ConsistencyError::PathLength`] if the path
    /// does not fit the sizes, [`ConsistencyError::OldRoot`] or [`ConsistencyError::NewRoot`] if
    /// it leads to another root.
    pub fn verify(
        &self,
        old_size: u64,
        old_root: &Digest,
        new_size: u64,
        new_root: &Digest,
    ) -> Result<(), ConsistencyError> {
        if old_size > new_size {
            return Err(ConsistencyError::Sizes {
                old: old_size,
                new: new_size,
            });
        }
        let wrong_length = || ConsistencyError::PathLength {
            old: old_size,
            new: new_size,
            found: self.path.len(),
        };
        let (old_found, new_found) = match old_size.checked_sub(1) {
            // Every tree begins with the empty one, and nothing is known of the later tree but
            // that an empty tree has the root of an empty tree.
            None if self.path.is_empty() && new_size == 0 => {
                (super::empty_root(), super::empty_root())
            }
            None if self.path.is_empty() => (super::empty_root(), *new_root),
            None => return Err(wrong_length()),
            Some(_) if old_size == new_size && self.path.is_empty() => (*old_root, *old_root),
            Some(_) if old_size == new_size => return Err(wrong_length()),
            Some(old_last) => self
                .roots(old_size, old_root, old_last, new_size)
                .ok_or_else(wrong_length)?,
        };
        if old_found != *old_root {
            return Err(ConsistencyError::OldRoot {
                expected: *old_root,
                found: old_found,
            });
        }
        if new_found != *new_root {
            return Err(ConsistencyError::NewRoot {
                expected: *new_root,
                found: new_found,
            });
        }
        Ok(())
    }

    /// Both roots that the path leads to; none if its length does not fit. `old_size` is above 0
    /// and below `new_size`, `old_last` is one less than it.
    fn roots(
        &self,
        old_size: u64,
        old_root: &Digest,
        old_last: u64,
        new_size: u64,
    ) -> Option<(Digest, Digest)> {
        // A complete old tree is itself the first part, which the proof does not repeat.
        let known = old_size.is_power_of_two().then_some(old_root);
        let mut parts = known.into_iter().chain(&self.path);
        let complete = old_last.trailing_ones();
        let mut place = old_last.checked_shr(complete).unwrap_or(0);
        let mut last = new_size.checked_sub(1)?.checked_shr(complete).unwrap_or(0);
        let first = parts.next()?;
        let (mut old, mut new) = (*first, *first);
        for part in parts {
            if last == 0 {
                return None;
            }
            if place & 1 == 1 || place == last {
                old = node_hash(part, &old);
                new = node_hash(part, &new);
                // The last node of an odd level rises unchanged until it has a left sibling.
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                new = node_hash(&new, part);
            }
            place >>= 1;
            last >>= 1;
        }
        (last == 0).then_some((old, new))
    }
}

/// Why a consistency proof cannot be made or does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyError {
    /// The path leads to another root of the later tree: it is not a continuation.
    #[error("the path leads to the later root {found}, not to {expected}")]
    NewRoot {
        /// Root of the later tree as it is vouched for.
        expected: Digest,
        /// Root that the path leads to.
        found: Digest,
    },
    /// The path leads to another root of the earlier tree.
    #[error("the path leads to the earlier root {found}, not to {expected}")]
    OldRoot {
        /// Root of the earlier tree as it is vouched for.
        expected: Digest,
        /// Root that the path leads to.
        found: Digest,
    },
    /// The path is longer or shorter than these sizes need.
    #[error("a path of {found} hashes does not lead from {old} to {new} leaves")]
    PathLength {
        /// Leaves of the earlier tree.
        old: u64,
        /// Leaves of the later tree.
        new: u64,
        /// Hashes in the path.
        found: usize,
    },
    /// The later tree would be smaller than the earlier one.
    #[error("a tree of {new} leaves does not continue one of {old}")]
    Sizes {
        /// Leaves of the earlier tree.
        old: u64,
        /// Leaves of the later tree.
        new: u64,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::digest::from_hex;
    use crate::merkle::tests::{LEAVES, ROOTS};
    use crate::merkle::{empty_root, leaf_hash};

    /// Its published consistency proofs.
    const PROOFS: [(u64, u64, &[&str]); 4] = [
        (1, 1, &[]),
        (
            1,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            &[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            &[
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];

    fn root(size: u64) -> Digest {
        let place = usize::try_from(size).unwrap() - 1;
        ROOTS[place].parse().unwrap()
    }

    #[test]
    fn published_proofs() {
        let leaves: Vec<_> = LEAVES
            .iter()
            .map(|leaf| leaf_hash(&from_hex(leaf).unwrap()))
            .collect();
        for (old, new, path) in PROOFS {
            let path = path.iter().map(|hash| hash.parse().unwrap()).collect();
            let proof = ConsistencyProof { path };
            let end = usize::try_from(new).unwrap();
            assert_eq!(
                ConsistencyProof::new(&leaves[..end], old),
                Ok(proof.clone())
            );
            assert_eq!(proof.verify(old, &root(old), new, &root(new)), Ok(()));
            assert_ne!(proof.verify(old, &root(old), new, &leaves[7]), Ok(()));
        }
    }

    #[test]
    fn the_empty_tree_begins_every_tree() {
        let proof = ConsistencyProof::default();
        assert_eq!(proof.verify(0, &empty_root(), 8, &root(8)), Ok(()));
        assert_eq!(proof.verify(0, &empty_root(), 0, &empty_root()), Ok(()));
        for (new, new_root) in [(8, empty_root()), (0, root(8))] {
            let wrong = proof.verify(0, &root(2), new, &new_root);
            assert!(matches!(wrong, Err(ConsistencyError::OldRoot { .. })));
        }
        assert!(matches!(
            proof.verify(0, &empty_root(), 0, &root(8)),
            Err(ConsistencyError::NewRoot { .. })
        ));
        let longer = ConsistencyProof {
            path: vec![root(8)],
        };
        for new in [0, 8] {
            assert!(longer.verify(0, &empty_root(), new, &root(8)).is_err());
        }
        assert!(longer.verify(8, &root(8), 8, &root(8)).is_err());
    }

    #[test]
    fn hostile_numbers_are_refused_at_once() {
        let hash = root(8);
        for (old, new, length) in [
            (u64::MAX, u64::MAX, 1),
            (u64::MAX - 1, u64::MAX, 65),
            (1, u64::MAX, 10_000),
            (1 << 63, u64::MAX, 0),
            (2, 1, 0),
            (u64::MAX, 0, 64),
        ] {
            let path = vec![hash; length];
            let refused = ConsistencyProof { path }.verify(old, &hash, new, &hash);
            assert!(refused.is_err(), "{old} {new} {length}");
        }
    }
}
