//! The evidence bundle 证据包: one zip file with all that a stranger needs to recompute a draw.
//!
//! Source: docs/spec.md section 10. The reader takes nothing on trust: not the number of entries,
//! not their names, not their sizes. Invariant: writing the same files gives the same bytes.

mod directory;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use self::directory::check_directory;
use crate::language::Message;

/// `announcement.json`.
pub const ANNOUNCEMENT: &str = "announcement.json";
/// `assignments.jsonl`.
pub const ASSIGNMENTS: &str = "assignments.jsonl";
/// `audit.json`, in the auditor's form only.
pub const AUDIT: &str = "audit.json";
/// `cells.jsonl`, in the auditor's form only.
pub const CELLS: &str = "cells.jsonl";
/// `drops.jsonl`, where the plan has stages.
pub const DROPS: &str = "drops.jsonl";
/// `disclosure.json`.
pub const DISCLOSURE: &str = "disclosure.json";
/// `log.jsonl`, if the draw was logged.
pub const LOG: &str = "log.jsonl";
/// `officers-diff.jsonl`, where announced.
pub const OFFICERS_DIFF: &str = "officers-diff.jsonl";
/// `officers.jsonl`.
pub const OFFICERS: &str = "officers.jsonl";
/// `recusals.jsonl`.
pub const RECUSALS: &str = "recusals.jsonl";
/// `result.json`.
pub const RESULT: &str = "result.json";
/// `stage-records.jsonl`, where the plan has stages.
pub const STAGE_RECORDS: &str = "stage-records.jsonl";
/// `stages.jsonl`, where the plan has stages.
pub const STAGES: &str = "stages.jsonl";
/// `subjects-diff.jsonl`, where announced.
pub const SUBJECTS_DIFF: &str = "subjects-diff.jsonl";
/// `timelock.json`, where a time lock is announced and its pulse known.
pub const TIMELOCK: &str = "timelock.json";
/// `subjects.jsonl`.
pub const SUBJECTS: &str = "subjects.jsonl";

/// A plan has at most so many children.
pub const MOST_CHILDREN: usize = 100;

/// `child-N.zip`, the bundle of the N-th child, counted from 1.
#[must_use]
pub fn child_name(number: usize) -> String {
    format!("child-{number}.zip")
}

/// The number of the child whose bundle an entry is, if it is one.
#[must_use]
pub fn child_number(name: &str) -> Option<usize> {
    let number: usize = name
        .strip_prefix("child-")?
        .strip_suffix(".zip")?
        .parse()
        .ok()?;
    ((1..=MOST_CHILDREN).contains(&number) && child_name(number) == name).then_some(number)
}

/// Entries that every bundle has; of a child draw's all but the subjects.
pub const REQUIRED: [&str; 7] = [
    ANNOUNCEMENT,
    ASSIGNMENTS,
    DISCLOSURE,
    OFFICERS,
    RECUSALS,
    RESULT,
    SUBJECTS,
];
/// Entries that a bundle may have.
pub const OPTIONAL: [&str; 9] = [
    AUDIT,
    CELLS,
    DROPS,
    LOG,
    OFFICERS_DIFF,
    STAGE_RECORDS,
    STAGES,
    SUBJECTS_DIFF,
    TIMELOCK,
];

/// How much a bundle may unpack to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all entries together.
    pub total: u64,
    /// Bytes of a `.json` entry.
    pub document: u64,
    /// Number of entries.
    pub entries: usize,
    /// Whether the bundle stands in another one, where it holds no further bundles.
    pub nested: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: 8 << 30,
            document: 16 << 20,
            entries: 128,
            nested: false,
        }
    }
}

/// The files of a bundle, as far as they can be read.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    unreadable: Vec<String>,
    faults: Vec<Message>,
    not_a_zip: bool,
    left: u64,
}

impl Files {
    /// Files that never were in a container, a draw's folder say.
    #[must_use]
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// Unpacks a bundle. Never fails: what is wrong is kept, to be reported as check A01.
    pub fn unpack<R: Read + Seek>(reader: R, limits: Limits) -> Self {
        Self::unpack_named(reader, limits, &|name| {
            let child = !limits.nested && child_number(name).is_some();
            REQUIRED.contains(&name) || OPTIONAL.contains(&name) || child
        })
    }

