//! Appending to a log, whatever happens meanwhile.
//!
//! The order is: tiles and bundles, all of them on the disk; then `checkpoints/N`, which is when the
//! entries are in the log; then `checkpoint`. Whoever is stopped in between leaves files that the
//! next writer overwrites, or a `checkpoint` that it brings up to date. Invariant: of one size only
//! one checkpoint is ever signed, because a signed one that reached the disk is always continued.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use dispatch_core::entry::{Entry, Holder, Step};
use dispatch_core::language::Message;
use dispatch_core::log::tile::{TilePath, write_bundle};
use dispatch_core::log::view::{CHECKPOINT, numbered_path};
use dispatch_core::log::{Checkpoint, Growth, GrowthError, SignedCheckpoint, SignerKey, TileFile};
use rayon::prelude::*;

use super::{LogFolder, absent};
use crate::failure::{Done, Failure};
use crate::folder;

/// The one writer of a log.
#[derive(Debug)]
pub(crate) struct LogWriter {
    folder: LogFolder,
    _lock: File,
    key: SignerKey,
    /// Whether the log has accepted the key: it signed the latest checkpoint, or an entry names it.
    accepted: bool,
    number: u64,
    latest: SignedCheckpoint,
    growth: Growth,
    written: Vec<PathBuf>,
    full: Vec<PathBuf>,
}

impl LogWriter {
    /// Locks a log, mends what a writer that was stopped has left, and gets ready to append.
    pub(crate) fn open(folder: &LogFolder, key: SignerKey) -> Done<Self> {
        let lock = folder.lock()?;
        let (number, latest) = folder.latest()?;
        let text = latest.to_text();
        let shown = folder.dir().join(CHECKPOINT);
        if fs::read(&shown).ok().as_deref() != Some(text.as_bytes()) {
            folder.put(CHECKPOINT, text.as_bytes())?;
        }
        let head = &latest.checkpoint;
        if head.origin != key.name() {
            return Err(Failure::new(
                format!(
                    "the key is that of {}, the log is {}; give the key of this log",
                    key.name(),
                    head.origin
                ),
                format!(
                    "密钥属于{}，日志为{}；请使用该日志的密钥",
                    key.name(),
                    head.origin
                ),
            ));
        }
        let growth = resume(folder, head.size)?;
        if growth.root() != head.root {
            let dir = folder.dir().display();
            return Err(Failure::new(
                format!(
                    "{dir}: the tiles do not have the root of the latest checkpoint; run `dispatch log check`, and restore the folder from your copy"
                ),
                format!(
                    "{dir}：瓦片与最新检查点的根值不符；请运行 dispatch log check，并用备份恢复该目录"
                ),
            ));
        }
        let accepted = latest.verify(&key.verifier()).map_err(|error| {
            Message::new(
                format!("the latest checkpoint: {error}; restore the folder from your copy"),
                format!("最新检查点：{error}；请用备份恢复该目录"),
            )
        })?;
        let mut writer = Self {
            folder: folder.clone(),
            _lock: lock,
            key,
            accepted,
            number,
            latest,
            growth,
            written: Vec::new(),
            full: Vec::new(),
        };
        if !writer.accepted {
            writer.accepted = writer.was_introduced()?;
        }
        Ok(writer)
    }

    /// The checkpoint that was signed last.
    pub(crate) const fn latest(&self) -> &SignedCheckpoint {
        &self.latest
    }

    /// Number of entries, those included that no checkpoint covers yet.
    pub(crate) const fn size(&self) -> u64 {
        self.growth.size()
    }

    /// Appends an entry; it is in the log when [`Self::commit`] has returned.
    pub(crate) fn push(&mut self, entry: &Entry, bytes: &[u8]) -> Done {
        self.accepted = self.accepted || self.introduces(entry);
        let full = self.growth.push(bytes);
        let full =
            full.map_err(|error| Failure::new(error.to_string(), format!("条目过长：{error}")))?;
        for file in full {
            let path = self.write(&file)?;
            self.full.push(path);
        }
        Ok(())
    }

