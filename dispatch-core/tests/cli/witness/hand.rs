//! Requests that are carried to the witness, and what its operator sees.

use std::fs;

use super::log::{TestLog, cosignature, cosigned_at};
use super::server::Office;

fn log() -> TestLog {
    TestLog::new("log.example/gz", "entry", 40)
}

#[test]
fn a_carried_request_gets_the_decision_that_http_gives() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    office.write("first", &log.request(0, 10));
    office
        .run(&["cosign", "w", "first", "--out", "a1"])
        .done()
        .says(&["size 10", "carry a1"]);
    let first = office.read("a1");
    cosigned_at(&first, &log.body(10), &office.vkey);
    // The stick was lost: the same file again gives the same cosignature and no new one.
    office
        .run(&["cosign", "w", "first", "--out", "a2"])
        .done()
        .says(&["cosigned before"]);
    assert_eq!(office.read("a2"), first);
    // Never over an answer that is there.
    office
        .run(&["cosign", "w", "first", "--out", "a2"])
        .refused(&["exists already"]);

    office.write("stale", &log.request(0, 20));
    office
        .run(&["cosign", "w", "stale", "--out", "a3"])
        .refused(&["at size 10", "a3"]);
    let stale = office.read("a3");
    assert!(
        stale.starts_with("refused 409\nsize 10\n") && stale.contains("规模为10"),
        "{stale}"
    );
    let fork = log.forked(5);
    office.write("fork", &fork.request(10, 10));
    office
        .run(&["cosign", "w", "fork", "--out", "a4"])
        .refused(&["FORK", "two different roots"]);
    assert!(
        office
            .read("a4")
            .starts_with("refused 409\nthe log has signed two")
    );
    office.write("bad", "old");
    office
        .run(&["cosign", "w", "bad", "--out", "a5"])
        .refused(&["add-checkpoint request"]);
    office.write("long", &"x".repeat((256 << 10) + 1));
    office
        .run(&["cosign", "w", "long", "--out", "a6"])
        .refused(&["longer than 262144 bytes"]);
    office
        .run(&["cosign", "w", "nowhere", "--out", "a7"])
        .refused(&["nowhere", "check the name"]);
    assert!(!office.dir.path().join("a7").exists());

    // HTTP goes on where the hand left off.
    let server = office.serve();
    assert_eq!(server.submit(&log.request(10, 20)).status, 200);
    let shown = office.run(&["show", "w"]).done().out;
    for part in [&log.vkey(), &office.vkey, "size 20", "evidence/fork-10-"] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn a_clock_that_was_set_back_stops_the_witness() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    // As if its clock had shown 2100-01-01 once (`date -u -d 2100-01-01 +%s`).
    let line = cosignature(&office.read("w/secret/key"), &log.body(10), 4_102_444_800);
    office.write("future", &format!("{}{line}", log.checkpoint(10)));
    office
        .run(&["trust", "w", &log.vkey(), "--latest", "future"])
        .done()
        .says(&["now 10"]);
    let server = office.serve();
    let reply = server.submit(&log.request(10, 20));
    assert_eq!(reply.status, 503, "{reply:?}");
    assert!(reply.body.contains("set the clock right") && reply.body.contains("校正时钟"));
    office.write("request", &log.request(10, 20));
    office
        .run(&["cosign", "w", "request", "--out", "answer"])
        .refused(&["4102444800", "set the clock right"]);
    assert!(office.read("answer").starts_with("refused 503\n"));
    office
        .run(&["show", "w"])
        .done()
        .says(&["size 10", "2100-01-01"]);
}

