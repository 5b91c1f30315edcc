//! Faults: what is against the rules, with its place, in both languages; and how they are collected.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::language::Message;
use crate::syntax::{date, is_field_name, is_id, is_text, unix_time};

/// One thing that is against the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path like `strata[2].quota`.
    pub path: String,
    /// What is wrong.
    pub message: Message,
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Collects faults.
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, path: &str, english: &str, chinese: &str) {
        self.0.push(Fault {
            path: path.to_owned(),
            message: Message::new(english, chinese),
        });
    }

    pub(super) fn time(&mut self, path: &str, text: &str) -> Option<u64> {
        let time = unix_time(text);
        if time.is_none() {
            self.add(
                path,
                "is not a time like 2026-07-01T01:00:00Z",
                "不是形如 2026-07-01T01:00:00Z 的时间",
            );
        }
        time
    }

    pub(super) fn date(&mut self, path: &str, text: &str) -> Option<Date> {
        let date = date(text);
        if date.is_none() {
            self.add(
                path,
                "is not a date like 2026-07-01",
                "不是形如 2026-07-01 的日期",
            );
        }
        date
    }

    pub(super) fn id(&mut self, path: &str, value: &str) {
        if !is_id(value) {
            self.add(
                path,
                "is not an id: 1 to 64 characters without spaces and quotes",
                "不是编号：1到64个字符，不含空格和引号",
            );
        }
    }

    pub(super) fn text(&mut self, path: &str, value: &str) {
        if !is_text(value) {
            self.add(
                path,
                "must be 1 to 2000 characters without control characters",
                "须为1到2000个字符，不含控制字符",
            );
        }
    }

    pub(super) fn field(&mut self, path: &str, value: &str) {
        if !is_field_name(value) {
            self.add(
                path,
                "is not a field name: 1 to 64 characters",
                "不是列名：1到64个字符",
            );
        }
    }

    pub(super) fn length(&mut self, path: &str, length: usize, least: usize, most: usize) {
        if !(least..=most).contains(&length) {
            self.add(
                path,
                &format!("has {length} entries; {least} to {most} are allowed"),
                &format!("有{length}项；允许{least}到{most}项"),
            );
        }
    }

    pub(super) fn range(&mut self, path: &str, value: u64, least: u64, most: u64) {
        if !(least..=most).contains(&value) {
            self.add(
                path,
                &format!("is {value}; {least} to {most} is allowed"),
                &format!("为{value}；允许{least}到{most}"),
            );
        }
    }

    pub(super) fn once<'a>(&mut self, path: &str, names: impl Iterator<Item = &'a str>) {
        for name in names_once(names) {
            self.add(
                path,
                &format!("names {name} more than once"),
                &format!("重复出现“{name}”"),
            );
        }
    }
}

/// Every name that stands more than once.
fn names_once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}
