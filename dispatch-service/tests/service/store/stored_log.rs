//! The log in the store: the files that it shows, two processes on one database, and when it refuses.

use std::collections::BTreeMap;
use std::thread;

use dispatch_core::log::Growth;
use dispatch_core::log::tile::TilePath;
use dispatch_service::log::{Guard, LogSigner, StoredLog};
use dispatch_service::store::{Backend, Limits, Store};

use super::{BODY, Hand, NOON, append, begun, key, labels, signer, step, verified};
use crate::support::cluster::backends;

#[test]
fn its_files_are_those_of_a_log_in_a_folder() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let mut size = 0;
        for next in [0, 1, 2, 255, 256, 257, 512, 513] {
            // Each step to the next size is one commit.
            let labels: Vec<_> = (size..next).map(|number| format!("L-{number}")).collect();
            if !labels.is_empty() {
                store
                    .write_blocking(move |change| {
                        for label in labels {
                            change.append(BODY, step(&label))?;
                        }
                        Ok(())
                    })
                    .unwrap();
            }
            size = next;
            let entries = verified(&store);
            assert_eq!(entries.len() as u64, size, "{}", place.name);

            let mut growth = Growth::new();
            let mut files = BTreeMap::new();
            for entry in &entries {
                for file in growth.push(&entry.to_bytes().unwrap()).unwrap() {
                    files.insert(file.path.to_string(), file.bytes);
                }
            }
            files.extend(
                growth
                    .edge()
                    .into_iter()
                    .map(|file| (file.path.to_string(), file.bytes)),
            );
            let paths: Vec<_> = files.keys().cloned().collect();
            let shown = store
                .read_blocking(move |sql| {
                    let log = StoredLog::new(sql);
                    let read = |path: String| Ok((path.clone(), log.file(&path)?.unwrap()));
                    paths.into_iter().map(read).collect()
                })
                .unwrap();
            assert!(files == shown, "{}: {size} entries", place.name);
        }
        store.stop();
    }
}

#[test]
fn it_shows_no_file_that_it_does_not_have() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        for label in ["a", "b", "c"] {
            append(&store, label).unwrap();
        }
        let found = |path: &'static str| {
            store
                .read_blocking(move |sql| Ok(StoredLog::new(sql).file(path)?))
                .unwrap()
                .is_some()
        };
        for path in [
            "checkpoint",
            "checkpoints/0",
            "checkpoints/3",
            "tile/0/000.p/3",
            "tile/entries/000.p/2",
        ] {
            assert!(found(path), "{}: {path}", place.name);
        }
        for path in [
            "",
            "checkpoints",
            "checkpoints/",
            "checkpoints/4",
            "checkpoints/03",
            "checkpoints/-1",
            "checkpoints/+1",
            "checkpoints/9223372036854775808",
            "checkpoints/3.tsr",
            "tile/0/000",
            "tile/0/000.p/4",
            "tile/0/000.p/0",
            "tile/1/000.p/1",
            "tile/63/000.p/1",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/entries/000",
            "tile/entries/001.p/1",
            "documents/",
            "documents/0000000000000000000000000000000000000000000000000000000000000000",
            "log.policy",
            "../checkpoint",
            "checkpoint'; DROP TABLE log_head; --",
        ] {
            assert!(!found(path), "{}: {path}", place.name);
        }
        store.stop();
    }
}

