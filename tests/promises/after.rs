//! Promises 8 to 11: what anybody can check, what stays sealed until when, what stays for ever.

use dispatch_core::bundle;
use dispatch_core::digest::{Digest, from_hex};
use dispatch_core::evidence::Evidence;
use dispatch_core::explain::explain;
use dispatch_core::merkle::InclusionProof;
use dispatch_core::plan::{Exclusion, Op};
use dispatch_core::result::ResultKey;
use dispatch_core::seed::SourceValue;
use dispatch_core::verify::{Expectations, OpenCells, Status, Verdict};
use dispatch_tests::campaign::{
    Campaign, bundle as pack, condition, count, numbers, officer_id, officers, plan, prepare,
    public_bundle, pulse, report, row, stratum, subject_id, subjects,
};
use sha2::{Digest as _, Sha256};

use crate::forgery::{self, convicts, replaced, status};

/// One change in any file of the bundle is found, by the check that is named.
#[test]
fn promise_08_anyone_can_check_every_file() {
    let mut campaign = Campaign::new(subjects(20), officers(5), count(4));
    campaign.recusals = vec![
        (subject_id(0), officer_id(0)),
        (subject_id(1), officer_id(1)),
    ];
    let (_, files) = public_bundle(&campaign, &numbers(1));
    assert_eq!(
        report(&files, &Expectations::default()).public,
        Verdict::Pass
    );
    for (name, from, to, check) in [
        (bundle::ANNOUNCEMENT, "\"slack\":1", "\"slack\":2", "B01"),
        (bundle::ANNOUNCEMENT, "{", "{ ", "A02"),
        (bundle::SUBJECTS, "某店", "某厂", "B02"),
        (bundle::OFFICERS, "2030-12-31", "2031-12-31", "B03"),
        (bundle::OFFICERS, "2030-12-31", "2030-02-30", "A04"),
        (bundle::RECUSALS, "\"leaf\":\"", "\"leaf\":\"?", "B04"),
        (
            bundle::ASSIGNMENTS,
            "\"ticket\":\"",
            "\"ticket\":\"?",
            "D01",
        ),
        (bundle::RESULT, "\"count\":4", "\"count\":5", "D06"),
        (bundle::RESULT, "\"root\":\"", "\"root\":\"?", "D06"),
        (bundle::DISCLOSURE, "\"values\":[", "\"values\":[1,", "C04"),
        (
            bundle::DISCLOSURE,
            "\"secret\":\"0b",
            "\"secret\":\"0c",
            "B08",
        ),
    ] {
        let mut changed = replaced(&files, name, from, to);
        let text = String::from_utf8(changed.get(name).unwrap().to_vec()).unwrap();
        if let Some(at) = text.find('?') {
            // Another digit in the place behind the mark.
            let digit = if text[at + 1..].starts_with('0') {
                "1"
            } else {
                "0"
            };
            let text = format!("{}{digit}{}", &text[..at], &text[at + 2..]);
            changed.insert(name, text.into_bytes());
        }
        convicts(&changed, check);
    }
    for name in bundle::REQUIRED {
        let mut without = files.clone();
        without.take(name);
        convicts(&without, "A01");
    }
    let mut more = files;
    more.insert(bundle::SUBJECTS_DIFF, Vec::new());
    convicts(&more, "A01");
}

