//! XLSX workbooks, read row by row behind a gate on size.
//!
//! Source: ECMA-376 (Office Open XML), parts 1 and 2, as far as cells, shared strings, number formats,
//! hidden rows and merged cells go. What spreadsheet programs write is read; the rest is refused with
//! a remedy. Only the parts that are needed are unpacked, and each is bounded while it is read.
//!
//! Invariant: whatever the bytes are, memory is bounded by the file's own size, the shared strings'
//! limit and one row.

mod address;
mod archive;
mod number;
mod package;
mod row;
mod sheet;
mod strings;
mod styles;
mod xml;

use crate::problem::ProblemKind;

pub use address::{cell_name, column_name};
pub use archive::{Limits, Parts};
pub use row::{Cell, Row, ValueKind};
pub use sheet::{Area, SheetRows};

use archive::Archive;
use package::Package;
use strings::Strings;
use styles::Styles;

/// A workbook that passed the gate; its sheets can be read.
#[derive(Debug)]
pub struct Workbook<'a> {
    archive: Archive<'a>,
    package: Package,
    strings: Strings,
    styles: Styles,
}

/// One sheet of a workbook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sheet {
    /// Its name, as on its tab.
    pub name: String,
    /// Whether the tab is hidden.
    pub is_hidden: bool,
    /// The part that holds it.
    path: String,
}

impl<'a> Workbook<'a> {
    /// Opens the bytes of an XLSX file within the usual limits.
    ///
    /// # Errors
    ///
    /// Says what the file is instead, which limit it breaks or where it is damaged, with the remedy.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ProblemKind> {
        Self::open_within(bytes, &Limits::default())
    }

    /// The same within other limits.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn open_within(bytes: &'a [u8], limits: &Limits) -> Result<Self, ProblemKind> {
        let archive = Archive::open(bytes, limits)?;
        let package = Package::read(&archive)?;
        let strings = match &package.strings {
            Some(path) => Strings::read(&archive, path)?,
            None => Strings::default(),
        };
        let styles = match &package.styles {
            Some(path) => Styles::read(&archive, path)?,
            None => Styles::default(),
        };
        Ok(Self {
            archive,
            package,
            strings,
            styles,
        })
    }

    /// The sheets with cells, in the order of their tabs.
    #[must_use]
    pub fn sheets(&self) -> &[Sheet] {
        &self.package.sheets
    }

    /// The sheet of this name; blanks around it do not matter.
    #[must_use]
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        let sheets = &self.package.sheets;
        sheets
            .iter()
            .find(|sheet| sheet.name == name)
            .or_else(|| sheets.iter().find(|sheet| sheet.name.trim() == name.trim()))
    }

    /// A handle on the file from which one sheet can be read at a time.
    #[must_use]
    pub fn parts(&self) -> Parts<'a> {
        self.archive.parts()
    }

    /// Starts to read a sheet from its first row.
    ///
    /// # Errors
    ///
    /// If the sheet's part is missing, too large or damaged.
    pub fn rows<'p>(
        &'p self,
        parts: &'p mut Parts<'a>,
        sheet: &Sheet,
    ) -> Result<SheetRows<'p>, ProblemKind> {
        let xml = self.archive.xml(parts, &sheet.path)?;
        SheetRows::new(xml, &self.strings, &self.styles, self.package.is_1904)
    }
}

/// Whether the bytes begin like a ZIP file, as an XLSX file does, or like a container of older
/// spreadsheets: then [`Workbook::open`] tells what it is.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    archive::is_zip(bytes) || archive::is_compound(bytes)
}

#[cfg(test)]
pub(crate) mod tests;
