//! Tiles: the hashes and entries of a log as files that never change.
//!
//! Source: C2SP tlog-tiles. A tile of level l holds up to 256 hashes, each the root over 256^l
//! entries; an entry bundle holds up to 256 entries. Invariant: a path names one tile or bundle
//! and is the only one that does; a tile that is not full has its width in its name.

use core::fmt;
use core::str::FromStr;

use crate::digest::Digest;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u16 = 256;

/// Bytes of the longest entry.
pub const MAXIMUM_ENTRY: usize = 65_535;

/// One tile of hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Level, 0 (hashes of entries) to 63.
    pub level: u8,
    /// Place within the level, counted from 0.
    pub index: u64,
    /// Hashes in it, 1 to 256; fewer than 256 only at the right edge of a tree.
    pub width: u16,
}

impl Tile {
    /// The tile at `index` of `level` as it stands in a log of `size` entries; none if the log is
    /// too small for it.
    #[must_use]
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level).checked_mul(8)?)?;
        let beyond = hashes.checked_sub(index.checked_mul(u64::from(WIDTH))?)?;
        let width = u16::try_from(beyond.min(u64::from(WIDTH))).ok()?;
        (width > 0).then_some(Self {
            level,
            index,
            width,
        })
    }

    /// The tile as it is once it is full.
    #[must_use]
    pub const fn full(self) -> Self {
        Self {
            width: WIDTH,
            ..self
        }
    }

    /// The first `width` hashes of a tile's content.
    ///
    /// # Errors
    /// [`TileError::Length`] if there are not exactly as many hashes as the tile is wide.
    pub fn read_hashes(&self, bytes: &[u8]) -> Result<Vec<Digest>, TileError> {
        let (hashes, rest) = bytes.as_chunks::<{ Digest::LENGTH }>();
        if !rest.is_empty() || hashes.len() != usize::from(self.width) {
            return Err(TileError::Length {
                width: self.width,
                found: bytes.len(),
            });
        }
        Ok(hashes.iter().map(|hash| Digest::new(*hash)).collect())
    }
}

/// What a path below the root of a log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// `tile/entries/<N>[.p/<W>]`, the entries of the tile of level 0 at the same place.
    Entries {
        /// Place, counted from 0.
        index: u64,
        /// Entries in it, 1 to 256.
        width: u16,
    },
    /// `tile/<L>/<N>[.p/<W>]`
    Hashes(Tile),
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match *self {
            Self::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (index, width)
            }
            Self::Hashes(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
        };
        // Groups of three digits from the right; 2^64 has seven of them.
        let digits = index.to_string();
        let groups = digits.len().div_ceil(3);
        let padded = format!("{index:0>width$}", width = groups.saturating_mul(3));
        for (place, digit) in padded.chars().enumerate() {
            let group = place / 3;
            if place % 3 == 0 {
                let last = group.saturating_add(1) == groups;
                f.write_str(if group > 0 { "/" } else { "" })?;
                f.write_str(if last { "" } else { "x" })?;
            }
            write!(f, "{digit}")?;
        }
        if width < WIDTH {
            write!(f, ".p/{width}")?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        let unknown = || TileError::Path(path.chars().take(SHOWN).collect());
        let rest = path.strip_prefix("tile/").ok_or_else(unknown)?;
        let (level, rest) = rest.split_once('/').ok_or_else(unknown)?;
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => (groups, width.parse().map_err(|_| unknown())?),
            None => (rest, WIDTH),
        };
        let digits: String = groups
            .split('/')
            .map(|group| group.trim_start_matches('x'))
            .collect();
        let index = digits.parse().map_err(|_| unknown())?;
        let read = if level == "entries" {
            Self::Entries { index, width }
        } else {
            let level = level.parse().map_err(|_| unknown())?;
            Self::Hashes(Tile {
                level,
                index,
                width,
            })
        };
        let in_range = match read {
            Self::Entries { width, .. } => (1..=WIDTH).contains(&width),
            Self::Hashes(tile) => tile.level < 64 && (1..=WIDTH).contains(&tile.width),
        };
        // One spelling: whatever would be written differently is another path.
        if in_range && read.to_string() == path {
            Ok(read)
        } else {
            Err(unknown())
        }
    }
}

/// The content of an entry bundle: each entry with its length, u16 big-endian, before it.
///
/// # Errors
/// [`TileError::Entry`] if an entry is longer than [`MAXIMUM_ENTRY`].
pub fn write_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TileError> {
    let mut bundle = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TileError::Entry(entry.len()))?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Ok(bundle)
}

