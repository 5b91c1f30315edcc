//! Growing a log: which tiles and bundles come into being while entries are appended.
//!
//! Source: C2SP tlog-tiles. Only the right edge of the tree is kept in memory, so a log of any
//! size is grown entry by entry. Invariant: a tile that was full once is never given again, and
//! root and edge are always those of all entries so far.

use super::tile::{MAXIMUM_ENTRY, Tile, TileError, TilePath, WIDTH};
use crate::digest::Digest;
use crate::merkle::{empty_root, leaf_hash, node_hash, root_of};

/// A log that grows.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    size: u64,
    /// Hashes of each level that do not fill a tile yet.
    edge: Vec<Vec<Digest>>,
    /// The entries of the lowest of them, as a bundle has them.
    bundle: Vec<u8>,
}

/// A file below the root of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileFile {
    /// Where it belongs.
    pub path: TilePath,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Growth {
    /// A log without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A log of `size` entries that goes on growing. `read` gives the tiles and the bundle at its
    /// right edge, exactly as wide as they are asked for.
    ///
    /// # Errors
    /// What `read` says, or that a tile or bundle is not what it should be.
    pub fn resume<E>(
        size: u64,
        mut read: impl FnMut(TilePath) -> Result<Vec<u8>, E>,
    ) -> Result<Self, GrowthError<E>> {
        let mut growth = Self {
            size,
            ..Self::default()
        };
        for path in growth.edge_paths() {
            let bytes = read(path).map_err(GrowthError::Read)?;
            match path {
                TilePath::Entries { width, .. } => {
                    super::tile::read_bundle(&bytes, width)?;
                    growth.bundle = bytes;
                }
                TilePath::Hashes(tile) => {
                    let level = usize::from(tile.level);
                    growth.edge.resize(level.saturating_add(1), Vec::new());
                    if let Some(edge) = growth.edge.get_mut(level) {
                        *edge = tile.read_hashes(&bytes)?;
                    }
                }
            }
        }
        Ok(growth)
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Root over all entries so far.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut root = None;
        for edge in &self.edge {
            // The complete subtrees of this level, the smallest and rightmost first.
            let mut rest = edge.as_slice();
            while let Some(exponent) = rest
                .len()
                .checked_sub(1)
                .map(|_| rest.len().trailing_zeros())
            {
                let (left, subtree) = rest.split_at(rest.len().saturating_sub(1 << exponent));
                let subtree = root_of(subtree);
                root = Some(root.map_or(subtree, |right| node_hash(&subtree, &right)));
                rest = left;
            }
        }
        root.unwrap_or_else(empty_root)
    }

    /// Appends an entry; gives the tiles and the bundle that are full now.
    ///
    /// # Errors
    /// [`TileError::Entry`] if it is longer than [`MAXIMUM_ENTRY`] bytes; nothing is appended then.
    pub fn push(&mut self, entry: &[u8]) -> Result<Vec<TileFile>, TileError> {
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| TileError::Entry(entry.len()))?;
        debug_assert!(entry.len() <= MAXIMUM_ENTRY);
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(entry);
        // Lossless: no log has 2^64 entries.
        self.size = self.size.saturating_add(1);
        let mut full = Vec::new();
        let mut hash = leaf_hash(entry);
        for level in 0..LEVELS {
            let place = usize::from(level);
            if self.edge.len() == place {
                self.edge.push(Vec::new());
            }
            let Some(edge) = self.edge.get_mut(place) else {
                break;
            };
            edge.push(hash);
            if edge.len() < usize::from(WIDTH) {
                break;
            }
            let hashes = core::mem::take(edge);
            let index = (self.size >> (u32::from(level) * 8 + 8)).saturating_sub(1);
            if level == 0 {
                full.push(TileFile {
                    path: TilePath::Entries {
                        index,
                        width: WIDTH,
                    },
                    bytes: core::mem::take(&mut self.bundle),
                });
            }
            hash = root_of(&hashes);
            let tile = Tile {
                level,
                index,
                width: WIDTH,
            };
            full.push(TileFile {
                path: TilePath::Hashes(tile),
                bytes: concatenated(&hashes),
            });
        }
        Ok(full)
    }

    /// The tiles and the bundle at the right edge that are not full: what else a checkpoint of the
    /// present size needs.
    #[must_use]
    pub fn edge(&self) -> Vec<TileFile> {
        let files = self.edge_paths().into_iter().map(|path| TileFile {
            path,
            bytes: match path {
                TilePath::Entries { .. } => self.bundle.clone(),
                TilePath::Hashes(tile) => {
                    let edge = self.edge.get(usize::from(tile.level));
                    concatenated(edge.map_or(&[], Vec::as_slice))
                }
            },
        });
        files.collect()
    }

    fn edge_paths(&self) -> Vec<TilePath> {
        let mut paths = Vec::new();
        for level in 0..LEVELS {
            let index = self.size.checked_shr(u32::from(level) * 8 + 8).unwrap_or(0);
            let Some(tile) = Tile::at(level, index, self.size) else {
                continue;
            };
            if level == 0 {
                let width = tile.width;
                paths.push(TilePath::Entries { index, width });
            }
            paths.push(TilePath::Hashes(tile));
        }
        paths
    }
}

/// Why a log cannot go on growing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrowthError<E> {
    /// A tile or bundle cannot be read.
    #[error("a tile cannot be read: {0}")]
    Read(E),
    /// A tile or bundle is not what it should be.
    #[error(transparent)]
    Tile(#[from] TileError),
}

fn concatenated(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Levels of tiles that a log of 2^64 entries has.
const LEVELS: u8 = 8;
