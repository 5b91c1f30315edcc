//! The frequency ledger and the templates at the desk.

use crate::desk::Desk;

const HEADERS: &str = "检查编号,统一社会信用代码,检查日期,检查类型,检查人员执法证号,检查状态,检查结果,任务编号,公开日期\n";

/// Ids of the first subjects of the sample and of two officers of the roster.
fn ids(desk: &Desk) -> (Vec<String>, Vec<String>) {
    // The ledger writes the roster in UTF-8.
    desk.write("none.csv", HEADERS);
    ledger(desk, "none.csv", "2026-06-30", "none").done();
    let column = |text: &str, at: usize| -> Vec<String> {
        let rows = text.lines().skip(1).take(4);
        rows.map(|row| {
            row.split(',')
                .nth(at)
                .unwrap()
                .trim_matches(['"', '\t'])
                .to_owned()
        })
        .collect()
    };
    let officers = desk.read("in/officers.csv");
    let rows = officers.lines().skip(1);
    let certificates = rows.filter_map(|row| row.split(',').nth(19).map(str::to_owned));
    let certificates = certificates.filter(|id| id.starts_with("YA") && id.len() == 12);
    (
        column(&desk.read("none/subjects.csv"), 0),
        certificates.take(2).collect(),
    )
}

fn ledger(desk: &Desk, visits: &str, on: &str, out: &str) -> crate::desk::Answer {
    desk.run(&[
        "ledger",
        "--visits",
        visits,
        "--rules",
        "in/ledger.toml",
        "--subjects",
        "in/subjects.csv",
        "--officers",
        "in/officers.csv",
        "--recusals",
        "in/recusals.csv",
        "--on",
        on,
        "--out",
        out,
    ])
}

#[test]
fn settled_visits_exclude_and_sealed_ones_do_not() {
    let desk = Desk::in_the_past();
    let (subjects, officers) = ids(&desk);
    let pair = officers.join("；");
    let (one, two) = (&subjects[0], &subjects[1]);
    let settled = [
        format!("R1,{one},2025-09-01,日常,{pair},已完成,未发现问题,D-1,2025-10-01\n"),
        format!("R2,{one},2025-12-01,日常,{pair},已完成,未发现问题,D-2,2026-01-04\n"),
        format!("R3,{one},2026/3/1,日常,{pair},已完成,未发现问题,D-3,2026-04-01\n"),
    ];
    let sealed = [
        format!("R4,{two},2026-06-01,日常,{pair},已完成,未发现问题,D-4,\n"),
        format!("R5,{one},2026-06-02,日常,{pair},计划,,D-4,\n"),
        // Disclosed on the day after the one that is asked for.
        format!("R6,{two},2026-06-03,日常,{pair},已完成,未发现问题,D-5,2026-07-01\n"),
    ];
    desk.write(
        "visits.csv",
        &format!("{HEADERS}{}{}", settled.concat(), sealed.concat()),
    );
    desk.write("settled.csv", &format!("{HEADERS}{}", settled.concat()));
    ledger(&desk, "visits.csv", "2026-06-30", "all")
        .done()
        .says(&[
            "of 6 visits 3 count",
            "3 are sealed",
            "1 of 240 subjects are excluded",
            "2 pairs",
        ]);
    ledger(&desk, "settled.csv", "2026-06-30", "some").done();
    for file in [
        "subjects.csv",
        "recusals.csv",
        "warnings.csv",
        "exclusions.toml",
    ] {
        let (all, some) = (format!("all/{file}"), format!("some/{file}"));
        assert_eq!(desk.read(&all), desk.read(&some), "{file}");
    }
    let roster = desk.read("all/subjects.csv");
    let marked: Vec<&str> = roster
        .lines()
        .filter(|row| row.contains("visited-6m"))
        .collect();
    assert_eq!(marked.len(), 1, "{marked:?}");
    assert!(
        marked[0].contains(one.as_str()) && marked[0].ends_with("R3,1"),
        "{marked:?}"
    );
    // The day after, one more visit is disclosed.
    ledger(&desk, "visits.csv", "2026-07-01", "later")
        .done()
        .says(&["of 6 visits 4 count", "2 of 240 subjects are excluded"]);

    // The next draw: the plan asks for the ledger's codes, and everything fits.
    let exclusions = desk.read("all/exclusions.toml");
    desk.replace(
        "in/plan.toml",
        "[[strata]]",
        &format!("{exclusions}\n[[strata]]"),
    );
    let inputs = [
        "--plan",
        "in/plan.toml",
        "--subjects",
        "all/subjects.csv",
        "--officers",
        "in/officers.csv",
        "--recusals",
        "all/recusals.csv",
    ];
    desk.run(&[&["check"], &inputs[..]].concat()).done().says(&[
        "excluded by visited-6m (6个月内已接受检查): 0",
        "excluded by cap-premises",
        "ready to be announced",
    ]);
    desk.run(&[&["announce", "--replay", "--out", "draw"], &inputs[..]].concat())
        .done();
}