/// The entries of a bundle that is `width` entries wide.
///
/// # Errors
/// [`TileError::Bundle`] if it is cut off or has more or fewer entries.
pub fn read_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let wrong = || TileError::Bundle { width };
    let mut entries = Vec::new();
    let mut rest = bundle;
    for _ in 0..width {
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(wrong)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or_else(wrong)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(wrong())
    }
}

/// What is wrong with a tile, a bundle or a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// An entry bundle that is cut off or does not have the entries it is said to have.
    #[error("the bundle does not consist of {width} entries with their lengths")]
    Bundle {
        /// Entries it should have.
        width: u16,
    },
    /// Too long an entry.
    #[error("an entry has at most {MAXIMUM_ENTRY} bytes, not {0}")]
    Entry(usize),
    /// A tile of another length than its width says.
    #[error("a tile of {width} hashes does not have {found} bytes")]
    Length {
        /// Hashes it should have.
        width: u16,
        /// Bytes it has.
        found: usize,
    },
    /// No tile is there.
    #[error("not the path of a tile or an entry bundle: {0}")]
    Path(String),
}

/// Characters of a bad path that its error repeats.
const SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    fn tile(level: u8, index: u64, width: u16) -> TilePath {
        TilePath::Hashes(Tile {
            level,
            index,
            width,
        })
    }

    /// The examples of C2SP tlog-tiles, and the ends of the ranges.
    #[test]
    fn published_paths() {
        let entries = |index, width| TilePath::Entries { index, width };
        for (path, expected) in [
            (tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
            (tile(0, 273, 112), "tile/0/273.p/112"),
            (tile(1, 1, 17), "tile/1/001.p/17"),
            (tile(2, 0, 1), "tile/2/000.p/1"),
            (tile(63, 999, 255), "tile/63/999.p/255"),
            (tile(0, 1000, 256), "tile/0/x001/000"),
            (entries(1_234_067, 256), "tile/entries/x001/x234/067"),
            (entries(0, 1), "tile/entries/000.p/1"),
            (
                entries(u64::MAX, 256),
                "tile/entries/x018/x446/x744/x073/x709/x551/615",
            ),
        ] {
            assert_eq!(path.to_string(), expected);
            assert_eq!(expected.parse(), Ok(path));
        }
    }

    #[test]
    fn other_paths_are_refused() {
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "/tile/0/000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/x000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x01/000",
            "tile/0/xx01/000",
            "tile/0/x001/x000",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/257",
            "tile/0/000.p/01",
            "tile/0/000.p/+1",
            "tile/0/000.p/1.p/1",
            "tile/0/000/",
            "tile/0/../000",
            "tile/data/000",
            "tile/entries/000.p/65536",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert!(path.parse::<TilePath>().is_err(), "{path}");
        }
    }

    /// The sizes that C2SP tlog-tiles works out: 70,000 and 256 entries.
    #[test]
    fn published_widths() {
        let width = |level, index, size| Tile::at(level, index, size).map(|tile| tile.width);
        assert_eq!(width(0, 272, 70_000), Some(256));
        assert_eq!(width(0, 273, 70_000), Some(112));
        assert_eq!(width(0, 274, 70_000), None);
        assert_eq!(width(1, 0, 70_000), Some(256));
        assert_eq!(width(1, 1, 70_000), Some(17));
        assert_eq!(width(2, 0, 70_000), Some(1));
        assert_eq!(width(3, 0, 70_000), None);
        assert_eq!(width(0, 0, 256), Some(256));
        assert_eq!(width(0, 1, 256), None);
        assert_eq!(width(1, 0, 256), Some(1));
        assert_eq!(width(0, 0, 0), None);
        assert_eq!(width(0, u64::MAX, u64::MAX), None);
        assert_eq!(width(7, 0, u64::MAX), Some(255));
        assert_eq!(width(8, 0, u64::MAX), None);
        assert_eq!(width(255, 0, u64::MAX), None);
    }

    #[test]
    fn bundles() {
        let longest = vec![7; MAXIMUM_ENTRY];
        let entries: [&[u8]; 3] = [b"", b"a", &longest];
        let bundle = write_bundle(&entries).unwrap();
        assert_eq!(bundle[..7], [0, 0, 0, 1, b'a', 0xff, 0xff]);
        assert_eq!(read_bundle(&bundle, 3).unwrap(), entries);
        for width in [0, 2, 4] {
            assert!(read_bundle(&bundle, width).is_err());
        }
        assert!(read_bundle(&bundle[..bundle.len() - 1], 3).is_err());
        assert!(read_bundle(&bundle[..6], 3).is_err());
        let too_long = vec![7; MAXIMUM_ENTRY + 1];
        assert_eq!(write_bundle(&[too_long]), Err(TileError::Entry(65_536)));
    }
}
