//! The stored bundles, and the bundles that the independent implementation makes anew.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::digest::Digest;
use dispatch_core::language::Language;
use dispatch_core::log::LogPolicy;
use dispatch_core::policy::Policy;
use dispatch_core::verify::{Expectations, verify};
use serde_json::Value;

use dispatch_tests::independent::{difference, has_bls};

/// The bytes of a stored bundle.
pub(crate) fn zip(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.zip"))).unwrap()
}

/// The files of a stored bundle.
pub(crate) fn bundle(name: &str) -> Files {
    Files::unpack(Cursor::new(zip(name)), Limits::default())
}

/// The stored report on a bundle.
fn report(name: &str) -> Value {
    let bytes = std::fs::read(folder().join(format!("{name}.report.json"))).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The commitment of a stored bundle, as the independent implementation computed it.
pub(crate) fn commitment(name: &str) -> Digest {
    report(name)["commitment"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/bundles")
}

/// Judges every bundle of a folder, with the policy beside it where one lies there, and compares
/// the reports; gives how many have each public verdict.
fn judge(dir: &Path) -> BTreeMap<String, usize> {
    let mut verdicts = BTreeMap::new();
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "zip"))
    {
        let name = path.file_name().unwrap().to_str().unwrap();
        let files = Files::unpack(Cursor::new(std::fs::read(path).unwrap()), Limits::default());
        let policy = std::fs::read(path.with_extension("policy.json"));
        let log_policy = std::fs::read(path.with_extension("log-policy"));
        let expectations = Expectations {
            commitment: None,
            policy: policy.ok().map(|bytes| Policy::read(&bytes).unwrap()),
            log_policy: log_policy
                .ok()
                .map(|bytes| LogPolicy::read(&bytes).unwrap()),
        };
        let ours = verify(name, files, &expectations, &mut |_| {}).to_json(Language::Chinese);
        let ours: Value = serde_json::from_str(&ours).unwrap();
        let theirs = std::fs::read(path.with_extension("report.json")).unwrap();
        let theirs: Value = serde_json::from_slice(&theirs).unwrap();
        assert_eq!(ours["bundle"], theirs["bundle"]);
        assert_eq!(difference(&ours, &theirs), "", "{name}");
        let verdict = ours["verdicts"]["public"].as_str().unwrap().to_owned();
        *verdicts.entry(verdict).or_insert(0) += 1;
    }
    verdicts
}

/// Good bundles pass; three are incomplete, as a child is not there or stands alone, or the pulse of
/// a time lock is missing; one is judged by a policy that no witness and no token can satisfy.
fn all_good(verdicts: &BTreeMap<String, usize>) {
    assert_eq!(verdicts.get("incomplete"), Some(&3), "{verdicts:?}");
    assert_eq!(verdicts.get("fail"), Some(&1), "{verdicts:?}");
    assert!(verdicts.get("pass") >= Some(&29), "{verdicts:?}");
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
}

/// Every abuse of stages, child draws, logs, custodians and time locks fails somewhere.
fn all_abuses(verdicts: &BTreeMap<String, usize>) {
    assert!(verdicts.get("fail") >= Some(&63), "{verdicts:?}");
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
}

#[test]
fn stored_bundles_get_their_stored_reports() {
    all_good(&judge(&folder()));
    all_abuses(&judge(&folder().with_file_name("abuses")));
}

#[test]
fn bundles_of_the_other_implementation_get_the_same_reports() {
    all_good(&judge(made_by("make_bundles.py").path()));
    all_abuses(&judge(made_by("make_abuses.py").path()));
}

/// What a script of the independent implementation makes.
fn made_by(script: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("independent")
        .join(script);
    let made = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(dir.path())
        .output()
        .unwrap();
    // Without BLS the scripts write everything and say that they could not check it.
    assert!(
        made.status.success() || !has_bls(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    dir
}
