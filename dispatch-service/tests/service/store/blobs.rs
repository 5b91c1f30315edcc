//! Blobs: bytes by their hash, in pieces.

use std::io::{Cursor, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dispatch_core::digest::Digest;
use dispatch_service::store::{Limits, Store, blob};

use super::{Hand, NOON, begun};
use crate::support::cluster::backends;

#[test]
fn bytes_come_back_by_their_hash() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        for length in [
            0,
            1,
            blob::PIECE - 1,
            blob::PIECE,
            blob::PIECE + 1,
            3 * blob::PIECE,
        ] {
            let bytes = bytes(length);
            let expected = Digest::of(&bytes);
            assert_eq!(read(&store, expected), None);
            let stored = blob::store(&store, || opened(&bytes)).unwrap();
            assert_eq!(stored, (expected, length as u64), "{}", place.name);
            assert!(
                read(&store, expected).as_ref() == Some(&bytes),
                "{}: {length}",
                place.name
            );
            // Once more changes nothing; nor does putting it in a transaction.
            assert_eq!(blob::store(&store, || opened(&bytes)).unwrap().0, expected);
            let again = bytes.clone();
            let put = store.write_blocking(move |change| Ok(blob::put(change.sql, &again, 0)?));
            assert_eq!(put, Ok(expected));
            assert_eq!(
                pieces(&store),
                length.div_ceil(blob::PIECE),
                "{}: {length}",
                place.name
            );
            forget(&store);
        }
        store.stop();
    }
}

#[test]
fn one_that_was_interrupted_is_not_there_until_it_comes_again() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let bytes = bytes(2 * blob::PIECE + 5);
        let digest = Digest::of(&bytes);
        let opened_before = AtomicUsize::new(0);
        let interrupted = blob::store(&store, || {
            let whole = Cursor::new(bytes.clone());
            Ok(if opened_before.fetch_add(1, Ordering::SeqCst) == 0 {
                Box::new(whole) as Box<dyn Read>
            } else {
                Box::new(whole.take(blob::PIECE as u64).chain(Broken))
            })
        });
        assert!(interrupted.is_err());
        assert_eq!(pieces(&store), 1, "{}", place.name);
        assert_eq!(info(&store, digest), None, "{}", place.name);
        assert_eq!(read(&store, digest), None);
        blob::store(&store, || opened(&bytes)).unwrap();
        assert!(read(&store, digest) == Some(bytes), "{}", place.name);
        store.stop();
    }
}

#[test]
fn what_was_begun_and_never_completed_is_swept_away() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let (whole, part) = (bytes(10), bytes(blob::PIECE + 1));
        blob::store(&store, || opened(&whole)).unwrap();
        let turn = AtomicUsize::new(0);
        let stopped = blob::store(&store, || match turn.fetch_add(1, Ordering::SeqCst) {
            0 => opened(&part),
            _ => Ok(Box::new(
                Cursor::new(part.clone())
                    .take(blob::PIECE as u64)
                    .chain(Broken),
            )),
        });
        assert!(stopped.is_err());
        let sweep =
            |before: u64| store.write_blocking(move |change| Ok(blob::sweep(change.sql, before)?));
        assert_eq!(sweep(NOON), Ok(0), "{}", place.name);
        assert_eq!(sweep(NOON + 1), Ok(1), "{}", place.name);
        assert_eq!(pieces(&store), 1);
        assert!(read(&store, Digest::of(&whole)).is_some());
        store.stop();
    }
}

#[test]
fn a_file_that_changes_while_it_is_stored_is_not_stored() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let bytes = bytes(blob::PIECE + 5);
        let turn = AtomicUsize::new(0);
        let stored = blob::store(&store, || {
            let mut bytes = bytes.clone();
            if turn.fetch_add(1, Ordering::SeqCst) > 0 {
                bytes[blob::PIECE] ^= 1;
            }
            opened(&bytes)
        });
        assert_eq!(stored.unwrap_err().status, 500, "{}", place.name);
        blob::store(&store, || opened(&bytes)).unwrap();
        assert!(
            read(&store, Digest::of(&bytes)) == Some(bytes),
            "{}",
            place.name
        );
        store.stop();
    }
}