/// What the public cannot see it is told it cannot see, and a forgery behind the seal does not pass an
/// auditor.
#[test]
fn promise_08_anyone_can_check_the_public_is_told_what_is_hidden() {
    let rows = (0..20).map(|at| {
        row(&[
            ("id", &subject_id(at)),
            ("name", "某店"),
            ("risk", if at < 10 { "A" } else { "D" }),
        ])
    });
    let mut campaign = Campaign::new(rows.collect(), officers(5), count(1));
    campaign.plan = plan(vec![
        stratum("D类", count(5), vec![condition("risk", Op::In, &["D"])]),
        stratum("其他", count(1), Vec::new()),
    ]);
    campaign.plan.subjects.sealed = vec!["risk".to_owned()];
    let values = numbers(1);
    let frozen = campaign.freeze();
    let prepared = prepare(&frozen).unwrap();
    let mut draw = prepared.draw(&values).unwrap();
    let of = |draw: &_, auditor| {
        report(
            &pack(&frozen, &prepared, draw, &values, auditor),
            &Expectations::default(),
        )
    };
    let public = of(&draw, false);
    assert_eq!(
        (public.public, public.auditor),
        (Verdict::Pass, Verdict::Hidden)
    );
    for check in ["A09", "B07", "D02", "E01", "E02"] {
        assert_eq!(status(&public, check), Status::Hidden, "{check}");
    }
    assert_eq!(of(&draw, true).auditor, Verdict::Pass);

    // Behind the seal, a friend of class D is exchanged for somebody of the other stratum. All public
    // figures can be made to fit; the auditor sees it.
    let seed = draw.seed;
    let tickets = dispatch_core::selection::SubjectKey::new(&seed).tickets();
    let friend = draw.selected.iter().find(|s| s.stratum == 0).unwrap().row;
    let friend = prepared.subjects.id(friend).to_owned();
    let stranger = (0..10)
        .map(subject_id)
        .find(|id| draw.records.iter().all(|r| r.subject != *id));
    let stranger = stranger.unwrap();
    let record = draw
        .records
        .iter_mut()
        .find(|record| record.subject == friend)
        .unwrap();
    (record.ticket, record.subject) = (tickets.of(&stranger), stranger);
    let key = ResultKey::new(&seed);
    key.sort(&mut draw.records);
    draw.result.root = key.root(&draw.records);
    let audited = of(&draw, true);
    assert_eq!(
        (status(&audited, "D02"), audited.auditor),
        (Status::Fail, Verdict::Fail)
    );
    assert_eq!(status(&of(&draw, false), "D02"), Status::Hidden);
}

/// A subject shows its row with one proof and its ticket with `sha256sum`; both recomputed here from
/// the specification alone. (The QR code at the door needs the service.)
#[test]
fn promise_09_one_person_can_check_one_thing() {
    let campaign = Campaign::new(subjects(21), officers(5), count(4)).with_drand();
    let values = [SourceValue::pulse(&pulse())];
    let (frozen, files) = public_bundle(&campaign, &values);
    let draw = prepare(&frozen).unwrap().draw(&values).unwrap();

    // Seed by sections 1.2, 4 and 5.4; ticket by section 6.
    let tagged = |label: &str, parts: &[&[u8]]| -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(label);
        hash.update([0]);
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    };
    let commitment = tagged(
        "dispatch/v1/commitment",
        &[files.get(bundle::ANNOUNCEMENT).unwrap()],
    );
    let chain =
        from_hex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971").unwrap();
    let source = [
        &chain[..],
        &30_662_982_u64.to_be_bytes(),
        &pulse().signature,
    ]
    .concat();
    let seed = tagged("dispatch/v1/seed", &[&commitment, &[11; 32], &source]);
    let key: String = tagged("dispatch/v1/subject-key", &[&seed])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let ticket = |id: &str| -> [u8; 32] { Sha256::digest(format!("{key}{id}")).into() };
    let mut order: Vec<String> = (0..21).map(subject_id).collect();
    order.sort_by_key(|id| ticket(id));
    let mut drawn: Vec<String> = draw.records.iter().map(|r| r.subject.clone()).collect();
    drawn.sort_by_key(|id| ticket(id));
    assert_eq!(drawn, order[..4]);

    let evidence = Evidence::read(files);
    let root = frozen.announcement.subjects.root;
    for id in &order {
        let found = explain(&evidence, &OpenCells::default(), id).unwrap();
        assert_eq!(found.ticket, Digest::new(ticket(id)));
        assert_eq!(
            found.shell_line,
            format!("printf '%s' '{key}{id}' | sha256sum")
        );
        assert_eq!(found.drawn, order[..4].contains(id));
        assert_eq!(path_root(&found.row, &found.proof), *root.as_bytes());
        assert_ne!(
            path_root(&found.row.replace("某店", "某厂"), &found.proof),
            *root.as_bytes()
        );
    }
    assert!(explain(&evidence, &OpenCells::default(), "S999999").is_none());

    // One visit is opened by its record, salt and proof, and no other with it.
    let key = ResultKey::new(&draw.seed);
    let leaves = key.leaves(&draw.records);
    for (index, leaf) in leaves.iter().enumerate() {
        let proof = InclusionProof::new(&leaves, index as u64).unwrap();
        assert!(proof.verify(leaf, &draw.result.root, 4).is_ok());
        let other = leaves[(index + 1) % 4];
        assert!(proof.verify(&other, &draw.result.root, 4).is_err());
    }
}

