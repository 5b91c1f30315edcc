//! Random damage: the verifier never panics and passes nothing whose content changed.

use std::io::Cursor;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::verify::{Expectations, Form, Report, Verdict, verify};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::vectors::{bundle, zip};
use dispatch_tests::independent::in_parallel;

/// Of these bundles every byte of every file is bound by some check.
const BASES: [&str; 4] = [
    "plain-public",
    "joint-auditor",
    "sealed-risk-auditor",
    "stages-public",
];
const ROUNDS: u64 = 3400;

#[test]
fn damaged_containers_never_pass_with_other_content() {
    for base in BASES {
        let (whole, good) = (zip(base), bundle(base));
        let mut same = 0;
        for damaged in damage_all(&whole, 1) {
            let files = Files::unpack(Cursor::new(&damaged), Limits::default());
            let untouched = files.faults().is_empty() && equal(&files, &good);
            let report = verify("", files, &Expectations::default(), &mut |_| {});
            assert!(
                untouched || !passes(&report, &good),
                "{base}: {:?}",
                report.failed()
            );
            same += usize::from(untouched);
        }
        // Times, attributes and the like carry nothing; most bytes do.
        assert!(same < 1500, "{base}: {same}");
    }
}

#[test]
fn damaged_files_never_pass() {
    for base in BASES {
        let good = bundle(base);
        let names: Vec<String> = good.names().map(str::to_owned).collect();
        let mut jobs = Vec::new();
        for (number, name) in names.iter().enumerate() {
            let bytes = good.get(name).unwrap();
            let share = usize::try_from(ROUNDS).unwrap() / names.len();
            let damaged = damage_all(bytes, 100 + number as u64)
                .into_iter()
                .take(share);
            jobs.extend(
                damaged
                    .filter(|damaged| damaged != bytes)
                    .map(|damaged| (name.clone(), damaged)),
            );
        }
        in_parallel(&jobs, |(name, damaged)| {
            let mut files = good.clone();
            files.insert(name, damaged.clone());
            let packed = files.to_zip().unwrap();
            let files = Files::unpack(Cursor::new(packed), Limits::default());
            let report = verify("", files, &Expectations::default(), &mut |_| {});
            assert!(
                !passes(&report, &good),
                "{base}: {name}: {}",
                String::from_utf8_lossy(damaged)
            );
        });
    }
}

fn passes(report: &Report, good: &Files) -> bool {
    if good.is_auditors() {
        report.form == Form::Auditor && report.auditor == Verdict::Pass
    } else {
        report.public == Verdict::Pass
    }
}

fn equal(a: &Files, b: &Files) -> bool {
    a.names().eq(b.names()) && a.names().all(|name| a.get(name) == b.get(name))
}

/// Bit flips, other bytes, cuts, insertions, pieces copied over others.
fn damage_all(bytes: &[u8], seed: u64) -> Vec<Vec<u8>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |n: usize| usize::try_from(random.next_u64() % (n.max(1) as u64)).unwrap();
    (0..ROUNDS)
        .map(|_| {
            let mut damaged = bytes.to_vec();
            if damaged.is_empty() {
                return vec![below(256) as u8];
            }
            let at = below(damaged.len());
            match below(8) {
                0..4 => damaged[at] ^= 1 << below(8),
                4 => damaged[at] = below(256) as u8,
                5 => damaged.truncate(at),
                6 => damaged.insert(at, below(256) as u8),
                _ => {
                    let length = below(damaged.len() - at).min(64);
                    let from = below(damaged.len() - length);
                    damaged.copy_within(from..from + length, at);
                }
            }
            damaged
        })
        .collect()
}
