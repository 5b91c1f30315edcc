//! The signed data of a token.
//!
//! Source: RFC 5652 sections 3 and 5, RFC 3161 section 2.4.2. Invariant: exactly one signer, who signs
//! a `TSTInfo` and nothing else.

use super::certificate::Certificate;
use super::error::{Part, TimestampError};
use super::oid;
use super::reader::{Element, context};
use super::signer::Signer;
use super::whole;

/// A token as signed data.
#[derive(Clone, Debug)]
pub(super) struct SignedData {
    /// The `TSTInfo` as it was signed.
    pub(super) content: Vec<u8>,
    /// Certificates that came with it; nobody vouches for them.
    certificates: Vec<Vec<u8>>,
    signer: Signer,
}

impl SignedData {
    /// Reads a `ContentInfo`.
    pub(super) fn read(token: &[u8]) -> Result<Self, TimestampError> {
        let mut fields = whole(token, Part::Token)?;
        let kind = fields.oid()?;
        if oid::is_national(kind) {
            return Err(TimestampError::Unsupported(oid::name(kind)));
        }
        if kind != oid::SIGNED_DATA {
            return Err(TimestampError::NotSignedData(oid::name(kind)));
        }
        let mut explicit = fields.take(context(0, true))?.fields(Part::Token)?;
        fields.end()?;
        let signed = explicit.sequence()?;
        explicit.end()?;
        Self::read_signed(signed)
    }

    fn read_signed(signed: Element<'_>) -> Result<Self, TimestampError> {
        let mut fields = signed.fields(Part::SignedData)?;
        if fields.small()? != VERSION {
            return Err(TimestampError::Version(Part::SignedData));
        }
        let mut algorithms = fields.set()?.fields(Part::SignedData)?;
        let mut hashes = Vec::new();
        while algorithms.peek()?.is_some() {
            hashes.push(algorithms.algorithm()?.id);
        }
        let content = content(fields.sequence()?)?;
        let certificates = match fields.optional(context(0, true))? {
            Some(element) => certificates(element)?,
            None => Vec::new(),
        };
        let _revocations = fields.optional(context(1, true))?;
        let mut signers = fields.set()?.fields(Part::SignedData)?;
        fields.end()?;
        let signer = match (signers.next()?, signers.peek()?) {
            (Some(signer), None) => Signer::read(signer)?,
            _ => return Err(TimestampError::Signers),
        };
        // The list is for whoever reads in one pass; the signer says it again.
        if !hashes.contains(&signer.hash.id()) {
            return Err(fields.malformed());
        }
        Ok(Self {
            content,
            certificates,
            signer,
        })
    }

    /// The certificate that the signer names: that of the authority, or one that came along.
    pub(super) fn certificate(&self, pinned: &Certificate) -> Result<Certificate, TimestampError> {
        let mut named = false;
        // What cannot be read and is not needed does no harm.
        let others = self.certificates.iter().map(|der| Certificate::read(der));
        for certificate in core::iter::once(Ok(pinned.clone())).chain(others).flatten() {
            if self.signer.names(&certificate) {
                named = true;
                if self.signer.has_signed_for(&certificate)? {
                    return Ok(certificate);
                }
            }
        }
        Err(if named {
            TimestampError::OtherCertificate
        } else {
            TimestampError::NoCertificate
        })
    }

    /// Checks the signed attributes and the signature.
    pub(super) fn verify(&self, certificate: &Certificate) -> Result<(), TimestampError> {
        self.signer.verify(&self.content, certificate)
    }
}

/// The content of an `EncapsulatedContentInfo`, which is a `TSTInfo`.
fn content(element: Element<'_>) -> Result<Vec<u8>, TimestampError> {
    let mut fields = element.fields(Part::SignedData)?;
    let kind = fields.oid()?;
    if kind != oid::TST_INFO {
        return Err(TimestampError::NotATimestamp(oid::name(kind)));
    }
    let mut explicit = fields.take(context(0, true))?.fields(Part::SignedData)?;
    fields.end()?;
    let content = explicit.octets()?.to_vec();
    explicit.end()?;
    Ok(content)
}

/// The certificates of a `CertificateSet`; other kinds in it are of no use here.
fn certificates(element: Element<'_>) -> Result<Vec<Vec<u8>>, TimestampError> {
    let mut fields = element.fields(Part::SignedData)?;
    let mut certificates = Vec::new();
    while let Some(certificate) = fields.next()? {
        if certificate.tag == der::Tag::Sequence {
            certificates.push(certificate.whole.to_vec());
        }
        if certificates.len() > MOST_CERTIFICATES {
            return Err(TimestampError::TooLarge(Part::SignedData));
        }
    }
    Ok(certificates)
}

/// That of signed data whose content is not plain data (RFC 5652 section 5.1).
const VERSION: u64 = 3;

/// A chain has three or four.
const MOST_CERTIFICATES: usize = 16;
