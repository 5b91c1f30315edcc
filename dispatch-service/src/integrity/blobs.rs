//! The bytes of all blobs against their hashes, and who refers to them.

use dispatch_core::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::Fault;
use crate::store::{Sql, blob};

/// How many blobs have the bytes of their hash, and how many expired.
///
/// # Errors
/// The first blob that is damaged or missing, or that the database is gone.
pub fn check(sql: &mut dyn Sql) -> Result<(u64, u64), Fault> {
    let (mut whole, mut expired) = (0_u64, 0_u64);
    let mut after = Vec::new();
    loop {
        let rows = sql.query(
            "SELECT digest, length, complete, expired FROM blob WHERE digest > ?1 ORDER BY digest LIMIT 500",
            &[after.as_slice().into()],
        )?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.bytes(0)?.to_vec();
        for row in rows {
            let digest = row.digest(0)?;
            if row.integer(2)? == 0 {
                // Still being stored, or never finished: nobody refers to it yet.
            } else if row.optional_count(3)?.is_some() {
                expired = expired.saturating_add(1);
            } else {
                check_bytes(sql, &digest, row.count(1)?)?;
                whole = whole.saturating_add(1);
            }
        }
    }
    for (table, statement) in REFERRING {
        let lacking = sql.query_one(statement, &[])?;
        if let Some(row) = lacking {
            let digest = row.digest(0)?;
            return Err(Fault::new(
                format!("{table}: the blob {digest} is missing"),
                format!("{table}：缺少数据块{digest}"),
            ));
        }
    }
    Ok((whole, expired))
}

fn check_bytes(sql: &mut dyn Sql, digest: &Digest, length: u64) -> Result<(), Fault> {
    let (mut hash, mut found) = (Sha256::new(), 0_u64);
    for number in 0.. {
        let Some(piece) = blob::piece(sql, digest, number)? else {
            break;
        };
        hash.update(&piece);
        found = found.saturating_add(piece.len() as u64);
    }
    if Digest::new(hash.finalize().into()) == *digest && found == length {
        return Ok(());
    }
    Err(Fault::new(
        format!("blob_piece: the blob {digest} has {found} bytes of {length}, or other ones"),
        format!("blob_piece：数据块{digest}应为{length}字节，现有{found}字节，或内容被改动"),
    ))
}

/// Who refers to blobs, and how one is found that is not there.
const REFERRING: [(&str, &str); 3] = [
    (
        "document",
        "SELECT digest FROM document t WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.digest = t.digest AND (complete = 1 OR expired IS NOT NULL)) LIMIT 1",
    ),
    (
        "roster",
        "SELECT digest FROM roster t WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.digest = t.digest AND (complete = 1 OR expired IS NOT NULL)) LIMIT 1",
    ),
    (
        "held_file",
        "SELECT digest FROM held_file t WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.digest = t.digest AND (complete = 1 OR expired IS NOT NULL)) LIMIT 1",
    ),
];
