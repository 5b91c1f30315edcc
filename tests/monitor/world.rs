//! A log in memory with a log's key, two witnesses and a clock that the test turns.

use std::collections::BTreeMap;
use std::rc::Rc;

use dispatch_core::announcement::secret_hash;
use dispatch_core::digest::Digest;
use dispatch_core::entry::{
    AnnouncedStep, Announcing, Disclosing, Entry, PlannedDraw, Planning, Resulting, Step, Voiding,
};
use dispatch_core::language::Message;
use dispatch_core::log::{
    Checkpoint, Growth, KeyKind, LogFiles, LogPolicy, SignedCheckpoint, SignerKey, cosign,
};
use dispatch_core::monitor::{Options, Report, State, watch};
use dispatch_core::result::ResultDocument;
use dispatch_core::syntax::time_text;

/// 2026-07-01T00:00:00Z by `date -u -d @1782864000`.
pub(crate) const START: u64 = 1_782_864_000;
pub(crate) const HOUR: u64 = 3600;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const BODY: &str = "某市市场监督管理局";

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) log: Rc<SignerKey>,
    pub(crate) witnesses: Vec<Rc<SignerKey>>,
    pub(crate) growth: Growth,
    pub(crate) checkpoints: u64,
    pub(crate) number: u64,
    pub(crate) now: u64,
    /// What the operator writes into entries, if the clock is set back.
    pub(crate) claim: Option<u64>,
}

impl LogFiles for World {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        Ok(self.files.get(path).cloned())
    }
}

pub(crate) fn key(name: &str, kind: KeyKind, seed: u8) -> Rc<SignerKey> {
    Rc::new(SignerKey::new(name, kind, [seed; 32]).unwrap())
}

impl World {
    pub(crate) fn new() -> Self {
        let witness = |name: &str, seed| key(name, KeyKind::Cosignature, seed);
        Self {
            files: BTreeMap::new(),
            log: key("log.example/gz", KeyKind::Signature, 1),
            witnesses: vec![witness("a.example/w", 2), witness("b.example/w", 3)],
            growth: Growth::new(),
            checkpoints: 0,
            number: 0,
            now: START,
            claim: None,
        }
    }

    pub(crate) fn policy(&self) -> LogPolicy {
        let log = self.log.verifier();
        let (a, b) = (self.witnesses[0].verifier(), self.witnesses[1].verifier());
        LogPolicy::read(format!(
            "log {log}\nwitness a {a}\nwitness b {b}\ngroup both all a b\nquorum both\n"
        ))
        .unwrap()
    }

