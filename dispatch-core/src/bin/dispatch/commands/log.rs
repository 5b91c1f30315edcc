//! `dispatch log`: a log in a folder.

mod append;
mod check;
mod cosign;
mod draw;
mod new;
mod prove;
mod step;
mod timestamp;

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Entry, Step};
use dispatch_core::language::Message;
use dispatch_core::syntax::time_text;

use crate::args::log::{Log, LogCommand, Writing};
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::log_folder::known::Known;
use crate::log_folder::writer::LogWriter;
use crate::log_folder::{LogFolder, key_file, witnesses};

pub(crate) fn run(console: &Console, options: &Log) -> Done {
    match &options.command {
        LogCommand::New(options) => new::run(console, options),
        LogCommand::Policy(options) => new::policy(console, options),
        LogCommand::Draw(options) => draw::run(console, options),
        LogCommand::Plan(options) => step::plan(console, options),
        LogCommand::Void(options) => step::void(console, options),
        LogCommand::Key(options) => step::key(console, options),
        LogCommand::Append(options) => append::run(console, options),
        LogCommand::Cosign(options) => cosign::run(console, options),
        LogCommand::Timestamp(options) => timestamp::run(console, options),
        LogCommand::Prove(options) => prove::run(console, options),
        LogCommand::Evidence(options) => prove::evidence(console, options),
        LogCommand::Check(options) => check::run(console, options),
    }
}

/// Steps of one authority.
struct Steps {
    body: String,
    steps: Vec<Step>,
}

/// Opens a log for writing, once the witnesses that can be asked know no later state of it.
fn open(console: &Console, options: &Writing) -> Done<(LogFolder, LogWriter)> {
    let folder = LogFolder::open(&options.dir)?;
    let key = key_file::read(&options.key)?;
    let writer = LogWriter::open(&folder, key)?;
    if options.offline {
        console.say(
            "the witnesses were not asked whether they know a later state of this log (--offline)",
            "未询问见证方是否已见过本日志更新的状态（--offline）",
        );
    } else if let Some(policy) = folder.policy(None)? {
        witnesses::agree(console, &folder, &policy, writer.latest())?;
    }
    Ok((folder, writer))
}

/// Logs the steps that `choose` gives after it has seen what the log says already, under one
/// checkpoint; keeps those of the draw with the commitment `of` for it.
fn add(
    console: &Console,
    options: &Writing,
    of: Option<Digest>,
    choose: impl FnOnce(&LogFolder, &Known) -> Done<Steps>,
) -> Done {
    let (folder, mut writer) = open(console, options)?;
    let before = writer.size();
    let mut known = Known::read(console, &folder, before, of)?;
    let Steps { body, steps } = choose(&folder, &known)?;
    if steps.is_empty() {
        console.say(
            "nothing new: all of it stands in the log already",
            "没有新内容：均已记入日志",
        );
        return Ok(());
    }
    let mut kinds = Vec::new();
    for step in steps {
        kinds.push(step.kind());
        let entry = Entry {
            number: known.next(&body),
            body: body.clone(),
            time: time_text(now()).unwrap_or_default(),
            step,
        };
        let bytes = entry.to_bytes()?;
        known.admit(&entry)?;
        writer.push(&entry, &bytes)?;
    }
    for (index, kind) in (before..).zip(kinds) {
        console.line(&format!("  {index} {kind}"));
    }
    commit(console, &folder, writer)
}

/// Signs, and says what to do next.
fn commit(console: &Console, folder: &LogFolder, writer: LogWriter) -> Done {
    let before = writer.latest().checkpoint.size;
    let (number, signed) = writer.commit()?;
    let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
    let added = size.saturating_sub(before);
    console.say(
        format!("logged: {added} entries; checkpoint {number} covers {size} (root {root})"),
        format!("已记录{added}条；检查点{number}共含{size}条（根值 {root}）"),
    );
    let dir = folder.dir().display();
    console.say(
        format!("next: `dispatch log cosign {dir}`, then copy the folder to where it is published"),
        format!("下一步：dispatch log cosign {dir}，然后将目录复制到公布的位置"),
    );
    Ok(())
}

/// A document that was read, or what is wrong with its file.
fn document<T: serde::de::DeserializeOwned>(path: &std::path::Path, bytes: &[u8]) -> Done<T> {
    dispatch_core::json::from_canonical(bytes).map_err(|error| {
        let path = path.display();
        Failure::new(
            format!("{path}: {error}; restore it from your copy"),
            format!("{path}：{error}；请用备份恢复"),
        )
    })
}

/// A fault with the file it is in.
fn in_file(path: &std::path::Path, fault: &Message) -> Failure {
    let path = path.display();
    Failure::new(
        format!("{path}: {}", fault.english),
        format!("{path}：{}", fault.chinese),
    )
}
