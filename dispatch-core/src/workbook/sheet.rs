//! The rows of one sheet, streamed.
//!
//! Source: ECMA-376, part 1, 18.3.1. Values of formulas are those that were saved with them. Empty
//! rows and cells are passed over.
//!
//! Invariant: rows and cells come in rising order, within the bounds of a sheet; a file in which they
//! do not is refused.

use quick_xml::events::{BytesStart, Event};

use super::address::{COLUMNS, ROWS, column_name, parse};
use super::number;
use super::row::{Row, ValueKind};
use super::strings::{Strings, read_item, unescape};
use super::styles::{NumberFormat, Styles};
use super::xml::{Xml, attribute, flag};
use crate::problem::ProblemKind;

/// A sheet being read.
#[derive(Debug)]
pub struct SheetRows<'p> {
    xml: Xml<'p>,
    strings: &'p Strings,
    styles: &'p Styles,
    is_1904: bool,
    /// The last row read.
    row: u32,
    hidden_columns: Vec<(u32, u32)>,
    merged: Vec<Area>,
    value: String,
}

/// A rectangle of cells, counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Area {
    /// Column and row of the first cell.
    pub first: (u32, u32),
    /// Column and row of the last cell.
    pub last: (u32, u32),
}

impl std::fmt::Display for Area {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cell = |(column, row)| format!("{}{row}", column_name(column));
        write!(formatter, "{}:{}", cell(self.first), cell(self.last))
    }
}

impl<'p> SheetRows<'p> {
    pub(super) fn new(
        xml: Xml<'p>,
        strings: &'p Strings,
        styles: &'p Styles,
        is_1904: bool,
    ) -> Result<Self, ProblemKind> {
        let mut rows = Self {
            xml,
            strings,
            styles,
            is_1904,
            row: 0,
            hidden_columns: Vec::new(),
            merged: Vec::new(),
            value: String::new(),
        };
        rows.read_head()?;
        Ok(rows)
    }

