//! `dispatch-service doctor`: prints what was found, a line for each check.

use std::fmt::Write as _;
use std::io::Write;

use dispatch_core::language::{Language, Message};
use serde_json::json;

use crate::args::data::Data;
use crate::args::doctor::Doctor;
use crate::doctor::{self, State};

/// Makes all checks and prints them.
///
/// # Errors
/// If any of them failed.
pub fn run(
    options: &Doctor,
    data: &Data,
    now: u64,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), Message> {
    let findings = doctor::examine(options, data, now);
    let failed = { findings.iter() }
        .filter(|one| one.state == State::Failed)
        .count();
    let mut text = String::new();
    if options.json {
        let all = json!({ "failed": failed, "checks": findings });
        text = serde_json::to_string_pretty(&all).unwrap_or_default();
        text.push('\n');
    } else {
        for one in &findings {
            let state = match (one.state, language) {
                (State::Ok, Language::English) => "ok",
                (State::Warning, Language::English) => "warning",
                (State::Failed, Language::English) => "failed",
                (State::Ok, Language::Chinese) => "正常",
                (State::Warning, Language::Chinese) => "注意",
                (State::Failed, Language::Chinese) => "失败",
            };
            let (check, found) = (one.check, one.found.text(language));
            let _ = writeln!(text, "{state:8}{check}: {found}");
            if let Some(remedy) = &one.remedy {
                let _ = writeln!(text, "        → {}", remedy.text(language));
            }
        }
    }
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Message::new(error.to_string(), error.to_string()))?;
    if failed == 0 {
        return Ok(());
    }
    Err(Message::new(
        format!("{failed} checks failed"),
        format!("{failed}项失败"),
    ))
}
