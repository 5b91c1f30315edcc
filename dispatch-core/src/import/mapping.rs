//! Which header of a bureau's own list stands for which field.
//!
//! A small TOML file with one table for each list:
//!
//! ```toml
//! [subjects]
//! ignore = ["备注"]              # left out without a note
//! keep = ["行业代码"]            # kept under the header's name
//! [subjects.columns]
//! "单位代码" = "id"
//! ```
//!
//! Invariant: a mapping goes before the headers that are known anyway.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::known::folded_header;
use crate::language::Message;

/// The mappings of all lists.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Mappings {
    /// Of subjects.
    #[serde(default)]
    pub subjects: ColumnMapping,
    /// Of officers.
    #[serde(default)]
    pub officers: ColumnMapping,
    /// Of recusals.
    #[serde(default)]
    pub recusals: ColumnMapping,
}

/// The mapping of one list.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// Field names by header.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Headers that are left out without a note.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Headers that are kept as fields of the same name.
    #[serde(default)]
    pub keep: Vec<String>,
}

/// What a mapping says about a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning<'m> {
    Field(&'m str),
    Ignored,
    Kept,
}

impl Mappings {
    /// Reads the TOML text of a mapping.
    ///
    /// # Errors
    ///
    /// Names the line and what is wrong with it, or the header that has two meanings.
    pub fn read(text: &str) -> Result<Self, Message> {
        let mappings: Self = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            let reason = error.message();
            Message::new(
                format!("line {line}: {reason}; write tables subjects, officers, recusals, each with columns = {{ \"header\" = \"field\" }}, ignore and keep"),
                format!("第{line}行：{reason}。应为subjects、officers、recusals三个表，各含columns（\"表头\" = \"列名\"）、ignore、keep"),
            )
        })?;
        for list in [&mappings.subjects, &mappings.officers, &mappings.recusals] {
            let mut headers: Vec<String> = list.headers().map(folded_header).collect();
            headers.sort();
            if let Some(pair) = headers.windows(2).find(|pair| pair.first() == pair.last()) {
                let header = pair.first().cloned().unwrap_or_default();
                return Err(Message::new(
                    format!(
                        "the header \"{header}\" stands in the mapping twice; delete one of them"
                    ),
                    format!("表头“{header}”在对照中出现了两次，请删除一处"),
                ));
            }
        }
        Ok(mappings)
    }
}

impl ColumnMapping {
    /// All headers it names.
    pub(super) fn headers(&self) -> impl Iterator<Item = &str> {
        let plain = self.ignore.iter().chain(&self.keep);
        self.columns.keys().chain(plain).map(String::as_str)
    }

    /// What it says about a header in folded form.
    pub(super) fn meaning(&self, folded: &str) -> Option<Meaning<'_>> {
        let same = |header: &&String| folded_header(header) == folded;
        if let Some((_, field)) = self.columns.iter().find(|(header, _)| same(header)) {
            return Some(Meaning::Field(field));
        }
        if self.ignore.iter().any(|header| same(&header)) {
            return Some(Meaning::Ignored);
        }
        self.keep
            .iter()
            .any(|header| same(&header))
            .then_some(Meaning::Kept)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;

    #[test]
    fn faults_name_their_line() {
        let text = "[subjects]\nkeep = [\"甲\"]\n[subjects.columns]\n\"乙\" = 3\n";
        let fault = Mappings::read(text).unwrap_err();
        assert!(fault.english.starts_with("line 4: "), "{}", fault.english);
        let twice = "[subjects]\nkeep = [\"甲\"]\nignore = [\" 甲\"]\n";
        assert!(Mappings::read(twice).is_err());
        assert!(Mappings::read("[subject]\n").is_err());
        let good = Mappings::read("[subjects.columns]\n\"单位 代码\" = \"id\"\n").unwrap();
        assert_eq!(
            good.subjects.meaning("单位代码"),
            Some(Meaning::Field("id"))
        );
        assert_eq!(good.subjects.meaning("单位"), None);
    }
}
