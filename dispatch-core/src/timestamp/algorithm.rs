//! Hashes and signatures that tokens and certificates may use.
//!
//! Sources: RFC 8017 (RSA), FIPS 186-5 (ECDSA), RFC 4055, 5754 and 5758 (their identifiers).
//! Invariant: no hash weaker than SHA-256 is signed, no RSA key shorter than 2048 bits counts; what is
//! not in this file is refused by name.

use der::asn1::ObjectIdentifier;
use der::oid::AssociatedOid;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::BoxedUint;
use sha2::digest::FixedOutputReset;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::error::{Part, TimestampError};
use super::oid;
use super::reader::{Algorithm, Fields, context};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(Hash),
    /// RSASSA-PSS with MGF1 of the same hash, and so many bytes of salt.
    Pss(Hash, usize),
    Ecdsa(Hash),
}

/// A public key.
#[derive(Clone, Debug)]
pub(super) enum Key {
    Rsa(rsa::PublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

impl Hash {
    pub(super) fn read(algorithm: &Algorithm) -> Result<Self, TimestampError> {
        let hash = match algorithm.id {
            oid::SHA256 => Self::Sha256,
            oid::SHA384 => Self::Sha384,
            oid::SHA512 => Self::Sha512,
            other => return Err(TimestampError::Unsupported(oid::name(other))),
        };
        plain(algorithm, hash)
    }

    pub(super) const fn id(self) -> ObjectIdentifier {
        match self {
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// SHA-1, only to tell which of several certificates a signer meant: RFC 5035 section 4 knows
    /// nothing else for the first version of the attribute.
    pub(super) fn sha1(bytes: &[u8]) -> Vec<u8> {
        sha1::Sha1::digest(bytes).to_vec()
    }
}

impl Scheme {
    /// Reads a signature algorithm; plain RSA leaves the hash to the signer's digest algorithm. Where
    /// that is given, no other hash is good.
    pub(super) fn read(
        algorithm: &Algorithm,
        digest: Option<Hash>,
    ) -> Result<Self, TimestampError> {
        let unsupported = || TimestampError::Unsupported(oid::name(algorithm.id));
        let scheme = match (algorithm.id, digest) {
            (oid::RSA, Some(hash)) => plain(algorithm, Self::Pkcs1(hash))?,
            (oid::RSA_SHA256, _) => plain(algorithm, Self::Pkcs1(Hash::Sha256))?,
            (oid::RSA_SHA384, _) => plain(algorithm, Self::Pkcs1(Hash::Sha384))?,
            (oid::RSA_SHA512, _) => plain(algorithm, Self::Pkcs1(Hash::Sha512))?,
            (oid::RSA_PSS, _) => pss_scheme(algorithm)?,
            (oid::ECDSA_SHA256, _) => plain(algorithm, Self::Ecdsa(Hash::Sha256))?,
            (oid::ECDSA_SHA384, _) => plain(algorithm, Self::Ecdsa(Hash::Sha384))?,
            (oid::ECDSA_SHA512, _) => plain(algorithm, Self::Ecdsa(Hash::Sha512))?,
            _ => return Err(unsupported()),
        };
        let (Self::Pkcs1(hash) | Self::Pss(hash, _) | Self::Ecdsa(hash)) = scheme;
        if digest.is_some_and(|digest| digest != hash) {
            return Err(unsupported());
        }
        Ok(scheme)
    }
}

impl Key {
    /// Reads a `SubjectPublicKeyInfo`.
    pub(super) fn read(mut fields: Fields<'_>) -> Result<Self, TimestampError> {
        let algorithm = fields.algorithm()?;
        let bits = fields.bits()?;
        fields.end()?;
        match algorithm.id {
            oid::RSA => plain(&algorithm, ()).and_then(|()| rsa_key(bits)),
            oid::EC => {
                let parameters = algorithm.parameters.as_deref().unwrap_or_default();
                let mut curve = Fields::new(parameters, Part::Certificate)?;
                let id = curve.oid()?;
                curve.end()?;
                ec_key(id, bits)
            }
            other => Err(TimestampError::Unsupported(oid::name(other))),
        }
    }

    /// Whether `signature` is one of `message`. A kind of signature that this key cannot make is not.
    pub(super) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme) {
            (Self::Rsa(key), Scheme::Pkcs1(hash)) => match hash {
                Hash::Sha256 => pkcs1::<Sha256>(key, message, signature),
                Hash::Sha384 => pkcs1::<Sha384>(key, message, signature),
                Hash::Sha512 => pkcs1::<Sha512>(key, message, signature),
            },
            (Self::Rsa(key), Scheme::Pss(hash, salt)) => match hash {
                Hash::Sha256 => pss::<Sha256>(key, salt, message, signature),
                Hash::Sha384 => pss::<Sha384>(key, salt, message, signature),
                Hash::Sha512 => pss::<Sha512>(key, salt, message, signature),
            },
            (Self::P256(key), Scheme::Ecdsa(hash)) => scalars::<32>(signature)
                .and_then(|(r, s)| p256::ecdsa::Signature::from_scalars(r, s).ok())
                .is_some_and(|signature| key.verify_prehash(&hash.of(message), &signature).is_ok()),
            (Self::P384(key), Scheme::Ecdsa(hash)) => scalars::<48>(signature)
                .and_then(|(r, s)| p384::ecdsa::Signature::from_scalars(r, s).ok())
                .is_some_and(|signature| key.verify_prehash(&hash.of(message), &signature).is_ok()),
            _ => false,
        }
    }
}

fn pkcs1<D: sha2::Digest + AssociatedOid>(
    key: &rsa::PublicKey,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let verifier = rsa::pkcs1v15::VerifyingKey::<D>::new(key.clone());
    rsa::pkcs1v15::Signature::try_from(signature)
        .is_ok_and(|signature| verifier.verify(message, &signature).is_ok())
}

fn pss<D: sha2::Digest + FixedOutputReset>(
    key: &rsa::PublicKey,
    salt: usize,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let verifier = rsa::pss::VerifyingKey::<D>::new_with_salt_len(key.clone(), salt);
    rsa::pss::Signature::try_from(signature)
        .is_ok_and(|signature| verifier.verify(message, &signature).is_ok())
}

fn rsa_key(bits: &[u8]) -> Result<Key, TimestampError> {
    let mut fields = super::whole(bits, Part::Certificate)?;
    let (modulus, exponent) = (fields.unsigned()?, fields.unsigned()?);
    fields.end()?;
    let number = BoxedUint::from_be_slice_vartime;
    rsa::PublicKey::new_with_size_limits(number(modulus), number(exponent), RSA_BITS)
        .map(Key::Rsa)
        .map_err(|_| TimestampError::Key)
}

fn ec_key(curve: ObjectIdentifier, point: &[u8]) -> Result<Key, TimestampError> {
    let key = match curve {
        oid::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P256),
        oid::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P384),
        other => return Err(TimestampError::Unsupported(oid::name(other))),
    };
    key.map_err(|_| TimestampError::Key)
}

