//! Whether the log may be signed at present.
//!
//! After a restore or a failover the database may be older than what was signed and witnessed. So
//! nothing is signed before the latest checkpoint that a witness, or this machine, has seen is shown to
//! be the beginning of what the database holds. Source: docs/operations.md, "After a restore".

use std::sync::{Arc, Mutex, PoisonError};

use dispatch_core::language::Message;

use crate::problem::Problem;

/// Tells whether the log may be signed. Clones share it.
#[derive(Clone, Debug)]
pub struct Guard(Arc<Mutex<Held>>);

/// The state of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// It may be signed.
    Open,
    /// Not yet, or not any more; why, and what has to be done.
    Closed(Message),
}

impl Guard {
    /// A guard that is closed until somebody has looked.
    #[must_use]
    pub fn closed() -> Self {
        Self(Arc::new(Mutex::new(Held::Closed(Message::new(
            "the log was not compared yet with what its witnesses saw",
            "尚未与见证方所见的检查点核对",
        )))))
    }

    /// Opens it: the latest known checkpoint was shown to be a prefix.
    pub fn open(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Held::Open;
    }

    /// Closes it, and says why.
    pub fn close(&self, why: Message) {
        tracing::error!(why = %why.english, "the log is not signed any more");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Held::Closed(why);
    }

    /// Its state.
    #[must_use]
    pub fn held(&self) -> Held {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Refuses while it is closed.
    ///
    /// # Errors
    /// 503 with the reason.
    pub fn check(&self) -> Result<(), Problem> {
        match self.held() {
            Held::Open => Ok(()),
            Held::Closed(why) => Err(Problem::unavailable(
                "log-held",
                format!("the log is not signed at present: {}", why.english),
                format!("日志目前不签署新的检查点：{}", why.chinese),
            )),
        }
    }
}
