//! The sheets of a plan workbook: which cell becomes which key of the plan text.
//!
//! Source: docs/plan.md, whose tables give the Chinese names. To add a field of the plan, add one line
//! to `form/task.rs` or `form/table.rs`; reading, writing, templates and messages follow. Invariant: no header stands for two keys of
//! one sheet.

mod table;
mod task;

pub use table::TABLES;
pub use task::{TASK, TASK_SHEET};

/// One cell that a person fills in.
#[derive(Debug)]
pub struct Field {
    /// The name on the sheet.
    pub header: &'static str,
    /// The key of the plan text, with its section: `schedule.lead`, or `where.field` for a part that
    /// may be repeated in further rows.
    pub key: &'static str,
    /// How the cell is read.
    pub kind: Kind,
    /// Whether it must be filled.
    pub required: bool,
    /// What it means.
    pub note: &'static str,
    /// What somebody might write.
    pub example: &'static str,
}

/// How a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// A part such as 3%, or a whole number.
    Part,
    /// 是 or 否.
    Flag,
    /// Texts with ； or line ends between them.
    List,
    /// A time; without an offset it is Beijing time.
    Time,
    /// Several of them.
    Times,
    /// A date.
    Day,
    /// One of these words, each with what it is in the plan text.
    Words(&'static [(&'static str, &'static str)]),
    /// A column of the subject roster, by header or field name.
    SubjectColumn,
    /// Several of them.
    SubjectColumns,
    /// A column of the officer roster, by header or field name.
    OfficerColumn,
    /// Several of them.
    OfficerColumns,
    /// The test of a condition, which becomes the key of its values.
    Test,
    /// The values of a condition.
    Values,
}

/// A sheet with one row for every item.
#[derive(Debug)]
pub struct Table {
    /// Name of the sheet.
    pub sheet: &'static str,
    /// Path of the list in the plan text.
    pub path: &'static str,
    /// Its columns.
    pub fields: &'static [Field],
}

const fn must(
    header: &'static str,
    key: &'static str,
    kind: Kind,
    example: &'static str,
    note: &'static str,
) -> Field {
    Field {
        header,
        key,
        kind,
        required: true,
        note,
        example,
    }
}

const fn may(
    header: &'static str,
    key: &'static str,
    kind: Kind,
    example: &'static str,
    note: &'static str,
) -> Field {
    Field {
        header,
        key,
        kind,
        required: false,
        note,
        example,
    }
}

/// The tests of a condition.
pub const TESTS: &[(&str, &str)] = &[
    ("属于", "in"),
    ("不属于", "not_in"),
    ("开头为", "prefix"),
    ("不小于", "at_least"),
    ("不大于", "at_most"),
    ("包含任一", "has_any"),
];
/// 是 and 否.
pub const FLAGS: &[(&str, &str)] = &[("是", "true"), ("否", "false")];
