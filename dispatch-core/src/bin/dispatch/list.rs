//! The file of a list, and which sheet of it is meant.

use std::path::{Path, PathBuf};

/// Path and sheet of `file.xlsx#sheet`; a file of that whole name goes first.
pub(crate) fn locate(path: &Path) -> (PathBuf, Option<String>) {
    let named = path.to_str().filter(|_| !path.exists());
    match named.and_then(|name| name.rsplit_once('#')) {
        Some((file, sheet)) if !sheet.is_empty() => (file.into(), Some(sheet.to_owned())),
        _ => (path.to_owned(), None),
    }
}
