//! The signer of a token and what the signature covers.
//!
//! Source: RFC 5652 sections 5.3, 5.4 and 11, RFC 5035 sections 3 and 4 (and 5.4.1.1 for SHA-1).
//! Invariant: the signature is over signed attributes, which hold the digest of the content and of the
//! signer's certificate, each once.

use der::Tag;
use der::asn1::ObjectIdentifier;

use super::algorithm::{Hash, Scheme};
use super::certificate::Certificate;
use super::error::{Attribute, Part, TimestampError};
use super::oid;
use super::reader::{Algorithm, Element, Fields, context};

/// A `SignerInfo`.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    id: SignerId,
    pub(super) hash: Hash,
    /// The signed attributes as the SET that is signed.
    signed: Vec<u8>,
    content_type: ObjectIdentifier,
    digest: Vec<u8>,
    certificates: Vec<CertificateId>,
    scheme: Scheme,
    signature: Vec<u8>,
}

/// How a signer's certificate is named.
#[derive(Clone, Debug)]
enum SignerId {
    Issued { issuer: Vec<u8>, serial: Vec<u8> },
    Key(Vec<u8>),
}

/// The digest of the signer's certificate, of `SigningCertificate` or `SigningCertificateV2`.
#[derive(Clone, Debug)]
struct CertificateId {
    /// None: SHA-1, which the first version of the attribute is bound to.
    hash: Option<Hash>,
    digest: Vec<u8>,
    /// The issuer's `GeneralNames` and the serial number.
    issued: Option<(Vec<u8>, Vec<u8>)>,
}

/// The attributes that matter, as they are found.
#[derive(Default)]
struct Attributes {
    content_type: Option<ObjectIdentifier>,
    digest: Option<Vec<u8>>,
    first: Option<CertificateId>,
    second: Option<CertificateId>,
}

impl Signer {
    pub(super) fn read(element: Element<'_>) -> Result<Self, TimestampError> {
        let mut fields = element.fields(Part::Signer)?;
        let version = fields.small()?;
        let id = match fields.optional(Tag::Sequence)? {
            Some(element) => {
                let mut names = element.fields(Part::Signer)?;
                let issuer = names.sequence()?.whole.to_vec();
                let serial = names.take(Tag::Integer)?.content.to_vec();
                names.end()?;
                SignerId::Issued { issuer, serial }
            }
            None => SignerId::Key(fields.take(context(0, false))?.content.to_vec()),
        };
        let due = match id {
            SignerId::Issued { .. } => 1,
            SignerId::Key(_) => 3,
        };
        if version != due {
            return Err(TimestampError::Version(Part::Signer));
        }
        let hash = Hash::read(&fields.algorithm()?)?;
        let attributes = fields
            .optional(context(0, true))?
            .ok_or(TimestampError::Missing(Attribute::All))?;
        let scheme = Scheme::read(&fields.algorithm()?, Some(hash))?;
        let signature = fields.octets()?.to_vec();
        let _unsigned = fields.optional(context(1, true))?;
        fields.end()?;
        let found = Attributes::read(attributes.fields(Part::Attributes)?)?;
        let missing = TimestampError::Missing;
        let certificates: Vec<CertificateId> =
            [found.first, found.second].into_iter().flatten().collect();
        if certificates.is_empty() {
            return Err(missing(Attribute::SigningCertificate));
        }
        Ok(Self {
            id,
            hash,
            signed: as_set(attributes.whole),
            content_type: found.content_type.ok_or(missing(Attribute::ContentType))?,
            digest: found.digest.ok_or(missing(Attribute::MessageDigest))?,
            certificates,
            scheme,
            signature,
        })
    }

