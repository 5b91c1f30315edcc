//! `dispatch monitor`: what a log shows from outside.
//!
//! Exit status: 0 no alarm, 1 alarms, 2 wrong usage, or the log cannot be reached.

mod print;
mod source;

use std::path::Path;

use dispatch_core::language::Message;
use dispatch_core::log::{LogPolicy, SignedCheckpoint};
use dispatch_core::monitor::{
    Difference, Finding, Options, Severity, State, compare, continues, watch,
};
use dispatch_core::policy::Policy;
use dispatch_core::syntax::unix_time;

use self::source::Source;
use crate::args::monitor::Monitor;
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::log_folder::read_policy;
use crate::witness_client;

pub(crate) fn run(console: &Console, options: &Monitor) -> Done {
    let policy = read_policy(&options.log_policy).map_err(Failure::usage)?;
    let authorities = match &options.policy {
        Some(path) => {
            let bytes = folder::read(path).map_err(Failure::usage)?;
            let own = Policy::read(&bytes).map_err(|m| Failure::from(m).usage())?;
            own.time_authorities()
        }
        None => Vec::new(),
    };
    let present = match &options.at {
        None => now(),
        Some(text) => unix_time(text).ok_or_else(|| {
            Failure::new(
                format!("--at: {text} is not a time like 2026-12-01T00:00:00Z"),
                format!("--at：{text}不是时间，例如2026-12-01T00:00:00Z"),
            )
            .usage()
        })?,
    };
    let mut state = read_state(options.state.as_deref())?;
    let known = [state.findings.list.clone(), state.shown.clone()].concat();
    let rules = Options {
        grace: u64::from(options.grace_hours).saturating_mul(3600),
        silence: options.silent_hours.map(u64::from),
        documents: options.documents,
    };
    let source = Source::open(&options.source);
    let step = console.step("reading the log", "正在读取日志");
    let mut report = watch(
        &source,
        &policy,
        &authorities,
        &mut state,
        &rules,
        present,
        &mut |entries| step.doing(&entries.to_string()),
    )
    .map_err(|fault| Failure::from(fault).usage())?;
    drop(step);
    let forks = others(&source, options, &policy)?;
    for (finding, fork) in forks {
        if let (Some(dir), Some(fork)) = (&options.evidence, &fork) {
            keep(dir, fork)?;
        }
        // What two people were shown is remembered as what was found in the log itself.
        if finding.severity == Severity::Alarm && !state.findings.list.contains(&finding) {
            state.findings.list.push(finding.clone());
        }
        report.findings.push(finding);
    }
    if options.only_new {
        report.findings.retain(|finding| !known.contains(finding));
    }
    if options.json {
        print::json(console, &report, &state, &known)?;
    } else {
        print::text(console, &report, &state, &known);
    }
    if let Some(path) = &options.state {
        folder::write(path, &state.to_bytes()?, false)?;
    }
    if report.alarms() > 0 {
        Err(Failure::said())
    } else {
        Ok(())
    }
}

fn read_state(path: Option<&Path>) -> Done<State> {
    match path {
        Some(path) if path.exists() => {
            let bytes = folder::read(path).map_err(Failure::usage)?;
            State::read(&bytes).map_err(|m| {
                let path = path.display();
                Failure::new(
                    format!("{path}: {}", m.english),
                    format!("{path}：{}", m.chinese),
                )
                .usage()
            })
        }
        _ => Ok(State::new("")),
    }
}

/// Compares with other views and with what witnesses have seen.
fn others(
    source: &Source,
    options: &Monitor,
    policy: &LogPolicy,
) -> Done<Vec<(Finding, Option<Difference>)>> {
    let mut found = Vec::new();
    for other in &options.other {
        match compare(source, &Source::open(other), policy) {
            Ok(None) => {}
            Ok(Some(fork)) => {
                let index = fork.index.unwrap_or_default();
                let message = Message::new(
                    format!(
                        "{other} shows another history: entry {index} is the first that differs"
                    ),
                    format!("{other}出示的是另一段历史：第{index}号条目起不同"),
                );
                found.push((
                    finding("M03", Severity::Alarm, fork.index, &message),
                    Some(fork),
                ));
            }
            Err(fault) => {
                let message = Message::new(
                    format!("{other}: not compared: {}", fault.english),
                    format!("{other}：未能比较：{}", fault.chinese),
                );
                found.push((finding("M03", Severity::Alarm, None, &message), None));
            }
        }
    }
    if !options.witnesses {
        return Ok(found);
    }
    for witness in policy.witnesses() {
        let Some(url) = &witness.url else { continue };
        let name = &witness.name;
        for log in policy.logs() {
            let asked = witness_client::latest(url, &log.key.name);
            let held = asked.map(|bytes| bytes.map(|bytes| SignedCheckpoint::read(&bytes)));
            let message = match held {
                Ok(None) => continue,
                Ok(Some(Ok(held))) if held.verify(&witness.key) == Ok(true) => {
                    match continues(source, &held, policy) {
                        Ok(Some(Ok(()))) => continue,
                        Ok(Some(Err(fork))) => {
                            let message = Message::new(
                                format!(
                                    "witness {name} has seen another history of size {}",
                                    fork.size
                                ),
                                format!("见证方{name}见到的规模{}与此处不同", fork.size),
                            );
                            found.push((
                                finding("M03", Severity::Alarm, None, &message),
                                Some(fork),
                            ));
                            continue;
                        }
                        Ok(None) => {
                            let size = held.checkpoint.size;
                            let message = Message::new(
                                format!(
                                    "witness {name} has seen size {size}, which is not shown here"
                                ),
                                format!("见证方{name}已见到规模{size}，此处未出示"),
                            );
                            found.push((finding("M02", Severity::Alarm, None, &message), None));
                            continue;
                        }
                        Err(fault) => fault,
                    }
                }
                Ok(Some(_)) => Message::new(
                    "its answer is no checkpoint that it cosigned",
                    "其应答不是经它联署的检查点",
                ),
                Err(fault) => fault,
            };
            let message = Message::new(
                format!("witness {name}: not asked: {}", message.english),
                format!("见证方{name}：未能询问：{}", message.chinese),
            );
            found.push((finding("M22", Severity::Notice, None, &message), None));
        }
    }
    Ok(found)
}

fn finding(id: &str, severity: Severity, index: Option<u64>, message: &Message) -> Finding {
    Finding {
        id: id.to_owned(),
        severity,
        index,
        body: String::new(),
        draw: String::new(),
        english: message.english.clone(),
        chinese: message.chinese.clone(),
    }
}

/// Keeps both signed checkpoints, under names that say which they are.
fn keep(dir: &Path, fork: &Difference) -> Done {
    std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
    for text in [&fork.one, &fork.other] {
        let hash = dispatch_core::digest::Digest::of(text.as_bytes()).to_string();
        let short = hash.get(..16).unwrap_or(&hash);
        let path = dir.join(format!("checkpoint-{short}"));
        folder::write(&path, text.as_bytes(), false)?;
    }
    Ok(())
}
