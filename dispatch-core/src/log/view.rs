//! Reading a log wherever its files are: in a folder, on a web server, in a test.
//!
//! Source: the layout of C2SP tlog-tiles, and `checkpoints/N`, `documents/` and `log.policy` of
//! docs/spec.md 17.8. Invariant: nothing that is read here is authentic by itself; callers compare
//! what they use with the root of a checkpoint that somebody signed.

use std::ops::Range;

use super::checkpoint::SignedCheckpoint;
use super::proof::LogProof;
use super::tile::{Tile, TilePath, WIDTH, read_bundle};
use super::tree::{TileTree, TreeError};
use crate::digest::Digest;
use crate::language::Message;

/// Where a log's files come from.
pub trait LogFiles {
    /// The bytes of the file at `path` (with `/`, below the log's root); none if there is none.
    ///
    /// # Errors
    /// What kept it from being read, for people.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message>;
}

/// A log as its files show it.
#[derive(Clone, Copy, Debug)]
pub struct LogView<'f, F: ?Sized>(pub &'f F);

impl<'f, F: LogFiles + ?Sized> LogView<'f, F> {
    /// A file that has to be there.
    ///
    /// # Errors
    /// If it cannot be read or is not there.
    pub fn file(&self, path: &str) -> Result<Vec<u8>, Message> {
        self.0.read(path)?.ok_or_else(|| missing(path))
    }

    /// The latest checkpoint.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, Message> {
        read_checkpoint(CHECKPOINT, &self.file(CHECKPOINT)?)
    }

    /// The checkpoint with this number among all that were ever signed; none if there are not as
    /// many.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub fn numbered(&self, number: u64) -> Result<Option<SignedCheckpoint>, Message> {
        let path = numbered_path(number);
        let bytes = self.0.read(&path)?;
        bytes
            .map(|bytes| read_checkpoint(&path, &bytes))
            .transpose()
    }

    /// All checkpoints that were ever signed, in order.
    ///
    /// # Errors
    /// If one cannot be read or is none.
    pub fn checkpoints(&self) -> Result<Vec<SignedCheckpoint>, Message> {
        let numbered = (0..).map(|number| self.numbered(number).transpose());
        numbered.take_while(Option::is_some).flatten().collect()
    }

    /// The time-stamp token over the checkpoint with this number, DER; none if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn token(&self, number: u64) -> Result<Option<Vec<u8>>, Message> {
        self.0.read(&token_path(number))
    }

    /// A document by its SHA-256; none if it was not published.
    ///
    /// # Errors
    /// If it cannot be read or has another hash.
    pub fn document(&self, hash: &Digest) -> Result<Option<Vec<u8>>, Message> {
        let path = document_path(hash);
        match self.0.read(&path)? {
            Some(bytes) if Digest::of(&bytes) != *hash => Err(Message::new(
                format!("{path}: the content has another SHA-256 than the name says"),
                format!("{path}：内容的SHA-256与文件名不符"),
            )),
            read => Ok(read),
        }
    }

    /// A tile as wide as it is asked for.
    ///
    /// # Errors
    /// If it cannot be read or neither it nor the full one in its place is there.
    pub fn tile(&self, tile: Tile) -> Result<Vec<u8>, Message> {
        let path = TilePath::Hashes(tile).to_string();
        if let Some(bytes) = self.0.read(&path)? {
            return Ok(bytes);
        }
        let full = TilePath::Hashes(tile.full()).to_string();
        let mut bytes = self.0.read(&full)?.ok_or_else(|| missing(&path))?;
        bytes.truncate(usize::from(tile.width).saturating_mul(Digest::LENGTH));
        Ok(bytes)
    }

    /// The entries of a bundle, `width` of them.
    ///
    /// # Errors
    /// If it cannot be read, or neither it nor the full one in its place is there and whole.
    pub fn entries(&self, index: u64, width: u16) -> Result<Vec<Vec<u8>>, Message> {
        let path = TilePath::Entries { index, width }.to_string();
        let (path, bytes, found) = match self.0.read(&path)? {
            Some(bytes) => (path, bytes, width),
            None => {
                let full = TilePath::Entries {
                    index,
                    width: WIDTH,
                };
                let full = full.to_string();
                let bytes = self.0.read(&full)?.ok_or_else(|| missing(&path))?;
                (full, bytes, WIDTH)
            }
        };
        let entries = read_bundle(&bytes, found).map_err(|error| at(&path, &error.to_string()))?;
        let entries = entries.into_iter().take(usize::from(width));
        Ok(entries.map(<[u8]>::to_vec).collect())
    }

    /// Gives every entry of a range of a log of `size` entries, bundle by bundle: the index of the
    /// first one and the entries.
    ///
    /// # Errors
    /// If a bundle cannot be read, and whatever `each` says.
    pub fn for_each_bundle<E: From<Message>>(
        &self,
        range: Range<u64>,
        size: u64,
        mut each: impl FnMut(u64, Vec<Vec<u8>>) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = range.end.min(size);
        let mut next = range.start;
        while next < end {
            let index = next / u64::from(WIDTH);
            let Some(tile) = Tile::at(0, index, size) else {
                break;
            };
            let first = index.saturating_mul(u64::from(WIDTH));
            let after = first.saturating_add(u64::from(tile.width));
            let mut entries = self.entries(index, tile.width)?;
            // Lossless: both are below the width of a bundle.
            let skipped = usize::try_from(next.saturating_sub(first)).unwrap_or(usize::MAX);
            let beyond = usize::try_from(after.saturating_sub(end)).unwrap_or(usize::MAX);
            entries.truncate(entries.len().saturating_sub(beyond));
            entries.drain(..skipped.min(entries.len()));
            each(next, entries)?;
            next = after;
        }
        Ok(())
    }

    /// One entry of a log of `size` entries.
    ///
    /// # Errors
    /// If there is none or its bundle cannot be read.
    pub fn entry(&self, index: u64, size: u64) -> Result<Vec<u8>, Message> {
        let mut found = None;
        let range = index..index.saturating_add(1);
        self.for_each_bundle(range, size, |_, entries| {
            found = entries.into_iter().next();
            Ok::<_, Message>(())
        })?;
        found.ok_or_else(|| {
            Message::new(
                format!("there is no entry {index}: the log has {size}, counted from 0"),
                format!("没有第{index}号条目：日志共{size}条，从0起编号"),
            )
        })
    }

    /// The tree of the first `size` entries, over the tiles.
    #[must_use]
    pub fn tree(
        &self,
        size: u64,
    ) -> TileTree<impl FnMut(Tile) -> Result<Vec<u8>, Message> + use<'f, F>> {
        let view = LogView(self.0);
        TileTree::new(size, move |tile| view.tile(tile))
    }

    /// The proof that the entry at `index` is in the log as the checkpoint has it; made from tiles
    /// and checked against nothing.
    ///
    /// # Errors
    /// If there is no such entry or a tile cannot be read.
    pub fn prove(&self, index: u64, checkpoint: SignedCheckpoint) -> Result<LogProof, Message> {
        let mut tree = self.tree(checkpoint.checkpoint.size);
        let proof = tree.inclusion(index).map_err(tree_message)?;
        Ok(LogProof {
            index,
            path: proof.path,
            checkpoint,
            extra: None,
        })
    }
}

