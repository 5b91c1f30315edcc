//! `dispatch log` as a bureau's clerk uses it.

#[path = "log/append.rs"]
mod append;
#[path = "log/cosign.rs"]
mod cosign;
#[path = "log/draw.rs"]
mod draw;
#[path = "log/kill.rs"]
mod kill;
#[path = "log/step.rs"]
mod step;
#[path = "log/timestamp.rs"]
mod timestamp;

use std::process::Command;

use crate::desk::{Answer, Desk};

/// The origin of the log on a desk.
const ORIGIN: &str = "log.example/gz";

impl Desk {
    /// Makes the log `log` with its key in `keys`; gives the public key.
    fn new_log(&self) -> String {
        let made = self.run(&["log", "new", "log", "--origin", ORIGIN, "--keys", "keys"]);
        let made = made.done();
        let start = format!("{ORIGIN}+");
        let key = { made.out.lines() }.find_map(|line| line.trim().strip_prefix(&start));
        format!("{start}{}", key.unwrap())
    }

    /// `dispatch log SUBCOMMAND log --key keys/log.key …`
    fn log(&self, subcommand: &str, more: &[&str]) -> Answer {
        let start = ["log", subcommand, "log", "--key", "keys/log.key"];
        self.run(&[&start, more].concat())
    }

    /// Publishes a policy of this log and these further lines.
    fn policy(&self, key: &str, lines: &str) {
        self.write("policy", &format!("log {key}\n{lines}"));
        self.run(&["log", "policy", "log", "policy"]).done();
    }

    fn check(&self) -> Answer {
        self.run(&["log", "check", "log"])
    }

    fn size(&self) -> u64 {
        self.read("log/checkpoint")
            .lines()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    }
}

/// Ready-made entries of one body, numbered from `first`: plans, each with a reason.
fn entries(body: &str, first: u64, count: u64) -> String {
    let line = |number: u64| {
        format!(
            r#"{{"body":"{body}","document":"{:064x}","draws":[{{"draw":"D-{number}","latest":"2026-09-30","title":"抽查{number}"}}],"format":"dispatch/entry/1","kind":"plan","number":{number},"reason":"调整","time":"2026-07-01T00:00:00Z","year":2026}}"#,
            number
        ) + "\n"
    };
    (first..first + count).map(line).collect()
}

/// `sha256sum`, which knows nothing of our code.
fn sha256(path: &std::path::Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
