//! The request for a token.
//!
//! Source: RFC 3161 section 2.4.1. Invariant: it asks for a stamp of the SHA-256 of a message and for
//! the signer's certificate, and shows nothing of the message but that digest.

use crate::digest::Digest;

/// The request (`TimeStampReq`, DER) for a stamp of `message`. An authority repeats `nonce` in its
/// token; whoever keeps the token as evidence needs none.
#[must_use]
pub fn request(message: &[u8], nonce: Option<u64>) -> Vec<u8> {
    let nonce = nonce.map(integer).unwrap_or_default();
    let mut body = Vec::from(HEAD);
    body.extend_from_slice(Digest::of(message).as_bytes());
    body.extend_from_slice(&nonce);
    body.extend_from_slice(&WITH_CERTIFICATE);
    let mut request = vec![SEQUENCE, length(&body)];
    request.append(&mut body);
    request
}

/// A number as INTEGER: no more bytes than needed, the first bit clear.
fn integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let mut content: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    let mut integer = vec![INTEGER, length(&content)];
    integer.append(&mut content);
    integer
}

/// The length byte of at most 127 bytes: a request has at most 68 of them, a number 9.
fn length(content: &[u8]) -> u8 {
    content.iter().fold(0, |count: u8, _| count.wrapping_add(1))
}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// Version 1; then the imprint as far as the digest: SHA-256 with NULL, 32 bytes.
const HEAD: [u8; 22] = [
    INTEGER, 1, 1, SEQUENCE, 49, SEQUENCE, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0,
    4, 32,
];

/// `certReq` is true.
const WITH_CERTIFICATE: [u8; 3] = [1, 1, 0xff];
