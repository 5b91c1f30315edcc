//! Custodians and the time lock: a draw whose bureau is deleted opens all the same, and what a bureau
//! could have given to hold instead is refused.

use serde_json::Value;

use crate::desk::{Desk, status};

#[path = "custody/campaign.rs"]
mod campaign;
#[path = "custody/refusals.rs"]
mod refusals;

/// A desk with a plan whose draw time is round 1000 and whose disclosure time is round 657413.
fn desk(stages: &str, sealed: &str) -> Desk {
    let desk = Desk::new();
    let pulses = include_str!("../../../tests/vectors/drand-quicknet.tsv");
    for round in ["1000", "1001", "65535", "657413"] {
        let mut lines = pulses.lines();
        let line = lines.find(|line| line.split('\t').next() == Some(round));
        let signature = line.unwrap().split('\t').nth(1).unwrap();
        let text = format!("{{\"round\":{round},\"signature\":\"{signature}\"}}");
        desk.write(&format!("{round}.json"), &text);
    }
    let plan = PLAN.replace("@STAGES@", stages).replace("@SEALED@", sealed);
    desk.write("in/plan.toml", &plan);
    for (name, out) in [("市财政局", "keys"), ("市公证处", "notary")] {
        desk.run(&["custodian", "new", "--name", name, "--out", out])
            .done()
            .says(&["give ", "custodian.json to the bureau"]);
    }
    desk
}

/// Announced for replay with two custodians and a time lock.
fn announced(stages: &str, sealed: &str) -> Desk {
    let desk = desk(stages, sealed);
    desk.announce(
        "draw",
        &[
            "--replay",
            "--timelock",
            "--custodian",
            "keys/custodian.json",
            "--custodian",
            "notary/custodian.json",
        ],
    )
    .done()
    .says(&[
        "have 市财政局 run `dispatch custodian acknowledge`",
        "locked to the disclosure time",
    ]);
    desk
}

fn report(desk: &Desk, bundle: &str) -> Value {
    let answer = desk.run(&["verify", bundle, "--json"]);
    serde_json::from_str(&answer.out).unwrap()
}

#[test]
fn a_draw_opens_without_its_bureau() {
    let desk = announced("", "[\"risk\"]");
    desk.acknowledge("draw").done().says(&[
        "it opens, and all of it is what was announced",
        "says nothing of it",
    ]);
    let announcement: Value = serde_json::from_str(&desk.read("draw/announcement.json")).unwrap();
    let note = desk.read("note.txt");
    let custody = &announcement["custody"];
    let mut lines = note.lines();
    assert_eq!(lines.next(), Some("dispatch/acknowledgement/1"));
    assert_eq!(lines.nth(1), custody["file"].as_str());
    assert_eq!(custody["custodians"].as_array().unwrap().len(), 2);
    assert!(note.contains("\n\n\u{2014} custodian-"));

    desk.run(&["draw", "draw", "--pulse", "1000.json"]).done();
    let disclose = ["disclose", "draw", "--timelock", "657413.json", "--out"];
    desk.run(&[&disclose[..], &["theirs.zip"]].concat()).done();
    desk.run(&[&disclose[..], &["theirs-auditor.zip", "--auditor"]].concat())
        .done();
    desk.publish("draw", "public");
    std::fs::remove_dir_all(desk.path("draw")).unwrap();

    // Either custodian opens both forms, byte for byte as the bureau does.
    for (keys, form, theirs) in [
        ("keys", None, "theirs.zip"),
        ("notary", Some("--auditor"), "theirs-auditor.zip"),
    ] {
        let mut arguments = vec![
            "open",
            "public",
            "--custodian",
            keys,
            "--pulse",
            "1000.json",
        ];
        arguments.extend(["--timelock", "657413.json", "--out", "opened.zip"]);
        arguments.extend(form);
        desk.run(&arguments).done().says(&["anybody can check it"]);
        let bytes = |name| std::fs::read(desk.path(name)).unwrap();
        assert!(bytes("opened.zip") == bytes(theirs), "{theirs}");
        std::fs::remove_file(desk.path("opened.zip")).unwrap();
    }
    let verified = report(&desk, "theirs.zip");
    assert_eq!(verified["verdicts"]["public"], "pass");
    assert_eq!(status(&verified, "K02"), "pass");

    // The time lock opens the rest for anybody.
    let open = [
        "open",
        "public",
        "--timelock",
        "657413.json",
        "--pulse",
        "1000.json",
    ];
    let answer = desk.run(&[&open[..], &["--out", "anybody.zip"]].concat());
    let opened = report(&desk, "anybody.zip");
    let told = if status(&opened, "D06") == "pass" {
        0
    } else {
        1
    };
    assert_eq!(answer.status, told, "{answer:?}");
    for id in ["A01", "B08", "D01", "D02", "D03", "K02"] {
        assert_eq!(status(&opened, id), "pass", "{id}");
    }
}

