//! The independent verifier, run on many bundles at once, and its reports beside those of Dispatch.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use dispatch_core::language::Language;
use dispatch_core::verify::Report;
use serde_json::Value;

/// A bundle and what Dispatch says of it.
#[derive(Debug)]
pub struct Case {
    /// What it is, for messages.
    pub what: String,
    /// The bundle.
    pub zip: Vec<u8>,
    /// The report of Dispatch.
    pub report: Report,
}

/// Runs the independent verifier with these options; every report must be the same.
pub fn compare(cases: &[Case], options: &[String]) {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..cases.len())
        .map(|index| format!("{index}.zip"))
        .collect();
    for (case, name) in cases.iter().zip(&names) {
        std::fs::write(dir.path().join(name), &case.zip).unwrap();
    }
    let reports = reports(dir.path(), &names, options);
    let mut differences = Vec::new();
    for ((case, name), theirs) in cases.iter().zip(&names).zip(&reports) {
        assert_eq!(theirs["bundle"], **name);
        let ours: Value = serde_json::from_str(&case.report.to_json(Language::English)).unwrap();
        let difference = difference(&ours, theirs);
        if !difference.is_empty() {
            differences.push(format!("{}: {difference}", case.what));
        }
    }
    let first = &differences[..differences.len().min(25)];
    assert!(
        differences.is_empty(),
        "{} of {} differ: {first:#?}",
        differences.len(),
        cases.len()
    );
}

/// Reports of the independent verifier, in the order of `names`, from two processes.
pub fn reports(dir: &Path, names: &[String], options: &[String]) -> Vec<Value> {
    let chunks: Vec<&[String]> = names
        .chunks(names.len().div_ceil(2).clamp(1, 1500))
        .collect();
    let answers = in_parallel(&chunks, |chunk| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("independent/verify.py");
        let answer = Command::new("python3")
            .arg("-B")
            .arg(script)
            .arg("--json")
            .args(options)
            .args(*chunk)
            .current_dir(dir)
            .output()
            .unwrap_or_else(|error| panic!("python3 cannot be run: {error}; install it"));
        let lines = String::from_utf8(answer.stdout).unwrap();
        let reports: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let said = String::from_utf8_lossy(&answer.stderr);
        assert_eq!(reports.len(), chunk.len(), "{said}");
        reports
    });
    answers.into_iter().flatten().collect()
}

/// What the two reports do not agree on; details are free text.
pub fn difference(ours: &Value, theirs: &Value) -> String {
    let bls = has_bls();
    let signature = |id: &Value| !bls && (id == "C03" || id == "C06" || id == "G04");
    let mut found = String::new();
    let lists =
        [ours, theirs].map(|report| report["checks"].as_array().cloned().unwrap_or_default());
    assert_eq!(lists[0].len(), CHECKS);
    assert_eq!(lists[1].len(), CHECKS);
    for (our, their) in lists[0].iter().zip(&lists[1]) {
        assert_eq!(
            (&our["id"], &our["section"]),
            (&their["id"], &their["section"])
        );
        if our["status"] != their["status"] && !signature(&our["id"]) {
            found += &format!(
                "{} {} here ({}), {} there ({}); ",
                our["id"], our["status"], our["detail"], their["status"], their["detail"]
            );
        }
    }
    let derived: &[&str] = if bls {
        &["commitment", "form", "grade", "verdicts"]
    } else {
        &["commitment", "form"]
    };
    for key in derived {
        if ours[key] != theirs[key] {
            found += &format!("{key} {} here, {} there; ", ours[key], theirs[key]);
        }
    }
    let children = [ours, theirs].map(|report| report["children"].as_array().unwrap());
    if children[0].len() != children[1].len() {
        found += &format!(
            "{} children here, {} there",
            children[0].len(),
            children[1].len()
        );
    }
    for (our, their) in children[0].iter().zip(children[1]) {
        assert_eq!(our["name"], their["name"]);
        assert_eq!(our["report"]["bundle"], their["report"]["bundle"]);
        let inside = difference(&our["report"], &their["report"]);
        if !inside.is_empty() {
            found += &format!("in child {}: {inside}", our["name"]);
        }
    }
    found
}

/// How many checks docs/spec.md section 11 has.
const CHECKS: usize = 58;

/// Whether the independent verifier can check signatures. Said once if it cannot.
pub fn has_bls() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        let asked = Command::new("python3").args(["-c", "import py_ecc"]).output();
        let has = asked.is_ok_and(|answer| answer.status.success());
        if !has {
            println!("notice: python3 has no py_ecc: C03, C06, verdicts and grades are not compared; pip install py_ecc");
        }
        has
    })
}

/// Maps in two threads, in order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], map: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (left, right) = items.split_at(items.len() / 2);
    let (mut first, second) = std::thread::scope(|scope| {
        let right = scope.spawn(|| right.iter().map(&map).collect::<Vec<R>>());
        let left: Vec<R> = left.iter().map(&map).collect();
        (left, right.join().unwrap())
    });
    first.extend(second);
    first
}
