//! Shared strings: texts that cells name by number.
//!
//! Source: ECMA-376, part 1, 18.4. Runs of rich text are joined; phonetic runs are left out, since they
//! only tell how a text is read.
//!
//! Invariant: the texts lie in one piece of memory, no larger than the part itself.

use quick_xml::events::Event;

use super::archive::{Archive, Role};
use super::xml::Xml;
use crate::problem::ProblemKind;

/// All shared strings of a workbook.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub(super) fn read(archive: &Archive<'_>, path: &str) -> Result<Self, ProblemKind> {
        let mut parts = archive.parts();
        let mut xml = archive.part(&mut parts, path, Role::Strings)?;
        let mut strings = Self::default();
        loop {
            let is_item = match xml.next()? {
                Event::Start(element) => element.local_name().into_inner() == "si",
                Event::Eof => break,
                _ => false,
            };
            if is_item {
                read_item(&mut xml, &mut strings.text)?;
                strings.ends.push(strings.text.len());
            }
        }
        strings.text.shrink_to_fit();
        strings.ends.shrink_to_fit();
        Ok(strings)
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }
}

/// Appends the text of an item, of which the start was read, up to its end.
pub(super) fn read_item(xml: &mut Xml<'_>, text: &mut String) -> Result<(), ProblemKind> {
    let start = text.len();
    let mut inside = 0_u32;
    loop {
        let (is_text, is_phonetic) = match xml.next()? {
            Event::Start(element) => match element.local_name().into_inner() {
                "t" => (true, false),
                "rPh" => (false, true),
                _ => {
                    inside += 1;
                    (false, false)
                }
            },
            Event::End(_) => match inside.checked_sub(1) {
                Some(outer) => {
                    inside = outer;
                    (false, false)
                }
                None => break,
            },
            Event::Eof => return Err(xml.damaged("it ends too early")),
            _ => (false, false),
        };
        if is_text {
            xml.text_into(text)?;
        } else if is_phonetic {
            xml.skip()?;
        }
        if text.len() - start > LONGEST {
            return Err(ProblemKind::WorkbookLongCell {
                part: xml.part().to_owned(),
            });
        }
    }
    unescape(text, start);
    Ok(())
}

/// Characters that XML cannot hold are written `_x000D_` (18.18.93 of the same part).
pub(super) fn unescape(text: &mut String, start: usize) {
    let Some(written) = text.get(start..).filter(|written| written.contains("_x")) else {
        return;
    };
    let mut plain = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let digits = escape.get(2..6).filter(|_| escape.get(6..7) == Some("_"));
        let hexadecimal = digits.filter(|d| d.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                rest = escape.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = escape.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    text.truncate(start);
    text.push_str(&plain);
}

const LONGEST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters() {
        for (written, plain) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00", "_x00"),
            ("_x甲乙丙丁_", "_x甲乙丙丁_"),
            ("甲_x0041_乙_x0042_", "甲A乙B"),
            ("_xD800_", "_xD800_"),
        ] {
            let mut text = String::from("k");
            text.push_str(written);
            unescape(&mut text, 1);
            assert_eq!(text, format!("k{plain}"));
        }
    }
}
