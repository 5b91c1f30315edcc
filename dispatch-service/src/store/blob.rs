//! Blobs: bytes by their SHA-256, in pieces, so that none is ever held twice in memory.
//!
//! A blob is written piece by piece and is there once it is complete; the same bytes are stored once.
//! One that the law let expire leaves its hash, its length, the time and the reason, until the same
//! bytes are stored again. Invariant: no piece is ever written that is not the hash's, and a blob that
//! is complete never stops being so but by expiring; so two may store the same one at once.

use std::io::Read;

use dispatch_core::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::{Sql, Store, StoreError};
use crate::problem::Problem;

/// Bytes of a piece.
pub const PIECE: usize = 1 << 20;

/// What is known of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// Bytes.
    pub length: u64,
    /// When it expired, and why.
    pub expired: Option<(u64, String)>,
}

/// Looks a blob up; none if it was never completed.
///
/// # Errors
/// If the database is gone.
pub fn info(sql: &mut dyn Sql, digest: &Digest) -> Result<Option<BlobInfo>, StoreError> {
    let row = sql.query_one(
        "SELECT length, expired, expired_reason FROM blob WHERE digest = ?1 AND (complete = 1 OR expired IS NOT NULL)",
        &[digest.into()],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let reason = row.optional_text(2)?.unwrap_or_default().to_owned();
    Ok(Some(BlobInfo {
        length: row.count(0)?,
        expired: row.optional_count(1)?.map(|time| (time, reason)),
    }))
}

/// One piece, counted from 0; none after the last.
///
/// # Errors
/// If the database is gone.
pub fn piece(
    sql: &mut dyn Sql,
    digest: &Digest,
    piece: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sql.query_one(
        "SELECT bytes FROM blob_piece WHERE digest = ?1 AND piece = ?2",
        &[digest.into(), piece.into()],
    )?;
    row.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

/// A whole blob; none if it is not there or has expired.
///
/// # Errors
/// If the database is gone, or the bytes are not those of the hash.
pub fn read(sql: &mut dyn Sql, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(info) = info(sql, digest)? else {
        return Ok(None);
    };
    if info.expired.is_some() {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(info.length).unwrap_or(0));
    for number in 0.. {
        let Some(part) = piece(sql, digest, number)? else {
            break;
        };
        bytes.extend_from_slice(&part);
    }
    if Digest::of(&bytes) != *digest {
        return Err(StoreError::Form(format!("the blob {digest} is damaged")));
    }
    Ok(Some(bytes))
}

/// Stores a small blob inside a transaction: all of it or nothing.
///
/// # Errors
/// If the database is gone.
pub fn put(sql: &mut dyn Sql, bytes: &[u8], now: u64) -> Result<Digest, StoreError> {
    let digest = Digest::of(bytes);
    if info(sql, &digest)?.is_some_and(|info| info.expired.is_none()) {
        return Ok(digest);
    }
    begin(sql, &digest, bytes.len() as u64, now)?;
    for (number, part) in (0..).zip(bytes.chunks(PIECE)) {
        put_piece(sql, &digest, number, part)?;
    }
    complete(sql, &digest)?;
    Ok(digest)
}

/// Stores a large blob from a plain thread, in a transaction for each piece, so that others go on.
/// One that is interrupted is not there, and is finished when the same bytes come again.
///
/// # Errors
/// If the database is gone or `bytes` cannot be read again.
pub fn store(
    store: &Store,
    mut open: impl FnMut() -> std::io::Result<Box<dyn Read>>,
) -> Result<(Digest, u64), Problem> {
    let failed = |error: std::io::Error| Problem::internal(&error);
    let mut hash = Sha256::new();
    let mut length = 0_u64;
    let mut hashes = Vec::new();
    let mut reader = open().map_err(failed)?;
    while let Some(part) = next_piece(&mut *reader).map_err(failed)? {
        hash.update(&part);
        length = length.saturating_add(part.len() as u64);
        hashes.push(Digest::of(&part));
    }
    let digest = Digest::new(hash.finalize().into());
    let known = store.read_blocking(move |sql| Ok(info(sql, &digest)?))?;
    if known.is_some_and(|info| info.expired.is_none()) {
        return Ok((digest, length));
    }
    store.write_blocking(move |change| Ok(begin(change.sql, &digest, length, change.now)?))?;
    let mut reader = open().map_err(failed)?;
    for (number, expected) in (0..).zip(hashes) {
        let part = next_piece(&mut *reader)
            .map_err(failed)?
            .unwrap_or_default();
        if Digest::of(&part) != expected {
            return Err(Problem::internal(&"a file changed while it was stored"));
        }
        store.write_blocking(move |change| Ok(put_piece(change.sql, &digest, number, &part)?))?;
    }
    store.write_blocking(move |change| Ok(complete(change.sql, &digest)?))?;
    Ok((digest, length))
}

fn next_piece(reader: &mut dyn Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut part = Vec::with_capacity(PIECE);
    reader.take(PIECE as u64).read_to_end(&mut part)?;
    Ok((!part.is_empty()).then_some(part))
}

/// Lets a blob expire, where the law says so: the bytes go, hash, length, time and reason stay.
///
/// # Errors
/// If there is none (404) or the database is gone.
pub fn expire(sql: &mut dyn Sql, digest: &Digest, reason: &str, now: u64) -> Result<(), Problem> {
    let changed = sql.execute(
        "UPDATE blob SET expired = ?2, expired_reason = ?3 WHERE digest = ?1 AND complete = 1 AND expired IS NULL",
        &[digest.into(), now.into(), reason.into()],
    )?;
    if changed == 0 {
        return Err(Problem::not_found());
    }
    sql.execute("DELETE FROM blob_piece WHERE digest = ?1", &[digest.into()])?;
    Ok(())
}

/// Removes the pieces of blobs that were begun before this time and never completed; how many pieces.
///
/// # Errors
/// If the database is gone.
pub fn sweep(sql: &mut dyn Sql, before: u64) -> Result<u64, StoreError> {
    let pieces = sql.execute(
        "DELETE FROM blob_piece WHERE digest IN (SELECT digest FROM blob WHERE complete = 0 AND created < ?1)",
        &[before.into()],
    )?;
    sql.execute(
        "DELETE FROM blob WHERE complete = 0 AND expired IS NULL AND created < ?1",
        &[before.into()],
    )?;
    Ok(pieces)
}

fn begin(sql: &mut dyn Sql, digest: &Digest, length: u64, now: u64) -> Result<(), StoreError> {
    // Bytes that come again after they expired are kept again: somebody has them anyway. What was
    // said of them stays until all are there.
    sql.execute(
        "INSERT INTO blob (digest, length, complete, created) VALUES (?1, ?2, 0, ?3) ON CONFLICT (digest) DO UPDATE SET complete = 0, created = ?3 WHERE blob.expired IS NOT NULL",
        &[digest.into(), length.into(), now.into()],
    )?;
    Ok(())
}

fn put_piece(
    sql: &mut dyn Sql,
    digest: &Digest,
    number: u64,
    bytes: &[u8],
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO blob_piece (digest, piece, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (digest, piece) DO NOTHING",
        &[digest.into(), number.into(), bytes.into()],
    )?;
    Ok(())
}

fn complete(sql: &mut dyn Sql, digest: &Digest) -> Result<(), StoreError> {
    let changed = sql.execute(
        "UPDATE blob SET complete = 1, expired = NULL, expired_reason = NULL WHERE digest = ?1 AND length = (SELECT CAST(COALESCE(SUM(LENGTH(bytes)), 0) AS BIGINT) FROM blob_piece WHERE digest = ?1)",
        &[digest.into()],
    )?;
    if changed == 0 {
        // It expired, or was swept away, in the middle.
        return Err(StoreError::Gone(format!("the blob {digest} lacks pieces")));
    }
    Ok(())
}
