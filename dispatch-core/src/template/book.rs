//! What all templates have in common: fonts, formats, notes, drop-down lists, a fixed date.
//!
//! Invariant: no property of a workbook tells when or where it was written.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Note, Workbook, Worksheet,
};

use super::TemplateError;

/// A workbook without dates of its own.
pub(super) fn new(title: &str) -> Result<Workbook, TemplateError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    let properties = DocProperties::new().set_title(title);
    book.set_properties(&properties.set_creation_datetime(&made));
    Ok(book)
}

/// Bold on a light ground; required columns are darker and have a star.
pub(super) fn heading(required: bool) -> Format {
    let ground = if required { 0x00FF_E699 } else { 0x00DD_EBF7 };
    plain()
        .set_bold()
        .set_background_color(Color::RGB(ground))
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

/// Cells that a spreadsheet leaves as they are typed.
pub(super) fn text() -> Format {
    plain().set_num_format_index(TEXT_FORMAT)
}

/// Cells that hold a date.
pub(super) fn date() -> Format {
    plain().set_num_format("yyyy-mm-dd")
}

/// Text of several lines.
pub(super) fn wrapped() -> Format {
    text().set_text_wrap().set_align(FormatAlign::Top)
}

fn plain() -> Format {
    Format::new().set_font_name("宋体").set_font_size(11)
}

/// A note at a cell, as wide as its text needs.
pub(super) fn note(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
) -> Result<(), TemplateError> {
    let lines = u32::try_from(text.chars().count().div_ceil(16)).unwrap_or(4);
    let note = Note::new(text)
        .add_author_prefix(false)
        .set_width(240)
        .set_height(30 + 20 * lines);
    sheet.insert_note(row, column, &note)?;
    Ok(())
}

/// A drop-down list for the rows below a heading; other words are refused, or only warned about.
pub(super) fn choices(
    sheet: &mut Worksheet,
    (first, last, column): (u32, u32, u16),
    words: &[&str],
    is_closed: bool,
) -> Result<(), TemplateError> {
    let style = if is_closed {
        DataValidationErrorStyle::Stop
    } else {
        DataValidationErrorStyle::Information
    };
    let rule = DataValidation::new()
        .allow_list_strings(words)?
        .ignore_blank(true)
        .set_error_style(style)
        .set_error_title("请从列表中选择")?
        .set_error_message(format!("可填：{}", words.join("、")))?;
    sheet.add_data_validation(first, column, last, column, &rule)?;
    Ok(())
}

/// The built-in number format of text (ECMA-376, 18.8.30).
const TEXT_FORMAT: u8 = 49;
/// The rows that drop-down lists are for.
pub(super) const LAST_ROW: u32 = 100_000;
/// Name of the sheet that explains.
pub(super) const GUIDE: &str = "填写说明";
