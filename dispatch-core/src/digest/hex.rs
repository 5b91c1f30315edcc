//! Bytes as lower-case hexadecimal text, and back.
//!
//! Source: RFC 4648 section 8, restricted to lower case.
//! Invariant: reading is the exact inverse of writing; any other spelling is refused.

/// Lower-case hexadecimal form of any bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 0x0f] {
            text.push(char::from(if nibble < 10 {
                b'0' + nibble
            } else {
                b'a' + nibble - 10
            }));
        }
    }
    text
}

/// Reads lower-case hexadecimal of even length; the empty string is no bytes.
///
/// # Errors
/// [`HexError::Digit`] for the first character outside `0-9a-f`, [`HexError::OddLength`].
pub fn from_hex(text: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (index, found) in text.chars().enumerate() {
        let nibble = match found {
            '0'..='9' => found as u8 - b'0',
            'a'..='f' => found as u8 - b'a' + 10,
            _ => {
                return Err(HexError::Digit {
                    position: index + 1,
                    found,
                });
            }
        };
        match high.take() {
            None => high = Some(nibble << 4),
            Some(high) => bytes.push(high | nibble),
        }
    }
    match high {
        None => Ok(bytes),
        Some(_) => Err(HexError::OddLength { found: text.len() }),
    }
}

/// Why a text is not the hexadecimal form of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// The length is not the one of the value expected.
    #[error("expected {expected} hexadecimal characters, found {found}; paste the value whole")]
    Length {
        /// Characters expected.
        expected: usize,
        /// Characters found.
        found: usize,
    },
    /// Half a byte is left over.
    #[error("{found} hexadecimal characters are not whole bytes; paste the value whole")]
    OddLength {
        /// Characters found.
        found: usize,
    },
    /// A character outside `0-9a-f`.
    #[error("character {position} is {found:?}; only 0-9 and lower-case a-f are allowed")]
    Digit {
        /// Position of the character, counted from 1.
        position: usize,
        /// The character.
        found: char,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_both_ways() {
        assert_eq!(
            from_hex("0g"),
            Err(HexError::Digit {
                position: 2,
                found: 'g'
            })
        );
        assert_eq!(from_hex("000"), Err(HexError::OddLength { found: 3 }));
        assert_eq!(from_hex(""), Ok(vec![]));
        assert_eq!(from_hex("00ff10ab"), Ok(vec![0, 255, 16, 171]));
        assert_eq!(hex(&[0, 255, 16, 171]), "00ff10ab");
    }
}
