//! `dispatch-service restore`: an empty database filled from a backup, checked before it is kept.
//!
//! Invariant: rows, checks and the commit are one transaction; after any fault the database is as empty
//! as before.

use std::io::Write;
use std::path::Path;

use dispatch_core::language::{Language, Message};
use dispatch_core::log::VerifierKey;

use super::{needs_tables, say};
use crate::args::keeping::RestoreFrom;
use crate::audit;
use crate::backup::Backup;
use crate::integrity::{self, Fault, Found, sealed};
use crate::keys::{Envelope, KeyFolder, create_private};
use crate::register::rebuilt;
use crate::store::{Backend, Schema, Sql};

/// Restores, and says what was checked. `keys` is the key folder.
///
/// # Errors
/// If the backup is damaged, the database is not empty or gone, or the keys are another database's.
pub fn run(
    options: &RestoreFrom,
    backend: &Backend,
    keys: &Path,
    now: u64,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Message> {
    let mut backup = Backup::open(&options.file).map_err(|fault| fault.0)?;
    let keys = read_keys(keys, options.verify)?;
    let name = options.file.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let mut filled = |backend: &Backend| {
        let done = backend.once(true, |sql| {
            let done = fill(sql, &mut backup, keys.as_ref(), options.verify)?;
            if done.0.log.checkpoints > 0 {
                audit::lock(sql)?;
            }
            audit::record_command(sql, now, "restore", &name, &backup.manifest().created)?;
            Ok(done)
        });
        done.map_err(|problem| problem.message)
    };
    let (found, opened) = if options.dry_run {
        let folder = tempfile::tempdir();
        let folder = folder.map_err(|error| Message::new(error.to_string(), error.to_string()))?;
        let place = Backend::Sqlite(folder.path().join("dispatch.sqlite"));
        place.migrate().map_err(|error| Fault::from(error).0)?;
        filled(&place)?
    } else {
        prepare(backend)?;
        filled(backend)?
    };
    say(
        out,
        language,
        &told(options, &found, keys.is_some(), opened),
    )
}

/// A new file of the embedded store gets its tables; any other is migrated by an operator only.
fn prepare(backend: &Backend) -> Result<(), Message> {
    if let Backend::Sqlite(path) = backend
        && let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty())
    {
        create_private(dir)?;
    }
    let schema = backend.schema().map_err(|error| Fault::from(error).0)?;
    if matches!((backend, schema), (Backend::Sqlite(_), Schema::Empty)) {
        let made = backend.migrate();
        return made.map(drop).map_err(|error| Fault::from(error).0);
    }
    needs_tables(backend)
}

/// The keys, if there are any; with `needed` there have to be.
fn read_keys(folder: &Path, needed: bool) -> Result<Option<(VerifierKey, Envelope)>, Message> {
    if !folder.exists() && !needed {
        return Ok(None);
    }
    let keys = KeyFolder::open(folder)?;
    Ok(Some((keys.log_key()?.verifier(), keys.envelope()?)))
}

fn fill(
    sql: &mut dyn Sql,
    backup: &mut Backup,
    keys: Option<&(VerifierKey, Envelope)>,
    verify: bool,
) -> Result<(Found, u64), Fault> {
    backup.fill(sql)?;
    let found = integrity::check(sql, keys.map(|(key, _)| key))?;
    let rebuilt = rebuilt::compare(sql)?;
    if let Some((table, rows)) = rebuilt.differing.iter().find(|(_, rows)| *rows > 0) {
        return Err(Fault::new(
            format!("{table}: {rows} rows are not what the log says"),
            format!("{table}：有{rows}行与日志不符"),
        ));
    }
    let opened = match keys {
        Some((_, envelope)) if verify => sealed::check(sql, envelope, u64::MAX)?,
        _ => 0,
    };
    Ok((found, opened))
}

fn told(options: &RestoreFrom, found: &Found, keys: bool, opened: u64) -> Message {
    let Found {
        blobs,
        expired,
        log,
        audit,
    } = found;
    let (size, checkpoints, root) = (log.size, log.checkpoints, &log.root);
    let (done, been) = if options.dry_run {
        ("the backup can be restored", "该备份可以恢复")
    } else {
        ("restored", "已恢复")
    };
    let (signed, sealed) = match (keys, options.verify) {
        (true, true) => (
            format!(", signed with the key that is here, {opened} sealed files open"),
            format!("，均由现有密钥签署，{opened}个密封文件可以打开"),
        ),
        (true, false) => (
            ", signed with the key that is here".to_owned(),
            "，均由现有密钥签署".to_owned(),
        ),
        (false, _) => (
            ", signatures NOT checked: bring the key folder".to_owned(),
            "，签名未核对：请放回密钥目录".to_owned(),
        ),
    };
    Message::new(
        format!(
            "{done} and checked: log of {size} entries with root {root}, {checkpoints} checkpoints{signed}; register as the log says; {blobs} files, {expired} expired; {audit} audit records. Before anything is signed, the service asks the witnesses: see docs/operations.md, \"After a restore\""
        ),
        format!(
            "{been}并核对：日志{size}条，根哈希{root}，检查点{checkpoints}个{sealed}；登记表与日志一致；文件{blobs}个，已到期{expired}个；审计记录{audit}条。签署之前服务会先询问见证方，见 docs/operations.md"
        ),
    )
}
