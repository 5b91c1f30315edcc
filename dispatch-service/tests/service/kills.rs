//! `kill -9` at every step, under load, again and again; and the end that is asked for.
//!
//! Clients live whole lives of draws, plans and sessions over HTTP; meanwhile the service is killed at
//! moments that a fixed seed spreads over its start and over every kind of step, and started again on
//! what is there. Invariant: after every kill the log verifies, no acknowledged step is lost, and none is
//! doubled.

#[path = "kills/exchange.rs"]
mod exchange;
#[path = "kills/lives.rs"]
mod lives;
#[path = "kills/load.rs"]
mod load;
#[path = "kills/people.rs"]
mod people;
#[path = "kills/proof.rs"]
mod proof;
#[path = "kills/rounds.rs"]
mod rounds;
#[path = "kills/service.rs"]
mod service;
#[path = "kills/stopping.rs"]
mod stopping;

use std::io::Write as _;
use std::thread::{self, Scope};

use self::lives::Client;
use self::load::{Ending, Guarding, Load};
use self::people::People;
use self::rounds::{KINDS, Rounds};
use self::service::Site;
use crate::support::cluster::{Place, backends};

#[test]
fn nothing_is_lost_or_doubled_by_kills_on_sqlite() {
    let place = backends().into_iter().next().unwrap();
    kill_again_and_again(place, 1);
}

#[test]
fn nothing_is_lost_or_doubled_by_kills_on_postgres() {
    if let Some(place) = backends().into_iter().nth(1) {
        kill_again_and_again(place, 2);
    }
}

/// The loop, with so many services on one store at most.
fn kill_again_and_again(place: Place, most: usize) {
    let name = place.name;
    let site = Site::new(place);
    let people = People::new(&site.place);
    let load = Load::default();
    let mut rounds = Rounds::new(&site, &load, most);
    thread::scope(|scope| {
        let _guarding = Guarding(&load);
        begin(scope, &load, &people);
        while rounds.kills.all < KILLS {
            rounds.round();
        }
        // A busy machine may have missed some.
        while let Some(kind) = load.missed() {
            rounds.aim(kind);
        }
        rounds.last();
    });
    let (kills, proof) = rounds.finish();
    let (size, (done, not)) = (proof.size(), proof.cut(&load));
    let tally = load.lock().tally.clone();
    let (acknowledged, beside) = {
        let state = load.lock();
        (state.acknowledged.len(), state.beside.len())
    };
    // Not by `eprintln!`, which the test runner keeps to itself.
    let _ = writeln!(
        std::io::stderr(),
        "{name}: {kills:?}; {size} entries, {acknowledged} steps acknowledged in the log and {beside} beside it; of those that were cut {done} had been done and {not} had not; {tally:?}"
    );
    assert!(kills.all >= KILLS);
    for (when, count) in [
        ("starting", kills.starting),
        ("before", kills.before),
        ("during", kills.during),
        ("unheard", kills.unheard),
        ("after", kills.after),
    ] {
        assert!(count > 0, "never {when}: {kills:?}");
    }
    assert!(most < 2 || kills.pairs > 0, "{kills:?}");
    assert_eq!(tally.missed(), None);
    for kind in KINDS {
        assert!(tally.answered.contains_key(kind), "{kind}: {tally:?}");
    }
}

/// The clients.
fn begin<'s>(scope: &'s Scope<'s, '_>, load: &'s Load, people: &'s People) {
    for (name, life) in CLIENTS {
        scope.spawn(move || {
            let _ending = Ending(load);
            life(Client::new(load, people, name));
        });
    }
}

/// What a client does until it is enough.
type Life = fn(Client<'_>);

/// The clients, by name.
const CLIENTS: [(&str, Life); 5] = [
    ("A", |client| client.draws()),
    ("B", |client| client.draws()),
    ("V", |client| client.voids()),
    ("P", |client| client.plans()),
    ("S", |client| client.sessions()),
];
/// On each back end.
const KILLS: usize = 105;
