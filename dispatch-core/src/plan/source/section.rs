//! One TOML table of a plan text, read key by key.
//!
//! Source: docs/plan.md. Opening a section marks the lines of its keys and reports the unknown
//! ones; every getter reports what it cannot read and answers with a stand-in, so that reading goes
//! on. Invariant: a stand-in never gets out, because its fault does.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::{mismatch, text, unknown_key};
use super::log::Log;

/// A table and its path.
pub(crate) struct Section<'t> {
    table: &'t DeTable<'t>,
    path: String,
}

impl<'t> Section<'t> {
    /// The whole text.
    pub(crate) fn root(table: &'t DeTable<'t>, known: &[&str], log: &mut Log) -> Self {
        Self::open(table, String::new(), known, log)
    }

    /// The path of a key of this section.
    pub(crate) fn at(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    /// Whether the key is there; if not, that is a fault.
    pub(crate) fn has(&self, key: &str, example: &str, log: &mut Log) -> bool {
        let found = self.get(key).is_some();
        if !found {
            log.fault(
                &self.at(key),
                format!("is missing; add a line like {key} = {example}"),
                format!("缺少该项；请增加一行，例如 {key} = {example}"),
            );
        }
        found
    }

    /// A text that must be there.
    pub(crate) fn text(&self, key: &str, example: &str, log: &mut Log) -> String {
        if self.has(key, &format!("\"{example}\""), log) {
            self.text_or_empty(key, log)
        } else {
            String::new()
        }
    }

    /// A text, empty if it is not there.
    pub(crate) fn text_or_empty(&self, key: &str, log: &mut Log) -> String {
        let value = self.get(key).map(Spanned::get_ref);
        value.map_or_else(String::new, |value| text(value, &self.at(key), log))
    }

    /// A whole number; without a default it must be there.
    pub(crate) fn integer(&self, key: &str, default: Option<u64>, log: &mut Log) -> u64 {
        let Some(value) = self.get(key) else {
            if default.is_none() {
                self.has(key, "1", log);
            }
            return default.unwrap_or_default();
        };
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number.unwrap_or_else(|| {
            mismatch(
                value.get_ref(),
                &self.at(key),
                (
                    "a whole number from 0 upwards, without quotes",
                    "不带引号的非负整数",
                ),
                log,
            );
            default.unwrap_or_default()
        })
    }

    /// `true` or `false`; without a default it must be there.
    pub(crate) fn boolean(&self, key: &str, default: Option<bool>, log: &mut Log) -> bool {
        let Some(value) = self.get(key) else {
            if default.is_none() {
                self.has(key, "true", log);
            }
            return default.unwrap_or_default();
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            let expected = ("true or false, without quotes", "不带引号的 true 或 false");
            mismatch(value.get_ref(), &self.at(key), expected, log);
            default.unwrap_or_default()
        })
    }

    /// One of a closed set of words.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
        default: T,
        log: &mut Log,
    ) -> T {
        let Some(value) = self.get(key) else {
            return default;
        };
        let found = value.get_ref().as_str();
        let fits = words.iter().find(|(word, _)| Some(*word) == found);
        fits.map_or_else(
            || {
                let words: Vec<_> = words
                    .iter()
                    .map(|(word, _)| format!("\"{word}\""))
                    .collect();
                let expected = (&*words.join(" or "), &*words.join(" 或 "));
                mismatch(value.get_ref(), &self.at(key), expected, log);
                default
            },
            |(_, value)| *value,
        )
    }

    /// A list of texts; a single text is a list of one.
    pub(crate) fn list(&self, key: &str, log: &mut Log) -> Vec<String> {
        let items = self.items(key, log);
        let items = items.iter().map(|(path, value)| text(value, path, log));
        items.collect()
    }

    /// A list of texts, sorted and without duplicates, as docs/spec.md wants some.
    pub(crate) fn sorted_list(&self, key: &str, log: &mut Log) -> Vec<String> {
        let mut items = self.list(key, log);
        items.sort_unstable();
        items.dedup();
        items
    }

    /// The items of a list with their paths; a single value is a list of one.
    pub(crate) fn items(&self, key: &str, log: &mut Log) -> Vec<(String, &'t DeValue<'t>)> {
        let path = self.at(key);
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            return vec![(path, value.get_ref())];
        };
        let items = array.iter().enumerate().map(|(index, item)| {
            let path = format!("{path}[{index}]");
            log.mark(&path, item.span().start);
            (path, item.get_ref())
        });
        items.collect()
    }

    /// A section `[key]`, if it is there.
    pub(crate) fn section(&self, key: &str, known: &[&str], log: &mut Log) -> Option<Self> {
        let value = self.get(key)?.get_ref();
        let path = self.at(key);
        let Some(table) = value.as_table() else {
            mismatch(
                value,
                &path,
                (
                    &format!("a section: write [{path}] with single brackets"),
                    &format!("一节：请写成单括号的 [{path}]"),
                ),
                log,
            );
            return None;
        };
        Some(Self::open(table, path, known, log))
    }

    /// A section `[key]` that must be there.
    pub(crate) fn required_section(
        &self,
        key: &str,
        known: &[&str],
        log: &mut Log,
    ) -> Option<Self> {
        if self.get(key).is_none() {
            let path = self.at(key);
            log.fault(
                &path,
                format!("is missing; add a section [{path}]"),
                format!("缺少该节；请增加 [{path}]"),
            );
        }
        self.section(key, known, log)
    }

    /// The sections `[[key]]`, or a list of `{ … }`; `least` of them must be there.
    pub(crate) fn sections(
        &self,
        key: &str,
        known: &[&str],
        least: usize,
        log: &mut Log,
    ) -> Vec<Self> {
        let path = self.at(key);
        let Some(value) = self.get(key) else {
            if least > 0 {
                log.fault(
                    &path,
                    format!("is missing; add at least one section [[{path}]]"),
                    format!("缺少该节；请至少增加一个 [[{path}]]"),
                );
            }
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            let expected = (
                &*format!("a list: write [[{path}]] with double brackets, or {key} = [ {{ … }} ]"),
                &*format!("列表：请写成双括号的 [[{path}]]，或 {key} = [ {{ … }} ]"),
            );
            mismatch(value.get_ref(), &path, expected, log);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in array.iter().enumerate() {
            let path = format!("{path}[{index}]");
            log.mark(&path, item.span().start);
            match item.get_ref().as_table() {
                Some(table) => sections.push(Self::open(table, path, known, log)),
                None => mismatch(
                    item.get_ref(),
                    &path,
                    ("a table { key = value, … }", "表 { 键 = 值, … }"),
                    log,
                ),
            }
        }
        sections
    }

    fn open(table: &'t DeTable<'t>, path: String, known: &[&str], log: &mut Log) -> Self {
        let section = Self { table, path };
        for key in table.keys() {
            let path = section.at(key.get_ref());
            log.mark(&path, key.span().start);
            if !known.contains(&&**key.get_ref()) {
                unknown_key(key.get_ref(), &path, known, log);
            }
        }
        section
    }
}
