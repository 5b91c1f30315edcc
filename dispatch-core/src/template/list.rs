//! The workbook of a list: one sheet to fill in, one that explains.
//!
//! Invariant: the sheet to fill in holds nothing but its header row, so that no example is imported.

use rust_xlsxwriter::Worksheet;

use super::TemplateError;
use super::book;

/// A list that is kept as a workbook.
#[derive(Debug)]
pub(super) struct List {
    /// What it is, for the title.
    pub(super) title: &'static str,
    /// Name of the sheet to fill in.
    pub(super) sheet: &'static str,
    /// Its columns.
    pub(super) columns: &'static [Column],
    /// What else to know, one line each.
    pub(super) remarks: &'static [&'static str],
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) header: &'static str,
    pub(super) required: bool,
    pub(super) cells: Cells,
    pub(super) note: &'static str,
    pub(super) example: &'static str,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cells {
    /// Ids and texts, kept as typed.
    Text,
    /// Dates.
    Date,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Usually one of these words.
    Usual(&'static [&'static str]),
}

pub(super) const fn must(
    header: &'static str,
    cells: Cells,
    example: &'static str,
    note: &'static str,
) -> Column {
    Column {
        header,
        required: true,
        cells,
        note,
        example,
    }
}

pub(super) const fn may(
    header: &'static str,
    cells: Cells,
    example: &'static str,
    note: &'static str,
) -> Column {
    Column {
        header,
        required: false,
        cells,
        note,
        example,
    }
}

pub(super) fn workbook(list: &List) -> Result<Vec<u8>, TemplateError> {
    let mut workbook = book::new(list.title)?;
    fill(workbook.add_worksheet(), list)?;
    explain(workbook.add_worksheet(), list)?;
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, list: &List) -> Result<(), TemplateError> {
    sheet.set_name(list.sheet)?.set_freeze_panes(1, 0)?;
    for (index, column) in (0_u16..).zip(list.columns) {
        let format = match column.cells {
            Cells::Date => book::date(),
            _ => book::text(),
        };
        sheet.set_column_format(index, &format)?;
        sheet.set_column_width(index, width(column))?;
        let heading = book::heading(column.required);
        sheet.write_string_with_format(0, index, column.header, &heading)?;
        let need = if column.required {
            "必填。"
        } else {
            "选填。"
        };
        book::note(sheet, (0, index), &format!("{need}{}", column.note))?;
        let rows = (1, book::LAST_ROW, index);
        match column.cells {
            Cells::Words(words) => book::choices(sheet, rows, words, true)?,
            Cells::Usual(words) => book::choices(sheet, rows, words, false)?,
            Cells::Text | Cells::Date => {}
        }
    }
    Ok(())
}

fn explain(sheet: &mut Worksheet, list: &List) -> Result<(), TemplateError> {
    sheet.set_name(book::GUIDE)?.set_freeze_panes(1, 0)?;
    for (index, (title, width)) in (0_u16..).zip([
        ("列", 26.0),
        ("是否必填", 10.0),
        ("示例", 34.0),
        ("说明", 70.0),
    ]) {
        sheet.set_column_width(index, width)?;
        sheet.write_string_with_format(0, index, title, &book::heading(false))?;
    }
    let wrapped = book::wrapped();
    let mut row = 0_u32;
    for column in list.columns {
        row += 1;
        let need = if column.required { "必填" } else { "选填" };
        let cells = [column.header, need, column.example, column.note];
        for (index, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, index, cell, &wrapped)?;
        }
    }
    let general = [
        "本表仅供阅读，导入时不读取；请在第一张表中填写，不要改动表头，也不要在表头上方加标题行。",
        "编号类的列已设为文本格式；从别处粘贴时请选“只粘贴文本（值）”，以免丢失位数。",
    ];
    row += 1;
    for remark in general.iter().chain(list.remarks) {
        row += 1;
        sheet.write_string_with_format(row, 3, *remark, &wrapped)?;
    }
    Ok(())
}

/// Wide enough for header and example.
fn width(column: &Column) -> f64 {
    let wide = |text: &str| {
        text.chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum::<u32>()
    };
    let needed = wide(column.header).max(wide(column.example).min(40));
    f64::from(needed.clamp(8, 44)) + 2.0
}
