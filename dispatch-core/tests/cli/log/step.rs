//! Plans, voids, and changes of keys.

use std::fs;

use crate::desk::Desk;

const BODY: &str = "广州市市场监督管理局";

#[test]
fn a_plan_and_what_it_allows() {
    let desk = Desk::new();
    desk.new_log();
    desk.write("plan.pdf", "年度计划");
    desk.write(
        "draws.csv",
        "\u{feff}抽取编号,最迟日期,名称\nB-2,2026-10-31,二\nA-1,2026-09-30,一\n",
    );
    let plan = [
        "--body",
        BODY,
        "--year",
        "2026",
        "--document",
        "plan.pdf",
        "--draws",
        "draws.csv",
    ];
    desk.log("plan", &plan).done().says(&["0 plan"]);
    desk.log("plan", &plan)
        .refused(&["give the reason why it is changed"]);
    desk.log("plan", &[&plan[..], &["--reason", "增加"]].concat())
        .done();
    let hash = super::sha256(&desk.path("plan.pdf"));
    assert!(desk.path("log/documents").join(hash).exists());
    for (text, part) in [
        ("draw,latest\nA,2026-09-30\n", "has no column title"),
        (
            "draw,latest,title\nA,2026-09-30,x\nA,2026-09-30,y\n",
            "is there twice",
        ),
        ("draw,latest,title\nA,2026-02-30,x\n", "draws is malformed"),
        ("draw,latest,title\n", "draws is malformed"),
    ] {
        desk.write("draws.csv", text);
        desk.log("plan", &[&plan[..], &["--reason", "又"]].concat())
            .refused(&[part]);
    }
    // A planned draw that was not announced.
    let void = |draw: &str, proposer: &str, approver: &str| {
        let people = [
            "--draw",
            draw,
            "--proposer",
            proposer,
            "--approver",
            approver,
        ];
        desk.log("void", &[&people[..], &["--reason", "不再需要"]].concat())
    };
    void("A-1", "甲", "甲").refused(&["the same person"]);
    void("C-3", "甲", "乙").refused(&["no draw C-3"]);
    void("A-1", "甲", "乙").done();
    void("A-1", "甲", "乙").refused(&["was voided"]);
    desk.check().done();
}

#[test]
fn nothing_is_voided_from_the_draw_time_on() {
    let desk = Desk::new();
    desk.new_log();
    desk.announce("draw", &[]).done();
    desk.log("draw", &["draw"]).done();
    let plan = desk.read("in/plan.toml");
    let id = { plan.lines() }
        .find_map(|line| line.strip_prefix("draw = \""))
        .unwrap();
    let id = id.trim_end_matches('"');
    let void = [
        "--draw",
        id,
        "--proposer",
        "甲",
        "--approver",
        "乙",
        "--reason",
        "名录有误",
    ];
    // An announcement as it would stand in the log of a draw whose time has come.
    let entry = fs::read(desk.path("log/tile/entries/000.p/1")).unwrap();
    let entry = String::from_utf8(entry[2..].to_vec()).unwrap();
    let time = entry.find("\"draw_time\":\"").unwrap() + 13;
    let past = format!("{}2026-07-23{}", &entry[..time], &entry[time + 10..]);
    desk.run(&[
        "log",
        "new",
        "past",
        "--origin",
        "past",
        "--keys",
        "keys-past",
    ])
    .done();
    desk.write("past.jsonl", &(past + "\n"));
    let key = ["--key", "keys-past/log.key"];
    desk.run(&[&["log", "append", "past", "past.jsonl"], &key[..]].concat())
        .done();
    desk.run(&[&["log", "void", "past"], &key[..], &void[..]].concat())
        .refused(&["the draw time", "is past"]);
    // Two days before it, it can be; after that nothing of the draw is logged.
    desk.log("void", &void).done();
    desk.check().done().says(&["2 entries"]);
}

#[test]
fn the_key_of_the_log_is_replaced_in_the_log() {
    let desk = Desk::new();
    let old = desk.new_log();
    desk.write("one.jsonl", &super::entries("甲局", 1, 1));
    desk.log("append", &["one.jsonl"]).done();
    let made = desk.run(&[
        "log",
        "new",
        "unused",
        "--origin",
        super::ORIGIN,
        "--keys",
        "new-keys",
    ]);
    let made = made.done();
    let new = { made.out.lines() }.find(|line| line.trim().starts_with("log.example/gz+"));
    let new = new.unwrap().trim();
    desk.write("two.jsonl", &super::entries("甲局", 2, 1));
    let with_new = [
        "log",
        "append",
        "log",
        "--key",
        "new-keys/log.key",
        "two.jsonl",
    ];
    desk.run(&with_new)
        .refused(&["no entry of the log names it"]);
    let change = [
        "--body",
        "甲局",
        "--holder",
        "log",
        "--old",
        &old,
        "--new",
        new,
        "--reason",
        "年度更换",
    ];
    desk.log("key", &change).done().says(&["1 key"]);
    desk.write("two.jsonl", &super::entries("甲局", 3, 1));
    desk.run(&with_new).done();
    // Both keys are in the policy of those who verify what came before and what came after.
    desk.write("policy", &format!("log {old}\nlog {new}\nquorum none\n"));
    desk.run(&["log", "policy", "log", "policy"]).done();
    desk.check().done().says(&["3 entries"]);
    desk.write("policy", &format!("log {old}\nquorum none\n"));
    desk.run(&["log", "policy", "log", "policy"])
        .refused(&["present key"]);
    desk.run(&["log", "check", "log", "--policy", "policy"])
        .refused(&["checkpoints/3: no log key of the policy"]);
    let none = ["--body", "甲局", "--holder", "witness", "--reason", "无"];
    assert_eq!(desk.log("key", &none).status, 2);
}
