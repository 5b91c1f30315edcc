//! Plan workbooks against plan texts, and the places of their faults.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use rust_xlsxwriter::Workbook as Writer;

use super::form::{TABLES, TASK};
use super::*;
use crate::sample_plan::{SamplePlan, sample_plan};
use crate::template::plan_workbook;

fn sample() -> String {
    sample_plan(1000, &SamplePlan::around(1_784_792_310).unwrap())
}

/// What a workbook lacks, as place and English message.
fn faults(bytes: &[u8]) -> Vec<(String, String)> {
    let faults = read(bytes).unwrap_err();
    let plain = |fault: SheetFault| (fault.place(Language::Chinese), fault.message.english);
    faults.into_iter().map(plain).collect()
}

#[test]
fn the_sample_plan_is_the_same_as_text_and_as_workbook() {
    let text = sample();
    let book = plan_workbook(&text).unwrap();
    assert_eq!(read(&book).unwrap(), read_text(&text).unwrap());
}

#[test]
fn everything_a_plan_can_say_comes_back() {
    // Every key of docs/plan.md but the alternatives that say the same.
    let text = r#"
draw = "D-9"
sequence = 9
title = "标题"
authority = "某局"
temporary_reason = "专项"
repeats = "9d341721cc09ec43bcd1bd17a9f018d8278190c54c19e5db131b06a7ae423933"
[subjects]
ids = "other"
sealed = ["risk"]
columns = ["网格", "面积"]
[officers]
sealed = ["title"]
[schedule]
draw_time = 2026-07-23T07:38:30Z
lead = "90m"
window_start = 2026-08-01
window_end = 2026-08-31
disclosure_time = 2026-09-02T09:00:00+08:00
stages = [2026-08-10T09:00:00+08:00, 2026-08-20T09:00:00+08:00]
[[matters]]
code = "M1"
name = "一"
basis = "法"
kind = "key"
ceiling = "1/3"
[[exclusions]]
code = "e"
label = "l"
basis = "b"
reference = "exclusion_ref"
where = [{ field = "exclusion", has_any = ["a", "b"] }, { field = "网格", not_in = ["", "x"] }]
[[strata]]
name = "甲"
quota = "2.25%"
rounding = "down"
minimum = 3
where = [{ field = "region", prefix = "4401" }, { field = "established", at_most = 2025-01-01 }]
[[strata]]
name = "乙"
quota = 120
[team]
slack = 0
min_days = 4
group = [{ officer = "region", subject = "网格" }]
[[team.slots]]
name = "组长"
department = "某局"
count = 2
lead = true
skills = ["s1", "s2"]
matters = ["M1"]
match = [{ officer = "unit", rule = "differ", subject = "office" }, { officer = "skills", rule = "covers", subject = "skills" }]
[[team.slots]]
name = "专家"
department = "院"
role = "expert"
expert = "药品GMP"
[[seed]]
kind = "drand"
[[seed]]
kind = "public-numbers"
name = "双色球"
published = "网站"
time = 2026-07-24T21:00:00+08:00
shape = "set"
from = 1
to = 33
count = 6
bits = 20
[[seed]]
kind = "contribution"
body = "司法局"
hash = "9d341721cc09ec43bcd1bd17a9f018d8278190c54c19e5db131b06a7ae423933"
outside = true
"#;
    let due = read_text(text).unwrap();
    let book = plan_workbook(text).unwrap();
    assert_eq!(read(&book).unwrap(), due);
    let grouped = text.replace(
        "group = [{ officer = \"region\", subject = \"网格\" }]",
        "group_by = [\"region\"]",
    );
    let book = plan_workbook(&grouped).unwrap();
    assert_eq!(read(&book).unwrap(), read_text(&grouped).unwrap());
}

