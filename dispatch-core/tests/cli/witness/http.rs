//! Statuses and bodies as C2SP tlog-witness asks for them, with Python's HTTP client.

use std::sync::Barrier;
use std::thread;

use super::log::{TestLog, cosigned_at, request};
use super::server::{Office, Reply, Server};

const ADD: &str = "/add-checkpoint";

fn log() -> TestLog {
    TestLog::new("log.example/gz", "entry", 40)
}

#[track_caller]
fn refused(reply: &Reply, status: u16, part: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.kind, "text/plain; charset=utf-8", "{reply:?}");
    assert!(reply.body.contains(part), "{reply:?}");
}

#[track_caller]
fn at_size(reply: &Reply, size: u64) {
    let (status, kind) = (409, "text/x.tlog.size".to_owned());
    let body = format!("{size}\n");
    assert_eq!(*reply, Reply { status, kind, body });
}

#[test]
fn a_log_that_grows_is_cosigned_and_served() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    let server = office.serve();
    let mut last = 0;
    let mut old = 0;
    // 7 to 7: the same again, now with a later or equal time; 8: a complete tree; 40 from it.
    for size in [1, 7, 7, 8, 40, 40] {
        let reply = server.submit(&log.request(old, size));
        assert_eq!(reply.status, 200, "{reply:?}");
        let time = cosigned_at(&reply.body, &log.body(size), &office.vkey);
        assert!(time >= last);
        last = time;
        old = size;
        // The log's own line and the cosignature, nothing else.
        let served = server.python(&[("GET", &log.path(), "")]).remove(0);
        assert_eq!(
            served.body,
            format!("{}{}", log.checkpoint(size), reply.body)
        );
        assert_eq!(
            (served.status, served.kind.as_str()),
            (200, "text/plain; charset=utf-8")
        );
    }
    let now = { std::time::SystemTime::now() }
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert!(now.as_secs() - last < 600);
    assert_eq!(office.evidence(), [""; 0]);
    // Lines of keys that nobody here knows are passed over, and not kept.
    let other = log.rekeyed(9);
    let foreign = format!("{}{}", log.checkpoint(40), other.line(&log.body(40)));
    let reply = server.submit(&request(40, &[], &foreign));
    assert_eq!(reply.status, 200);
    let served = server.python(&[("GET", &log.path(), "")]).remove(0);
    assert_eq!(served.body, format!("{}{}", log.checkpoint(40), reply.body));
}

#[test]
fn what_is_stale_forked_or_unproven_is_refused_and_forks_are_kept() {
    let log = log();
    let fork = log.forked(5);
    let office = Office::trusting(&[&log.vkey()]);
    let server = office.serve();
    // Asking with 0 tells the size, also when it is 0 because nothing was cosigned.
    at_size(&server.submit(&log.request(3, 9)), 0);
    assert_eq!(server.submit(&log.request(0, 10)).status, 200);
    let replies = server.python(&[
        ("POST", ADD, &log.request(0, 20)),
        ("POST", ADD, &log.request(0, 10)),
        ("POST", ADD, &log.request(9, 20)),
        ("POST", ADD, &log.request(11, 20)),
        // Roll-back: from an old backup the log offers less than was cosigned.
        ("POST", ADD, &log.request(0, 9)),
        ("POST", ADD, &log.request(9, 9)),
    ]);
    for reply in &replies {
        at_size(reply, 10);
    }
    refused(
        &server.submit(&request(10, &[], &log.checkpoint(9))),
        400,
        "old size 10",
    );
    assert_eq!(office.evidence(), [""; 0]);

    // Two roots of one size, asked for in three ways.
    refused(
        &server.submit(&fork.request(10, 10)),
        409,
        "two different roots for size 10",
    );
    at_size(&server.submit(&fork.request(0, 10)), 10);
    let hashes = log.proof(5, 10);
    refused(
        &server.submit(&request(10, &hashes, &fork.checkpoint(10))),
        422,
        "proof",
    );
    let name = |log: &TestLog, kind: &str, size: usize| {
        let root = super::log::hex(&log.root(size));
        format!("{kind}-{size}-{}", &root[..16])
    };
    assert_eq!(office.evidence(), [name(&fork, "fork", 10)]);

    // A fork that grew on: its own proof from 10 leads from another root.
    refused(&server.submit(&fork.request(10, 20)), 422, "proof");
    // Wrong proofs of the right log: none, too long, too short, another one, one flipped bit.
    let right = log.proof(10, 20);
    let mut flipped = right.clone();
    flipped[1][7] ^= 1;
    let longer = [&right[..], &right[..1]].concat();
    let other = log.proof(9, 20);
    for wrong in [
        &[][..],
        &longer,
        &right[1..],
        &right[..right.len() - 1],
        &other,
        &flipped,
    ] {
        refused(
            &server.submit(&request(10, wrong, &log.checkpoint(20))),
            422,
            "proof",
        );
    }
    let unproven = [name(&fork, "unproven", 20), name(&log, "unproven", 20)];
    let mut kept = office.evidence();
    assert_eq!(kept.remove(0), name(&fork, "fork", 10));
    let mut sorted = unproven.to_vec();
    sorted.sort();
    assert_eq!(kept, sorted);
    // What is proven after all is no evidence any more; the fork of it still is.
    assert_eq!(server.submit(&log.request(10, 20)).status, 200);
    assert_eq!(
        office.evidence(),
        [name(&fork, "fork", 10), name(&fork, "unproven", 20)]
    );
    // Both sides of the fork are there, as they were signed.
    let root = log.path().replace("checkpoint", "evidence");
    let folder = format!("w/logs{root}/{}", name(&fork, "fork", 10));
    assert_eq!(
        office.read(format!("{folder}/request")),
        fork.request(10, 10)
    );
    assert!(
        office
            .read(format!("{folder}/held"))
            .starts_with(&log.checkpoint(10))
    );
    // Nothing of all this moved the state.
    at_size(&server.submit(&log.request(0, 30)), 20);
}