    /// The same for a zip file whose entries have other names than a bundle's.
    pub(crate) fn unpack_named<R: Read + Seek>(
        mut reader: R,
        limits: Limits,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut files = Self::default();
        let unreadable = |english: String, chinese: String| Self {
            faults: vec![Message::new(english, chinese)],
            not_a_zip: true,
            left: limits.total,
            ..Self::default()
        };
        if let Err(error) = check_directory(&mut reader, limits.entries) {
            return unreadable(
                format!("not a readable zip file: {error}"),
                format!("不是可读取的zip文件：{error}"),
            );
        }
        let mut archive = match ZipArchive::new(reader) {
            Ok(archive) => archive,
            Err(error) => {
                return unreadable(
                    format!("not a readable zip file: {error}"),
                    format!("不是可读取的zip文件：{error}"),
                );
            }
        };
        let mut left = limits.total;
        for index in 0..archive.len() {
            let name = archive
                .name_for_index(index)
                .and_then(Result::ok)
                .map_or_else(String::new, |name| name.into_owned());
            if !is_known(&name) {
                files.fault(
                    format!("unexpected entry {name:?}"),
                    format!("多余的条目“{name}”"),
                );
                continue;
            }
            let limit = if name.ends_with(".json") {
                limits.document.min(left)
            } else {
                left
            };
            match unpack_entry(&mut archive, index, limit) {
                Ok(bytes) => {
                    left -= bytes.len() as u64;
                    files.files.insert(name, bytes);
                }
                Err(error) => {
                    files.fault(
                        format!("entry {name}: {error}"),
                        format!("条目{name}无法解压：{error}"),
                    );
                    files.unreadable.push(name);
                }
            }
        }
        files.left = left;
        files
    }

    /// What stands for a bundle inside another one whose entry cannot be unpacked.
    #[must_use]
    pub fn unreadable(left: u64) -> Self {
        Self {
            faults: vec![Message::new(
                "the entry cannot be unpacked",
                "该条目无法解压",
            )],
            not_a_zip: true,
            left,
            ..Self::default()
        }
    }

    /// How many bytes of the limit unpacking has left for bundles inside this one.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Whether the container lists the entry, though it could not be unpacked.
    #[must_use]
    pub fn is_listed_unreadable(&self, name: &str) -> bool {
        self.unreadable.iter().any(|entry| entry == name)
    }

    /// Packs the files; the same files always give the same bytes.
    ///
    /// # Errors
    /// An input or output error of `writer`.
    pub fn pack<W: Write + Seek>(&self, writer: W) -> std::io::Result<W> {
        let mut zip = ZipWriter::new(writer);
        for (name, bytes) in &self.files {
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(FAST))
                .last_modified_time(zip::DateTime::default())
                .unix_permissions(0o644)
                .large_file(bytes.len() as u64 >= u64::from(u32::MAX));
            zip.start_file(name.as_str(), options)
                .map_err(std::io::Error::other)?;
            zip.write_all(bytes)?;
        }
        zip.finish().map_err(std::io::Error::other)
    }

    /// [`Files::pack`] into memory.
    ///
    /// # Errors
    /// When an entry is too large for the format.
    pub fn to_zip(&self) -> std::io::Result<Vec<u8>> {
        self.pack(Cursor::new(Vec::new())).map(Cursor::into_inner)
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Takes a file out, to save memory.
    pub fn take(&mut self, name: &str) -> Option<Vec<u8>> {
        self.files.remove(name)
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    /// Names of the files, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether the bundle is of the auditor's form.
    #[must_use]
    pub fn is_auditors(&self) -> bool {
        let listed = |name: &str| self.files.contains_key(name) || self.is_listed_unreadable(name);
        listed(AUDIT) || listed(CELLS)
    }

    /// What was wrong with the container.
    #[must_use]
    pub fn faults(&self) -> &[Message] {
        &self.faults
    }

    /// Whether it was no zip file at all.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.not_a_zip
    }

    fn fault(&mut self, english: String, chinese: String) {
        self.faults.push(Message::new(english, chinese));
    }
}

/// The lines of a JSON-lines file without their line feeds, and whether the last one had its own.
#[must_use]
pub fn lines(bytes: &[u8]) -> (Vec<&[u8]>, bool) {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let complete = lines.last().is_some_and(|last| last.is_empty());
    if complete {
        lines.pop();
    }
    (lines, complete)
}

fn unpack_entry<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    limit: u64,
) -> Result<Vec<u8>, String> {
    let entry = archive.by_index(index).map_err(|error| error.to_string())?;
    let declared = entry.size();
    // What is declared is believed only as far as deflate could have made it of the packed bytes.
    let most = entry.compressed_size().saturating_mul(DEFLATE_MOST);
    let room = declared.min(limit).min(most).saturating_add(1);
    let mut bytes = Vec::new();
    // Without the room at once the buffer grows as it is filled.
    let _ = bytes.try_reserve_exact(usize::try_from(room).unwrap_or(0));
    entry
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limit {
        return Err(format!("unpacks to more than {limit} bytes"));
    }
    if bytes.len() as u64 != declared {
        return Err("does not have its declared size".to_owned());
    }
    Ok(bytes)
}

/// Deflate makes at most 1,032 bytes of one.
const DEFLATE_MOST: u64 = 1032;
/// Rosters are hundreds of megabytes, and higher levels of deflate save little on them.
const FAST: i64 = 2;
