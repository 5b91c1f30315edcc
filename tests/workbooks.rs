//! Workbooks that other programs wrote (`tests/workbooks`), read as lists.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;

use dispatch_core::import::{ImportOptions, ImportReport, import_officers, import_subjects};
use dispatch_core::language::Language;
use dispatch_core::problem::Severity;

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("workbooks")
        .join(name);
    fs::read(path).unwrap()
}

/// Rows as `field=value` texts, and the report.
fn subjects(name: &str) -> (Vec<(u64, Vec<String>)>, ImportReport) {
    let mut rows = Vec::new();
    let report = import_subjects(
        &bytes(name),
        name,
        &ImportOptions::default(),
        &mut |_| {},
        &mut |row| {
            let fields = row
                .fields
                .iter()
                .map(|(field, value)| format!("{field}={value}"));
            rows.push((row.line, fields.collect()));
        },
    );
    (rows, report)
}

/// Where and what, of everything graver than a note.
fn told(report: &ImportReport) -> Vec<(String, &str)> {
    let grave = report
        .problems
        .iter()
        .filter(|problem| problem.severity > Severity::Note);
    grave
        .map(|problem| {
            let text = problem.render(Language::English);
            let place = text.split(": ").next().unwrap_or_default().to_owned();
            (place, problem.code())
        })
        .collect()
}

const FIRST: [&str; 10] = [
    "id=91350100M000100Y43",
    "library=特种设备库",
    "licence_from=2020-01-02",
    "licence_issuer=某局",
    "licence_name=生产许可证",
    "licence_number=TS-1",
    "licence_to=9999-09-09",
    "name=甲公司",
    "skills=特种设备;电梯",
    "supervision=特种",
];
const SECOND: [&str; 8] = [
    "id=914403001922038216",
    "library=特种设备库",
    "licence_from=2021-12-31",
    "licence_issuer=某局",
    "licence_name=生产许可证",
    "licence_number=17",
    "licence_to=2026-07-01",
    "name=乙公司（集团）",
];

#[test]
fn a_workbook_of_libreoffice() {
    let (rows, report) = subjects("libreoffice.xlsx");
    assert_eq!(
        (report.sheet.as_deref(), report.header_row),
        (Some("检查对象"), Some(2))
    );
    let mut second = SECOND.to_vec();
    second.push("supervision=特种");
    let due: Vec<(u64, Vec<String>)> = [(3, FIRST.to_vec()), (4, second)]
        .into_iter()
        .map(|(row, fields)| (row, fields.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(rows, due);
    assert_eq!(
        told(&report),
        [
            (
                "libreoffice.xlsx, 检查对象!C5, column 统一社会信用代码/注册号".to_owned(),
                "import.numeric-id"
            ),
            (
                "libreoffice.xlsx, 检查对象".to_owned(),
                "import.hidden-rows"
            ),
        ]
    );
}

#[test]
fn a_workbook_of_openpyxl_has_a_formula_without_its_value() {
    let (rows, report) = subjects("openpyxl.xlsx");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].1, FIRST);
    assert_eq!(
        told(&report),
        [
            (
                "openpyxl.xlsx, 检查对象!J4, column 专业监管".to_owned(),
                "import.cell-uncalculated"
            ),
            (
                "openpyxl.xlsx, 检查对象!C5, column 统一社会信用代码/注册号".to_owned(),
                "import.numeric-id"
            ),
            ("openpyxl.xlsx, 检查对象".to_owned(), "import.hidden-rows"),
        ]
    );
}

#[test]
fn officers_beside_them_keep_their_zeros() {
    for name in ["openpyxl.xlsx", "libreoffice.xlsx"] {
        let mut rows = Vec::new();
        let report = import_officers(
            &bytes(name),
            name,
            &ImportOptions::default(),
            &mut |_| {},
            &mut |row| {
                rows.push(
                    ["id", "expires", "lead"]
                        .map(|field| row.get(field).unwrap_or_default().to_owned()),
                );
            },
        );
        assert_eq!(rows, [["0012345", "2028-01-01", "yes"]]);
        assert_eq!(
            told(&report),
            [(
                format!("{name}, 执法人员!A3, column 执法证号"),
                "import.numeric-id"
            )]
        );
    }
}

#[test]
fn a_workbook_as_excel_writes_it_with_dates_from_1904_and_a_filter() {
    let (rows, report) = subjects("xlsxwriter.xlsx");
    let due = [
        "id=91350100M000100Y43",
        "library=特种设备库",
        "licence_from=2020-01-02",
        "licence_name=生产许可证",
        "licence_number=TS-1",
        "licence_to=9999-09-09",
        "name=甲公司",
    ];
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].1, due);
    assert_eq!(
        told(&report),
        [
            (
                "xlsxwriter.xlsx, 检查对象!C4, column 统一社会信用代码/注册号".to_owned(),
                "import.numeric-id"
            ),
            (
                "xlsxwriter.xlsx, 检查对象!C5, column 统一社会信用代码/注册号".to_owned(),
                "roster.empty-cell"
            ),
            (
                "xlsxwriter.xlsx, 检查对象!D5, column 企业名称".to_owned(),
                "import.cell-error"
            ),
            ("xlsxwriter.xlsx, 检查对象".to_owned(), "import.hidden-rows"),
        ]
    );
    let text = report
        .problems
        .iter()
        .find(|p| p.code() == "import.hidden-rows")
        .unwrap();
    assert!(
        text.message(Language::Chinese)
            .starts_with("有2行是隐藏或被筛选掉的"),
        "{text}"
    );
}

#[test]
fn other_formats_are_refused_with_a_remedy() {
    for (name, code, remedy) in [
        (
            "libreoffice.xls",
            "file.old-workbook",
            "另存为“Excel工作簿（.xlsx）”",
        ),
        (
            "libreoffice.ods",
            "file.not-workbook",
            "另存为“Excel工作簿（.xlsx）”",
        ),
        ("password.xlsx", "file.protected", "取消加密"),
    ] {
        let (rows, report) = subjects(name);
        assert!(rows.is_empty());
        assert_eq!(told(&report).len(), 1, "{name}");
        let problem = report.problems.get(0).unwrap();
        assert_eq!(problem.code(), code, "{name}");
        assert!(problem.remedy(Language::Chinese).contains(remedy), "{name}");
    }
}