#[test]
fn a_recusal_that_matters_keeps_the_time_lock_from_opening_all() {
    let desk = desk("", "[]");
    // Every second officer is recused from every subject.
    desk.announce("probe", &["--replay"]).done();
    let ids = |name: &str| -> Vec<String> {
        let lines = desk.read(&format!("probe/{name}.jsonl"));
        let id = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["id"].as_str().unwrap().to_owned()
        };
        lines.lines().map(id).collect()
    };
    let mut list = "统一社会信用代码,执法证号,回避原因\n".to_owned();
    for subject in ids("subjects") {
        for officer in ids("officers").iter().step_by(2) {
            list.push_str(&format!("{subject},{officer},近亲属\n"));
        }
    }
    desk.write("in/recusals.csv", &list);
    desk.announce(
        "draw",
        &[
            "--replay",
            "--timelock",
            "--custodian",
            "keys/custodian.json",
        ],
    )
    .done();
    desk.run(&["draw", "draw", "--pulse", "1000.json"]).done();
    desk.run(&[&ANYBODY[..], &["--out", "anybody.zip"]].concat())
        .refused(&[
            "a recusal had an effect on the teams",
            "D01 to D03",
            "D06 fails",
        ]);
    let opened = report(&desk, "anybody.zip");
    assert_eq!(status(&opened, "D06"), "fail");
    for id in ["D01", "D02", "D03", "K02"] {
        assert_eq!(status(&opened, id), "pass", "{id}");
    }
    desk.run(&[&CUSTODIAN[..], &["--out", "whole.zip"]].concat())
        .done();
    assert_eq!(status(&report(&desk, "whole.zip"), "D06"), "pass");
    // Without the pulse of the time lock K02 is not judged.
    assert_eq!(status(&report(&desk, "whole.zip"), "K02"), "skipped");
}

#[test]
fn sealed_strata_need_a_custodian() {
    let desk = announced("", "[\"region\"]");
    desk.run(&["draw", "draw", "--pulse", "1000.json"]).done();
    desk.run(&[&ANYBODY[..], &["--out", "anybody.zip"]].concat())
        .refused(&["depend on sealed columns", "only a custodian"]);
    assert!(!desk.path("anybody.zip").exists());
    desk.run(&[&CUSTODIAN[..], &["--out", "whole.zip"]].concat())
        .done();
}

/// Opens `draw` with the time lock alone.
const ANYBODY: [&str; 6] = [
    "open",
    "draw",
    "--timelock",
    "657413.json",
    "--pulse",
    "1000.json",
];
/// Opens `draw` as the custodian of `keys`.
const CUSTODIAN: [&str; 6] = [
    "open",
    "draw",
    "--custodian",
    "keys",
    "--pulse",
    "1000.json",
];

const PLAN: &str = r#"draw = "CUSTODY-1"
sequence = 1
title = "密钥保管示例"
authority = "广州市市场监督管理局"
temporary_reason = "示例"
[schedule]
draw_time = "2023-08-23T15:59:24Z"
window_start = 2023-08-24
window_end = 2023-09-14
disclosure_time = "2023-09-15T11:00:03Z"
stages = [@STAGES@]
[subjects]
sealed = @SEALED@
[[matters]]
code = "GS-01"
name = "登记事项检查"
basis = "《中华人民共和国市场主体登记管理条例》"
kind = "general"
[[strata]]
name = "天河"
quota = 4
where = [{ field = "region", in = ["天河区", "越秀区", "荔湾区", "白云区"] }]
[[strata]]
name = "其余"
quota = 9
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
[[seed]]
kind = "drand"
"#;
