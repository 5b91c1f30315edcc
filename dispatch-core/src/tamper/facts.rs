//! What is known of the good bundle, to say which checks can see what.
//!
//! Source: docs/spec.md sections 10 and 11 (forms, sealed strata and sealed team).

use serde_json::Value;

use crate::announcement::Announcement;
use crate::bundle::{self, Files};
use crate::digest::Digest;
use crate::evidence::{Announced, Evidence};
use crate::result::Record;
use crate::seed::{SourceValue, seed};

use super::{Expected, Tampering};

/// The good bundle and what is known of it.
#[derive(Debug)]
pub(super) struct Facts<'b> {
    /// The good bundle.
    pub(super) files: &'b Files,
    /// A good bundle of another draw.
    pub(super) other: &'b Files,
    /// Its announcement.
    pub(super) announced: Announced,
    /// Its secret.
    pub(super) secret: Digest,
    /// Values of its seed sources.
    pub(super) values: Vec<SourceValue>,
    /// Its records.
    pub(super) records: Vec<Record>,
    /// Its seed.
    pub(super) seed: Digest,
}

impl<'b> Facts<'b> {
    /// Reads the good bundle; `None` if it is not good.
    pub(super) fn read(files: &'b Files, other: &'b Files) -> Option<Self> {
        let evidence = Evidence::read(files.clone());
        let announced = evidence.announcement.good()?.clone();
        let disclosure = evidence.disclosure.good()?;
        let secret = disclosure.secret;
        let values = disclosure.sources.clone();
        let plan = &announced.document.plan;
        Some(Self {
            files,
            other,
            seed: seed(plan, &announced.commitment, secret.as_bytes(), &values)?,
            secret,
            values,
            records: evidence.records.good()?.clone(),
            announced,
        })
    }

    /// The announcement.
    pub(super) fn document(&self) -> &Announcement {
        &self.announced.document
    }

    /// Whether the bundle is of the auditor's form.
    pub(super) fn auditors(&self) -> bool {
        self.files.is_auditors()
    }

    /// Whether D04 and D05 can be seen.
    pub(super) fn teams_show(&self) -> bool {
        self.auditors() || !self.document().plan.team_is_sealed()
    }

    /// Whether the roster key opens anything.
    pub(super) fn key_opens(&self) -> bool {
        let document = self.document();
        document.recusals.count > 0
            || (!document.plan.subjects.sealed.is_empty() && document.subjects.count > 0)
            || (!document.plan.officers.sealed.is_empty() && document.officers.count > 0)
    }

    /// A document of the bundle as a value.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        serde_json::from_slice(self.files.get(name)?).ok()
    }

    /// The good bundle with one file replaced.
    pub(super) fn with(
        &self,
        group: &'static str,
        name: String,
        expected: Expected,
        file: &str,
        bytes: Vec<u8>,
    ) -> Option<Tampering> {
        if self.files.get(file) == Some(bytes.as_slice()) {
            return None;
        }
        let mut files = self.files.clone();
        files.insert(file, bytes);
        Some(Tampering {
            name,
            group,
            expected,
            files,
        })
    }
}

/// The names of [`bundle`] as they are grouped in reports; other names count as extra entries.
pub(super) fn group(name: &str) -> &'static str {
    let names = bundle::REQUIRED.iter().chain(&bundle::OPTIONAL);
    names
        .copied()
        .find(|known| *known == name)
        .unwrap_or("entries")
}
