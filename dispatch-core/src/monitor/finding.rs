//! A finding: what a monitor noticed, where, and how bad it is.

use serde::{Deserialize, Serialize};

use crate::language::Message;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A rule is broken, or it cannot be told that it is not.
    Alarm,
    /// Allowed, and worth knowing.
    Notice,
}

/// Something that was noticed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Number in [`super::KINDS`].
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// The entry, counted from 0; none if it is of no single entry.
    pub index: Option<u64>,
    /// The authority, or empty.
    pub body: String,
    /// The draw, or empty.
    pub draw: String,
    /// In English.
    pub english: String,
    /// In Chinese.
    pub chinese: String,
}

impl Finding {
    /// What it says.
    #[must_use]
    pub fn detail(&self) -> Message {
        Message::new(&self.english, &self.chinese)
    }
}

/// Where a finding belongs.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) index: Option<u64>,
    pub(super) body: String,
    pub(super) draw: String,
}

/// Findings, bounded: a log of nothing but faults does not fill the memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// Those that were kept.
    pub list: Vec<Finding>,
    /// How many more there were.
    pub left_out: u64,
}

impl Findings {
    /// Most findings that are kept.
    pub const MOST: usize = 10_000;

    pub(super) fn alarm(&mut self, id: &str, at: &Place, english: &str, chinese: &str) {
        self.add(id, Severity::Alarm, at, english, chinese);
    }

    pub(super) fn notice(&mut self, id: &str, at: &Place, english: &str, chinese: &str) {
        self.add(id, Severity::Notice, at, english, chinese);
    }

    pub(super) fn add(
        &mut self,
        id: &str,
        severity: Severity,
        at: &Place,
        english: &str,
        chinese: &str,
    ) {
        let finding = Finding {
            id: id.to_owned(),
            severity,
            index: at.index,
            body: at.body.clone(),
            draw: at.draw.clone(),
            english: english.to_owned(),
            chinese: chinese.to_owned(),
        };
        if self.list.contains(&finding) {
            return;
        }
        // Notices never push out alarms.
        let limit = match severity {
            Severity::Alarm => Self::MOST,
            Severity::Notice => Self::MOST / 2,
        };
        if self.list.len() < limit {
            self.list.push(finding);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}
