//! What is not acknowledged and not opened, and what the `age` program makes of the files.

use std::process::Command;

use serde_json::Value;

use super::announced;
use crate::desk::Desk;

#[test]
fn what_is_not_as_announced_is_not_acknowledged() {
    let desk = announced("", "[\"risk\"]");
    let acknowledge = |dir: &str, keys: &str| {
        let arguments = [
            "custodian",
            "acknowledge",
            dir,
            "--keys",
            keys,
            "--out",
            "note.txt",
        ];
        let answer = desk.run(&arguments);
        assert!(answer.status == 0 || !desk.path("note.txt").exists());
        answer
    };
    // Somebody else's keys.
    desk.run(&["custodian", "new", "--name", "别人", "--out", "other"])
        .done();
    acknowledge("draw", "other").refused(&["does not name these keys"]);
    // A changed file, a changed roster, a file that nobody announced.
    desk.publish("draw", "changed");
    let path = desk.path("changed/custody.age");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    acknowledge("changed", "keys").refused(&["its SHA-256 is another"]);
    std::fs::copy(desk.path("draw/custody.age"), &path).unwrap();
    desk.replace(
        "changed/officers.jsonl",
        "\"lead\":\"yes\"",
        "\"lead\":\"no\"",
    );
    acknowledge("changed", "keys").refused(&["B03", "nothing was signed"]);
    // A card that is no card, and one given twice.
    desk.write("card.json", "{}");
    desk.announce("again", &["--replay", "--custodian", "card.json"])
        .refused(&["card.json: is not the custodian.json"]);
    let twice = [
        "--custodian",
        "keys/custodian.json",
        "--custodian",
        "keys/custodian.json",
    ];
    desk.announce("again", &[&["--replay"][..], &twice].concat())
        .refused(&["names a custodian twice"]);
    assert!(!desk.path("again").exists());
}

#[test]
fn a_custodian_waits_for_the_disclosure_time() {
    let desk = Desk::new();
    desk.run(&["custodian", "new", "--name", "市财政局", "--out", "keys"])
        .done();
    desk.announce("draw", &["--custodian", "keys/custodian.json"])
        .done()
        .says(&["locked to the disclosure time"]);
    desk.run(&["open", "draw", "--custodian", "keys", "--out", "early.zip"])
        .refused(&["sealed until"]);
    desk.write("pulse.json", crate::desk::PULSE);
    desk.run(&[
        "open",
        "draw",
        "--timelock",
        "pulse.json",
        "--out",
        "early.zip",
    ])
    .refused(&["the time lock opens with round"]);
    assert!(!desk.path("early.zip").exists());
    // In earnest, a lock is left out only when that is asked for.
    desk.announce("open", &["--no-timelock"])
        .done()
        .says(&["no custodian was named"]);
    assert!(
        desk.read("open/announcement.json")
            .contains("\"timelock\":\"\"")
    );
}

#[test]
fn a_time_lock_that_holds_something_else_is_named() {
    let desk = announced("", "[]");
    desk.run(&["draw", "draw", "--pulse", "1000.json"]).done();
    // The lock of another announcement: well formed, of the same round, with another secret.
    desk.announce("other", &["--replay", "--timelock"]).done();
    let lock = |name: &str| {
        let document = desk.read(&format!("{name}/announcement.json"));
        let document: Value = serde_json::from_str(&document).unwrap();
        document["custody"]["timelock"].as_str().unwrap().to_owned()
    };
    desk.publish("draw", "public");
    let (own, other) = (lock("draw"), lock("other"));
    desk.replace("public/announcement.json", &own, &other);
    let open = [
        "open",
        "public",
        "--timelock",
        "657413.json",
        "--pulse",
        "1000.json",
        "--out",
        "opened.zip",
    ];
    desk.run(&open)
        .refused(&["the time lock holds something else"]);
    // One whose stanza was changed: the right pulse does not open it.
    let mut changed = own.clone();
    let middle = own.len() / 2;
    let letter = if own.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    changed.replace_range(middle..=middle, letter);
    desk.replace("public/announcement.json", &other, &changed);
    desk.run(&open).refused(&["the time lock: "]);
    // And the pulse of another round opens nothing.
    let early = [&open[..3], &["1001.json", "--out", "opened.zip"]].concat();
    desk.run(&early)
        .refused(&["the time lock opens with round 657413"]);
    assert!(!desk.path("opened.zip").exists());
}

/// Debian's `age` and ours read each other's files. Skipped where there is no `age`.
#[test]
fn the_age_program_opens_what_is_held() {
    if Command::new("age").arg("--version").output().is_err() {
        return;
    }
    let desk = announced("", "[\"risk\"]");
    let zip = desk.path("package.zip");
    let opened = Command::new("age")
        .args(["--decrypt", "--identity"])
        .arg(desk.path("notary/identity.txt"))
        .arg("--output")
        .arg(&zip)
        .arg(desk.path("draw/custody.age"))
        .status()
        .unwrap();
    assert!(opened.success());
    let package = std::fs::read(&zip).unwrap();
    assert!(package.starts_with(b"PK"));
    // The same package, encrypted by the other program, is another file than was announced.
    let card: Value = serde_json::from_str(&desk.read("keys/custodian.json")).unwrap();
    let sealed = Command::new("age")
        .args([
            "--encrypt",
            "--recipient",
            card["recipient"].as_str().unwrap(),
            "--output",
        ])
        .arg(desk.path("draw/custody.age"))
        .arg(&zip)
        .status()
        .unwrap();
    assert!(sealed.success());
    desk.acknowledge("draw")
        .refused(&["its SHA-256 is another"]);
    // With its hash in the announcement it opens.
    let file = std::fs::read(desk.path("draw/custody.age")).unwrap();
    let announcement: Value = serde_json::from_str(&desk.read("draw/announcement.json")).unwrap();
    let announced = announcement["custody"]["file"].as_str().unwrap();
    let hash = dispatch_core::digest::Digest::of(&file).to_string();
    desk.replace("draw/announcement.json", announced, &hash);
    desk.acknowledge("draw").done();
}
