//! SIGKILL at any moment: whatever was given away stays true.
//!
//! Rounds of one or two server processes on one folder, clients that ask for different sizes and
//! offer a second history all the time, and processes of `dispatch witness cosign` beside them.
//! `points` kills at every step instead of at random ones.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::log::{TestLog, cosigned_at};
use super::server::{Office, Server};

/// A cosignature that somebody received.
#[derive(Debug)]
struct Received {
    asked: Instant,
    received: Instant,
    size: usize,
    time: u64,
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    /// Below `limit`; xorshift64.
    fn roll(&mut self, limit: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit).unwrap()
    }
}

const ENTRIES: usize = 3000;
const ROUNDS: u64 = 16;
const CLIENTS: u64 = 4;

#[test]
fn no_cosignature_is_forgotten_whenever_it_is_killed() {
    let log = TestLog::new("log.example/gz", "entry", ENTRIES);
    let fork = log.forked(1);
    let office = Office::trusting(&[&log.vkey()]);
    let first = office.serve();
    let begun = Instant::now();
    assert_eq!(
        Server::post(&first.address, &log.request(0, 2))
            .unwrap()
            .status,
        200
    );
    drop(first);
    let received = Mutex::new(Vec::<Received>::new());
    let forks = AtomicUsize::new(0);
    let mut dice = Dice(0x5eed_0004);
    for round in 0..ROUNDS {
        let mut servers = vec![office.serve()];
        if dice.roll(2) == 1 {
            servers.push(office.serve());
        }
        let held = held(&office, &servers[0], &log);
        let given = received.lock().unwrap();
        let most = given.iter().map(|one| one.size).max();
        assert!(
            held >= most.unwrap_or(2),
            "round {round}: {held} is held, {most:?} was given"
        );
        drop(given);
        let addresses: Vec<_> = servers
            .iter()
            .map(|server| server.address.clone())
            .collect();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let seed = round * CLIENTS + client + 1;
                let (addresses, received, over, log, fork, office, forks) =
                    (&addresses, &received, &over, &log, &fork, &office, &forks);
                scope.spawn(move || {
                    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                    let mut old = held;
                    while !over.load(Ordering::SeqCst) {
                        let address = &addresses[dice.roll(2) % addresses.len()];
                        let size = (old + dice.roll(4)).min(ENTRIES);
                        if dice.roll(4) == 0 {
                            let request = fork.request(old, size);
                            if let Some(reply) = Server::post(address, &request) {
                                assert_ne!(reply.status, 200, "a fork at size {size}");
                                forks.fetch_add(1, Ordering::SeqCst);
                            }
                            continue;
                        }
                        let request = log.request(old, size);
                        let asked = Instant::now();
                        let Some(reply) = Server::post(address, &request) else {
                            // Killed: the others may still be answered.
                            continue;
                        };
                        match reply.status {
                            200 => {
                                let time = cosigned_at(&reply.body, &log.body(size), &office.vkey);
                                let now = Instant::now();
                                received.lock().unwrap().push(Received {
                                    asked,
                                    received: now,
                                    size,
                                    time,
                                });
                                old = size;
                            }
                            409 => old = reply.body.trim().parse().unwrap(),
                            status => panic!("{status}: {}", reply.body),
                        }
                    }
                });
            }
            // By hand, at the same time and in processes that end by themselves.
            if round % 4 == 0 {
                let answer = format!("answer-{round}");
                office.write("request", &log.request(held, held + 1));
                let asked = Instant::now();
                let status = office
                    .run(&["cosign", "w", "request", "--out", &answer])
                    .status;
                if status == 0 {
                    let line = office.read(&answer);
                    let time = cosigned_at(&line, &log.body(held + 1), &office.vkey);
                    let (size, now) = (held + 1, Instant::now());
                    received.lock().unwrap().push(Received {
                        asked,
                        received: now,
                        size,
                        time,
                    });
                }
            }
            thread::sleep(Duration::from_micros(
                u64::try_from(dice.roll(90_000)).unwrap(),
            ));
            for server in &mut servers {
                server.kill();
            }
            over.store(true, Ordering::SeqCst);
        });
    }
    let server = office.serve();
    let held = held(&office, &server, &log);
    let received = received.into_inner().unwrap();
    // The clients were answered, or nothing was tested.
    assert!(
        received.len() > 50,
        "{} cosignatures in {:?}",
        received.len(),
        begun.elapsed()
    );
    assert!(forks.into_inner() > 10);
    for one in &received {
        assert!(one.size <= held, "{one:?}, but {held} is held");
        // Whoever asked after this answer had come was given no smaller size and no earlier time.
        for later in received.iter().filter(|later| later.asked >= one.received) {
            assert!(
                later.size >= one.size && later.time >= one.time,
                "{one:?} {later:?}"
            );
        }
    }
}

/// The size that is held, when what is served is right in every way.
#[track_caller]
fn held(office: &Office, server: &Server, log: &TestLog) -> usize {
    let reply = server.python(&[("GET", &log.path(), "")]).remove(0);
    assert_eq!(reply.status, 200, "{reply:?}");
    let size: usize = reply.body.lines().nth(1).unwrap().parse().unwrap();
    let checkpoint = log.checkpoint(size);
    let line = reply.body.strip_prefix(&checkpoint).unwrap();
    cosigned_at(line, &log.body(size), &office.vkey);
    size
}
