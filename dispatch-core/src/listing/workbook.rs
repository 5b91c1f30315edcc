//! The workbook: text cells that stay text, frozen heads, filters, fixed properties.
//!
//! Source: ECMA-376 as spreadsheet programs read it; the limits are theirs. Invariant: only strings
//! and whole numbers are written, never a formula, link or date, and nothing depends on the clock.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook,
    Worksheet, XlsxError,
};

use super::tables::{self, Column, Table};
use super::{Cell, Listing};

/// Why no workbook can be made.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct ListingError(#[from] XlsxError);

pub(super) fn write(listing: &Listing<'_>) -> Result<Vec<u8>, ListingError> {
    let plan = &listing.announcement.plan;
    // The time of the draw instead of the time of writing: the same draw, the same bytes.
    let time = i64::try_from(plan.schedule.draw_unix()).unwrap_or_default();
    let properties = DocProperties::new()
        .set_title(plain(&plan.title))
        .set_author(plain(&plan.authority))
        .set_comment(format!("{} {}", plan.draw, listing.commitment))
        .set_creation_datetime(&ExcelDateTime::from_timestamp(time)?);
    let mut book = Workbook::new();
    book.set_properties(&properties);
    let formats = Formats::new();
    for table in tables::all(listing) {
        write_table(&mut book, &formats, table)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Writes a table, on as many sheets as its rows need.
fn write_table(
    book: &mut Workbook,
    formats: &Formats,
    table: Table<'_>,
) -> Result<(), ListingError> {
    let mut rows = table.rows.peekable();
    let mut sheet_number = 1u32;
    loop {
        let name = match sheet_number {
            1 => table.name.to_owned(),
            more => format!("{}（{more}）", table.name),
        };
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        head(sheet, formats, table.columns)?;
        let mut last = 0;
        for (row, cells) in (1..ROWS).zip(rows.by_ref()) {
            last = row;
            for (column, cell) in (0u16..).zip(cells) {
                match cell {
                    Cell::Number(number) => match u32::try_from(number) {
                        Ok(number) => {
                            sheet.write_number_with_format(row, column, number, &formats.number)?;
                        }
                        // A spreadsheet keeps fifteen digits of a number, and all of a text.
                        Err(_) => {
                            let text = number.to_string();
                            sheet.write_string_with_format(row, column, text, &formats.text)?;
                        }
                    },
                    Cell::Text(text) if text.is_empty() => {}
                    Cell::Text(text) => {
                        let text = plain(&text);
                        let long = text.chars().count() > SHOWN;
                        let format = if long { &formats.long } else { &formats.text };
                        sheet.write_string_with_format(row, column, text, format)?;
                    }
                }
            }
        }
        finish(sheet, table.columns, last)?;
        if rows.peek().is_none() {
            return Ok(());
        }
        sheet_number = sheet_number.saturating_add(1);
    }
}

fn head(sheet: &mut Worksheet, formats: &Formats, columns: &[Column]) -> Result<(), XlsxError> {
    for (at, column) in (0u16..).zip(columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.write_string_with_format(0, at, column.head, &formats.head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    // A4, across, as wide as the paper.
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_print_fit_to_pages(1, 0);
    Ok(())
}

fn finish(sheet: &mut Worksheet, columns: &[Column], last: u32) -> Result<(), XlsxError> {
    let width = u16::try_from(columns.len()).unwrap_or(1).saturating_sub(1);
    sheet.autofilter(0, 0, last, width)?;
    // Ids of digits are meant to be text: no green corners.
    sheet.ignore_error_range(0, 0, last, width, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

struct Formats {
    head: Format,
    long: Format,
    number: Format,
    text: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0x00F2_F2F2))
                .set_border(FormatBorder::Thin),
            long: Format::new(),
            number: Format::new()
                .set_num_format("0")
                .set_align(FormatAlign::Center),
            // "@": what is typed over such a cell stays text too.
            text: Format::new().set_num_format("@"),
        }
    }
}

/// A text without the characters that XML 1.0 cannot hold.
fn plain(text: &str) -> String {
    let allowed = |found: char| matches!(found, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    { text.chars() }
        .map(|found| if allowed(found) { found } else { '\u{fffd}' })
        .collect()
}

/// Longest text that every version of Excel shows in a cell of format "@", instead of ####.
const SHOWN: usize = 255;
/// Rows of a sheet, head included.
const ROWS: u32 = if cfg!(test) { 41 } else { 1_048_576 };

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    const COLUMNS: &[Column] = &[Column {
        head: "数",
        width: 9,
        meaning: "",
    }];

    fn written(count: u64) -> Vec<(String, usize)> {
        let mut book = Workbook::new();
        let table = Table {
            name: "表",
            columns: COLUMNS,
            rows: Box::new((1..=count).map(|number| vec![Cell::Number(number)])),
        };
        write_table(&mut book, &Formats::new(), table).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let mut next = 1u32;
        let sheet = |(name, range): (String, calamine::Range<Data>)| {
            let rows: Vec<_> = range.rows().collect();
            assert_eq!(rows[0], [Data::String("数".to_owned())]);
            for row in &rows[1..] {
                assert_eq!(row, &[Data::Float(f64::from(next))]);
                next += 1;
            }
            (name, rows.len() - 1)
        };
        book.worksheets().into_iter().map(sheet).collect()
    }

    #[test]
    fn more_rows_than_a_sheet_holds_go_on_in_the_next() {
        let sheet = |name: &str, rows| (name.to_owned(), rows);
        assert_eq!(written(0), [sheet("表", 0)]);
        assert_eq!(written(40), [sheet("表", 40)]);
        assert_eq!(written(41), [sheet("表", 40), sheet("表（2）", 1)]);
        let three = [sheet("表", 40), sheet("表（2）", 40), sheet("表（3）", 20)];
        assert_eq!(written(100), three);
    }

    #[test]
    fn numbers_too_long_for_a_cell_are_text() {
        let mut book = Workbook::new();
        let table = Table {
            name: "表",
            columns: COLUMNS,
            rows: Box::new(core::iter::once(vec![Cell::Number(u64::MAX)])),
        };
        write_table(&mut book, &Formats::new(), table).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("表").unwrap();
        // 2^64 − 1.
        let due = Data::String("18446744073709551615".to_owned());
        assert_eq!(range.get_value((1, 0)), Some(&due));
    }
}