    /// Signs a checkpoint over everything that was appended, if anything was.
    pub(crate) fn commit(mut self) -> Done<(u64, SignedCheckpoint)> {
        if self.growth.size() == self.latest.checkpoint.size {
            return Ok((self.number, self.latest));
        }
        if !self.accepted {
            let name = self.key.name();
            return Err(Failure::new(
                format!(
                    "this key of {name} did not sign the latest checkpoint, and no entry of the log names it; use the present key, or log the change with `dispatch log key`"
                ),
                format!(
                    "{name}的这一密钥没有签署最新检查点，日志中也没有启用它的条目；请使用现用密钥，或先用 dispatch log key 记录更换"
                ),
            ));
        }
        for file in self.growth.edge() {
            self.write(&file)?;
        }
        self.sync()?;
        let checkpoint = Checkpoint {
            origin: self.key.name().to_owned(),
            size: self.growth.size(),
            root: self.growth.root(),
            extensions: Vec::new(),
        };
        let signed = SignedCheckpoint::sign(checkpoint, &self.key);
        let signed = signed.map_err(|error| Failure::new(error.to_string(), error.to_string()))?;
        let number = self.number.saturating_add(1);
        let text = signed.to_text();
        self.folder.put(&numbered_path(number), text.as_bytes())?;
        self.folder.put(CHECKPOINT, text.as_bytes())?;
        // A full tile serves whoever asks for its beginning.
        for path in &self.full {
            let mut partial = path.clone().into_os_string();
            partial.push(".p");
            let _ = fs::remove_dir_all(&partial);
        }
        Ok((number, signed))
    }

    fn write(&mut self, file: &TileFile) -> Done<PathBuf> {
        let path = self.folder.dir().join(file.path.to_string());
        let written = fs::write(&path, &file.bytes).or_else(|error| {
            if !absent(&error) {
                return Err(error);
            }
            fs::create_dir_all(path.parent().unwrap_or(self.folder.dir()))?;
            fs::write(&path, &file.bytes)
        });
        written.map_err(|error| Failure::file(&path, &error))?;
        self.written.push(path.clone());
        Ok(path)
    }

    /// Waits until all files that were written, and the folders they are in, have reached the disk.
    fn sync(&self) -> Done {
        self.written.par_iter().try_for_each(|path| {
            let synced = File::options().write(true).open(path);
            let synced = synced.and_then(|file| file.sync_all());
            synced.map_err(|error| Failure::file(path, &error))
        })?;
        let mut folders: BTreeSet<&Path> = BTreeSet::new();
        for path in &self.written {
            let above = path.ancestors().skip(1);
            folders.extend(above.take_while(|dir| dir.starts_with(self.folder.dir())));
        }
        folders.into_iter().try_for_each(folder::sync)
    }

    /// Whether an entry of the log made this key its key.
    fn was_introduced(&self) -> Done<bool> {
        let size = self.latest.checkpoint.size;
        let mut found = false;
        self.folder
            .view()
            .for_each_bundle(0..size, size, |_, entries| {
                let names = entries.iter().filter(|bytes| names_a_key(bytes));
                found = found
                    || names
                        .filter_map(|bytes| Entry::read(bytes).ok())
                        .any(|entry| self.names(&entry));
                Done::Ok(())
            })?;
        Ok(found)
    }

    /// Whether an entry makes this key that of the log, in the place of the one that signed last.
    fn introduces(&self, entry: &Entry) -> bool {
        let Step::Key(change) = &entry.step else {
            return false;
        };
        let signed_last =
            |old: dispatch_core::log::VerifierKey| matches!(self.latest.verify(&old), Ok(true));
        self.names(entry) && change.old.parse().is_ok_and(signed_last)
    }

    fn names(&self, entry: &Entry) -> bool {
        matches!(&entry.step, Step::Key(change)
            if change.holder == Holder::Log && change.new == self.key.verifier().to_string())
    }
}

/// Reads the right edge of a log.
fn resume(folder: &LogFolder, size: u64) -> Done<Growth> {
    let view = folder.view();
    let growth = Growth::resume(size, |path| match path {
        TilePath::Hashes(tile) => view.tile(tile),
        TilePath::Entries { index, width } => {
            let entries = view.entries(index, width)?;
            write_bundle(&entries)
                .map_err(|error| Message::new(error.to_string(), error.to_string()))
        }
    });
    growth.map_err(|error| match error {
        GrowthError::Read(message) => message.into(),
        GrowthError::Tile(error) => Failure::new(
            format!("{error}; restore the folder from your copy"),
            format!("{error}；请用备份恢复该目录"),
        ),
    })
}

/// Saves reading all entries of a log for the few that change keys.
fn names_a_key(bytes: &[u8]) -> bool {
    const KIND: &[u8] = br#""kind":"key""#;
    bytes.windows(KIND.len()).any(|window| window == KIND)
}
