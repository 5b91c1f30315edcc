//! One cell of a plan workbook as a value of the plan text, and back.
//!
//! Source: docs/plan.md. Whatever is not understood goes into the text in quotes, where
//! [`crate::plan::source`] refuses it; only what it could misread is refused here. Invariant: no number
//! passes through a float: a cell's number comes as its shortest decimal.

use toml::Value;

use super::form::{FLAGS, Kind, TESTS};
use crate::import::{folded, folded_header, iso_date, officer_fields, subject_fields, trim};
use crate::language::Message;
use crate::sample_plan::quoted;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// The value as TOML, or the reason in words.
pub(super) fn toml(content: &Content, kind: Kind) -> Result<String, Message> {
    let text = trim(&content.text);
    if content.is_number && text.len() > EXACT_DIGITS {
        return Err(Message::new(
            format!(
                "{text} is a number too long for a spreadsheet to keep; format the cell as text and type it again"
            ),
            format!("{text}为过长的数字，表格软件不能准确保存：请把单元格设为文本格式后重新填写"),
        ));
    }
    Ok(match kind {
        Kind::Text => quoted(text),
        Kind::Number => plain_number(text),
        Kind::Part => part(text, content.is_number)?,
        Kind::Flag => flag(text)?,
        Kind::Words(words) => quoted(word(text, words)?),
        Kind::Test => word(text, TESTS)?.to_owned(),
        Kind::List => array(items(text).map(str::to_owned)),
        Kind::Values => array(items(text).map(|item| match item {
            "（空）" | "(空)" => String::new(),
            item => item.to_owned(),
        })),
        Kind::Time => quoted(&time(text)),
        Kind::Times => array(items(text).map(time)),
        Kind::Day => quoted(&day(text)),
        Kind::SubjectColumn => quoted(&column(text, subject_fields())),
        Kind::SubjectColumns => array(items(text).map(|item| column(item, subject_fields()))),
        Kind::OfficerColumn => quoted(&column(text, officer_fields())),
        Kind::OfficerColumns => array(items(text).map(|item| column(item, officer_fields()))),
    })
}

/// The text of a cell that [`toml`] reads as this value.
pub(super) fn cell(value: &Value, kind: Kind) -> String {
    match (kind, value) {
        (Kind::Words(words), Value::String(text)) => {
            let found = words.iter().find(|(_, meant)| meant == text);
            found.map_or_else(|| text.clone(), |(word, _)| (*word).to_owned())
        }
        (Kind::Time, Value::String(text)) => beijing(text),
        (Kind::SubjectColumn | Kind::SubjectColumns, Value::String(text)) => {
            header(text, subject_fields())
        }
        (Kind::OfficerColumn | Kind::OfficerColumns, Value::String(text)) => {
            header(text, officer_fields())
        }
        (Kind::Values, Value::String(text)) if text.is_empty() => "（空）".to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Boolean(flag)) => if *flag { "是" } else { "否" }.to_owned(),
        (_, Value::Datetime(time)) => beijing(&time.to_string()),
        (kind, Value::Array(values)) => {
            let one = if kind == Kind::Times {
                Kind::Time
            } else {
                kind
            };
            let cells: Vec<String> = values.iter().map(|value| cell(value, one)).collect();
            cells.join("；")
        }
        (_, other) => other.to_string(),
    }
}

fn array(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| quoted(&item)).collect();
    format!("[{}]", items.join(", "))
}

/// Items of a list cell. A comma or 、 belongs to the item: names of industries have them.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let items = text.split([';', '；', '\n', '\r']);
    items.map(trim).filter(|item| !item.is_empty())
}

fn plain_number(text: &str) -> String {
    let folded = folded(text);
    let digits = !folded.is_empty() && folded.bytes().all(|byte| byte.is_ascii_digit());
    let number = folded.trim_start_matches('0');
    match (digits, number.is_empty()) {
        (true, true) => "0".to_owned(),
        (true, false) if number.len() < EXACT_DIGITS => number.to_owned(),
        _ => quoted(text),
    }
}

