//! Lists as XLSX: the same as from CSV, and what only workbooks have.

use super::*;
use crate::workbook::tests::file::{File, text_row};

fn of_sheet(rows: &[&[&str]]) -> File {
    let rows: String = (1..)
        .zip(rows)
        .map(|(row, cells)| text_row(row, cells))
        .collect();
    File::with_rows(&rows)
}

fn subjects_of(file: &File, options: &ImportOptions) -> (ImportReport, Vec<Row>) {
    read(import_subjects, &file.pack(), options)
}

fn of_file(file: &File) -> (ImportReport, Vec<Row>) {
    subjects_of(file, &ImportOptions::default())
}

fn english(report: &ImportReport, code: &str) -> String {
    let problem = report
        .problems
        .iter()
        .find(|problem| problem.code() == code);
    problem
        .unwrap_or_else(|| panic!("no {code}: {:?}", report.problems))
        .render(Language::English)
}

#[test]
fn a_list_gives_the_same_from_both_kinds_of_file() {
    let rows: [&[&str]; 9] = [
        &["代码", "企业名称", "成立日期", "备注", "联系电话"],
        &[EXAMPLE, "甲公司", "2020/1/2", "x", "1"],
        &["９１４４０３００1922038216", "\u{3000}乙 ", "长期", "", ""],
        &["91350100M000100Y44", "丙", "2020-02-30", "", ""],
        &[EXAMPLE, "丁", "2020-01-01", "", ""],
        &["", "", "", "", ""],
        &["91350100M000", "", "", "", ""],
        &["9.13501E+17", "戊\u{200e}己\u{202e}", "", "", ""],
        &["914403001922038216", "庚", "", "", ""],
    ];
    let text: String = rows.iter().map(|cells| cells.join(",") + "\r\n").collect();
    let (csv, csv_rows) = subjects(&text);
    let (xlsx, xlsx_rows) = of_file(&of_sheet(&rows));
    assert_eq!(xlsx_rows, csv_rows);
    assert_eq!(xlsx_rows.len(), 2);
    let without_encoding = |report: &ImportReport| {
        let mut problems = found(report, Severity::Note)
            .into_iter()
            .map(|(row, column, code)| (row, column.to_owned(), code.to_owned()))
            .collect::<Vec<_>>();
        problems.retain(|(.., code)| code != "import.encoding");
        problems
    };
    assert_eq!(without_encoding(&xlsx), without_encoding(&csv));
    assert_eq!(
        (xlsx.rows_read, xlsx.trimmed_cells, xlsx.encoding),
        (csv.rows_read, csv.trimmed_cells, None)
    );
    assert_eq!(xlsx.columns, csv.columns);
    assert!(english(&xlsx, "roster.bad-date").starts_with("f.csv, 名单!C4, column 成立日期: "));
    let chinese = xlsx
        .problems
        .iter()
        .find(|p| p.code() == "roster.duplicate-id")
        .unwrap();
    let text = chinese.render(Language::Chinese);
    assert!(
        text.starts_with("f.csv 名单!A5 “代码”列：91350100M000100Y43与第2行重复"),
        "{text}"
    );
}

