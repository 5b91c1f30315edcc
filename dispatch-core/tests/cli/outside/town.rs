//! A bureau, two witnesses and a custodian, each with the clock it is given.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::desk::{Answer, Desk, PULSE};

/// When the announcement is made, witnessed and acknowledged: more than a day before the draw.
pub(super) const BEFORE: &str = "2026-07-20 01:00:00";
/// A quarter of an hour after the draw time.
pub(super) const DRAWN: &str = "2026-07-23 07:53:30";
/// Days after the disclosure time.
pub(super) const AFTER: &str = "2026-08-20 00:00:00";

/// A desk on which all of them work.
pub(super) struct Town {
    pub(super) desk: Desk,
    preload: String,
}

/// Two witnesses that answer, ended when they are dropped.
pub(super) struct Witnesses(Vec<(Child, BufReader<ChildStdout>)>);

impl Town {
    /// With a log, a policy of two witnesses that both have to cosign, and a custodian; nothing if no
    /// process can be given another time.
    pub(super) fn new() -> Option<Self> {
        let preload = preload()?;
        let desk = Desk::new();
        desk.write("pulse.json", PULSE);
        desk.write("lock.json", LOCK);
        for (name, value) in [
            ("draw_time", "2026-07-23T07:38:30Z"),
            ("window_start", "2026-07-24"),
            ("window_end", "2026-08-05"),
            // The time of round 31089008: 1692803367 + 3 * 31089007, by `date -u -d @1786070388`.
            ("disclosure_time", "2026-08-07T02:39:48Z"),
        ] {
            let plan = desk.read("in/plan.toml");
            let line = |line: &&str| line.starts_with(&format!("{name} = "));
            let old = plan.lines().find(line).unwrap().to_owned();
            desk.replace("in/plan.toml", &old, &format!("{name} = \"{value}\""));
        }
        let town = Self { desk, preload };
        let log = town.make(&[
            "log",
            "new",
            "log",
            "--origin",
            "log.example/gz",
            "--keys",
            "keys",
        ]);
        town.found(&log, "log", ["jiwei", "sifa"]);
        town.desk
            .run(&["custodian", "new", "--name", "审计局", "--out", "custodian"])
            .done();
        Some(town)
    }

    /// Makes two witnesses who trust this log and writes a policy beside it.
    pub(super) fn found(&self, log_key: &str, log: &str, names: [&str; 2]) {
        let mut policy = format!("log {log_key}\n");
        for name in names {
            let key_name = format!("{name}.example/w");
            let key = self.make(&["witness", "new", "--name", &key_name, "--out", name]);
            self.desk.run(&["witness", "trust", name, log_key]).done();
            let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = port.local_addr().unwrap().port();
            policy += &format!("witness {name} {key} http://127.0.0.1:{port}\n");
        }
        policy += &format!("group both all {} {}\nquorum both\n", names[0], names[1]);
        self.desk.write(&format!("{log}.policy"), &policy);
        let file = format!("{log}.policy");
        self.desk.run(&["log", "policy", log, &file]).done();
    }

    /// The public key that a command prints on a line of its own.
    pub(super) fn make(&self, arguments: &[&str]) -> String {
        let answer = self.desk.run(arguments).done();
        let key = |line: &&str| {
            line.contains("example/") && line.contains('+') && !line.trim().contains(' ')
        };
        answer.out.lines().find(key).unwrap().trim().to_owned()
    }

