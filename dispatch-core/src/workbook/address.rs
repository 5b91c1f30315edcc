//! Addresses of cells, such as `C17`.
//!
//! Source: ECMA-376, part 1, 18.18.62. Columns and rows are counted from 1 in what people see.
//!
//! Invariant: an address that is read lies within 16,384 columns and 1,048,576 rows.

/// The letters of a column, counted from 1.
#[must_use]
pub fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while let Some(before) = rest.checked_sub(1) {
        let letter = u8::try_from(before % 26).unwrap_or(0) + b'A';
        letters.push(char::from(letter));
        rest = before / 26;
    }
    letters.iter().rev().collect()
}

/// The address of a cell, counted from 1.
#[must_use]
pub fn cell_name(column: u32, row: u64) -> String {
    format!("{}{row}", column_name(column))
}

/// Column and row of an address, counted from 1; `None` if it is none.
pub(super) fn parse(address: &str) -> Option<(u32, u32)> {
    let digits = address.bytes().position(|byte| byte.is_ascii_digit())?;
    let (letters, digits) = address.split_at_checked(digits)?;
    if letters.is_empty() || letters.len() > 3 || digits.len() > 7 {
        return None;
    }
    let mut column: u32 = 0;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    let all = digits.bytes().all(|byte| byte.is_ascii_digit());
    let row: u32 = digits.parse().ok().filter(|_| all)?;
    ((1..=ROWS).contains(&row) && column <= COLUMNS).then_some((column, row))
}

/// Rows that a sheet may have.
pub(super) const ROWS: u32 = 1_048_576;
/// Columns that a sheet may have.
pub(super) const COLUMNS: u32 = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_the_standard() {
        for (name, column) in [("A", 1), ("Z", 26), ("AA", 27), ("AZ", 52), ("XFD", 16_384)] {
            assert_eq!(column_name(column), name);
            assert_eq!(parse(&format!("{name}17")), Some((column, 17)));
        }
        assert_eq!(parse("XFD1048576"), Some((16_384, 1_048_576)));
        for wrong in [
            "",
            "A",
            "1",
            "A0",
            "XFE1",
            "A1048577",
            "AAAA1",
            "A1B",
            "甲1",
            "A99999999999",
            "$A$1",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
