//! The tamper matrix, judged by Dispatch and by the independent verifier, which must say the same.
//!
//! Bundles come from the independent implementation (tests/vectors/bundles). Needs `python3`; without
//! its package `py_ecc` signatures go unchecked there, and what depends on them is not compared.
//! Dispatch judges every variant, with the good bundle's commitment and slips at hand; a part of them,
//! evenly spread, is compared, with `DISPATCH_TAMPER_ALL=1` every one (a quarter of an hour).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "tamper/container.rs"]
mod container;
#[path = "tamper/fuzz.rs"]
mod fuzz;
#[path = "tamper/outside.rs"]
mod outside;
#[path = "tamper/vectors.rs"]
mod vectors;
#[path = "tamper/zip_writer.rs"]
mod zip_writer;

use std::collections::BTreeMap;

use dispatch_core::bundle::Files;
use dispatch_core::tamper::{Expected, expectations, tamperings};
use dispatch_core::verify::{Status, verify};

use dispatch_tests::independent::{Case, compare, in_parallel};
use vectors::{bundle, commitment};

/// A base, another draw in the same form, how many variants are compared (every n-th), and the least
/// number of variants by group.
struct Base {
    name: &'static str,
    other: &'static str,
    every: usize,
    least: &'static [(&'static str, usize)],
}

const BASES: [Base; 13] = [
    Base {
        name: "early-public",
        other: "numbers-public",
        every: 2,
        least: &[
            ("announcement.json", 290),
            ("subjects.jsonl", 290),
            ("officers.jsonl", 190),
            ("assignments.jsonl", 140),
            ("disclosure.json", 44),
            ("result.json", 33),
            ("pulse", 29),
            ("team", 60),
            ("of another draw", 21),
        ],
    },
    Base {
        name: "numbers-drand-auditor",
        other: "differences-auditor",
        every: 4,
        least: &[
            ("announcement.json", 410),
            ("disclosure.json", 160),
            ("audit.json", 26),
            ("recomputed", 20),
            ("announced again", 12),
        ],
    },
    Base {
        name: "differences-auditor",
        other: "numbers-drand-auditor",
        every: 4,
        least: &[
            ("announcement.json", 420),
            ("subjects-diff.jsonl", 180),
            ("officers-diff.jsonl", 35),
        ],
    },
    Base {
        name: "scarce-public",
        other: "plain-public",
        every: 6,
        least: &[("recusals.jsonl", 590), ("team", 120)],
    },
    Base {
        name: "joint-auditor",
        other: "sealed-risk-auditor",
        every: 16,
        least: &[
            ("officers.jsonl", 950),
            ("recusals.jsonl", 640),
            ("cells.jsonl", 620),
            ("team", 300),
            ("recomputed", 24),
        ],
    },
    Base {
        name: "sealed-risk-auditor",
        other: "joint-auditor",
        every: 16,
        least: &[
            ("announcement.json", 430),
            ("cells.jsonl", 100),
            ("recomputed", 11),
            ("announced again", 12),
        ],
    },
    Base {
        name: "sealed-risk-public",
        other: "plain-public",
        every: 12,
        least: &[
            ("subjects.jsonl", 770),
            ("officers.jsonl", 220),
            ("recusals.jsonl", 80),
            ("team", 120),
        ],
    },
    Base {
        name: "plain-public",
        other: "early-public",
        every: 12,
        least: &[("announcement.json", 640), ("assignments.jsonl", 320)],
    },
    Base {
        name: "stages-auditor",
        other: "sealed-stages-auditor",
        every: 12,
        least: &[
            ("stages.jsonl", 170),
            ("drops.jsonl", 360),
            ("stage-records.jsonl", 200),
            ("stage", 80),
            ("stage held again", 70),
            ("announced again", 12),
            ("recomputed", 16),
        ],
    },
    Base {
        name: "sealed-stages-public",
        other: "stages-public",
        every: 12,
        least: &[
            ("officers.jsonl", 350),
            ("recusals.jsonl", 310),
            ("stages.jsonl", 170),
            ("drops.jsonl", 360),
            ("stage-records.jsonl", 200),
            ("stage", 50),
            ("team", 100),
        ],
    },
    Base {
        name: KEYED,
        other: "standing-stages-public",
        every: 12,
        least: &[
            ("stages.jsonl", 130),
            ("drops.jsonl", 70),
            ("stage-records.jsonl", 260),
            ("stage", 110),
            ("stage held again", 40),
            ("announced again", 12),
        ],
    },
    Base {
        name: "standing-stages-public",
        other: "stages-public",
        every: 24,
        least: &[
            ("stages.jsonl", 170),
            ("drops.jsonl", 310),
            ("stage-records.jsonl", 540),
            ("stage", 260),
            ("team", 350),
        ],
    },
    Base {
        name: "campaign-auditor",
        other: "campaign-bare-public",
        every: 24,
        least: &[
            ("child's bundle", 28),
            ("in a child's bundle", 4100),
            ("stages.jsonl", 90),
            ("drops.jsonl", 95),
            ("stage held again", 28),
            ("announced again", 12),
        ],
    },
];

