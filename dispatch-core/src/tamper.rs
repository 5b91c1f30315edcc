//! The tamper matrix: from a good bundle, every way of changing it, and which checks must name each.
//!
//! Source: docs/spec.md section 11. What must be found is stated here from the table of checks, not
//! learnt from a verifier. What no verifier can find by design is listed too, with the reason.
//! Invariant: every variant differs from the good bundle, and files are made one variant at a time.

mod document;
mod edit;
mod encoding;
mod entry;
mod facts;
mod pulse;
mod redraw;
mod rows;
mod table;
mod team;
mod value;

use crate::bundle::Files;
use crate::digest::Digest;
use crate::verify::{Expectations, Report, Status, verify};

use self::facts::Facts;

/// A bundle with one thing wrong, and what must be found.
#[derive(Clone, Debug)]
pub struct Tampering {
    /// What was changed, like `announcement.json: plan.strata[0].quota.numerator = 8`.
    pub name: String,
    /// The file or the kind of attack that it counts under.
    pub group: &'static str,
    /// Which checks must name it.
    pub expected: Expected,
    /// The changed bundle.
    pub files: Files,
}

/// What must be found, by a verifier who holds the commitment of the good bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// At least one check of `fail` fails and no check of `void` passes. F01 counts for nothing.
    Caught {
        /// Checks of which one must fail.
        fail: Vec<&'static str>,
        /// Checks that must not pass.
        void: Vec<&'static str>,
    },
    /// The bundle is consistent with itself: F01, for who holds the commitment, is the only check
    /// that fails.
    ByCommitment,
    /// The bundle shows nothing of it, by the specification: no check fails, except perhaps `or`.
    Unseen {
        /// Why, and who sees it.
        why: &'static str,
        /// Checks that may fail.
        or: Vec<&'static str>,
    },
}

impl Expected {
    /// Checks of which one must fail.
    #[must_use]
    pub fn one_of(fail: &[&'static str]) -> Self {
        Self::Caught {
            fail: fail.to_vec(),
            void: Vec::new(),
        }
    }

    /// The same, and none of these may pass.
    #[must_use]
    pub fn without(self, checks: &[&'static str]) -> Self {
        match self {
            Self::Caught { fail, mut void } => {
                void.extend(checks);
                Self::Caught { fail, void }
            }
            other => other,
        }
    }

    /// What is not as expected in the report of a verifier who holds the good bundle's commitment.
    #[must_use]
    pub fn miss(&self, report: &Report) -> Option<String> {
        let failed: Vec<&str> = report
            .failed()
            .into_iter()
            .filter(|id| *id != "F01")
            .collect();
        let fails = |id: &&str| failed.contains(id);
        match self {
            Self::Caught { fail, void } => {
                if !fail.iter().any(fails) {
                    return Some(format!("one of {fail:?} must fail; failed: {failed:?}"));
                }
                let passed = void
                    .iter()
                    .find(|id| report.status(id) == Some(Status::Pass));
                passed.map(|id| format!("{id} must not pass; failed: {failed:?}"))
            }
            Self::ByCommitment => {
                let named = report.status("F01") == Some(Status::Fail);
                (!named || !failed.is_empty())
                    .then(|| format!("only F01 must fail; failed: {:?}", report.failed()))
            }
            Self::Unseen { or, .. } => {
                let more = failed.iter().find(|id| !or.contains(id));
                more.map(|id| format!("{id} fails, though this cannot be seen"))
            }
        }
    }
}

/// Every variant of a good bundle. `other` is a good bundle of another draw, to swap files from.
///
/// Nothing comes out if the bundle is not good enough to be read.
pub fn tamperings<'b>(
    files: &'b Files,
    other: &'b Files,
) -> impl Iterator<Item = Tampering> + Send + 'b {
    let facts = Facts::read(files, other).map(std::sync::Arc::new);
    facts.into_iter().flat_map(|facts| {
        document::tamperings(facts.clone())
            .chain(rows::tamperings(facts.clone()))
            .chain(entry::tamperings(facts.clone()))
            .chain(pulse::tamperings(facts.clone()))
            .chain(team::tamperings(facts.clone()))
            .chain(redraw::tamperings(facts))
    })
}

/// Verifies a variant as someone who holds the good bundle's commitment, and says what was missed.
#[must_use]
pub fn missed(tampering: &Tampering, commitment: Digest) -> Option<String> {
    let expectations = Expectations {
        commitment: Some(commitment),
        policy: None,
    };
    let report = verify("", tampering.files.clone(), &expectations, &mut |_| {});
    tampering
        .expected
        .miss(&report)
        .map(|miss| format!("{}: {miss}", tampering.name))
}

/// Variants, made when they are asked for.
type Variants<'b> = Box<dyn Iterator<Item = Tampering> + Send + 'b>;
