//! What a forger with the operator's rights does: documents changed, and everything made to fit.

use dispatch_core::announcement::{Announcement, commitment};
use dispatch_core::bundle::{self, Files};
use dispatch_core::digest::Digest;
use dispatch_core::disclosure::{AuditKey, Disclosure};
use dispatch_core::freeze::{Frozen, SecretDocument};
use dispatch_core::json::{from_canonical, to_canonical};
use dispatch_core::policy::{Policy, ReceivedSlip};
use dispatch_core::verify::{Expectations, Grade, Report, Status, Verdict};
use dispatch_tests::campaign::{report, secret_document};

/// Changes the announcement and everything that names its commitment.
pub(crate) fn announcement(mut frozen: Frozen, change: impl FnOnce(&mut Announcement)) -> Frozen {
    change(&mut frozen.announcement);
    let bytes = to_canonical(&frozen.announcement).unwrap();
    frozen.commitment = commitment(&bytes);
    frozen.public.insert(bundle::ANNOUNCEMENT, bytes);
    let mut secret = secret_document(&frozen);
    secret.commitment = frozen.commitment;
    frozen
        .secret
        .insert(SecretDocument::NAME, to_canonical(&secret).unwrap());
    let mut audit: AuditKey = from_canonical(frozen.secret.get(bundle::AUDIT).unwrap()).unwrap();
    audit.commitment = frozen.commitment;
    frozen
        .secret
        .insert(bundle::AUDIT, to_canonical(&audit).unwrap());
    frozen
}

/// Changes the disclosure.
pub(crate) fn disclosure(files: &Files, change: impl FnOnce(&mut Disclosure)) -> Files {
    let mut document: Disclosure = from_canonical(files.get(bundle::DISCLOSURE).unwrap()).unwrap();
    change(&mut document);
    let mut files = files.clone();
    files.insert(bundle::DISCLOSURE, to_canonical(&document).unwrap());
    files
}

/// Replaces a part of a file that must be there.
#[track_caller]
pub(crate) fn replaced(files: &Files, name: &str, from: &str, to: &str) -> Files {
    let text = String::from_utf8(files.get(name).unwrap().to_vec()).unwrap();
    assert!(text.contains(from), "{from} is not in {name}");
    let mut files = files.clone();
    files.insert(name, text.replacen(from, to, 1).into_bytes());
    files
}

/// Fails, by this check at least, with words.
#[track_caller]
pub(crate) fn convicts(files: &Files, check: &str) {
    let report = report(files, &Expectations::default());
    assert_eq!(
        status(&report, check),
        Status::Fail,
        "{check}: {:?}",
        report.checks
    );
    assert_eq!(
        (report.public, report.grade),
        (Verdict::Fail, Grade::Failed)
    );
    let found = report
        .checks
        .iter()
        .find(|result| result.id == check)
        .unwrap();
    assert!(!found.detail.english.is_empty() && !found.detail.chinese.is_empty());
}

/// Status of a check.
pub(crate) fn status(report: &Report, check: &str) -> Status {
    report
        .checks
        .iter()
        .find(|result| result.id == check)
        .unwrap()
        .status
}

/// What a verifier brings who received these slips of the campaign's draw.
pub(crate) fn received(slips: &[(Digest, &str)]) -> Expectations {
    let slip = |(commitment, received): &(Digest, &str)| ReceivedSlip {
        commitment: *commitment,
        draw: "440100-2026-0001".to_owned(),
        received: (*received).to_owned(),
        stage: 0,
    };
    let slips = slips.iter().map(slip).collect();
    Expectations {
        policy: Some(Policy {
            authorities: Vec::new(),
            custodians: Vec::new(),
            format: Policy::FORMAT.to_owned(),
            slips: Some(slips),
        }),
        ..Expectations::default()
    }
}
