//! What cells mean.

use super::file::{File, rows};
use crate::workbook::ValueKind::{self, Bool, Date, Empty, Error, Number, Text, Uncalculated};
use crate::workbook::{Row, Workbook};

fn cells(file: &File) -> Vec<(ValueKind, String)> {
    let rows = rows(&file.pack()).unwrap();
    assert_eq!(rows.len(), 1);
    rows[0].1.clone()
}

fn due(cells: &[(ValueKind, &str)]) -> Vec<(ValueKind, String)> {
    cells
        .iter()
        .map(|(kind, text)| (*kind, (*text).to_owned()))
        .collect()
}

#[test]
fn strings_of_every_kind() {
    let file = File::with_rows(
        r#"<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c>
        <c r="D3" t="inlineStr"><is><r><t>内</t></r><r><t xml:space="preserve"> 联</t></r><rPh sb="0" eb="1"><t>NEI</t></rPh></is></c>
        <c r="E3" t="str"><f>A3&amp;"x"</f><v>甲&lt;x&#33;</v></c><c r="F3" t="s"><v>3</v></c>
        <c r="H3" t="inlineStr"><is><t><![CDATA[a<b]]></t></is><v>9</v></c></row>"#,
    )
    .strings(
        r#"<si><t>甲</t></si><si><r><rPr><b/></rPr><t>富</t></r><r><t xml:space="preserve"> 文本</t></r></si>
        <si><t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh><phoneticPr fontId="1"/></si><si><t></t></si>"#,
    );
    let expected = due(&[
        (Text, "甲"),
        (Text, "富 文本"),
        (Text, "東京"),
        (Text, "内 联"),
        (Text, "甲<x!"),
        (Empty, ""),
        (Empty, ""),
        (Text, "a<b"),
    ]);
    assert_eq!(cells(&file), expected);
}

#[test]
fn numbers_dates_booleans_and_errors() {
    let body = r#"<row><c><v>3</v></c><c s="1"><v>46204</v></c><c s="2"><v>46204.375</v></c><c t="b"><v>1</v></c>
        <c t="b"><v>0</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f>A1*2</f><v>6</v></c><c s="3"><v>0.5</v></c>
        <c t="d"><v>2026-07-01T00:00:00Z</v></c><c><v>9.1350100000000002E+17</v></c><c s="1"/><c s="4"><v>1.5</v></c></row>"#;
    let styles = r#"<numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>
        <numFmt numFmtId="177" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="20"/><xf numFmtId="177"/></cellXfs>"#;
    let mut file = File::with_rows(body).styles(styles);
    let with = |day: &str, moment: &str| {
        due(&[
            (Number, "3"),
            (Date, day),
            (Date, moment),
            (Bool, "TRUE"),
            (Bool, "FALSE"),
            (Error, "#DIV/0!"),
            (Number, "6"),
            (Date, "12:00:00"),
            (Date, "2026-07-01"),
            (Number, "913501000000000000"),
            (Empty, ""),
            (Number, "1.5"),
        ])
    };
    assert_eq!(cells(&file), with("2026-07-01", "2026-07-01 09:00:00"));
    file.replace(
        "xl/workbook.xml",
        "<workbookPr/>",
        "<workbookPr date1904=\"1\"/>",
    );
    assert_eq!(cells(&file), with("2030-07-02", "2030-07-02 09:00:00"));
}

#[test]
fn formulas_without_a_value_are_not_empty_cells() {
    let file = File::with_rows(
        r#"<row><c><f>A2</f><v></v></c><c><f>A2</f></c><c t="str"><f>A2</f><v></v></c><c><f>1</f><v>1</v></c></row>"#,
    );
    let expected = due(&[
        (Uncalculated, ""),
        (Uncalculated, ""),
        (Empty, ""),
        (Number, "1"),
    ]);
    assert_eq!(cells(&file), expected);
}

#[test]
fn rows_without_numbers_hidden_rows_and_merged_cells() {
    let file = File::with_sheet(
        r#"<cols><col min="1" max="1" width="9"/><col min="2" max="3" hidden="1"/></cols><sheetData>
        <row><c><v>1</v></c></row><row/><row hidden="1"><c><v>2</v></c></row>
        <row r="9" hidden="1"><c r="B9" s="0"/></row></sheetData>
        <mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>"#,
    );
    let bytes = file.pack();
    let workbook = Workbook::open(&bytes).unwrap();
    let sheet = workbook.sheet(" 名单").unwrap();
    assert!(!sheet.is_hidden);
    let mut parts = workbook.parts();
    let mut reader = workbook.rows(&mut parts, sheet).unwrap();
    let mut row = Row::default();
    let mut found = Vec::new();
    while reader.next_row(&mut row).unwrap() {
        found.push((row.number(), row.is_hidden(), row.cell(0).text.to_owned()));
    }
    assert_eq!(
        found,
        [(1, false, "1".to_owned()), (3, true, "2".to_owned())]
    );
    assert_eq!(
        [1, 2, 3, 4].map(|column| reader.is_column_hidden(column)),
        [false, true, true, false]
    );
    assert_eq!(
        reader
            .merged()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["A1:B2"]
    );
}

#[test]
fn prefixes_and_strange_paths() {
    let mut file = File::with_rows("");
    file.set(
        "xl/worksheets/sheet1.xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"#,
    );
    for (path, _) in &mut file.parts {
        *path = path.replace("worksheets/sheet1", "WorkSheets\\Sheet1");
    }
    assert_eq!(cells(&file), due(&[(Text, "甲")]));
}
