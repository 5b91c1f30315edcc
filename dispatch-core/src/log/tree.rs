//! A log's tree as far as its tiles tell: roots and proofs without reading any entry.
//!
//! Source: RFC 6962 section 2.1 over the tiles of C2SP tlog-tiles. Invariant: nothing here is
//! believed to be true because a tile says so; a root is compared with a checkpoint that somebody
//! signed, and a proof is verified against such a root by whoever receives it.

use std::collections::HashMap;
use std::ops::Range;

use super::tile::{Tile, TileError};
use crate::digest::Digest;
use crate::merkle::{
    ConsistencyError, ConsistencyProof, InclusionProof, MerkleError, Subtree, consistency_ranges,
    empty_root, inclusion_ranges, node_hash, root_of, subtrees,
};

/// The tree of a log with some number of entries. Tiles are fetched when they are needed and kept.
#[derive(Debug)]
pub struct TileTree<R> {
    read: R,
    size: u64,
    tiles: HashMap<Tile, Vec<Digest>>,
}

impl<R, E> TileTree<R>
where
    R: FnMut(Tile) -> Result<Vec<u8>, E>,
{
    /// The tree of `size` entries. `read` gives the bytes of a tile exactly as wide as it is asked
    /// for; where only the full tile is kept, the first `width` · 32 bytes of it.
    pub fn new(size: u64, read: R) -> Self {
        let tiles = HashMap::new();
        Self { read, size, tiles }
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Root over all entries.
    ///
    /// # Errors
    /// [`TreeError`] if a tile cannot be read or is not as long as it should be.
    pub fn root(&mut self) -> Result<Digest, TreeError<E>> {
        self.range(&(0..self.size))
    }

    /// Root over the first `size` entries, at most [`Self::size`].
    ///
    /// # Errors
    /// [`TreeError`] if a tile cannot be read or there are not as many entries.
    pub fn root_at(&mut self, size: u64) -> Result<Digest, TreeError<E>> {
        self.range(&(0..size))
    }

    /// Proof that the entry at `index` is in the tree.
    ///
    /// # Errors
    /// [`TreeError`] if there is no such entry or a tile cannot be read.
    pub fn inclusion(&mut self, index: u64) -> Result<InclusionProof, TreeError<E>> {
        let size = self.size;
        let ranges = inclusion_ranges(index, size)?;
        let path = self.ranges(&ranges)?;
        Ok(InclusionProof { index, size, path })
    }

    /// Proof that the tree of the first `old` entries is the beginning of this one.
    ///
    /// # Errors
    /// [`TreeError`] if `old` is larger than this tree or a tile cannot be read.
    pub fn consistency(&mut self, old: u64) -> Result<ConsistencyProof, TreeError<E>> {
        let ranges = consistency_ranges(old, self.size)?;
        let path = self.ranges(&ranges)?;
        Ok(ConsistencyProof { path })
    }

    /// Hash of the entry at `index`, as its tile has it.
    ///
    /// # Errors
    /// [`TreeError`] if there is no such entry or its tile cannot be read.
    pub fn leaf(&mut self, index: u64) -> Result<Digest, TreeError<E>> {
        self.subtree(Subtree { height: 0, index })
    }

    fn ranges(&mut self, ranges: &[Range<u64>]) -> Result<Vec<Digest>, TreeError<E>> {
        ranges.iter().map(|range| self.range(range)).collect()
    }

    fn range(&mut self, range: &Range<u64>) -> Result<Digest, TreeError<E>> {
        let mut root = None;
        for subtree in subtrees(range).into_iter().rev() {
            let left = self.subtree(subtree)?;
            root = Some(root.map_or(left, |right| node_hash(&left, &right)));
        }
        Ok(root.unwrap_or_else(empty_root))
    }

    /// Root of a complete subtree: it spans a power of two of neighbours within one tile.
    fn subtree(&mut self, subtree: Subtree) -> Result<Digest, TreeError<E>> {
        let size = self.size;
        let outside = MerkleError::Index {
            index: subtree.index,
            size,
        };
        let level = u8::try_from(subtree.height / TILE_HEIGHT).map_err(|_| outside.clone())?;
        let span = subtree.height % TILE_HEIGHT;
        // The subtree's first hash among all of its tile's level.
        let first = subtree
            .index
            .checked_mul(1 << span)
            .ok_or_else(|| outside.clone())?;
        let tile = Tile::at(level, first >> TILE_HEIGHT, size).ok_or_else(|| outside.clone())?;
        let place = usize::try_from(first & TILE_MASK).map_err(|_| outside.clone())?;
        let hashes = self.tile(tile)?;
        let end = place.saturating_add(1 << span);
        let neighbours = hashes.get(place..end).ok_or(outside)?;
        Ok(root_of(neighbours))
    }

    fn tile(&mut self, tile: Tile) -> Result<&[Digest], TreeError<E>> {
        if !self.tiles.contains_key(&tile) {
            let bytes = (self.read)(tile).map_err(TreeError::Read)?;
            let hashes = tile.read_hashes(&bytes)?;
            self.tiles.insert(tile, hashes);
        }
        Ok(self.tiles.get(&tile).map_or(&[], Vec::as_slice))
    }
}

/// Why a root or a proof cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E> {
    /// The earlier tree is larger than this one.
    #[error(transparent)]
    Consistency(#[from] ConsistencyError),
    /// There is no such entry.
    #[error(transparent)]
    Index(#[from] MerkleError),
    /// A tile cannot be read.
    #[error("a tile cannot be read: {0}")]
    Read(E),
    /// A tile is not what it should be.
    #[error(transparent)]
    Tile(#[from] TileError),
}

/// Levels of the tree that one level of tiles spans.
const TILE_HEIGHT: u32 = 8;
const TILE_MASK: u64 = 0xff;
