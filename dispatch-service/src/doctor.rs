//! Whether everything is fit for use, as `dispatch-service doctor` looks at it.
//!
//! Each check stands alone: what one finds keeps none of the others from looking, unless there is nothing
//! to look at. Invariant: nothing is changed, and a finding that is not well says what to do.

mod database;
mod folder;
mod outside;

use dispatch_core::language::Message;
use serde::Serialize;

use crate::args::data::Data;
use crate::args::doctor::Doctor;
use crate::keys::KeyFolder;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check: a word that is the same in both languages.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// What was found.
    pub found: Message,
    /// What to do, if it is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Message>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Well.
    Ok,
    /// The service runs, and somebody should see to it.
    Warning,
    /// The service does not run, or not as it should.
    Failed,
}

/// Makes all checks; `now` is the time.
#[must_use]
pub fn examine(options: &Doctor, data: &Data, now: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let keys = KeyFolder::open(&data.keys());
    folder::examine(data, &mut findings);
    database::examine(data, keys.as_ref().ok(), now, &mut findings);
    let key = keys.ok().and_then(|keys| keys.log_key().ok());
    let key = key.map(|key| key.verifier());
    findings.push(outside::policy(options.policy.as_deref(), key.as_ref()));
    outside::relays(&options.relays, now, &mut findings);
    findings
}

impl Finding {
    fn ok(check: &'static str, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Ok,
            found: Message::new(english, chinese),
            remedy: None,
        }
    }

    fn warning(check: &'static str, found: Message, remedy: Message) -> Self {
        Self {
            check,
            state: State::Warning,
            found,
            remedy: Some(remedy),
        }
    }

    fn failed(check: &'static str, found: Message, remedy: Message) -> Self {
        Self {
            check,
            state: State::Failed,
            found,
            remedy: Some(remedy),
        }
    }
}
