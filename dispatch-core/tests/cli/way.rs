//! The whole way, from sample to "why me?".

use std::path::Path;

use serde_json::Value;

use crate::desk::Desk;

#[test]
fn from_sample_to_why_me() {
    let desk = Desk::in_the_past();
    assert_eq!(desk.names(), ["in", "pulse.json"]);
    desk.with_inputs("check", &[])
        .done()
        .says(&["240 rows, 240 usable", "ready to be announced"]);
    assert_eq!(desk.names(), ["in", "pulse.json"], "check writes nothing");

    let commitment = desk.announce("draw", &["--replay"]).done().commitment();
    assert!(
        commitment.len() == 64
            && desk
                .read("draw/slip.txt")
                .replace([' ', '\n'], "")
                .contains(&commitment)
    );
    assert!(!desk.path("draw/result.json").exists());

    desk.run(&["disclose", "draw", "--out", "early.zip"])
        .refused(&["not drawn yet", "dispatch draw"]);
    desk.run(&["draw", "draw", "--pulse", "pulse.json"])
        .done()
        .says(&["publish result.json now"]);
    let drawn = desk.read("draw/secret/drawn.csv");
    desk.run(&["disclose", "draw", "--out", "evidence.zip"])
        .done()
        .says(&[&commitment]);
    desk.run(&["disclose", "draw", "--out", "auditor.zip", "--auditor"])
        .done()
        .says(&["do not publish it"]);
    let before = desk.snapshot(".");
    desk.run(&["disclose", "draw", "--out", "evidence.zip"])
        .refused(&["evidence.zip exists already"]);
    assert!(before == desk.snapshot("."), "nothing is overwritten");

    for (bundle, auditor) in [("evidence.zip", "hidden"), ("auditor.zip", "pass")] {
        let report = desk
            .run(&["verify", bundle, "--expect", &commitment, "--json"])
            .done();
        let report: Value = serde_json::from_str(&report.out).unwrap();
        assert_eq!(report["verdicts"]["public"], "pass");
        assert_eq!(report["verdicts"]["auditor"], auditor);
        assert_eq!(report["grade"], "replay");
        assert_eq!(report["commitment"], *commitment);
        assert_eq!(
            report["checks"].as_array().unwrap().len(),
            11 + 9 + 6 + 6 + 2 + 3 + 9 + 5 + 5 + 2
        );
    }

    // "Why me?", for a subject that was drawn and for one that was not.
    let ids: Vec<&str> = drawn
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    let mine = desk.run(&["explain", "evidence.zip", ids[0]]).done();
    let mine = mine.says(&[
        "result    drawn",
        "of 240 in the committed roster",
        "| sha256sum",
    ]);
    assert!(mine.out.contains("odds"));
    let roster = desk.read("draw/subjects.jsonl");
    let other = roster.lines().find_map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let id = row["id"].as_str().unwrap().to_owned();
        (!ids.contains(&id.as_str())).then_some(id)
    });
    desk.run(&["explain", "evidence.zip", &other.unwrap()])
        .done()
        .says(&["result    not drawn"]);
    // A code with a right check character that no subject has, and one that is no code at all.
    desk.run(&["explain", "evidence.zip", "91350100M000100Y43"])
        .refused(&["is not in the roster of this draw"]);
    desk.run(&["explain", "evidence.zip", "914401000000000000"])
        .refused(&["is not a credit code"]);
    // People type small letters.
    desk.run(&["explain", "evidence.zip", &ids[0].to_lowercase()])
        .done()
        .says(&["result    drawn"]);
}

#[test]
fn another_expected_commitment_fails_f01() {
    let desk = Desk::announced();
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk.run(&["disclose", "draw", "--out", "evidence.zip"])
        .done();
    let other = "0".repeat(64);
    desk.run(&["verify", "evidence.zip", "--expect", &other])
        .refused(&[
            "FAIL    F01",
            "failed checks    F01",
            "another announcement",
        ]);
    desk.run(&["verify", "missing.zip"])
        .refused(&["missing.zip", "check the name"]);
    desk.write("noise.zip", "no zip");
    desk.run(&["verify", "noise.zip"])
        .refused(&["FAIL    A01", "not a readable zip file"]);
}

#[cfg(unix)]
#[test]
fn what_is_sealed_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::announced();
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk.run(&["disclose", "draw", "--out", "auditor.zip", "--auditor"])
        .done();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&desk.path("draw/secret")), 0o700);
    let sealed = desk.snapshot("draw/secret");
    let names: Vec<_> = sealed
        .keys()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    for name in [
        "secret.json",
        "audit.json",
        "cells.jsonl",
        "recusals.jsonl",
        "drawn.csv",
        "teams.csv",
        "lists.xlsx",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    for path in sealed.keys() {
        assert_eq!(mode(path), 0o600, "{path:?}");
    }
    assert_eq!(mode(&desk.path("auditor.zip")), 0o600);
}

#[test]
fn a_chinese_locale_gives_chinese() {
    let desk = Desk::announced();
    let locale = "zh_CN.UTF-8";
    desk.run_in(locale, &["draw", "draw"])
        .refused(&["抽查任务需要", "没有替代来源"]);
    desk.run_in(locale, &["draw", "draw", "--pulse", "pulse.json"])
        .done()
        .says(&["请立即公布"]);
    desk.run_in(locale, &["disclose", "draw", "--out", "evidence.zip"])
        .done()
        .says(&["任何人都可以核验"]);
    desk.run_in(locale, &["verify", "evidence.zip"])
        .done()
        .says(&["公众结论", "通过 A02", "演练"]);
    // What is asked for goes before the locale.
    let english = desk
        .run_in(locale, &["verify", "evidence.zip", "--language", "en"])
        .done();
    assert!(
        english
            .says(&["public verdict   pass"])
            .out
            .contains("a replay")
    );
    desk.run(&["verify", "evidence.zip", "--language", "zh"])
        .done()
        .says(&["公众结论"]);
}
