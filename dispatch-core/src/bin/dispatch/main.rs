//! `dispatch`: the command-line tool. It reads and writes files, the clock and the system's entropy;
//! only the commands of logs, witnesses and monitors use the network. Everything else is in the
//! library.
//!
//! Exit status: 0 done, 1 refused or a check failed, 2 wrong usage.

mod args;
mod commands;
mod console;
mod custody;
mod failure;
mod folder;
mod history;
mod http;
mod inputs;
mod list;
mod lists;
mod log_folder;
mod marked;
mod parent;
mod witness;
mod witness_client;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::console::Console;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::new(arguments.language);
    let done = match arguments.command {
        Command::Sample(options) => commands::sample::run(&console, &options),
        Command::Template(options) => commands::template::run(&console, &options),
        Command::Ledger(options) => commands::ledger::run(&console, &options),
        Command::Check(options) => commands::check::run(&console, &options),
        Command::Simulate(options) => commands::simulate::run(&console, &options),
        Command::Announce(options) => commands::announce::run(&console, &options),
        Command::Draw(options) => commands::draw::run(&console, &options),
        Command::Stage(options) => commands::stage::run(&console, &options),
        Command::Handover(options) => commands::handover::run(&console, &options),
        Command::Papers(options) => commands::papers::run(&console, &options),
        Command::Disclose(options) => commands::disclose::run(&console, &options),
        Command::Custodian(options) => commands::custodian::run(&console, &options),
        Command::Open(options) => commands::open::run(&console, &options),
        Command::Verify(options) => commands::verify::run(&console, &options),
        Command::Explain(options) => commands::explain::run(&console, &options),
        Command::Export(options) => commands::export::run(&console, &options),
        Command::Timestamp(options) => commands::timestamp::run(&console, &options),
        Command::Log(options) => commands::log::run(&console, &options),
        Command::Monitor(options) => commands::monitor::run(&console, &options),
        Command::Witness(options) => commands::witness::run(&console, &options),
        Command::Demo(options) => commands::demo::run(&console, &options),
        Command::Selftest => commands::selftest::run(&console),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for message in &failure.messages {
                console.complain(message);
            }
            ExitCode::from(failure.status)
        }
    }
}
