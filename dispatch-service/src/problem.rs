//! What went wrong, as RFC 9457 problem details: for people in two languages, for programs by kind.
//!
//! Invariant: nothing sealed and nothing of the inside (SQL, paths, keys) is ever put into a problem;
//! the inside goes to the log of the process.

use dispatch_core::language::Message;
use serde::{Deserialize, Serialize};

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// What kind of problem it is: the last part of the type's URI, stable for programs.
    pub kind: &'static str,
    /// What is wrong and what to do about it.
    pub message: Message,
    /// Single faults of what was given, each with its place; empty for most problems.
    pub faults: Vec<Fault>,
    /// Seconds after which it makes sense to try again.
    pub retry_after: Option<u64>,
}

/// One fault in what was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fault {
    /// File, row and column, or the field.
    pub place: String,
    /// What is wrong and the remedy, English.
    pub english: String,
    /// The same, Chinese.
    pub chinese: String,
}

/// The body of an answer that is a problem (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemView {
    /// `urn:dispatch:problem:KIND`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, Chinese.
    pub title: String,
    /// What is wrong, English.
    pub detail: String,
    /// HTTP status.
    pub status: u16,
    /// Single faults; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(
        status: u16,
        kind: &'static str,
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) -> Self {
        Self {
            status,
            kind,
            message: Message::new(english, chinese),
            faults: Vec::new(),
            retry_after: None,
        }
    }

    /// What was given is wrong (422).
    #[must_use]
    pub fn invalid(message: Message) -> Self {
        let Message { english, chinese } = message;
        Self::new(422, "invalid", english, chinese)
    }

    /// What was given is wrong in several ways (422); the wording says what was not done.
    #[must_use]
    pub fn all_of(
        kind: &'static str,
        (english, chinese): (&str, &str),
        faults: &[Message],
    ) -> Self {
        let count = faults.len();
        let mut problem = Self::new(
            422,
            kind,
            format!("{count} errors: {english}"),
            format!("共{count}处错误，{chinese}"),
        );
        let faults = faults.iter().map(|message| Fault {
            place: String::new(),
            english: message.english.clone(),
            chinese: message.chinese.clone(),
        });
        problem.faults = faults.collect();
        problem
    }

    /// The state forbids it (409).
    #[must_use]
    pub fn conflict(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self::new(409, "conflict", english, chinese)
    }

    /// There is no such thing, or it is not for this person to know of (404).
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            404,
            "not-found",
            "there is no such thing here",
            "没有找到所请求的内容",
        )
    }

    /// It can be done later (503).
    #[must_use]
    pub fn unavailable(
        kind: &'static str,
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) -> Self {
        let mut problem = Self::new(503, kind, english, chinese);
        problem.retry_after = Some(5);
        problem
    }

    /// An error of this program (500); the reason is for the log of the process.
    #[must_use]
    pub fn internal(reason: &impl std::fmt::Display) -> Self {
        tracing::error!(%reason, "internal error");
        Self::new(
            500,
            "internal",
            "an error of the service; its administrator finds the reason in the log under the request id",
            "服务内部错误，管理员可凭请求编号在运行日志中查明原因",
        )
    }

    /// What is answered.
    #[must_use]
    pub fn view(&self) -> ProblemView {
        ProblemView {
            kind: format!("urn:dispatch:problem:{}", self.kind),
            title: self.message.chinese.clone(),
            detail: self.message.english.clone(),
            status: self.status,
            faults: self.faults.clone(),
        }
    }
}

/// What the library refuses is wrong in what was given.
impl From<Message> for Problem {
    fn from(message: Message) -> Self {
        Self::invalid(message)
    }
}
