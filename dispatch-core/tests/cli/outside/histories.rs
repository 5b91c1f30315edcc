//! Attacks by the bureau on the log itself and on what is frozen in it.

use std::fs;
use std::path::PathBuf;

use dispatch_core::announcement::commitment;
use dispatch_core::digest::Digest;
use dispatch_core::log::{Checkpoint, SignedCheckpoint, SignerKey};
use dispatch_core::merkle::{leaf_hash, node_hash};

use super::town::{AFTER, BEFORE, DRAWN, Town};
use crate::desk::status;

/// Two people are shown two logs of one key, each with another announcement: a witness cosigns one
/// of them, and keeps the other as evidence.
#[test]
fn two_views_to_two_people() {
    let Some(town) = Town::new() else { return };
    town.desk.copy("log", "other-log");
    town.announce(BEFORE, "draw");
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    town.announce(BEFORE, "other");
    let other = ["log", "draw", "other-log", "other", "--key", KEY];
    town.at(BEFORE, &[&other[..], &["--offline"]].concat())
        .done();
    let servers = town.witnesses(BEFORE, "log");
    town.at(BEFORE, &["log", "cosign", "other-log"])
        .refused(&["jiwei", "sifa"]);
    drop(servers);
    let signed = town.desk.read("other-log/checkpoint");
    for witness in ["jiwei", "sifa"] {
        let kept = town.desk.snapshot(witness);
        let fork = |(path, bytes): (&PathBuf, &Vec<u8>)| {
            let path = path.to_str().unwrap();
            path.contains("/evidence/fork-") && contains(bytes, signed.as_bytes())
        };
        assert!(kept.iter().any(fork), "{witness}: {:?}", kept.keys());
    }
    // Whoever was shown the second log sees that nobody vouches for it.
    town.at(DRAWN, &["draw", "other", "--pulse", "pulse.json"])
        .done();
    let disclose = [
        "disclose",
        "other",
        "--timelock",
        "lock.json",
        "--log",
        "other-log",
        "--out",
        "evidence.zip",
    ];
    town.at(AFTER, &disclose)
        .refused(&["do not reach the quorum"]);
    // Without the log there is no evidence of it.
    town.at(AFTER, &[&disclose[..4], &disclose[6..]].concat())
        .done();
    let report = town.report("evidence.zip");
    assert_eq!(status(&report, "L01"), "fail");
    assert_eq!(report["grade"], "failed");
}

/// An entry is changed in the log's folder: nothing of it can be shown any more.
#[test]
fn dropped_entry() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "draw");
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    town.desk.run(&["log", "check", "log"]).done();
    let path = town.desk.path("log/tile/entries/000.p/1");
    let text = fs::read(&path).unwrap();
    let mut changed = text.clone();
    let at = find(&changed, b"\"sequence\":1").unwrap() + b"\"sequence\":".len();
    changed[at] = b'2';
    fs::write(&path, changed).unwrap();
    town.desk
        .run(&["log", "check", "log"])
        .refused(&["entries"]);
    fs::remove_file(&path).unwrap();
    town.desk
        .run(&["log", "check", "log"])
        .refused(&["entries"]);
    fs::write(&path, text).unwrap();
    town.desk.run(&["log", "check", "log"]).done();
}

/// Another draw under the number of one that was held back.
#[test]
fn reused_sequence_number() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "draw");
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    let plan = town.desk.read("in/plan.toml");
    let line = plan.lines().find(|line| line.starts_with("draw = "));
    town.desk
        .replace("in/plan.toml", line.unwrap(), "draw = \"ANOTHER-1\"");
    town.announce(BEFORE, "other");
    town.log(BEFORE, BEFORE, "other", &[])
        .refused(&["sequence number 1", "is used already"]);
}

