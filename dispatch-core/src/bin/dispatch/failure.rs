//! Why a command did not do what it was asked to.

use std::path::Path;

use dispatch_core::language::Message;

/// One or more reasons, worded for people, and the exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Empty when everything was said already.
    pub(crate) messages: Vec<Message>,
    /// 1 when something was refused or failed, 2 when the command was used wrongly.
    pub(crate) status: u8,
}

impl Failure {
    pub(crate) fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Message::new(english, chinese).into()
    }

    /// A file that could not be read or written, with what to do about it.
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::new(
            format!("{path}: {error}; check the name, the permissions and the free space"),
            format!("{path}：{error}；请检查文件名、权限和磁盘空间"),
        )
    }

    pub(crate) fn said() -> Self {
        Vec::new().into()
    }

    /// The same as wrong usage.
    pub(crate) fn usage(mut self) -> Self {
        self.status = 2;
        self
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        vec![message].into()
    }
}

impl From<Vec<Message>> for Failure {
    fn from(messages: Vec<Message>) -> Self {
        Self {
            messages,
            status: 1,
        }
    }
}

pub(crate) type Done<T = ()> = Result<T, Failure>;
