//! A whole tree in memory, for many inclusion proofs of the same leaves.
//!
//! Source: RFC 6962 section 2.1. The levels are built pairwise from the bottom; the last node of
//! an odd level rises unchanged, which gives the same tree as splitting from the top at powers of
//! two. Invariant: `levels` is never empty and its last level has one node, or none if no leaves.

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::proof::count;
use super::{InclusionProof, MerkleError, empty_root, node_hash};
use crate::digest::Digest;

/// All hashes of a tree: about 64 bytes per leaf.
#[derive(Clone, Debug)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Hashes the tree over these leaf hashes, on all threads of the current rayon pool.
    #[must_use]
    pub fn new(leaves: Vec<Digest>) -> Self {
        let mut levels = Vec::new();
        let mut level = leaves;
        while level.len() > 1 {
            let above = level
                .par_chunks(2)
                .with_min_len(PAIRS_PER_TASK)
                .map(|pair| match pair {
                    [left, right] => node_hash(left, right),
                    [risen, ..] => *risen,
                    [] => empty_root(),
                })
                .collect();
            levels.push(level);
            level = above;
        }
        levels.push(level);
        Self { levels }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| count(leaves.len()))
    }

    /// Root over all leaves.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.levels
            .last()
            .and_then(|level| level.first())
            .copied()
            .unwrap_or_else(empty_root)
    }

    /// Proof for the leaf at `index`, without hashing anything.
    ///
    /// # Errors
    /// [`MerkleError::Index`] if there is no such leaf.
    pub fn prove(&self, index: u64) -> Result<InclusionProof, MerkleError> {
        let size = self.size();
        let outside = MerkleError::Index { index, size };
        if index >= size {
            return Err(outside);
        }
        let mut place = usize::try_from(index).map_err(|_| outside)?;
        let mut path = Vec::new();
        for level in &self.levels {
            path.extend(level.get(place ^ 1).copied());
            place >>= 1;
        }
        Ok(InclusionProof { index, size, path })
    }
}

/// Fewer pairs than this are not worth a task of their own.
const PAIRS_PER_TASK: usize = 1024;