#[test]
fn a_bad_list_of_visits_leaves_nothing_behind() {
    let desk = Desk::new();
    let (subjects, officers) = ids(&desk);
    let (id, officer) = (&subjects[0], &officers[0]);
    let rows = [
        format!("R1,{id},2026-03-01,巡查,{officer},已完成,未发现问题,,\n"),
        format!("R2,{id},2026-03-01,日常,{officer},已完成,未发现问题,D-1,2026-02-01\n"),
        format!("R3,{id},长期,日常,{officer},已完成,未发现问题,,\n"),
        format!(",{id},2026-03-01,日常,{officer},已完成,未发现问题,,\n"),
        format!("R5,{id},2026-03-01,日常,{officer},完了,未发现问题,,\n"),
    ];
    desk.write("visits.csv", &format!("{HEADERS}{}", rows.concat()));
    ledger(&desk, "visits.csv", "2026-06-30", "out").refused(&[
        "row 2, column 检查类型",
        "日常、个案、专项",
        "row 3, column 公开日期",
        "before the visit of 2026-03-01",
        "row 4, column 检查日期",
        "row 5, column 检查编号",
        "row 6, column 检查状态",
        "5 errors: nothing was written",
    ]);
    desk.replace("in/ledger.toml", "at_most = 4", "at_most = 0");
    ledger(&desk, "none.csv", "2026-06-30", "out").refused(&["in/ledger.toml, line 9", "at_most"]);
    assert_eq!(ledger(&desk, "none.csv", "tomorrow", "out").status, 2);
    assert_eq!(desk.names(), ["in", "none", "none.csv", "visits.csv"]);
}

#[test]
fn templates_are_written_and_a_plan_is_read_from_a_workbook() {
    let desk = Desk::new();
    desk.run(&["template", "--out", "forms"])
        .done()
        .says(&["plan.xlsx"]);
    desk.run(&["template", "--out", "forms"])
        .refused(&["forms exists already"]);
    // The empty plan says in which cells it lacks what.
    let check = |plan: &str| {
        desk.run(&[
            "check",
            "--plan",
            plan,
            "--subjects",
            "in/subjects.csv",
            "--officers",
            "in/officers.csv",
            "--recusals",
            "in/recusals.csv",
        ])
    };
    check("forms/plan.xlsx").refused(&[
        "forms/plan.xlsx 任务 \"抽取时间\": is not filled in",
        "forms/plan.xlsx 分层: has no rows",
    ]);
    // The sample's workbook says what its text says.
    let (text, book) = (check("in/plan.toml").done(), check("in/plan.xlsx").done());
    assert_eq!(text.out, book.out);
    // An empty list is a list.
    desk.run(&[
        "ledger",
        "--visits",
        "forms/visits.xlsx",
        "--rules",
        "in/ledger.toml",
        "--subjects",
        "in/subjects.csv",
        "--on",
        "2026-06-30",
        "--out",
        "empty",
    ])
    .done()
    .says(&["of 0 visits 0 count", "0 of 240 subjects"]);
}
