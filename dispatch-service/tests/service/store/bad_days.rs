//! The database is gone, and comes back; its disk is full, and has room again.
//!
//! Whoever gets no answer asks again with the same key, as people's programs do. Invariant: after each
//! bad day the log verifies, everything that was acknowledged is there, and nothing is there twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use dispatch_core::digest::Digest;
use dispatch_service::problem::Problem;
use dispatch_service::store::{Backend, Limits, Store, Transaction, blob};

use super::{BODY, Hand, NOON, append, begun, labels, signer, step};
use crate::support::cluster::{Place, backends, own, shared, wait_for};
use crate::support::disk::Disk;
use crate::support::wire::{Break, Wire};

#[test]
fn the_answer_to_a_commit_is_lost() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let hand = Hand::at(NOON);
    begun(wire.place(), &hand, Limits::default()).stop();
    let signer = signer(wire.place());
    let store = Store::start(wire.backend(), hand.clock(), signer, Limits::default()).unwrap();
    assert_eq!(once(&store, "a"), Ok(0));
    for (label, arrives) in [("b", false), ("c", true), ("d", true), ("e", false)] {
        let at = "COMMIT\0";
        wire.break_at(Some(Break { at, arrives }));
        let refused = once(&store, label).unwrap_err();
        assert_eq!((refused.status, refused.kind), (503, "store-unavailable"));
        let logged = labels(&store);
        assert_eq!(logged.contains(&label.to_owned()), arrives, "{label}");
        once(&store, label).unwrap();
    }
    assert_eq!(labels(&store), ["a", "b", "c", "d", "e"]);
    store.stop();
}

#[test]
fn a_database_that_is_gone_while_it_is_compared_is_not_taken_for_an_older_one() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let hand = Hand::at(NOON);
    let other = begun(wire.place(), &hand, Limits::default());
    let signer = signer(wire.place());
    let store = Store::start(wire.backend(), hand.clock(), signer, Limits::default()).unwrap();
    assert_eq!(append(&store, "a"), Ok(0));
    assert_eq!(append(&other, "b"), Ok(1));
    // The store has to look how the other's entry goes on from its own.
    let at = "FROM log_node";
    wire.break_at(Some(Break { at, arrives: true }));
    let refused = append(&store, "c").unwrap_err();
    assert_eq!((refused.status, refused.kind), (503, "store-unavailable"));
    assert_eq!(append(&store, "c"), Ok(2));
    assert_eq!(labels(&other), ["a", "b", "c"]);
    store.stop();
    other.stop();
}

#[test]
fn the_connection_is_cut_at_each_place_of_a_change() {
    let Some(cluster) = shared() else { return };
    let place = Arc::new(cluster.place());
    let store = begun(&place, &Hand::at(NOON), Limits::default());
    assert_eq!(append(&store, "before"), Ok(0));
    for moment in 0..4 {
        let cut = Arc::clone(&place);
        let refused = store.write_blocking(move |change| {
            let gone = |now: u64| {
                if now == moment {
                    cluster.cut(&cut);
                }
            };
            gone(0);
            change.append(BODY, step("lost"))?;
            gone(1);
            change.sql.execute(
                "INSERT INTO document (digest, media) VALUES (?1, '')",
                &[vec![1].into()],
            )?;
            gone(2);
            change.append(BODY, step("lost-too"))?;
            // Not noticed by the change itself: it thinks that it is done.
            gone(3);
            Ok(())
        });
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.status, refused.kind),
            (503, "store-unavailable"),
            "{moment}"
        );
        assert_eq!(labels(&store).len() as u64, moment + 1, "{moment}");
        assert_eq!(append(&store, "after"), Ok(moment + 1));
    }
    let documents = store.read_blocking(|sql| Ok(sql.query("SELECT digest FROM document", &[])?));
    assert_eq!(documents, Ok(Vec::new()));
    store.stop();
}

#[test]
fn the_server_crashes_again_and_again_under_load() {
    let Some(cluster) = own() else { return };
    let place = cluster.place();
    let hand = Hand::at(NOON);
    let store = begun(&place, &hand, Limits::default());
    let (backend, limits) = (place.backend.clone(), Limits::default());
    let other = Store::start(backend, hand.clock(), signer(&place), limits).unwrap();
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let store = if writer % 2 == 0 {
                store.clone()
            } else {
                other.clone()
            };
            let enough = Arc::clone(&enough);
            thread::spawn(move || write_until(&store, writer, &enough))
        })
        .collect();
    for turn in 0..6 {
        let size = size_when_back(&store);
        assert!(wait_for(Duration::from_secs(60), || {
            size_when_back(&store) > size + 10
        }));
        if turn % 2 == 0 {
            cluster.cut(&place);
        } else {
            cluster.crash();
            let gone = store.read_blocking(|sql| {
                sql.query("SELECT size FROM log_head", &[])?;
                Ok(())
            });
            assert_eq!(gone.unwrap_err().status, 503);
            cluster.resume();
        }
    }
    enough.store(true, Ordering::SeqCst);
    let acknowledged: Vec<_> = writers
        .into_iter()
        .flat_map(|writer| writer.join().unwrap())
        .collect();
    all_once(&store, &acknowledged);
    store.stop();
    other.stop();
}

