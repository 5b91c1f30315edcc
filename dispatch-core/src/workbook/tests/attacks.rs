//! Files made to exhaust memory or time, and files that are something else.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::file::{File, SPACE, rows};
use crate::problem::ProblemKind;
use crate::workbook::{Limits, Workbook};

fn code(bytes: &[u8]) -> &'static str {
    rows(bytes).map_or_else(|kind| kind.code(), |_| "read")
}

/// A good workbook with one more part, `size` bytes of `filling` around a start and an end.
fn inflated(path: &str, start: &str, filling: &str, size: usize, end: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(9));
    for (name, bytes) in File::with_rows("").strings("").parts {
        if name != path {
            zip.start_file(name, options).unwrap();
            zip.write_all(&bytes).unwrap();
        }
    }
    zip.start_file(path, options.large_file(true)).unwrap();
    zip.write_all(start.as_bytes()).unwrap();
    let block = filling.repeat((1 << 20) / filling.len());
    for _ in 0..size / block.len() {
        zip.write_all(block.as_bytes()).unwrap();
    }
    zip.write_all(end.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// Overwrites the unpacked size of a part in both its headers.
fn lie(bytes: &mut [u8], path: &str, size: u32) {
    let mut changed = 0;
    for at in 0..bytes.len() - path.len() {
        if &bytes[at..at + path.len()] != path.as_bytes() {
            continue;
        }
        // Local headers have 30 bytes before the name, central ones 46, sizes at 22 and 24.
        for (signature, before, field) in [(b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)] {
            if at >= before && &bytes[at - before..at - before + 4] == signature {
                let field = at - before + field;
                bytes[field..field + 4].copy_from_slice(&size.to_le_bytes());
                changed += 1;
            }
        }
    }
    assert_eq!(changed, 2);
}

#[test]
fn a_sheet_that_unpacks_to_gibibytes_is_refused_by_its_declared_size() {
    // 1 GiB of blank cells in one MiB: by the ratio; 5 GiB: by the sum.
    let start = format!("<worksheet {SPACE}><sheetData><row>");
    let bomb = inflated(
        SHEET,
        &start,
        "<c/>",
        1 << 30,
        "</row></sheetData></worksheet>",
    );
    assert!(bomb.len() < 8 << 20, "{}", bomb.len());
    assert_eq!(code(&bomb), "workbook.ratio");
    let mut more = bomb.clone();
    lie(&mut more, SHEET, u32::MAX - 1);
    assert_eq!(code(&more), "workbook.too-large");
}

#[test]
fn lying_declared_sizes_do_not_help() {
    let start = format!("<worksheet {SPACE}><sheetData><row>");
    let mut bomb = inflated(
        SHEET,
        &start,
        "<c/>",
        256 << 20,
        "</row></sheetData></worksheet>",
    );
    lie(&mut bomb, SHEET, 4096);
    assert_eq!(code(&bomb), "workbook.damaged");
}

#[test]
fn shared_strings_have_a_limit_of_their_own() {
    let start = format!("<sst {SPACE} uniqueCount=\"99999999999\">");
    let strings = inflated(
        "xl/sharedStrings.xml",
        &start,
        "<si><t>ab</t></si>",
        8 << 20,
        "</sst>",
    );
    assert_eq!(code(&strings), "read");
    let limits = Limits {
        strings: 4 << 20,
        ..Limits::default()
    };
    let refused = Workbook::open_within(&strings, &limits).unwrap_err();
    assert_eq!(refused.code(), "workbook.too-large");
}

#[test]
fn one_endless_cell_is_not_held_in_memory() {
    for start in [
        "<c t=\"str\"><v>",
        "<c t=\"inlineStr\"><is><t>",
        "<!--",
        "<c a=\"",
    ] {
        let start = format!("<worksheet {SPACE}><sheetData><row>{start}");
        let file = inflated(SHEET, &start, "x", 32 << 20, "");
        assert_eq!(code(&file), "workbook.long-cell", "{start}");
    }
    // Many short runs of one text.
    let start = format!("<worksheet {SPACE}><sheetData><row><c t=\"inlineStr\"><is>");
    let file = inflated(SHEET, &start, "<r><t>xxxxxxxxxxxx</t></r>", 32 << 20, "");
    assert_eq!(code(&file), "workbook.long-cell");
}

#[test]
fn documents_with_entities_are_refused() {
    let mut entities = String::from("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">");
    entities.push_str("<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>");
    let sheet = |head: &str, cell: &str| {
        format!(
            "{head}<worksheet {SPACE}><sheetData><row><c t=\"str\"><v>{cell}</v></c></row></sheetData></worksheet>"
        )
    };
    let mut file = File::with_rows("");
    file.set(SHEET, &sheet(&entities, "&b;"));
    assert_eq!(code(&file.pack()), "workbook.doctype");
    file.set(SHEET, &sheet("", "&b;"));
    assert_eq!(code(&file.pack()), "workbook.damaged");
    file.set(SHEET, &sheet("", "&amp;"));
    assert_eq!(code(&file.pack()), "read");
    for part in [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "_rels/.rels",
    ] {
        let mut file = File::with_rows("");
        let old = file
            .parts
            .iter()
            .find(|(path, _)| path == part)
            .unwrap()
            .1
            .clone();
        file.set(part, &(entities.clone() + &String::from_utf8(old).unwrap()));
        assert_eq!(code(&file.pack()), "workbook.doctype", "{part}");
    }
}

#[test]
fn rows_and_columns_beyond_a_sheet() {
    let cell = |place: &str| format!("<row r=\"1\"><c r=\"{place}\"><v>1</v></c></row>");
    for (rows, due) in [
        (cell("ALL1"), "read"),
        (cell("AMK1"), "workbook.columns"),
        (cell("XFE1"), "workbook.damaged"),
        (cell("AAAAAAAAAAAA1"), "workbook.damaged"),
        (cell("A99999999999"), "workbook.damaged"),
        (cell("A2"), "workbook.damaged"),
        (cell(""), "workbook.damaged"),
        ("<row r=\"1048577\"/>".to_owned(), "workbook.rows"),
        ("<row r=\"99999999999\"/>".to_owned(), "workbook.damaged"),
        (
            "<row r=\"2\"/><row r=\"2\"/>".to_owned(),
            "workbook.damaged",
        ),
        (
            "<row><c r=\"B1\"/><c r=\"B1\"/></row>".to_owned(),
            "workbook.damaged",
        ),
        (
            format!("<row>{}</row>", "<c><v>1</v></c>".repeat(1_000_000)),
            "workbook.columns",
        ),
        (
            format!("<row>{}</row>", "<c/>".repeat(1_000_000)),
            "workbook.columns",
        ),
        (
            "<row><c t=\"s\"><v>7</v></c></row>".to_owned(),
            "workbook.damaged",
        ),
        (
            "<row><c><v>1 2</v></c></row>".to_owned(),
            "workbook.damaged",
        ),
        ("<a>".repeat(1_000_000), "workbook.damaged"),
        ("<row>".to_owned(), "workbook.damaged"),
        ("</row></row>".to_owned(), "workbook.damaged"),
    ] {
        let shown: String = rows.chars().take(60).collect();
        assert_eq!(code(&File::with_rows(&rows).pack()), due, "{shown}");
    }
}

#[test]
fn other_files_are_named() {
    let compound = |name: &str| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    assert_eq!(code(&compound("Workbook")), "file.old-workbook");
    assert_eq!(code(&compound("EncryptedPackage")), "file.protected");
    assert_eq!(code(b"PK\x03\x04rest"), "workbook.damaged");
    for (paths, format) in [
        (
            &["mimetype", "content.xml", "META-INF/manifest.xml"][..],
            "ODS/OpenDocument",
        ),
        (&["_rels/.rels", "xl/workbook.bin"], "XLSB"),
        (&["_rels/.rels", "word/document.xml"], "DOCX"),
        (&["a.txt"], "ZIP"),
    ] {
        let parts = paths
            .iter()
            .map(|path| ((*path).to_owned(), b"<a/>".to_vec()));
        let file = File {
            parts: parts.collect(),
        };
        assert_eq!(rows(&file.pack()), Err(ProblemKind::NotWorkbook { format }));
    }
}

#[test]
fn too_many_parts_and_parts_that_occur_twice() {
    let mut file = File::with_rows("");
    for number in 0..10_000 {
        file.set(&format!("x/{number}"), "");
    }
    assert_eq!(code(&file.pack()), "workbook.parts");
    let mut file = File::with_rows("");
    file.set("XL/worksheets/sheet1.xml", "<worksheet/>");
    assert_eq!(code(&file.pack()), "workbook.damaged");
}

#[test]
fn every_cut_and_every_changed_byte_is_survived() {
    let rows_xml =
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46204</v></c></row>"#;
    let file = File::with_rows(rows_xml)
        .strings("<si><t>甲</t></si>")
        .styles("<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>");
    let good = file.pack();
    let whole = rows(&good).unwrap();
    for length in 0..good.len() {
        assert!(rows(&good[..length]).is_err(), "{length}");
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        // Some bytes mean nothing; the others are noticed.
        if let Ok(found) = rows(&bad) {
            assert!(found == whole || found.is_empty(), "{at}");
        }
    }
}
