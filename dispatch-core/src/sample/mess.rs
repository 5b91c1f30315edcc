//! The small untidiness of lists kept by hand: stray blanks, full-width digits, small letters.
//!
//! Invariant: a disturbed cell reads as the same value as before.

use super::dice::Dice;

/// A column that may be disturbed, and how.
#[derive(Clone, Copy, Debug)]
pub(super) enum Untidy {
    /// Blanks around free text.
    Text(usize),
    /// Blanks, small letters or full-width characters in an id.
    Id(usize),
    /// A date written with slashes.
    Date(usize),
}

/// Disturbs a cell of a few rows in a thousand.
pub(super) fn disturb(seed: u64, file: &str, row: u64, cells: &mut [String], columns: &[Untidy]) {
    let mut dice = Dice::new(seed, &format!("mess in {file}"), row);
    for column in columns {
        let (index, per_mille) = match column {
            Untidy::Text(index) => (*index, 2),
            Untidy::Id(index) => (*index, 1),
            Untidy::Date(index) => (*index, 20),
        };
        if !dice.chance(per_mille) {
            continue;
        }
        if let Some(cell) = cells.get_mut(index).filter(|cell| !cell.is_empty()) {
            *cell = disturbed(*column, cell, &mut dice);
        }
    }
}

fn disturbed(column: Untidy, cell: &str, dice: &mut Dice) -> String {
    match (column, dice.below(3)) {
        (Untidy::Date(_), _) => cell.replace("-0", "-").replace('-', "/"),
        (Untidy::Id(_), 0) => cell.to_lowercase(),
        (Untidy::Id(_), 1) => cell.chars().map(widened).collect(),
        (_, 2) => format!("{cell} "),
        (_, 1) => format!(" {cell}"),
        _ => format!("\u{3000}{cell}"),
    }
}

/// The full-width form of an ASCII digit or letter.
fn widened(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        _ => c,
    }
}
