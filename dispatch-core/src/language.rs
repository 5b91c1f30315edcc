//! The two languages Dispatch speaks to people, and a message worded in both.
//!
//! Invariant: every text meant for a person exists in Chinese and in English; identifiers, check
//! numbers and documents are the same in both.

/// A language of user-facing text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 简体中文.
    Chinese,
    /// English.
    #[default]
    English,
}

/// One statement to a person, worded in both languages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Message {
    /// English wording, lower case, without a final full stop.
    pub english: String,
    /// Chinese wording.
    pub chinese: String,
}

impl Message {
    /// Pairs the two wordings.
    pub fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self {
            english: english.into(),
            chinese: chinese.into(),
        }
    }

    /// The wording in `language`.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }
}

impl core::fmt::Display for Message {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.english)
    }
}