    /// Runs the tool with its clock at `time`, UTC.
    pub(super) fn at(&self, time: &str, arguments: &[&str]) -> Answer {
        let output = self.command(time, arguments).output().unwrap();
        Answer {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The witnesses of a log's policy, with their clocks at `time`.
    pub(super) fn witnesses(&self, time: &str, log: &str) -> Witnesses {
        let policy = self.desk.read(&format!("{log}.policy"));
        let lines = policy.lines().filter(|line| line.starts_with("witness "));
        let serve = |line: &str| {
            let mut items = line.split(' ').skip(1);
            let name = items.next().unwrap();
            let address = items.nth(1).unwrap().strip_prefix("http://").unwrap();
            let mut child = self
                .command(time, &["witness", "serve", name, "--listen", address])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            // It listens once it has said where.
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut said = String::new();
            while !said.contains(address) {
                let read = out.read_line(&mut said).unwrap();
                assert!(read > 0, "{said}");
            }
            // Kept open: it says a line for every request.
            (child, out)
        };
        Witnesses(lines.map(serve).collect())
    }

    /// Logs what a draw's folder has, and has it cosigned; the bureau's clock and the witnesses' may
    /// differ.
    pub(super) fn log(&self, bureau: &str, witnesses: &str, dir: &str, more: &[&str]) -> Answer {
        let servers = self.witnesses(witnesses, "log");
        let draw = ["log", "draw", "log", dir, "--key", "keys/log.key"];
        let logged = self.at(bureau, &[&draw[..], more].concat());
        if logged.status == 0 {
            self.at(bureau, &["log", "cosign", "log"]).done();
        }
        drop(servers);
        logged
    }

    /// Logs the year's plan, which names the draw of the sample.
    pub(super) fn plan(&self) {
        self.desk.write(
            "draws.csv",
            "draw,latest,title\n440100-2026-0001,2026-07-31,一\n",
        );
        let plan = [
            "log",
            "plan",
            "log",
            "--key",
            "keys/log.key",
            "--offline",
            "--body",
            "广州市市场监督管理局",
            "--year",
            "2026",
            "--document",
            "draws.csv",
            "--draws",
            "draws.csv",
        ];
        self.at(BEFORE, &plan).done();
    }

    /// Announces with a custodian and a time lock; what is public goes into `public`.
    pub(super) fn announce(&self, time: &str, dir: &str) {
        let inputs = [
            "announce",
            "--plan",
            "in/plan.toml",
            "--subjects",
            "in/subjects.csv",
            "--officers",
            "in/officers.csv",
            "--recusals",
            "in/recusals.csv",
            "--custodian",
            "custodian/custodian.json",
            "--policy",
            "log.policy",
            "--out",
            dir,
        ];
        self.at(time, &inputs).done();
        self.desk.publish(dir, "public");
    }

    /// A whole draw, step by step in the log: announced, acknowledged, drawn.
    pub(super) fn hold(&self, dir: &str) {
        self.announce(BEFORE, dir);
        self.log(BEFORE, BEFORE, dir, &[]).done();
        self.at(
            BEFORE,
            &[
                "custodian",
                "acknowledge",
                "public",
                "--keys",
                "custodian",
                "--out",
                "ack.note",
            ],
        )
        .done();
        self.log(BEFORE, BEFORE, dir, &["--acknowledgement", "ack.note"])
            .done();
        self.draw(dir);
    }

    /// Draws, logs and publishes the result.
    pub(super) fn draw(&self, dir: &str) {
        self.at(DRAWN, &["draw", dir, "--pulse", "pulse.json"])
            .done();
        self.log(DRAWN, DRAWN, dir, &[]).done();
        self.desk.publish(dir, "public");
    }

    /// The bundle of a draw with what stands in its log.
    pub(super) fn disclose(&self, dir: &str, bundle: &str) {
        let disclose = [
            "disclose",
            dir,
            "--timelock",
            "lock.json",
            "--log",
            "log",
            "--out",
            bundle,
        ];
        self.at(AFTER, &disclose).done();
    }

    /// The report of a bundle under the pinned policy `log.policy`.
    pub(super) fn report(&self, bundle: &str) -> Value {
        let verify = ["verify", bundle, "--json", "--log-policy", "log.policy"];
        serde_json::from_str(&self.desk.run(&verify).out).unwrap()
    }

    fn command(&self, time: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch"));
        command
            .args(["--language", "en"])
            .args(arguments)
            .current_dir(self.desk.path(""))
            .env("LD_PRELOAD", &self.preload)
            .env("FAKETIME", format!("@{time}"))
            .env("TZ", "UTC");
        command
    }
}

impl Drop for Witnesses {
    fn drop(&mut self) {
        for (child, _) in &mut self.0 {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// The library that gives a process another time.
fn preload() -> Option<String> {
    let output = Command::new("faketime")
        .args(["2026-01-01 00:00:00", "env"])
        .output();
    let found = output.ok().and_then(|output| {
        let text = String::from_utf8(output.stdout).ok()?;
        let mut lines = text.lines();
        lines.find_map(|line| Some(line.strip_prefix("LD_PRELOAD=")?.trim().to_owned()))
    });
    if found.is_none() {
        println!("not run: there is no faketime");
    }
    found
}

/// Round 31089008 of quicknet (tests/vectors/drand-quicknet.tsv).
const LOCK: &str = r#"{"round":31089008,"signature":"87b3b9c9f99cc1e7fc326e249538f33b84a1c4ef8bd85920a267af642b570bcd62bf70900a3862f742e574164b5f17f3"}"#;
