//! A writer that is killed at any moment leaves a log that is whole, and nothing that was signed is
//! ever signed otherwise.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::entries;
use crate::desk::Desk;

const BATCH: u64 = 700;
const ROUNDS: u32 = 40;

fn append(desk: &Desk) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch"));
    command
        .args([
            "log",
            "append",
            "log",
            "--key",
            "keys/log.key",
            "next.jsonl",
        ])
        .current_dir(desk.path("."))
        .env("LC_ALL", "C")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// All that a checkpoint shows.
fn signed(desk: &Desk) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    desk.snapshot("log/checkpoints")
        .into_iter()
        .filter(|(path, _)| path.extension().is_none())
        .collect()
}

#[test]
fn killed_again_and_again() {
    let desk = Desk::new();
    desk.new_log();
    desk.write("empty.jsonl", "");
    desk.write("next.jsonl", &entries("甲局", 1, BATCH));
    let start = Instant::now();
    assert!(append(&desk).status().unwrap().success());
    let whole = start.elapsed();
    let (mut finished, mut stopped) = (0, 0);
    let mut before = signed(&desk);
    for round in 0..ROUNDS {
        let size = desk.size();
        desk.write("next.jsonl", &entries("甲局", size + 1, BATCH));
        let mut child = append(&desk).spawn().unwrap();
        // Spread over the whole time that it takes.
        std::thread::sleep(whole.saturating_mul(round) / ROUNDS + Duration::from_micros(200));
        child.kill().unwrap();
        child.wait().unwrap();
        // Mends `checkpoint` if only that was left to do, and writes nothing else.
        desk.log("append", &["empty.jsonl"]).done();
        let after = desk.size();
        if after == size {
            stopped += 1;
        } else {
            assert_eq!(after, size + BATCH, "all of a batch or nothing");
            finished += 1;
        }
        let now = signed(&desk);
        for (path, bytes) in &before {
            assert_eq!(now.get(path), Some(bytes), "{}", path.display());
        }
        before = now;
        desk.check().done().says(&["the log is whole"]);
    }
    assert!(stopped > 0, "none of {finished} was stopped in time");
    desk.write("next.jsonl", &entries("甲局", desk.size() + 1, BATCH));
    assert!(append(&desk).status().unwrap().success());
    desk.check().done();
}
