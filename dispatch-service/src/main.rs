//! `dispatch-service`: runs draws on time and records them in one public log.
//!
//! Exit status: 0 done, 1 refused or failed, 2 wrong usage.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use dispatch_core::language::Language;
use dispatch_service::args::{Arguments, Tongue};
use dispatch_service::commands;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let language = match arguments.language {
        Some(Tongue::Zh) => Language::Chinese,
        Some(Tongue::En) => Language::English,
        None if locale().to_ascii_lowercase().starts_with("zh") => Language::Chinese,
        None => Language::English,
    };
    match commands::run(&arguments, &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{}", message.text(language));
            ExitCode::FAILURE
        }
    }
}

/// The locale of messages, as POSIX orders its variables.
fn locale() -> String {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let mut values = names.iter().filter_map(|name| std::env::var(name).ok());
    values.find(|value| !value.is_empty()).unwrap_or_default()
}
