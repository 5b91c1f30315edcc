//! Why a command did not do what it was asked to.

use std::path::Path;

use dispatch_core::language::Message;

/// One or more reasons, worded for people. Empty when everything was said already.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Vec<Message>);

impl Failure {
    pub(crate) fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self(vec![Message::new(english, chinese)])
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
        Self(Vec::new())
    }
}

impl From<Message> for Failure {
    fn from(message: Message) -> Self {
        Self(vec![message])
    }
}

pub(crate) type Done<T = ()> = Result<T, Failure>;
