//! `dispatch-service`: runs draws on time and records them in one public log.
//!
//! Exit status: 0 done, 1 refused or failed, 2 wrong usage.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use dispatch_service::args::Arguments;
use dispatch_service::commands;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let language = arguments.language();
    match commands::run(&arguments, &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{}", message.text(language));
            ExitCode::FAILURE
        }
    }
}
