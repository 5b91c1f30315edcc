//! A joint campaign of three departments, from workbooks to one bundle that both verifiers accept:
//! the initiator draws subjects and two officers, the fire service sends two to every visit, the
//! health office one to visits in two districts; then a stage with a subject that closed down, a
//! recusal that an enterprise asked for, and an officer who is on other duty.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use self::after::{papers, why_me};
use self::campaign::{child_plan, desk};
use crate::desk::Desk;

#[path = "joint/after.rs"]
mod after;
#[path = "joint/campaign.rs"]
pub(crate) mod campaign;

#[test]
fn three_departments_one_bundle() {
    let desk = desk();
    let parent = desk
        .run(&[
            "announce",
            "--plan",
            "parent.toml",
            "--subjects",
            "in/subjects.xlsx",
            "--officers",
            "in/officers.xlsx",
            "--recusals",
            "in/recusals.csv",
            "--out",
            "parent",
            "--replay",
        ])
        .done()
        .commitment();
    child_plan(
        &desk,
        "fire",
        "消防救援大队",
        2,
        &parent,
        ("2023-08-23T15:59:27Z", "2023-08-25T21:46:12Z"),
    );
    child_plan(
        &desk,
        "health",
        "卫生健康局",
        1,
        &parent,
        ("2023-08-23T15:59:30Z", "2023-09-15T11:00:03Z"),
    );
    for child in ["fire", "health"] {
        let (plan, officers) = (format!("{child}.toml"), format!("{child}.csv"));
        let announce = [
            "announce",
            "--plan",
            &plan,
            "--parent",
            "parent",
            "--officers",
            &officers,
            "--out",
            child,
        ];
        desk.run(&[&announce[..], &["--replay"]].concat()).done();
    }

    // The initiator draws; nobody is told the subjects before their own pulse exists.
    desk.run(&["draw", "parent", "--pulse", "1000.json"]).done();
    desk.run(&["draw", "fire", "--pulse", "1001.json"])
        .refused(&["give --handover"]);
    let early = [
        "handover",
        "parent",
        "--to",
        "fire/announcement.json",
        "--pulse",
        "1000.json",
        "--out",
        "fire.json",
    ];
    desk.run(&early).refused(&["sealed", "round 1001"]);
    for (child, round) in [("fire", "1001.json"), ("health", "1002.json")] {
        let (to, out) = (
            format!("{child}/announcement.json"),
            format!("{child}.json"),
        );
        desk.run(&[
            "handover", "parent", "--to", &to, "--pulse", round, "--out", &out,
        ])
        .done();
    }
    // What was handed to one child is nothing for the other, and a changed record is noticed.
    desk.run(&[
        "draw",
        "fire",
        "--pulse",
        "1001.json",
        "--handover",
        "health.json",
    ])
    .refused(&["the handover is for 卫生健康局"]);
    let handed = desk.read("fire.json");
    let officer = handed
        .split("\"officers\":[\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    desk.write("forged.json", &handed.replacen(officer, "YA0000000000", 1));
    desk.run(&[
        "draw",
        "fire",
        "--pulse",
        "1001.json",
        "--handover",
        "forged.json",
    ])
    .refused(&["does not lead to the published root"]);
    for (child, round) in [("fire", "1001.json"), ("health", "1002.json")] {
        let handover = format!("{child}.json");
        desk.run(&["draw", child, "--pulse", round, "--handover", &handover])
            .done();
    }

    stage(&desk);
    for child in ["fire", "health"] {
        let out = format!("{child}.zip");
        desk.run(&["disclose", child, "--out", &out])
            .done()
            .says(&["parent's bundle"]);
    }
    desk.run(&["disclose", "parent", "--out", "alone.zip"])
        .done()
        .says(&["without the draws of 消防救援大队、卫生健康局"]);
    let whole = ["--child", "health.zip", "--child", "fire.zip"];
    for (out, more) in [
        ("evidence.zip", &[][..]),
        ("auditor.zip", &["--auditor"][..]),
    ] {
        desk.run(&[&["disclose", "parent", "--out", out], &whole[..], more].concat())
            .done();
    }
    judge(&desk, &parent);
    why_me(&desk);
    papers(&desk);
}

/// A stage of the initiator, then one of each child.
fn stage(desk: &Desk) {
    let drawn = desk.read("parent/secret/drawn.csv");
    let ids: Vec<&str> = drawn
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    let teams = desk.read("parent/secret/teams.csv");
    let second = teams.lines().find(|line| line.contains(ids[1])).unwrap();
    let (closed, asks) = (ids[0], second.split(',').nth(4).unwrap());
    desk.write("paper.txt", "登记机关注销通知书");
    let head = "统一社会信用代码,执法证号,退出事由,证据,批准人\n";
    for (line, why) in [
        (format!("{closed},,找不到人,paper.txt,李局长"), "找不到人"),
        (
            format!("{closed},,已注销,nothing.txt,李局长"),
            "neither a file beside the list nor a SHA-256",
        ),
        (
            format!("{closed},{asks},已注销,paper.txt,李局长"),
            "does not fit; it may be recusal",
        ),
        (
            "91350100M000100Y43,,已注销,paper.txt,李局长".to_owned(),
            "not in the list before this stage",
        ),
    ] {
        desk.write("drops.csv", &format!("{head}{line}\n"));
        desk.run(&["stage", "parent", "--drops", "drops.csv"])
            .refused(&[why]);
    }
    assert!(
        !desk.path("parent/stage-1.json").exists(),
        "nothing partial"
    );
    let lines = format!(
        "{closed},,已注销,paper.txt,李局长\n{},{asks},申请回避,paper.txt,李局长\n",
        ids[1]
    );
    desk.write("drops.csv", &format!("{head}{lines}"));
    desk.run(&["stage", "parent", "--drops", "drops.csv", "--number", "2"])
        .refused(&["stage 2 was not announced"]);
    desk.run(&["stage", "parent", "--drops", "drops.csv"])
        .done()
        .says(&[
            "stage 1: 1 subjects fell out, 1 officers left one visit, 0 get no further ones",
            "round 65535",
        ]);
    assert!(
        !desk.read("parent/stage-1.json").contains(closed),
        "names are sealed"
    );
    desk.run(&["stage", "parent", "--drops", "drops.csv"])
        .refused(&["is not drawn yet"]);
    desk.run(&["papers", "parent"])
        .done()
        .says(&["secret/papers", "must not be served"]);
    desk.run(&["disclose", "parent", "--out", "early.zip"])
        .refused(&["stage 1 was published and is not drawn"]);
    desk.run(&["draw", "parent", "--stage", "1", "--pulse", "1002.json"])
        .refused(&["fixes round 65535"]);
    desk.run(&["draw", "parent", "--stage", "1", "--pulse", "65535.json"])
        .done()
        .says(&["publish stage-1-result.json now"]);
    // Cut off behind the pulse, the same command ends what it began.
    let result = desk.read("parent/stage-1-result.json");
    std::fs::remove_file(desk.path("parent/stage-1-result.json")).unwrap();
    std::fs::remove_file(desk.path("parent/secret/stage-1-drawn.csv")).unwrap();
    desk.run(&["draw", "parent", "--stage", "1", "--pulse", "65535.json"])
        .done()
        .says(&["already drawn with the same pulse"]);
    assert_eq!(desk.read("parent/stage-1-result.json"), result);
    let after = desk.read("parent/secret/stage-1-drawn.csv");
    assert_eq!(after.lines().count(), drawn.lines().count(), "one for one");
    assert!(!after.contains(closed));
    let line = desk.read("parent/secret/stage-1-teams.csv");
    let members: Vec<&str> = line.lines().filter(|line| line.contains(ids[1])).collect();
    assert!(members.len() == 2 && members.iter().all(|line| !line.contains(asks)));

    let fire = desk.read("fire/secret/teams.csv");
    let busy = fire
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(4)
        .unwrap()
        .to_owned();
    desk.write(
        "fire-drops.csv",
        &format!("{head},{busy},另有任务,paper.txt,赵队长\n"),
    );
    for (child, round, more) in [
        ("fire", "65536.json", &["--drops", "fire-drops.csv"][..]),
        ("health", "657413.json", &[][..]),
    ] {
        desk.run(
            &[
                &["stage", child, "--parent-stage", "parent/stage-1.json"],
                more,
            ]
            .concat(),
        )
        .done();
        let (to, doc, out) = (
            format!("{child}/announcement.json"),
            format!("{child}/stage-1.json"),
            format!("{child}-1.json"),
        );
        let hand = [
            "handover", "parent", "--to", &to, "--stage", &doc, "--pulse", round, "--out", &out,
        ];
        desk.run(&hand).done();
        desk.run(&[
            "draw",
            child,
            "--stage",
            "1",
            "--pulse",
            round,
            "--handover",
            &out,
        ])
        .done();
    }
}

/// Both verifiers say the same, and good, of the public's and the auditor's bundle.
fn judge(desk: &Desk, commitment: &str) {
    let report = |name: &str| -> Value {
        let said = desk.run(&["verify", name, "--expect", commitment, "--json"]);
        serde_json::from_str(&said.done().out).unwrap()
    };
    let alone = report("alone.zip");
    assert_eq!(alone["verdicts"]["public"], "incomplete");
    for name in ["evidence.zip", "auditor.zip"] {
        let ours = report(name);
        assert_eq!(ours["verdicts"]["public"], "pass", "{ours}");
        let children = ours["children"].as_array().unwrap();
        assert_eq!(children.len(), 2);
        for child in children {
            assert_eq!(child["report"]["verdicts"]["public"], "pass", "{child}");
        }
        assert_eq!(
            statuses(&theirs(desk, name, commitment)),
            statuses(&ours),
            "{name}"
        );
    }
}

fn theirs(desk: &Desk, name: &str, commitment: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/independent/verify.py");
    let said = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args(["--json", "--expect", commitment, name])
        .current_dir(desk.path("."))
        .output()
        .unwrap();
    serde_json::from_slice(&said.stdout).unwrap()
}

/// Id and status of every check, children's behind; signatures are left out, as they need a package.
fn statuses(report: &Value) -> Vec<(String, String)> {
    let checks = report["checks"].as_array().unwrap().iter();
    let mut found: Vec<(String, String)> = checks
        .map(|check| (check["id"].to_string(), check["status"].to_string()))
        .filter(|(id, _)| !["\"C03\"", "\"G04\""].contains(&id.as_str()))
        .collect();
    for child in report["children"].as_array().unwrap() {
        found.extend(statuses(&child["report"]));
    }
    found
}
