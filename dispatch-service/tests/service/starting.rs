//! Starting: a database has its own keys, and no others are made for it; log lines are no condition.

use std::fs::{self, OpenOptions};
use std::process::Stdio;

use crate::support::process::{Process, serve};

#[test]
fn keys_are_made_for_an_empty_database_only() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(Process::start(&data, &["--origin", "log.example/one"]));
    let keys = data.join("keys");
    let kept = folder.path().join("kept");
    let refused = || {
        let output = serve(&data).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };

    // The whole folder is missing.
    fs::rename(&keys, &kept).unwrap();
    let told = refused();
    assert!(told.contains("put back the key folder"), "{told}");
    assert!(!keys.exists(), "nothing was made");

    // Half of it is missing.
    copy(&kept, &keys);
    fs::remove_file(keys.join("envelope.key")).unwrap();
    let told = refused();
    assert!(told.contains("put back the key folder"), "{told}");
    assert!(!keys.join("envelope.key").exists());

    // The keys of another log.
    let other = folder.path().join("other");
    drop(Process::start(&other, &["--origin", "log.example/one"]));
    fs::remove_dir_all(&keys).unwrap();
    copy(&other.join("keys"), &keys);
    let told = refused();
    assert!(told.contains("another log"), "{told}");

    // Its own.
    fs::remove_dir_all(&keys).unwrap();
    copy(&kept, &keys);
    let again = Process::start(&data, &[]);
    assert_eq!(again.get("/health/ready").status, 200);
}

#[test]
fn a_log_that_cannot_be_written_does_not_end_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(Process::start(&data, &[]));
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child = serve(&data)
        .stdout(Stdio::piped())
        .stderr(full)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
    let address = line.trim().rsplit("//").next().unwrap();
    for _ in 0..3 {
        let url = format!("http://{address}/health/ready");
        assert_eq!(ureq::get(&url).call().unwrap().status().as_u16(), 200);
    }
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
