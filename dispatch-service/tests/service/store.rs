//! The store: both back ends do the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Entry, PlannedDraw, Planning, Step};
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_service::clock::Clock;
use dispatch_service::log::{Guard, LogSigner, StoredLog, begin_log};
use dispatch_service::problem::Problem;
use dispatch_service::store::{Limits, Store, Transaction};

use crate::support::cluster::{Place, wait_for};
use crate::support::log;

#[path = "store/bad_days.rs"]
mod bad_days;
#[path = "store/blobs.rs"]
mod blobs;
#[path = "store/changes.rs"]
mod changes;
#[path = "store/refusals.rs"]
mod refusals;
#[path = "store/register.rs"]
pub(crate) mod register;
#[path = "store/schema.rs"]
mod schema;
#[path = "store/stored_log.rs"]
mod stored_log;

/// A clock that a test sets.
#[derive(Clone, Debug)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let hand = Arc::clone(&self.0);
        Clock::new(move || hand.load(Ordering::SeqCst))
    }
}

/// The key of the log `log.example/test`, always the same.
pub(crate) fn key() -> SignerKey {
    SignerKey::new("log.example/test", KeyKind::Signature, [7; 32]).unwrap()
}

/// A signer that may sign, and remembers what it signed in the place's folder.
pub(crate) fn signer(place: &Place) -> LogSigner {
    let guard = Guard::closed();
    guard.open();
    let memory = place.folder.path().join("latest-checkpoint");
    LogSigner::new(key(), guard, Some(memory))
}

/// Makes the tables, begins the log, and starts a store on the place.
pub(crate) fn begun(place: &Place, hand: &Hand, limits: Limits) -> Store {
    place.backend.migrate().unwrap();
    let signer = signer(place);
    let begun = signer.clone();
    let now = hand.clock().now();
    place
        .backend
        .once(true, |sql| Ok(begin_log(sql, &begun, now)?))
        .unwrap();
    Store::start(place.backend.clone(), hand.clock(), signer, limits).unwrap()
}

/// The log's entries, after everything in it was checked.
pub(crate) fn verified(store: &Store) -> Vec<Entry> {
    let entries = store.read_blocking(|sql| Ok(log::verified(&StoredLog::new(sql), &key())));
    entries.unwrap()
}

/// The labels of the log's entries, after everything in it was checked.
pub(crate) fn labels(store: &Store) -> Vec<String> {
    let label = |entry: Entry| match entry.step {
        Step::Plan(step) => step.reason,
        other => panic!("{other:?}"),
    };
    verified(store).into_iter().map(label).collect()
}

/// Logs a step with this label.
pub(crate) fn append(store: &Store, label: &str) -> Result<u64, Problem> {
    let step = step(label);
    store.write_blocking(move |change| change.append(BODY, step))
}

/// Holds the writer thread until it is released; what is asked for meanwhile waits.
pub(crate) struct Held {
    release: Sender<()>,
    thread: JoinHandle<()>,
}

impl Held {
    pub(crate) fn new(store: &Store) -> Self {
        let (release, released) = channel::<()>();
        let (arrived, arriving) = channel();
        let store = store.clone();
        let thread = thread::spawn(move || {
            store
                .write_blocking(move |_| {
                    arrived.send(()).unwrap();
                    let _ = released.recv();
                    Ok(())
                })
                .unwrap();
        });
        arriving.recv().unwrap();
        Self { release, thread }
    }

    /// Lets go, and waits until the writer has gone on.
    pub(crate) fn release(self) {
        drop(self.release);
        self.thread.join().unwrap();
    }
}

/// A change, to be asked for.
pub(crate) type Change<T> = Box<dyn FnOnce(&mut Transaction<'_>) -> Result<T, Problem> + Send>;

/// Asks for these changes while the writer is held, so that they are one batch; gives the answers.
pub(crate) fn together<T: Send + 'static>(
    store: &Store,
    changes: Vec<Change<T>>,
) -> Vec<Result<T, Problem>> {
    let held = Held::new(store);
    let mut threads = Vec::new();
    for change in changes {
        let (waiting, other) = (store.waiting().0, store.clone());
        threads.push(thread::spawn(move || other.write_blocking(change)));
        assert!(wait_for(Duration::from_secs(10), || store.waiting().0 > waiting));
    }
    held.release();
    let answers = threads.into_iter().map(|thread| thread.join().unwrap());
    answers.collect()
}

/// A step that anybody may log any number of times, told apart by its label.
pub(crate) fn step(label: &str) -> Step {
    Step::Plan(Planning {
        document: Digest::of(label.as_bytes()),
        draws: vec![PlannedDraw {
            draw: label.to_owned(),
            latest: "2026-12-31".to_owned(),
            title: format!("抽查 {label}"),
        }],
        reason: label.to_owned(),
        year: 2026,
    })
}

/// The authority of the tests.
pub(crate) const BODY: &str = "某市市场监督管理局";

/// A moment of the tests: 2026-07-23T07:00:00Z.
pub(crate) const NOON: u64 = 1_784_790_000;