/// A cell that looks like 6% holds the number 0.06; the decimal is moved, not multiplied.
fn part(text: &str, is_number: bool) -> Result<String, Message> {
    let folded = folded(text);
    if !is_number {
        let digits = !folded.is_empty() && folded.bytes().all(|byte| byte.is_ascii_digit());
        return Ok(if digits {
            plain_number(&folded)
        } else {
            quoted(&folded)
        });
    }
    if folded == "1" {
        return Err(Message::new(
            "is the number 1, which can mean 100% or one subject; format the cell as text and write 100% or 1",
            "为数字1，可能是100%，也可能是1户：请把单元格设为文本格式，填写 100% 或 1",
        ));
    }
    let Some(decimals) = folded.strip_prefix("0.") else {
        return Ok(plain_number(&folded));
    };
    let padded = format!("{decimals:0<2}");
    let (whole, rest) = padded.split_at_checked(2).unwrap_or((&padded, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(quoted(&if rest.is_empty() {
        format!("{whole}%")
    } else {
        format!("{whole}.{rest}%")
    }))
}

fn flag(text: &str) -> Result<String, Message> {
    let folded = folded(text).to_lowercase();
    match folded.as_str() {
        "true" | "yes" | "√" => Ok("true".to_owned()),
        "false" | "no" | "×" => Ok("false".to_owned()),
        _ => word(text, FLAGS).map(str::to_owned),
    }
}

/// What one of the words means; the word of the plan text itself is accepted too.
fn word<'w>(text: &str, words: &[(&'w str, &'w str)]) -> Result<&'w str, Message> {
    let folded = folded_header(text);
    let short = |word: &str| word.strip_suffix("检查事项") == Some(folded.as_str());
    let is_meant =
        |(word, meant): &&(&str, &str)| *word == folded || *meant == folded || short(word);
    let found = words.iter().find(is_meant).map(|(_, meant)| *meant);
    found.ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let known = known.join("、");
        let shown: String = text.chars().take(40).collect();
        Message::new(
            format!("is \"{shown}\"; write one of: {known}"),
            format!("为“{shown}”；应为下列之一：{known}"),
        )
    })
}

/// A time as the plan text wants it; Beijing time where no offset is written.
fn time(text: &str) -> String {
    let folded = folded(text);
    if folded.contains('+') || folded.ends_with('Z') {
        return folded.replacen(' ', "T", 1);
    }
    let (day, clock) = folded.split_once(['T', ' ']).unwrap_or((&folded, "0:00"));
    let parts: Vec<&str> = clock.trim().split(':').collect();
    let two = |part: &&str| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| format!("{part:0>2}"))
    };
    let clock: Option<Vec<String>> = parts.iter().map(two).collect();
    match (iso_date(day), clock.as_deref()) {
        (Some(day), Some([hour, minute])) => format!("{day}T{hour}:{minute}:00+08:00"),
        (Some(day), Some([hour, minute, second])) => {
            format!("{day}T{hour}:{minute}:{second}+08:00")
        }
        _ => text.to_owned(),
    }
}

fn day(text: &str) -> String {
    iso_date(&folded(text)).map_or_else(|| text.to_owned(), |day| day.into_owned())
}