#[test]
fn the_same_one_from_many_at_once_is_there_for_each_of_them() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let writers = [(); 6].map(|()| {
            let store = store.clone();
            thread::spawn(move || {
                let bytes = bytes(3 * blob::PIECE + 7);
                let (digest, _) = blob::store(&store, || opened(&bytes)).unwrap();
                // From now on it is there, whatever the others are still doing.
                for _ in 0..5 {
                    assert!(read(&store, digest).as_ref() == Some(&bytes));
                }
            })
        });
        for writer in writers {
            assert!(writer.join().is_ok(), "{}", place.name);
        }
        assert_eq!(pieces(&store), 4, "{}", place.name);
        store.stop();
    }
}

#[test]
fn one_that_expired_leaves_its_hash_until_it_comes_again() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let bytes = bytes(blob::PIECE + 1);
        let digest = blob::store(&store, || opened(&bytes)).unwrap().0;
        let expire = || {
            store.write_blocking(move |change| {
                blob::expire(change.sql, &digest, "保存期满", change.now + 9)
            })
        };
        expire().unwrap();
        assert_eq!(expire().unwrap_err().status, 404, "{}", place.name);
        let expired = Some((NOON + 9, "保存期满".to_owned()));
        let tombstone = info(&store, digest).unwrap();
        assert_eq!(
            (tombstone.length, tombstone.expired),
            (bytes.len() as u64, expired.clone())
        );
        assert_eq!(
            (read(&store, digest), pieces(&store)),
            (None, 0),
            "{}",
            place.name
        );
        // Storing it again, interrupted: what was said of it still stands.
        let turn = AtomicUsize::new(0);
        let stopped = blob::store(&store, || match turn.fetch_add(1, Ordering::SeqCst) {
            0 => opened(&bytes),
            _ => Ok(Box::new(Broken)),
        });
        assert!(stopped.is_err());
        assert_eq!(
            info(&store, digest).unwrap().expired,
            expired,
            "{}",
            place.name
        );
        blob::store(&store, || opened(&bytes)).unwrap();
        assert_eq!(info(&store, digest).unwrap().expired, None);
        assert!(read(&store, digest) == Some(bytes), "{}", place.name);
        store.stop();
    }
}

#[test]
fn a_damaged_one_is_not_given_out() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let bytes = bytes(blob::PIECE + 1);
        let digest = blob::store(&store, || opened(&bytes)).unwrap().0;
        let damaged = store.write_blocking(|change| {
            let values = [vec![1].into()];
            Ok(change
                .sql
                .execute("UPDATE blob_piece SET bytes = ?1 WHERE piece = 1", &values)?)
        });
        assert_eq!(damaged, Ok(1));
        let read = store.read_blocking(move |sql| Ok(blob::read(sql, &digest)?));
        assert_eq!(read.unwrap_err().status, 500, "{}", place.name);
        store.stop();
    }
}

/// A source that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the upload broke off"))
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_be_bytes).take(length).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "what blob::store takes")]
fn opened(bytes: &[u8]) -> std::io::Result<Box<dyn Read>> {
    Ok(Box::new(Cursor::new(bytes.to_vec())))
}

fn read(store: &Store, digest: Digest) -> Option<Vec<u8>> {
    store
        .read_blocking(move |sql| Ok(blob::read(sql, &digest)?))
        .unwrap()
}

fn info(store: &Store, digest: Digest) -> Option<blob::BlobInfo> {
    store
        .read_blocking(move |sql| Ok(blob::info(sql, &digest)?))
        .unwrap()
}

fn pieces(store: &Store) -> usize {
    let count = store.read_blocking(|sql| {
        let row = sql.query_one("SELECT CAST(COUNT(*) AS BIGINT) FROM blob_piece", &[])?;
        Ok(row.unwrap().count(0)?)
    });
    usize::try_from(count.unwrap()).unwrap()
}

fn forget(store: &Store) {
    let done = store.write_blocking(|change| {
        change.sql.execute("DELETE FROM blob_piece", &[])?;
        Ok(change.sql.execute("DELETE FROM blob", &[])?)
    });
    assert_eq!(done, Ok(1));
}