/// The announced time lock opens to the secret of another draw.
#[test]
fn time_lock_that_holds_something_else() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "other");
    town.announce(BEFORE, "draw");
    let lock = |name: &str| {
        let text = town.desk.read(&format!("{name}/announcement.json"));
        let start = text.find("\"timelock\":\"").unwrap() + "\"timelock\":\"".len();
        let end = start + text[start..].find('"').unwrap();
        text[start..end].to_owned()
    };
    town.desk
        .replace("draw/announcement.json", &lock("draw"), &lock("other"));
    // Its secret folder has to go along with it.
    let announcement = town.desk.read("draw/announcement.json");
    let commitment = commitment(announcement.as_bytes()).to_string();
    let secret = town.desk.read("draw/secret/secret.json");
    let start = secret.find("\"commitment\":\"").unwrap() + "\"commitment\":\"".len();
    let old = &secret[start..start + commitment.len()];
    town.desk
        .replace("draw/secret/secret.json", old, &commitment);
    town.desk.publish("draw", "public");
    // Neither the witnesses nor the custodian can see it; the disclosure shows it.
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    town.draw("draw");
    town.disclose("draw", "evidence.zip");
    let report = town.report("evidence.zip");
    assert_eq!(status(&report, "A02"), "pass");
    assert_eq!(status(&report, "L02"), "pass");
    assert_eq!(status(&report, "K02"), "fail");
    assert_eq!(report["grade"], "failed");
}

/// A bureau that writes its log by other means announces a draw twice, has both cosigned, and shows
/// the one whose result it likes.
#[test]
fn announcement_forced_into_the_log_twice() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "other");
    town.announce(BEFORE, "draw");
    // The entry of the second announcement, from a log that nobody sees, with the next number.
    town.desk.copy("log", "hidden");
    let hidden = ["log", "draw", "hidden", "other", "--key", KEY, "--offline"];
    town.at(BEFORE, &hidden).done();
    let second = fs::read(town.desk.path("hidden/tile/entries/000.p/1")).unwrap();
    let second = String::from_utf8(second[2..].to_vec()).unwrap();
    let second = second.replacen("\"number\":1", "\"number\":2", 1);
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    town.desk.write("forced.jsonl", &format!("{second}\n"));
    let append = ["log", "append", "log", "--key", KEY, "--offline"];
    town.at(BEFORE, &[&append[..], &["forced.jsonl"]].concat())
        .refused(&["was announced already"]);
    force(&town, second.as_bytes());
    let servers = town.witnesses(BEFORE, "log");
    // The witnesses look at no entry: to them the log has grown.
    town.at(BEFORE, &["log", "cosign", "log"]).done();
    drop(servers);
    town.at(DRAWN, &["draw", "draw", "--pulse", "pulse.json"])
        .done();
    town.disclose("draw", "evidence.zip");
    let report = town.report("evidence.zip");
    assert_eq!(status(&report, "L01"), "pass", "{report}");
    assert_eq!(status(&report, "L02"), "fail");
    assert_eq!(report["grade"], "failed");
}

/// Appends a second entry to a log of one, as C2SP tlog-tiles has it, and signs it.
fn force(town: &Town, entry: &[u8]) {
    let path = |name: &str| town.desk.path("log").join(name);
    let mut bundle = fs::read(path("tile/entries/000.p/1")).unwrap();
    bundle.extend(u16::try_from(entry.len()).unwrap().to_be_bytes());
    bundle.extend(entry);
    let first: [u8; 32] = fs::read(path("tile/0/000.p/1"))
        .unwrap()
        .try_into()
        .unwrap();
    let (first, second) = (Digest::new(first), leaf_hash(entry));
    for (name, bytes) in [
        ("tile/entries/000.p/2", bundle),
        (
            "tile/0/000.p/2",
            [*first.as_bytes(), *second.as_bytes()].concat(),
        ),
    ] {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        fs::write(path(name), bytes).unwrap();
    }
    let checkpoint = Checkpoint {
        origin: "log.example/gz".to_owned(),
        size: 2,
        root: node_hash(&first, &second),
        extensions: Vec::new(),
    };
    let key: SignerKey = town.desk.read(KEY).trim().parse().unwrap();
    let signed = SignedCheckpoint::sign(checkpoint, &key).unwrap().to_text();
    // checkpoints/0 is the empty log, /1 the first announcement.
    fs::write(path("checkpoints/2"), &signed).unwrap();
    fs::write(path("checkpoint"), &signed).unwrap();
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    find(bytes, part).is_some()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

const KEY: &str = "keys/log.key";
