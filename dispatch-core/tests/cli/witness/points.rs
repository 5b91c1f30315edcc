//! SIGKILL at every single step: strace kills `dispatch witness cosign` at the n-th call of each system
//! call that changes or locks a file, for every n; and the order in which the disk is told to flush,
//! on which a power cut depends.
//!
//! Where strace is missing or may not trace, this says so and tests nothing; `.ci/run` installs it.

use std::fs;
use std::process::{Command, Stdio};

use super::log::{TestLog, cosigned_at};
use super::server::Office;

const CALLS: [&str; 8] = [
    "openat", "flock", "write", "fsync", "rename", "unlink", "mkdir", "close",
];

/// Runs `dispatch witness cosign w request --out answer` under strace; whether it ended by itself.
fn traced(office: &Office, options: &[&str]) -> bool {
    let tool = office.command(&["cosign", "w", "request", "--out", "answer"]);
    let status = Command::new("strace")
        .args(["-f", "-y", "-o", "trace"])
        .args(options)
        .arg(tool.get_program())
        .args(tool.get_args())
        .current_dir(office.dir.path())
        .env("LC_ALL", "C")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// An office that holds size 2, if strace works here.
fn office(log: &TestLog) -> Option<Office> {
    let office = Office::trusting(&[&log.vkey()]);
    office.write("request", &log.request(0, 2));
    if traced(&office, &["-e", "trace=flock"]) {
        return Some(office);
    }
    println!("strace is missing or may not trace here: nothing is tested");
    None
}

/// The size that is held, when its file is right in every way.
#[track_caller]
fn held(office: &Office, log: &TestLog) -> usize {
    let text = office.read(format!("w/logs{}", log.path()));
    let size = text.lines().nth(1).unwrap().parse().unwrap();
    let line = text.strip_prefix(&log.checkpoint(size)).unwrap();
    cosigned_at(line, &log.body(size), &office.vkey);
    size
}

#[test]
fn killed_at_every_step_it_holds_the_old_or_the_new_and_never_less_than_it_gave() {
    let log = TestLog::new("log.example/gz", "entry", 400);
    let Some(office) = office(&log) else { return };
    let answer = office.dir.path().join("answer");
    let (mut kills, mut kept_old, mut kept_new) = (0, 0, 0);
    for call in CALLS {
        for step in 1.. {
            let old = held(&office, &log);
            office.write("request", &log.request(old, old + 1));
            let _ = fs::remove_file(&answer);
            let inject = format!("inject={call}:signal=SIGKILL:when={step}");
            let whole = traced(&office, &["-e", &inject]);
            let now = held(&office, &log);
            assert!(
                now == old || now == old + 1,
                "{call} {step}: {old} became {now}"
            );
            if answer.exists() {
                assert_eq!(now, old + 1, "{call} {step}: given, but not held");
                cosigned_at(&office.read("answer"), &log.body(now), &office.vkey);
            }
            if whole {
                assert!(answer.exists());
                break;
            }
            kills += 1;
            kept_old += usize::from(now == old);
            kept_new += usize::from(now > old);
        }
    }
    // Before and after the moment that counts.
    assert!(
        kills >= 30 && kept_old >= 10 && kept_new >= 3,
        "{kills} {kept_old} {kept_new}"
    );
}

#[test]
fn the_disk_is_told_to_keep_the_state_before_the_answer_is_written() {
    let log = TestLog::new("log.example/gz", "entry", 4);
    let Some(office) = office(&log) else { return };
    fs::remove_file(office.dir.path().join("answer")).unwrap();
    office.write("request", &log.request(2, 4));
    assert!(traced(
        &office,
        &["-e", "trace=flock,fsync,rename,renameat,renameat2"]
    ));
    let trace = office.read("trace");
    let folder = log.path().replace("/checkpoint", "");
    let state = format!("w/logs{folder}/checkpoint");
    let mut lines = trace.lines();
    for (call, about) in [
        ("flock(", "/w/lock>, LOCK_EX".to_owned()),
        ("fsync(", format!("{state}.part>")),
        ("rename", format!("{state}.part\", ")),
        ("fsync(", format!("{folder}>)")),
        ("rename", "\"answer.part\", ".to_owned()),
    ] {
        let found = lines.any(|line| line.contains(call) && line.contains(&about));
        assert!(
            found,
            "{call} {about} is not there or too early in\n{trace}"
        );
    }
}
