//! What the authority signed: the digest of the message and the time.
//!
//! Source: RFC 3161 section 2.4.2 (`TSTInfo`). Invariant: every field is read, and a critical extension
//! that nobody here knows is a refusal.

use der::Tag;

use super::certificate::Certificate;
use super::error::{Part, TimestampError};
use super::oid;
use super::reader::{Fields, context};
use super::whole;
use crate::digest::Digest;
use crate::syntax::unix_time;

/// The content of a token.
#[derive(Clone, Debug)]
pub(super) struct Info {
    pub(super) imprint: Digest,
    /// Seconds since 1970, a fraction rounded up.
    pub(super) time: u64,
    /// Seconds, rounded up.
    pub(super) accuracy: Option<u64>,
    pub(super) nonce: Option<Vec<u8>>,
    /// The authority's name for itself, a `GeneralName`.
    name: Option<Vec<u8>>,
}

impl Info {
    pub(super) fn read(content: &[u8]) -> Result<Self, TimestampError> {
        let mut fields = whole(content, Part::Info)?;
        if fields.small()? != 1 {
            return Err(TimestampError::Version(Part::Info));
        }
        let _policy = fields.oid()?;
        let imprint = imprint(fields.sequence()?.fields(Part::Info)?)?;
        let _serial = fields.take(Tag::Integer)?;
        let time = fields.take(Tag::GeneralizedTime)?;
        let time = time_of(time.content).ok_or(TimestampError::Time)?;
        let accuracy = match fields.optional(Tag::Sequence)? {
            Some(element) => Some(accuracy(element.fields(Part::Info)?)?),
            None => None,
        };
        let _ordering = fields.flag()?;
        let nonce = fields.optional(Tag::Integer)?;
        let name = fields.optional(context(0, true))?;
        if let Some(extensions) = fields.optional(context(1, true))? {
            refuse_critical(extensions.fields(Part::Info)?)?;
        }
        fields.end()?;
        Ok(Self {
            imprint,
            time,
            accuracy,
            nonce: nonce.map(|element| element.content.to_vec()),
            name: name.map(|element| element.content.to_vec()),
        })
    }

    /// The name in it, if there is one, has to be one of the signer's.
    pub(super) fn is_named_as(&self, signer: &Certificate) -> Result<(), TimestampError> {
        match &self.name {
            Some(name) if !signer.is_named(name) => Err(TimestampError::OtherName),
            _ => Ok(()),
        }
    }
}

/// A `MessageImprint` with SHA-256.
fn imprint(mut fields: Fields<'_>) -> Result<Digest, TimestampError> {
    let algorithm = fields.algorithm()?;
    let digest = fields.octets()?;
    fields.end()?;
    if algorithm.id != oid::SHA256 || !algorithm.is_plain() {
        return Err(TimestampError::Imprint(oid::name(algorithm.id)));
    }
    <[u8; Digest::LENGTH]>::try_from(digest)
        .map(Digest::new)
        .map_err(|_| fields.malformed())
}

/// `YYYYMMDDhhmmss[.f…]Z`, a fraction rounded up: what is stamped in a second existed at its end.
fn time_of(text: &[u8]) -> Option<u64> {
    let text = core::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (seconds, fraction) = match text.split_once('.') {
        Some((seconds, fraction)) => (seconds, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if seconds.len() != 14 || !digits(seconds) {
        return None;
    }
    let part = |from: usize, to: usize| seconds.get(from..to);
    let time = unix_time(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?,
    ))?;
    match fraction {
        None => Some(time),
        // A fraction is not empty and does not end in zero, so it is more than nothing.
        Some(part) if digits(part) && part.len() <= 20 && !matches!(part, "" | "0") => {
            (!part.ends_with('0')).then(|| time.saturating_add(1))
        }
        Some(_) => None,
    }
}

/// Seconds, milliseconds and microseconds, each of which may be missing.
fn accuracy(mut fields: Fields<'_>) -> Result<u64, TimestampError> {
    let whole = if fields.peek()? == Some(Tag::Integer) {
        fields.small()?
    } else {
        0
    };
    let mut more = false;
    for number in 0..2 {
        if let Some(element) = fields.optional(context(number, false))? {
            more |= element.content.iter().any(|byte| *byte != 0);
        }
    }
    fields.end()?;
    Ok(whole.saturating_add(u64::from(more)))
}

/// No extension of a token is known here, so none may be critical.
fn refuse_critical(mut fields: Fields<'_>) -> Result<(), TimestampError> {
    while fields.peek()?.is_some() {
        let mut extension = fields.sequence()?.fields(Part::Info)?;
        let id = extension.oid()?;
        if extension.flag()? {
            return Err(TimestampError::CriticalExtension(oid::name(id)));
        }
        let _value = extension.octets()?;
        extension.end()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::time_of;

    #[test]
    fn times_have_one_spelling_and_fractions_count_up() {
        // 1784792310 from `date -u -d 2026-07-23T07:38:30Z +%s`; the forms from RFC 3161 section 2.4.2.
        assert_eq!(time_of(b"20260723073830Z"), Some(1_784_792_310));
        assert_eq!(time_of(b"20260723073830.3416Z"), Some(1_784_792_311));
        assert_eq!(time_of(b"20260723073830.000001Z"), Some(1_784_792_311));
        for refused in [
            "20260723073830",
            "202607230738Z",
            "20260723073830.Z",
            "20260723073830.0Z",
            "20260723073830.10Z",
            "20260723073830,5Z",
            "20260723073830.5.5Z",
            "20260723073830+0800",
            "20260723153830+0800Z",
            "20260723073860Z",
            "20260732073830Z",
            "2026072307383\u{ff10}Z",
            "Z",
            "",
        ] {
            assert_eq!(time_of(refused.as_bytes()), None, "{refused}");
        }
        assert_eq!(time_of(&[0xff; 15]), None);
    }
}
