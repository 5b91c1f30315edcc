//! The plan as a workbook: empty to fill in, or filled from a plan text.
//!
//! Source: docs/plan.md; the sheets and headers are those of [`crate::plan::spreadsheet::form`].
//! Invariant: a workbook filled from a text reads as the same plan.

use rust_xlsxwriter::{Workbook, Worksheet};

use super::TemplateError;
use super::book;
use crate::plan::spreadsheet::form::{FLAGS, Field, Kind, TABLES, TASK, TASK_SHEET, TESTS, Table};
use crate::plan::spreadsheet::{Cells, cells};

/// A workbook for a plan, filled with what `text` says; empty for an empty text, or one that is not TOML.
///
/// # Errors
/// What the writer of workbooks refuses.
pub fn plan_workbook(text: &str) -> Result<Vec<u8>, TemplateError> {
    let filled = cells(text).unwrap_or_default();
    let mut workbook = book::new("抽查任务")?;
    task(workbook.add_worksheet(), &filled)?;
    for (index, table) in TABLES.iter().enumerate() {
        let rows = filled.tables.get(index).map_or(&[][..], Vec::as_slice);
        list(workbook.add_worksheet(), table, rows)?;
    }
    explain(&mut workbook)?;
    Ok(workbook.save_to_buffer()?)
}

fn task(sheet: &mut Worksheet, filled: &Cells) -> Result<(), TemplateError> {
    sheet.set_name(TASK_SHEET)?.set_freeze_panes(1, 0)?;
    let (text, wrapped) = (book::text(), book::wrapped());
    sheet.set_column_format(1, &text)?;
    for (index, (title, width)) in
        (0_u16..).zip([("项目", 20.0), ("填写内容", 44.0), ("说明", 70.0)])
    {
        sheet.set_column_width(index, width)?;
        sheet.write_string_with_format(0, index, title, &book::heading(false))?;
    }
    for (index, field) in (0_u32..).zip(TASK) {
        let row = index + 1;
        let heading = book::heading(field.required);
        sheet.write_string_with_format(row, 0, field.header, &heading)?;
        let value = usize::try_from(index).ok().and_then(|i| filled.task.get(i));
        sheet.write_string_with_format(row, 1, value.map_or("", String::as_str), &text)?;
        sheet.write_string_with_format(row, 2, explanation(field), &wrapped)?;
        choices(sheet, field, (row, row, 1))?;
    }
    Ok(())
}

fn list(sheet: &mut Worksheet, table: &Table, rows: &[Vec<String>]) -> Result<(), TemplateError> {
    sheet.set_name(table.sheet)?.set_freeze_panes(1, 0)?;
    let text = book::text();
    for (column, field) in (0_u16..).zip(table.fields) {
        sheet.set_column_format(column, &text)?;
        sheet.set_column_width(column, 20.0)?;
        let heading = book::heading(field.required);
        sheet.write_string_with_format(0, column, field.header, &heading)?;
        book::note(sheet, (0, column), &explanation(field))?;
        choices(sheet, field, (1, 1000, column))?;
    }
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            if !cell.is_empty() {
                sheet.write_string_with_format(row, column, cell, &text)?;
            }
        }
    }
    Ok(())
}

fn choices(
    sheet: &mut Worksheet,
    field: &Field,
    cells: (u32, u32, u16),
) -> Result<(), TemplateError> {
    let words = match field.kind {
        Kind::Words(words) => words,
        Kind::Flag => FLAGS,
        Kind::Test => TESTS,
        _ => return Ok(()),
    };
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    book::choices(sheet, cells, &words, true)
}

fn explain(workbook: &mut Workbook) -> Result<(), TemplateError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(book::GUIDE)?.set_freeze_panes(1, 0)?;
    for (index, (title, width)) in (0_u16..).zip([
        ("工作表", 14.0),
        ("项目或列", 20.0),
        ("是否必填", 10.0),
        ("示例", 34.0),
        ("说明", 70.0),
    ]) {
        sheet.set_column_width(index, width)?;
        sheet.write_string_with_format(0, index, title, &book::heading(false))?;
    }
    let task = TASK.iter().map(|field| (TASK_SHEET, field));
    let tables = TABLES.iter();
    let tables = tables.flat_map(|table| table.fields.iter().map(|field| (table.sheet, field)));
    let wrapped = book::wrapped();
    let mut row = 0_u32;
    for (name, field) in task.chain(tables) {
        row += 1;
        let need = if field.required { "必填" } else { "选填" };
        let cells = [name, field.header, need, field.example, field.note];
        for (index, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, index, cell, &wrapped)?;
        }
    }
    row += 1;
    for remark in [
        "本表仅供阅读，导入时不读取。",
        "排除、分层：一项有多个条件的，其余条件写在下面的行，只填“条件列”“判断”“条件值”。",
        "不用的工作表（如“排除”“派员分组”）只留表头即可。",
        "时间均为北京时间，如 2026-07-23 15:38:30；多个值之间用分号（；）隔开。",
    ] {
        row += 1;
        sheet.write_string_with_format(row, 4, remark, &wrapped)?;
    }
    Ok(())
}

fn explanation(field: &Field) -> String {
    let need = if field.required {
        "必填。"
    } else {
        "选填。"
    };
    format!("{need}{}", field.note)
}
