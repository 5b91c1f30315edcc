//! The load: what its clients and whoever kills the services tell each other.
//!
//! Invariant: a client sends a change again, with the same key, until it is answered; and an answer that
//! it has seen is never forgotten.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::exchange::{self, Ask, Reply};
use super::rounds::KINDS;

/// The load.
#[derive(Debug, Default)]
pub(super) struct Load {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is going on.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Where services listen.
    pub(super) services: Vec<At>,
    /// Requests that were sent and not answered.
    pub(super) in_flight: Vec<(&'static str, At)>,
    /// Of this kind the next answer is thrown away.
    pub(super) deaf: Option<&'static str>,
    /// Whose answer was thrown away.
    pub(super) unheard: Option<At>,
    /// Of this kind an answer is told of when it has been heard.
    pub(super) marked: Option<&'static str>,
    /// Whose answer that was.
    pub(super) heard: Option<At>,
    /// Answers since the services were published.
    pub(super) answers: usize,
    /// Every life that has begun is carried to its end, and no other begins.
    pub(super) last: bool,
    /// Clients that have come to their end.
    pub(super) ended: usize,
    /// A client has failed.
    pub(super) failed: bool,
    /// The other side has failed.
    pub(super) abandoned: bool,
    /// Every step that was acknowledged.
    pub(super) acknowledged: Vec<Acknowledged>,
    /// Drafts, proposals and tokens that were acknowledged: their kind, and title, target or label.
    pub(super) beside: Vec<(&'static str, String)>,
    pub(super) tally: Tally,
    turn: usize,
}

/// Where a service listens, and which one it is: addresses come back.
pub(super) type At = (SocketAddr, usize);

/// A step in the log that was acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Acknowledged {
    pub(super) kind: &'static str,
    /// The draw's commitment; of an annual plan the id of the draw in it.
    pub(super) of: String,
    /// Where it stands, if the answer said so.
    pub(super) index: Option<u64>,
    /// The root of the result, if the answer said so.
    pub(super) root: Option<String>,
    /// Which service was killed last while it worked on it.
    pub(super) cut: Option<usize>,
}

impl Acknowledged {
    /// One whose answer says where it stands.
    pub(super) fn logged(kind: &'static str, of: &str, reply: &Reply) -> Self {
        let told: Value = reply.json();
        assert!(told["index"].is_u64(), "{told}");
        Self {
            kind,
            of: of.to_owned(),
            index: told["index"].as_u64(),
            root: None,
            cut: reply.cut,
        }
    }
}

/// How often what happened, by kind of step.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) answered: BTreeMap<&'static str, usize>,
    /// Sent, and cut off.
    pub(super) cut: BTreeMap<&'static str, usize>,
    /// Done, and the answer was lost.
    pub(super) unheard: BTreeMap<&'static str, usize>,
    /// Nobody was there.
    pub(super) refused: usize,
    /// The service said that it could not now.
    pub(super) busy: usize,
}

impl Tally {
    /// A kind of step that no kill has hit.
    pub(super) fn missed(&self) -> Option<&'static str> {
        let mut kinds = KINDS.into_iter();
        kinds.find(|kind| !self.cut.contains_key(kind) && !self.unheard.contains_key(kind))
    }
}

/// Tells the clients when whoever kills has failed.
#[derive(Debug)]
pub(super) struct Guarding<'l>(pub(super) &'l Load);

impl Drop for Guarding<'_> {
    fn drop(&mut self) {
        self.0.lock().abandoned = true;
        self.0.changed.notify_all();
    }
}

/// Tells whoever kills when a client ends.
#[derive(Debug)]
pub(super) struct Ending<'l>(pub(super) &'l Load);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let failed = thread::panicking();
        self.0.tell(|state| {
            state.ended += 1;
            state.failed |= failed;
        });
    }
}

impl Load {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A kind of step that no kill has hit.
    pub(super) fn missed(&self) -> Option<&'static str> {
        self.lock().tally.missed()
    }

    /// Changes what is going on.
    pub(super) fn tell<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let told = change(&mut self.lock());
        self.changed.notify_all();
        told
    }

    /// Waits until it is so, for no longer than this.
    pub(super) fn wait(&self, most: Duration, mut is_so: impl FnMut(&State) -> bool) {
        let end = Instant::now() + most;
        let mut state = self.lock();
        while !is_so(&state) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether another life may begin.
    pub(super) fn goes_on(&self) -> bool {
        let state = self.lock();
        !state.last && !state.abandoned
    }

    /// Remembers what was acknowledged.
    pub(super) fn acknowledge(&self, step: Acknowledged) {
        self.lock().acknowledged.push(step);
    }

    /// Asks until there is an answer.
    pub(super) fn ask(&self, ask: &Ask) -> Reply {
        let mut unheard: Option<Reply> = None;
        let mut cut = None;
        loop {
            let address = self.service();
            let Ok(stream) = ask.send(address.0) else {
                self.tell(|state| state.tally.refused += 1);
                self.until_gone(address);
                continue;
            };
            let place = (ask.kind, address);
            self.tell(|state| state.in_flight.push(place));
            let reply = exchange::finish(stream);
            let heard = self.tell(|state| {
                let at = state.in_flight.iter().position(|one| *one == place);
                state.in_flight.swap_remove(at.unwrap());
                let Some(reply) = reply else {
                    cut = Some(address.1);
                    *state.tally.cut.entry(ask.kind).or_default() += 1;
                    return None;
                };
                if reply.status == 503 {
                    state.tally.busy += 1;
                    return Some(reply);
                }
                if state.deaf == Some(ask.kind) && state.unheard.is_none() {
                    state.unheard = Some(address);
                    *state.tally.unheard.entry(ask.kind).or_default() += 1;
                    unheard = Some(reply);
                    return None;
                }
                if state.marked == Some(ask.kind) && state.heard.is_none() {
                    state.heard = Some(address);
                }
                state.answers += 1;
                *state.tally.answered.entry(ask.kind).or_default() += 1;
                Some(reply)
            });
            match heard {
                // Cut or not heard: the service is gone, or will be.
                None => self.until_gone(address),
                Some(reply) if reply.status == 503 => thread::sleep(PAUSE),
                Some(mut reply) => {
                    reply.cut = cut;
                    if let Some(first) = unheard.filter(|_| ask.keyed) {
                        assert_eq!(reply, first, "another answer to the same key: {ask:?}");
                    }
                    return reply;
                }
            }
        }
    }

    /// A service that should be there.
    fn service(&self) -> At {
        self.wait(PATIENCE, |state| {
            state.abandoned || !state.services.is_empty()
        });
        let mut state = self.lock();
        assert!(!state.abandoned, "the other side has failed");
        state.turn += 1;
        let turn = state.turn % state.services.len().max(1);
        *state.services.get(turn).unwrap()
    }

    /// Waits until nobody says any more that a service is at this address: there is no cut without a
    /// kill.
    fn until_gone(&self, address: At) {
        let gone = |state: &State| state.abandoned || !state.services.contains(&address);
        self.wait(PATIENCE, gone);
        assert!(gone(&self.lock()), "cut, and the service goes on");
    }
}

/// Before something is asked again.
pub(super) const PAUSE: Duration = Duration::from_millis(20);
/// Longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(120);
