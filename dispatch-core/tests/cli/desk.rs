//! A person's desk: a folder of its own, the input files, and the tool.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dispatch_core::sample_plan::{SamplePlan, sample_plan};
use tempfile::TempDir;

/// What the tool answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// It did what it was asked to.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.status, 0, "{self:?}");
        self
    }

    /// It refused with status 1 and said all of this.
    #[track_caller]
    pub(crate) fn refused(self, parts: &[&str]) -> Self {
        assert_eq!(self.status, 1, "{self:?}");
        self.says(parts)
    }

    /// It said all of this.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        let all = format!("{}\n{}", self.out, self.err);
        for part in parts {
            assert!(all.contains(part), "{part:?} is not in: {all}");
        }
        self
    }

    /// The commitment it printed.
    pub(crate) fn commitment(&self) -> String {
        let line = self
            .out
            .lines()
            .find_map(|line| line.strip_prefix("commitment "));
        line.unwrap().trim().to_owned()
    }
}

/// A folder with input files for 240 subjects and 110 officers.
pub(crate) struct Desk(TempDir);

impl Desk {
    /// With the plan that the tool writes: a draw in two days.
    pub(crate) fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        desk.run(&[
            "sample",
            "--subjects",
            "240",
            "--officers",
            "110",
            "--out",
            "in",
        ])
        .done();
        desk
    }

    /// With a plan for the round of [`PULSE`], to be replayed.
    pub(crate) fn in_the_past() -> Self {
        let desk = Self::new();
        // 2026-07-23T07:38:30Z, by `date -u -d … +%s`.
        desk.write(
            "in/plan.toml",
            &sample_plan(240, &SamplePlan::around(1_784_792_310).unwrap()),
        );
        desk.write("pulse.json", PULSE);
        desk
    }

    /// Announced for replay in `draw`.
    pub(crate) fn announced() -> Self {
        let desk = Self::in_the_past();
        desk.announce("draw", &["--replay"]).done();
        desk
    }

    /// Runs the tool here, in English.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.run_in("C", arguments)
    }

    /// Runs the tool here with this locale.
    pub(crate) fn run_in(&self, locale: &str, arguments: &[&str]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_dispatch"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("LC_MESSAGES")
            .env_remove("LANG")
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        Answer {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// `dispatch announce` of the input files.
    pub(crate) fn announce(&self, out: &str, more: &[&str]) -> Answer {
        self.with_inputs("announce", &[&["--out", out], more].concat())
    }

    /// A command with the input files.
    pub(crate) fn with_inputs(&self, command: &str, more: &[&str]) -> Answer {
        let inputs = [
            "--plan",
            "in/plan.toml",
            "--subjects",
            "in/subjects.csv",
            "--officers",
            "in/officers.csv",
            "--recusals",
            "in/recusals.csv",
        ];
        self.run(&[&[command], &inputs[..], more].concat())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).unwrap()).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a part of a file that must be there.
    #[track_caller]
    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{from} is not in {text}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// All files below a folder with their bytes.
    pub(crate) fn snapshot(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), &mut files);
        files
    }

    /// Copies the files of a folder, not what is in its folders: a draw's as everybody has them.
    pub(crate) fn publish(&self, from: &str, to: &str) {
        fs::create_dir_all(self.path(to)).unwrap();
        for entry in fs::read_dir(self.path(from)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                fs::copy(entry.path(), self.path(to).join(entry.file_name())).unwrap();
            }
        }
    }

    /// Copies a folder with all that is in it.
    pub(crate) fn copy(&self, from: &str, to: &str) {
        for (path, bytes) in self.snapshot(from) {
            let below = path.strip_prefix(self.path(from)).unwrap();
            let target = self.path(to).join(below);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, bytes).unwrap();
        }
    }

    /// Has the custodian of `keys` acknowledge what a folder holds for it, in `note.txt`.
    pub(crate) fn acknowledge(&self, dir: &str) -> Answer {
        self.run(&[
            "custodian",
            "acknowledge",
            dir,
            "--keys",
            "keys",
            "--out",
            "note.txt",
        ])
    }

    /// Names of what lies on the desk.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }
}

/// Status of a check in a report.
pub(crate) fn status(report: &serde_json::Value, id: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    check["status"].as_str().unwrap().to_owned()
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let bytes = fs::read(&path).unwrap();
            files.insert(path, bytes);
        }
    }
}

/// Round 30662982 of quicknet (tests/vectors/drand-quicknet.tsv).
pub(crate) const PULSE: &str = r#"{"round":30662982,"signature":"8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a"}"#;
