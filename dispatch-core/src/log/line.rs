//! What stands in the lines of a log's texts: base64, decimal numbers, hashes and key names.
//!
//! Source: RFC 4648 section 4 (standard alphabet, padded) and the C2SP specifications. Invariant:
//! each value has one spelling; another one (unused bits set, padding missing, leading zeros,
//! a sign) is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;

/// Standard base64 with padding.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads canonical base64: padded, unused bits zero, no space or line break. The empty text is
/// that of no bytes.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads a hash of 32 bytes in base64.
pub(crate) fn decode_hash(text: &str) -> Option<Digest> {
    let bytes: [u8; Digest::LENGTH] = from_base64(text)?.try_into().ok()?;
    Some(Digest::new(bytes))
}

/// Reads an ASCII decimal without leading zeros; `0` is zero.
pub(super) fn decode_number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok()
}

/// Reads the number of entries of a log: below 2^63, so that it is a number in every language.
pub(crate) fn decode_size(text: &str) -> Option<u64> {
    decode_number(text).filter(|size| *size <= u64::MAX >> 1)
}

/// Whether this may name a key: 1 to 255 bytes, no Unicode space, no plus, no control character.
pub(super) fn is_key_name(name: &str) -> bool {
    let allowed = |letter: char| !letter.is_whitespace() && letter != '+' && !letter.is_control();
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(allowed)
}

/// Whether this may stand in a note: no control character below U+0020 but line feed.
pub(super) fn is_note_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

/// Bytes of the longest name of a key.
const LONGEST_NAME: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_number() {
        assert_eq!(decode_number("0"), Some(0));
        assert_eq!(decode_number("20852163"), Some(20_852_163));
        let largest = decode_size("9223372036854775807");
        assert_eq!(largest, Some(9_223_372_036_854_775_807));
        assert_eq!(decode_size("9223372036854775808"), None);
        assert_eq!(decode_number("18446744073709551615"), Some(u64::MAX));
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1_0",
            "0x1",
            "１",
            "18446744073709551616",
        ] {
            assert_eq!(decode_number(text), None, "{text:?}");
        }
    }

    /// RFC 4648 section 10, and what it lets a reader refuse (sections 3.2, 3.3, 3.5).
    #[test]
    fn one_spelling_for_each_value() {
        assert_eq!(from_base64("Zm9vYg=="), Some(b"foob".to_vec()));
        assert_eq!(to_base64(b"fooba"), "Zm9vYmE=");
        assert_eq!(from_base64(""), Some(vec![]));
        for text in [
            "Zm9vYg",
            "Zm9vYg=",
            "Zm9vYh==",
            "Zm9v\nYg==",
            "Zm9vYg== ",
            "Zm9vYg===",
            "_-8=",
        ] {
            assert_eq!(from_base64(text), None, "{text:?}");
        }
        assert_eq!(decode_hash("Zm9vYg=="), None);
    }

    #[test]
    fn names() {
        for name in [
            "log.example/gz",
            "广州市/日志",
            "a",
            "a—b",
            &"n".repeat(255),
        ] {
            assert!(is_key_name(name), "{name:?}");
        }
        for name in [
            "",
            "a b",
            "a+b",
            "a\u{3000}b",
            "a\u{a0}",
            "a\nb",
            "\u{1}",
            "a\u{2028}",
            "\u{7f}",
            "a\u{85}",
            "a\u{9f}b",
            &"n".repeat(256),
            &"名".repeat(86),
        ] {
            assert!(!is_key_name(name), "{name:?}");
        }
    }
}
