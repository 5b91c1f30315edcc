//! Lists as XLSX from end to end: 20,000 rows with every tenth bad, and the marked-up copies.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, Xlsx};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::desk::Desk;

const ROWS: u32 = 20_000;
const HEADERS: [&str; 5] = [
    "统一社会信用代码",
    "企业名称",
    "地区",
    "信用风险等级",
    "成立日期",
];

/// What is wrong with a row of the list, and in which column; the header is row 1.
fn fault(row: u32) -> Option<(&'static str, &'static str)> {
    if row % 10 != 5 {
        return None;
    }
    Some(match row / 10 % 4 {
        0 => ("A", "roster.credit-code-check"),
        1 => ("B", "roster.empty-cell"),
        2 => ("E", "roster.bad-date"),
        _ => ("A", "roster.credit-code-length"),
    })
}

fn cells(row: u32) -> [String; 5] {
    let mut id = code(row);
    let mut name = format!("示例{row}有限公司");
    let mut date = "2020-01-01".to_owned();
    match fault(row).map(|(_, code)| code) {
        Some("roster.credit-code-check") => {
            let wrong = if id.ends_with('0') { '1' } else { '0' };
            id.pop();
            id.push(wrong);
        }
        Some("roster.credit-code-length") => {
            id.pop();
        }
        Some("roster.empty-cell") => name.clear(),
        Some(_) => date = "某日".to_owned(),
        None => {}
    }
    [id, name, "天河区".to_owned(), "A".to_owned(), date]
}

/// A credit code whose check character is found by trial: with it the weighted sum is 0 mod 31.
fn code(row: u32) -> String {
    let alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let value = |c: char| alphabet.find(c).unwrap();
    let body = format!("91440106{row:09}");
    // Horner's rule from the last character, whose weight is highest.
    let sum = body
        .chars()
        .rev()
        .fold(0, |sum, c| (sum * 3 + value(c)) % 31);
    let check = alphabet
        .chars()
        .find(|c| (sum + value(*c)) % 31 == 0)
        .unwrap();
    format!("{body}{check}")
}

/// The list as a workbook, written by hand with inline strings.
fn workbook() -> Vec<u8> {
    let mut sheet = String::from(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    let mut push = |row: u32, cells: &[String]| {
        sheet.push_str(&format!("<row r=\"{row}\">"));
        for (column, text) in ('A'..).zip(cells) {
            sheet.push_str(&format!(
                "<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"
            ));
        }
        sheet.push_str("</row>");
    };
    push(1, &HEADERS.map(str::to_owned));
    for row in 2..ROWS + 2 {
        push(row, &cells(row));
    }
    sheet.push_str("</sheetData></worksheet>");
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml")),
        ("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".to_owned()),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A desk whose list of subjects is the workbook, and the same as CSV.
fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("in/list.xlsx"), workbook()).unwrap();
    let rows = (2..ROWS + 2).map(|row| cells(row).join(","));
    let lines: Vec<String> = std::iter::once(HEADERS.join(",")).chain(rows).collect();
    desk.write("in/list.csv", &lines.join("\r\n"));
    desk
}

fn check(desk: &Desk, list: &str, more: &[&str]) -> crate::desk::Answer {
    let inputs = [
        "check",
        "--plan",
        "in/plan.toml",
        "--officers",
        "in/officers.csv",
        "--subjects",
        list,
    ];
    desk.run(&[&inputs[..], more].concat())
}

#[test]
fn every_bad_row_of_a_large_list_is_told_and_marked() {
    let desk = desk();
    let bad: Vec<u32> = (2..ROWS + 2).filter(|row| fault(*row).is_some()).collect();
    assert_eq!(bad.len(), 2_000);
    for (list, sheet) in [("in/list.xlsx", "名单!"), ("in/list.csv", "")] {
        let answer = check(
            &desk,
            list,
            &["--problems", "all.csv", "--marked-up", "marked"],
        );
        assert_eq!(answer.status, 1);
        let told: Vec<&str> = answer
            .out
            .lines()
            .filter(|line| line.starts_with("error [roster."))
            .collect();
        let due: Vec<String> = bad
            .iter()
            .map(|row| {
                let (column, code) = fault(*row).unwrap();
                if sheet.is_empty() {
                    format!("error [{code}] {list}, row {row}, column ")
                } else {
                    format!("error [{code}] {list}, {sheet}{column}{row}, column ")
                }
            })
            .collect();
        assert_eq!(told.len(), due.len(), "{list}");
        for (told, due) in told.iter().zip(&due) {
            assert!(told.starts_with(due), "{told}");
        }
        let all = desk.read("all.csv");
        assert_eq!(
            all.lines()
                .filter(|line| line.contains(",error,roster."))
                .count(),
            bad.len()
        );
        let left = desk.snapshot("marked");
        let is_copy = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "xlsx");
        assert!(left.keys().all(is_copy), "temporary files are left");
        check_copy(
            &std::fs::read(desk.path("marked/subjects.xlsx")).unwrap(),
            &bad,
        );
        // A copy that was not mended is as bad as the list.
        std::fs::copy(desk.path("marked/subjects.xlsx"), desk.path("again.xlsx")).unwrap();
        let again = check(&desk, "again.xlsx", &[]);
        let told = again
            .out
            .lines()
            .filter(|line| line.starts_with("error [roster."))
            .count();
        assert_eq!(told, bad.len());
        std::fs::remove_dir_all(desk.path("marked")).unwrap();
        std::fs::remove_file(desk.path("all.csv")).unwrap();
    }
}

