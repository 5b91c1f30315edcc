//! What stands in the lines of a log's texts: base64, decimal numbers, hashes and key names.
//!
//! Source: RFC 4648 section 4 (standard alphabet, padded) and the C2SP specifications. Invariant:
//! each value has one spelling; another one (unused bits set, padding missing, leading zeros,
//! a sign) is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;

/// Standard base64 with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads canonical base64: padded, unused bits zero, no space or line break.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads a hash of 32 bytes in base64.
pub(super) fn decode_hash(text: &str) -> Option<Digest> {
    let bytes: [u8; Digest::LENGTH] = decode(text)?.try_into().ok()?;
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

/// Whether this may name a key: not empty, no Unicode space, no plus, no control character.
pub(super) fn is_key_name(name: &str) -> bool {
    let allowed = |letter: char| !letter.is_whitespace() && letter != '+' && letter >= ' ';
    !name.is_empty() && name.chars().all(allowed)
}

/// Whether this may stand in a note: no control character below U+0020 but line feed.
pub(super) fn is_note_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_number() {
        assert_eq!(decode_number("0"), Some(0));
        assert_eq!(decode_number("20852163"), Some(20_852_163));
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
        assert_eq!(decode("Zm9vYg=="), Some(b"foob".to_vec()));
        assert_eq!(encode(b"fooba"), "Zm9vYmE=");
        assert_eq!(decode(""), Some(vec![]));
        for text in [
            "Zm9vYg",
            "Zm9vYg=",
            "Zm9vYh==",
            "Zm9v\nYg==",
            "Zm9vYg== ",
            "Zm9vYg===",
            "_-8=",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
        assert_eq!(decode_hash("Zm9vYg=="), None);
    }

    #[test]
    fn names() {
        for name in ["log.example/gz", "广州市/日志", "a", "a—b", "\u{7f}"] {
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
        ] {
            assert!(!is_key_name(name), "{name:?}");
        }
    }
}
