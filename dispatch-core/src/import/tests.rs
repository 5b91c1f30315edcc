//! Whole files through the import, each with rows whose fate is known beforehand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

use super::*;
use crate::language::Language;
use crate::problem::Severity;

mod many_errors;
mod workbooks;

type Row = (u64, Vec<(String, String)>);
type Import = fn(
    &[u8],
    &str,
    &ImportOptions,
    &mut dyn FnMut(u64),
    &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport;

fn read(import: Import, bytes: &[u8], options: &ImportOptions) -> (ImportReport, Vec<Row>) {
    let mut rows = Vec::new();
    let mut done = 0;
    let report = import(
        bytes,
        "f.csv",
        options,
        &mut |bytes| done = bytes,
        &mut |row| {
            let fields = row
                .fields
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()));
            rows.push((row.line, fields.collect()));
        },
    );
    assert_eq!(done, u64::try_from(bytes.len()).unwrap());
    assert_eq!(report.rows_good, u64::try_from(rows.len()).unwrap());
    (report, rows)
}

fn subjects(text: &str) -> (ImportReport, Vec<Row>) {
    read(import_subjects, text.as_bytes(), &ImportOptions::default())
}

fn officers(text: &str) -> (ImportReport, Vec<Row>) {
    let options = ImportOptions {
        valid_through: Some("2026-12-31".to_owned()),
        ..ImportOptions::default()
    };
    read(import_officers, text.as_bytes(), &options)
}