/// The two numbers of an ECDSA signature, each filled up to the width of the curve.
fn scalars<const WIDTH: usize>(signature: &[u8]) -> Option<([u8; WIDTH], [u8; WIDTH])> {
    let mut fields = super::whole(signature, Part::Signer).ok()?;
    let (r, s) = (fields.unsigned().ok()?, fields.unsigned().ok()?);
    fields.end().ok()?;
    let fill = |number: &[u8]| {
        let mut filled = [0; WIDTH];
        let zeros = WIDTH.checked_sub(number.len())?;
        filled.get_mut(zeros..)?.copy_from_slice(number);
        Some(filled)
    };
    Some((fill(r)?, fill(s)?))
}

/// `RSASSA-PSS-params`; the defaults, which mean SHA-1, are not good enough.
fn pss_scheme(algorithm: &Algorithm) -> Result<Scheme, TimestampError> {
    let unsupported = || TimestampError::Unsupported(oid::name(algorithm.id));
    let parameters = algorithm.parameters.as_deref().ok_or_else(unsupported)?;
    let mut fields = super::whole(parameters, Part::Signer)?;
    let mut hash = fields
        .optional(context(0, true))?
        .ok_or_else(unsupported)?
        .fields(Part::Signer)?;
    let hash = Hash::read(&hash.algorithm()?)?;
    let mut mask = fields
        .optional(context(1, true))?
        .ok_or_else(unsupported)?
        .fields(Part::Signer)?;
    let mask = mask.algorithm()?;
    let inner = mask.parameters.as_deref().unwrap_or_default();
    let inner = Fields::new(inner, Part::Signer)?.algorithm()?;
    if mask.id != oid::MGF1 || Hash::read(&inner)? != hash {
        return Err(unsupported());
    }
    let salt = match fields.optional(context(2, true))? {
        Some(element) => element.fields(Part::Signer)?.small()?,
        None => 20,
    };
    let trailer = match fields.optional(context(3, true))? {
        Some(element) => element.fields(Part::Signer)?.small()?,
        None => 1,
    };
    fields.end()?;
    match usize::try_from(salt) {
        Ok(salt) if salt <= MOST_SALT && trailer == 1 => Ok(Scheme::Pss(hash, salt)),
        _ => Err(unsupported()),
    }
}

/// The value, if the algorithm has no parameters to it.
fn plain<T>(algorithm: &Algorithm, value: T) -> Result<T, TimestampError> {
    if algorithm.is_plain() {
        Ok(value)
    } else {
        Err(TimestampError::Unsupported(oid::name(algorithm.id)))
    }
}

/// Shorter keys are not safe for years, longer ones cost whoever verifies.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// Far more than any hash has.
const MOST_SALT: usize = 512;
