//! The disclosure 公开 and the auditor's key: what opens a sealed draw.
//!
//! Source: docs/spec.md sections 9 and 10.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::seed::SourceValue;

/// The document `disclosure.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Commitment of the announcement.
    pub commitment: Digest,
    /// [`Disclosure::FORMAT`].
    pub format: String,
    /// The operator's secret.
    pub secret: Digest,
    /// Values of the seed sources, in plan order.
    pub sources: Vec<SourceValue>,
}

impl Disclosure {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/disclosure/1";
}

/// The document `audit.json`, for auditors only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditKey {
    /// Commitment of the announcement.
    pub commitment: Digest,
    /// [`AuditKey::FORMAT`].
    pub format: String,
    /// The roster key.
    pub roster_key: Digest,
}

impl AuditKey {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/audit/1";
}