/// Row, column and code of every problem of at least this severity.
fn found(report: &ImportReport, severity: Severity) -> Vec<(u64, &str, &str)> {
    let grave = report
        .problems
        .iter()
        .filter(|problem| problem.severity >= severity);
    grave
        .map(|p| {
            (
                p.row.unwrap_or(0),
                p.column.as_deref().unwrap_or(""),
                p.code(),
            )
        })
        .collect()
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

const HUAWEI_LIKE: &str = "914403001922038216";
const EXAMPLE: &str = "91350100M000100Y43";

#[test]
fn the_object_template_of_twelve_columns() {
    let text = format!(
        "序号,专项库名称,统一社会信用代码/注册号,企业名称,许可证名称,编号,批准日期,有效期至（长期=9999-09-09）,\
         发证机关,专业监管,专业资质资格,配备专家(组长)\r\n\
         1,特种设备库,{EXAMPLE},甲公司,生产许可证,ＴＳ-1,2020/1/2,长期,某局,特种,特种设备、电梯,否\r\n"
    );
    let (report, rows) = subjects(&text);
    assert_eq!(found(&report, Severity::Warning), []);
    let expected = pairs(&[
        ("id", EXAMPLE),
        ("library", "特种设备库"),
        ("licence_from", "2020-01-02"),
        ("licence_issuer", "某局"),
        ("licence_name", "生产许可证"),
        ("licence_number", "TS-1"),
        ("licence_to", "9999-09-09"),
        ("name", "甲公司"),
        ("skills", "特种设备;电梯"),
        ("supervision", "特种"),
    ]);
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(expected, sorted);
    assert_eq!(rows, [(2, expected)]);
    assert_eq!(report.columns[0], ("序号".to_owned(), None));
    assert_eq!(
        report.columns[5],
        ("编号".to_owned(), Some("licence_number".to_owned()))
    );
}

#[test]
fn the_minimal_list_and_unknown_columns() {
    let text = format!(
        "企业名称\t代码\t登记机关\t管辖单位\t联系电话\t备注\t行业代码\t\n甲\t{EXAMPLE}\t某局\t某所\t1380\tx\tF51\t\n"
    );
    let options = ImportOptions {
        extra_columns: vec!["行业代码".to_owned(), "无此列".to_owned()],
        ..ImportOptions::default()
    };
    let (report, rows) = read(import_subjects, text.as_bytes(), &options);
    let expected = pairs(&[
        ("authority", "某局"),
        ("id", EXAMPLE),
        ("name", "甲"),
        ("office", "某所"),
        ("行业代码", "F51"),
    ]);
    assert_eq!(rows, [(2, expected)]);
    assert_eq!(
        found(&report, Severity::Note),
        [
            (0, "", "import.encoding"),
            (1, "联系电话", "import.personal-column"),
            (1, "备注", "import.left-out-column"),
            (1, "", "import.extra-column-absent"),
        ]
    );
}

const OFFICER_HEADER: &str = "序号,单位工号,姓名,身份证号,手机号,学历,岗位大类,岗位管辖片区,从事本岗起始日期,\
    岗位资质资格,是否专家,执法事项范围,地区,层级,部门/机构,担任职务,工作单位,工商执法证,有效期,省政府执法证,有效期";

#[test]
fn the_officer_template_takes_the_provincial_certificate_first() {
    let text = format!(
        "{OFFICER_HEADER}\r\n\
         1,G1,张三,44,13,本科,综合,石牌,2015/3/1,特种设备,是,登记、广告,天河区,区,市场监管局,科员,某所,GS1,2027-1-1,YA1,2028.5.6\r\n\
         2,G2,李四,44,13,本科,综合,石牌,2015/3/1,,否,,天河区,区,市场监管局,科员,某所,GS2,2027-1-1,,\r\n\
         3,G3,王五,44,13,本科,综合,石牌,2015/3/1,,否,,天河区,区,市场监管局,科员,某所,GS3,2027-1-1,YA3,\r\n\
         4,G4,赵六,44,13,本科,综合,石牌,2015/3/1,,否,,天河区,区,市场监管局,科员,某所,,,YA4,2026-12-30\r\n\
         5,G5,钱七,44,13,本科,综合,石牌,2015/3/1,,否,,天河区,区,市场监管局,科员,某所,,,,\r\n"
    );
    let (report, rows) = officers(&text);
    let id = |row: usize| {
        (
            rows[row].0,
            rows[row].1.iter().find(|f| f.0 == "id").unwrap().1.clone(),
        )
    };
    assert_eq!(rows.len(), 3);
    assert_eq!(
        [id(0), id(1), id(2)],
        [(2, "YA1".into()), (3, "GS2".into()), (5, "YA4".into())]
    );
    assert!(
        rows[0]
            .1
            .contains(&("expires".to_owned(), "2028-05-06".to_owned()))
    );
    assert!(
        rows[0]
            .1
            .contains(&("expert".to_owned(), "专家".to_owned()))
    );
    assert!(
        rows[0]
            .1
            .contains(&("matters".to_owned(), "广告;登记".to_owned()))
    );
    assert!(
        rows[1]
            .1
            .contains(&("expires".to_owned(), "2027-01-01".to_owned()))
    );
    assert_eq!(
        found(&report, Severity::Warning),
        [
            (4, "有效期", "roster.empty-cell"),
            (5, "有效期", "roster.expired-certificate"),
            (6, "有效期", "roster.empty-cell"),
            (6, "工商执法证", "roster.empty-cell"),
        ]
    );
    let personal = report
        .problems
        .iter()
        .filter(|p| p.code() == "import.personal-column")
        .count();
    assert_eq!(personal, 3);
}

#[test]
fn a_column_for_leads_limits_and_leaves() {
    let text = "执法证号,姓名,部门,有效期,组长,任务上限,请假\n\
        A1,甲,市场监管局,2028-01-01,是,3,2026-07-05至2026-07-09\n\
        A2,乙,市场监管局,2028-01-01,也许,3.5,2026-07-09/2026-07-05\n";
    let (report, rows) = officers(text);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].1.contains(&("lead".to_owned(), "yes".to_owned())));
    assert!(
        rows[0]
            .1
            .contains(&("leave".to_owned(), "2026-07-05/2026-07-09".to_owned()))
    );
    assert_eq!(
        found(&report, Severity::Warning),
        [
            (3, "组长", "roster.bad-yes-no"),
            (3, "请假", "roster.leave-reversed"),
            (3, "任务上限", "roster.bad-limit"),
        ]
    );
}