#[test]
fn the_disk_of_the_embedded_store_is_full() {
    let Some(disk) = Disk::new(3 * 1024, None) else {
        return;
    };
    let place = Place {
        backend: Backend::Sqlite(disk.path().join("dispatch.sqlite")),
        ..backends().remove(0)
    };
    a_full_disk(&disk, &place);
}

#[test]
fn the_disk_of_a_server_is_full() {
    // A server that cannot write down what it holds is of no use to the other tests.
    let Some(cluster) = own() else { return };
    let Some(disk) = Disk::new(16 * 1024, cluster.user()) else {
        return;
    };
    let place = cluster.place_on(&disk.path());
    a_full_disk(&disk, &place);
    cluster.remove(&place);
}

fn a_full_disk(disk: &Disk, place: &Place) {
    let store = begun(place, &Hand::at(NOON), Limits::default());
    let filling = disk.fill(1 << 20);
    let mut acknowledged = Vec::new();
    let mut full = None;
    for number in 0..4000 {
        let label = format!("L-{number}");
        // Bytes that cannot be made smaller.
        let noise = (0..625_u64)
            .flat_map(|part| *Digest::of(format!("{number} {part}").as_bytes()).as_bytes());
        let (key, room) = (label.clone(), noise.collect::<Vec<_>>());
        let done = store.write_blocking(move |change| {
            let index = keyed(change, &key)?;
            // Something large comes with it.
            change.sql.execute(
                "INSERT INTO log_token (number, token) VALUES (?1, ?2)",
                &[index.into(), room.into()],
            )?;
            Ok(index)
        });
        match done {
            Ok(index) => acknowledged.push((label, index)),
            Err(problem) => {
                full = Some(problem);
                break;
            }
        }
    }
    let full = full.unwrap();
    assert_eq!(
        (full.status, full.kind),
        (503, "store-unavailable"),
        "{}",
        place.name
    );
    assert!(acknowledged.len() > 5, "{}", place.name);
    // It can still be read, and is as it was.
    all_once(&store, &acknowledged);
    let refused = blob::store(&store, || {
        Ok(Box::new(std::io::Cursor::new(vec![7_u8; 4 * blob::PIECE])) as Box<dyn std::io::Read>)
    });
    assert_eq!(refused.unwrap_err().status, 503, "{}", place.name);
    // Room again: it goes on by itself.
    std::fs::remove_file(filling).unwrap();
    let label = format!("L-{}", acknowledged.len());
    let index = once(&store, &label).unwrap();
    acknowledged.push((label, index));
    all_once(&store, &acknowledged);
    store.stop();
}

/// Writes one step after another, each until it is acknowledged.
fn write_until(store: &Store, writer: u64, enough: &AtomicBool) -> Vec<(String, u64)> {
    let mut acknowledged = Vec::new();
    for turn in 0.. {
        if enough.load(Ordering::SeqCst) {
            break;
        }
        let label = format!("{writer}-{turn}");
        let mut index = None;
        let done = wait_for(Duration::from_secs(60), || match once(store, &label) {
            Ok(done) => {
                index = Some(done);
                true
            }
            Err(problem) => {
                assert_eq!(problem.status, 503, "{problem:?}");
                false
            }
        });
        assert!(done, "{label} was never taken");
        acknowledged.push((label, index.unwrap()));
    }
    acknowledged
}

/// How long the log is, as soon as the database answers.
fn size_when_back(store: &Store) -> u64 {
    let mut size = 0;
    let back = wait_for(Duration::from_secs(60), || {
        let read = store.read_blocking(|sql| {
            let row = sql.query_one("SELECT size FROM log_head", &[])?;
            Ok(row.unwrap().count(0)?)
        });
        read.map(|found| size = found).is_ok()
    });
    assert!(back);
    size
}

/// Everything that was acknowledged is in the log where it was said to be, and nothing is there twice.
fn all_once(store: &Store, acknowledged: &[(String, u64)]) {
    size_when_back(store);
    let logged = labels(store);
    let mut places = HashMap::new();
    for (index, label) in (0_u64..).zip(&logged) {
        assert_eq!(places.insert(label, index), None, "{label} is there twice");
    }
    for (label, index) in acknowledged {
        assert_eq!(places.get(label), Some(index), "{label}");
    }
}

/// Logs a step under a key of its own: if it is there already, says where.
pub(super) fn once(store: &Store, label: &str) -> Result<u64, Problem> {
    let label = label.to_owned();
    store.write_blocking(move |change| keyed(change, &label))
}

fn keyed(change: &mut Transaction<'_>, label: &str) -> Result<u64, Problem> {
    let key = label.as_bytes();
    let done = change
        .sql
        .query_one("SELECT records FROM roster WHERE root = ?1", &[key.into()])?;
    if let Some(done) = done {
        return Ok(done.count(0)?);
    }
    let index = change.append(BODY, step(label))?;
    change.sql.execute(
        "INSERT INTO roster (root, kind, records, digest) VALUES (?1, '', ?2, ?1)",
        &[key.into(), index.into()],
    )?;
    Ok(index)
}