/// Read by another library: texts, reasons, comments, and the list of problems.
fn check_copy(bytes: &[u8], bad: &[u32]) {
    let mut copy: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let [list, problems, _] = copy.sheet_names().try_into().unwrap();
    let rows = copy.worksheet_range(&list).unwrap();
    let text = |row: u32, column: u32| match rows.get_value((row - 1, column)) {
        None | Some(Data::Empty) => String::new(),
        Some(Data::String(text)) => text.clone(),
        other => panic!("{row}: {other:?}"),
    };
    for row in 2..ROWS + 2 {
        for (column, due) in (0..).zip(cells(row)) {
            assert_eq!(text(row, column), due, "row {row}");
        }
        let is_told = !text(row, 5).is_empty() && !text(row, 6).is_empty();
        assert_eq!(is_told, fault(row).is_some(), "row {row}");
    }
    let problems = copy.worksheet_range(&problems).unwrap();
    let listed: Vec<String> = problems
        .rows()
        .skip(1)
        .map(|cells| cells[3].to_string())
        // What concerns the whole list has no cell.
        .filter(|cell| !cell.is_empty())
        .collect();
    let due: Vec<String> = bad
        .iter()
        .map(|row| format!("{}{row}", fault(*row).unwrap().0))
        .collect();
    assert!(listed == due, "{} listed", listed.len());
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut comments = String::new();
    zip.by_name("xl/comments1.xml")
        .unwrap()
        .read_to_string(&mut comments)
        .unwrap();
    let noted: Vec<&str> = comments
        .split("<comment ref=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(noted == due, "{} noted", noted.len());
}

#[test]
fn copies_say_in_chinese_what_is_wrong() {
    let desk = Desk::new();
    desk.write(
        "in/list.csv",
        "代码,企业名称\r\n91350100M000100Y44,甲\r\n91350100M000100Y43,乙,多余\r\n",
    );
    let answer = desk.run_in(
        "zh_CN.UTF-8",
        &[
            "check",
            "--plan",
            "in/plan.toml",
            "--officers",
            "in/officers.csv",
            "--subjects",
            "in/list.csv",
            "--marked-up",
            "副本",
        ],
    );
    answer.refused(&["带批注的副本在副本：subjects.xlsx"]);
    let bytes = std::fs::read(desk.path("副本/subjects.xlsx")).unwrap();
    let mut zip = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut comments = String::new();
    zip.by_name("xl/comments1.xml")
        .unwrap()
        .read_to_string(&mut comments)
        .unwrap();
    assert!(comments.contains("错误：校验码是4，应为3。"), "{comments}");
    assert!(
        comments.contains("处理办法：18位中有一位写错了"),
        "{comments}"
    );
    let mut copy: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(copy.sheet_names(), ["名单", "问题清单", "说明"]);
    let rows = copy.worksheet_range("名单").unwrap();
    let row: Vec<String> = rows
        .rows()
        .nth(2)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(row[..3], ["91350100M000100Y43", "乙", "多余"]);
    assert_eq!(row[3], "有3个单元格，应为2个");
}

#[test]
fn an_xlsx_list_is_announced_like_its_csv() {
    let desk = Desk::in_the_past();
    // The sample's lists as workbooks: every cell a text.
    let mut copies = BTreeMap::new();
    for name in ["subjects", "officers", "recusals"] {
        let text = std::fs::read(desk.path(&format!("in/{name}.csv"))).unwrap();
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        dispatch_core::import::raw_rows(&text, None, &mut |row| {
            for (column, cell) in (0..).zip(row.cells) {
                let number = u32::try_from(row.number - 1).unwrap();
                sheet.write_string(number, column, *cell).unwrap();
            }
            true
        })
        .unwrap();
        copies.insert(name, book.save_to_buffer().unwrap());
    }
    desk.announce("csv", &["--replay"]).done();
    let rosters = |draw: &str| {
        ["subjects.jsonl", "officers.jsonl"].map(|name| desk.read(&format!("{draw}/{name}")))
    };
    let before = rosters("csv");
    for (name, bytes) in &copies {
        // Read by its content, whatever it is called.
        std::fs::write(desk.path(&format!("in/{name}.csv")), bytes).unwrap();
    }
    desk.announce("xlsx", &["--replay"]).done();
    assert!(rosters("xlsx") == before);
    desk.run(&[
        "announce",
        "--replay",
        "--plan",
        "in/plan.toml",
        "--officers",
        "in/officers.csv",
        "--subjects",
        "in/subjects.csv#Sheet2",
        "--out",
        "none",
    ])
    .refused(&[
        "the workbook has no sheet \"Sheet2\"",
        "one of its sheets: Sheet1",
    ]);
    assert!(!desk.path("none").exists() && !desk.path("none.part").exists());
}

#[test]
fn a_mapping_and_what_must_not_be_overwritten() {
    let desk = Desk::new();
    desk.replace("in/recusals.csv", "执法证号", "回避人编号");
    desk.write(
        "map.toml",
        "[recusals.columns]\n\"回避人编号\" = \"officer\"\n",
    );
    desk.with_inputs("check", &[])
        .refused(&["no column for officer"]);
    desk.with_inputs("check", &["--columns", "map.toml"]).done();
    desk.write("map.toml", "[recusals.columns]\n\"回避\" = officer\n");
    desk.with_inputs("check", &["--columns", "map.toml"])
        .refused(&["map.toml, line 2: "]);
    for option in ["--marked-up", "--problems"] {
        desk.with_inputs("check", &[option, "map.toml"])
            .refused(&["map.toml exists already"]);
    }
}
