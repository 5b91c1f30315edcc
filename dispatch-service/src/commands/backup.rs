//! `dispatch-service backup`: one consistent view of everything, in one file.

use std::io::Write;

use dispatch_core::language::{Language, Message};

use super::{needs_tables, say};
use crate::args::keeping::BackupTo;
use crate::backup;
use crate::integrity;
use crate::problem::Problem;
use crate::store::Backend;

/// Writes the backup, and says whether what was written is in order: one that is not would be refused
/// when it is needed.
///
/// # Errors
/// If there is such a file already, it cannot be written, the database is gone, or what it holds is
/// damaged.
pub fn run(
    options: &BackupTo,
    backend: &Backend,
    now: u64,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Message> {
    needs_tables(backend)?;
    let path = &options.out;
    let done = backend.once(false, |sql| {
        let manifest = backup::write(sql, path, now)?;
        Ok::<_, Problem>((manifest, integrity::check(sql, None)))
    });
    let (manifest, checked) = done.map_err(|problem| problem.message)?;
    let rows = { manifest.tables.iter() }.fold(0_u64, |sum, part| sum.saturating_add(part.rows));
    let shown = path.display();
    let found = checked.map_err(|fault| {
        let Message { english, chinese } = fault.0;
        Message::new(
            format!("{shown} was written, but the database is damaged and this copy would be refused: {english}; find an earlier copy"),
            format!("已写入{shown}，但数据库已损坏，该备份将被拒绝：{chinese}；请查找较早的备份"),
        )
    })?;
    let (size, blobs) = (found.log.size, found.blobs);
    say(
        out,
        language,
        &Message::new(
            format!(
                "{shown}: {rows} rows, {size} entries of the log, {blobs} files, checked. Keys are NOT in it: keep a copy of the key folder elsewhere"
            ),
            format!(
                "{shown}：{rows}行，日志{size}条，文件{blobs}个，已核对。密钥不在其中，请另行备份密钥目录"
            ),
        ),
    )
}
