//! Wording of what is wrong with a key or the kind of a value.
//!
//! Source: docs/plan.md. Invariant: every complaint names what was found and what to write instead.

use toml::de::DeValue;

use super::TOP_KEYS;
use super::log::Log;

/// The text of a value; anything else is a fault.
pub(crate) fn text(value: &DeValue<'_>, path: &str, log: &mut Log) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    let written = match value {
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(boolean) => boolean.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        _ => "…".to_owned(),
    };
    let expected = (
        &*format!("text in double quotes, like \"{written}\""),
        &*format!("放在半角双引号内的文字，例如 \"{written}\""),
    );
    mismatch(value, path, expected, log);
    String::new()
}

/// A value of the wrong kind; `expected` is worded in English and Chinese.
pub(crate) fn mismatch(value: &DeValue<'_>, path: &str, expected: (&str, &str), log: &mut Log) {
    let (english, chinese) = match value {
        DeValue::String(text) => {
            let text = shortened(text);
            (format!("\"{text}\""), format!("“{text}”"))
        }
        DeValue::Integer(number) => (number.to_string(), number.to_string()),
        DeValue::Float(number) => (number.to_string(), number.to_string()),
        DeValue::Boolean(boolean) => (boolean.to_string(), boolean.to_string()),
        DeValue::Datetime(time) => (time.to_string(), time.to_string()),
        DeValue::Array(_) => ("a list".to_owned(), "列表".to_owned()),
        DeValue::Table(_) => ("a table".to_owned(), "表".to_owned()),
    };
    log.fault(
        path,
        format!("is {english}; it must be {}", expected.0),
        format!("为{chinese}；应为{}", expected.1),
    );
}

/// A key that the section does not have.
pub(crate) fn unknown_key(key: &str, path: &str, known: &[&str], log: &mut Log) {
    let shown = shortened(key);
    let (english, chinese) = if let Some(near) = nearest(key, known) {
        (format!("did you mean {near}?"), format!("是否应为 {near}?"))
    } else if TOP_KEYS.contains(&key) && path != key {
        (
            "it belongs before the first [section]".to_owned(),
            "该项应写在第一个 [节] 之前".to_owned(),
        )
    } else {
        let known = known.join(", ");
        (format!("known here: {known}"), format!("此处可用：{known}"))
    };
    log.fault(
        path,
        format!("unknown key {shown}; {english}"),
        format!("不认识的键“{shown}”；{chinese}"),
    );
}

/// The known word that is close enough to be meant: at most a third of it is wrong.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word = word.to_lowercase().replace('-', "_");
    if word.chars().count() > LONGEST_KEY {
        return None;
    }
    let close = known.iter().map(|known| (distance(&word, known), *known));
    let (distance, known) = close.min()?;
    (distance <= known.chars().count().div_ceil(3)).then_some(known)
}

/// Levenshtein's distance: insertions, deletions and replacements of characters.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, left) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut last = index + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(&other) {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = *cell;
            last = replaced.min(*cell + 1).min(last + 1);
            *cell = last;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// As much of a text as fits into a message.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_KEY {
        return text.to_owned();
    }
    text.chars().take(LONGEST_KEY).chain(['…']).collect()
}

const LONGEST_KEY: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("saturday", "sunday"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("检查", "抽查"), 1);
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["draw_time", "lead", "window_end"];
        assert_eq!(nearest("windw_end", &known), Some("window_end"));
        assert_eq!(nearest("Draw-Time", &known), Some("draw_time"));
        assert_eq!(nearest("slack", &known), None);
        assert_eq!(nearest(&"x".repeat(100_000), &known), None);
    }
}