    /// Reads the next row that is not empty; `false` at the end of the sheet.
    ///
    /// # Errors
    ///
    /// If the part is damaged or breaks a limit; nothing can be read behind that.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool, ProblemKind> {
        loop {
            let (given, is_hidden) = match self.xml.next()? {
                Event::Start(element) if element.local_name().into_inner() == "row" => (
                    attribute(&element, "r").map(|r| r.trim().parse::<u32>()),
                    flag(&element, "hidden"),
                ),
                Event::End(element) if element.local_name().into_inner() == "sheetData" => {
                    self.read_tail()?;
                    return Ok(false);
                }
                Event::Eof => return Ok(false),
                _ => continue,
            };
            let number = match given {
                Some(number) => number.map_err(|_| self.xml.damaged("a row has no number"))?,
                None => self.row + 1,
            };
            if number > ROWS {
                return Err(ProblemKind::WorkbookRows { limit: ROWS });
            }
            if number <= self.row {
                return Err(self.xml.damaged("rows are not in order"));
            }
            self.row = number;
            row.begin(number, is_hidden);
            self.read_cells(row)?;
            if !row.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Whether a column, counted from 1, is hidden.
    #[must_use]
    pub fn is_column_hidden(&self, column: u32) -> bool {
        self.hidden_columns
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&column))
    }

    /// Merged cells, known when all rows were read.
    #[must_use]
    pub fn merged(&self) -> &[Area] {
        &self.merged
    }

    /// Bytes of the sheet unpacked so far.
    #[must_use]
    pub fn unpacked(&self) -> u64 {
        self.xml.done()
    }

    /// Reads up to the first row.
    fn read_head(&mut self) -> Result<(), ProblemKind> {
        loop {
            match self.xml.next()? {
                Event::Start(element) => match element.local_name().into_inner() {
                    "sheetData" => return Ok(()),
                    "col" if flag(&element, "hidden") => {
                        let bound = |name| {
                            let value = attribute(&element, name)?;
                            value.trim().parse::<u32>().ok()
                        };
                        let columns = bound("min").zip(bound("max"));
                        if self.hidden_columns.len() < MOST {
                            self.hidden_columns.extend(columns);
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Err(self.xml.damaged("it is no sheet of cells")),
                _ => {}
            }
        }
    }

    /// Reads what stands behind the last row, to the end.
    fn read_tail(&mut self) -> Result<(), ProblemKind> {
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().into_inner() == "mergeCell" => {
                    let area = attribute(&element, "ref");
                    let corners = area.as_deref().and_then(|area| area.split_once(':'));
                    let Some((first, last)) = corners else {
                        continue;
                    };
                    let (Some(first), Some(last)) = (parse(first), parse(last)) else {
                        continue;
                    };
                    if self.merged.len() < MOST {
                        self.merged.push(Area { first, last });
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Reads the cells of a row to its end.
    fn read_cells(&mut self, row: &mut Row) -> Result<(), ProblemKind> {
        let mut next = 1;
        loop {
            let head = match self.xml.next()? {
                Event::Start(element) if element.local_name().into_inner() == "c" => {
                    CellHead::of(&element)
                }
                Event::End(element) if element.local_name().into_inner() == "row" => return Ok(()),
                Event::Eof => return Err(self.xml.damaged("it ends too early")),
                _ => continue,
            };
            let column = match head.place {
                Place::Next => next,
                Place::At(column, number) if number == row.number && column >= next => column,
                _ => return Err(self.xml.damaged("cells are not in order")),
            };
            if column > COLUMNS {
                return Err(ProblemKind::WorkbookColumns { limit: WIDEST });
            }
            next = column + 1;
            self.read_value(&head, row, column)?;
        }
    }

    /// Reads what a cell holds, to its end.
    fn read_value(
        &mut self,
        head: &CellHead,
        row: &mut Row,
        column: u32,
    ) -> Result<(), ProblemKind> {
        self.value.clear();
        let mut is_formula = false;
        loop {
            let found = match self.xml.next()? {
                Event::Start(element) => match element.local_name().into_inner() {
                    "v" => Found::Value,
                    "is" => Found::Inline,
                    name => {
                        is_formula |= name == "f";
                        Found::Other
                    }
                },
                Event::End(_) => break,
                Event::Eof => return Err(self.xml.damaged("it ends too early")),
                _ => continue,
            };
            match found {
                // Both may be there; the inline string is the value then.
                Found::Value if head.kind == ValueType::Inline => self.xml.skip()?,
                Found::Value => self.xml.text_into(&mut self.value)?,
                Found::Inline => read_item(&mut self.xml, &mut self.value)?,
                Found::Other => self.xml.skip()?,
            }
        }
        // The value of a formula may be an empty text; any other is missing.
        let is_missing = is_formula && head.kind != ValueType::Formula;
        if self.value.is_empty() && !is_missing {
            return Ok(());
        }
        if column > WIDEST {
            return Err(ProblemKind::WorkbookColumns { limit: WIDEST });
        }
        let index = usize::try_from(column - 1).unwrap_or(usize::MAX);
        if self.value.is_empty() {
            row.push(index, ValueKind::Uncalculated, "");
            return Ok(());
        }
        let value = self.value.trim();
        let style = || self.styles.format(head.style);
        match head.kind {
            ValueType::Shared => {
                let text = value.parse().ok().and_then(|index| self.strings.get(index));
                let text = text.ok_or_else(|| self.xml.damaged("a shared string is missing"))?;
                if !text.is_empty() {
                    row.push(index, ValueKind::Text, text);
                }
            }
            ValueType::Formula => {
                unescape(&mut self.value, 0);
                row.push(index, ValueKind::Text, &self.value);
            }
            ValueType::Inline => row.push(index, ValueKind::Text, &self.value),
            ValueType::Bool => {
                let truth = matches!(value, "1" | "true" | "TRUE");
                row.push(index, ValueKind::Bool, if truth { "TRUE" } else { "FALSE" });
            }
            ValueType::Error => row.push(index, ValueKind::Error, value),
            ValueType::Date => {
                let text = value.replace('T', " ");
                let text = text.trim_end_matches('Z').trim_end_matches(" 00:00:00");
                row.push(index, ValueKind::Date, text);
            }
            ValueType::Number => {
                let text = match style() {
                    NumberFormat::Date => number::date_time(value, self.is_1904),
                    NumberFormat::Time => number::time(value),
                    NumberFormat::Number => None,
                };
                match text {
                    Some(text) => row.push(index, ValueKind::Date, &text),
                    None => {
                        let text = number::decimal(value);
                        let text = text.ok_or_else(|| self.xml.damaged("a number is none"))?;
                        row.push(index, ValueKind::Number, &text);
                    }
                }
            }
        }
        Ok(())
    }
}

/// What a cell's element says.
struct CellHead {
    place: Place,
    style: usize,
    kind: ValueType,
}

impl CellHead {
    fn of(element: &BytesStart<'_>) -> Self {
        let mut head = Self {
            place: Place::Next,
            style: 0,
            kind: ValueType::Number,
        };
        let mut attributes = element.attributes();
        attributes.with_checks(false);
        for attribute in attributes.flatten() {
            let value = attribute.value.as_ref();
            match attribute.key.into_inner() {
                "r" => {
                    head.place = match parse(value) {
                        Some((column, row)) => Place::At(column, row),
                        None => Place::Wrong,
                    };
                }
                "s" => head.style = value.parse().unwrap_or(0),
                "t" => {
                    head.kind = match value {
                        "s" => ValueType::Shared,
                        "str" => ValueType::Formula,
                        "inlineStr" => ValueType::Inline,
                        "b" => ValueType::Bool,
                        "e" => ValueType::Error,
                        "d" => ValueType::Date,
                        _ => ValueType::Number,
                    };
                }
                _ => {}
            }
        }
        head
    }
}

enum Place {
    /// No address: right of the cell before.
    Next,
    At(u32, u32),
    Wrong,
}

enum Found {
    Value,
    Inline,
    Other,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum ValueType {
    Shared,
    Formula,
    Inline,
    Bool,
    Error,
    Date,
    Number,
}

/// Columns that may hold something; a list has a few dozen.
const WIDEST: u32 = 1_024;
/// Merged areas and runs of hidden columns that are remembered.
const MOST: usize = 100_000;