#[test]
fn a_proof_where_none_belongs_and_an_empty_tree() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    let server = office.serve();
    let hash = [log.root(3)];
    refused(
        &server.submit(&request(0, &hash, &log.checkpoint(4))),
        422,
        "proof",
    );
    assert_eq!(office.evidence(), [""; 0]);
    // A size of 0 with the root of something.
    let body = log.body(4).replace("\n4\n", "\n0\n");
    let lie = format!("{body}\n{}", log.line(&body));
    refused(&server.submit(&request(0, &[], &lie)), 409, "size 0");
    assert_eq!(server.submit(&log.request(0, 0)).status, 200);
    refused(
        &server.submit(&request(0, &hash, &log.checkpoint(4))),
        422,
        "proof",
    );
    assert_eq!(server.submit(&log.request(0, 4)).status, 200);
    refused(
        &server.submit(&request(4, &hash, &log.checkpoint(4))),
        422,
        "proof",
    );
}

#[test]
fn unknown_logs_and_bad_signatures_are_refused() {
    let log = log();
    let stranger = TestLog::new("log.example/other", "entry", 10);
    let office = Office::trusting(&[&log.vkey()]);
    let server = office.serve();
    let reply = server.submit(&stranger.request(0, 5));
    refused(&reply, 404, "log.example/other");
    // Its size is none of its business either, before the signature is right.
    assert_eq!(server.submit(&log.request(0, 5)).status, 200);
    let other = log.rekeyed(9);
    refused(
        &server.submit(&other.request(0, 9)),
        403,
        "no signature line",
    );
    // The right name and id with a signature over something else.
    let body = log.body(9);
    let wrong = format!("{body}\n{}", log.line(&log.body(8)));
    refused(
        &server.submit(&request(5, &log.proof(5, 9), &wrong)),
        403,
        "trusted key",
    );
    // A good line does not make up for a bad one of the same key.
    let both = format!("{}{}", log.checkpoint(9), log.line(&log.body(8)));
    refused(
        &server.submit(&request(5, &log.proof(5, 9), &both)),
        403,
        "trusted key",
    );
    // Signed by the log, but for another origin.
    let body = body.replace("log.example/gz", "log.example/other");
    let moved = format!("{body}\n{}", log.line(&body));
    refused(
        &server.submit(&request(0, &[], &moved)),
        404,
        "log.example/other",
    );
    assert_eq!(
        server.python(&[("GET", &stranger.path(), "")])[0].status,
        404
    );
    // A new key of the log is trusted while the witness runs; both are good then.
    office.run(&["trust", "w", &other.vkey()]).done();
    office
        .run(&["trust", "w", &other.vkey()])
        .done()
        .says(&["already"]);
    assert_eq!(server.submit(&other.request(5, 9)).status, 200);
    assert_eq!(server.submit(&log.request(9, 12)).status, 200);
    assert_eq!(office.evidence(), [""; 0]);
}

