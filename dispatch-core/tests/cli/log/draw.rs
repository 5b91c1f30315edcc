//! A draw's steps, from announcement to disclosure.

use std::fs;

use dispatch_core::log::{LogPolicy, LogProof};
use dispatch_core::merkle::leaf_hash;
use serde_json::Value;

use super::sha256;
use crate::desk::Desk;

/// The lines of a log.jsonl, each verified: the entry's bytes lead to the checkpoint, which the log
/// signed.
fn kinds(desk: &Desk, name: &str) -> Vec<String> {
    let policy = LogPolicy::read(desk.read("log/log.policy")).unwrap();
    let mut kinds = Vec::new();
    for line in desk.read(name).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let proof = LogProof::read(line["proof"].as_str().unwrap().as_bytes()).unwrap();
        // Objects of serde_json are sorted by key, as canonical JSON is for ASCII keys.
        let entry = line["entry"].to_string();
        proof.verify(&leaf_hash(entry.as_bytes())).unwrap();
        policy.judge(&proof.checkpoint).unwrap();
        kinds.push(line["entry"]["kind"].as_str().unwrap().to_owned());
    }
    kinds
}

#[test]
fn from_announcement_to_disclosure() {
    let desk = Desk::in_the_past();
    let key = desk.new_log();
    desk.policy(&key, "quorum none\n");
    let commitment = desk.announce("draw", &["--replay"]).done().commitment();
    desk.log("draw", &["draw"])
        .done()
        .says(&["0 announcement", "checkpoint 1 covers 1"]);
    desk.log("draw", &["draw"]).done().says(&["nothing new"]);
    assert_eq!(desk.size(), 1);

    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk.log("draw", &["draw"])
        .done()
        .says(&["1 pulse", "2 result", "checkpoint 2 covers 3"]);
    desk.run(&["disclose", "draw", "--out", "evidence.zip"])
        .done();
    desk.run(&["disclose", "draw", "--out", "auditor.zip", "--auditor"])
        .done();
    desk.log("draw", &["draw", "--bundle", "auditor.zip"])
        .refused(&["is the auditor's form"]);
    desk.log("draw", &["draw", "--bundle", "evidence.zip", "--rosters"])
        .done()
        .says(&["3 disclosure"]);
    desk.log("draw", &["draw", "--bundle", "evidence.zip"])
        .done()
        .says(&["nothing new"]);
    desk.check()
        .done()
        .says(&["the log is whole: 4 entries, 4 checkpoints"]);

    // The documents, by their hashes.
    for name in [
        "draw/announcement.json",
        "draw/result.json",
        "draw/subjects.jsonl",
        "draw/officers.jsonl",
        "evidence.zip",
        "policy",
    ] {
        let path = desk.path(name);
        let document = desk.path("log/documents").join(sha256(&path));
        assert_eq!(
            fs::read(document).unwrap(),
            fs::read(path).unwrap(),
            "{name}"
        );
    }
    // Nothing sealed lies in the log: no drawn list, no secret but the disclosed one.
    let sealed = fs::read(desk.path("draw/secret/drawn.csv")).unwrap();
    assert!(desk.snapshot("log").values().all(|bytes| *bytes != sealed));

    desk.run(&[
        "log",
        "evidence",
        "log",
        "--commitment",
        &commitment,
        "--out",
        "log.jsonl",
    ])
    .done()
    .says(&["4 entries"]);
    assert_eq!(
        kinds(&desk, "log.jsonl"),
        ["announcement", "pulse", "result", "disclosure"]
    );
    desk.run(&[
        "log",
        "evidence",
        "log",
        "--commitment",
        &"0".repeat(64),
        "--out",
        "none",
    ])
    .refused(&["nothing of the draw"]);

    desk.run(&[
        "log",
        "prove",
        "log",
        "--index",
        "2",
        "--out",
        "2.tlog-proof",
    ])
    .done()
    .says(&["entry 2 by checkpoint 2"]);
    let proof = LogProof::read(desk.read("2.tlog-proof").as_bytes()).unwrap();
    assert_eq!((proof.index, proof.checkpoint.checkpoint.size), (2, 3));
    desk.run(&[
        "log",
        "prove",
        "log",
        "--index",
        "4",
        "--out",
        "4.tlog-proof",
    ])
    .refused(&["there is no entry 4"]);
}