/// Until disclosure, files and pulse together do not give the list; and what is sealed does not stand
/// in them. (Custodian and time lock are later work.)
#[test]
fn promise_10_sealed_until_disclosure() {
    let named = |at: usize| {
        row(&[
            ("id", &subject_id(at)),
            ("name", "某店"),
            ("risk", "高风险"),
        ])
    };
    let mut campaign =
        Campaign::new((0..50).map(named).collect(), officers(6), count(10)).with_drand();
    campaign.plan.subjects.sealed = vec!["risk".to_owned()];
    campaign.recusals = vec![(subject_id(3), officer_id(2))];
    let frozen = campaign.freeze();
    let values = [SourceValue::pulse(&pulse())];
    let draw = prepare(&frozen).unwrap().draw(&values).unwrap();
    let secret = Digest::new([11; 32]).to_string();
    for name in frozen.public.names() {
        let text = core::str::from_utf8(frozen.public.get(name).unwrap()).unwrap();
        for sealed in [secret.as_str(), "高风险", "亲属关系"] {
            assert!(!text.contains(sealed), "{name} shows {sealed}");
        }
    }
    let recusals = core::str::from_utf8(frozen.public.get(bundle::RECUSALS).unwrap()).unwrap();
    assert!(!recusals.contains(&subject_id(3)) && !recusals.contains(&officer_id(2)));
    // A guess of the secret gives another list: 10 of 50 agree by chance with 1 in 10^10.
    let mut drawn: Vec<String> = draw.records.iter().map(|r| r.subject.clone()).collect();
    drawn.sort();
    for guess in 0..10 {
        let commitment = frozen.commitment;
        let plan = &frozen.announcement.plan;
        let seed = dispatch_core::seed::seed(plan, &commitment, &[guess; 32], &values).unwrap();
        let tickets = dispatch_core::selection::SubjectKey::new(&seed).tickets();
        let mut order: Vec<String> = (0..50).map(subject_id).collect();
        order.sort_by_key(|id| tickets.of(id));
        order.truncate(10);
        order.sort();
        assert_ne!(order, drawn);
    }
    // The disclosure opens recusals of drawn subjects only, and never a reason.
    let files = prepare(&frozen).unwrap().disclose(&draw, &values);
    let opened = core::str::from_utf8(files.get(bundle::RECUSALS).unwrap()).unwrap();
    assert_eq!(
        opened.contains(&subject_id(3)),
        drawn.contains(&subject_id(3))
    );
    assert!(!opened.contains("亲属关系"));
}

/// A bureau that discloses nothing, something else or half of it is convicted by a failing check.
#[test]
fn promise_10_a_sabotaged_disclosure_is_convicted() {
    let campaign = Campaign::new(subjects(50), officers(6), count(10));
    let (_, files) = public_bundle(&campaign, &numbers(1));
    let mut without = files.clone();
    without.take(bundle::DISCLOSURE);
    convicts(&without, "A01");
    convicts(
        &forgery::disclosure(&files, |d| d.secret = Digest::new([0; 32])),
        "B08",
    );
    convicts(&forgery::disclosure(&files, |d| d.sources.clear()), "C01");
    // The list of another draw of the same announcement, in good form, against the published result.
    let (_, mut mixed) = public_bundle(&campaign, &numbers(2));
    mixed.insert(bundle::RESULT, files.get(bundle::RESULT).unwrap().to_vec());
    convicts(&mixed, "D06");
}

