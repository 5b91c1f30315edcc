//! `dispatch-service rebuild`: the register, which the public reads, written anew from the log.

use std::fmt::Write as _;
use std::io::Write;

use dispatch_core::language::{Language, Message};

use super::{needs_tables, say};
use crate::audit;
use crate::register::rebuilt;
use crate::store::Backend;

/// Rebuilds, and says how many rows differed in each table.
///
/// # Errors
/// If an entry of the log cannot be read, or the database is gone.
pub fn run(
    backend: &Backend,
    now: u64,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Message> {
    needs_tables(backend)?;
    let done = backend.once(true, |sql| {
        audit::lock(sql)?;
        let rebuilt = rebuilt::compare(sql)?;
        let differing: Vec<String> = { rebuilt.differing.iter() }
            .filter(|(_, rows)| *rows > 0)
            .map(|(table, rows)| format!("{table}: {rows}"))
            .collect();
        audit::record_command(sql, now, "rebuild", "register", &differing.join(", "))?;
        Ok(rebuilt)
    });
    let rebuilt = done.map_err(|problem| problem.message)?;
    let entries = rebuilt.entries;
    let mut english = format!("the register was written anew from {entries} entries of the log");
    let mut chinese = format!("已由日志的{entries}条记录重建登记表");
    for (table, rows) in &rebuilt.differing {
        let _ = write!(english, "\n{table}: {rows} rows differed");
        let _ = write!(chinese, "\n{table}：{rows}行不同");
    }
    say(out, language, &Message::new(english, chinese))
}
