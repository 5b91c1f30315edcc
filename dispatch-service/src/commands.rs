//! What the commands do.

pub mod serve;
pub mod user;

use std::io::Write;

use dispatch_core::language::Message;

use crate::args::{Arguments, Command};
use crate::clock::Clock;
use crate::routes::health;

/// Runs a command; what it tells goes to `out`.
///
/// # Errors
/// Why it was not done.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Message> {
    let data = &arguments.data;
    match &arguments.command {
        Command::Serve(options) => serve::run(options, data, out),
        Command::User(options) => user::run(options, &data.backend()?, Clock::system().now(), out),
        Command::Openapi => {
            let written = out.write_all(health::text().as_bytes());
            written.map_err(|error| Message::new(error.to_string(), error.to_string()))
        }
    }
}
