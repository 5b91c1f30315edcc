//! What a log's operator asks its witnesses: for cosignatures, and for what they saw last.
//!
//! Source: C2SP tlog-witness. Invariant: a line becomes part of a checkpoint only after it verified
//! against the key that the policy has for the witness.

use dispatch_core::language::Message;
use dispatch_core::log::{LogPolicy, NoteSignature, PolicyWitness, SignedCheckpoint};
use dispatch_core::witness::asking::{self, WitnessLink as _};

use super::LogFolder;
use crate::console::Console;
use crate::failure::Done;
use crate::witness_client::HttpLink;

/// Asks every witness that can be reached whether what it saw last is the beginning of this log.
/// One that knows more is the sign of an old backup that was put back.
pub(crate) fn agree(
    console: &Console,
    folder: &LogFolder,
    policy: &LogPolicy,
    latest: &SignedCheckpoint,
) -> Done {
    let step = console.step("asking the witnesses", "正在询问见证方");
    for witness in policy.witnesses() {
        let Some(url) = &witness.url else {
            continue;
        };
        step.doing(url);
        match HttpLink.latest(url, &latest.checkpoint.origin) {
            Ok(None) => {}
            Ok(Some(bytes)) => match asking::seen(&bytes, witness, policy, latest) {
                Some(held) => asking::continues(&folder.view(), witness, &held, latest)?,
                None => console.complain(&Message::new(
                    format!("{url}: did not answer with a checkpoint of this log that it cosigned; it is taken as not asked"),
                    format!("{url}：未返回其联署过的本日志检查点，视为未询问"),
                )),
            },
            Err(fault) => console.complain(&Message::new(
                format!("{}: not asked: {}", witness.name, fault.english),
                format!("{}：未能询问：{}", witness.name, fault.chinese),
            )),
        }
    }
    Ok(())
}

/// Has a witness cosign a checkpoint; gives its lines.
pub(crate) fn ask(
    folder: &LogFolder,
    witness: &PolicyWitness,
    url: &str,
    number: u64,
    checkpoint: &SignedCheckpoint,
) -> Result<Vec<NoteSignature>, Message> {
    let old = asking::last_cosigned(&folder.view(), &witness.key, number)?;
    Ok(asking::ask(
        &HttpLink,
        &folder.view(),
        (witness, url),
        old,
        checkpoint,
    )?)
}