#[test]
fn recusals_are_pairs() {
    let text = format!(
        "统一社会信用代码,执法证号,回避事由\n{EXAMPLE},ya1,亲属关系\n{EXAMPLE},YA1,曾任职\n\
         {EXAMPLE},YA2,曾任职\n91350100M000100Y44,YA2,曾任职\n{HUAWEI_LIKE},YA2,\n"
    );
    let (report, rows) = read(import_recusals, text.as_bytes(), &ImportOptions::default());
    let expected = pairs(&[
        ("officer", "YA1"),
        ("reason", "亲属关系"),
        ("subject", EXAMPLE),
    ]);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], (2, expected));
    assert_eq!(
        found(&report, Severity::Note)[1..],
        [
            (2, "执法证号", "import.normalised"),
            (3, "统一社会信用代码", "recusal.duplicate"),
            (5, "统一社会信用代码", "roster.credit-code-check"),
            (6, "回避事由", "roster.empty-cell"),
        ]
    );
}

#[test]
fn wrong_headers_name_what_is_accepted() {
    let (report, rows) = subjects("企业名称,名称,地区\n甲,乙,丙\n");
    assert!(rows.is_empty());
    assert_eq!(
        found(&report, Severity::Error),
        [
            (1, "", "import.repeated-column"),
            (1, "", "import.missing-column")
        ]
    );
    let texts: Vec<_> = report
        .problems
        .iter()
        .map(|p| p.render(Language::English))
        .collect();
    assert!(
        texts[1].contains("columns \"企业名称\" and \"名称\" both mean name"),
        "{texts:?}"
    );
    assert!(texts[2].contains("统一社会信用代码、"), "{texts:?}");
    let (report, _) = officers("执法证号,工商执法证,有效期,姓名,部门\nA,B,2028-01-01,甲,局\n");
    assert_eq!(
        found(&report, Severity::Error),
        [(1, "", "import.repeated-column")]
    );
}

#[test]
fn gb18030_with_four_byte_characters() {
    // Header 代码,企业名称; then a name of U+3402-plane, U+20087 and 有限公司.
    let mut bytes =
        b"\xb4\xfa\xc2\xeb,\xc6\xf3\xd2\xb5\xc3\xfb\xb3\xc6\r\n91350100M000100Y43,".to_vec();
    bytes.extend(b"\x95\x32\x90\x31\xd3\xd0\xcf\xde\xb9\xab\xcb\xbe\r\n");
    bytes.extend(b"914403001922038216,\xd3\xd0\xcf\r\n");
    let (report, rows) = read(import_subjects, &bytes, &ImportOptions::default());
    assert_eq!(report.encoding, Some(TextEncoding::Gb18030));
    assert_eq!(
        rows,
        [(2, pairs(&[("id", EXAMPLE), ("name", "\u{20087}有限公司")]))]
    );
    assert_eq!(
        found(&report, Severity::Error),
        [(3, "企业名称", "import.malformed-text")]
    );
}

#[test]
fn a_byte_order_mark_and_stray_blanks() {
    let (report, rows) = subjects(&format!(
        "\u{feff}代码,企业名称\r\n{EXAMPLE},\u{3000}甲 \r\n,\r\n"
    ));
    assert_eq!(report.encoding, Some(TextEncoding::Utf8WithMark));
    assert_eq!(rows, [(2, pairs(&[("id", EXAMPLE), ("name", "甲")]))]);
    assert_eq!(
        (report.rows_read, report.rows_good, report.trimmed_cells),
        (1, 1, 1)
    );
    assert_eq!(report.problems.len(), 1);
}

#[test]
fn other_files_are_refused_by_name() {
    for (bytes, code) in [
        (&b"PK\x03\x04rest"[..], "workbook.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.old-workbook"),
        (b"id,name\n1,a\0b\n", "file.nul-byte"),
        (b"", "file.empty"),
        (b"\xff\xfei\0d\0", "file.not-csv"),
    ] {
        let (report, _) = read(import_subjects, bytes, &ImportOptions::default());
        assert_eq!(
            report.problems.iter().map(|p| p.code()).collect::<Vec<_>>(),
            [code]
        );
    }
}
