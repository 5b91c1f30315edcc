//! Which encoding a file has, decided by rule and never guessed.
//!
//! A UTF-8 byte order mark means UTF-8; a file that is valid UTF-8 as a whole is UTF-8; any other
//! is GB18030 (GB 18030-2022, a superset of GBK and GB 2312, which spreadsheets write in China).
//!
//! Invariant: malformed bytes are refused, never replaced. In both encodings separators, quotes and
//! line ends never occur inside a character, so rows may be split before they are decoded.

use encoding_rs::DecoderResult;
use encoding_rs::GB18030;

use crate::problem::ProblemKind;

/// The encodings files come in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TextEncoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheets write "CSV UTF-8".
    Utf8WithMark,
    /// GB18030, which includes GBK.
    Gb18030,
}

impl TextEncoding {
    /// The name shown to people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8WithMark => "UTF-8 (BOM)",
            Self::Gb18030 => "GB18030",
        }
    }

    /// Appends the decoded bytes to `text`; `false` if they are malformed.
    pub(super) fn append(self, bytes: &[u8], text: &mut String) -> bool {
        if self != Self::Gb18030 || bytes.is_ascii() {
            return std::str::from_utf8(bytes)
                .map(|decoded| text.push_str(decoded))
                .is_ok();
        }
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        let Some(room) = decoder.max_utf8_buffer_length_without_replacement(bytes.len()) else {
            return false;
        };
        text.reserve(room);
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, text, true);
        matches!(result, DecoderResult::InputEmpty)
    }
}

/// Decides the encoding, and answers it with the text's bytes behind the mark.
pub(super) fn decide(bytes: &[u8]) -> Result<(TextEncoding, &[u8]), ProblemKind> {
    for (signature, format) in SIGNATURES {
        if bytes.starts_with(signature) {
            return Err(ProblemKind::NotCsv { format });
        }
    }
    if bytes.contains(&0) {
        return Err(ProblemKind::NulByte {});
    }
    let decided = match bytes.strip_prefix(UTF8_MARK) {
        Some(rest) => (TextEncoding::Utf8WithMark, rest),
        None if std::str::from_utf8(bytes).is_ok() => (TextEncoding::Utf8, bytes),
        None => (TextEncoding::Gb18030, bytes),
    };
    if decided.1.iter().all(u8::is_ascii_whitespace) {
        return Err(ProblemKind::EmptyFile {});
    }
    Ok(decided)
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How files begin that are often taken for CSV.
const SIGNATURES: [(&[u8], &str); 7] = [
    (b"PK\x03\x04", "XLSX"),
    (b"PK\x05\x06", "XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"<", "HTML/XML"),
    (b"%PDF", "PDF"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: TextEncoding, bytes: &[u8]) -> Option<String> {
        let mut text = String::new();
        encoding.append(bytes, &mut text).then_some(text)
    }

    #[test]
    fn the_rule_decides() {
        let encoding = |bytes: &[u8]| decide(bytes).map(|(encoding, rest)| (encoding, rest.len()));
        assert_eq!(
            encoding(b"\xef\xbb\xbfid"),
            Ok((TextEncoding::Utf8WithMark, 2))
        );
        assert_eq!(encoding("名称".as_bytes()), Ok((TextEncoding::Utf8, 6)));
        // 名称 in GBK.
        assert_eq!(
            encoding(b"\xc3\xfb\xb3\xc6"),
            Ok((TextEncoding::Gb18030, 4))
        );
        assert_eq!(
            encoding(b"PK\x03\x04xx"),
            Err(ProblemKind::NotCsv { format: "XLSX" })
        );
        assert_eq!(encoding(b"id,na\0me"), Err(ProblemKind::NulByte {}));
        assert_eq!(
            encoding(b"\xef\xbb\xbf \r\n"),
            Err(ProblemKind::EmptyFile {})
        );
    }

    #[test]
    fn gb18030_of_two_and_four_bytes() {
        // U+540D U+79F0; U+3402 (8139EF32 by the standard's ranges); U+20087 (9532903 family).
        assert_eq!(
            decoded(TextEncoding::Gb18030, b"\xc3\xfb\xb3\xc6").as_deref(),
            Some("名称")
        );
        // Supplementary planes are linear from 90308130 = U+10000.
        assert_eq!(
            decoded(TextEncoding::Gb18030, b"\x95\x32\x90\x31").as_deref(),
            Some("\u{20087}")
        );
        assert_eq!(
            decoded(TextEncoding::Gb18030, b"\x90\x30\x81\x30").as_deref(),
            Some("\u{10000}")
        );
    }

    #[test]
    fn malformed_bytes_are_refused() {
        assert_eq!(decoded(TextEncoding::Gb18030, b"\xc3"), None);
        assert_eq!(decoded(TextEncoding::Gb18030, b"a\xff\xff"), None);
        assert_eq!(decoded(TextEncoding::Utf8, b"\xc3\xfb"), None);
    }
}