/// The field name of a column that is named by its header or its field name.
fn column(
    text: &str,
    mut fields: impl Iterator<Item = (&'static str, &'static [&'static str])>,
) -> String {
    let folded = folded_header(text);
    let found = fields.find(|(name, headers)| *name == folded || headers.contains(&&*folded));
    found.map_or_else(|| text.to_owned(), |(name, _)| name.to_owned())
}

/// The header that people know a field by.
fn header(
    field: &str,
    mut fields: impl Iterator<Item = (&'static str, &'static [&'static str])>,
) -> String {
    let found = fields.find(|(name, _)| *name == field);
    let first = found.and_then(|(_, headers)| headers.first());
    first.map_or_else(|| field.to_owned(), |header| (*header).to_owned())
}

/// A time of the plan text as a cell shows it.
fn beijing(text: &str) -> String {
    text.strip_suffix("+08:00")
        .map_or_else(|| text.to_owned(), |local| local.replacen('T', " ", 1))
}

/// A spreadsheet keeps fifteen digits of a number.
const EXACT_DIGITS: usize = 15;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;

    fn text(text: &str, kind: Kind) -> String {
        let content = Content {
            text: text.to_owned(),
            is_number: false,
        };
        toml(&content, kind).unwrap()
    }

    fn number(text: &str, kind: Kind) -> Result<String, Message> {
        let content = Content {
            text: text.to_owned(),
            is_number: true,
        };
        toml(&content, kind)
    }

    #[test]
    fn parts_are_moved_by_two_places() {
        for (cell, due) in [
            ("0.03", "\"3%\""),
            ("0.3", "\"30%\""),
            ("0.052", "\"5.2%\""),
            ("0.0005", "\"0.05%\""),
            ("0.1", "\"10%\""),
            ("0.99", "\"99%\""),
            ("120", "120"),
        ] {
            assert_eq!(number(cell, Kind::Part).unwrap(), due, "{cell}");
        }
        assert!(number("1", Kind::Part).is_err());
        assert!(number("12345678901234567", Kind::Text).is_err());
        assert_eq!(text("３％", Kind::Part), "\"3%\"");
        assert_eq!(text("1", Kind::Part), "1");
        assert_eq!(text("1/30", Kind::Part), "\"1/30\"");
    }

    #[test]
    fn times_are_of_beijing_unless_they_say_otherwise() {
        let due = "\"2026-07-23T15:38:30+08:00\"";
        for cell in [
            "2026-07-23 15:38:30",
            "2026/7/23 15:38:30",
            "2026-07-23T15:38:30",
            "2026-07-23T15:38:30+08:00",
            "2026-07-23 15:38:30+08:00",
        ] {
            assert_eq!(text(cell, Kind::Time), due, "{cell}");
        }
        assert_eq!(
            text("2026-07-23T07:38:30Z", Kind::Time),
            "\"2026-07-23T07:38:30Z\""
        );
        assert_eq!(
            text("2026-07-23 9:05", Kind::Time),
            "\"2026-07-23T09:05:00+08:00\""
        );
        assert_eq!(
            text("2026-07-23", Kind::Time),
            "\"2026-07-23T00:00:00+08:00\""
        );
        // Left for the plan to refuse.
        assert_eq!(text("下周三", Kind::Time), "\"下周三\"");
        assert_eq!(text("2026年8月1日", Kind::Day), "\"2026-08-01\"");
    }

    #[test]
    fn lists_words_and_columns() {
        assert_eq!(text("C；D; E", Kind::Values), "[\"C\", \"D\", \"E\"]");
        assert_eq!(text("（空）；A", Kind::Values), "[\"\", \"A\"]");
        let industry = "信息传输、软件和信息技术服务业";
        assert_eq!(text(industry, Kind::Values), format!("[\"{industry}\"]"));
        assert_eq!(text("信用风险等级", Kind::SubjectColumn), "\"risk\"");
        assert_eq!(text("risk", Kind::SubjectColumn), "\"risk\"");
        assert_eq!(text("网格", Kind::SubjectColumn), "\"网格\"");
        assert_eq!(text("工作单位", Kind::OfficerColumn), "\"unit\"");
        assert_eq!(text("包含任一", Kind::Test), "has_any");
        assert_eq!(text("TRUE", Kind::Flag), "true");
        assert_eq!(text("否", Kind::Flag), "false");
        assert!(flag("也许").is_err());
    }
}
