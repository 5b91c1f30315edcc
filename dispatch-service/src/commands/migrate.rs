//! `dispatch-service migrate`: brings the tables to this program's version.

use std::io::Write;

use dispatch_core::language::{Language, Message};

use super::say;
use crate::integrity::Fault;
use crate::store::{Backend, Schema};

/// Migrates, and says what was done.
///
/// # Errors
/// If the database is gone, or another program or a later version made its tables.
pub fn run(backend: &Backend, language: Language, out: &mut dyn Write) -> Result<(), Message> {
    let before = backend.schema().map_err(|error| Fault::from(error).0)?;
    if let Schema::Foreign(reason) = before {
        return Err(Message::new(
            format!("the tables are not this program's: {reason}; use the version that made them"),
            format!("数据表不属于本版本：{reason}；请使用创建它们的版本"),
        ));
    }
    let steps = backend.migrate().map_err(|error| Fault::from(error).0)?;
    let told = match (before, steps) {
        (_, 0) => Message::new(
            "nothing to do: the tables are those of this version",
            "无需操作：数据表已是本版本",
        ),
        (Schema::Empty, _) => Message::new(
            "the tables were made; next: dispatch-service serve, or restore",
            "已建立数据表；下一步：dispatch-service serve 或 restore",
        ),
        (_, steps) => Message::new(
            format!("the tables were brought to this version ({steps} steps)"),
            format!("数据表已升级到本版本（{steps}步）"),
        ),
    };
    say(out, language, &told)
}
