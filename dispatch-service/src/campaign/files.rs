//! The files of a draft or of an announced draw, in the store.
//!
//! A *holder* is a draft's id, or the commitment of a draw in hexadecimal. Names are those of
//! docs/spec.md and of a draw's folder: `announcement.json`, `subjects.jsonl`, `stage-1.json`, and below
//! `secret/` what is sealed. Invariant: a sealed file is encrypted before it reaches the database, and
//! a file that is there is never changed, only drafts' files are replaced.

use std::io::Cursor;

use bytes::Bytes;
use dispatch_core::digest::Digest;
use zeroize::Zeroizing;

use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::{Sql, Store, Value, blob};

/// A file that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// Its name.
    pub name: String,
    /// Whether it is encrypted.
    pub sealed: bool,
    /// SHA-256 of what is stored: of the encrypted bytes if it is sealed.
    pub digest: Digest,
    /// Media type.
    pub media: String,
    /// Bytes, decrypted.
    pub length: u64,
}

/// Adds a public file; the same bytes again are fine.
///
/// # Errors
/// 409 if another file has the name, or the database is gone.
pub fn add_public(
    sql: &mut dyn Sql,
    holder: &str,
    name: &str,
    media: &str,
    bytes: &[u8],
    now: u64,
) -> Result<Digest, Problem> {
    let digest = blob::put(sql, bytes, now)?;
    add_stored(
        sql,
        holder,
        name,
        media,
        (digest, bytes.len() as u64),
        false,
    )?;
    Ok(digest)
}

/// Adds a file whose blob is stored already, see [`blob::store`]: its hash, and its length decrypted.
///
/// # Errors
/// 409 if another file has the name, or the database is gone.
pub fn add_stored(
    sql: &mut dyn Sql,
    holder: &str,
    name: &str,
    media: &str,
    (digest, length): (Digest, u64),
    sealed: bool,
) -> Result<(), Problem> {
    if let Some(file) = find(sql, holder, name)? {
        if file.digest == digest {
            return Ok(());
        }
        return Err(Problem::conflict(
            format!(
                "{name} is there already, with other content; what was published is not changed"
            ),
            format!("{name}已存在且内容不同，已公布的不得更改"),
        ));
    }
    insert(sql, holder, name, media, (digest, length), sealed)
}

/// Adds a sealed file, encrypted here; one that is there stays, and its content must be the same.
///
/// # Errors
/// 409 if another file has the name, or the database is gone.
pub fn add_sealed(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    holder: &str,
    name: &str,
    bytes: &[u8],
    now: u64,
) -> Result<(), Problem> {
    if let Some(known) = read(sql, envelope, holder, name)? {
        if known.as_slice() == bytes {
            return Ok(());
        }
        return Err(Problem::conflict(
            format!("{name} is there already, with other content"),
            format!("{name}已存在且内容不同"),
        ));
    }
    let sealed = envelope.seal(&place(holder, name), bytes)?;
    let digest = blob::put(sql, &sealed, now)?;
    insert(
        sql,
        holder,
        name,
        OCTETS,
        (digest, bytes.len() as u64),
        true,
    )
}

/// A sealed file whose blob is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-256 of the encrypted bytes.
    pub digest: Digest,
    /// Bytes, decrypted.
    pub length: u64,
}

/// Stores a large file sealed, from a plain thread, before the change that takes it in with
/// [`add_stored_sealed`]: others go on meanwhile.
///
/// # Errors
/// If the database is gone, or the file is too long to seal.
pub fn store_sealed(
    store: &Store,
    envelope: &Envelope,
    holder: &str,
    name: &str,
    plain: Zeroizing<Vec<u8>>,
) -> Result<StoredFile, Problem> {
    let length = plain.len() as u64;
    let sealed = Bytes::from(envelope.seal(&place(holder, name), &plain)?);
    drop(plain);
    let (digest, _) = blob::store(store, || Ok(Box::new(Cursor::new(sealed.clone()))))?;
    Ok(StoredFile { digest, length })
}

/// Takes in a file that was stored sealed, under the same holder and name.
///
/// # Errors
/// 409 if there is a file of this name, or the database is gone.
pub fn add_stored_sealed(
    sql: &mut dyn Sql,
    holder: &str,
    name: &str,
    stored: &StoredFile,
) -> Result<(), Problem> {
    add_stored(
        sql,
        holder,
        name,
        OCTETS,
        (stored.digest, stored.length),
        true,
    )
}