    /// Whether it names this certificate as its own.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        match &self.id {
            SignerId::Issued { issuer, serial } => {
                *issuer == certificate.issuer && *serial == certificate.serial
            }
            SignerId::Key(key) => certificate.extensions.key_id.as_ref() == Some(key),
        }
    }

    /// Whether the signed attributes hold the digest of this certificate.
    pub(super) fn has_signed_for(&self, certificate: &Certificate) -> Result<bool, TimestampError> {
        for id in &self.certificates {
            if !id.matches(certificate)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn verify(
        &self,
        content: &[u8],
        certificate: &Certificate,
    ) -> Result<(), TimestampError> {
        if self.content_type != oid::TST_INFO {
            return Err(TimestampError::Mismatch(Attribute::ContentType));
        }
        if self.hash.of(content) != self.digest {
            return Err(TimestampError::Mismatch(Attribute::MessageDigest));
        }
        if certificate.verifies(self.scheme, &self.signed, &self.signature)? {
            Ok(())
        } else {
            Err(TimestampError::Signature)
        }
    }
}

impl CertificateId {
    fn matches(&self, certificate: &Certificate) -> Result<bool, TimestampError> {
        let digest = match self.hash {
            Some(hash) => hash.of(&certificate.der),
            None => Hash::sha1(&certificate.der),
        };
        let Some((issuer, serial)) = &self.issued else {
            return Ok(digest == self.digest);
        };
        let mut names = Fields::new(issuer, Part::Attributes)?;
        let mut named = false;
        while let Some(name) = names.next()? {
            named |= name.tag == context(4, true) && name.content == certificate.issuer;
        }
        Ok(digest == self.digest && named && *serial == certificate.serial)
    }

    /// The first of the certificates in an attribute's value is the signer's.
    fn read(value: Element<'_>, second: bool) -> Result<Self, TimestampError> {
        let mut fields = value.fields(Part::Attributes)?;
        let mut ids = fields.sequence()?.fields(Part::Attributes)?;
        let _policies = fields.optional(Tag::Sequence)?;
        fields.end()?;
        let mut id = ids.sequence()?.fields(Part::Attributes)?;
        let hash = match (second, id.optional(Tag::Sequence)?) {
            (false, None) => None,
            (true, None) => Some(Hash::Sha256),
            (true, Some(algorithm)) => {
                let algorithm = Algorithm::read(algorithm.content, Part::Attributes)?;
                Some(Hash::read(&algorithm)?)
            }
            (false, Some(_)) => return Err(id.malformed()),
        };
        let digest = id.octets()?.to_vec();
        let issued = match id.optional(Tag::Sequence)? {
            None => None,
            Some(element) => {
                let mut names = element.fields(Part::Attributes)?;
                let issuer = names.sequence()?.content.to_vec();
                let serial = names.take(Tag::Integer)?.content.to_vec();
                names.end()?;
                Some((issuer, serial))
            }
        };
        id.end()?;
        Ok(Self {
            hash,
            digest,
            issued,
        })
    }
}

impl Attributes {
    fn read(mut fields: Fields<'_>) -> Result<Self, TimestampError> {
        let mut found = Self::default();
        while fields.peek()?.is_some() {
            let mut attribute = fields.sequence()?.fields(Part::Attributes)?;
            let id = attribute.oid()?;
            let mut values = attribute.set()?.fields(Part::Attributes)?;
            attribute.end()?;
            match id {
                oid::CONTENT_TYPE => {
                    let value = values.oid()?;
                    once(&mut found.content_type, value, Attribute::ContentType)?;
                }
                oid::MESSAGE_DIGEST => {
                    let value = values.octets()?.to_vec();
                    once(&mut found.digest, value, Attribute::MessageDigest)?;
                }
                oid::SIGNING_CERTIFICATE => {
                    let value = CertificateId::read(values.sequence()?, false)?;
                    once(&mut found.first, value, Attribute::SigningCertificate)?;
                }
                oid::SIGNING_CERTIFICATE_V2 => {
                    let value = CertificateId::read(values.sequence()?, true)?;
                    once(&mut found.second, value, Attribute::SigningCertificate)?;
                }
                // The signer's own time and other remarks: signed, but no evidence.
                _ => continue,
            }
            values.end()?;
        }
        Ok(found)
    }
}

/// Puts a value in its place, which must be empty.
fn once<T>(place: &mut Option<T>, value: T, what: Attribute) -> Result<(), TimestampError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(TimestampError::Repeated(what)),
    }
}

/// What is signed is the SET, though what is sent has the tag `[0]` in its place (RFC 5652 section 5.4).
fn as_set(attributes: &[u8]) -> Vec<u8> {
    let rest = attributes.iter().skip(1).copied();
    core::iter::once(SET).chain(rest).collect()
}

const SET: u8 = 0x31;