/// Whoever leaves the roster leaves a line; the line cannot be taken back. (That what was public stays
/// public over all draws is the log's part.)
#[test]
fn promise_11_nothing_is_erased_rosters_account_for_changes() {
    let mut campaign = Campaign::new(subjects(20), officers(4), count(3));
    campaign.earlier = Some(subjects(22));
    campaign.subjects[5][1].1 = "某店（改名）".to_owned();
    let (frozen, files) = public_bundle(&campaign, &numbers(1));
    let summary = &frozen.announcement.subjects.diff[0];
    assert_eq!(
        (
            summary.added,
            summary.changed,
            summary.removed,
            summary.previous_count
        ),
        (0, 1, 2, 22)
    );
    assert_eq!(
        report(&files, &Expectations::default()).public,
        Verdict::Pass
    );
    let text = String::from_utf8(files.get(bundle::SUBJECTS_DIFF).unwrap().to_vec()).unwrap();
    let removed = text
        .split_inclusive('\n')
        .find(|line| line.contains(&subject_id(21)))
        .unwrap();
    convicts(&replaced(&files, bundle::SUBJECTS_DIFF, removed, ""), "B05");
    convicts(
        &replaced(
            &files,
            bundle::SUBJECTS_DIFF,
            &subject_id(21),
            &subject_id(30),
        ),
        "B05",
    );
    let mut without = files;
    without.take(bundle::SUBJECTS_DIFF);
    convicts(&without, "A01");
}

/// Nobody leaves a pool as "visited lately" without naming the visit.
#[test]
fn promise_11_nothing_is_erased_an_exclusion_names_its_visit() {
    let mut campaign = Campaign::new(subjects(20), officers(4), count(3));
    campaign.plan.exclusions = vec![Exclusion {
        basis: "国办发〔2024〕54号".to_owned(),
        code: "visited-12m".to_owned(),
        label: "12个月内已检查".to_owned(),
        reference: "last_visit_ref".to_owned(),
        conditions: vec![condition("last_visit", Op::AtLeast, &["2025-07-23"])],
    }];
    campaign.subjects[7].push(("last_visit".to_owned(), "2026-01-05".to_owned()));
    let faults = campaign.try_freeze().unwrap_err();
    assert!(faults[0].english.contains(&subject_id(7)), "{faults:?}");
    campaign.subjects[7].push(("last_visit_ref".to_owned(), "440106-2026-0003".to_owned()));
    let frozen = campaign.freeze();
    assert_eq!(
        (
            frozen.announcement.excluded[0].count,
            frozen.announcement.strata[0].pool
        ),
        (1, 19)
    );
}

/// The root that a row and its path lead to, by RFC 9162 section 2.1.3.2.
fn path_root(row: &str, proof: &InclusionProof) -> [u8; 32] {
    let node = |left: &[u8], right: &[u8]| -> [u8; 32] {
        Sha256::new()
            .chain_update([1])
            .chain_update(left)
            .chain_update(right)
            .finalize()
            .into()
    };
    let mut hash: [u8; 32] = Sha256::new()
        .chain_update([0])
        .chain_update(row)
        .finalize()
        .into();
    let (mut place, mut last) = (proof.index, proof.size - 1);
    for step in &proof.path {
        if place % 2 == 1 || place == last {
            hash = node(step.as_bytes(), &hash);
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            hash = node(&hash, step.as_bytes());
        }
        (place, last) = (place / 2, last / 2);
    }
    assert_eq!(last, 0);
    hash
}
