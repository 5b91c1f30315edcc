//! The custody package 保管内容: what `custody.age` holds, and with the public files all that makes a
//! bundle of either form.
//!
//! Source: docs/spec.md 18.1. Invariant: only [`CustodyPackage::open`] uses it, which first checks all
//! of it against what was announced.

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::announcement::commitment;
use crate::bundle::{self, Files, Limits};
use crate::digest::Digest;
use crate::disclosure::AuditKey;
use crate::draw::Prepared;
use crate::evidence::read_document;
use crate::freeze::{Entropy, SecretDocument};
use crate::json::to_canonical;
use crate::language::Message;
use crate::verify::CheckResult;

/// The secret, the roster key, and everything sealed, opened.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CustodyPackage {
    secret: [u8; 32],
    roster_key: [u8; 32],
    cells: Vec<u8>,
    recusals: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustodyDocument {
    format: String,
    roster_key: Digest,
    secret: Digest,
}

impl CustodyPackage {
    /// Takes what freezing seals; `sealed` has `cells.jsonl` and `recusals.jsonl`, opened.
    #[must_use]
    pub fn new(entropy: &Entropy, sealed: &Files) -> Self {
        let file = |name| sealed.get(name).unwrap_or_default().to_vec();
        Self {
            secret: entropy.secret,
            roster_key: entropy.roster_key,
            cells: file(bundle::CELLS),
            recusals: file(bundle::RECUSALS),
        }
    }

    /// The zip file.
    ///
    /// # Errors
    /// When a part is too large for the format.
    pub fn to_zip(&self) -> std::io::Result<Vec<u8>> {
        let document = CustodyDocument {
            format: FORMAT.to_owned(),
            roster_key: Digest::new(self.roster_key),
            secret: Digest::new(self.secret),
        };
        let mut files = Files::default();
        // A document of texts always has a canonical form.
        files.insert(DOCUMENT, to_canonical(&document).unwrap_or_default());
        files.insert(bundle::CELLS, self.cells.clone());
        files.insert(bundle::RECUSALS, self.recusals.clone());
        files.to_zip()
    }

    /// Reads the zip file: exactly these three entries, within the limits of a bundle.
    ///
    /// # Errors
    /// What is not as it must be.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        let names = [DOCUMENT, bundle::CELLS, bundle::RECUSALS];
        let limits = Limits {
            nested: true,
            ..Limits::default()
        };
        let mut files =
            Files::unpack_named(Cursor::new(bytes), limits, &|name| names.contains(&name));
        if let Some(fault) = files.faults().first() {
            return Err(Message::new(
                format!("the custody package: {}", fault.english),
                format!("保管内容：{}", fault.chinese),
            ));
        }
        let missing = |name: &str| {
            Message::new(
                format!("the custody package: {name} is missing"),
                format!("保管内容：缺少{name}"),
            )
        };
        let mut take = |name: &str| files.take(name).ok_or_else(|| missing(name));
        let document: CustodyDocument = read_document(&take(DOCUMENT)?).map_err(|fault| {
            Message::new(
                format!("{DOCUMENT}: {}", fault.english),
                format!("{DOCUMENT}：{}", fault.chinese),
            )
        })?;
        if document.format != FORMAT {
            return Err(Message::new(
                format!("{DOCUMENT}: its format is not {FORMAT}; this version reads no other"),
                format!("{DOCUMENT}：格式不是 {FORMAT}，本版本不识别"),
            ));
        }
        Ok(Self {
            secret: *document.secret.as_bytes(),
            roster_key: *document.roster_key.as_bytes(),
            cells: take(bundle::CELLS)?,
            recusals: take(bundle::RECUSALS)?,
        })
    }

    /// Puts it beside the public files and checks that all of it is what was announced: the hash of
    /// the secret, every sealed cell, every recusal, and what the public files have to be.
    ///
    /// # Errors
    /// Every check that did not pass.
    pub fn open(&self, mut public: Files) -> Result<Prepared, Vec<CheckResult>> {
        let announcement = public.get(bundle::ANNOUNCEMENT).unwrap_or_default();
        let commitment = commitment(announcement);
        let auditors = self.auditors_files(commitment);
        for name in auditors.names() {
            public.insert(name, auditors.get(name).unwrap_or_default().to_vec());
        }
        let document = SecretDocument {
            commitment,
            format: SecretDocument::FORMAT.to_owned(),
            roster_key: Digest::new(self.roster_key),
            secret: Digest::new(self.secret),
        };
        Prepared::open(public, &document)
    }

    /// The files that the auditor's form of a bundle has beside or instead of the public ones.
    #[must_use]
    pub fn auditors_files(&self, commitment: Digest) -> Files {
        let key = AuditKey {
            commitment,
            format: AuditKey::FORMAT.to_owned(),
            roster_key: Digest::new(self.roster_key),
        };
        let mut files = Files::default();
        files.insert(bundle::AUDIT, to_canonical(&key).unwrap_or_default());
        files.insert(bundle::CELLS, self.cells.clone());
        files.insert(bundle::RECUSALS, self.recusals.clone());
        files
    }
}

impl core::fmt::Debug for CustodyPackage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CustodyPackage(..)")
    }
}

/// Name of the document in it.
const DOCUMENT: &str = "custody.json";
const FORMAT: &str = "dispatch/custody/1";
