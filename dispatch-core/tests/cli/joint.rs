//! A joint campaign of three departments, from workbooks to one bundle that both verifiers accept:
//! the initiator draws subjects and two officers, the fire service sends two to every visit, the
//! health office one to visits in two districts; then a stage with a subject that closed down, a
//! recusal that an enterprise asked for, and an officer who is on other duty.

use std::path::Path;
use std::process::Command;

use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;

use crate::desk::Desk;

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
    desk.run(&["papers", "parent", "--out", "papers"]).done();
    assert!(desk.read("papers/record.html").contains("退出对象1户"));
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
            "none of this kind",
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
    desk.run(&["disclose", "parent", "--out", "early.zip"])
        .refused(&["stage 1 was published and is not drawn"]);
    desk.run(&["draw", "parent", "--stage", "1", "--pulse", "1002.json"])
        .refused(&["fixes round 65535"]);
    desk.run(&["draw", "parent", "--stage", "1", "--pulse", "65535.json"])
        .done()
        .says(&["publish stage-1-result.json now"]);
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
        desk.run(&[&["stage", child, "--parent-stage", "1"], more].concat())
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

/// Who fell out, who came instead, and whose team changed are told so, with every department's team.
fn why_me(desk: &Desk) {
    let ids = |name: &str| -> Vec<String> {
        let text = desk.read(name);
        let rows = text.lines().skip(1);
        rows.map(|line| line.split(',').nth(1).unwrap().to_owned())
            .collect()
    };
    let (before, after) = (
        ids("parent/secret/drawn.csv"),
        ids("parent/secret/stage-1-drawn.csv"),
    );
    let explain = |id: &str| desk.run(&["explain", "evidence.zip", id]).done();
    explain(&before[0]).says(&["stage 1   fell out: deregistered", "result    not drawn"]);
    let new = after.iter().find(|id| !before.contains(id)).unwrap();
    let told = explain(new).says(&[
        "stage 1   drawn with ticket",
        "result    drawn",
        "joint     消防救援大队",
    ]);
    assert!(told.out.matches("| sha256sum").count() == 2, "{}", told.out);
    explain(&before[1]).says(&["stage 1   its team was changed", "result    drawn"]);
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

/// The desk of all three: the sample's lists as workbooks, plans, rosters, pulses.
fn desk() -> Desk {
    let desk = Desk::new();
    workbook(&desk, "in/subjects");
    workbook(&desk, "in/officers");
    desk.write("parent.toml", PARENT);
    for (name, department, letter) in [
        ("fire", "消防救援大队", "XF"),
        ("health", "卫生健康局", "WJ"),
    ] {
        let mut list = "执法证号,姓名,部门,有效期\n".to_owned();
        for number in 0..14 {
            list.push_str(&format!(
                "{letter}{number:08},张{number},{department},2030-12-31\n"
            ));
        }
        desk.write(&format!("{name}.csv"), &list);
    }
    let pulses = include_str!("../../../tests/vectors/drand-quicknet.tsv");
    for round in ["1000", "1001", "1002", "65535", "65536", "657413"] {
        let line = pulses
            .lines()
            .find(|line| line.split('\t').next() == Some(round))
            .unwrap();
        let signature = line.split('\t').nth(1).unwrap();
        desk.write(
            &format!("{round}.json"),
            &format!("{{\"round\":{round},\"signature\":\"{signature}\"}}"),
        );
    }
    desk
}

/// A CSV of the sample as a workbook with every cell as text, as people save it.
fn workbook(desk: &Desk, name: &str) {
    let bytes = std::fs::read(desk.path(&format!("{name}.csv"))).unwrap();
    let text = match String::from_utf8(bytes.clone()) {
        Ok(text) => text,
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new().set_num_format("@");
    for (row, record) in reader.records().enumerate() {
        for (column, cell) in record.unwrap().iter().enumerate() {
            let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            sheet
                .write_string_with_format(row, column, cell, &plain)
                .unwrap();
        }
    }
    book.save(desk.path(&format!("{name}.xlsx"))).unwrap();
}

fn child_plan(
    desk: &Desk,
    draw: &str,
    department: &str,
    count: u64,
    parent: &str,
    times: (&str, &str),
) {
    let (draw_time, stage) = times;
    let text = format!(
        r#"draw = "JOINT-1-{draw}"
sequence = 1
title = "联合抽查派员"
authority = "{department}"
temporary_reason = "联合抽查"
parent = {{ child = "{department}", commitment = "{parent}" }}
[schedule]
draw_time = "{draw_time}"
window_start = 2023-08-24
window_end = 2023-09-20
disclosure_time = "2023-09-21T00:00:00Z"
stages = ["{stage}"]
[[matters]]
code = "M-1"
name = "联合检查"
basis = "部门规章"
kind = "key"
[team]
[[team.slots]]
name = "检查人员"
department = "{department}"
count = {count}
[[seed]]
kind = "drand"
"#
    );
    desk.write(&format!("{draw}.toml"), &text);
}

const PARENT: &str = r#"draw = "JOINT-1"
sequence = 1
title = "2023年度跨部门联合抽查"
authority = "广州市市场监督管理局"
temporary_reason = "联合抽查"
[schedule]
draw_time = "2023-08-23T15:59:24Z"
window_start = 2023-08-24
window_end = 2023-09-20
disclosure_time = "2023-09-21T00:00:00Z"
stages = ["2023-08-25T21:46:09Z"]
[[matters]]
code = "GS-01"
name = "登记事项检查"
basis = "《中华人民共和国市场主体登记管理条例》"
kind = "general"
[[strata]]
name = "高风险"
quota = "10%"
rounding = "up"
where = [{ field = "risk", in = ["C", "D"] }]
[[strata]]
name = "其余"
quota = 9
[[children]]
name = "消防救援大队"
draw = "JOINT-1-fire"
officers = 2
[[children]]
name = "卫生健康局"
draw = "JOINT-1-health"
officers = 1
where = [{ field = "region", in = ["天河区", "越秀区", "荔湾区", "白云区", "番禺区"] }]
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
[[seed]]
kind = "drand"
"#;
