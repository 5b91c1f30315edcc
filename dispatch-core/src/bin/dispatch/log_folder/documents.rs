//! `documents/`: published documents by their SHA-256, to which entries refer.
//!
//! Invariant: a file in it has the content that its name says.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use dispatch_core::digest::Digest;
use dispatch_core::log::view::{DOCUMENTS, document_path};
use sha2::{Digest as _, Sha256};

use super::LogFolder;
use crate::failure::{Done, Failure};
use crate::folder;

/// Publishes a document; gives its hash.
pub(crate) fn publish(log: &LogFolder, bytes: &[u8]) -> Done<Digest> {
    let hash = Digest::of(bytes);
    let path = document_path(&hash);
    if !log.dir().join(&path).exists() {
        create(log)?;
        log.put(&path, bytes)?;
    }
    Ok(hash)
}

/// The same for a file of any size.
pub(crate) fn publish_file(log: &LogFolder, file: &Path) -> Done<Digest> {
    let hash = hash_file(file)?;
    let path = log.dir().join(document_path(&hash));
    if !path.exists() {
        create(log)?;
        folder::write_with(&path, false, |mut out| {
            std::io::copy(&mut File::open(file)?, &mut out).map(|_| out)
        })?;
        if hash_file(&path)? != hash {
            let _ = fs::remove_file(&path);
            let file = file.display();
            return Err(Failure::new(
                format!("{file}: changed while it was copied; try again"),
                format!("{file}：复制过程中被改动，请重试"),
            ));
        }
        folder::sync(&log.dir().join(DOCUMENTS))?;
    }
    Ok(hash)
}

/// SHA-256 of a file.
pub(crate) fn hash_file(path: &Path) -> Done<Digest> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else {
            return Ok(Digest::new(hasher.finalize().into()));
        };
        hasher.update(part);
    }
}

fn create(log: &LogFolder) -> Done {
    let dir = log.dir().join(DOCUMENTS);
    if dir.exists() {
        return Ok(());
    }
    fs::create_dir_all(&dir).map_err(|error| Failure::file(&dir, &error))?;
    folder::sync(log.dir())
}
