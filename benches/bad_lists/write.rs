//! The list, as CSV and as XLSX, without the library's help.
//!
//! Every tenth row is bad in one of five ways. The workbook has shared strings, as office programs
//! write, three of them in one row only, and dates as numbers of days.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::measure::Outcome;

/// Rows, as a spreadsheet counts them, that are bad.
pub(crate) fn bad_rows(rows: u64) -> impl Iterator<Item = u64> {
    (0..rows)
        .filter(|index| is_bad(*index))
        .map(|index| index + 2)
}

fn is_bad(index: u64) -> bool {
    index % 10 == 4
}

/// Writes the list as CSV.
pub(crate) fn csv(path: &Path, rows: u64) -> Outcome<()> {
    let mut target = BufWriter::new(File::create(path)?);
    writeln!(target, "\u{feff}{}\r", HEADERS.join(","))?;
    for index in 0..rows {
        let [id, name, address] = own_texts(index);
        let [region, risk, office] = shared_texts(index);
        let date = if has_bad_date(index) {
            "某日".to_owned()
        } else {
            "2020-01-01".to_owned()
        };
        writeln!(
            target,
            "{id},{name},{address},{region},{risk},{office},{date}\r"
        )?;
    }
    target.flush()?;
    Ok(())
}

/// Writes the list as XLSX.
pub(crate) fn xlsx(path: &Path, rows: u64) -> Outcome<()> {
    let mut zip = ZipWriter::new(BufWriter::new(File::create(path)?));
    let options = SimpleFileOptions::default().large_file(true);
    for (name, text) in [
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/styles.xml", STYLES),
        ("[Content_Types].xml", TYPES),
    ] {
        zip.start_file(name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    zip.start_file("xl/sharedStrings.xml", options)?;
    write!(zip, "<sst xmlns=\"{SPACE}\">")?;
    let shared = REGIONS.iter().chain(&RISKS).chain(&OFFICES).chain(&HEADERS);
    for text in shared.chain(&["某日"]) {
        write!(zip, "<si><t>{text}</t></si>")?;
    }
    for index in 0..rows {
        for text in own_texts(index) {
            write!(zip, "<si><t>{text}</t></si>")?;
        }
    }
    zip.write_all(b"</sst>")?;
    zip.start_file("xl/worksheets/sheet1.xml", options)?;
    write!(zip, "<worksheet xmlns=\"{SPACE}\"><sheetData><row r=\"1\">")?;
    for (column, letter) in LETTERS.iter().enumerate() {
        write!(zip, "<c r=\"{letter}1\" t=\"s\"><v>{}</v></c>", 11 + column)?;
    }
    zip.write_all(b"</row>")?;
    for index in 0..rows {
        let row = index + 2;
        write!(zip, "<row r=\"{row}\">")?;
        let shared = [index % 4, 4 + index % 4, 8 + index % 3];
        let own = [0, 1, 2].map(|text| 19 + index * 3 + text);
        for (letter, number) in LETTERS.iter().zip(own.into_iter().chain(shared)) {
            write!(zip, "<c r=\"{letter}{row}\" t=\"s\"><v>{number}</v></c>")?;
        }
        if has_bad_date(index) {
            write!(zip, "<c r=\"G{row}\" t=\"s\"><v>18</v></c></row>")?;
        } else {
            write!(zip, "<c r=\"G{row}\" s=\"1\"><v>43831</v></c></row>")?;
        }
    }
    zip.write_all(b"</sheetData></worksheet>")?;
    zip.finish()?.flush()?;
    Ok(())
}

/// Id, name and address, which no other row has.
fn own_texts(index: u64) -> [String; 3] {
    let mut id = code(index);
    let mut name = format!("广州示例{index}有限公司");
    let address = format!("示例路{index}号");
    if is_bad(index) {
        match index / 10 % 5 {
            0 => {
                let wrong = if id.ends_with('0') { '1' } else { '0' };
                id.pop();
                id.push(wrong);
            }
            1 => {
                id.pop();
            }
            2 => id = "9.13501E+17".to_owned(),
            3 => name.clear(),
            _ => {}
        }
    }
    [id, name, address]
}

fn has_bad_date(index: u64) -> bool {
    is_bad(index) && index / 10 % 5 == 4
}

fn shared_texts(index: u64) -> [&'static str; 3] {
    let pick = |texts: &[&'static str], of: u64| {
        let index = usize::try_from(index % of).unwrap_or(0);
        texts.get(index).copied().unwrap_or_default()
    };
    [pick(&REGIONS, 4), pick(&RISKS, 4), pick(&OFFICES, 3)]
}

/// A credit code whose check character is found by trial: with it the weighted sum is 0 mod 31.
fn code(index: u64) -> String {
    let value = |c: char| ALPHABET.find(c).unwrap_or_default();
    let mut code = format!("91440106{index:09}");
    // Horner's rule from the last character, whose weight is highest.
    let sum = code
        .chars()
        .rev()
        .fold(0, |sum, c| (sum * 3 + value(c)) % 31);
    code.extend(ALPHABET.chars().find(|c| (sum + value(*c)) % 31 == 0));
    code
}

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const LETTERS: [&str; 7] = ["A", "B", "C", "D", "E", "F", "G"];
const HEADERS: [&str; 7] = [
    "统一社会信用代码",
    "企业名称",
    "住所",
    "地区",
    "信用风险等级",
    "登记机关",
    "成立日期",
];
const REGIONS: [&str; 4] = ["天河区", "越秀区", "海珠区", "荔湾区"];
const RISKS: [&str; 4] = ["A", "B", "C", "D"];
const OFFICES: [&str; 3] = ["甲分局", "乙分局", "丙分局"];
const SPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;
const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
