//! What becomes of one cell: trimmed, folded, read by its kind, or refused.
//!
//! Ids, codes, dates, numbers and lists are folded from full to half width; free text keeps its
//! full-width brackets, since they belong to registered names.
//!
//! Invariant: reading a canonical value again gives the same value, without an allocation for
//! ids, codes, text and single dates.

use std::borrow::Cow;

use super::SubjectIds;
use super::date;
use crate::credit_code::CreditCode;
use crate::credit_code::has_lost_digits;
use crate::problem::ProblemKind;

/// How a column's cells are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum CellKind {
    /// Identifier of a subject.
    SubjectId,
    /// Certificate number of an officer.
    OfficerId,
    /// Free text.
    Text,
    /// Short code in half width.
    Code,
    /// ISO date.
    Date,
    /// ISO date to compare with the end of the window.
    Expiry,
    /// Sorted list joined by `;`.
    List,
    /// A list of kinds of expert, or yes or no.
    Expert,
    /// `yes` or `no`.
    YesNo,
    /// Whole number.
    Limit,
    /// Sorted list of leaves.
    Leave,
    /// Sorted list of officers' certificate numbers.
    OfficerIds,
    /// One of a closed set of words.
    Choice(Choice),
}

/// A closed set of values, each with the words accepted for it; the first is shown to people.
pub(super) type Choice = &'static [(&'static str, &'static [&'static str])];

/// A cell that was read.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Cell<'a> {
    pub(super) value: Cow<'a, str>,
    /// Whether an id, text or code changed: blanks, width, and capitals of ids.
    pub(super) trimmed: bool,
}

/// Reads a raw cell. An empty value means that nothing stands there.
pub(super) fn read(raw: &str, kind: CellKind, ids: SubjectIds) -> Result<Cell<'_>, ProblemKind> {
    let value = match kind {
        CellKind::Text => Cow::Borrowed(free_text(raw)?),
        CellKind::SubjectId => subject_id(raw, ids)?,
        CellKind::OfficerId => other_id(folded_id(raw))?,
        CellKind::Code => {
            let value = folded(trim(raw));
            free_text(&value)?;
            value
        }
        CellKind::Date | CellKind::Expiry => return plain(by_date(raw)?),
        CellKind::List => return plain(list(raw, |item| Ok(Cow::Borrowed(free_text(item)?)))?),
        CellKind::Expert => return plain(expert(raw)?),
        CellKind::YesNo => return plain(Cow::Borrowed(yes_no(raw)?)),
        CellKind::Limit => return plain(limit(raw)?),
        CellKind::Leave => return plain(list(raw, |item| date::leave(item).map(Cow::Owned))?),
        CellKind::OfficerIds => return plain(list(raw, |item| other_id(folded_id(item)))?),
        CellKind::Choice(words) => return plain(Cow::Borrowed(choice(raw, words)?)),
    };
    let trimmed = value.as_ref() != raw;
    Ok(Cell { value, trimmed })
}

/// Without the blanks and invisible marks around it, and without a spreadsheet's text apostrophe
/// before a sign that would start a formula.
pub(crate) fn trim(text: &str) -> &str {
    // Nothing to trim beside letters and digits or, as a lead byte tells, U+4000 to U+9FFF.
    let bytes = text.as_bytes();
    let ideograph = |byte: Option<&u8>| matches!(byte, Some(0xe4..=0xe9));
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let starts = plain(bytes.first()) || ideograph(bytes.first());
    if starts && (plain(bytes.last()) || ideograph(bytes.iter().nth_back(2))) {
        return text;
    }
    let text = text.trim_matches(is_blank);
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

/// From full to half width (U+FF01 to U+FF5E), with plain spaces.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    let wide = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}' | '\u{a0}');
    if text.is_ascii() || !text.contains(wide) {
        return Cow::Borrowed(text);
    }
    let fold = |c: char| match c {
        '\u{3000}' | '\u{a0}' => ' ',
        _ if wide(c) => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(fold).collect()
}

/// A value short enough for a message.
pub(super) fn quoted(value: &str) -> String {
    let mut quoted: String = value.chars().take(QUOTED).collect();
    if quoted.len() < value.len() {
        quoted.push('…');
    }
    quoted
}

fn plain(value: Cow<'_, str>) -> Result<Cell<'_>, ProblemKind> {
    Ok(Cell {
        value,
        trimmed: false,
    })
}

fn free_text(raw: &str) -> Result<&str, ProblemKind> {
    let text = trim(raw);
    // Every refused character is ASCII or begins with one of these bytes. All bytes are looked at,
    // without an early end, so that the loop runs on many at once.
    let suspicious = |byte: u8| byte < 0x20 || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef);
    if !text
        .bytes()
        .fold(false, |found, byte| found | suspicious(byte))
    {
        return Ok(text);
    }
    for character in text.chars() {
        if character == char::REPLACEMENT_CHARACTER {
            return Err(ProblemKind::DamagedText {});
        }
        // Direction marks make a name look like another on screen.
        let direction = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || direction {
            let code_point = format!("U+{:04X}", u32::from(character));
            return Err(ProblemKind::ControlCharacter { code_point });
        }
    }
    Ok(text)
}

/// An id in half width and capitals, without invisible marks or a leading apostrophe.
fn folded_id(raw: &str) -> Cow<'_, str> {
    let text = trim(raw);
    if text
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        return Cow::Borrowed(text);
    }
    let mut id: String = folded(text).chars().filter(|c| !is_mark(*c)).collect();
    id.make_ascii_uppercase();
    id.strip_prefix('\'')
        .map(str::to_owned)
        .unwrap_or(id)
        .into()
}

