//! The store: both back ends do the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dispatch_core::digest::Digest;
use dispatch_core::entry::{PlannedDraw, Planning, Step};
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_service::clock::Clock;
use dispatch_service::log::{Guard, LogSigner, begin_log};
use dispatch_service::store::{Limits, Store};

use crate::support::cluster::Place;

#[path = "store/changes.rs"]
mod changes;

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
