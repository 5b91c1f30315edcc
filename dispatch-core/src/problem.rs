//! Problems found in files and plans, each with place, reason and remedy in two languages.
//!
//! A problem names the file, the row as a spreadsheet shows it and the column, says what is wrong
//! and what the person at the desk can do about it. The kinds stand in one table (`problem/kind.rs`).
//!
//! Invariant: every kind has a stable code, a message and a remedy in Chinese and in English.

mod collection;
mod kind;

use std::fmt;
use std::sync::Arc;

pub use collection::{CodeSummary, Problems};
pub use kind::ProblemKind;

use crate::language::Language;
use crate::workbook::cell_name;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing; nothing needs to be done.
    Note,
    /// Should be looked at; the work may go on.
    Warning,
    /// Must be mended before the file or plan can be used.
    Error,
}

impl Severity {
    /// The word for this severity.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::Chinese, Self::Note) => "提示",
            (Language::Chinese, Self::Warning) => "警告",
            (Language::Chinese, Self::Error) => "错误",
            (Language::English, Self::Note) => "note",
            (Language::English, Self::Warning) => "warning",
            (Language::English, Self::Error) => "error",
        }
    }
}

/// One finding about one place.
///
/// File and column are shared text, since a bad file may bring a million problems.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// The file or document concerned, as the user named it; may be empty.
    pub file: Arc<str>,
    /// Row as a spreadsheet shows it: the header is row 1, a cell of several lines is one row.
    pub row: Option<u64>,
    /// Header of the column concerned.
    pub column: Option<Arc<str>>,
    /// Number of the column concerned; the first is 1.
    pub column_number: Option<u32>,
    /// Sheet of a workbook.
    pub sheet: Option<Arc<str>>,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl Problem {
    /// A problem of the kind's own severity, about `file` as a whole.
    #[must_use]
    pub fn new(file: impl Into<Arc<str>>, kind: ProblemKind) -> Self {
        Self {
            severity: kind.severity(),
            file: file.into(),
            row: None,
            column: None,
            column_number: None,
            sheet: None,
            kind,
        }
    }

    /// The same problem, placed in a row.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The same problem, placed in a column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<Arc<str>>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// The same problem, placed in the column of this number; the first is 1.
    #[must_use]
    pub fn in_column_number(mut self, number: u32) -> Self {
        self.column_number = Some(number);
        self
    }

    /// The same problem, placed in a sheet of a workbook.
    #[must_use]
    pub fn on_sheet(mut self, sheet: Option<Arc<str>>) -> Self {
        self.sheet = sheet;
        self
    }

    /// Stable identifier of the kind, such as `roster.duplicate-id`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// What is wrong, without the place and without a closing stop.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.kind.message(language)
    }

    /// What to do about it, without a closing stop.
    #[must_use]
    pub fn remedy(&self, language: Language) -> String {
        self.kind.remedy(language)
    }

    /// Place, message and remedy on one line, as shown to people.
    #[must_use]
    pub fn render(&self, language: Language) -> String {
        let place = self.place(language);
        let message = self.message(language);
        let remedy = self.remedy(language);
        match language {
            Language::Chinese if place.is_empty() => format!("{message}。处理办法：{remedy}。"),
            Language::Chinese => format!("{place}：{message}。处理办法：{remedy}。"),
            Language::English if place.is_empty() => format!("{message}. Remedy: {remedy}."),
            Language::English => format!("{place}: {message}. Remedy: {remedy}."),
        }
    }

    /// File, sheet, row and column, as people name them; empty without a place.
    #[must_use]
    pub fn place(&self, language: Language) -> String {
        let mut parts = Vec::with_capacity(3);
        if !self.file.is_empty() {
            parts.push(self.file.to_string());
        }
        let row = match (&self.sheet, self.column_number, self.row) {
            // A cell of a sheet as spreadsheet programs name it.
            (Some(sheet), Some(column), Some(row)) => {
                parts.push(format!("{sheet}!{}", cell_name(column, row)));
                None
            }
            (sheet, _, row) => {
                parts.extend(sheet.as_ref().map(ToString::to_string));
                row
            }
        };
        match language {
            Language::Chinese => {
                parts.extend(row.map(|row| format!("第{row}行")));
                parts.extend(self.column.as_ref().map(|column| format!("“{column}”列")));
                parts.join(" ")
            }
            Language::English => {
                parts.extend(row.map(|row| format!("row {row}")));
                parts.extend(
                    self.column
                        .as_ref()
                        .map(|column| format!("column {column}")),
                );
                parts.join(", ")
            }
        }
    }
}

impl fmt::Display for Problem {
    /// The English rendering, for logs and error chains.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(Language::English))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_check() -> Problem {
        Problem::new(
            "subjects.csv",
            ProblemKind::CreditCodeCheck {
                found: '7',
                expected: 'X',
            },
        )
        .at_row(17)
        .in_column("统一社会信用代码")
    }

    #[test]
    fn english_names_place_reason_and_remedy() {
        let text = wrong_check().render(Language::English);
        assert!(
            text.starts_with(
                "subjects.csv, row 17, column 统一社会信用代码: check character is 7, should be X. \
                 Remedy: "
            ),
            "{text}"
        );
        assert_eq!(wrong_check().to_string(), text);
    }

    #[test]
    fn chinese_names_place_reason_and_remedy() {
        let text = wrong_check().render(Language::Chinese);
        assert!(
            text.starts_with(
                "subjects.csv 第17行 “统一社会信用代码”列：校验码是7，应为X。处理办法："
            ),
            "{text}"
        );
    }

    #[test]
    fn cells_of_workbooks_have_their_address() {
        let problem = wrong_check()
            .in_column_number(3)
            .on_sheet(Some("名单".into()));
        let text = problem.render(Language::Chinese);
        assert!(
            text.starts_with("subjects.csv 名单!C17 “统一社会信用代码”列：校验码"),
            "{text}"
        );
        let row = Problem::new("a.xlsx", ProblemKind::EmptyFile {})
            .at_row(5)
            .on_sheet(Some("名单".into()));
        assert!(
            row.to_string().starts_with("a.xlsx, 名单, row 5: "),
            "{row}"
        );
    }

    #[test]
    fn a_problem_without_place_starts_with_its_message() {
        let problem = Problem::new("", ProblemKind::EmptyFile {});
        assert!(
            problem
                .render(Language::English)
                .starts_with("the file is empty. Remedy: ")
        );
    }
}
