//! Percent-decoding of paths and queries (RFC 3986), strictly.
//!
//! Invariant: what is not well formed is refused, not guessed at: two readings of one address are how
//! a filter in front and the service behind come to disagree.

/// Decodes a segment of a path; none if it is not well formed, not UTF-8, empty, `.`, `..`, or holds
/// a separator or control character.
#[must_use]
pub fn segment(raw: &str) -> Option<String> {
    let text = decode(raw, false)?;
    let bad = text.is_empty()
        || text == "."
        || text == ".."
        || text
            .chars()
            .any(|one| one == '/' || one == '\\' || one.is_control());
    (!bad).then_some(text)
}

/// Decodes a name or value of a query, where `+` is a blank; none if it is not well formed, not UTF-8,
/// or holds a control character.
#[must_use]
pub fn query(raw: &str) -> Option<String> {
    let text = decode(raw, true)?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// Encodes a value for a query, or a segment of a path.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decode(raw: &str, plus: bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = nibble(bytes.next()?)?;
                let low = nibble(bytes.next()?)?;
                (high << 4) | low
            }
            b'+' if plus => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

const fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, query, segment};

    #[test]
    fn segments() {
        assert_eq!(segment("2026%E5%B9%B4").as_deref(), Some("2026年"));
        assert_eq!(segment("a+b").as_deref(), Some("a+b"));
        for bad in [
            "", ".", "..", "%2e%2E", "a%2Fb", "a%5cb", "%00", "%0a", "%", "%4", "%zz", "%ff",
        ] {
            assert_eq!(segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn queries() {
        assert_eq!(query("a+b%2B").as_deref(), Some("a b+"));
        assert_eq!(query("").as_deref(), Some(""));
        assert_eq!(query("%c3%28"), None);
        assert_eq!(encode("年 a/&"), "%E5%B9%B4%20a%2F%26");
    }
}
