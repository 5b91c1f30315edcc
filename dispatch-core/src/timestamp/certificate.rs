//! X.509 certificates, as far as a token needs them.
//!
//! Source: RFC 5280 sections 4.1 and 5.1; names are compared as bytes, as certificates of one authority
//! have them. Invariant: a certificate's digest and what its issuer signed are the bytes that came.

use der::asn1::{GeneralizedTime, UtcTime};
use der::{Decode, Tag};

use super::algorithm::{Key, Scheme};
use super::error::{Part, TimestampError, Whose};
use super::extension::Extensions;
use super::oid;
use super::reader::{Algorithm, Element, Fields, context};
use super::whole;

/// A certificate.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    /// What the issuer signed.
    signed: Vec<u8>,
    /// Content of the serial number.
    pub(super) serial: Vec<u8>,
    /// `Name` of the issuer.
    pub(super) issuer: Vec<u8>,
    /// `Name` of the holder.
    pub(super) subject: Vec<u8>,
    /// First and last second, since 1970.
    validity: (u64, u64),
    /// Content of the `SubjectPublicKeyInfo`.
    key: Vec<u8>,
    pub(super) extensions: Extensions,
    algorithm: Algorithm,
    signature: Vec<u8>,
}

impl Certificate {
    pub(super) fn read(der: &[u8]) -> Result<Self, TimestampError> {
        let part = Part::Certificate;
        let mut outer = whole(der, part)?;
        let signed = outer.sequence()?;
        let algorithm = outer.algorithm()?;
        let signature = outer.bits()?.to_vec();
        outer.end()?;
        let mut fields = signed.fields(part)?;
        let _version = fields.optional(context(0, true))?;
        let serial = fields.take(Tag::Integer)?.content.to_vec();
        if fields.algorithm()? != algorithm {
            return Err(fields.malformed());
        }
        let issuer = fields.sequence()?.whole.to_vec();
        let mut times = fields.sequence()?.fields(part)?;
        let validity = (time(&mut times)?, time(&mut times)?);
        times.end()?;
        let subject = fields.sequence()?.whole.to_vec();
        let key = fields.sequence()?.content.to_vec();
        for number in [1, 2] {
            let _unique = fields.optional(context(number, false))?;
        }
        let extensions = match fields.optional(context(3, true))? {
            Some(element) => Extensions::read(element)?,
            None => Extensions::default(),
        };
        fields.end()?;
        Ok(Self {
            der: der.to_vec(),
            signed: signed.whole.to_vec(),
            serial,
            issuer,
            subject,
            validity,
            key,
            extensions,
            algorithm,
            signature,
        })
    }

    /// Whether `signature` is one of `message` with this certificate's key.
    pub(super) fn verifies(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, TimestampError> {
        let key = Key::read(Fields::new(&self.key, Part::Certificate)?)?;
        Ok(key.verifies(scheme, message, signature))
    }

    /// Fails unless it was valid at `time`.
    pub(super) fn was_valid(&self, time: u64, whose: Whose) -> Result<(), TimestampError> {
        let (from, until) = self.validity;
        if (from..=until).contains(&time) {
            return Ok(());
        }
        Err(TimestampError::NotValid {
            whose,
            from,
            until,
            time,
        })
    }

    /// Fails unless `issuer` may issue certificates and has signed this one.
    pub(super) fn was_issued_by(&self, issuer: &Self) -> Result<(), TimestampError> {
        if self.issuer != issuer.subject {
            return Err(TimestampError::OtherAuthority {
                signer: self.common_name(),
            });
        }
        if !issuer.extensions.may_issue() {
            return Err(TimestampError::NotAnIssuer);
        }
        let scheme = Scheme::read(&self.algorithm, None)?;
        if issuer.verifies(scheme, &self.signed, &self.signature)? {
            Ok(())
        } else {
            Err(TimestampError::IssuerSignature)
        }
    }

    /// Fails unless it is for time-stamping and nothing else.
    pub(super) fn may_stamp(&self) -> Result<(), TimestampError> {
        self.extensions.may_stamp()
    }

    /// Whether a `GeneralName` is one of its names.
    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        let is_subject = Fields::new(name, Part::Info)
            .and_then(|mut fields| fields.take(context(4, true)))
            .is_ok_and(|element| element.content == self.subject);
        is_subject || self.extensions.names.iter().any(|other| other == name)
    }

    /// The common name of its holder, without anything that a terminal would obey; empty if there is none.
    pub(super) fn common_name(&self) -> String {
        let mut name = self.find_common_name().unwrap_or_default();
        name.retain(|letter| !letter.is_control());
        name
    }

    fn find_common_name(&self) -> Option<String> {
        let mut sets = whole(&self.subject, Part::Certificate).ok()?;
        let mut found = None;
        while let Some(set) = sets.next().ok()? {
            let pair = set.fields(Part::Certificate).ok()?.sequence().ok()?;
            let mut pair = pair.fields(Part::Certificate).ok()?;
            if pair.oid().ok()? == oid::COMMON_NAME {
                found = pair.next().ok()?.map(text);
            }
        }
        found
    }
}

/// Seconds since 1970 of a `Time`.
fn time(fields: &mut Fields<'_>) -> Result<u64, TimestampError> {
    let element = fields.next()?.ok_or_else(|| fields.malformed())?;
    let time = match element.tag {
        Tag::UtcTime => UtcTime::from_der(element.whole).map(|time| time.to_unix_duration()),
        Tag::GeneralizedTime => {
            GeneralizedTime::from_der(element.whole).map(|time| time.to_unix_duration())
        }
        _ => return Err(fields.malformed()),
    };
    time.map(|time| time.as_secs())
        .map_err(|_| fields.malformed())
}

/// A directory string: UTF-16 in old certificates, else UTF-8 or a part of it.
fn text(element: Element<'_>) -> String {
    if element.tag == Tag::BmpString {
        let units = element.content.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        });
        return String::from_utf16_lossy(&units.collect::<Vec<u16>>());
    }
    String::from_utf8_lossy(element.content).into_owned()
}
