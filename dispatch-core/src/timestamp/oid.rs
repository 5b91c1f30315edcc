//! Object identifiers that time-stamp tokens and their certificates use.
//!
//! Sources: RFC 3161, 4055, 5035, 5280, 5652, 5754, 5758; GM/T 0006-2012 for the national ones.

use der::asn1::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(super) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
pub(super) const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
pub(super) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
pub(super) const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");

pub(super) const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
pub(super) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(super) const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
pub(super) const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

pub(super) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(super) const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
pub(super) const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
pub(super) const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
pub(super) const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
pub(super) const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");

pub(super) const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
pub(super) const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
pub(super) const P384: ObjectIdentifier = oid("1.3.132.0.34");
pub(super) const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
pub(super) const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
pub(super) const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");

pub(super) const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
pub(super) const SUBJECT_KEY_ID: ObjectIdentifier = oid("2.5.29.14");
pub(super) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
pub(super) const SUBJECT_NAMES: ObjectIdentifier = oid("2.5.29.17");
pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
pub(super) const POLICIES: ObjectIdentifier = oid("2.5.29.32");
pub(super) const PURPOSES: ObjectIdentifier = oid("2.5.29.37");
pub(super) const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");

/// What an algorithm is called that people know by name; otherwise its number.
pub(super) fn name(id: ObjectIdentifier) -> String {
    let known = NAMES.iter().find(|(known, _)| *known == id);
    known.map_or_else(|| id.to_string(), |(_, name)| format!("{name} ({id})"))
}

/// Whether it belongs to the national algorithms 国密 (SM2, SM3 and their signed data).
pub(super) fn is_national(id: ObjectIdentifier) -> bool {
    id.to_string().starts_with("1.2.156.10197.")
}

const NAMES: [(ObjectIdentifier, &str); 12] = [
    (SHA1, "SHA-1"),
    (SHA256, "SHA-256"),
    (SHA384, "SHA-384"),
    (SHA512, "SHA-512"),
    (oid("1.2.840.113549.2.5"), "MD5"),
    (oid("1.2.156.10197.1.401"), "SM3"),
    (oid("1.2.156.10197.1.301"), "SM2"),
    (oid("1.2.156.10197.1.501"), "SM2-SM3"),
    (oid("1.2.840.113549.1.1.5"), "RSA-SHA-1"),
    (RSA_PSS, "RSA-PSS"),
    (oid("1.3.132.0.35"), "P-521"),
    (oid("1.3.101.112"), "Ed25519"),
];
