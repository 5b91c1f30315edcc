//! The threads that read.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::queue::Queue;
use super::{Backend, Connection, Limits, Purpose, Sql, StoreError, Watched};
use crate::problem::Problem;

/// Something to do on a connection, and whom to tell.
trait Job: Send {
    /// Does it; whether the connection may be used again.
    fn run(
        self: Box<Self>,
        connection: Result<&mut Box<dyn Connection>, StoreError>,
        backend: &Backend,
    ) -> bool;
}

struct Read<F, T> {
    job: F,
    answer: oneshot::Sender<Result<T, Problem>>,
}

impl<T, F> Job for Read<F, T>
where
    T: Send + 'static,
    F: FnOnce(&mut dyn Sql) -> Result<T, Problem> + Send,
{
    fn run(
        self: Box<Self>,
        connection: Result<&mut Box<dyn Connection>, StoreError>,
        backend: &Backend,
    ) -> bool {
        let connection = match connection {
            Ok(connection) => connection,
            Err(error) => {
                let _ = self.answer.send(Err(error.into()));
                return false;
            }
        };
        let job = self.job;
        let mut watched = Watched::reading(connection, backend);
        let done = catch_unwind(AssertUnwindSafe(|| job(&mut watched)));
        // A connection that broke, or was left by a panic, is opened anew.
        let broken = watched
            .into_fault()
            .is_some_and(|fault| fault.ends_transaction());
        let usable = !broken && done.is_ok();
        let done = done.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let _ = self.answer.send(done);
        usable
    }
}

/// Reader threads and what waits for them.
pub(super) struct Readers(Queue<Box<dyn Job>>);

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

impl Readers {
    pub(super) fn start(backend: &Backend, limits: Limits) -> std::io::Result<Self> {
        let (queue, jobs, waiting) = Queue::new(limits.waiting_reads);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..limits.readers.max(1) {
            let (backend, jobs, waiting) =
                (backend.clone(), Arc::clone(&jobs), Arc::clone(&waiting));
            let thread = thread::Builder::new()
                .name(format!("reader-{number}"))
                .spawn(move || serve(&backend, &jobs, &waiting))?;
            queue.served_by(thread);
        }
        Ok(Self(queue))
    }

    pub(super) fn send<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Sql) -> Result<T, Problem> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Problem>>, Problem> {
        let (answer, receiver) = oneshot::channel();
        self.0.send(Box::new(Read { job, answer }))?;
        Ok(receiver)
    }

    pub(super) fn waiting(&self) -> usize {
        self.0.waiting()
    }

    pub(super) fn stop(&self) {
        self.0.stop();
    }
}

/// Serves jobs until the queue is closed.
fn serve(backend: &Backend, jobs: &Mutex<Receiver<Box<dyn Job>>>, waiting: &AtomicUsize) {
    let mut held: Option<Box<dyn Connection>> = None;
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else {
            return;
        };
        waiting.fetch_sub(1, Ordering::Relaxed);
        let usable = held.take().filter(|connection| connection.is_open());
        match usable.map_or_else(|| backend.connect(Purpose::Reading), Ok) {
            Ok(mut connection) => {
                if job.run(Ok(&mut connection), backend) {
                    held = Some(connection);
                }
            }
            Err(error) => {
                job.run(Err(error), backend);
            }
        }
    }
}

/// What is said of a job that panicked.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::internal(&text.unwrap_or_else(|| "a panic".to_owned()))
}
