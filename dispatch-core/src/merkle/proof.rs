//! Inclusion proofs: that one leaf stands at one place of a tree.
//!
//! Source: RFC 6962 section 2.1.1 (path), RFC 9162 section 2.1.3.2 (verification).
//! Invariant: for a given index and size exactly one path length is accepted. A path alone does
//! not fix the size (leaf 0 has the same path shape in trees of 5 to 8 leaves), so verification
//! takes the size from whoever vouches for the root, and refuses a proof that says another.

use serde::{Deserialize, Serialize};

use super::{node_hash, root_of_parallel, split_point};
use crate::digest::Digest;

/// The siblings on the way from one leaf up to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Place of the leaf, counted from 0.
    pub index: u64,
    /// Number of leaves in the tree.
    pub size: u64,
    /// Sibling hashes, from the leaf's own upwards.
    pub path: Vec<Digest>,
}

impl InclusionProof {
    /// Proof for the leaf at `index` of the tree over these leaf hashes.
    ///
    /// Hashes the whole tree; for many proofs of one tree use [`super::Tree`].
    ///
    /// # Errors
    /// [`MerkleError::Index`] if there is no such leaf.
    pub fn new(leaves: &[Digest], index: u64) -> Result<Self, MerkleError> {
        let size = count(leaves.len());
        let outside = MerkleError::Index { index, size };
        let mut place = usize::try_from(index).map_err(|_| outside.clone())?;
        if place >= leaves.len() {
            return Err(outside);
        }
        let mut path = Vec::new();
        let mut range = leaves;
        while let Some(split) = split_point(range.len()) {
            let (left, right) = range.split_at(split);
            if let Some(inside_right) = place.checked_sub(split) {
                path.push(root_of_parallel(left));
                range = right;
                place = inside_right;
            } else {
                path.push(root_of_parallel(right));
                range = left;
            }
        }
        path.reverse();
        Ok(Self { index, size, path })
    }

    /// Checks that `leaf` (a leaf *hash*, see [`super::leaf_hash`]) stands at `index` of the tree
    /// with this root and size.
    ///
    /// Root and size are a pair and come from what the caller trusts, never from beside the proof:
    /// a proof that brings its own root or size proves nothing.
    ///
    /// # Errors
    /// [`MerkleError::Size`] if the proof is for another size, [`MerkleError::Index`] if `index`
    /// is not below it, [`MerkleError::PathLength`] if the path does not fit them,
    /// [`MerkleError::Root`] if it leads to another root.
    pub fn verify(&self, leaf: &Digest, root: &Digest, size: u64) -> Result<(), MerkleError> {
        if self.size != size {
            return Err(MerkleError::Size {
                expected: size,
                found: self.size,
            });
        }
        let index = self.index;
        let last = size.checked_sub(1).filter(|last| index <= *last);
        let mut last = last.ok_or(MerkleError::Index { index, size })?;
        let mut place = index;
        let mut node = *leaf;
        for sibling in &self.path {
            if last == 0 {
                return Err(self.wrong_length());
            }
            if place & 1 == 1 || place == last {
                node = node_hash(sibling, &node);
                // The last node of an odd level rises unchanged until it has a left sibling.
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                node = node_hash(&node, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        if last != 0 {
            return Err(self.wrong_length());
        }
        if node == *root {
            Ok(())
        } else {
            Err(MerkleError::Root {
                expected: *root,
                found: node,
            })
        }
    }

    fn wrong_length(&self) -> MerkleError {
        MerkleError::PathLength {
            index: self.index,
            size: self.size,
            found: self.path.len(),
        }
    }
}

/// Why a proof cannot be made or does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// The tree has no such leaf.
    #[error("leaf index {index} is outside a tree of {size} leaves")]
    Index {
        /// Index asked for, counted from 0.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// The proof is for a tree of another size than the root is.
    #[error("the proof is for a tree of {found} leaves, the root for one of {expected}")]
    Size {
        /// Leaves of the tree that the root stands for.
        expected: u64,
        /// Leaves according to the proof.
        found: u64,
    },
    /// The path is longer or shorter than this place of this tree needs.
    #[error("a path of {found} hashes does not fit leaf {index} of {size} leaves")]
    PathLength {
        /// Index of the leaf, counted from 0.
        index: u64,
        /// Number of leaves.
        size: u64,
        /// Hashes in the path.
        found: usize,
    },
    /// The path leads to another root: leaf, path, place or tree are not what they are said to be.
    #[error("the path leads to root {found}, not to {expected}")]
    Root {
        /// Root the leaf was said to be under.
        expected: Digest,
        /// Root the path leads to.
        found: Digest,
    },
}

/// Lossless: no slice is longer than 2^64 - 1.
pub(super) fn count(length: usize) -> u64 {
    length as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::merkle::{leaf_hash, root_of};

    #[test]
    fn no_leaf_no_proof() {
        let one = [leaf_hash(b"x")];
        assert_eq!(
            InclusionProof::new(&[], 0),
            Err(MerkleError::Index { index: 0, size: 0 })
        );
        assert_eq!(
            InclusionProof::new(&one, 1),
            Err(MerkleError::Index { index: 1, size: 1 })
        );
        let proof = InclusionProof {
            index: 0,
            size: 0,
            path: vec![],
        };
        assert!(proof.verify(&one[0], &root_of(&[]), 0).is_err());
    }

    #[test]
    fn hostile_numbers_are_refused_at_once() {
        let leaf = leaf_hash(b"x");
        for (index, size, length) in [
            (u64::MAX, u64::MAX, 64),
            (u64::MAX - 1, u64::MAX, 64),
            (0, u64::MAX, 10_000),
        ] {
            let proof = InclusionProof {
                index,
                size,
                path: vec![leaf; length],
            };
            assert!(proof.verify(&leaf, &leaf, size).is_err());
        }
    }

    #[test]
    fn json_is_strict() {
        let proof = InclusionProof::new(&[leaf_hash(b"x"), leaf_hash(b"y")], 1).unwrap();
        let json = serde_json::to_string(&proof).unwrap();
        assert_eq!(
            serde_json::from_str::<InclusionProof>(&json).unwrap(),
            proof
        );
        let extra = json.replacen('{', r#"{"more":1,"#, 1);
        assert!(serde_json::from_str::<InclusionProof>(&extra).is_err());
    }
}
