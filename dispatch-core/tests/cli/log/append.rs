//! Ready-made entries, and what a damaged log is told to be.

use std::fs;

use super::entries;
use crate::desk::Desk;

#[test]
fn many_entries_under_one_checkpoint() {
    let desk = Desk::new();
    desk.new_log();
    desk.write("one.jsonl", &entries("甲局", 1, 600));
    desk.log("append", &["one.jsonl"])
        .done()
        .says(&["600 entries", "checkpoint 1 covers 600"]);
    let first = desk.read("log/checkpoints/1");
    desk.write(
        "two.jsonl",
        &(entries("乙局", 1, 100) + &entries("甲局", 601, 100)),
    );
    desk.log("append", &["two.jsonl"])
        .done()
        .says(&["checkpoint 2 covers 800"]);
    desk.check().done().says(&["800 entries, 3 checkpoints"]);
    assert_eq!(desk.read("log/checkpoints/1"), first);
    assert_eq!(desk.read("log/checkpoint"), desk.read("log/checkpoints/2"));
    // A partial tile goes once the full one is there; those of the present size stay.
    assert!(!desk.path("log/tile/0/002.p").exists());
    assert!(desk.path("log/tile/0/003.p/32").exists());
    assert!(desk.path("log/tile/entries/003.p/32").exists());
    assert!(desk.path("log/tile/1/000.p/2").exists());
}

#[test]
fn faulty_entries_are_refused_whole() {
    let desk = Desk::new();
    desk.new_log();
    let good = entries("甲局", 1, 300);
    for (text, parts) in [
        (
            good.clone() + &entries("甲局", 302, 1),
            vec!["line 301", "the next one of 甲局 is 301"],
        ),
        (
            good.clone() + &entries("甲局", 1, 1),
            vec!["line 301", "number 1"],
        ),
        (entries("甲局", 2, 1), vec!["line 1", "is 1"]),
        (good.clone() + "{}\n", vec!["line 301"]),
        (good.clone() + "\n", vec!["line 301"]),
        (good.trim_end().to_owned(), vec!["line 300", "line feed"]),
        (good.replacen("\"plan\"", "\"plam\"", 1), vec!["line 1"]),
        (
            good.replacen(",\"year\":2026", ",\"year\":2026 ", 1),
            vec!["line 1"],
        ),
        ("x".repeat(70_000) + "\n", vec!["line 1", "65,535"]),
    ] {
        desk.write("bad.jsonl", &text);
        desk.log("append", &["bad.jsonl"])
            .refused(&parts)
            .says(&["nothing was logged"]);
        assert_eq!(desk.size(), 0);
    }
    desk.write("good.jsonl", &good);
    desk.log("append", &["good.jsonl"]).done();
    desk.check().done().says(&["300 entries"]);
    desk.write("empty.jsonl", "");
    desk.log("append", &["empty.jsonl"])
        .done()
        .says(&["no entries"]);
}

#[test]
fn only_this_logs_key_and_one_writer() {
    let desk = Desk::new();
    desk.new_log();
    desk.write("one.jsonl", &entries("甲局", 1, 1));
    let made = desk.run(&[
        "log", "new", "other", "--origin", "other", "--keys", "keys2",
    ]);
    made.done();
    desk.run(&[
        "log",
        "append",
        "log",
        "--key",
        "keys2/log.key",
        "one.jsonl",
    ])
    .refused(&["the key is that of other"]);
    desk.run(&[
        "log",
        "new",
        "third",
        "--origin",
        "log.example/gz",
        "--keys",
        "keys3",
    ])
    .done();
    desk.run(&[
        "log",
        "append",
        "log",
        "--key",
        "keys3/log.key",
        "one.jsonl",
    ])
    .refused(&["did not sign the latest checkpoint"]);
    desk.run(&["log", "new", "x", "--origin", "a b", "--keys", "keys4"]);
    assert!(!desk.path("x").exists());
    desk.run(&["log", "new", "log", "--origin", "o", "--keys", "keys4"])
        .refused(&["exists already"]);
    // Somebody else is writing.
    let lock = fs::File::options()
        .write(true)
        .open(desk.path("log/.lock"))
        .unwrap();
    lock.lock().unwrap();
    desk.log("append", &["one.jsonl"])
        .refused(&["another process"]);
    drop(lock);
    desk.log("append", &["one.jsonl"]).done();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("keys"), mode("keys/log.key")), (0o700, 0o600));
        let open = fs::Permissions::from_mode(0o644);
        fs::set_permissions(desk.path("keys/log.key"), open).unwrap();
        desk.log("append", &["one.jsonl"]).refused(&["chmod 600"]);
    }
}

/// Every file that is changed, cut or taken away is found.
#[test]
fn damage_is_found() {
    let desk = Desk::new();
    let key = desk.new_log();
    desk.policy(&key, "quorum none\n");
    desk.write("one.jsonl", &entries("甲局", 1, 300));
    desk.log("append", &["one.jsonl"]).done();
    desk.check().done();
    for (name, parts) in [
        ("tile/0/000", vec!["tile/0/000: is not what"]),
        ("tile/0/001.p/44", vec!["tile/0/001.p/44"]),
        ("tile/1/000.p/1", vec!["tile/1/000.p/1"]),
        ("tile/entries/000", vec![]),
        ("tile/entries/001.p/44", vec![]),
        ("checkpoints/1", vec!["checkpoints/1"]),
        ("checkpoint", vec!["checkpoint is not the latest"]),
    ] {
        let path = desk.path("log").join(name);
        let good = fs::read(&path).unwrap();
        // In the middle, so in the root or a signature of a checkpoint and in some entry of a bundle.
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&path, &bad).unwrap();
        desk.check().refused(&parts);
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert_eq!(desk.check().status, 1, "{name} cut");
        fs::remove_file(&path).unwrap();
        assert_eq!(desk.check().status, 1, "{name} away");
        fs::write(&path, &good).unwrap();
        desk.check().done();
    }
    let document = desk
        .path("log/documents")
        .join(super::sha256(&desk.path("policy")));
    fs::write(document, "another policy").unwrap();
    desk.check().refused(&["the name is not the SHA-256"]);
}