#[test]
fn two_processes_append_to_one_log() {
    for place in backends() {
        let hand = Hand::at(NOON);
        let first = begun(&place, &hand, Limits::default());
        let (backend, limits) = (place.backend.clone(), Limits::default());
        let second = Store::start(backend, hand.clock(), signer(&place), limits).unwrap();
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let store = if writer % 2 == 0 {
                    first.clone()
                } else {
                    second.clone()
                };
                thread::spawn(move || {
                    let labels = (0..20).map(|turn| format!("{writer}-{turn}"));
                    labels
                        .map(|label| {
                            let step = step(&label);
                            // Each writer is a body, and all are one.
                            let index = store.write_blocking(move |change| {
                                change.append(&format!("body-{writer}"), step.clone())?;
                                change.append(BODY, step)
                            });
                            (index.unwrap(), label)
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let answered: BTreeMap<u64, String> = writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect();
        let logged = labels(&second);
        assert_eq!(logged.len(), 240, "{}", place.name);
        assert_eq!(answered.len(), 120, "{}", place.name);
        for (index, label) in answered {
            assert_eq!(
                logged[usize::try_from(index).unwrap()],
                label,
                "{}",
                place.name
            );
        }
        assert_eq!(append(&first, "last"), Ok(240), "{}", place.name);
        assert_eq!(verified(&second).len(), 241);
        first.stop();
        second.stop();
    }
}

#[test]
fn it_never_goes_back_in_time() {
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        hand.set(NOON + 100);
        assert_eq!(append(&store, "first"), Ok(0));
        hand.set(NOON + 90);
        let refused = append(&store, "back").unwrap_err();
        assert_eq!(
            (refused.status, refused.kind),
            (503, "clock"),
            "{}",
            place.name
        );
        // Clocks of two machines differ by seconds: the entry takes the time of the last one.
        hand.set(NOON + 98);
        assert_eq!(append(&store, "nearly"), Ok(1));
        hand.set(NOON + 101);
        assert_eq!(append(&store, "on"), Ok(2));
        let times: Vec<_> = verified(&store)
            .into_iter()
            .map(|entry| entry.time)
            .collect();
        assert_eq!(
            times,
            [
                "2026-07-23T07:01:40Z",
                "2026-07-23T07:01:40Z",
                "2026-07-23T07:01:41Z"
            ],
            "{}",
            place.name
        );
        store.stop();
    }
}

#[test]
fn an_older_copy_in_its_place_is_not_signed() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        for label in ["a", "b", "c"] {
            append(&store, label).unwrap();
        }
        // What an older copy, or a replica that was behind, would hold.
        let back = place.backend.once(true, |sql| {
            sql.execute("DELETE FROM log_checkpoint WHERE number > 2", &[])?;
            sql.execute("DELETE FROM log_entry WHERE idx > 1", &[])?;
            sql.execute("DELETE FROM log_node WHERE idx > 1", &[])?;
            sql.execute("UPDATE register_body SET last_number = 2", &[])?;
            let log = StoredLog::new(sql);
            let root = dispatch_core::log::view::LogView(&log)
                .checkpoint()?
                .checkpoint
                .root;
            sql.execute(
                "UPDATE log_head SET size = 2, checkpoint = 2, root = ?1",
                &[(&root).into()],
            )?;
            Ok(())
        });
        back.unwrap();
        assert_eq!(labels(&store), ["a", "b"]);
        for _ in 0..2 {
            let refused = append(&store, "fork").unwrap_err();
            assert_eq!(
                (refused.status, refused.kind),
                (503, "log-held"),
                "{}",
                place.name
            );
            // What does not touch the log goes on, and does not make it forget.
            store.write_blocking(|_| Ok(())).unwrap();
        }
        assert_eq!(labels(&store), ["a", "b"]);
        store.stop();
    }
}

#[test]
fn the_key_of_another_log_does_not_sign_it() {
    use dispatch_core::log::{KeyKind, SignerKey};
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        append(&store, "a").unwrap();
        store.stop();
        for (name, seed) in [("log.example/test", 8), ("log.example/other", 7)] {
            let guard = Guard::closed();
            let key = SignerKey::new(name, KeyKind::Signature, [seed; 32]).unwrap();
            let signer = LogSigner::new(key, guard.clone(), None);
            let (backend, clock) = (place.backend.clone(), hand.clock());
            let store = Store::start(backend, clock, signer, Limits::default()).unwrap();
            store.write_blocking(|_| Ok(())).unwrap();
            // Not even if somebody says that it may.
            guard.open();
            let refused = append(&store, "fork").unwrap_err();
            assert_eq!(
                (refused.status, refused.kind),
                (503, "log-held"),
                "{}",
                place.name
            );
            store.stop();
        }
        let (backend, limits) = (place.backend.clone(), Limits::default());
        let store = Store::start(backend, hand.clock(), signer(&place), limits).unwrap();
        assert_eq!(append(&store, "b"), Ok(1));
        store.stop();
    }
}

#[test]
fn a_closed_guard_keeps_what_is_no_step_going() {
    for place in backends() {
        let hand = Hand::at(NOON);
        begun(&place, &hand, Limits::default()).stop();
        let guard = Guard::closed();
        let signer = LogSigner::new(key(), guard.clone(), None);
        let (backend, limits) = (place.backend.clone(), Limits::default());
        let store = Store::start(backend, hand.clock(), signer, limits).unwrap();
        assert_eq!(append(&store, "a").unwrap_err().kind, "log-held");
        assert_eq!(store.write_blocking(|change| Ok(change.now)), Ok(NOON));
        // It is closed in the middle of a change that has appended already.
        guard.open();
        let closing = guard.clone();
        let refused = store.write_blocking(move |change| {
            let index = change.append(BODY, step("b"))?;
            closing.close(dispatch_core::language::Message::new(
                "a witness saw more",
                "见证方所见更多",
            ));
            Ok(index)
        });
        assert_eq!(refused.unwrap_err().status, 503, "{}", place.name);
        guard.open();
        assert_eq!(append(&store, "c"), Ok(0), "{}", place.name);
        assert_eq!(labels(&store), ["c"]);
        store.stop();
    }
}

#[test]
fn a_file_that_was_replaced_is_noticed() {
    let place = backends().remove(0);
    let Backend::Sqlite(path) = &place.backend else {
        panic!()
    };
    let store = begun(&place, &Hand::at(NOON), Limits::default());
    append(&store, "a").unwrap();
    let copy = path.with_extension("copy");
    rusqlite::Connection::open(path)
        .unwrap()
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    append(&store, "b").unwrap();
    // While it is away nothing is taken.
    let away = path.with_extension("away");
    std::fs::rename(path, &away).unwrap();
    assert_eq!(
        append(&store, "into nothing").unwrap_err().kind,
        "store-unavailable"
    );
    assert!(!path.exists(), "no empty store in its place");
    // The older copy is not signed.
    for side in ["-wal", "-shm"] {
        let mut beside = path.clone().into_os_string();
        beside.push(side);
        let _ = std::fs::remove_file(beside);
    }
    std::fs::rename(&copy, path).unwrap();
    assert_eq!(append(&store, "fork").unwrap_err().kind, "log-held");
    store.stop();
}

/// The paths that the oracle gives are those of tiles.
#[test]
fn paths_of_the_oracle_are_tiles() {
    let mut growth = Growth::new();
    growth.push(b"x").unwrap();
    let paths: Vec<_> = growth
        .edge()
        .iter()
        .map(|file| file.path.to_string())
        .collect();
    assert_eq!(paths, ["tile/entries/000.p/1", "tile/0/000.p/1"]);
    assert!(paths.iter().all(|path| path.parse::<TilePath>().is_ok()));
}