#[test]
fn ids_that_are_numbers_are_refused_by_cell() {
    let head = text_row(1, &["代码", "企业名称", "编号", "地区"]);
    let rows = format!(
        "{head}<row r=\"2\"><c r=\"A2\"><v>9.1350100000000002E+17</v></c><c r=\"B2\"><v>2026</v></c><c r=\"C2\"><v>17</v></c></row>\
         <row r=\"3\"><c r=\"A3\"><f>B3</f><v>440101000123456</v></c><c r=\"B3\" t=\"str\"><v>甲</v></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"str\"><v>{EXAMPLE}</v></c><c r=\"B4\"><v>2026</v></c><c r=\"C4\"><v>0.10000000000000001</v></c></row>\
         <row r=\"5\"><c r=\"A5\" t=\"str\"><v>{HUAWEI_LIKE}</v></c><c r=\"B5\" t=\"e\"><v>#REF!</v></c><c r=\"C5\"><v>12345678901234567890</v></c></row>"
    );
    let (report, rows) = of_file(&File::with_rows(&rows));
    let expected = pairs(&[("id", EXAMPLE), ("licence_number", "0.1"), ("name", "2026")]);
    assert_eq!(rows, [(4, expected)]);
    assert_eq!(
        found(&report, Severity::Error),
        [
            (2, "代码", "import.numeric-id"),
            (3, "代码", "import.numeric-id"),
            (5, "编号", "import.long-number"),
            (5, "企业名称", "import.cell-error"),
        ]
    );
    let text = english(&report, "import.numeric-id");
    assert!(
        text.starts_with(
            "f.csv, 名单!A2, column 代码: the number stands as the numeric value 9.13501E+17"
        ),
        "{text}"
    );
    assert!(text.contains("format the column as text"), "{text}");
    let head = text_row(1, &["执法证号", "姓名", "部门", "有效期"]);
    let row = "<row r=\"2\"><c r=\"A2\"><v>1001</v></c><c r=\"B2\" t=\"str\"><v>甲</v></c><c r=\"C2\" t=\"str\"><v>局</v></c><c r=\"D2\" s=\"1\"><v>46204</v></c></row>";
    let file = File::with_rows(&format!("{head}{row}"))
        .styles("<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>");
    let (report, _) = read(import_officers, &file.pack(), &ImportOptions::default());
    assert_eq!(
        found(&report, Severity::Error),
        [(2, "执法证号", "import.numeric-id")]
    );
}

#[test]
fn titles_above_and_headers_of_two_rows() {
    let rows: String = [
        text_row(1, &["检查对象名录库"]),
        text_row(2, &["制表单位：某局", "", "2026年7月"]),
        text_row(4, &["序号", "企业名称", "统一社会信用代码", "许可证"]),
        text_row(
            5,
            &[
                "",
                "",
                "",
                "许可证名称",
                "编号",
                "有效期至（长期=9999-09-09）",
            ],
        ),
        text_row(6, &["1", "甲", EXAMPLE, "生产许可证", "A-1", "长期"]),
    ]
    .concat();
    let file = File::with_sheet(&format!(
        "<sheetData>{rows}</sheetData><mergeCells><mergeCell ref=\"A1:F1\"/><mergeCell ref=\"B4:B5\"/><mergeCell ref=\"D4:F4\"/></mergeCells>"
    ));
    let (report, rows) = of_file(&file);
    assert_eq!(found(&report, Severity::Warning), []);
    assert_eq!(report.header_row, Some(5));
    let expected = pairs(&[
        ("id", EXAMPLE),
        ("licence_name", "生产许可证"),
        ("licence_number", "A-1"),
        ("licence_to", "9999-09-09"),
        ("name", "甲"),
    ]);
    assert_eq!(rows, [(6, expected)]);
    assert!(english(&report, "import.header-below-title").contains("row 5"));
}