fn subject_id(raw: &str, ids: SubjectIds) -> Result<Cow<'_, str>, ProblemKind> {
    let id = folded_id(raw);
    if ids == SubjectIds::Other {
        return other_id(id);
    }
    if !id.is_empty() {
        id.parse::<CreditCode>()
            .map_err(|error| ProblemKind::credit_code(&quoted(&id), &error))?;
    }
    Ok(id)
}

fn other_id(id: Cow<'_, str>) -> Result<Cow<'_, str>, ProblemKind> {
    let digits = id.len() >= 18 && id.bytes().all(|byte| byte.is_ascii_digit());
    if has_lost_digits(&id) || (digits && id.ends_with("000")) {
        return Err(ProblemKind::LostDigits { value: quoted(&id) });
    }
    let printable = |c: char| !c.is_control() && !c.is_whitespace() && c != '\u{fffd}';
    if id.chars().count() > LONGEST_ID || !id.chars().all(printable) {
        return Err(ProblemKind::BadId { value: quoted(&id) });
    }
    Ok(id)
}

fn by_date(raw: &str) -> Result<Cow<'_, str>, ProblemKind> {
    let text = trim(raw);
    if text.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let found = match folded(text) {
        Cow::Borrowed(text) => date::iso_date(text),
        Cow::Owned(text) => date::iso_date(text.trim()).map(|found| Cow::Owned(found.into_owned())),
    };
    found.ok_or_else(|| ProblemKind::BadDate {
        value: quoted(text),
    })
}

/// Splits, reads each item, sorts bytewise, drops repetitions and joins.
fn list(
    raw: &str,
    item: impl Fn(&str) -> Result<Cow<'_, str>, ProblemKind>,
) -> Result<Cow<'_, str>, ProblemKind> {
    let text = trim(raw);
    if text.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let folded = folded(text);
    if matches!(folded, Cow::Borrowed(_)) && !text.contains(SEPARATORS) {
        return item(text);
    }
    let mut items = Vec::new();
    for part in folded.split(SEPARATORS).map(trim) {
        if !part.is_empty() {
            items.push(item(part)?);
        }
    }
    items.sort_unstable();
    items.dedup();
    let joined = items.join(";");
    Ok(if joined == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(joined)
    })
}

fn expert(raw: &str) -> Result<Cow<'_, str>, ProblemKind> {
    match yes_no(raw) {
        Ok("yes") => Ok(Cow::Borrowed("专家")),
        Ok(_) => Ok(Cow::Borrowed("")),
        Err(_) => list(raw, |item| Ok(Cow::Borrowed(free_text(item)?))),
    }
}

fn yes_no(raw: &str) -> Result<&'static str, ProblemKind> {
    let text = folded(trim(raw)).to_lowercase();
    match text.as_str() {
        "" => Ok(""),
        "是" | "yes" | "y" | "1" | "true" | "√" | "可" | "有" => Ok("yes"),
        "否" | "no" | "n" | "0" | "false" | "×" | "不可" | "无" => Ok("no"),
        _ => Err(ProblemKind::BadYesNo {
            value: quoted(trim(raw)),
        }),
    }
}

fn choice(raw: &str, words: Choice) -> Result<&'static str, ProblemKind> {
    let text = folded(trim(raw)).to_lowercase();
    if text.is_empty() {
        return Ok("");
    }
    let meant = |(value, accepted): &&(&'static str, &[&str])| {
        *value == text.as_str() || accepted.contains(&text.as_str())
    };
    let found = words.iter().find(meant).map(|(value, _)| *value);
    found.ok_or_else(|| ProblemKind::BadChoice {
        value: quoted(trim(raw)),
        accepted: { words.iter() }
            .map(|(value, accepted)| accepted.first().copied().unwrap_or(value))
            .collect::<Vec<_>>()
            .join("、"),
    })
}

fn limit(raw: &str) -> Result<Cow<'_, str>, ProblemKind> {
    let text = folded(trim(raw));
    if text.is_empty() {
        return Ok(text);
    }
    if text.len() > LONGEST_LIMIT || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ProblemKind::BadLimit {
            value: quoted(&text),
        });
    }
    let number = text.trim_start_matches('0');
    Ok(Cow::Owned(if number.is_empty() {
        "0".to_owned()
    } else {
        number.to_owned()
    }))
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_mark(c)
}

/// Marks without width that web pages leave in copied text, and the byte order mark.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// What separates the items of a list, in half width.
const SEPARATORS: [char; 6] = [';', '、', ',', '|', '\n', '\r'];
const QUOTED: usize = 40;
const LONGEST_ID: usize = 64;
const LONGEST_LIMIT: usize = 6;

#[cfg(test)]
mod tests;
