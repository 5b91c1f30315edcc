//! The gate: what the file is, and whether it may be unpacked.
//!
//! Before anything is unpacked: the container, the number of parts, their declared sizes and the
//! ratio of packing. While a part is unpacked: its real size, which may be another (`xml.rs`).
//!
//! Invariant: a part is read only if it was declared within the limits, and never beyond them.

use std::collections::HashMap;
use std::io::Cursor;

use zip::ZipArchive;

use super::xml::{Budget, Xml};
use crate::problem::ProblemKind;

/// How much a workbook may hold; sizes in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The file itself.
    pub file: u64,
    /// Parts in the file.
    pub parts: usize,
    /// All parts together, unpacked.
    pub unpacked: u64,
    /// The shared strings, unpacked; they are held in memory.
    pub strings: u64,
    /// Every other part that is not a sheet, unpacked.
    pub other: u64,
    /// How many times larger than packed a part may be, if it is larger than `other`.
    pub ratio: u64,
}

impl Default for Limits {
    /// Room for 1,048,576 rows of forty columns.
    fn default() -> Self {
        Self {
            file: 1 << 30,
            parts: 10_000,
            unpacked: 4 << 30,
            strings: 1 << 30,
            other: 64 << 20,
            ratio: 250,
        }
    }
}

/// The parts of a file, known by name.
#[derive(Debug)]
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// By name in small letters: some programs mix them.
    parts: HashMap<String, usize>,
    limits: Limits,
}

/// A handle from which one part can be read at a time.
#[derive(Debug)]
pub struct Parts<'a>(ZipArchive<Cursor<&'a [u8]>>);

/// What a part is for, which decides how large it may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    Sheet,
    Strings,
    Other,
}

impl<'a> Archive<'a> {
    /// Passes the gate, or says why not.
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, ProblemKind> {
        if is_compound(bytes) {
            // A protected workbook is a compound file with this stream, named in UTF-16.
            let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|b| [b, 0]).collect();
            return Err(if bytes.windows(name.len()).any(|found| found == name) {
                ProblemKind::ProtectedWorkbook {}
            } else {
                ProblemKind::OldWorkbook {}
            });
        }
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > limits.file {
            return Err(too_large("*", limits.file));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged("*", error))?;
        if zip.len() > limits.parts {
            let (found, limit) = (zip.len(), limits.parts);
            return Err(ProblemKind::WorkbookParts { found, limit });
        }
        let mut parts = HashMap::new();
        let mut unpacked: u64 = 0;
        for index in 0..zip.len() {
            let part = zip
                .by_index_raw(index)
                .map_err(|error| damaged("*", error))?;
            let name = part.name().map_err(|error| damaged("*", error))?;
            let name = name.replace('\\', "/").to_lowercase();
            if part.encrypted() {
                return Err(ProblemKind::ProtectedWorkbook {});
            }
            unpacked = unpacked.saturating_add(part.size());
            if unpacked > limits.unpacked {
                return Err(too_large(&name, limits.unpacked));
            }
            let ratio = part.size() / part.compressed_size().max(1);
            if part.size() > limits.other && ratio > limits.ratio {
                return Err(ProblemKind::WorkbookRatio {
                    part: shown(&name),
                    ratio,
                    limit: limits.ratio,
                });
            }
            if parts.insert(name.clone(), index).is_some() {
                return Err(damaged(&name, "the part occurs twice"));
            }
        }
        if zip.has_duplicate_names() {
            return Err(damaged("*", "a part occurs twice"));
        }
        Ok(Self {
            zip,
            parts,
            limits: *limits,
        })
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.parts.contains_key(&path.to_lowercase())
    }

    pub(super) fn parts(&self) -> Parts<'a> {
        Parts(self.zip.clone())
    }

    /// Starts to read a sheet.
    pub(super) fn xml<'p>(
        &self,
        parts: &'p mut Parts<'a>,
        path: &str,
    ) -> Result<Xml<'p>, ProblemKind> {
        self.part(parts, path, Role::Sheet)
    }

    /// Starts to read a part.
    pub(super) fn part<'p>(
        &self,
        parts: &'p mut Parts<'a>,
        path: &str,
        role: Role,
    ) -> Result<Xml<'p>, ProblemKind> {
        let limit = match role {
            Role::Sheet => self.limits.unpacked,
            Role::Strings => self.limits.strings,
            Role::Other => self.limits.other,
        };
        let missing = || damaged(path, "the part is missing");
        let index = *self.parts.get(&path.to_lowercase()).ok_or_else(missing)?;
        let file = parts
            .0
            .by_index(index)
            .map_err(|error| damaged(path, error))?;
        if file.size() > limit {
            return Err(too_large(path, limit));
        }
        let budget = Budget {
            packed: file.compressed_size(),
            ratio: self.limits.ratio,
            free: self.limits.other,
            limit,
        };
        Ok(Xml::new(Box::new(file), &shown(path), budget))
    }
}

/// Whether the bytes begin like a ZIP file.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06"]
        .iter()
        .any(|magic| bytes.starts_with(*magic))
}

/// Whether the bytes begin like a compound file: an old workbook or a protected one.
pub(super) fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

pub(super) fn damaged(part: &str, reason: impl std::fmt::Display) -> ProblemKind {
    ProblemKind::WorkbookDamaged {
        part: shown(part),
        reason: reason.to_string().chars().take(200).collect(),
    }
}

pub(super) fn too_large(part: &str, limit: u64) -> ProblemKind {
    let part = shown(part);
    let limit = limit >> 20;
    ProblemKind::WorkbookTooLarge { part, limit }
}

/// A part's name, short enough for a message.
fn shown(part: &str) -> String {
    let name = if part == "*" { "XLSX" } else { part };
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}
