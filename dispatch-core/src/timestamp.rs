//! Time-stamp tokens 时间戳 of RFC 3161: asking for one, reading it, checking it.
//!
//! A token is an authority's signed word that a message existed at a time. It says nothing about how
//! many other messages were stamped, so it stands beside the log and its witnesses and never instead
//! of them. The log's operator has the text of a checkpoint stamped.
//!
//! Sources: RFC 3161, RFC 5652 (the signed data around it), RFC 5035 (the signer's certificate is
//! signed too), RFC 5280 (certificates).
//!
//! Invariant: a token that is changed in any way is refused, or still says the same time of the same
//! message; whatever is hashed or compared is the bytes as they came and never an encoding of our own.
//! Nothing is trusted but the one certificate that the verifier pins. Revocation is not looked up.

mod algorithm;
mod authority;
mod certificate;
mod error;
mod extension;
mod info;
mod oid;
mod reader;
mod request;
mod signed;
mod signer;
mod status;

pub use self::authority::Authority;
pub use self::error::{Attribute, Part, TimestampError, Whose};
pub use self::request::request;

use self::info::Info;
use self::reader::Fields;
use self::signed::SignedData;
use crate::digest::Digest;

/// A time-stamp token, read but not checked: [`Token::verify`] checks it.
#[derive(Clone, Debug)]
pub struct Token {
    signed: SignedData,
    info: Info,
}

impl Token {
    /// Reads the answer of an authority (`TimeStampResp`), or the token alone (`ContentInfo`), in DER.
    ///
    /// # Errors
    /// Says what is wrong with the form, or why the authority refused.
    pub fn read(bytes: &[u8]) -> Result<Self, TimestampError> {
        if bytes.len() > MOST_BYTES {
            return Err(TimestampError::TooLarge(Part::Token));
        }
        let token = status::without(bytes)?;
        let signed = SignedData::read(token)?;
        let info = Info::read(&signed.content)?;
        Ok(Self { signed, info })
    }

    /// The digest of the stamped message.
    #[must_use]
    pub const fn imprint(&self) -> Digest {
        self.info.imprint
    }

    /// How far the authority's clock may be off, in seconds, rounded up; if it says so.
    #[must_use]
    pub const fn accuracy(&self) -> Option<u64> {
        self.info.accuracy
    }

    /// The number that came with the request, as its DER content; if there was one.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.info.nonce.as_deref()
    }

    /// Checks that `authority` stamped `message`, and tells when: seconds since
    /// 1970-01-01T00:00:00Z, a fraction of a second rounded up. At that time the message existed.
    ///
    /// # Errors
    /// Says which rule does not hold.
    pub fn verify(&self, message: &[u8], authority: &Authority) -> Result<u64, TimestampError> {
        self.verify_digest(Digest::of(message), authority)
    }

    /// The same for a message whose SHA-256 is at hand.
    ///
    /// # Errors
    /// Says which rule does not hold.
    pub fn verify_digest(
        &self,
        message: Digest,
        authority: &Authority,
    ) -> Result<u64, TimestampError> {
        if self.info.imprint != message {
            return Err(TimestampError::OtherMessage {
                stamped: self.info.imprint,
                given: message,
            });
        }
        let signer = authority.signer_of(&self.signed, self.info.time)?;
        signer.may_stamp()?;
        self.signed.verify(&signer)?;
        self.info.is_named_as(&signer)?;
        Ok(self.info.time)
    }
}

/// Reads a value that is one DER element and nothing behind it.
fn whole(bytes: &[u8], part: Part) -> Result<Fields<'_>, TimestampError> {
    let mut outer = Fields::new(bytes, part)?;
    let element = outer.sequence()?;
    outer.end()?;
    element.fields(part)
}

/// Most bytes of an answer or token; those of a whole chain of certificates are a few thousand.
const MOST_BYTES: usize = 1 << 16;
