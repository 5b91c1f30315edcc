//! A queue in front of threads that own connections: bounded, counted, and closed once.
//!
//! Invariant: who finds no place is told so at once, and nobody waits for a queue that was closed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::StoreError;
use crate::problem::Problem;

/// The entrance of a queue, and the threads behind it.
pub(super) struct Queue<J> {
    entrance: Mutex<Option<SyncSender<J>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    waiting: Arc<AtomicUsize>,
}

impl<J> Queue<J> {
    /// A queue with so many places and no threads yet; where its jobs come out, and their count, which
    /// whoever takes some out lowers.
    pub(super) fn new(places: usize) -> (Self, Receiver<J>, Arc<AtomicUsize>) {
        let (entrance, jobs) = sync_channel(places);
        let waiting = Arc::new(AtomicUsize::new(0));
        let queue = Self {
            entrance: Mutex::new(Some(entrance)),
            threads: Mutex::new(Vec::new()),
            waiting: Arc::clone(&waiting),
        };
        (queue, jobs, waiting)
    }

    /// A thread that serves it, to be waited for when it stops.
    pub(super) fn served_by(&self, thread: JoinHandle<()>) {
        let threads = self.threads.lock();
        threads.unwrap_or_else(PoisonError::into_inner).push(thread);
    }

    /// Puts a job in; 503 if there is no place or it was closed.
    pub(super) fn send(&self, job: J) -> Result<(), Problem> {
        let entrance = self.entrance.lock();
        let entrance = entrance.unwrap_or_else(PoisonError::into_inner).clone();
        let entrance = entrance.ok_or_else(super::stopped)?;
        self.waiting.fetch_add(1, Ordering::Relaxed);
        entrance.try_send(job).map_err(|error| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => StoreError::Busy.into(),
                TrySendError::Disconnected(_) => super::stopped(),
            }
        })
    }

    /// Jobs that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Closes it, and waits for the threads to do what waits.
    pub(super) fn stop(&self) {
        let entrance = self.entrance.lock();
        drop(entrance.unwrap_or_else(PoisonError::into_inner).take());
        let threads = self.threads.lock();
        let threads = std::mem::take(&mut *threads.unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}
