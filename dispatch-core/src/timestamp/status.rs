//! The answer around a token.
//!
//! Source: RFC 3161 section 2.4.2, RFC 4210 section 5.2.3. Invariant: only an answer that grants the
//! request leads to a token.

use der::Tag;

use super::error::{Part, TimestampError};
use super::reader::Element;
use super::whole;

/// The token in an answer; bytes that are a token already stay as they are.
pub(super) fn without(bytes: &[u8]) -> Result<&[u8], TimestampError> {
    let mut fields = whole(bytes, Part::Response)?;
    // A token begins with the kind of its content, an answer with its status.
    if fields.peek()? == Some(Tag::ObjectIdentifier) {
        return Ok(bytes);
    }
    let status = fields.sequence()?;
    refuse(status)?;
    let token = fields.sequence()?;
    fields.end()?;
    Ok(token.whole)
}

/// Fails unless the request was granted (0), or granted with changes (1).
fn refuse(status: Element<'_>) -> Result<(), TimestampError> {
    let mut fields = status.fields(Part::Response)?;
    let code = fields.small()?;
    let mut texts = Vec::new();
    if let Some(said) = fields.optional(Tag::Sequence)? {
        let mut lines = said.fields(Part::Response)?;
        while let Some(line) = lines.next()? {
            texts.push(printable(line.content));
        }
    }
    let reason = fields.optional(Tag::BitString)?;
    fields.end()?;
    if code <= GRANTED_WITH_CHANGES {
        return Ok(());
    }
    if let Some(name) = reason.and_then(|bits| reason_name(bits.content)) {
        texts.push(name.to_owned());
    }
    Err(TimestampError::Rejected {
        status: code,
        text: texts.join("; "),
    })
}

/// What the first of the set bits means.
fn reason_name(bits: &[u8]) -> Option<&'static str> {
    let number = |(at, byte): (usize, &u8)| {
        let zeros = usize::try_from(byte.leading_zeros()).ok()?;
        (zeros < 8).then_some(at * 8 + zeros)
    };
    let number = bits.iter().skip(1).enumerate().find_map(number)?;
    let names = REASONS.iter().find(|(bit, _)| *bit == number)?;
    Some(names.1)
}

/// Some of a foreign text, without anything that a terminal would obey.
fn printable(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let safe = text.chars().filter(|letter| !letter.is_control());
    safe.take(200).collect()
}

const GRANTED_WITH_CHANGES: u64 = 1;

const REASONS: [(usize, &str); 8] = [
    (0, "badAlg"),
    (2, "badRequest"),
    (5, "badDataFormat"),
    (14, "timeNotAvailable"),
    (15, "unacceptedPolicy"),
    (16, "unacceptedExtension"),
    (17, "addInfoNotAvailable"),
    (25, "systemFailure"),
];
