//! The custody package through the public interface: what an honest bureau hands over opens, and what
//! a bureau could hand over instead is refused by the check that names the promise.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use dispatch_core::bundle::{self, Files};
use dispatch_core::custody::{Custody, CustodyPackage};
use dispatch_core::freeze::{Draft, Earlier, Entropy, Frozen, freeze_with};
use dispatch_core::plan::Quota;
use dispatch_tests::campaign::{Campaign, officers, subjects};

const ENTROPY: fn(u8, u8) -> Entropy = |secret, roster_key| Entropy {
    secret: [secret; 32],
    roster_key: [roster_key; 32],
};

/// A frozen campaign with sealed columns and recusals, and the package as the bureau makes it from
/// what it freezes.
fn frozen(make: impl FnOnce(&Files) -> Vec<u8>) -> (Frozen, Vec<u8>) {
    let mut campaign = Campaign::new(subjects(30), officers(6), Quota::Count { count: 4 });
    campaign.plan.officers.sealed = vec!["phone".to_owned()];
    for (index, row) in campaign.officers.iter_mut().enumerate() {
        row.push(("phone".to_owned(), format!("1380000{index:04}")));
    }
    let id = |rows: &[Vec<(String, String)>], index: usize| {
        let row: &Vec<(String, String)> = &rows[index];
        row.iter().find(|(name, _)| name == "id").unwrap().1.clone()
    };
    campaign.recusals = vec![
        (id(&campaign.subjects, 3), id(&campaign.officers, 1)),
        (id(&campaign.subjects, 8), id(&campaign.officers, 4)),
    ];
    let draft = Draft {
        plan: campaign.plan.clone(),
        subjects: campaign.subject_roster(),
        officers: campaign.officer_roster(),
        recusals: campaign.recusal_list(),
        earlier: Earlier::default(),
        recent_pulse: None,
        policy: None,
        created: campaign.created.clone(),
        replay: false,
    };
    let mut package = Vec::new();
    let frozen = freeze_with(draft, &ENTROPY(11, 22), |sealed| {
        package = make(sealed);
        Ok(Custody::default())
    });
    (frozen.unwrap(), package)
}

/// The checks that the package fails beside the public files.
fn failed(frozen: &Frozen, package: &[u8]) -> Vec<&'static str> {
    let package = CustodyPackage::read(package).unwrap();
    match package.open(frozen.public.clone()) {
        Ok(_) => Vec::new(),
        Err(failed) => {
            let mut ids: Vec<&str> = failed.iter().map(|result| result.id).collect();
            ids.sort_unstable();
            ids
        }
    }
}

#[test]
fn what_was_frozen_opens_and_gives_the_auditors_files() {
    let (frozen, package) = frozen(|sealed| {
        CustodyPackage::new(&ENTROPY(11, 22), sealed)
            .to_zip()
            .unwrap()
    });
    let read = CustodyPackage::read(&package).unwrap();
    let prepared = read.open(frozen.public.clone()).unwrap();
    assert_eq!(prepared.announced.commitment, frozen.commitment);
    // Byte for byte what the operator keeps for the auditor's form.
    let files = read.auditors_files(frozen.commitment);
    let names: Vec<&str> = files.names().collect();
    assert_eq!(names, [bundle::AUDIT, bundle::CELLS, bundle::RECUSALS]);
    for name in names {
        assert_eq!(files.get(name), frozen.secret.get(name), "{name}");
    }
}

#[test]
fn other_contents_fail_the_check_that_says_so() {
    let (other_secret, package) = frozen(|sealed| {
        CustodyPackage::new(&ENTROPY(12, 22), sealed)
            .to_zip()
            .unwrap()
    });
    assert_eq!(failed(&other_secret, &package), ["B08"]);
    let (other_key, package) = frozen(|sealed| {
        CustodyPackage::new(&ENTROPY(11, 23), sealed)
            .to_zip()
            .unwrap()
    });
    assert_eq!(failed(&other_key, &package), ["E01", "E02"]);
    let changed = |name: &'static str, from: &'static str, to: &'static str| {
        frozen(move |sealed| {
            let mut sealed = sealed.clone();
            let text = String::from_utf8(sealed.take(name).unwrap()).unwrap();
            assert!(text.contains(from), "{from} is not in {text}");
            sealed.insert(name, text.replacen(from, to, 1).into_bytes());
            CustodyPackage::new(&ENTROPY(11, 22), &sealed)
                .to_zip()
                .unwrap()
        })
    };
    let (cell, package) = changed(bundle::CELLS, "13800000000", "13800000009");
    assert_eq!(failed(&cell, &package), ["E01"]);
    let (reason, package) = changed(bundle::CELLS, "亲属关系", "其他");
    assert_eq!(failed(&reason, &package), ["E02"]);
    let (cut, package) = frozen(|sealed| {
        let mut sealed = sealed.clone();
        sealed.insert(bundle::RECUSALS, Vec::new());
        CustodyPackage::new(&ENTROPY(11, 22), &sealed)
            .to_zip()
            .unwrap()
    });
    assert_eq!(failed(&cut, &package), ["B04", "E02"]);
}

#[test]
fn only_the_three_entries_are_read() {
    let hex = "ab".repeat(32);
    let document = |format: &str| {
        format!(r#"{{"format":"{format}","roster_key":"{hex}","secret":"{hex}"}}"#).into_bytes()
    };
    let zip = |changes: &[(&str, Option<Vec<u8>>)]| {
        let mut files: BTreeMap<String, Vec<u8>> = [
            ("custody.json", document("dispatch/custody/1")),
            ("cells.jsonl", Vec::new()),
            ("recusals.jsonl", Vec::new()),
        ]
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .into();
        for (name, bytes) in changes {
            match bytes {
                Some(bytes) => files.insert((*name).to_owned(), bytes.clone()),
                None => files.remove(*name),
            };
        }
        Files::new(files).to_zip().unwrap()
    };
    assert!(CustodyPackage::read(&zip(&[])).is_ok());
    let mut spaced = document("dispatch/custody/1");
    spaced.push(b'\n');
    for (changes, told) in [
        (
            vec![("announcement.json", Some(vec![]))],
            "unexpected entry",
        ),
        (vec![("cells.jsonl", None)], "cells.jsonl is missing"),
        (vec![("recusals.jsonl", None)], "recusals.jsonl is missing"),
        (vec![("custody.json", None)], "custody.json is missing"),
        (
            vec![("custody.json", Some(document("dispatch/custody/2")))],
            "format is not dispatch/custody/1",
        ),
        (vec![("custody.json", Some(spaced))], "custody.json: "),
        (
            vec![("custody.json", Some(b"{}".to_vec()))],
            "custody.json: ",
        ),
    ] {
        let fault = CustodyPackage::read(&zip(&changes)).unwrap_err();
        assert!(fault.english.contains(told), "{}", fault.english);
    }
    let whole = zip(&[]);
    for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert!(CustodyPackage::read(&whole[..cut]).is_err());
    }
}
