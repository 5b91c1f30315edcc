//! How far a string goes on without a byte that has a meaning in JSON.
//!
//! Source: docs/spec.md 1.3. Eight bytes are looked at together, as most of a roster is plain text.
//! Invariant: the answer is that of looking at one byte after the other.

/// Number of bytes before the first `"`, `\` or control character; `None` if there is none.
pub(crate) fn plain_length(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            let within = usize::try_from(marks.trailing_zeros() / 8).unwrap_or(0);
            return Some(index * 8 + within);
        }
    }
    let at = rest.iter().position(|byte| is_mark(*byte))?;
    Some(words.len() * 8 + at)
}

const fn is_mark(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// The highest bit of every byte that is a mark. A byte above a mark may be flagged too, as the
/// subtractions borrow upwards, so only the lowest flag counts.
const fn marks(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let escape = word ^ (ONES * 0x5c);
    let quotes = quote.wrapping_sub(ONES) & !quote;
    let escapes = escape.wrapping_sub(ONES) & !escape;
    let controls = word.wrapping_sub(ONES * 0x20) & !word;
    (quotes | escapes | controls) & (ONES * 0x80)
}

const ONES: u64 = u64::MAX / 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_byte_by_byte_for_every_byte_at_every_place() {
        for filler in [b'a', 0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa2, 0xff] {
            for at in 0..19 {
                for byte in 0..=255_u8 {
                    let mut bytes = [filler; 19];
                    bytes[at] = byte;
                    let slow = |bytes: &[u8]| bytes.iter().position(|b| is_mark(*b));
                    assert_eq!(plain_length(&bytes), slow(&bytes));
                    // A second mark behind the first, where borrows could reach.
                    for behind in at + 1..19 {
                        let mut two = bytes;
                        two[behind] = b'"';
                        assert_eq!(plain_length(&two), slow(&two));
                    }
                }
            }
        }
    }
}