#[test]
fn the_sheet_with_the_header_is_chosen() {
    let list = [
        text_row(1, &["代码", "企业名称"]),
        text_row(2, &[EXAMPLE, "甲"]),
    ]
    .concat();
    let officers = text_row(1, &["执法证号", "姓名", "部门", "有效期", "地区", "编号"]);
    let other = text_row(1, &["填表说明"]);
    let named = |sheet: &str| ImportOptions {
        sheet: Some(sheet.to_owned()),
        ..ImportOptions::default()
    };
    let file = File::with_rows(&other)
        .and_sheet("人员", "visible", &officers)
        .and_sheet("对象", "visible", &list)
        .and_sheet("旧", "hidden", &list);
    let (report, rows) = of_file(&file);
    assert_eq!(rows.len(), 1);
    assert_eq!(report.sheet.as_deref(), Some("对象"));
    assert!(english(&report, "import.sheet-chosen").contains("not read: 名单、人员、旧"));
    let (report, rows) = subjects_of(&file, &named("旧"));
    assert_eq!((rows.len(), report.sheet.as_deref()), (1, Some("旧")));
    let (report, rows) = subjects_of(&file, &named("新"));
    assert!(rows.is_empty());
    assert!(
        english(&report, "import.sheet-unknown")
            .contains("one of its sheets: 名单、人员、对象、旧")
    );
    let file = file.and_sheet("对象2", "visible", &list);
    let (report, rows) = of_file(&file);
    assert!(rows.is_empty());
    let text = english(&report, "import.sheet-ambiguous");
    assert!(
        text.contains("对象、对象2") && text.contains("f.csv#对象2"),
        "{text}"
    );
    let (report, _) = of_file(&File::with_rows(&other).and_sheet("x", "visible", &other));
    assert_eq!(
        found(&report, Severity::Error),
        [(0, "", "import.header-absent")]
    );
    // The only sheet is taken for the list, so that what is missing can be said.
    let (report, _) = of_file(&of_sheet(&[&["单位", "企业名称"], &["1", "甲"]]));
    assert_eq!(
        found(&report, Severity::Error),
        [(1, "", "import.missing-column")]
    );
    assert_eq!(
        found(&of_file(&File::with_rows("")).0, Severity::Error),
        [(0, "", "import.header-absent")]
    );
}

#[test]
fn hidden_rows_and_merged_cells_are_told() {
    let head = text_row(1, &["代码", "企业名称", "地区", "备注"]);
    let hide = |row: String| row.replacen("<row ", "<row hidden=\"1\" ", 1);
    let rows = [
        head,
        text_row(2, &[EXAMPLE, "甲", "天河区"]),
        hide(text_row(3, &[HUAWEI_LIKE, "乙"])),
        hide(text_row(4, &["", "", "", ""])),
        hide(text_row(5, &["9144030071526726XG", "丙"])),
        text_row(6, &["", "", "", " "]),
    ]
    .concat();
    let file = File::with_sheet(&format!(
        "<cols><col min=\"3\" max=\"3\" hidden=\"1\"/><col min=\"4\" max=\"9\" hidden=\"1\"/></cols>\
         <sheetData>{rows}</sheetData><mergeCells><mergeCell ref=\"C2:C3\"/><mergeCell ref=\"D2:D3\"/></mergeCells>"
    ));
    let (report, rows) = of_file(&file);
    assert_eq!(rows.len(), 3);
    assert_eq!(report.rows_read, 3);
    let told = &found(&report, Severity::Note)[1..];
    assert_eq!(
        told,
        [
            (0, "", "import.hidden-rows"),
            (1, "地区", "import.hidden-column"),
            (2, "地区", "import.merged-cells"),
        ]
    );
    assert!(
        english(&report, "import.hidden-rows")
            .contains("2 hidden or filtered rows were read like all others, the first is row 3")
    );
    assert!(
        english(&report, "import.merged-cells")
            .starts_with("f.csv, 名单!C2, column 地区: the cells C2:C3 are merged")
    );
}

