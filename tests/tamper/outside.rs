//! What the verifier brings along: commitments and policies, judged by both verifiers.

use std::io::Cursor;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::policy::Policy;
use dispatch_core::verify::{Expectations, Grade, Status, verify};

use crate::vectors::{commitment, zip};
use dispatch_tests::independent::{Case, compare};

/// A draw that is no replay, announced for 2023-08-23T15:59:24Z with a lead of 1440 minutes. It has no
/// drand source, so the independent verifier needs no time for signatures.
const EARLY: &str = "numbers-public";
const LATEST: &str = "2023-08-22T15:59:24Z";

fn slip(commitment: &str, draw: &str, received: &str) -> String {
    format!(r#"{{"commitment":"{commitment}","draw":"{draw}","received":"{received}"}}"#)
}

#[test]
fn commitments_and_policies() {
    let right = commitment(EARLY).to_string();
    let wrong = "0".repeat(64);
    let early = |received: &str| slip(&right, "2023-007", received);
    use Grade::{Expected, Failed, FrozenFirst};
    use Status::{Fail, Pass, Skipped};
    let policies: [(&str, Vec<String>, Status, Grade); 9] = [
        (
            "in time, to the second",
            vec![early(LATEST)],
            Pass,
            FrozenFirst,
        ),
        (
            "a second late",
            vec![early("2023-08-22T15:59:25Z")],
            Fail,
            Failed,
        ),
        (
            "late and in time: the earliest counts",
            vec![early("2023-09-01T00:00:00Z"), early(LATEST)],
            Pass,
            FrozenFirst,
        ),
        ("none", vec![], Fail, Failed),
        (
            "of another draw",
            vec![slip(&right, "2023-006", LATEST)],
            Fail,
            Failed,
        ),
        (
            "of another commitment",
            vec![slip(&wrong, "2023-007", LATEST)],
            Fail,
            Failed,
        ),
        (
            "of two commitments",
            vec![early(LATEST), slip(&wrong, "2023-007", LATEST)],
            Fail,
            Failed,
        ),
        (
            "of two commitments, the other late",
            vec![
                early(LATEST),
                slip(&wrong, "2023-007", "2024-01-01T00:00:00Z"),
            ],
            Fail,
            Failed,
        ),
        (
            "beside one of another draw",
            vec![slip(&wrong, "2023-001", LATEST), early(LATEST)],
            Pass,
            FrozenFirst,
        ),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (what, slips, status, grade) in policies {
        let text = format!(
            "{{\n \"format\": \"dispatch/policy/1\",\n \"slips\": [{}]}}\n",
            slips.join(",\n")
        );
        let path = dir.path().join("policy.json");
        std::fs::write(&path, &text).unwrap();
        let policy = Some(Policy::read(text.as_bytes()).unwrap());
        let path = path.to_str().unwrap().to_owned();
        let expected = [None, Some(&right), Some(&wrong)];
        // With a commitment only beside a policy that passes and one that fails.
        let many = if what.starts_with("in time") || what == "a second late" {
            3
        } else {
            1
        };
        for expected in expected.into_iter().take(many) {
            let expectations = Expectations {
                commitment: expected.map(|text| text.parse().unwrap()),
                policy: policy.clone(),
                log_policy: None,
            };
            let cases = cases(what, &expectations);
            let report = &cases[0].report;
            let f01 = match expected {
                None => Skipped,
                Some(text) if *text == right => Pass,
                Some(_) => Fail,
            };
            assert_eq!(report.status("F01"), Some(f01), "{what}");
            assert_eq!(report.status("F02"), Some(status), "{what}");
            assert_eq!(
                report.grade,
                if f01 == Fail { Failed } else { grade },
                "{what}"
            );
            let mut options = vec!["--policy".to_owned(), path.clone()];
            options.extend(
                expected
                    .into_iter()
                    .flat_map(|text| ["--expect".to_owned(), text.clone()]),
            );
            compare(&cases, &options);
        }
    }
    let expectations = Expectations {
        commitment: Some(commitment(EARLY)),
        ..Expectations::default()
    };
    let cases = cases("the commitment alone", &expectations);
    assert_eq!(cases[0].report.grade, Expected);
    compare(&cases, &["--expect".to_owned(), right]);
}

/// The early draw, and a bundle that is no zip file.
fn cases(what: &str, expectations: &Expectations) -> Vec<Case> {
    let zips = [zip(EARLY), b"PK".to_vec()];
    let case = |zip: Vec<u8>| {
        let files = Files::unpack(Cursor::new(&zip), Limits::default());
        Case {
            what: what.to_owned(),
            report: verify("", files, expectations, &mut |_| {}),
            zip,
        }
    };
    zips.into_iter().map(case).collect()
}
