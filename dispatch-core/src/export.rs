//! CSV that a spreadsheet program opens as it stands: UTF-8 with byte order mark, CRLF, RFC 4180.
//!
//! Two guards. A cell that would start a formula (`=`, `+`, `-`, `@`, tab, carriage return) gets a
//! leading apostrophe. A cell of twelve or more digits gets a leading tab, since a spreadsheet would
//! show it as 9.14E+17 and lose its last digits; a tab is invisible there, whereas `="..."` is itself
//! a formula and an apostrophe would show. The import takes both away again.
//!
//! Invariant: what the import reads from an exported file is what was exported.

use std::io;

/// Writes a header line and rows.
pub fn csv_for_excel(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut text = String::from(MARK);
    append_row(&mut text, headers.iter().copied());
    for row in rows {
        append_row(&mut text, row.iter().map(String::as_str));
    }
    text.into_bytes()
}

/// The same row by row into a writer, for lists too long to be held in memory.
///
/// # Errors
///
/// Those of the writer.
pub fn write_csv_for_excel(
    target: &mut dyn io::Write,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut text = String::from(MARK);
    append_row(&mut text, headers.iter().copied());
    for row in rows {
        append_row(&mut text, row.iter().map(String::as_str));
        if text.len() > 1 << 16 {
            target.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    target.write_all(text.as_bytes())
}

/// Appends one row; a file begins with [`MARK`] and its header line.
pub fn append_row<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        let guard = guard(cell);
        append_cell(text, guard, cell);
    }
    text.push_str("\r\n");
}

/// Appends one cell of a CSV file behind its guard, in quotes where needed.
pub(crate) fn append_cell(text: &mut String, guard: &str, cell: &str) {
    let special = |byte: u8| matches!(byte, b',' | b'"' | b'\r' | b'\n' | b'\t' | b';');
    let edges = cell.starts_with(' ') || cell.ends_with(' ');
    if !edges && guard != "\t" && !cell.bytes().any(special) {
        text.push_str(guard);
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(guard);
    for piece in cell.split_inclusive('"') {
        text.push_str(piece);
        if piece.ends_with('"') {
            text.push('"');
        }
    }
    text.push('"');
}

/// What must stand before the cell so that a spreadsheet leaves it alone.
fn guard(cell: &str) -> &'static str {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return "'";
    }
    let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
    if digits && cell.len() >= LONG_NUMBER {
        "\t"
    } else {
        ""
    }
}

/// The byte order mark that such a file begins with.
pub const MARK: char = '\u{feff}';
/// From twelve digits on a spreadsheet shows a number in scientific notation.
const LONG_NUMBER: usize = 12;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::import::ImportOptions;
    use crate::import::import_subjects;

    fn exported(cells: &[&str]) -> String {
        let row = cells.iter().map(ToString::to_string).collect();
        let bytes = csv_for_excel(&["甲"], std::iter::once(row));
        let text = String::from_utf8(bytes).unwrap();
        text.strip_prefix("\u{feff}甲\r\n")
            .unwrap()
            .strip_suffix("\r\n")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn formulas_are_disarmed() {
        assert_eq!(exported(&["=1+1"]), "'=1+1");
        assert_eq!(exported(&["+86"]), "'+86");
        assert_eq!(exported(&["-2"]), "'-2");
        assert_eq!(exported(&["@SUM(A1)"]), "'@SUM(A1)");
        assert_eq!(exported(&["\t=1"]), "\"'\t=1\"");
        assert_eq!(exported(&["=cmd|'x',\"y\""]), "\"'=cmd|'x',\"\"y\"\"\"");
    }

    #[test]
    fn long_numbers_stay_text() {
        assert_eq!(
            exported(&["914403001922038216"]),
            "\"\t914403001922038216\""
        );
        assert_eq!(exported(&["12345678901"]), "12345678901");
        assert_eq!(exported(&["91350100M000100Y43"]), "91350100M000100Y43");
    }

    #[test]
    fn quotes_commas_and_lines() {
        assert_eq!(
            exported(&["a", "b,c", "d\"e", "f\ng", ""]),
            "a,\"b,c\",\"d\"\"e\",\"f\ng\","
        );
    }

    #[test]
    fn the_import_reads_back_what_was_exported() {
        let rows = [
            ["914403001922038216", "=甲"],
            ["9144030071526726XG", "乙（集团）\"丙\",丁"],
        ];
        let cells = rows
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect());
        let bytes = csv_for_excel(&["统一社会信用代码", "企业名称"], cells);
        let mut read = Vec::new();
        let report = import_subjects(
            &bytes,
            "x.csv",
            &ImportOptions::default(),
            &mut |_| {},
            &mut |row| read.push([row.get("id"), row.get("name")].map(|v| v.unwrap().to_owned())),
        );
        assert!(!report.problems.has_errors());
        assert_eq!(read, rows.map(|row| row.map(str::to_owned)));
    }
}