#[test]
fn what_must_not_be_logged() {
    let desk = Desk::announced();
    desk.new_log();
    desk.log("draw", &["draw"]).done();
    // The same draw with another secret.
    desk.announce("again", &["--replay"]).done();
    desk.log("draw", &["again"])
        .refused(&["was announced already", "repeats"]);
    // Another draw with the same sequence number.
    let plan = desk.read("in/plan.toml");
    let id = { plan.lines() }
        .find_map(|line| line.strip_prefix("draw = "))
        .unwrap();
    desk.replace(
        "in/plan.toml",
        &format!("draw = {id}"),
        "draw = \"OTHER-1\"",
    );
    desk.announce("other", &["--replay"]).done();
    desk.log("draw", &["other"])
        .refused(&["sequence number 1", "is used already"]);
    desk.replace("in/plan.toml", "\nsequence = 1", "\nsequence = 2");
    desk.announce("second", &["--replay"]).done();
    desk.log("draw", &["second"]).done();
    // The folder was changed behind the log's back.
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk.log("draw", &["draw"]).done();
    desk.replace("draw/result.json", "\"root\":\"", "\"root\":\"00");
    let text = desk.read("draw/result.json");
    let start = text.find("\"root\":\"").unwrap() + 8 + 64;
    let end = text[start..].find('"').unwrap() + start;
    desk.write(
        "draw/result.json",
        &format!("{}{}", &text[..start], &text[end..]),
    );
    desk.log("draw", &["draw"])
        .refused(&["another result of this draw"]);
    assert_eq!(desk.size(), 4);
    desk.check().done();
}

#[test]
fn an_announcement_that_comes_too_late() {
    // In two days, and the lead time is longer than what is left when it is logged.
    let desk = Desk::new();
    desk.new_log();
    desk.announce("draw", &[]).done();
    let announcement = desk.read("draw/announcement.json");
    let at = announcement.find("\"lead_minutes\":").unwrap() + "\"lead_minutes\":".len();
    let end = at + announcement[at..].find(',').unwrap();
    let late = format!("{}525600{}", &announcement[..at], &announcement[end..]);
    desk.log("draw", &["draw", "--offline"])
        .done()
        .says(&["were not asked"]);
    desk.write("draw/announcement.json", &late);
    let other = late.replacen("\"sequence\":1", "\"sequence\":2", 1);
    let id = other.find("\"draw\":\"").unwrap() + 8;
    let other = format!("{}X-{}", &other[..id], &other[id..]);
    desk.write("draw/announcement.json", &other);
    desk.log("draw", &["draw"])
        .refused(&["too late", "--late", "L02"]);
    assert_eq!(desk.size(), 1);
    desk.log("draw", &["draw", "--late"]).done();
    assert_eq!(desk.size(), 2);
}

#[test]
fn acknowledgements_and_what_custodians_hold() {
    let desk = Desk::in_the_past();
    desk.new_log();
    for (name, out) in [
        ("市财政局", "finance"),
        ("市公证处", "notary"),
        ("别处", "elsewhere"),
    ] {
        desk.run(&["custodian", "new", "--name", name, "--out", out])
            .done();
    }
    let custodians = [
        "--custodian",
        "finance/custodian.json",
        "--custodian",
        "notary/custodian.json",
    ];
    desk.announce("draw", &[&custodians[..], &["--replay"]].concat())
        .done();
    for keys in ["finance", "notary"] {
        let out = format!("{keys}.note");
        desk.run(&[
            "custodian",
            "acknowledge",
            "draw",
            "--keys",
            keys,
            "--out",
            &out,
        ])
        .done();
    }
    let acknowledged = ["draw", "--acknowledgement", "finance.note"];
    desk.log("draw", &acknowledged)
        .done()
        .says(&["0 announcement", "1 acknowledgement"]);
    desk.log(
        "draw",
        &[&acknowledged[..], &["--acknowledgement", "notary.note"]].concat(),
    )
    .done()
    .says(&["2 acknowledgement", "checkpoint 2 covers 3"]);
    desk.log("draw", &acknowledged)
        .done()
        .says(&["nothing new"]);
    desk.replace("finance.note", "T", " ");
    desk.log("draw", &acknowledged)
        .refused(&["finance.note", "is not the acknowledgement"]);
    // What the custodians hold is published, for them to open it without the bureau.
    let held = desk.path("draw/custody.age");
    assert!(desk.path("log/documents").join(sha256(&held)).exists());
    desk.check().done();
}