/// Where the checkpoint with this number stands.
#[must_use]
pub fn numbered_path(number: u64) -> String {
    format!("{CHECKPOINTS}/{number}")
}

/// Where its time-stamp token stands.
#[must_use]
pub fn token_path(number: u64) -> String {
    format!("{CHECKPOINTS}/{number}.tsr")
}

/// Where a document stands.
#[must_use]
pub fn document_path(hash: &Digest) -> String {
    format!("{DOCUMENTS}/{hash}")
}

/// What is wrong with a tree, for people.
#[must_use]
pub fn tree_message(error: TreeError<Message>) -> Message {
    match error {
        TreeError::Read(message) => message,
        other => Message::new(other.to_string(), format!("无法由日志的瓦片计算：{other}")),
    }
}

fn read_checkpoint(path: &str, bytes: &[u8]) -> Result<SignedCheckpoint, Message> {
    SignedCheckpoint::read(bytes).map_err(|error| at(path, &error.to_string()))
}

fn at(path: &str, fault: &str) -> Message {
    Message::new(format!("{path}: {fault}"), format!("{path}：{fault}"))
}

fn missing(path: &str) -> Message {
    Message::new(
        format!("{path} is missing from the log; restore it from a copy"),
        format!("日志中缺少{path}，请用备份恢复"),
    )
}

/// The latest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Every checkpoint that was signed.
pub const CHECKPOINTS: &str = "checkpoints";
/// Documents that entries refer to.
pub const DOCUMENTS: &str = "documents";
/// The policy that the authority announces.
pub const POLICY: &str = "log.policy";
