//! Merkle trees over SHA-256: the roots that rosters, results and the log are committed to.
//!
//! Source: RFC 6962 section 2.1 (hashing and shape), RFC 9162 sections 2.1.3 and
//! 2.1.4 (inclusion and consistency proofs).
//! A tree of n > 1 leaves splits at the largest power of two below n; no leaf is ever duplicated.
//! Invariant: leaves and nodes are hashed under different prefixes (0x00, 0x01), so a node can
//! never be passed off as a leaf; a root commits to the leaves, their order and their number only
//! together with the size, which every caller keeps beside the root.

mod consistency;
mod proof;
mod ranges;
mod tree;

use sha2::{Digest as _, Sha256};

pub use self::consistency::{ConsistencyError, ConsistencyProof};
pub use self::proof::{InclusionProof, MerkleError};
pub use self::ranges::{Subtree, consistency_ranges, inclusion_ranges, subtrees};
pub use self::tree::Tree;
use crate::digest::Digest;

/// SHA-256(0x00 ‖ `data`): the hash of one leaf.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([LEAF_PREFIX]);
    hasher.update(data);
    Digest::new(hasher.finalize().into())
}

/// SHA-256(0x01 ‖ `left` ‖ `right`): the hash of an inner node.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([NODE_PREFIX]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest::new(hasher.finalize().into())
}

/// SHA-256 of nothing: the root of the tree without leaves.
#[must_use]
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// Root of the tree over these leaf hashes, in this order.
#[must_use]
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut builder = RootBuilder::new();
    for leaf in leaves {
        builder.push(*leaf);
    }
    builder.root()
}

/// The same value as [`root_of`], computed on all threads of the current rayon pool.
#[must_use]
pub fn root_of_parallel(leaves: &[Digest]) -> Digest {
    match split_point(leaves.len()) {
        Some(split) if leaves.len() > SEQUENTIAL_LEAVES => {
            let (left, right) = leaves.split_at(split);
            let (left, right) = rayon::join(|| root_of_parallel(left), || root_of_parallel(right));
            node_hash(&left, &right)
        }
        _ => root_of(leaves),
    }
}

/// Computes a root from leaf hashes that arrive one after another, in O(log n) memory.
#[derive(Clone, Debug, Default)]
pub struct RootBuilder {
    /// Roots of the complete subtrees, largest first: one for every bit set in `size`.
    subtrees: Vec<Digest>,
    size: u64,
}

impl RootBuilder {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one leaf hash (see [`leaf_hash`]).
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        // Like a carry in binary addition: each trailing one of the size is a finished left half.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.subtrees.push(node);
        // Lossless: no machine hashes 2^64 leaves.
        self.size = self.size.saturating_add(1);
    }

    /// Number of leaves appended so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Goes on where another builder stopped: the roots that [`Self::subtrees`] gave of a tree of
    /// `size` leaves. None if they are not as many as such a tree has.
    #[must_use]
    pub fn resume(size: u64, subtrees: Vec<Digest>) -> Option<Self> {
        let fits = u32::try_from(subtrees.len()) == Ok(size.count_ones());
        fits.then_some(Self { subtrees, size })
    }

    /// Roots of the complete subtrees at the right edge, largest first.
    #[must_use]
    pub fn subtrees(&self) -> &[Digest] {
        &self.subtrees
    }

    /// Root over the leaves appended so far; more may follow.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(smallest) = subtrees.next() else {
            return empty_root();
        };
        subtrees.fold(*smallest, |right, left| node_hash(left, &right))
    }
}

/// The largest power of two below `size`, where RFC 6962 splits a tree; none below two leaves.
fn split_point(size: usize) -> Option<usize> {
    let last = size.checked_sub(1)?;
    last.checked_ilog2().map(|exponent| 1 << exponent)
}

const LEAF_PREFIX: u8 = 0x00;
const NODE_PREFIX: u8 = 0x01;
/// Below this a thread costs more than it saves (about a millisecond of hashing).
const SEQUENTIAL_LEAVES: usize = 4096;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::digest::from_hex;

    /// Leaves of the Certificate Transparency reference tree (RFC 6962 test data).
    pub(super) const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];

    /// Published roots of its first 1 to 8 leaves.
    pub(super) const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn reference_leaves() -> Vec<Digest> {
        LEAVES
            .iter()
            .map(|leaf| leaf_hash(&from_hex(leaf).unwrap()))
            .collect()
    }

    #[test]
    fn reference_roots() {
        let leaves = reference_leaves();
        let mut builder = RootBuilder::new();
        assert_eq!(builder.root().to_string(), EMPTY);
        for (index, expected) in ROOTS.iter().enumerate() {
            builder.push(leaves[index]);
            assert_eq!(builder.root().to_string(), *expected);
            assert_eq!(root_of(&leaves[..=index]).to_string(), *expected);
            assert_eq!(
                Tree::new(leaves[..=index].to_vec()).root().to_string(),
                *expected
            );
            assert_eq!(builder.size(), u64::try_from(index).unwrap() + 1);
        }
    }

    #[test]
    fn splits_at_the_largest_smaller_power_of_two() {
        let expected = [
            None,
            None,
            Some(1),
            Some(2),
            Some(2),
            Some(4),
            Some(4),
            Some(4),
            Some(4),
        ];
        for (size, expected) in expected.into_iter().enumerate() {
            assert_eq!(split_point(size), expected, "{size}");
        }
        assert_eq!(split_point(usize::MAX), Some(1 << (usize::BITS - 1)));
    }

    #[test]
    fn parallel_equals_streaming() {
        let leaves: Vec<_> = (0..20_000_u32)
            .map(|n| leaf_hash(&n.to_be_bytes()))
            .collect();
        for size in [0, 1, 2, 4095, 4096, 4097, 8191, 8192, 8193, 12_289, 20_000] {
            let leaves = &leaves[..size];
            assert_eq!(root_of_parallel(leaves), root_of(leaves), "{size}");
            assert_eq!(Tree::new(leaves.to_vec()).root(), root_of(leaves), "{size}");
        }
    }

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
}
