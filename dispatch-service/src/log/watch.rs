//! The thread that keeps the log witnessed: first the guard, then cosignatures, for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dispatch_core::log::LogPolicy;
use dispatch_core::witness::asking::WitnessLink;

use super::prefix::{self, Shown};
use super::{Held, LogSigner, witness};
use crate::store::Store;

/// The running thread.
#[derive(Debug)]
pub struct Watch {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the operating system gives none.
    pub fn start(
        store: Store,
        signer: LogSigner,
        policy: Option<LogPolicy>,
        link: impl WitnessLink + Send + 'static,
        adopt: bool,
    ) -> std::io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let thread = thread::Builder::new()
            .name("witnesses".to_owned())
            .spawn(move || {
                let watch = Watching {
                    store,
                    signer,
                    policy,
                    link,
                };
                watch.run(&stop, adopt);
            })?;
        Ok(Self {
            stopped,
            thread: Some(thread),
        })
    }

    /// Ends the thread; a request to a witness that is under way is waited for.
    pub fn stop(mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

struct Watching<L> {
    store: Store,
    signer: LogSigner,
    policy: Option<LogPolicy>,
    link: L,
}

impl<L: WitnessLink> Watching<L> {
    fn run(&self, stop: &AtomicBool, adopt: bool) {
        let mut pause = SHORTEST;
        let mut settled = false;
        while !stop.load(Ordering::Relaxed) {
            let looked = catch_unwind(AssertUnwindSafe(|| {
                if settled {
                    return (self.cosign(), true);
                }
                let shown = self.establish(adopt);
                // Whoever disagrees is right until the service is started with another database.
                let settled = matches!(shown, Some(Shown::Agreed | Shown::Disagreed(_)));
                (settled, settled)
            }));
            let done = match looked {
                Ok((done, now)) => {
                    settled = now;
                    done
                }
                Err(_) => {
                    tracing::error!("a panic while the witnesses were asked");
                    false
                }
            };
            pause = if done {
                SHORTEST
            } else {
                LONGEST.min(pause.saturating_mul(2))
            };
            thread::park_timeout(pause);
        }
    }

    fn establish(&self, adopt: bool) -> Option<Shown> {
        let policy = self.policy.as_ref();
        match prefix::establish(&self.store, &self.signer, policy, &self.link, adopt) {
            Ok(shown) => Some(shown),
            Err(problem) => {
                tracing::warn!(problem = %problem.message.english, "the log could not be compared");
                None
            }
        }
    }

    /// Whether nothing is left to ask for at present.
    fn cosign(&self) -> bool {
        let Some(policy) = &self.policy else {
            return true;
        };
        if self.signer.guard().held() != Held::Open {
            return true;
        }
        let guard = self.signer.guard();
        match witness::cosign_latest(&self.store, guard, policy, &self.link) {
            Ok(lacking) => lacking == 0,
            Err(problem) => {
                tracing::warn!(problem = %problem.message.english, "the witnesses could not be asked");
                false
            }
        }
    }
}

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
