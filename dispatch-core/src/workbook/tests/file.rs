//! Workbooks written by hand: XML as it stands, packed by the archive library.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::problem::ProblemKind;
use crate::workbook::{Row, ValueKind, Workbook};

/// Parts by path; sheet, strings and styles may be changed before packing.
pub(crate) struct File {
    pub(crate) parts: Vec<(String, Vec<u8>)>,
}

impl File {
    /// One visible sheet 名单 with these rows, as XML.
    pub(crate) fn with_rows(rows: &str) -> Self {
        Self::with_sheet(&format!("<sheetData>{rows}</sheetData>"))
    }

    /// The same with everything inside the worksheet.
    pub(crate) fn with_sheet(inside: &str) -> Self {
        let mut file = Self { parts: Vec::new() };
        file.set("_rels/.rels", RELS);
        file.set("xl/workbook.xml", BOOK);
        file.set("xl/_rels/workbook.xml.rels", BOOK_RELS);
        file.set(
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet {SPACE}>{inside}</worksheet>"),
        );
        file.styles("")
    }

    pub(crate) fn set(&mut self, path: &str, xml: &str) {
        self.parts.retain(|(name, _)| name != path);
        self.parts.push((path.to_owned(), xml.as_bytes().to_vec()));
    }

    /// Adds a sheet with these rows; `state` is visible, hidden or veryHidden.
    pub(crate) fn and_sheet(mut self, name: &str, state: &str, rows: &str) -> Self {
        let number = self
            .parts
            .iter()
            .filter(|(path, _)| path.contains("/sheet"))
            .count()
            + 1;
        let path = format!("xl/worksheets/sheet{number}.xml");
        self.set(
            &path,
            &format!("<worksheet {SPACE}><sheetData>{rows}</sheetData></worksheet>"),
        );
        let tab = format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"s{number}\" state=\"{state}\"/></sheets>"
        );
        self.replace("xl/workbook.xml", "</sheets>", &tab);
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
        let relation = format!(
            "<Relationship Id=\"s{number}\" Type=\"{kind}\" Target=\"/{path}\"/></Relationships>"
        );
        self.replace("xl/_rels/workbook.xml.rels", "</Relationships>", &relation);
        self
    }

    pub(crate) fn replace(&mut self, path: &str, from: &str, to: &str) {
        let part = self.parts.iter().find(|(name, _)| name == path).unwrap();
        let text = String::from_utf8(part.1.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        self.set(path, &text.replacen(from, to, 1));
    }

    pub(crate) fn strings(mut self, items: &str) -> Self {
        self.set(
            "xl/sharedStrings.xml",
            &format!("<sst {SPACE}>{items}</sst>"),
        );
        self
    }

    pub(crate) fn styles(mut self, inside: &str) -> Self {
        self.set(
            "xl/styles.xml",
            &format!("<styleSheet {SPACE}>{inside}</styleSheet>"),
        );
        self
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (path, bytes) in &self.parts {
            zip.start_file(path.as_str(), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

/// A row of inline strings, in columns from A on; empty texts make no cell.
pub(crate) fn text_row(row: u32, texts: &[&str]) -> String {
    let cells = texts.iter().zip('A'..).filter(|(text, _)| !text.is_empty());
    let cells: String = cells
        .map(|(text, column)| {
            format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
        })
        .collect();
    format!("<row r=\"{row}\">{cells}</row>")
}

pub(crate) type Found = (u32, Vec<(ValueKind, String)>);

/// All rows of the first sheet.
pub(crate) fn rows(bytes: &[u8]) -> Result<Vec<Found>, ProblemKind> {
    let workbook = Workbook::open(bytes)?;
    let mut parts = workbook.parts();
    let mut reader = workbook.rows(&mut parts, &workbook.sheets()[0])?;
    let mut row = Row::default();
    let mut rows = Vec::new();
    while reader.next_row(&mut row)? {
        let cells = row.cells().map(|cell| (cell.kind, cell.text.to_owned()));
        rows.push((row.number(), cells.collect()));
    }
    Ok(rows)
}

pub(crate) const SPACE: &str =
    "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";

const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

const BOOK_RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="/xl/styles.xml"/></Relationships>"#;