/// Nothing is sealed in it and it has no recusals, so that any key makes it the auditor's form: then
/// the matrix holds the stages of mode `order` again too.
const KEYED: &str = "order-public";

fn add_key(files: &mut Files) {
    let key = format!(
        r#"{{"commitment":"{}","format":"dispatch/audit/1","roster_key":"{}"}}"#,
        commitment(KEYED),
        "0".repeat(64)
    );
    files.insert("audit.json", key.into_bytes());
    files.insert("cells.jsonl", Vec::new());
}

fn is_unseen(expected: &Expected) -> bool {
    match expected {
        Expected::Unseen { .. } => true,
        Expected::InChild { inside, .. } => is_unseen(inside),
        _ => false,
    }
}

#[test]
fn every_variant_is_caught_and_both_verifiers_say_the_same() {
    let all = std::env::var_os("DISPATCH_TAMPER_ALL").is_some();
    let dir = tempfile::tempdir().unwrap();
    let mut cases = 0;
    let mut compared = 0;
    for base in &BASES {
        let (mut files, other) = (bundle(base.name), bundle(base.other));
        if base.name == KEYED {
            add_key(&mut files);
        }
        let expectations = expectations(&files);
        assert_eq!(expectations.commitment, Some(commitment(base.name)));
        let policy = serde_json::to_vec(&expectations.policy).unwrap();
        let path = dir.path().join(format!("{}.policy.json", base.name));
        std::fs::write(&path, policy).unwrap();
        let good = verify("", files.clone(), &expectations, &mut |_| {});
        assert!(
            good.failed().is_empty(),
            "{}: {:?}",
            base.name,
            good.failed()
        );
        // Where a stage was held, its slip came in time; otherwise there is none.
        let stages = files
            .get("stages.jsonl")
            .is_some_and(|lines| !lines.is_empty());
        let due = if stages {
            Status::Pass
        } else {
            Status::Skipped
        };
        assert_eq!(good.status("F02"), Some(Status::Pass), "{}", base.name);
        assert_eq!(good.status("F03"), Some(due), "{}", base.name);
        let variants: Vec<_> = tamperings(&files, &other).enumerate().collect();
        let every = if all { 1 } else { base.every };
        let judged = in_parallel(&variants, |(index, variant)| {
            let name = format!("{index}.zip");
            let report = verify(&name, variant.files.clone(), &expectations, &mut |_| {});
            let miss = variant.expected.miss(&report);
            let case = (index % every == 0).then(|| Case {
                what: variant.name.clone(),
                zip: variant.files.to_zip().unwrap(),
                report,
            });
            (
                miss.map(|miss| format!("{}: {}: {miss}", base.name, variant.name)),
                case,
            )
        });
        let (misses, chosen): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
        let misses: Vec<_> = misses.into_iter().flatten().collect();
        assert!(
            misses.is_empty(),
            "{} missed, the first: {:#?}",
            misses.len(),
            &misses[..misses.len().min(20)]
        );
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, variant) in &variants {
            if is_unseen(&variant.expected) {
                continue;
            }
            *counts.entry(variant.group).or_default() += 1;
            // What is expected is something that the good bundle does not show.
            let same = variant.expected.miss(&good).is_none();
            assert!(!same, "{}: {}", base.name, variant.name);
        }
        println!("{}: {} variants, {counts:?}", base.name, variants.len());
        for (group, least) in base.least {
            let count = counts.get(group).copied().unwrap_or_default();
            assert!(
                count >= *least,
                "{}: {group}: {count} variants, at least {least} expected",
                base.name
            );
        }
        let chosen: Vec<Case> = chosen.into_iter().flatten().collect();
        cases += variants.len();
        compared += chosen.len();
        compare(
            &chosen,
            &[
                "--expect".to_owned(),
                commitment(base.name).to_string(),
                "--policy".to_owned(),
                path.to_str().unwrap().to_owned(),
            ],
        );
    }
    println!("{cases} variants, none missed; {compared} compared with the independent verifier");
}