    pub(crate) fn step(&mut self, step: Step) -> u64 {
        self.number += 1;
        let entry = Entry {
            body: BODY.to_owned(),
            number: self.number,
            time: time_text(self.claim.unwrap_or(self.now)).unwrap(),
            step,
        };
        self.raw(&entry.to_bytes().unwrap())
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> u64 {
        let index = self.growth.size();
        for file in self.growth.push(bytes).unwrap() {
            self.files.insert(file.path.to_string(), file.bytes);
        }
        index
    }

    /// Signs, and has both witnesses cosign at the present time.
    pub(crate) fn commit(&mut self) {
        let mut signed = self.sign();
        for witness in &self.witnesses {
            let line = cosign(&signed, witness, self.now).unwrap();
            signed.note.add(line).unwrap();
        }
        self.publish(&signed);
    }

    pub(crate) fn sign(&mut self) -> SignedCheckpoint {
        for file in self.growth.edge() {
            self.files.insert(file.path.to_string(), file.bytes);
        }
        let checkpoint = Checkpoint {
            origin: self.log.name().to_owned(),
            size: self.growth.size(),
            root: self.growth.root(),
            extensions: vec![],
        };
        SignedCheckpoint::sign(checkpoint, &self.log).unwrap()
    }

    pub(crate) fn publish(&mut self, signed: &SignedCheckpoint) {
        let text = signed.to_text().into_bytes();
        let path = format!("checkpoints/{}", self.checkpoints);
        self.files.insert(path, text.clone());
        self.files.insert("checkpoint".to_owned(), text);
        self.checkpoints += 1;
    }

    /// One step under a checkpoint of its own.
    pub(crate) fn log(&mut self, step: Step) -> u64 {
        let index = self.step(step);
        self.commit();
        index
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now += seconds;
    }
}

pub(crate) fn secret(n: u64) -> Digest {
    Digest::of(format!("secret {n}").as_bytes())
}

pub(crate) fn commitment(n: u64) -> Digest {
    Digest::of(format!("commitment {n}").as_bytes())
}

/// Draw number `n`, whose draw time is a day from `now`.
pub(crate) fn announcement(n: u64, now: u64) -> Announcing {
    let time = |unix: u64| time_text(unix).unwrap();
    let draw_time = now + DAY;
    Announcing {
        announcement: AnnouncedStep {
            annual_plan: "2026".into(),
            children: vec![],
            created: time(now),
            custodians: 0,
            custody: String::new(),
            disclosure_time: time(draw_time + 10 * DAY),
            document: Digest::of(b"announcement"),
            draw: format!("D-{n}"),
            draw_time: time(draw_time),
            lead_minutes: 60,
            parent: String::new(),
            policy: String::new(),
            repeats: String::new(),
            replay: false,
            round: 1000,
            secret_hash: secret_hash(secret(n).as_bytes()),
            sequence: n,
            stage_lead_minutes: 60,
            stages: vec![],
            temporary_reason: String::new(),
            timelock: true,
            title: format!("draw {n}"),
            window_end: "2026-12-31".into(),
        },
        commitment: commitment(n),
    }
}

pub(crate) fn announce(n: u64, now: u64) -> Step {
    Step::Announcement(announcement(n, now))
}

pub(crate) fn plan(draws: &[(u64, &str)], reason: &str) -> Step {
    let mut draws: Vec<_> = draws
        .iter()
        .map(|(n, latest)| PlannedDraw {
            draw: format!("D-{n}"),
            latest: (*latest).to_owned(),
            title: format!("draw {n}"),
        })
        .collect();
    draws.sort_by(|a, b| a.draw.cmp(&b.draw));
    Step::Plan(Planning {
        document: Digest::of(b"plan"),
        draws,
        reason: reason.to_owned(),
        year: 2026,
    })
}

pub(crate) fn result(n: u64, stage: u64, root: &[u8]) -> Step {
    Step::Result(Resulting {
        commitment: commitment(n),
        result: ResultDocument {
            commitment: commitment(n),
            count: 1,
            format: ResultDocument::FORMAT.to_owned(),
            root: Digest::of(root),
        },
        stage,
    })
}

pub(crate) fn disclose(n: u64, secret: Digest) -> Step {
    Step::Disclosure(Disclosing {
        bundle: String::new(),
        commitment: commitment(n),
        document: Digest::of(b"disclosure"),
        secret,
    })
}

pub(crate) fn void(n: u64, announced: bool) -> Step {
    Step::Void(Voiding {
        approver: "乙".into(),
        commitment: if announced {
            commitment(n).to_string()
        } else {
            String::new()
        },
        draw: format!("D-{n}"),
        proposer: "甲".into(),
        reason: "名录有误".into(),
    })
}

pub(crate) fn look_into(world: &World, state: &mut State, now: u64) -> Report {
    let policy = world.policy();
    let options = Options::default();
    watch(world, &policy, &[], state, &options, now, &mut |_| {}).unwrap()
}

/// Numbers of the alarms of a fresh look.
pub(crate) fn alarms(world: &World, now: u64) -> Vec<String> {
    numbers(&look_into(world, &mut State::new(""), now))
}

pub(crate) fn numbers(report: &Report) -> Vec<String> {
    use dispatch_core::monitor::Severity;
    let alarms = report.findings.iter();
    let alarms = alarms.filter(|f| f.severity == Severity::Alarm);
    let mut ids: Vec<String> = alarms.map(|f| f.id.clone()).collect();
    ids.sort();
    ids
}
