//! A list of what fell out, as people have it: CSV or a workbook.
//!
//! Source: docs/spec.md 15.2. Invariant: every drop names the paper that shows its reason, by hash.

use super::DropOut;
use crate::digest::Digest;
use crate::import::{ImportOptions, import_drops};
use crate::language::Message;
use crate::plan::Plan;
use crate::problem::{Problems, Severity};

/// A list that was read.
#[derive(Debug)]
pub struct DropList {
    /// What fell out; of a list with errors only a part.
    pub drops: Vec<DropOut>,
    /// What is wrong with the table.
    pub problems: Problems,
    /// Evidence that is neither a known file nor a hash.
    pub faults: Vec<Message>,
}

impl DropList {
    /// Reads a list. `evidence` gives the hash of a file that the list names.
    pub fn read(
        bytes: &[u8],
        name: &str,
        plan: &Plan,
        mut evidence: impl FnMut(&str) -> Option<Digest>,
    ) -> Self {
        let options = ImportOptions {
            subject_ids: plan.subjects.ids,
            ..ImportOptions::default()
        };
        let mut drops = Vec::new();
        let mut papers = Vec::new();
        let report = import_drops(bytes, name, &options, &mut |_| {}, &mut |row| {
            let value = |field| row.get(field).unwrap_or_default().to_owned();
            papers.push((row.line, value("evidence")));
            drops.push(DropOut {
                approver: value("approver"),
                evidence: Digest::new([0; 32]),
                officer: value("officer"),
                reason: value("reason"),
                stage: 0,
                subject: value("subject"),
            });
        });
        let mut faults = Vec::new();
        for (drop, (line, paper)) in drops.iter_mut().zip(&papers) {
            match Digest::from_hex(paper).ok().or_else(|| evidence(paper)) {
                Some(digest) => drop.evidence = digest,
                None => faults.push(Message::new(
                    format!("{name}, row {line}, column evidence: {paper:?} is neither a file beside the list nor a SHA-256 (64 hexadecimal characters); name the paper that shows the reason"),
                    format!("{name}第{line}行“证据”列：“{paper}”既不是名单旁的文件，也不是SHA-256（64位十六进制）：请填写证明材料的文件名"),
                )),
            }
        }
        Self {
            drops,
            problems: report.problems,
            faults,
        }
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        let errors = self.problems.count(Severity::Error);
        errors.saturating_add(self.faults.len())
    }
}
