//! The stored bundles, and the bundles that the independent implementation makes anew.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::digest::Digest;
use dispatch_core::language::Language;
use dispatch_core::verify::{Expectations, verify};
use serde_json::Value;

use crate::independent::difference;

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

fn judge(dir: &Path, least: usize) {
    let mut seen = 0;
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
        let ours =
            verify(name, files, &Expectations::default(), &mut |_| {}).to_json(Language::Chinese);
        let ours: Value = serde_json::from_str(&ours).unwrap();
        let theirs = std::fs::read(path.with_extension("report.json")).unwrap();
        let theirs: Value = serde_json::from_slice(&theirs).unwrap();
        assert_eq!(ours["bundle"], theirs["bundle"]);
        assert_eq!(difference(&ours, &theirs), "", "{name}");
        assert_eq!(ours["verdicts"]["public"], "pass", "{name}");
        seen += 1;
    }
    assert!(seen >= least, "{seen} bundles");
}

#[test]
fn stored_bundles_get_their_stored_reports() {
    judge(&folder(), 13);
}

#[test]
fn bundles_of_the_other_implementation_get_the_same_reports() {
    let dir = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("independent/make_bundles.py");
    let made = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(dir.path())
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    judge(dir.path(), 24);
}
