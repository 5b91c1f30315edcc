//! The extensions of a certificate that decide what it may be used for.
//!
//! Source: RFC 5280 section 4.2, RFC 3161 section 2.3. Invariant: a signer's certificate with a critical
//! extension that is not read here is refused.

use der::Tag;
use der::asn1::ObjectIdentifier;

use super::error::{Part, TimestampError};
use super::oid;
use super::reader::{Element, Fields};
use super::whole;

/// What the extensions of a certificate say.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    /// Whether the purposes are critical, and what they are.
    purposes: Option<(bool, Vec<ObjectIdentifier>)>,
    /// The first eight bits of the key usage.
    usage: Option<u8>,
    authority: bool,
    pub(super) key_id: Option<Vec<u8>>,
    /// Further names of the holder, each a `GeneralName`.
    pub(super) names: Vec<Vec<u8>>,
    /// A critical extension that is not read here.
    unknown: Option<ObjectIdentifier>,
}

impl Extensions {
    pub(super) fn read(element: Element<'_>) -> Result<Self, TimestampError> {
        let part = Part::Certificate;
        let mut fields = element.fields(part)?;
        let mut list = fields.sequence()?.fields(part)?;
        fields.end()?;
        let mut extensions = Self::default();
        let mut seen = Vec::new();
        while list.peek()?.is_some() {
            let mut extension = list.sequence()?.fields(part)?;
            let id = extension.oid()?;
            let critical = extension.flag()?;
            let value = extension.octets()?;
            extension.end()?;
            if seen.contains(&id) {
                return Err(list.malformed());
            }
            seen.push(id);
            extensions.add(id, critical, value)?;
        }
        Ok(extensions)
    }

    fn add(
        &mut self,
        id: ObjectIdentifier,
        critical: bool,
        value: &[u8],
    ) -> Result<(), TimestampError> {
        let part = Part::Certificate;
        match id {
            oid::PURPOSES => {
                let mut list = whole(value, part)?;
                let mut purposes = Vec::new();
                while list.peek()?.is_some() {
                    purposes.push(list.oid()?);
                }
                self.purposes = Some((critical, purposes));
            }
            oid::KEY_USAGE => {
                let mut fields = Fields::new(value, part)?;
                let bits = fields.take(Tag::BitString)?.content;
                fields.end()?;
                // The first byte counts unused bits, which are zero.
                self.usage = Some(bits.get(1).copied().unwrap_or_default());
            }
            oid::BASIC_CONSTRAINTS => self.authority = whole(value, part)?.flag()?,
            oid::SUBJECT_KEY_ID => {
                self.key_id = Some(Fields::new(value, part)?.octets()?.to_vec());
            }
            oid::SUBJECT_NAMES => {
                let mut list = whole(value, part)?;
                while let Some(name) = list.next()? {
                    self.names.push(name.whole.to_vec());
                }
            }
            // They say under which rules it was issued, and that is the verifier's choice.
            oid::POLICIES => {}
            unknown if critical => self.unknown = Some(unknown),
            _ => {}
        }
        Ok(())
    }

    /// Fails unless the holder may stamp: the one purpose, critical, and a key that may sign.
    pub(super) fn may_stamp(&self) -> Result<(), TimestampError> {
        match &self.purposes {
            Some((true, purposes)) if *purposes == [oid::TIME_STAMPING] => {}
            _ => return Err(TimestampError::Purpose),
        }
        let fits = |usage: u8| usage & SIGNATURE != 0 && usage & !SIGNATURE == 0;
        if !self.usage.is_none_or(fits) {
            return Err(TimestampError::Purpose);
        }
        match self.unknown {
            Some(unknown) => Err(TimestampError::CriticalExtension(oid::name(unknown))),
            None => Ok(()),
        }
    }

    /// Whether the holder may issue certificates.
    pub(super) fn may_issue(&self) -> bool {
        self.authority && self.usage.is_none_or(|usage| usage & CERTIFICATE_SIGN != 0)
    }
}

/// `digitalSignature` and `nonRepudiation`.
const SIGNATURE: u8 = 0b1100_0000;

/// `keyCertSign`.
const CERTIFICATE_SIGN: u8 = 0b0000_0100;
