//! Which number formats mean dates.
//!
//! Source: ECMA-376, part 1, 18.8.30 (built-in formats, those of Chinese, Japanese and Korean among
//! them) and 18.8.31 (format codes).
//!
//! Invariant: a format without a day, month or year never makes a date of a number.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::archive::{Archive, Role};
use super::xml::attribute;
use crate::problem::ProblemKind;

/// What a number stands for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum NumberFormat {
    /// Itself.
    #[default]
    Number,
    /// A day, perhaps with a time.
    Date,
    /// A time of day.
    Time,
}

/// The number format of every cell style.
#[derive(Debug, Default)]
pub(super) struct Styles {
    formats: Vec<NumberFormat>,
}

impl Styles {
    pub(super) fn read(archive: &Archive<'_>, path: &str) -> Result<Self, ProblemKind> {
        let mut parts = archive.parts();
        let mut xml = archive.part(&mut parts, path, Role::Other)?;
        let mut own: HashMap<u32, NumberFormat> = HashMap::new();
        let mut styles = Self::default();
        let mut in_cells = false;
        loop {
            match xml.next()? {
                Event::Start(element) => {
                    let id =
                        || attribute(&element, "numFmtId").and_then(|id| id.trim().parse().ok());
                    match element.local_name().into_inner() {
                        "numFmt" => {
                            if let (Some(id), Some(code)) =
                                (id(), attribute(&element, "formatCode"))
                            {
                                own.insert(id, by_code(&code));
                            }
                        }
                        "cellXfs" => in_cells = true,
                        "xf" if in_cells => {
                            let id = id().unwrap_or(0);
                            let format = own.get(&id).copied().unwrap_or_else(|| built_in(id));
                            styles.formats.push(format);
                        }
                        _ => {}
                    }
                }
                Event::End(element) if element.local_name().into_inner() == "cellXfs" => {
                    in_cells = false;
                }
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    /// The number format of a style.
    pub(super) fn format(&self, style: usize) -> NumberFormat {
        self.formats.get(style).copied().unwrap_or_default()
    }
}

fn built_in(id: u32) -> NumberFormat {
    match id {
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 | 71..=74 | 77 => NumberFormat::Date,
        18..=21 | 32..=35 | 45 | 47 | 55 | 56 | 75 | 76 | 78 | 80 | 81 => NumberFormat::Time,
        _ => NumberFormat::Number,
    }
}

/// Looks at the first section of a code, without literals and brackets.
fn by_code(code: &str) -> NumberFormat {
    let (mut day, mut time, mut months) = (false, false, false);
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter.to_ascii_lowercase() {
            ';' => break,
            '"' => while letters.next().is_some_and(|quoted| quoted != '"') {},
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|c| *c != ']').collect();
                // Hours beyond a day, as in [h]:mm, are a number of days.
                if matches!(
                    inside.to_ascii_lowercase().as_str(),
                    "h" | "hh" | "m" | "mm" | "s" | "ss"
                ) {
                    return NumberFormat::Number;
                }
            }
            'y' | 'd' => day = true,
            'h' | 's' => time = true,
            // Of AM/PM too, which comes with hours.
            'm' => months = true,
            'g' if letters.as_str().to_ascii_lowercase().starts_with("eneral") => {
                return NumberFormat::Number;
            }
            _ => {}
        }
    }
    if day || (months && !time) {
        NumberFormat::Date
    } else if time {
        NumberFormat::Time
    } else {
        NumberFormat::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_real_files() {
        for (code, format) in [
            ("yyyy\\-mm\\-dd", NumberFormat::Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", NumberFormat::Date),
            ("[$-804]yyyy/m/d", NumberFormat::Date),
            ("[DBNum1][$-804]yyyy\"年\"m\"月\"", NumberFormat::Date),
            ("m/d/yy h:mm", NumberFormat::Date),
            ("h:mm AM/PM", NumberFormat::Time),
            ("[h]:mm:ss", NumberFormat::Number),
            ("General", NumberFormat::Number),
            ("G/通用格式", NumberFormat::Number),
            ("0.00_);[Red]\\(0.00\\)", NumberFormat::Number),
            ("#,##0\"days\"", NumberFormat::Number),
            ("0.00E+00", NumberFormat::Number),
            ("@", NumberFormat::Number),
            ("0;d", NumberFormat::Number),
        ] {
            assert_eq!(by_code(code), format, "{code}");
        }
    }
}
