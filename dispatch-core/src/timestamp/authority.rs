//! The time-stamp authority 时间戳服务机构 that a verifier trusts.
//!
//! Invariant: trust comes from one pinned certificate and goes one step at most, to certificates that
//! its key has signed.

use super::certificate::Certificate;
use super::error::{Part, TimestampError, Whose};
use super::signed::SignedData;
use crate::log::from_base64;

/// An authority, pinned by a certificate: the one it signs with, or that of the issuer of it.
#[derive(Clone, Debug)]
pub struct Authority {
    name: String,
    certificate: Certificate,
}

impl Authority {
    /// Reads a certificate in DER, or the first one of a PEM text. `name` is what the verifier calls the
    /// authority.
    ///
    /// # Errors
    /// Says why the certificate cannot be read.
    pub fn read(name: impl Into<String>, certificate: &[u8]) -> Result<Self, TimestampError> {
        if certificate.len() > MOST_BYTES {
            return Err(TimestampError::TooLarge(Part::Certificate));
        }
        let decoded = from_pem(certificate)?;
        let der = decoded.as_deref().unwrap_or(certificate);
        Ok(Self {
            name: name.into(),
            certificate: Certificate::read(der)?,
        })
    }

    /// What the verifier calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pinned certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate.der
    }

    /// The common name in the pinned certificate; empty if it has none.
    #[must_use]
    pub fn common_name(&self) -> String {
        self.certificate.common_name()
    }

    /// The certificate of the signer, valid at `time` and, unless it is the pinned one, issued by it.
    pub(super) fn signer_of(
        &self,
        signed: &SignedData,
        time: u64,
    ) -> Result<Certificate, TimestampError> {
        let signer = signed.certificate(&self.certificate)?;
        if signer.der != self.certificate.der {
            signer.was_issued_by(&self.certificate)?;
            self.certificate.was_valid(time, Whose::Authority)?;
        }
        signer.was_valid(time, Whose::Signer)?;
        Ok(signer)
    }
}

/// The first certificate of a PEM text (RFC 7468); none if the bytes are no such text.
fn from_pem(bytes: &[u8]) -> Result<Option<Vec<u8>>, TimestampError> {
    let malformed = TimestampError::Malformed(Part::Certificate);
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let Some((_, rest)) = text.split_once(BEGIN) else {
        return Ok(None);
    };
    let (body, _) = rest.split_once(END).ok_or(malformed.clone())?;
    let body: String = body.split_ascii_whitespace().collect();
    from_base64(&body).map(Some).ok_or(malformed)
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Most bytes of a file with the certificate, with those of a chain behind it.
const MOST_BYTES: usize = 1 << 16;
