//! The age file of a time lock: one `tlock` stanza, one chunk of 32 bytes.
//!
//! Source: C2SP age.md. Invariant: reading refuses everything that [`write`] does not write.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::identity::SealedKey;
use super::{LockEntropy, TimeLock, TimeLockError};
use crate::beacon::QUICKNET;
use crate::digest::Digest;

/// A lock, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LockFile {
    pub(super) round: u64,
    pub(super) chain: Digest,
    pub(super) sealed_key: SealedKey,
    /// The header up to and with the three hyphens, over which the MAC goes.
    header: Vec<u8>,
    mac: [u8; 32],
    nonce: [u8; 16],
    chunk: [u8; 32],
    tag: [u8; 16],
}

impl LockFile {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, TimeLockError> {
        let form = |what| TimeLockError::Form { what };
        if bytes.len() > TimeLock::MOST_BYTES {
            return Err(form("longer than a time lock of 32 bytes"));
        }
        let (header, rest) =
            split_header(bytes).ok_or_else(|| form("no age file with one stanza"))?;
        let lines: Vec<&str> = header.split('\n').collect();
        let [VERSION, stanza, first, second, third, last] = lines.as_slice() else {
            return Err(form("not one stanza of three lines"));
        };
        let (round, chain) = recipient(stanza).ok_or_else(|| {
            form("its only stanza is not of tlock, with a round and the hash of a chain")
        })?;
        let lengths = [first.len(), second.len(), third.len()];
        let body = (lengths == LINES)
            .then(|| decode::<128>(&[*first, *second, *third].concat()))
            .flatten()
            .ok_or_else(|| form("the stanza does not hold 128 bytes in base64"))?;
        let mac = last
            .strip_prefix("--- ")
            .and_then(decode::<32>)
            .ok_or_else(|| form("the header does not end with a MAC"))?;
        let (u, rest_of_body) = split::<96, 32>(&body);
        let (v, w) = split::<16, 16>(&rest_of_body);
        let payload: [u8; 64] = rest
            .try_into()
            .map_err(|_| form("what is locked is not 32 bytes long"))?;
        let (nonce, sealed) = split::<16, 48>(&payload);
        let (chunk, tag) = split::<32, 16>(&sealed);
        let without_mac = header
            .len()
            .saturating_sub(last.len().saturating_sub(HYPHENS));
        Ok(Self {
            round,
            chain,
            sealed_key: SealedKey { u, v, w },
            header: bytes.get(..without_mac).unwrap_or_default().to_vec(),
            mac,
            nonce,
            chunk,
            tag,
        })
    }

    /// The 32 bytes, if this is the key.
    pub(super) fn open(&self, file_key: &[u8; 16]) -> Option<[u8; 32]> {
        header_mac(file_key, &self.header)?
            .verify_slice(&self.mac)
            .ok()?;
        let cipher = payload_cipher(file_key, &self.nonce)?;
        let mut secret = self.chunk;
        cipher
            .decrypt_in_place_detached(&LAST_CHUNK.into(), b"", &mut secret, &self.tag.into())
            .ok()?;
        Some(secret)
    }
}

/// The bytes of a lock.
pub(super) fn write(
    round: u64,
    sealed: &SealedKey,
    secret: &[u8; 32],
    entropy: &LockEntropy,
) -> Option<Vec<u8>> {
    let chain = QUICKNET.hash;
    let mut body = STANDARD_NO_PAD.encode([&sealed.u[..], &sealed.v, &sealed.w].concat());
    for at in [2 * LINES[0], LINES[0]] {
        body.insert(at, '\n');
    }
    let mut bytes = format!("{VERSION}\n-> tlock {round} {chain}\n{body}\n---").into_bytes();
    let mac = header_mac(&entropy.file_key, &bytes)?
        .finalize()
        .into_bytes();
    bytes.extend(format!(" {}\n", STANDARD_NO_PAD.encode(mac)).into_bytes());
    bytes.extend(entropy.nonce);
    let cipher = payload_cipher(&entropy.file_key, &entropy.nonce)?;
    let mut chunk = *secret;
    let tag = cipher
        .encrypt_in_place_detached(&LAST_CHUNK.into(), b"", &mut chunk)
        .ok()?;
    bytes.extend(chunk);
    bytes.extend(tag);
    Some(bytes)
}

/// The header without its final line feed, and what follows it.
fn split_header(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let (end, _) = ends.into_iter().nth(HEADER_LINES - 1)?;
    let header = core::str::from_utf8(bytes.get(..end)?).ok()?;
    Some((header, bytes.get(end.checked_add(1)?..)?))
}

/// Round and chain of a stanza of tlock, each in its only spelling.
fn recipient(line: &str) -> Option<(u64, Digest)> {
    let (round, chain) = line.strip_prefix("-> tlock ")?.split_once(' ')?;
    let number: u64 = round.parse().ok()?;
    (number >= 1 && number.to_string() == round).then_some((number, Digest::from_hex(chain).ok()?))
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// The first A bytes and the B that follow.
fn split<const A: usize, const B: usize>(bytes: &[u8]) -> ([u8; A], [u8; B]) {
    let first = bytes.first_chunk().copied().unwrap_or([0; A]);
    let last = bytes.last_chunk().copied().unwrap_or([0; B]);
    (first, last)
}

fn header_mac(file_key: &[u8; 16], header: &[u8]) -> Option<Hmac<Sha256>> {
    let key = derived(file_key, b"", b"header")?;
    Some(hmac(&key)?.chain_update(header))
}

fn payload_cipher(file_key: &[u8; 16], nonce: &[u8; 16]) -> Option<ChaCha20Poly1305> {
    let key = derived(file_key, nonce, b"payload")?;
    Some(ChaCha20Poly1305::new(&key.into()))
}

/// HKDF-SHA-256 (RFC 5869) with 32 bytes of output.
fn derived(secret: &[u8], salt: &[u8], info: &[u8]) -> Option<[u8; 32]> {
    let extracted = hmac(salt)?.chain_update(secret).finalize().into_bytes();
    let expanded = hmac(&extracted)?.chain_update(info).chain_update([1]);
    Some(expanded.finalize().into_bytes().into())
}

/// HMAC takes keys of every length, so there always is one.
fn hmac(key: &[u8]) -> Option<Hmac<Sha256>> {
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()
}

const VERSION: &str = "age-encryption.org/v1";
/// Version, stanza, three lines of its body, MAC.
const HEADER_LINES: usize = 6;
/// Lengths of the lines of 128 bytes in base64.
const LINES: [usize; 3] = [64, 64, 43];
/// Length of the hyphens before the MAC.
const HYPHENS: usize = 3;
/// Nonce of the first chunk, which is the last.
const LAST_CHUNK: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
