//! The one thread that changes things.
//!
//! It takes what waits, runs it in one transaction, each change behind a savepoint of its own, signs
//! one checkpoint over all entries that were added, commits, and only then gives all the answers.
//! Invariant: a change that failed left nothing, and one that was answered with success is on the
//! disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::thread;

use tokio::sync::oneshot;

use super::queue::Queue;
use super::reader::panicked;
use super::{Backend, Connection, Limits, Purpose, StoreError, Transaction, Watched};
use crate::clock::Clock;
use crate::log::{Appender, LogSigner};
use crate::problem::Problem;

/// A change, from the queue to its answer.
trait Job: Send {
    /// Makes the change; whether it is to be kept.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> bool;
    /// A statement failed, and the job did not say so: it is not kept.
    fn refuse(&mut self, fault: StoreError);
    /// Gives the answer, after the commit or because there is none.
    fn answer(self: Box<Self>, failed: Option<Problem>);
}

struct Change<F, T> {
    job: Option<F>,
    outcome: Option<Result<T, Problem>>,
    answer: oneshot::Sender<Result<T, Problem>>,
}

impl<T, F> Job for Change<F, T>
where
    T: Send + 'static,
    F: FnOnce(&mut Transaction<'_>) -> Result<T, Problem> + Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> bool {
        let Some(job) = self.job.take() else {
            return false;
        };
        let done = catch_unwind(AssertUnwindSafe(|| job(transaction)));
        let done = done.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let keep = done.is_ok();
        self.outcome = Some(done);
        keep
    }

    fn refuse(&mut self, fault: StoreError) {
        if matches!(self.outcome, Some(Ok(_))) {
            self.outcome = Some(Err(fault.into()));
        }
    }

    fn answer(self: Box<Self>, failed: Option<Problem>) {
        let answer = match (self.outcome, failed) {
            // A change that was refused is refused, whatever became of the others.
            (Some(Err(problem)), _) | (_, Some(problem)) => Err(problem),
            (Some(done), None) => done,
            (None, None) => Err(StoreError::Gone("the change was not run".to_owned()).into()),
        };
        let _ = self.answer.send(answer);
    }
}

/// The writer thread and what waits for it.
pub(super) struct Writer(Queue<Box<dyn Job>>);

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    pub(super) fn start(
        backend: &Backend,
        clock: Clock,
        signer: LogSigner,
        limits: Limits,
    ) -> std::io::Result<Self> {
        let (queue, jobs, waiting) = Queue::new(limits.waiting_writes);
        let backend = backend.clone();
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                let mut loops = Loop {
                    backend,
                    clock,
                    log: Appender::new(signer),
                    batch: limits.batch.max(1),
                    waiting,
                    held: None,
                };
                loops.serve(&jobs);
            })?;
        queue.served_by(thread);
        Ok(Self(queue))
    }

    pub(super) fn send<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Problem>>, Problem> {
        let (answer, receiver) = oneshot::channel();
        self.0.send(Box::new(Change {
            job: Some(job),
            outcome: None,
            answer,
        }))?;
        Ok(receiver)
    }

    pub(super) fn waiting(&self) -> usize {
        self.0.waiting()
    }

    pub(super) fn stop(&self) {
        self.0.stop();
    }
}

struct Loop {
    backend: Backend,
    clock: Clock,
    log: Appender,
    batch: usize,
    waiting: Arc<AtomicUsize>,
    held: Option<Box<dyn Connection>>,
}

impl Loop {
    /// Serves changes until the queue is closed.
    fn serve(&mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(self.batch.saturating_sub(1)));
            self.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
            let failed = self.commit(&mut batch).err();
            if let Some(error) = &failed {
                tracing::warn!(%error, "a commit failed; the connection is opened anew");
                self.log.forget();
            } else {
                self.log.committed();
            }
            for job in batch {
                job.answer(failed.clone().map(Problem::from));
            }
        }
    }

    /// Runs the changes and commits those that are to be kept. After an error the connection is
    /// closed, and with it whatever was not committed is gone.
    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let mut connection = self.begun()?;
        self.log.begin(&mut *connection)?;
        let now = self.log.time(self.clock.now());
        let mut kept = 0_usize;
        for job in batch {
            connection.execute("SAVEPOINT change", &[])?;
            self.log.mark();
            let mut watched = Watched::in_transaction(&mut connection);
            let keep = job.run(&mut Transaction {
                sql: &mut watched,
                log: &mut self.log,
                now,
            });
            let fault = watched.into_fault();
            if let Some(fault) = fault.as_ref().filter(|fault| fault.ends_transaction()) {
                return Err(fault.clone());
            }
            if keep && fault.is_none() {
                kept = kept.saturating_add(1);
            } else {
                if let Some(fault) = fault {
                    job.refuse(fault);
                }
                connection.execute("ROLLBACK TO SAVEPOINT change", &[])?;
                self.log.reset();
            }
            connection.execute("RELEASE SAVEPOINT change", &[])?;
        }
        if kept == 0 {
            connection.execute("ROLLBACK", &[])?;
        } else {
            self.log.finish(&mut *connection)?;
            connection.execute("COMMIT", &[])?;
        }
        self.held = Some(connection);
        Ok(())
    }

    /// A connection in a new transaction.
    fn begun(&mut self) -> Result<Box<dyn Connection>, StoreError> {
        if let Some(mut connection) = self.held.take() {
            match connection.begin(true) {
                Ok(()) => return Ok(connection),
                // The server may have been restarted since the last change: once, anew.
                Err(error) => tracing::info!(%error, "the connection is opened anew"),
            }
        }
        let mut connection = self.backend.connect(Purpose::Writing)?;
        connection.begin(true)?;
        Ok(connection)
    }
}
