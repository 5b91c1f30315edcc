//! Templates as the import and the workbook reader see them.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::BTreeMap;

use super::*;
use crate::import::{
    ImportOptions, ImportReport, ImportedRow, import_officers, import_recusals, import_subjects,
    import_visits, may_be_kept, officer_fields, recusal_fields, subject_fields, visit_fields,
};
use crate::workbook::{Row, Workbook};

type Import = fn(
    &[u8],
    &str,
    &ImportOptions,
    &mut dyn FnMut(u64),
    &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport;

/// Rows of a sheet as text.
fn rows(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let book = Workbook::open(bytes).unwrap();
    let sheet = book.sheet(sheet).unwrap();
    let mut parts = book.parts();
    let mut found = book.rows(&mut parts, sheet).unwrap();
    let (mut row, mut rows) = (Row::default(), Vec::new());
    while found.next_row(&mut row).unwrap() {
        rows.push(row.cells().map(|cell| cell.text.to_owned()).collect());
    }
    rows
}

fn kinds() -> [(ListKind, Import, Vec<&'static str>); 4] {
    let names = |fields: &mut dyn Iterator<Item = (&'static str, &'static [&'static str])>| {
        fields.map(|(name, _)| name).collect()
    };
    [
        (
            ListKind::Subjects,
            import_subjects as Import,
            names(&mut subject_fields()),
        ),
        (
            ListKind::Officers,
            import_officers,
            names(&mut officer_fields()),
        ),
        (
            ListKind::Recusals,
            import_recusals,
            names(&mut recusal_fields()),
        ),
        (ListKind::Visits, import_visits, names(&mut visit_fields())),
    ]
}

#[test]
fn the_import_knows_every_header_and_reads_the_example() {
    for (kind, import, fields) in kinds() {
        let bytes = list_workbook(kind).unwrap();
        let list = kind.list();
        let headers = rows(&bytes, list.sheet);
        assert_eq!(headers.len(), 1, "{kind:?}: nothing but the header row");
        let guide = rows(&bytes, book::GUIDE);
        let examples: BTreeMap<usize, String> = { guide.iter().skip(1) }
            .take(list.columns.len())
            .map(|row| row.get(2).cloned().unwrap_or_default())
            .enumerate()
            .collect();
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&headers[0]).unwrap();
        csv.write_record(examples.values()).unwrap();
        let mut row = BTreeMap::new();
        let report = import(
            &csv.into_inner().unwrap(),
            "t",
            &ImportOptions::default(),
            &mut |_| {},
            &mut |found| {
                row = { found.fields.iter() }
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect();
            },
        );
        let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert!(!report.problems.has_errors(), "{kind:?}: {problems:#?}");
        assert_eq!(report.rows_good, 1, "{kind:?}");
        for (header, field) in &report.columns {
            let known = field.is_some() || !may_be_kept(header);
            assert!(known, "{kind:?}: {header} is left out");
        }
        // What the import requires is marked, and nothing that stands in no column is required.
        for (column, example) in list.columns.iter().zip(examples.values()) {
            assert!(!column.required || !example.is_empty(), "{}", column.header);
        }
        for field in row.keys() {
            assert!(fields.contains(&field.as_str()), "{kind:?}: {field}");
        }
    }
}

#[test]
fn required_columns_are_those_without_which_the_import_refuses() {
    for (kind, import, _) in kinds() {
        let columns = kind.list().columns;
        for left_out in 0..columns.len() {
            // Certificate and expiry stand for the other pair.
            if kind == ListKind::Officers && columns[left_out].cells_are_of_a_certificate() {
                continue;
            }
            let kept = || (0..columns.len()).filter(|index| *index != left_out);
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(kept().map(|index| columns[index].header))
                .unwrap();
            csv.write_record(kept().map(|index| columns[index].example))
                .unwrap();
            let bytes = csv.into_inner().unwrap();
            let options = ImportOptions::default();
            let report = import(&bytes, "t", &options, &mut |_| {}, &mut |_| {});
            let (refused, column) = (report.problems.has_errors(), &columns[left_out]);
            assert_eq!(refused, column.required, "{kind:?}: {}", column.header);
        }
    }
}

impl list::Column {
    fn cells_are_of_a_certificate(&self) -> bool {
        self.header.ends_with("执法证") || self.header == "有效期"
    }
}

#[test]
fn the_same_bytes_at_any_time() {
    let (one, other) = (
        list_workbook(ListKind::Visits),
        list_workbook(ListKind::Visits),
    );
    assert_eq!(one.unwrap(), other.unwrap());
    let text = String::from_utf8_lossy(&plan_workbook("").unwrap()).into_owned();
    assert!(!text.contains("/home/") && !text.contains("/root/"));
}

#[test]
fn headers_are_frozen_ids_are_text_and_lists_drop_down() {
    use std::io::Read;
    let bytes = list_workbook(ListKind::Subjects).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(sheet.contains("state=\"frozen\""), "{sheet}");
    assert!(sheet.contains("A,B,C,D"), "{sheet}");
    // Number format 49 is text (ECMA-376, 18.8.30).
    assert!(part("xl/styles.xml").contains("numFmtId=\"49\""));
    assert!(part("xl/comments1.xml").contains("18位统一社会信用代码"));
}