#[test]
fn malformed_and_oversized_requests_and_other_paths() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    let server = office.serve();
    let good = log.request(0, 9);
    let checkpoint = log.checkpoint(9);
    let hash = "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n";
    let malformed = [
        String::new(),
        "\n".to_owned(),
        checkpoint.clone(),
        good.replacen("old 0", "old", 1),
        good.replacen("old 0", "old  0", 1),
        good.replacen("old 0", "old 00", 1),
        good.replacen("old 0", "old +0", 1),
        good.replacen("old 0", "old -1", 1),
        good.replacen("old 0", "old 18446744073709551616", 1),
        good.replacen("old 0", "old 0 ", 1),
        good.replacen("old 0", "Old 0", 1),
        good.replacen("old 0\n", "old 0\r\n", 1),
        good.replacen("old 0\n", "old 0", 1),
        // Proof lines: unpadded, unused bits, short, long, a space, 64 of them.
        format!("old 1\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk\n\n{checkpoint}"),
        format!("old 1\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swl=\n\n{checkpoint}"),
        format!("old 1\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3sw==\n\n{checkpoint}"),
        format!("old 1\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swkA\n\n{checkpoint}"),
        format!("old 1\n {hash}\n{checkpoint}"),
        format!("old 1\n{}\n{checkpoint}", hash.repeat(64)),
        format!("old 1\n{hash}{checkpoint}"),
        format!("old 0\n\n\n{checkpoint}"),
        good.replacen("\n9\n", "\n09\n", 1),
        good.replacen("\n9\n", "\n9 \n", 1),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        log.request(0, 9).split("\n\n—").next().unwrap().to_owned(),
        good.replacen("— ", "- ", 1),
    ];
    let requests: Vec<_> = { malformed.iter() }
        .map(|body| ("POST", ADD, body.as_str()))
        .collect();
    for (reply, body) in server.python(&requests).iter().zip(&malformed) {
        assert_eq!(reply.status, 400, "{reply:?} for {body:?}");
        refused(reply, 400, "add-checkpoint request");
    }
    // 63 lines are the most; they are only no proof. Also without a length, in pieces.
    let full = format!("old 0\n{}\n{checkpoint}", hash.repeat(63));
    refused(&server.submit(&full), 422, "proof");
    refused(&server.submit(&format!("chunked {full}")), 422, "proof");
    let limit = 256 << 10;
    let filled = |length: usize| format!("old 0\n\n{}", "x".repeat(length - 7));
    refused(&server.submit(&filled(limit)), 400, "");
    // The answer may be lost with the connection, which the witness closes without reading on.
    for body in [filled(limit + 1), format!("chunked {}", filled(limit + 1))] {
        let status = server.submit(&body).status;
        assert!([413, 0].contains(&status), "{status}");
    }
    let elsewhere = server.python(&[
        ("GET", ADD, ""),
        ("PUT", ADD, &good),
        ("POST", &log.path(), &good),
        ("GET", "/", ""),
        ("GET", "/checkpoint", ""),
        ("GET", "/../checkpoint", ""),
        ("GET", "/%2e%2e/checkpoint", ""),
        ("GET", "/..%2f..%2fsecret/checkpoint", ""),
        ("GET", &log.path(), ""),
        ("GET", &log.path().to_uppercase(), ""),
        ("POST", "/add-checkpoint/more", &good),
    ]);
    let statuses: Vec<_> = elsewhere.iter().map(|reply| reply.status).collect();
    assert_eq!(
        statuses,
        [405, 405, 405, 404, 404, 404, 404, 404, 404, 404, 404]
    );
    // After all of it the witness is as it was.
    assert_eq!(server.submit(&good).status, 200);
}

/// Requests of different sizes at once, from the same start: one wins, whoever comes second learns
/// where the witness is.
#[test]
fn one_of_two_racing_requests_wins() {
    let log = TestLog::new("log.example/gz", "entry", 200);
    let office = Office::trusting(&[&log.vkey()]);
    // Two processes on one folder.
    let servers = [office.serve(), office.serve()];
    let mut old = 1;
    assert_eq!(servers[0].submit(&log.request(0, 1)).status, 200);
    for round in 0..20 {
        let sizes = [old + 2, old + 5, old + 3, old + 4];
        let start = Barrier::new(sizes.len());
        let race = |runner: usize| {
            let size = sizes[runner];
            let request = log.request(old, size);
            let address = &servers[(runner + round) % 2].address;
            start.wait();
            (size, Server::post(address, &request).unwrap())
        };
        let race = &race;
        let replies: Vec<_> = thread::scope(|scope| {
            let runners: Vec<_> = (0..sizes.len())
                .map(|n| scope.spawn(move || race(n)))
                .collect();
            runners
                .into_iter()
                .map(|runner| runner.join().unwrap())
                .collect()
        });
        let won: Vec<_> = { replies.iter() }
            .filter(|(_, reply)| reply.status == 200)
            .collect();
        assert_eq!(won.len(), 1, "{replies:?}");
        let size = won[0].0;
        cosigned_at(&won[0].1.body, &log.body(size), &office.vkey);
        for (_, reply) in replies.iter().filter(|(other, _)| *other != size) {
            assert_eq!((reply.status, &reply.body), (409, &format!("{size}\n")));
        }
        old = size;
    }
}

#[cfg(unix)]
#[test]
fn it_stops_when_told_to() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    for signal in ["TERM", "INT"] {
        let server = office.serve();
        assert_eq!(server.python(&[("GET", "/", "")])[0].status, 404);
        assert_eq!(server.signal(signal), 0);
    }
    let taken = office.serve();
    office
        .run(&["serve", "w", "--listen", &taken.address])
        .refused(&["choose another address or port"]);
}
