//! A wire between the store and a PostgreSQL server that a test can cut at any statement.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use dispatch_service::store::Backend;
use tempfile::TempDir;

use super::cluster::{Cluster, Place};

/// Where the wire breaks, once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Break {
    /// What the client sends then.
    pub(crate) at: &'static str,
    /// Whether the server gets it still, and only its answer is lost.
    pub(crate) arrives: bool,
}

/// The wire.
#[derive(Debug)]
pub(crate) struct Wire {
    folder: TempDir,
    place: Place,
    next: Next,
}

impl Wire {
    /// To a database of its own on this server.
    pub(crate) fn new(cluster: &Cluster) -> Self {
        let place = cluster.place();
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let next = Next::default();
        let (server, shared) = (cluster.folder().join(SOCKET), Arc::clone(&next));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, UnixStream::connect(&server)) else {
                    continue;
                };
                carry(&client, &server, &shared);
            }
        });
        Self {
            folder,
            place,
            next,
        }
    }

    /// The database, through the wire.
    pub(crate) fn backend(&self) -> Backend {
        let Backend::Postgres(url) = &self.place.backend else {
            panic!("no PostgreSQL");
        };
        let (_, rest) = url.split_once(' ').unwrap();
        Backend::Postgres(format!("host={} {rest}", self.folder.path().display()))
    }

    /// The database itself.
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    /// Breaks there, or no more.
    pub(crate) fn break_at(&self, place: Option<Break>) {
        *self.next.lock().unwrap() = place;
    }
}

fn carry(client: &UnixStream, server: &UnixStream, next: &Next) {
    let lost = Arc::new(AtomicBool::new(false));
    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (next, losing) = (Arc::clone(next), Arc::clone(&lost));
    thread::spawn(move || {
        pump(from, to, |bytes| {
            let mut next = next.lock().unwrap();
            let here = |place: &mut Break| {
                let at = place.at.as_bytes();
                bytes.windows(at.len()).any(|part| part == at)
            };
            let Some(place) = next.take_if(here) else {
                return true;
            };
            losing.store(place.arrives, Ordering::SeqCst);
            place.arrives
        });
    });
    let (from, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || pump(from, to, |_| !lost.load(Ordering::SeqCst)));
}

/// Carries bytes one way until the end, or until `passes` says no.
fn pump(mut from: UnixStream, mut to: UnixStream, mut passes: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !passes(&buffer[..count]) || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

type Next = Arc<Mutex<Option<Break>>>;

const SOCKET: &str = ".s.PGSQL.5432";
