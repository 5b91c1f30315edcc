//! The tamper matrix: from a good bundle, every way of changing it, and which checks must name each.
//!
//! Source: docs/spec.md section 11. What must be found is stated here from the table of checks, not
//! learnt from a verifier. What no verifier can find by design is listed too, with the reason.
//! Invariant: every variant differs from the good bundle, and files are made one variant at a time.

mod child;
mod document;
mod edit;
mod encoding;
mod entry;
mod facts;
mod pulse;
mod redraw;
mod restage;
mod rows;
mod stage;
mod table;
mod team;
mod value;

use std::sync::Arc;

use crate::bundle::{Files, child_name};
use crate::verify::{Expectations, Grade, Report, Status, Verdict, verify};

use self::facts::Facts;

pub use self::facts::expectations;

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

/// What must be found, by a verifier who holds the good bundle's commitment and the slips of it, of its
/// stages and of its children ([`expectations`]). What these show, F01 to F03, counts for nothing
/// except where it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// At least one check of `fail` fails and no check of `void` passes.
    Caught {
        /// Checks of which one must fail.
        fail: Vec<&'static str>,
        /// Checks that must not pass.
        void: Vec<&'static str>,
    },
    /// The bundle is consistent with itself: only F01 fails, for who holds the commitment, and what
    /// the slips show.
    ByCommitment,
    /// The stages are consistent with the rest: only F03 fails, for who holds their slips. No
    /// commitment binds stages, since they come after it (section 12).
    BySlip,
    /// No check fails, but this one is skipped, and so the bundle is incomplete.
    Incomplete {
        /// The check.
        skipped: &'static str,
    },
    /// No check of the bundle itself fails; in the report of its child of this number stands what
    /// `inside` says, and where that is a failure the whole is graded as failed.
    InChild {
        /// The child's position, from 1.
        number: usize,
        /// What must be found in the child.
        inside: Box<Self>,
    },
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

    /// What is not as expected in the report of a verifier with these [`expectations`].
    #[must_use]
    pub fn miss(&self, report: &Report) -> Option<String> {
        let failed: Vec<&str> = report
            .failed()
            .into_iter()
            .filter(|id| !OUTSIDE.contains(id))
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
            Self::BySlip => {
                let named = report.status("F03") == Some(Status::Fail)
                    && report.status("F01") != Some(Status::Fail);
                (!named || !failed.is_empty())
                    .then(|| format!("only F03 must fail; failed: {:?}", report.failed()))
            }
            Self::Incomplete { skipped } => {
                let found = report.status(skipped) == Some(Status::Skipped)
                    && report.public == Verdict::Incomplete;
                (!found || !failed.is_empty()).then(|| {
                    format!("{skipped} must be skipped and nothing fail; failed: {failed:?}")
                })
            }
            Self::InChild { number, inside } => {
                if !failed.is_empty() {
                    return Some(format!("only its child must fail; failed: {failed:?}"));
                }
                let entry = child_name(*number);
                let mut reports = report.children.iter().map(|(_, report)| report);
                let Some(child) = reports.find(|report| report.bundle == entry) else {
                    return Some(format!("there is no report on {entry}"));
                };
                let graded = !matches!(**inside, Self::Caught { .. })
                    || matches!(report.grade, Grade::Failed | Grade::Replay);
                let ungraded = || (!graded).then(|| "the whole is not graded as failed".to_owned());
                inside.miss(child).or_else(ungraded)
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
#[must_use]
pub fn tamperings(files: &Files, other: &Files) -> Variants {
    let facts = Facts::read(files.clone(), other.clone()).map(Arc::new);
    Box::new(facts.into_iter().flat_map(|facts| {
        of_one(facts.clone())
            .chain(redraw::tamperings(facts.clone()))
            .chain(restage::tamperings(facts.clone()))
            .chain(child::tamperings(facts))
    }))
}

/// What can be made of the bundle of any draw, a child draw's included.
fn of_one(facts: Arc<Facts>) -> Variants {
    let all = document::tamperings(facts.clone())
        .chain(rows::tamperings(facts.clone()))
        .chain(entry::tamperings(facts.clone()))
        .chain(pulse::tamperings(facts.clone()))
        .chain(team::tamperings(facts.clone()))
        .chain(stage::tamperings(facts));
    Box::new(all)
}

/// Verifies a variant as someone with the good bundle's [`expectations`], and says what was missed.
#[must_use]
pub fn missed(tampering: &Tampering, expectations: &Expectations) -> Option<String> {
    let report = verify("", tampering.files.clone(), expectations, &mut |_| {});
    tampering
        .expected
        .miss(&report)
        .map(|miss| format!("{}: {miss}", tampering.name))
}

/// Variants, made when they are asked for.
pub type Variants = Box<dyn Iterator<Item = Tampering> + Send>;

/// Checks against what the verifier brings along.
const OUTSIDE: [&str; 3] = ["F01", "F02", "F03"];
