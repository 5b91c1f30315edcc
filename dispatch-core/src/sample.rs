//! Made-up rosters and recusals, to try the whole way from file to draw without real data.
//!
//! The files look like those of a city's bureau: an object list in GB18030, the officer template in
//! UTF-8 with byte order mark, recusals in UTF-8. Every code has a right check character; names are
//! put together from word lists and mean no real enterprise or person.
//!
//! Invariant: the same options give the same bytes, and importing them gives no error.

mod dice;
mod mess;
mod officer;
mod place;
mod recusal;
mod rules;
mod sheet;
mod subject;
mod visit;
mod words;

use std::io;
use std::io::Write;

use crate::import::TextEncoding;
use jiff::civil::Date;
pub use rules::SAMPLE_RULES;
use sheet::Sheet;

/// How much to make up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SampleOptions {
    /// Rows of the subject roster, at most [`MOST_SUBJECTS`].
    pub subjects: u64,
    /// Rows of the officer roster, at most [`MOST_OFFICERS`].
    pub officers: u64,
    /// Rows of the list of recusals; fewer come where the rosters have too few pairs of one region.
    pub recusals: u64,
    /// Chooses one sample among many.
    pub seed: u64,
    /// Whether a few cells get stray blanks, full-width characters or another date form.
    pub messy: bool,
}

impl Default for SampleOptions {
    /// One district's worth of data.
    fn default() -> Self {
        Self {
            subjects: 20_000,
            officers: 400,
            recusals: 60,
            seed: 1,
            messy: true,
        }
    }
}

/// Writes `subjects.csv`: the object list, in GB18030.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for more than [`MOST_SUBJECTS`] rows; what the writer brings.
pub fn write_subjects(options: &SampleOptions, out: &mut impl Write) -> io::Result<()> {
    check(options)?;
    let mut sheet = Sheet::new(out, TextEncoding::Gb18030)?;
    sheet.row(subject::HEADERS)?;
    for index in 0..options.subjects {
        let mut cells = subject::row(options.seed, index);
        if options.messy {
            mess::disturb(
                options.seed,
                "subjects",
                index,
                &mut cells,
                &subject::UNTIDY,
            );
        }
        sheet.row(&cells)?;
    }
    sheet.finish()
}

/// Writes `officers.csv`: the officer template with three columns more, in UTF-8 with a mark.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for more than [`MOST_OFFICERS`] rows; what the writer brings.
pub fn write_officers(options: &SampleOptions, out: &mut impl Write) -> io::Result<()> {
    check(options)?;
    let mut sheet = Sheet::new(out, TextEncoding::Utf8WithMark)?;
    sheet.row(officer::HEADERS)?;
    for index in 0..options.officers {
        let mut cells = officer::row(options.seed, index);
        if options.messy {
            mess::disturb(
                options.seed,
                "officers",
                index,
                &mut cells,
                &officer::UNTIDY,
            );
        }
        sheet.row(&cells)?;
    }
    sheet.finish()
}

/// Writes `recusals.csv`: pairs of a subject and an officer of the same region, in UTF-8.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for too many subjects or officers; what the writer brings.
pub fn write_recusals(options: &SampleOptions, out: &mut impl Write) -> io::Result<()> {
    check(options)?;
    let mut sheet = Sheet::new(out, TextEncoding::Utf8)?;
    sheet.row(recusal::HEADERS)?;
    for (index, mut cells) in (0_u64..).zip(recusal::rows(options)) {
        if options.messy {
            mess::disturb(
                options.seed,
                "recusals",
                index,
                &mut cells,
                &recusal::UNTIDY,
            );
        }
        sheet.row(&cells)?;
    }
    sheet.finish()
}

/// Writes `visits.csv`: visits of the year before `on` and some planned ones, in UTF-8 with a mark;
/// about one for every twenty subjects.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for too many subjects or officers; what the writer brings.
pub fn write_visits(options: &SampleOptions, on: Date, out: &mut impl Write) -> io::Result<()> {
    check(options)?;
    let mut sheet = Sheet::new(out, TextEncoding::Utf8WithMark)?;
    sheet.row(visit::HEADERS)?;
    for cells in visit::rows(options, on) {
        sheet.row(&cells)?;
    }
    sheet.finish()
}

fn check(options: &SampleOptions) -> io::Result<()> {
    for (what, wanted, most) in [
        ("subjects", options.subjects, MOST_SUBJECTS),
        ("officers", options.officers, MOST_OFFICERS),
    ] {
        if wanted > most {
            let message = format!("a sample has at most {most} {what}, not {wanted}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
    }
    Ok(())
}

/// All organisation codes of the form `MA` and six characters.
pub const MOST_SUBJECTS: u64 = 887_503_681;
/// All serial numbers of six digits.
pub const MOST_OFFICERS: u64 = 999_999;

#[cfg(test)]
mod tests;
