//! The unified social credit code (统一社会信用代码) of a subject.
//!
//! Source: GB 32100-2015. Eighteen characters out of 31 (digits and capital letters without
//! I, O, S, V, Z); the last one is a check character over the first seventeen, weights 3^i mod 31.
//!
//! Invariant: a [`CreditCode`] always has a right check character, so a code that was mistyped or
//! mangled by a spreadsheet never enters a roster.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A checked unified social credit code, in capitals.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CreditCode([u8; LENGTH]);

impl CreditCode {
    /// The code as text, always eighteen ASCII characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only characters of the alphabet are ever stored, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    /// Reads a code that is already trimmed and in capitals.
    fn from_str(text: &str) -> Result<Self, CreditCodeError> {
        let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if has_lost_digits(text) {
            return Err(CreditCodeError::LostDigits);
        }
        if digits_only && text.len() == OLD_NUMBER_LENGTH {
            return Err(CreditCodeError::OldRegistrationNumber);
        }
        let expected = weighted_check(text, LENGTH)?;
        let code: [u8; LENGTH] =
            text.as_bytes()
                .try_into()
                .map_err(|_| CreditCodeError::Length {
                    length: text.len(),
                    wanted: LENGTH,
                })?;
        let found = char::from(code[LENGTH - 1]);
        if found == expected {
            return Ok(Self(code));
        }
        if digits_only && text.ends_with("000") {
            return Err(CreditCodeError::LostDigits);
        }
        Err(CreditCodeError::CheckCharacter { found, expected })
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl AsRef<str> for CreditCode {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// What is wrong with a text that should be a unified social credit code.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CreditCodeError {
    /// The text does not have the wanted number of characters.
    #[error("the credit code has {length} characters instead of {wanted}")]
    Length {
        /// Characters found.
        length: usize,
        /// Characters wanted: 18, or 17 where the check character is to be computed.
        wanted: usize,
    },
    /// A character outside the alphabet of GB 32100-2015.
    #[error("the credit code has {character:?} at position {position}, which is not allowed")]
    Character {
        /// Position of the character, from 1.
        position: usize,
        /// The character found there.
        character: char,
    },
    /// The last character does not fit the first seventeen.
    #[error("the check character is {found}, should be {expected}")]
    CheckCharacter {
        /// Character found in position 18.
        found: char,
        /// Character that fits the first seventeen.
        expected: char,
    },
    /// Fifteen digits: a business registration number from before October 2015.
    #[error("15 digits are an old registration number, not a unified social credit code")]
    OldRegistrationNumber,
    /// The code went through a spreadsheet that took it for a number.
    #[error("lost digits in a spreadsheet: format the column as text and import again")]
    LostDigits,
}

/// Computes the check character of the first seventeen characters (GB 32100-2015, annex).
///
/// # Errors
/// [`CreditCodeError::Length`] unless there are seventeen characters, and
/// [`CreditCodeError::Character`] for one outside the alphabet.
pub fn check_character(first_seventeen: &str) -> Result<char, CreditCodeError> {
    weighted_check(first_seventeen, LENGTH - 1)
}

/// Whether the text is a number that a spreadsheet wrote in scientific notation.
#[must_use]
pub fn has_lost_digits(text: &str) -> bool {
    let starts_as_number = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    starts_as_number && (text.contains("E+") || text.contains("e+"))
}

/// The characters a credit code may consist of, in the order of their values.
pub const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Checks length and alphabet of `text`, and answers the check character of its first seventeen.
fn weighted_check(text: &str, wanted: usize) -> Result<char, CreditCodeError> {
    let length = text.chars().count();
    if length != wanted {
        return Err(CreditCodeError::Length { length, wanted });
    }
    let mut sum = 0;
    for (index, character) in text.chars().enumerate() {
        let value = u8::try_from(character)
            .ok()
            .map_or(ABSENT, |byte| VALUES[usize::from(byte)]);
        if value == ABSENT {
            return Err(CreditCodeError::Character {
                position: index + 1,
                character,
            });
        }
        sum += u32::from(value) * WEIGHTS.get(index).copied().unwrap_or(0);
    }
    let check = usize::try_from((31 - sum % 31) % 31).unwrap_or(0);
    Ok(char::from(ALPHABET[check]))
}

const LENGTH: usize = 18;
const OLD_NUMBER_LENGTH: usize = 15;
const ABSENT: u8 = u8::MAX;

/// 3^i mod 31 for the first seventeen positions.
const WEIGHTS: [u32; LENGTH - 1] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// Value of every byte in the alphabet, [`ABSENT`] for the others.
const VALUES: [u8; 256] = {
    let mut values = [ABSENT; 256];
    let mut index = 0;
    let mut value = 0;
    while index < ALPHABET.len() {
        values[ALPHABET[index] as usize] = value;
        value += 1;
        index += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;

    /// The example of the standard and three codes of public companies.
    const PUBLIC: [&str; 4] = [
        "91350100M000100Y43",
        "914403001922038216",
        "9144030071526726XG",
        "91330100716105852F",
    ];

    #[test]
    fn public_codes_are_accepted() {
        for text in PUBLIC {
            assert_eq!(text.parse::<CreditCode>().unwrap().as_str(), text);
            assert_eq!(
                check_character(&text[..17]).unwrap(),
                text.chars().last().unwrap()
            );
        }
    }

    #[test]
    fn any_single_wrong_character_is_found() {
        // 31 is prime and no weight is a multiple of it, so every substitution must show.
        for position in 0..18 {
            for replacement in ALPHABET {
                let mut bytes = PUBLIC[0].as_bytes().to_vec();
                if bytes[position] == *replacement {
                    continue;
                }
                bytes[position] = *replacement;
                let text = String::from_utf8(bytes).unwrap();
                assert!(text.parse::<CreditCode>().is_err(), "{text}");
            }
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let error = |text: &str| text.parse::<CreditCode>().unwrap_err();
        assert_eq!(
            error("91350100M000100Y4X"),
            CreditCodeError::CheckCharacter {
                found: 'X',
                expected: '3'
            }
        );
        assert_eq!(
            error("9135O100M000100Y43"),
            CreditCodeError::Character {
                position: 5,
                character: 'O'
            }
        );
        assert_eq!(
            error("91350100Ｍ000100Y43"),
            CreditCodeError::Character {
                position: 9,
                character: 'Ｍ'
            }
        );
        assert_eq!(
            error("91350100M"),
            CreditCodeError::Length {
                length: 9,
                wanted: 18
            }
        );
        assert_eq!(
            error(""),
            CreditCodeError::Length {
                length: 0,
                wanted: 18
            }
        );
        assert_eq!(
            error("440101000123456"),
            CreditCodeError::OldRegistrationNumber
        );
        assert_eq!(error("9.14403E+17"), CreditCodeError::LostDigits);
        assert_eq!(error("914403001922038000"), CreditCodeError::LostDigits);
    }
}
