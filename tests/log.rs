//! The formats of transparency logs against other implementations of them: tiles, roots and proofs
//! against `tlog_tiles` and `ct-merkle`, notes and keys against `signed_note`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "log/notes.rs"]
mod notes;
#[path = "log/proofs.rs"]
mod proofs;
#[path = "log/tiles.rs"]
mod tiles;

use std::collections::BTreeMap;

use dispatch_core::language::Message;
use dispatch_core::log::tile::TilePath;
use dispatch_core::log::{Growth, LogFiles};
use tlog_tiles::{Error, Hash, HashReader, stored_hash_index, stored_hashes};

/// Entry `index`: of different lengths, empty ones among them.
fn entry(index: u64) -> Vec<u8> {
    let times = usize::try_from(index % 7).unwrap();
    format!("{index}").repeat(times).into_bytes()
}

/// Every hash of a log as tlog_tiles stores them.
#[derive(Default)]
struct Oracle(Vec<Hash>);

impl HashReader for Oracle {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let hash = |index: &u64| self.0[usize::try_from(*index).unwrap()];
        Ok(indexes.iter().map(hash).collect())
    }
}

impl Oracle {
    fn of(size: u64) -> Self {
        let mut oracle = Self::default();
        for index in 0..size {
            oracle.push(index);
        }
        oracle
    }

    fn push(&mut self, index: u64) {
        assert_eq!(stored_hash_index(0, index), self.0.len() as u64);
        let hashes = stored_hashes(index, &entry(index), self).unwrap();
        self.0.extend(hashes);
    }
}

/// A log's files in memory.
#[derive(Clone, Debug, Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl LogFiles for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        Ok(self.0.get(path).cloned())
    }
}

impl Files {
    /// A log grown from nothing to `size` at once.
    fn of(size: u64) -> Self {
        let (mut growth, mut files) = (Growth::new(), Self::default());
        files.grow(&mut growth, size);
        files
    }

    fn grow(&mut self, growth: &mut Growth, size: u64) {
        for index in growth.size()..size {
            for file in growth.push(&entry(index)).unwrap() {
                let twice = self.0.insert(file.path.to_string(), file.bytes);
                assert_eq!(twice, None, "full tiles are written once");
            }
        }
        for file in growth.edge() {
            self.0.insert(file.path.to_string(), file.bytes);
        }
    }

    /// Reads for [`Growth::resume`] and fails the test where nothing is.
    fn exact(&self, path: TilePath) -> Result<Vec<u8>, String> {
        let path = path.to_string();
        self.0.get(&path).cloned().ok_or(path)
    }
}