#[test]
fn a_mapping_goes_before_what_is_known() {
    let mappings = Mappings::read(
        "[subjects]\nignore = [\"名称\"]\nkeep = [\"行业 代码\", \"手机\"]\n[subjects.columns]\n\"单位编码\" = \"id\"\n\"单位全称\" = \"name\"\n\"证件号码\" = \"licence_number\"\n",
    )
    .unwrap();
    let options = ImportOptions {
        mapping: mappings.subjects,
        ..ImportOptions::default()
    };
    let rows: [&[&str]; 2] = [
        &[
            "单位编码",
            "单位全称",
            "名称",
            "行业代码",
            "手机",
            "证件号码",
            "地区",
        ],
        &[EXAMPLE, "甲公司", "甲", "F51", "138", "z-1", "天河区"],
    ];
    let text: String = rows.iter().map(|cells| cells.join(",") + "\n").collect();
    let expected = pairs(&[
        ("id", EXAMPLE),
        ("licence_number", "z-1"),
        ("name", "甲公司"),
        ("region", "天河区"),
        ("行业代码", "F51"),
    ]);
    for bytes in [text.into_bytes(), of_sheet(&rows).pack()] {
        let (report, rows) = read(import_subjects, &bytes, &options);
        assert_eq!(rows, [(2, expected.clone())]);
        let notes = found(&report, Severity::Note);
        assert!(
            notes.contains(&(1, "手机", "import.personal-column")),
            "{notes:?}"
        );
        assert!(
            !notes.iter().any(|(_, column, _)| *column == "名称"),
            "{notes:?}"
        );
    }
    let bad =
        Mappings::read("[subjects.columns]\n\"无此列\" = \"name\"\n\"代码\" = \"id2\"\n").unwrap();
    let options = ImportOptions {
        mapping: bad.subjects,
        ..ImportOptions::default()
    };
    let (report, rows) = read(import_subjects, "代码,企业名称\n1,2\n".as_bytes(), &options);
    assert!(rows.is_empty());
    assert_eq!(
        found(&report, Severity::Error),
        [
            (1, "", "import.missing-column"),
            (1, "", "import.mapped-header-absent"),
            (1, "", "import.mapped-field-unknown"),
        ]
    );
    assert!(
        english(&report, "import.mapped-field-unknown")
            .contains("write one of: address, authority")
    );
}

#[test]
fn the_officer_template_as_a_workbook() {
    let mut rows = vec![OFFICER_HEADER.split(',').map(str::trim).collect::<Vec<_>>()];
    rows.push("1,G1,张三,44,13,本科,综合,石牌,2015/3/1,特种设备,是,登记、广告,天河区,区,市场监管局,科员,某所,GS1,2027-1-1,YA1,2028.5.6".split(',').collect());
    rows.push(
        "2,G2,李四,44,13,本科,综合,石牌,2015/3/1,,否,,天河区,区,市场监管局,科员,某所,GS2,2027-1-1"
            .split(',')
            .collect(),
    );
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let (report, rows) = read(
        import_officers,
        &of_sheet(&rows).pack(),
        &ImportOptions::default(),
    );
    assert_eq!(found(&report, Severity::Warning), []);
    let value = |row: usize, name: &str| {
        rows[row]
            .1
            .iter()
            .find(|(field, _)| field == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!([value(0, "id"), value(0, "expires")], ["YA1", "2028-05-06"]);
    assert_eq!([value(1, "id"), value(1, "expires")], ["GS2", "2027-01-01"]);
}

#[test]
fn a_fault_in_the_middle_ends_the_reading() {
    let rows: String = (2..40).map(|row| text_row(row, &["S1", "甲"])).collect();
    let file = File::with_rows(&format!(
        "{}{rows}<row r=\"3\"/>",
        text_row(1, &["代码", "企业名称"])
    ));
    let (report, _) = of_file(&file);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.code() == "workbook.damaged")
    );
    assert_eq!(report.rows_read, 38 - 38 % 3);
}

#[test]
fn raw_rows_have_the_same_numbers() {
    let file = of_sheet(&[&["代码", "企业名称"], &["", ""], &["1", "甲", "x"]]);
    let csv = "代码,企业名称\r\n\r\n1,甲,x\r\n";
    for bytes in [file.pack(), csv.as_bytes().to_vec()] {
        let mut rows = Vec::new();
        raw_rows(&bytes, None, &mut |row| {
            rows.push((row.number, row.cells.join("|")));
            true
        })
        .unwrap();
        assert_eq!(
            rows,
            [(1, "代码|企业名称".to_owned()), (3, "1|甲|x".to_owned())]
        );
    }
}
