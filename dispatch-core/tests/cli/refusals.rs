//! What cannot be announced, drawn or disclosed, and how the tool says so.

use crate::desk::Desk;

#[test]
fn a_draw_in_earnest_waits_for_its_pulse_and_stays_sealed() {
    let desk = Desk::new();
    desk.write("pulse.json", crate::desk::PULSE);
    desk.announce("draw", &[]).done();
    let before = desk.snapshot("draw");
    desk.run(&["draw", "draw"])
        .refused(&["the draw waits for it", "there is no other source"]);
    // The only pulses there are, are of the past.
    desk.run(&["draw", "draw", "--pulse", "pulse.json"])
        .refused(&[
            "the pulse is of round 30662982",
            "the draw time fixes round",
        ]);
    desk.run(&["disclose", "draw", "--out", "evidence.zip"])
        .refused(&["sealed until 20"]);
    assert!(desk.snapshot("draw") == before);
    assert!(!desk.path("evidence.zip").exists() && !desk.path("evidence.zip.part").exists());
}

#[test]
fn an_announcement_after_the_lead_time_is_refused() {
    let desk = Desk::new();
    // The draw is in 47 to 48 hours.
    desk.replace("in/plan.toml", "lead = \"24h\"", "lead = \"72h\"");
    desk.announce("draw", &[]).refused(&[
        "too late",
        "4320 minutes before",
        "set a later draw time",
    ]);
    assert_eq!(desk.names(), ["in"]);
}

#[test]
fn an_announcement_is_not_overwritten() {
    let desk = Desk::new();
    let first = desk.announce("draw", &[]).done().commitment();
    let before = desk.snapshot("draw");
    desk.announce("draw", &[])
        .refused(&["draw exists already", "choose another name"]);
    assert!(desk.snapshot("draw") == before);
    // Another secret, so another commitment, although everything else is the same.
    assert_ne!(desk.announce("again", &[]).done().commitment(), first);
    desk.run(&["sample", "--out", "in"])
        .refused(&["in exists already"]);
}

#[test]
fn errors_name_file_row_column_and_remedy_and_leave_nothing_half_written() {
    let desk = Desk::new();
    // Rows of the officer file, the header being row 1: a bad date in row 3, no name in row 4.
    let text = desk.read("in/officers.csv");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let spoil = |line: &mut String, column: usize, value: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[column] = value;
        *line = cells.join(",");
    };
    spoil(&mut lines[2], 23, "七月上旬");
    spoil(&mut lines[3], 2, "");
    desk.write("in/officers.csv", &lines.join("\r\n"));
    for command in ["check", "announce"] {
        let more: &[&str] = if command == "announce" {
            &["--out", "draw"]
        } else {
            &[]
        };
        desk.with_inputs(command, more).refused(&[
            "in/officers.csv, row 3, column 请假: \"七月上旬\" is not a leave. Remedy: write it like",
            "in/officers.csv, row 4, column 姓名:",
            "errors: nothing",
        ]);
        assert_eq!(desk.names(), ["in"], "{command}");
    }
}

#[test]
fn an_impossible_plan_is_refused_by_line() {
    let desk = Desk::new();
    desk.replace("in/plan.toml", "quota = \"3%\"", "quota = \"3 in 100\"");
    desk.announce("draw", &[])
        .refused(&["in/plan.toml, line ", "strata[0].quota"]);
    assert_eq!(desk.names(), ["in"]);
    let desk = Desk::new();
    desk.replace("in/plan.toml", "quota = \"3%\"", "quota = 239");
    desk.replace("in/plan.toml", "rounding = \"up\"\n", "");
    desk.announce("draw", &[])
        .refused(&["fewer than the quota", "lower the count"]);
    assert_eq!(desk.names(), ["in"]);
}

#[test]
fn missing_files_are_named() {
    let desk = Desk::new();
    std::fs::remove_file(desk.path("in/officers.csv")).unwrap();
    desk.announce("draw", &[])
        .refused(&["in/officers.csv", "check the name"]);
    assert_eq!(desk.names(), ["in"]);
    desk.run(&["draw", "nowhere"])
        .refused(&["nowhere", "check the name"]);
}

#[test]
fn wrong_usage_has_status_2() {
    let desk = Desk::new();
    let usages: [&[&str]; 6] = [
        &[],
        &["redraw"],
        &["draw"],
        &["announce", "--out", "draw"],
        &["verify", "evidence.zip", "--no-such-option"],
        &["sample", "--subjects", "many", "--out", "x"],
    ];
    for usage in usages {
        let answer = desk.run(usage);
        assert_eq!(answer.status, 2, "{usage:?}: {answer:?}");
        assert!(answer.err.contains("--help"), "{usage:?}: {answer:?}");
    }
    assert_eq!(desk.run(&["--help"]).status, 0);
    assert_eq!(desk.names(), ["in"]);
}

#[test]
fn a_column_that_the_plan_misspells_is_refused() {
    // A sealed column that does not exist would leave the real one published.
    let desk = Desk::new();
    desk.replace(
        "in/plan.toml",
        "# sealed = [\"risk\"]",
        "sealed = [\"信用风险等级\"]",
    );
    desk.announce("draw", &[]).refused(&[
        "[plan.column-header]",
        "subjects.sealed",
        "write risk in the plan",
    ]);
    let desk = Desk::new();
    desk.replace(
        "in/plan.toml",
        "field = \"last_visit\"",
        "field = \"last_visitt\"",
    );
    desk.announce("draw", &[]).refused(&[
        "[plan.column-absent]",
        "exclusions[0].where[0].field",
        "last_visit, last_visit_ref",
    ]);
    assert_eq!(desk.names(), ["in"]);
}

#[test]
fn a_recusal_that_would_have_no_effect_is_refused() {
    let desk = Desk::new();
    let recusals = desk.read("in/recusals.csv");
    let officer = recusals
        .lines()
        .nth(1)
        .and_then(|line| line.split(',').find(|cell| cell.trim().starts_with("YA")));
    desk.replace("in/recusals.csv", officer.unwrap(), "GS0001");
    desk.announce("draw", &[])
        .refused(&["[recusal.unknown-officer]", "row 2", "GS0001"]);
}
