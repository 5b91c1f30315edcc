//! Attacks on a draw with outside evidence, each found by a named check.

use super::town::{AFTER, BEFORE, DRAWN, Town};
use crate::desk::status;

/// The bureau announces after the pulse is known, with its clock set back; the witnesses' are right.
#[test]
fn backdated_announcement() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "draw");
    town.log(BEFORE, DRAWN, "draw", &[]).done();
    town.draw("draw");
    town.disclose("draw", "evidence.zip");
    let report = town.report("evidence.zip");
    assert_eq!(status(&report, "B09"), "pass", "its own clock says so");
    assert_eq!(status(&report, "L02"), "fail");
    assert_eq!(report["grade"], "failed");
}

/// Everything is made again in a log of the bureau's own with witnesses of its own.
#[test]
fn forged_log_with_forged_witnesses() {
    let Some(town) = Town::new() else { return };
    std::fs::rename(town.desk.path("log"), town.desk.path("honest")).unwrap();
    std::fs::copy(town.desk.path("log.policy"), town.desk.path("pinned")).unwrap();
    std::fs::remove_dir_all(town.desk.path("keys")).unwrap();
    let new = [
        "log",
        "new",
        "log",
        "--origin",
        "log.example/gz",
        "--keys",
        "keys",
    ];
    let key = town.make(&new);
    for name in ["jiwei", "sifa"] {
        std::fs::remove_dir_all(town.desk.path(name)).unwrap();
    }
    town.found(&key, "log", ["jiwei", "sifa"]);
    town.hold("draw");
    town.disclose("draw", "evidence.zip");
    assert_eq!(
        town.report("evidence.zip")["grade"],
        "witnessed",
        "under its own policy"
    );
    let pinned = ["verify", "evidence.zip", "--json", "--log-policy", "pinned"];
    let report = serde_json::from_str(&town.desk.run(&pinned).out).unwrap();
    assert_eq!(status(&report, "L01"), "fail");
    assert_eq!(report["grade"], "failed");
}

/// The draw is announced again with another secret; the log's own tool refuses, and a bureau that
/// writes the entry by other means is found.
#[test]
fn announcement_repeated_with_another_secret() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "other");
    town.log(BEFORE, BEFORE, "other", &[]).done();
    std::fs::remove_dir_all(town.desk.path("public")).unwrap();
    town.announce(BEFORE, "draw");
    let draw = [
        "log",
        "draw",
        "log",
        "draw",
        "--key",
        "keys/log.key",
        "--offline",
    ];
    town.at(BEFORE, &draw).refused(&[]);
    // The honest one goes on; the second commitment has no place in the log.
    town.draw("other");
    town.disclose("other", "evidence.zip");
    assert_eq!(status(&town.report("evidence.zip"), "L02"), "pass");
    town.at(DRAWN, &["draw", "draw", "--pulse", "pulse.json"])
        .done();
    let disclose = [
        "disclose",
        "draw",
        "--timelock",
        "lock.json",
        "--out",
        "repeated.zip",
    ];
    town.at(AFTER, &disclose).done();
    let report = town.report("repeated.zip");
    assert_eq!(status(&report, "L01"), "fail", "it was never logged");
    assert_eq!(report["grade"], "failed");
}

/// What the custodian was given holds something else: no acknowledgement, and the draw shows it.
#[test]
fn secret_that_does_not_open() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "draw");
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    let path = town.desk.path("public/custody.age");
    let mut bytes = std::fs::read(&path).unwrap();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    std::fs::write(&path, bytes).unwrap();
    let acknowledge = [
        "custodian",
        "acknowledge",
        "public",
        "--keys",
        "custodian",
        "--out",
        "ack.note",
    ];
    town.at(BEFORE, &acknowledge).refused(&[]);
    // Nor if the file opens, but to another draw's secret; not even if it is announced as it is.
    town.announce(BEFORE, "other");
    town.desk.publish("draw", "public");
    std::fs::copy(town.desk.path("other/custody.age"), &path).unwrap();
    town.at(BEFORE, &acknowledge).refused(&[]);
    let file = |dir: &str| {
        let text = town.desk.read(&format!("{dir}/announcement.json"));
        let start = text.find("\"file\":\"").unwrap() + "\"file\":\"".len();
        text[start..start + 64].to_owned()
    };
    town.desk
        .replace("public/announcement.json", &file("draw"), &file("other"));
    town.at(BEFORE, &acknowledge).refused(&["B08"]);
    assert!(!town.desk.path("ack.note").exists());
    town.draw("draw");
    town.disclose("draw", "evidence.zip");
    let report = town.report("evidence.zip");
    assert_eq!(status(&report, "K01"), "fail");
    assert_eq!(report["grade"], "failed");
}

/// Once the draw time is there, nothing can be voided.
#[test]
fn void_after_the_draw_time() {
    let Some(town) = Town::new() else { return };
    town.announce(BEFORE, "draw");
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    let void = [
        "log",
        "void",
        "log",
        "--key",
        "keys/log.key",
        "--offline",
        "--draw",
        "440100-2026-0001",
        "--proposer",
        "甲",
        "--approver",
        "乙",
        "--reason",
        "名录有误",
    ];
    let body = ["--body", "广州市市场监督管理局"];
    town.at(DRAWN, &[&void[..], &body[..]].concat())
        .refused(&[]);
}

/// A log that was restored from an old backup signs nothing more: a witness has seen a larger one.
#[test]
fn roll_back_from_an_old_backup() {
    let Some(town) = Town::new() else { return };
    town.desk.copy("log", "backup");
    town.announce(BEFORE, "draw");
    town.log(BEFORE, BEFORE, "draw", &[]).done();
    std::fs::remove_dir_all(town.desk.path("log")).unwrap();
    std::fs::rename(town.desk.path("backup"), town.desk.path("log")).unwrap();
    let servers = town.witnesses(BEFORE, "log");
    let draw = ["log", "draw", "log", "draw", "--key", "keys/log.key"];
    town.at(BEFORE, &draw).refused(&["jiwei"]);
    // Nor does anybody cosign another history that is signed without asking.
    town.announce(BEFORE, "other");
    let other = ["log", "draw", "log", "other", "--key", "keys/log.key"];
    town.at(BEFORE, &[&other[..], &["--offline"]].concat())
        .done();
    town.at(BEFORE, &["log", "cosign", "log"])
        .refused(&["jiwei", "sifa"]);
    drop(servers);
}