#[test]
fn every_key_of_the_plan_text_has_a_cell() {
    // The text reader names the keys it knows when it meets one that it does not.
    let known = |text: &str| -> Vec<String> {
        let faults = read_text(text).unwrap_err();
        let says = faults
            .iter()
            .find_map(|f| f.message.english.split_once("known here: "));
        says.unwrap().1.split(", ").map(str::to_owned).collect()
    };
    let has = |path: &str| {
        let table = TABLES.iter().find(|t| {
            path.strip_prefix(t.path)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        TASK.iter().any(|f| f.key == path)
            || table.is_some_and(|t| {
                t.fields.iter().any(|f| {
                    Some(f.key) == path.strip_prefix(t.path).and_then(|r| r.strip_prefix('.'))
                })
            })
    };
    let same = ["schedule.lead_minutes", "schedule.stage_lead_minutes"];
    let opened = [
        "subjects",
        "officers",
        "schedule",
        "matters",
        "exclusions",
        "strata",
        "team",
        "seed",
        "exclusions.where",
        "strata.where",
        "children",
        "children.where",
        "parent",
        "team.slots",
        "team.group",
        "team.slots.match",
    ];
    let long = "x".repeat(70);
    for (section, text) in [
        ("", format!("{long} = 1\n")),
        ("subjects", format!("[subjects]\n{long} = 1\n")),
        ("officers", format!("[officers]\n{long} = 1\n")),
        ("schedule", format!("[schedule]\n{long} = 1\n")),
        ("matters", format!("[[matters]]\n{long} = 1\n")),
        ("exclusions", format!("[[exclusions]]\n{long} = 1\n")),
        ("strata", format!("[[strata]]\n{long} = 1\n")),
        ("children", format!("[[children]]\n{long} = 1\n")),
        ("parent", format!("[parent]\n{long} = 1\n")),
        ("team", format!("[team]\n{long} = 1\n")),
        ("team.slots", format!("[[team.slots]]\n{long} = 1\n")),
        (
            "team.slots.match",
            format!("[[team.slots]]\n[[team.slots.match]]\n{long} = 1\n"),
        ),
        ("seed", format!("[[seed]]\n{long} = 1\n")),
    ] {
        for key in known(&text) {
            let path = if section.is_empty() {
                key
            } else {
                format!("{section}.{key}")
            };
            let fine = has(&path) || same.contains(&&*path) || opened.contains(&&*path);
            assert!(fine, "plan::spreadsheet::form has no line for {path}");
        }
    }
}

#[test]
fn an_empty_template_lacks_what_is_required_and_says_where() {
    let found = faults(&plan_workbook("").unwrap());
    for (place, message) in [
        (
            "任务 “任务编号”",
            "is not filled in; write something like 440106-2026-0007",
        ),
        (
            "任务 “抽取时间”",
            "is not filled in; write something like 2026-07-23 15:38:30",
        ),
        ("分层", "has no rows; fill in at least one"),
        ("席位", "has no rows; fill in at least one"),
    ] {
        let due = (place.to_owned(), message.to_owned());
        assert!(found.contains(&due), "{due:?} is not in {found:#?}");
    }
}

/// The sample with cells changed or added.
fn changed(changes: &[(&str, u32, u16, &str)]) -> Vec<u8> {
    let cells = cells(&sample()).unwrap();
    let mut book = Writer::new();
    let mut write = |name: &str, mut rows: Vec<Vec<String>>| {
        for (_, row, column, cell) in changes.iter().filter(|(sheet, ..)| *sheet == name) {
            let (row, column) = (usize::try_from(*row).unwrap(), usize::from(*column));
            rows.resize(rows.len().max(row + 1), Vec::new());
            let width = rows[row].len().max(column + 1);
            rows[row].resize(width, String::new());
            rows[row][column] = (*cell).to_owned();
        }
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                let is_changed = changes.contains(&(name, row, column, &*cell));
                match cell.parse::<f64>() {
                    Ok(number) if is_changed => sheet.write_number(row, column, number).unwrap(),
                    _ => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
    };
    let task = TASK.iter().zip(cells.task);
    let task = task.map(|(field, cell)| vec![field.header.to_owned(), cell]);
    write(TASK_SHEET, task.collect());
    for (table, rows) in TABLES.iter().zip(cells.tables) {
        let heading = table
            .fields
            .iter()
            .map(|field| field.header.to_owned())
            .collect();
        write(table.sheet, std::iter::once(heading).chain(rows).collect());
    }
    write("草稿", Vec::new());
    book.save_to_buffer().unwrap()
}

#[test]
fn faults_name_sheet_and_cell() {
    assert!(read(&changed(&[])).is_ok());
    for (change, place, says) in [
        (
            ("分层", 1, 1, "三成"),
            "分层!B2 “抽取比例或数量”",
            "is not a part",
        ),
        (
            ("分层", 1, 1, "1"),
            "分层!B2 “抽取比例或数量”",
            "can mean 100%",
        ),
        (("分层", 2, 5, "大于"), "分层!F3 “判断”", "write one of"),
        (("分层", 2, 6, ""), "分层!F3 “判断”", "no value to compare"),
        (
            ("分层", 3, 0, "A类（信用风险低）"),
            "分层",
            "more than once",
        ),
        (("席位", 2, 1, ""), "席位!B3 “部门”", "is not filled in"),
        (
            ("席位", 1, 5, "也许"),
            "席位!F2 “任组长”",
            "write one of: 是、否",
        ),
        (("席位", 0, 6, "技 巧"), "席位!G1", "unknown column"),
        (
            ("抽查事项", 2, 4, "120%"),
            "抽查事项!E3 “比例上限”",
            "more than the whole",
        ),
        (
            ("任务", 14, 1, "下周三"),
            "任务!B15 “抽取时间”",
            "is not a time",
        ),
        (("任务", 2, 0, "名字"), "任务!A3", "unknown item"),
        (
            ("任务", 30, 0, "任务名称"),
            "任务!A31 “任务名称”",
            "given twice",
        ),
        (("草稿", 4, 2, "备忘"), "草稿", "is not a sheet of a plan"),
    ] {
        let found = faults(&changed(&[change]));
        let hit = found
            .iter()
            .any(|(at, message)| at == place && message.contains(says));
        assert!(hit, "{place}, {says}: {found:#?}");
        // One mistake brings one complaint, except that a label out of place also leaves a gap.
        let most = if says.starts_with("unknown") { 2 } else { 1 };
        assert!(found.len() <= most, "{found:#?}");
    }
}

#[test]
fn a_percentage_typed_as_a_number_is_exact() {
    let plan = read(&changed(&[("分层", 1, 1, "0.052")])).unwrap().plan;
    let crate::plan::Quota::Ratio {
        numerator,
        denominator,
        ..
    } = plan.strata[0].quota
    else {
        unreachable!()
    };
    assert_eq!((numerator, denominator), (13, 250));
}

#[test]
fn what_is_no_workbook_is_refused_with_its_reason() {
    let found = faults(b"PK\x03\x04 broken");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "");
}
