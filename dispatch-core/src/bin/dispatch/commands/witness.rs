//! `dispatch witness`: a witness, run by a body other than the one whose log it watches.

mod cosign;
mod new;
mod request;
mod show;
mod trust;

use dispatch_core::log::{KeyKind, VerifierKey};

use crate::args::witness::{Witness, WitnessCommand};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::witness::{Store, serve};

pub(crate) fn run(console: &Console, options: &Witness) -> Done {
    match &options.command {
        WitnessCommand::New(options) => new::run(console, options),
        WitnessCommand::Trust(options) => trust::run(console, options),
        WitnessCommand::Cosign(options) => cosign::run(console, options),
        WitnessCommand::Request(options) => request::run(console, options),
        WitnessCommand::Show(options) => show::run(console, options),
        WitnessCommand::Serve(options) => {
            let store = Store::open(&options.dir)?;
            let logs = store.logs()?;
            show::describe(console, &store, &logs);
            serve(console, store, options.listen)
        }
    }
}

/// Reads a public key of this kind from the command line.
fn key(text: &str, kind: KeyKind) -> Done<VerifierKey> {
    let wrong = |fault: String| {
        Failure::new(
            format!("{text}: {fault}; copy the whole key, from the name to the end"),
            format!("{text}：{fault}；请完整复制公钥（从名称到末尾）"),
        )
    };
    let key: VerifierKey = { text.trim().parse() }
        .map_err(|error: dispatch_core::log::KeyError| wrong(error.to_string()))?;
    if key.kind != kind {
        let other = match kind {
            KeyKind::Signature => "this is the key of a witness, not of a log",
            KeyKind::Cosignature => "this is the key of a log, not of a witness",
        };
        return Err(wrong(other.to_owned()));
    }
    Ok(key)
}
