//! One marked-up copy, made row by row.
//!
//! Invariant: a cell of the copy stands where it stands in the list.

use std::path::Path;

use dispatch_core::import::{RawRow, raw_rows};
use dispatch_core::language::Language;
use dispatch_core::material::List;
use dispatch_core::problem::{Problem, ProblemKind, Severity};
use dispatch_core::workbook::column_name;
use rust_xlsxwriter::{Color, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError};

use super::address;

/// One copy to be made.
pub(super) struct Copy<'a> {
    list: &'a List,
    problems: &'a [&'a Problem],
    language: Language,
    /// The column, from 0, of what is wrong; what to do stands right of it.
    reasons: u16,
    formats: Formats,
}

struct Formats {
    plain: Format,
    head: Format,
    error: Format,
    warning: Format,
    long: Format,
}

impl<'a> Copy<'a> {
    pub(super) fn new(list: &'a List, problems: &'a [&'a Problem], language: Language) -> Self {
        let widest = problems.iter().filter_map(|problem| match problem.kind {
            ProblemKind::TooManyCells { found, .. } => Some(found),
            _ => None,
        });
        let width = widest.max().unwrap_or(0).max(list.width).max(1);
        let text = Format::new().set_num_format("@");
        let coloured = |colour| text.clone().set_background_color(Color::RGB(colour));
        Self {
            list,
            problems,
            language,
            reasons: u16::try_from(width)
                .unwrap_or(MOST_COLUMNS)
                .min(MOST_COLUMNS),
            formats: Formats {
                head: coloured(0xd9_e1_f2).set_bold(),
                error: coloured(0xff_c7_ce),
                warning: coloured(0xff_eb_9c),
                long: text.clone().set_text_wrap().set_align(FormatAlign::Top),
                plain: text,
            },
        }
    }

    fn pick<'t>(&self, english: &'t str, chinese: &'t str) -> &'t str {
        match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// Makes the workbook; its rows wait in temporary files in `dir`.
    pub(super) fn write(
        &self,
        bytes: &[u8],
        dir: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Workbook, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(dir)?;
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        self.write_rows(sheet, bytes, progress)?;
        for (number, part) in self.problems.chunks(LISTED).enumerate() {
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            let name = self.pick("Problems", "问题清单");
            let name = if number == 0 {
                name.to_owned()
            } else {
                format!("{name}{}", number + 1)
            };
            self.write_problems(sheet, &name, part)?;
        }
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        self.explain(sheet)?;
        Ok(workbook)
    }

    fn write_rows(
        &self,
        sheet: &mut Worksheet,
        bytes: &[u8],
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), XlsxError> {
        let name = self
            .list
            .sheet
            .as_deref()
            .unwrap_or(self.pick("List", "名单"));
        if sheet.set_name(name).is_err() {
            sheet.set_name(self.pick("List", "名单"))?;
        }
        for column in 0..self.reasons {
            sheet.set_column_width(column, 22)?;
        }
        sheet.set_column_width(self.reasons, 50)?;
        sheet.set_column_width(self.reasons + 1, 50)?;
        let header = self.list.header_row.and_then(|row| u32::try_from(row).ok());
        if let Some(header) = header {
            sheet.set_freeze_panes(header, 0)?;
        }
        let first = self
            .problems
            .partition_point(|problem| problem.row.is_none());
        let mut rest = self.problems.get(first..).unwrap_or_default();
        let (mut notes, mut failed) = (0, None);
        let reading = raw_rows(bytes, self.list.sheet.as_deref(), &mut |row| {
            let passed = rest.partition_point(|problem| problem.row < Some(row.number));
            rest = rest.get(passed..).unwrap_or_default();
            let length = rest.partition_point(|problem| problem.row == Some(row.number));
            let own = rest.get(..length).unwrap_or_default();
            if row.number % 8192 == 0 {
                progress(row.number);
            }
            match self.write_row(sheet, &row, own, &mut notes) {
                Ok(go_on) => go_on,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            }
        });
        // A file that ends in a fault was copied up to there; the fault itself is in the list.
        drop(reading);
        failed.map_or(Ok(()), Err)
    }

    /// Writes one row; `false` when a sheet can hold no more.
    fn write_row(
        &self,
        sheet: &mut Worksheet,
        row: &RawRow<'_>,
        problems: &[&Problem],
        notes: &mut usize,
    ) -> Result<bool, XlsxError> {
        let Some(number) = row
            .number
            .checked_sub(1)
            .and_then(|row| u32::try_from(row).ok())
        else {
            return Ok(true);
        };
        if number >= MOST_ROWS {
            return Ok(false);
        }
        let is_header = self.list.header_row == Some(row.number);
        let width = usize::from(self.reasons);
        for (index, column) in (0..self.reasons).enumerate() {
            let text = row.cells.get(index).copied().unwrap_or_default();
            let own = |problem: &&&Problem| {
                let column = problem
                    .column_number
                    .and_then(|column| usize::try_from(column).ok());
                // What concerns the whole row is told at its first cell.
                column.map_or(index == 0, |column| {
                    column == index + 1 || column > width && index == 0
                })
            };
            let own: Vec<&&Problem> = problems.iter().filter(own).collect();
            let worst = own.iter().map(|problem| problem.severity).max();
            let format = match worst {
                Some(Severity::Error) => &self.formats.error,
                Some(_) => &self.formats.warning,
                None if is_header => &self.formats.head,
                None => &self.formats.plain,
            };
            if worst.is_none() && text.is_empty() {
                continue;
            }
            // A number that should be a text stays a number, so that nobody takes it for mended.
            let is_numeric = own.iter().any(|problem| {
                let kind = &problem.kind;
                matches!(
                    kind,
                    ProblemKind::NumericId { .. } | ProblemKind::LongNumber { .. }
                )
            });
            match text.parse::<f64>() {
                Ok(value) if is_numeric => {
                    let format = format.clone().set_num_format("General");
                    sheet.write_number_with_format(number, column, value, &format)?;
                }
                _ => {
                    sheet.write_string_with_format(number, column, fitting(text), format)?;
                }
            }
            if worst.is_some() && *notes < COMMENTS {
                *notes += 1;
                let text: Vec<String> = own.iter().map(|problem| self.sentence(problem)).collect();
                let note = Note::new(fitting(&text.join("\n")))
                    .set_author("Dispatch")
                    .add_author_prefix(false)
                    .set_width(320)
                    .set_height(96);
                sheet.insert_note(number, column, &note)?;
            }
        }
        if is_header {
            let titles = [
                self.pick("What is wrong", "问题"),
                self.pick("What to do", "处理办法"),
            ];
            sheet.write_string_with_format(number, self.reasons, titles[0], &self.formats.head)?;
            sheet.write_string_with_format(
                number,
                self.reasons + 1,
                titles[1],
                &self.formats.head,
            )?;
        } else if !problems.is_empty() {
            let joined = |part: &dyn Fn(&Problem) -> String| {
                let texts: Vec<String> = problems.iter().map(|problem| part(problem)).collect();
                fitting(&texts.join("；"))
            };
            let reason = joined(&|problem| match &problem.column {
                Some(column) => format!("{column}：{}", problem.message(self.language)),
                None => problem.message(self.language),
            });
            let remedy = joined(&|problem| problem.remedy(self.language));
            sheet.write_string_with_format(number, self.reasons, reason, &self.formats.plain)?;
            sheet.write_string_with_format(
                number,
                self.reasons + 1,
                remedy,
                &self.formats.plain,
            )?;
        }
        Ok(true)
    }

    fn sentence(&self, problem: &Problem) -> String {
        let severity = problem.severity.name(self.language);
        let (message, remedy) = (
            problem.message(self.language),
            problem.remedy(self.language),
        );
        match self.language {
            Language::Chinese => format!("{severity}：{message}。\n处理办法：{remedy}。"),
            Language::English => format!("{severity}: {message}.\nRemedy: {remedy}."),
        }
    }

    fn write_problems(
        &self,
        sheet: &mut Worksheet,
        name: &str,
        problems: &[&Problem],
    ) -> Result<(), XlsxError> {
        sheet.set_name(name)?;
        for (column, width) in (0..).zip([8, 8, 20, 10, 8, 60, 70]) {
            sheet.set_column_width(column, width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let titles = match self.language {
            Language::Chinese => ["行", "列", "表头", "单元格", "程度", "问题", "处理办法"],
            Language::English => [
                "row", "column", "header", "cell", "severity", "problem", "remedy",
            ],
        };
        for (column, title) in (0..).zip(titles) {
            sheet.write_string_with_format(0, column, title, &self.formats.head)?;
        }
        for (row, problem) in (1..).zip(problems) {
            let cells = [
                problem.row.map(|row| row.to_string()).unwrap_or_default(),
                problem.column_number.map(column_name).unwrap_or_default(),
                problem.column.as_deref().unwrap_or_default().to_owned(),
                address(problem),
                problem.severity.name(self.language).to_owned(),
                problem.message(self.language),
                problem.remedy(self.language),
            ];
            for (column, text) in (0..).zip(cells) {
                sheet.write_string_with_format(row, column, fitting(&text), &self.formats.plain)?;
            }
        }
        Ok(())
    }

    fn explain(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(self.pick("About", "说明"))?;
        sheet.set_column_width(0, 100)?;
        let count = |severity| {
            self.problems
                .iter()
                .filter(|p| p.severity == severity)
                .count()
        };
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let name = &self.list.name;
        let lines = match self.language {
            Language::Chinese => vec![
                format!("本文件是“{name}”的副本，由Dispatch检查后标出问题；原文件未改动。"),
                format!("错误{errors}处（红色），警告{warnings}处（黄色）。错误更正之前不能公告。"),
                format!("行号、列号与原文件一致。“问题”“处理办法”两列列出每一处；批注只加在前{COMMENTS}个单元格上，批注过多表格软件难以打开。"),
                "“问题清单”工作表列出全部错误和警告。单元格都按文本保存，编号不会丢失位数。".to_owned(),
                format!("一个工作表最多{MOST_ROWS}行，其后的行不在副本中，但问题都在清单里。"),
                "请在原文件中更正，再重新检查。".to_owned(),
            ],
            Language::English => vec![
                format!("This is a copy of {name} in which Dispatch marked the problems; the file itself was not changed."),
                format!("{errors} errors (red), {warnings} warnings (yellow). Nothing can be announced until the errors are mended."),
                format!("Rows and columns stand where they stand in the file. Two columns at the right tell every problem; comments are on the first {COMMENTS} cells only, since spreadsheet programs cannot open many more."),
                "The sheet Problems lists all errors and warnings. All cells are text, so no id loses digits.".to_owned(),
                format!("A sheet holds {MOST_ROWS} rows; rows beyond are not in the copy, but their problems are listed."),
                "Mend the file itself, then check it again.".to_owned(),
            ],
        };
        for (row, line) in (0..).zip(lines) {
            sheet.write_string_with_format(row, 0, line, &self.formats.long)?;
        }
        Ok(())
    }
}

/// A text cut to what a cell can hold.
fn fitting(text: &str) -> String {
    // Counted as UTF-16, as spreadsheet programs do.
    let mut left = LONGEST;
    let kept = text.chars().take_while(|c| {
        let fits = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    kept.collect()
}

/// Cells with comments.
const COMMENTS: usize = 10_000;
/// Problems on one sheet.
const LISTED: usize = 1_000_000;
const MOST_ROWS: u32 = 1_048_576;
/// Two columns are left for reason and remedy.
const MOST_COLUMNS: u16 = 16_382;
const LONGEST: usize = 32_000;
