//! What the commands do.

pub mod backup;
pub mod expire;
pub mod migrate;
pub mod rebuild;
pub mod restore;
pub mod serve;
pub mod user;

use std::io::Write;

use dispatch_core::language::{Language, Message};

use crate::args::{Arguments, Command};
use crate::clock::Clock;
use crate::integrity::Fault;
use crate::routes::health;
use crate::store::Backend;

/// Runs a command; what it tells goes to `out`.
///
/// # Errors
/// Why it was not done.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Message> {
    let data = &arguments.data;
    let (language, now) = (arguments.language(), Clock::system().now());
    match &arguments.command {
        Command::Serve(options) => serve::run(options, data, out),
        Command::User(options) => user::run(options, &data.backend()?, now, out),
        Command::Migrate => migrate::run(&data.backend()?, language, out),
        Command::Backup(options) => backup::run(options, &data.backend()?, now, language, out),
        Command::Restore(options) => {
            restore::run(options, &data.backend()?, &data.keys(), now, language, out)
        }
        Command::Rebuild => rebuild::run(&data.backend()?, now, language, out),
        Command::Expire(options) => expire::run(options, &data.backend()?, now, language, out),
        Command::Openapi => {
            let written = out.write_all(health::text().as_bytes());
            written.map_err(|error| Message::new(error.to_string(), error.to_string()))
        }
    }
}

/// Refuses a database without this version's tables.
fn needs_tables(backend: &Backend) -> Result<(), Message> {
    if backend
        .is_migrated()
        .map_err(|error| Fault::from(error).0)?
    {
        return Ok(());
    }
    Err(Message::new(
        "the database has no tables of this version; run dispatch-service migrate",
        "数据库没有本版本的数据表，请先运行 dispatch-service migrate",
    ))
}

/// Tells the operator something.
fn say(out: &mut dyn Write, language: Language, told: &Message) -> Result<(), Message> {
    let told = writeln!(out, "{}", told.text(language)).and_then(|()| out.flush());
    told.map_err(|error| Message::new(error.to_string(), error.to_string()))
}
