//! The draw happens once, with the pulse that the draw time fixes, on what was announced.

use crate::desk::{Desk, PULSE};

/// The platform of 2017 drew again at every page load, and kept nothing of the list before.
#[test]
fn a_second_draw_changes_nothing() {
    let desk = Desk::announced();
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    let first = desk.snapshot("draw");
    desk.run(&["draw", "draw", "--pulse", "pulse.json"])
        .done()
        .says(&["already drawn with the same inputs"]);
    assert!(desk.snapshot("draw") == first);
    // The v1 answer of a relay has one field more and is the same pulse.
    let v1 = PULSE.replace(
        '}',
        r#","randomness":"ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67"}"#,
    );
    desk.write("v1.json", &v1);
    desk.run(&["draw", "draw", "--pulse", "v1.json"])
        .done()
        .says(&["already drawn"]);
    assert!(desk.snapshot("draw") == first);
}

#[test]
fn a_draw_with_other_inputs_is_refused() {
    // Of a pulse there is one for each round; public numbers could be misread, or improved upon.
    let desk = Desk::in_the_past();
    let seed = r#"kind = "public-numbers"
name = "示例公开号码"
published = "示例公报"
time = "2026-07-24T20:00:00+08:00"
shape = "sequence"
from = 0
to = 999999999
count = 16
bits = 128
"#;
    desk.replace("in/plan.toml", "kind = \"drand\"", seed);
    desk.announce("draw", &["--replay"]).done();
    let numbers = |last: u64| {
        let numbers: Vec<String> = (1..16).chain([last]).map(|n| n.to_string()).collect();
        format!("{{\"示例公开号码\": [{}]}}", numbers.join(", "))
    };
    desk.write("numbers.json", &numbers(16));
    desk.write("better.json", &numbers(17));
    desk.write("short.json", r#"{"示例公开号码": [1, 2]}"#);
    desk.run(&["draw", "draw", "--numbers", "short.json"])
        .refused(&["16 numbers from 0 to 999999999"]);
    assert!(!desk.path("draw/secret/sources.json").exists());
    desk.run(&["draw", "draw", "--numbers", "numbers.json"])
        .done();
    let first = desk.snapshot("draw");
    desk.run(&["draw", "draw", "--numbers", "better.json"])
        .refused(&[
            "already made with other inputs",
            "never repeated",
            "nothing was changed",
        ]);
    assert!(desk.snapshot("draw") == first);
    // A source that was not announced is refused, even after the draw and even if it is genuine.
    desk.run(&[
        "draw",
        "draw",
        "--numbers",
        "numbers.json",
        "--pulse",
        "pulse.json",
    ])
    .refused(&["the plan does not ask for"]);
    assert!(desk.snapshot("draw") == first);
}

#[test]
fn another_pulse_is_refused_with_a_remedy() {
    let desk = Desk::announced();
    let before = desk.snapshot("draw");
    let corrupt = PULSE.replace("8b3edd", "8b3edc");
    let default_chain = format!(r#"{{"round":30662982,"signature":"{}"}}"#, "8d".repeat(96));
    let other_round = r#"{"round":30662990,"signature":"OTHER"}"#.replace("OTHER", OTHER_ROUND);
    let renamed = other_round.replace("30662990", "30662982");
    for (name, text, says) in [
        (
            "other round",
            other_round.as_str(),
            ["fixes round 30662982", "bring that one"],
        ),
        (
            "renamed",
            &renamed,
            ["not quicknet's for round 30662982", "fetch it again"],
        ),
        ("corrupt", &corrupt, ["30662982", "fetch it again"]),
        ("other chain", &default_chain, ["chain", "quicknet"]),
        (
            "no JSON",
            "{\"round\":30662982",
            ["not the JSON object of a relay", "save the relay's answer"],
        ),
    ] {
        desk.write("bad.json", text);
        let answer = desk.run(&["draw", "draw", "--pulse", "bad.json"]);
        let answer = answer.refused(&says);
        assert!(desk.snapshot("draw") == before, "{name}: {answer:?}");
    }
    desk.run(&["draw", "draw", "--pulse", "missing.json"])
        .refused(&["missing.json", "check the name"]);
    desk.run(&["draw", "draw"]).refused(&[
        "--pulse with drand quicknet round 30662982",
        "no other source",
    ]);
    assert!(desk.snapshot("draw") == before);
}

#[test]
fn a_folder_that_was_tampered_with_is_refused() {
    let desk = Desk::announced();
    let draw = ["draw", "draw", "--pulse", "pulse.json"];
    for (name, from, to, check) in [
        (
            "draw/subjects.jsonl",
            "\"risk\":\"B\"",
            "\"risk\":\"A\"",
            "B02",
        ),
        (
            "draw/officers.jsonl",
            "\"lead\":\"no\"",
            "\"lead\":\"yes\"",
            "B03",
        ),
        // An announcement that nobody holds the commitment of, and a secret drawn anew.
        (
            "draw/announcement.json",
            "\"slack\":1",
            "\"slack\":2",
            "not of this announcement",
        ),
        (
            "draw/secret/secret.json",
            "\"secret\":\"",
            "\"secret\":\"@",
            "not of this announcement",
        ),
    ] {
        let good = desk.read(name);
        desk.replace(name, from, to);
        let text = desk.read(name);
        if let Some(at) = text.find('@') {
            let digit = if text[at + 1..].starts_with('0') {
                "1"
            } else {
                "0"
            };
            desk.write(name, &format!("{}{digit}{}", &text[..at], &text[at + 2..]));
        }
        desk.run(&draw)
            .refused(&[check, "restore the folder from your copy"]);
        assert!(!desk.path("draw/result.json").exists(), "{name}");
        assert!(!desk.path("draw/secret/sources.json").exists(), "{name}");
        desk.write(name, &good);
    }
    desk.run(&draw).done();
}

/// Round 30662990 of quicknet (tests/vectors/drand-quicknet.tsv).
const OTHER_ROUND: &str = "8b2ebe176d153849d5db7f358a3a21be96f8c5d1c26ed2b530fff4419face8909d77f4ee6a211623e2432c30841411b5";
