//! The tamper matrix, judged by Dispatch and by the independent verifier, which must say the same.
//!
//! Bundles come from the independent implementation (tests/vectors/bundles). Needs `python3`; without
//! its package `py_ecc` signatures go unchecked there, and what depends on them is not compared.
//! Dispatch judges every variant; a part of them, evenly spread, is compared, with
//! `DISPATCH_TAMPER_ALL=1` every one (some more minutes).

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

use dispatch_core::tamper::{Expected, tamperings};
use dispatch_core::verify::{Expectations, verify};

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

const BASES: [Base; 8] = [
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
        least: &[("recusals.jsonl", 640), ("team", 120)],
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
            ("team", 130),
        ],
    },
    Base {
        name: "plain-public",
        other: "early-public",
        every: 12,
        least: &[("announcement.json", 640), ("assignments.jsonl", 320)],
    },
];

#[test]
fn every_variant_is_caught_and_both_verifiers_say_the_same() {
    let all = std::env::var_os("DISPATCH_TAMPER_ALL").is_some();
    let mut cases = 0;
    let mut compared = 0;
    for base in &BASES {
        let (files, other) = (bundle(base.name), bundle(base.other));
        let expectations = Expectations {
            commitment: Some(commitment(base.name)),
            policy: None,
        };
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
            if !matches!(variant.expected, Expected::Unseen { .. }) {
                *counts.entry(variant.group).or_default() += 1;
            }
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
            &["--expect".to_owned(), commitment(base.name).to_string()],
        );
    }
    println!("{cases} variants, none missed; {compared} compared with the independent verifier");
}
