//! `dispatch simulate`: what it prints and writes, and its exit status.

use serde_json::Value;

use crate::desk::Desk;

#[test]
fn a_plan_that_can_be_staffed_is_reported_and_nothing_else_happens() {
    let desk = Desk::new();
    let answer = desk
        .with_inputs(
            "simulate",
            &["--runs", "40", "--json", "s.json", "--html", "s.html"],
        )
        .done()
        .says(&[
            "40 trial draws (seed \"1\")",
            "exact odds",
            "at cap",
            "even share",
            "most forced pairs",
            "0 of 40 trial draws have open slots",
            "written: s.html",
        ]);
    assert_eq!(desk.names(), ["in", "s.html", "s.json"]);
    let json: Value = serde_json::from_str(&desk.read("s.json")).unwrap();
    assert_eq!(
        (&json["runs"], &json["short_runs"]),
        (&40.into(), &0.into())
    );
    assert_eq!(json["subjects"], 240);
    let page = desk.read("s.html");
    assert!(page.contains("每次都能配齐人员") && !page.contains("<script"));
    #[cfg(unix)]
    for name in ["s.json", "s.html"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(desk.path(name)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name} names people");
    }

    // The same seed, the same tables; another seed, others.
    let again = desk.with_inputs("simulate", &["--runs", "40"]).done();
    let tables = |out: &str| out.split("written").next().unwrap().to_owned();
    assert_eq!(tables(&answer.out), again.out);
    let other = desk.with_inputs("simulate", &["--runs", "40", "--seed", "二"]);
    assert_ne!(other.done().out, again.out);
}

#[test]
fn a_plan_that_cannot_be_staffed_is_status_1_with_remedies_that_mend_it() {
    let desk = Desk::new();
    desk.replace(
        "in/plan.toml",
        "lead = true",
        "lead = true\nskills = [\"计量\", \"药品\"]",
    );
    let answer = desk
        .with_inputs(
            "simulate",
            &["--runs", "30", "--json", "s.json", "--html", "s.html"],
        )
        .refused(&[
            "error [staffing]",
            "skilled in 药品",
            "remedy 1: ",
            "with the first remedy of every group together, 0 of 30 failing runs",
            "not everything can be staffed",
        ]);
    // The report is written all the same: it is what one needs now.
    assert_eq!(desk.names(), ["in", "s.html", "s.json"]);
    assert!(desk.read("s.html").contains("任选其一即可补齐"));
    assert!(answer.out.contains("remedy 2: "));
    let chinese = desk.run_in(
        "zh_CN.UTF-8",
        &[
            "simulate",
            "--plan",
            "in/plan.toml",
            "--subjects",
            "in/subjects.csv",
            "--officers",
            "in/officers.csv",
            "--runs",
            "5",
        ],
    );
    chinese.refused(&["办法1：", "人员配备不足", "抽取概率", "任务上限"]);
}

#[test]
fn faulty_input_or_usage_writes_nothing() {
    let desk = Desk::new();
    desk.write("there.html", "old");
    desk.with_inputs("simulate", &["--html", "there.html"])
        .refused(&["there.html exists already"]);
    assert_eq!(desk.read("there.html"), "old");
    for runs in ["0", "100001", "x"] {
        assert_eq!(desk.with_inputs("simulate", &["--runs", runs]).status, 2);
    }
    desk.replace("in/officers.csv", "市场监管局", "");
    desk.with_inputs("simulate", &["--runs", "5", "--json", "s.json"])
        .refused(&["nothing can be simulated until they are mended"]);
    assert_eq!(desk.names(), ["in", "there.html"]);
}
