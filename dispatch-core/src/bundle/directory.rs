//! The directory of a zip file, read by itself before any reader of zip files sees it.
//!
//! Source: docs/spec.md section 10. Invariant: a file that two readers could see differently is refused.

use std::io::{Read, Seek, SeekFrom};

/// Checks the directory by itself (docs/spec.md section 10): readers of zip files differ in what they
/// tolerate around and inside it, so nothing that they could read differently is let through.
pub(super) fn check_directory<R: Read + Seek>(reader: &mut R, most: usize) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let length = reader.seek(SeekFrom::End(0)).map_err(text)?;
    // 128 entries with their names, extra fields and ZIP64 records are far below 64 KiB.
    let tail_start = length.saturating_sub(DIRECTORY_LIMIT);
    reader.seek(SeekFrom::Start(tail_start)).map_err(text)?;
    let mut tail = Vec::new();
    reader
        .take(DIRECTORY_LIMIT)
        .read_to_end(&mut tail)
        .map_err(text)?;
    let end = tail.len().checked_sub(22).ok_or("too short")?;
    let field = |at: usize, size: usize| -> Result<u64, String> {
        let bytes = tail.get(at..at + size).ok_or("cut off")?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    };
    if !tail[end..].starts_with(b"PK\x05\x06") || field(end + 20, 2)? != 0 {
        return Err("it does not end with an end record without comment".to_owned());
    }
    let (mut count, mut size, mut start) = (
        field(end + 10, 2)?,
        field(end + 12, 4)?,
        field(end + 16, 4)?,
    );
    let mut directory_end = end;
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff {
        let record = end.checked_sub(20 + 56).ok_or("cut off")?;
        if !tail[record..].starts_with(b"PK\x06\x06") {
            return Err("no ZIP64 end record".to_owned());
        }
        (count, size, start) = (
            field(record + 32, 8)?,
            field(record + 40, 8)?,
            field(record + 48, 8)?,
        );
        directory_end = record;
    }
    let directory_start = start
        .checked_sub(tail_start)
        .and_then(|at| usize::try_from(at).ok());
    let directory_size = usize::try_from(size).map_err(|_| "directory too large")?;
    let mut at = directory_start.ok_or("more than 128 entries")?;
    if at.checked_add(directory_size) != Some(directory_end) {
        return Err("the directory is not where the end record says".to_owned());
    }
    let mut names: Vec<&[u8]> = Vec::new();
    while at < directory_end {
        if !tail[at..].starts_with(b"PK\x01\x02") || names.len() >= most {
            return Err("more than 128 entries, or a damaged directory".to_owned());
        }
        let part = |offset| {
            field(at + offset, 2).and_then(|n| usize::try_from(n).map_err(|e| e.to_string()))
        };
        let (name, extra, comment) = (part(28)?, part(30)?, part(32)?);
        let name_at = at + 46;
        names.push(tail.get(name_at..name_at + name).ok_or("cut off")?);
        at = name_at + name + extra + comment;
    }
    let listed = names.len() as u64;
    names.sort_unstable();
    names.dedup();
    if at != directory_end || listed != count || names.len() as u64 != count {
        return Err("names repeated, or not as many as the end record counts".to_owned());
    }
    Ok(())
}

/// More than any directory of 128 entries needs.
const DIRECTORY_LIMIT: u64 = 1 << 20;
