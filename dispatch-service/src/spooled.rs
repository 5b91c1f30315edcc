//! Files without a name: what is uploaded or packed lies on the disk only as long as somebody reads it.
//!
//! Rosters and auditors' files come through here in the clear. Invariant: when the process ends, however
//! it ends, no folder has them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

/// A file without a name. Clones are the same file.
#[derive(Clone, Debug)]
pub struct Spooled(Arc<File>);

impl Spooled {
    /// An empty file on the disk of this folder, or of the system's for temporary files.
    ///
    /// # Errors
    /// If the operating system gives none.
    pub fn new(folder: Option<&Path>) -> io::Result<Self> {
        let file = match folder {
            Some(folder) => tempfile::tempfile_in(folder),
            None => tempfile::tempfile(),
        };
        Ok(Self(Arc::new(file?)))
    }

    /// Reads it from its beginning, whoever else reads it.
    #[must_use]
    pub fn reader(&self) -> SpooledReader {
        SpooledReader {
            file: Arc::clone(&self.0),
            at: 0,
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Write for Spooled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

/// Where it is written next.
impl Seek for Spooled {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (&*self.0).seek(to)
    }
}

/// Reads a file without a name.
#[derive(Debug)]
pub struct SpooledReader {
    file: Arc<File>,
    at: u64,
}

impl Read for SpooledReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn it_is_read_from_the_beginning_and_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = Spooled::new(Some(folder.path())).unwrap();
        file.write_all(b"first, ").unwrap();
        assert_eq!(file.bytes().unwrap(), b"first, ");
        let mut half = [0; 3];
        let mut reader = file.reader();
        reader.read_exact(&mut half).unwrap();
        // Readers do not move the place of the writer, nor of each other.
        file.clone().write_all(b"second").unwrap();
        assert_eq!(file.bytes().unwrap(), b"first, second");
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "st, second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(Spooled::new(Some(&folder.path().join("nothing"))).is_err());
    }
}
