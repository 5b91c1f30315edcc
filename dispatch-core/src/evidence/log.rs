//! The log evidence: what of the draw stands in the log, with proofs, and the time lock's pulse.
//!
//! Source: docs/spec.md 17.7, 18.3 and check A11. Invariant: lines are in order of index, of one
//! origin, and every entry and proof has its form; whether they hold is for L01 to L05.

use serde::Deserialize;

use super::{Part, at, check, read_document, read_lines_within};
use crate::beacon::Pulse;
use crate::bundle::{self, Files};
use crate::digest::Digest;
use crate::entry::Entry;
use crate::json::to_canonical;
use crate::language::Message;
use crate::log::{LogProof, from_base64};
use crate::seed::pulse_of;

/// `log.jsonl` and `timelock.json`, well formed.
#[derive(Debug, Default)]
pub struct LogParts {
    /// The lines of `log.jsonl`, if it is there.
    pub lines: Option<Vec<LogLine>>,
    /// `timelock.json`, if it is there.
    pub timelock: Option<TimeLockDocument>,
}

/// A line of `log.jsonl`.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// The entry.
    pub entry: Entry,
    /// Its bytes, the leaf data.
    pub bytes: Vec<u8>,
    /// The proof that it stands in the log.
    pub proof: LogProof,
    /// A time-stamp token over the checkpoint, DER.
    pub token: Option<Vec<u8>>,
}

impl LogLine {
    /// The line as it is written.
    ///
    /// # Errors
    /// If the entry is malformed.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Message> {
        let token = self.token.as_deref().map(crate::log::to_base64);
        let line = serde_json::json!({
            "entry": self.entry,
            "proof": self.proof.to_text(),
            "token": token.unwrap_or_default(),
        });
        to_canonical(&line).map_err(|error| super::json_message(&error))
    }
}

/// The document `timelock.json`: the pulse that opens the time lock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct TimeLockDocument {
    /// Commitment of the announcement.
    pub commitment: Digest,
    /// [`TimeLockDocument::FORMAT`].
    pub format: String,
    /// Round of the pulse.
    pub round: u64,
    /// Its signature, 96 hexadecimal characters.
    pub signature: String,
}

impl TimeLockDocument {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/timelock/1";

    /// The pulse.
    #[must_use]
    pub fn pulse(&self) -> Option<Pulse> {
        pulse_of(self.round, &self.signature)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    entry: Entry,
    proof: String,
    token: String,
}

/// Reads both files, as far as they are there.
pub(super) fn read_log(files: &Files) -> Part<LogParts> {
    let lines = files.get(bundle::LOG).map(read_log_lines).transpose();
    let timelock = files.get(bundle::TIMELOCK).map(read_timelock).transpose();
    match (lines, timelock) {
        (Ok(lines), Ok(timelock)) => Part::Good(LogParts { lines, timelock }),
        (Err(fault), _) | (_, Err(fault)) => Part::Bad(fault),
    }
}

/// Reads the lines of a `log.jsonl`.
///
/// # Errors
/// The first line that is not as it must be.
pub fn read_log_lines(bytes: &[u8]) -> Result<Vec<LogLine>, Message> {
    let texts: Vec<Line> = read_lines_within(bundle::LOG, bytes, LINE_LIMIT)?;
    let mut lines: Vec<LogLine> = Vec::with_capacity(texts.len());
    for (index, text) in texts.into_iter().enumerate() {
        let line = read_line(text)
            .map_err(|fault| at(bundle::LOG, index, &fault.english, &fault.chinese))?;
        if let Some(before) = lines.last() {
            let (a, b) = (&before.proof, &line.proof);
            if a.index >= b.index {
                let (english, chinese) = ("not in order, or repeated", "未排序或有重复");
                return Err(at(bundle::LOG, index, english, chinese));
            }
            if a.checkpoint.checkpoint.origin != b.checkpoint.checkpoint.origin {
                let (english, chinese) = ("of another log than the line before", "属于另一个日志");
                return Err(at(bundle::LOG, index, english, chinese));
            }
        }
        lines.push(line);
    }
    Ok(lines)
}

fn read_line(line: Line) -> Result<LogLine, Message> {
    let bytes = to_canonical(&line.entry).map_err(|error| super::json_message(&error))?;
    let entry = line.entry.well_formed(&bytes)?;
    let proof = LogProof::read(line.proof.as_bytes()).map_err(|error| {
        Message::new(
            format!("the proof is malformed: {error}"),
            format!("证明格式不符：{error}"),
        )
    })?;
    let token = match line.token.as_str() {
        "" => None,
        text if text.len() > TOKEN_LIMIT => {
            return Err(Message::new("the token is too long", "时间戳过长"));
        }
        text => Some(
            from_base64(text)
                .ok_or_else(|| Message::new("the token is not base64", "时间戳不是base64"))?,
        ),
    };
    Ok(LogLine {
        entry,
        bytes,
        proof,
        token,
    })
}

fn read_timelock(bytes: &[u8]) -> Result<TimeLockDocument, Message> {
    let document: TimeLockDocument = read_document(bytes)?;
    check(
        document.format == TimeLockDocument::FORMAT,
        "format is not dispatch/timelock/1",
        "格式不是 dispatch/timelock/1",
    )?;
    check(
        document.round >= 1 && document.pulse().is_some(),
        "not a round and a signature of 96 hexadecimal characters",
        "不是轮次和96位十六进制签名",
    )?;
    Ok(document)
}

/// Longest line of `log.jsonl` in bytes.
const LINE_LIMIT: usize = 131_072;
/// Longest token in base64.
const TOKEN_LIMIT: usize = 40_000;