/// Deletes a file that was stored sealed and then not taken in, if it was not.
///
/// # Errors
/// If the database is gone.
pub fn forget_sealed(sql: &mut dyn Sql, stored: &StoredFile) -> Result<(), Problem> {
    let digest: Value = (&stored.digest).into();
    let held = sql.query_one(
        "SELECT name FROM held_file WHERE digest = ?1 LIMIT 1",
        std::slice::from_ref(&digest),
    )?;
    if held.is_none() {
        delete_blob(sql, digest)?;
    }
    Ok(())
}

/// Replaces a file of a draft, sealed.
///
/// # Errors
/// If the database is gone.
pub fn replace_sealed(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    holder: &str,
    name: &str,
    bytes: &[u8],
    now: u64,
) -> Result<(), Problem> {
    remove(sql, holder, name)?;
    add_sealed(sql, envelope, holder, name, bytes, now)
}

/// Takes a file of a draft away.
///
/// # Errors
/// If the database is gone.
pub fn remove(sql: &mut dyn Sql, holder: &str, name: &str) -> Result<(), Problem> {
    let Some(file) = find(sql, holder, name)? else {
        return Ok(());
    };
    sql.execute(
        "DELETE FROM held_file WHERE holder = ?1 AND name = ?2",
        &[holder.into(), name.into()],
    )?;
    let digest: Value = (&file.digest).into();
    // Sealed bytes are nobody else's: a nonce makes them unique.
    if file.sealed {
        delete_blob(sql, digest)?;
    }
    Ok(())
}

fn delete_blob(sql: &mut dyn Sql, digest: Value) -> Result<(), Problem> {
    sql.execute(
        "DELETE FROM blob_piece WHERE digest = ?1",
        std::slice::from_ref(&digest),
    )?;
    sql.execute("DELETE FROM blob WHERE digest = ?1", &[digest])?;
    Ok(())
}

/// A file, decrypted if it was sealed; none if there is none.
///
/// # Errors
/// If it does not open, has expired (410), or the database is gone.
pub fn read(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    holder: &str,
    name: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, Problem> {
    let Some(file) = find(sql, holder, name)? else {
        return Ok(None);
    };
    let Some(bytes) = blob::read(sql, &file.digest)? else {
        return Err(Problem::new(
            410,
            "expired",
            format!("{name} has expired by law; only its hash is left"),
            format!("{name}已依法到期销毁，仅保留其哈希值"),
        ));
    };
    if !file.sealed {
        return Ok(Some(Zeroizing::new(bytes)));
    }
    Ok(Some(envelope.open(&place(holder, name), &bytes)?))
}

/// What is known of a file.
///
/// # Errors
/// If the database is gone.
pub fn find(sql: &mut dyn Sql, holder: &str, name: &str) -> Result<Option<HeldFile>, Problem> {
    let row = sql.query_one(
        "SELECT name, sealed, digest, media, length FROM held_file WHERE holder = ?1 AND name = ?2",
        &[holder.into(), name.into()],
    )?;
    row.map(|row| held(&row)).transpose()
}

/// All files of a holder, by name.
///
/// # Errors
/// If the database is gone.
pub fn list(sql: &mut dyn Sql, holder: &str) -> Result<Vec<HeldFile>, Problem> {
    let rows = sql.query(
        "SELECT name, sealed, digest, media, length FROM held_file WHERE holder = ?1 ORDER BY name",
        &[holder.into()],
    )?;
    rows.iter().map(held).collect()
}

/// Lets everybody fetch a stored blob as `documents/<sha256>` of the log.
///
/// # Errors
/// If the database is gone.
pub fn publish(sql: &mut dyn Sql, digest: &Digest, media: &str) -> Result<(), Problem> {
    sql.execute(
        "INSERT INTO document (digest, media) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING",
        &[digest.into(), media.into()],
    )?;
    Ok(())
}

fn insert(
    sql: &mut dyn Sql,
    holder: &str,
    name: &str,
    media: &str,
    (digest, length): (Digest, u64),
    sealed: bool,
) -> Result<(), Problem> {
    sql.execute(
        "INSERT INTO held_file (holder, name, sealed, digest, media, length) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            holder.into(),
            name.into(),
            sealed.into(),
            (&digest).into(),
            media.into(),
            length.into(),
        ],
    )?;
    Ok(())
}

fn held(row: &crate::store::Row) -> Result<HeldFile, Problem> {
    Ok(HeldFile {
        name: row.text(0)?.to_owned(),
        sealed: row.integer(1)? != 0,
        digest: row.digest(2)?,
        media: row.text(3)?.to_owned(),
        length: row.count(4)?,
    })
}

fn place(holder: &str, name: &str) -> String {
    format!("{holder}/{name}")
}

const OCTETS: &str = "application/octet-stream";