#[test]
fn lost_and_damaged_state_is_no_fresh_start() {
    let log = log();
    let office = Office::trusting(&[&log.vkey()]);
    let server = office.serve();
    let first = server.submit(&log.request(0, 10)).body;
    let second = server.submit(&log.request(10, 20)).body;
    let path = office.dir.path().join(format!("w/logs{}", log.path()));
    let whole = fs::read(&path).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let elsewhere = TestLog::new("log.example/other", "entry", 40);
    let moved = cosignature(
        &office.read("w/secret/key"),
        &elsewhere.body(10),
        1_000_000_000,
    );
    let damages: [Option<String>; 6] = [
        None,
        Some(String::new()),
        Some(text[..text.len() / 2].to_owned()),
        Some(text.replacen("\n20\n", "\n10\n", 1)),
        Some(log.checkpoint(20)),
        Some(format!("{}{moved}", elsewhere.checkpoint(10))),
    ];
    for damage in damages {
        match &damage {
            None => fs::remove_file(&path).unwrap(),
            Some(text) => fs::write(&path, text).unwrap(),
        }
        let reply = server.submit(&log.request(0, 5));
        assert_eq!(reply.status, 500, "{damage:?}");
        // Nothing about this computer is told to whoever asks.
        assert!(
            reply.body.starts_with("the witness cannot answer now"),
            "{reply:?}"
        );
        office.run(&["show", "w"]).refused(&["checkpoint"]);
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(server.submit(&log.request(20, 21)).status, 200);

    // The witness starts anew from its key alone, at what it cosigned itself.
    let copy = Office::new();
    fs::remove_dir_all(copy.dir.path().join("w/secret")).unwrap();
    fs::create_dir(copy.dir.path().join("w/secret")).unwrap();
    copy.write("w/secret/key", &office.read("w/secret/key"));
    let trust = |name: &str| copy.run(&["trust", "w", &log.vkey(), "--latest", name]);
    copy.write("second", &format!("{}{second}", log.checkpoint(20)));
    trust("second").done().says(&["size before 0, now 20"]);
    // Earlier ones change nothing; those of others, of no log and of two histories are refused.
    copy.write("first", &format!("{}{first}", log.checkpoint(10)));
    trust("first").done().says(&["size before 20, now 20"]);
    copy.write("bare", &log.checkpoint(30));
    trust("bare").refused(&["not cosigned by this witness"]);
    let fork = log.forked(5);
    let line = cosignature(&office.read("w/secret/key"), &fork.body(20), 2_000_000_000);
    copy.write("fork", &format!("{}{line}", fork.checkpoint(20)));
    trust("fork").refused(&["signed two histories"]);
    let other = log.rekeyed(9);
    let line = cosignature(&office.read("w/secret/key"), &log.body(30), 2_000_000_000);
    copy.write("other", &format!("{}{line}", other.checkpoint(30)));
    trust("other").refused(&["not signed by the key"]);
    let server = copy.serve();
    assert_eq!(server.submit(&log.request(0, 10)).body, "20\n");
}

#[test]
fn wrong_keys_and_names_are_refused() {
    let log = log();
    let office = Office::new();
    let mut cut = log.vkey();
    cut.truncate(cut.len() - 2);
    office
        .run(&["trust", "w", &cut])
        .refused(&["copy the whole key"]);
    office
        .run(&["trust", "w", &office.vkey])
        .refused(&["key of a witness, not of a log"]);
    office
        .run(&["show", "w"])
        .done()
        .says(&["no log is trusted yet"]);
    assert_eq!(
        office
            .run(&["new", "--name", "two words", "--out", "v"])
            .status,
        2
    );
    office
        .run(&["new", "--name", "supervisor.example/2", "--out", "w"])
        .refused(&["exists already"]);
    let own = TestLog::new("supervisor.example/log", "entry", 1);
    office
        .run(&["trust", "w", &own.vkey()])
        .done()
        .says(&["do not count this witness"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| {
            let path = office.dir.path().join(name);
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        assert_eq!(
            (mode("w"), mode("w/secret"), mode("w/secret/key")),
            (0o700, 0o700, 0o600)
        );
    }
    // Two secrets of the system's randomness are not the same.
    assert_ne!(Office::new().vkey, office.vkey);
    let everything = office.run(&["show", "w"]).done();
    let secret = office.read("w/secret/key");
    assert!(
        !everything
            .out
            .contains(secret.trim_end().rsplit('+').next().unwrap())
    );
}

#[test]
fn the_log_writes_requests_from_its_folder() {
    let log = TestLog::new("log.example/gz", "entry", 700);
    let office = Office::trusting(&[&log.vkey()]);
    let dir = office.dir.path().join("log");
    fs::create_dir_all(dir.join("checkpoints")).unwrap();
    let write = |out: &str, more: &[&str]| {
        let usual = ["request", "log", "--witness", &office.vkey, "--out", out];
        office.run(&[&usual[..], more].concat())
    };
    log.write(&dir, 300);
    write("r1", &[])
        .done()
        .says(&["from size 0 to 300", "carry r1"]);
    assert_eq!(office.read("r1"), log.request(0, 300));
    office.run(&["cosign", "w", "r1", "--out", "a1"]).done();
    let cosigned = format!("{}{}", log.checkpoint(300), office.read("a1"));
    office.write("log/checkpoints/8", &cosigned);
    // Later ones are without it, whatever their names are like.
    office.write("log/checkpoints/11", &log.checkpoint(500));
    office.write("log/checkpoints/11.tsr", "a token");

    log.write(&dir, 700);
    write("r2", &[]).done().says(&["from size 300 to 700"]);
    assert_eq!(office.read("r2"), log.request(300, 700));
    office.write("last", &cosigned);
    write("r3", &["--last", "last"]).done();
    assert_eq!(office.read("r3"), office.read("r2"));
    write("r4", &["--old", "512"]).done();
    assert_eq!(office.read("r4"), log.request(512, 700));
    write("r4", &[]).refused(&["exists already"]);
    write("r5", &["--old", "701"]).refused(&["no proof from size 701 to 700"]);
    office.write("bare", &log.checkpoint(300));
    write("r5", &["--last", "bare"]).refused(&["bare", "not cosigned by this witness"]);
    assert_eq!(write("r5", &["--old", "1", "--last", "last"]).status, 2);
    office.run(&["cosign", "w", "r2", "--out", "a2"]).done();

    // From a backup, or another history: said here already, not only at the witness.
    log.write(&dir, 200);
    write("r6", &[]).refused(&["no proof from size 300 to 200"]);
    log.forked(100).write(&dir, 700);
    write("r6", &[]).refused(&["does not continue what the witness cosigned at size 300"]);
    fs::remove_dir_all(dir.join("tile/0")).unwrap();
    write("r6", &[]).refused(&["no proof from size 300"]);
    assert!(!office.dir.path().join("r6").exists());
}
