//! A bureau at a desk, with made-up rosters, that announces draws.

use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::digest::Digest;
use dispatch_core::entry::Entry;
use dispatch_core::policy::{Policy, ReceivedSlip};
use dispatch_core::sample::{self, SampleOptions};
use dispatch_core::sample_plan::{SamplePlan, sample_plan};
use dispatch_core::verify::{Expectations, Report, verify};
use dispatch_service::access::{Actor, Role};
use dispatch_service::log::witness::StoreFiles;
use dispatch_service::routes;
use dispatch_service::scheduler;
use dispatch_service::settings::{PublishedPolicy, Settings};
use serde_json::{Value, json};

use crate::support::cluster::Place;
use crate::support::desk::{Desk, person};
use crate::support::log::verified;

/// Pulse of the draw.
pub(super) const PULSE: &str = r#"{"round":30662982,"signature":"8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a"}"#;
/// Pulse of the disclosure time.
pub(super) const LOCK: &str = r#"{"round":31089008,"signature":"87b3b9c9f99cc1e7fc326e249538f33b84a1c4ef8bd85920a267af642b570bcd62bf70900a3862f742e574164b5f17f3"}"#;
/// 2026-07-23T07:38:30Z, the time of the draw's round.
pub(super) const DRAW: u64 = 1_784_792_310;
/// 2026-08-07T02:39:48Z, that of the lock's.
pub(super) const DISCLOSURE: u64 = 1_786_070_388;

/// 2023-08-20T00:00:00Z, before all that the campaign of 2023 has.
pub(super) const EARLY: u64 = 1_692_489_600;
/// The pulses that are known.
const PULSES: &str = include_str!("../../../../tests/vectors/drand-quicknet.tsv");

/// A pulse as a relay gives it; empty if it is none of those that are known.
pub(super) fn pulse(round: &str) -> String {
    let line = PULSES
        .lines()
        .find(|line| line.split('\t').next() == Some(round));
    line.map_or_else(String::new, |line| {
        let signature = line.split('\t').nth(1).unwrap();
        format!("{{\"round\":{round},\"signature\":\"{signature}\"}}")
    })
}

/// A desk and the people at it.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) desk: Desk,
    pub(super) operator: Actor,
    pub(super) approver: Actor,
    pub(super) supervisor: Actor,
}

impl Town {
    pub(super) fn new(place: Place, relays: Vec<String>) -> Self {
        let settings = Settings {
            relays,
            ..Settings::default()
        };
        Self::at(place, settings)
    }

    /// The same with a policy of the log.
    pub(super) fn with_policy(place: Place, relays: Vec<String>, policy: &str) -> Self {
        let policy = PublishedPolicy::read(policy.as_bytes().to_vec()).unwrap();
        let settings = Settings {
            relays,
            policy: Some(policy),
            ..Settings::default()
        };
        Self::at(place, settings)
    }

    fn at(place: Place, settings: Settings) -> Self {
        Self {
            desk: Desk::with(place, settings, routes::endpoints()),
            operator: person("jing", &[Role::Operator]),
            approver: person("shen", &[Role::Approver]),
            supervisor: person("jian", &[Role::Supervisor]),
        }
    }

    /// The same in August 2023, of whose rounds more are known.
    pub(super) fn in_2023(place: Place, relays: Vec<String>) -> Self {
        let town = Self::new(place, relays);
        town.desk.set_time(EARLY);
        let begun = town.desk.place.backend.once(true, |sql| {
            sql.execute(
                "UPDATE log_head SET time = ?1 WHERE id = 1",
                &[EARLY.into()],
            )?;
            Ok(())
        });
        begun.unwrap();
        town
    }

    /// A draft with made-up lists, changed as `edit` says; its id.
    pub(super) fn draft(&self, replay: bool, edit: impl FnOnce(String) -> String) -> String {
        let (subjects, officers, recusals) = self.lists();
        let mut times = SamplePlan::around(DRAW).unwrap();
        times.window_start = "2026-07-24".to_owned();
        times.window_end = "2026-08-05".to_owned();
        times.disclosure_time = "2026-08-07T02:39:48Z".to_owned();
        let plan = edit(sample_plan(240, &times));
        self.draft_of(
            replay,
            &[
                ("plan", plan.as_bytes()),
                ("subjects", &subjects),
                ("officers", &officers),
                ("recusals", &recusals),
            ],
        )
    }

    /// Made-up subjects, officers and recusals.
    pub(super) fn lists(&self) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let options = SampleOptions {
            subjects: 240,
            officers: 110,
            recusals: 4,
            ..SampleOptions::default()
        };
        let (mut subjects, mut officers, mut recusals) = (Vec::new(), Vec::new(), Vec::new());
        sample::write_subjects(&options, &mut subjects).unwrap();
        sample::write_officers(&options, &mut officers).unwrap();
        sample::write_recusals(&options, &mut recusals).unwrap();
        (subjects, officers, recusals)
    }

    /// A draft of these files; its id.
    pub(super) fn draft_of(&self, replay: bool, files: &[(&str, &[u8])]) -> String {
        self.draft_in("市场监管局", replay, files)
    }

    /// The same of this department.
    pub(super) fn draft_in(
        &self,
        department: &str,
        replay: bool,
        files: &[(&str, &[u8])],
    ) -> String {
        let given =
            json!({"title": "年度抽查", "department": department, "region": "", "replay": replay});
        let told = self
            .desk
            .post_json("/api/v1/drafts", &self.operator, &given)
            .expect(201);
        let id = told.json::<Value>()["id"].as_str().unwrap().to_owned();
        for (part, bytes) in files {
            let path = format!("/api/v1/drafts/{id}/files/{part}");
            self.desk.put_file(&path, &self.operator, bytes).expect(200);
        }
        id
    }

    /// Proposes and approves; what the approval says.
    pub(super) fn agree(&self, kind: &str, target: &str, detail: &str) -> Value {
        let given =
            json!({"kind": kind, "target": target, "reason": "按计划办理", "detail": detail});
        let told = self
            .desk
            .post_json("/api/v1/proposals", &self.operator, &given)
            .expect(201);
        let id = told.json::<Value>()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/proposals/{id}/approve");
        self.desk
            .ask(http::Method::POST, &path)
            .by(&self.approver)
            .send()
            .expect(200)
            .json()
    }

    /// Announces a draft; the commitment.
    pub(super) fn announce(&self, draft: &str) -> String {
        let told = self.agree("announce", draft, "");
        told["commitment"].as_str().unwrap().to_owned()
    }

    /// A draw that is announced, with the lists as they come.
    pub(super) fn announced(&self, replay: bool) -> String {
        self.announce(&self.draft(replay, |plan| plan))
    }

    /// Puts a draft's settings.
    pub(super) fn set(&self, draft: &str, settings: &Value) {
        let path = format!("/api/v1/drafts/{draft}/settings");
        let ask = self.desk.ask(http::Method::PUT, &path).by(&self.operator);
        ask.json(settings).send().expect(200);
    }

    /// Brings a contribution, as anybody may.
    pub(super) fn contribute(
        &self,
        commitment: &str,
        body: &str,
        value: &str,
    ) -> crate::support::desk::Told {
        let path = format!("/api/v1/draws/{commitment}/contributions");
        let ask = self.desk.ask(http::Method::POST, &path);
        ask.json(&json!({"contributor": body, "value": value}))
            .send()
    }

    /// Brings numbers, as an operator.
    pub(super) fn numbers(
        &self,
        commitment: &str,
        name: &str,
        values: &[u64],
    ) -> crate::support::desk::Told {
        let path = format!("/api/v1/draws/{commitment}/numbers");
        let given = json!({"name": name, "values": values});
        self.desk.post_json(&path, &self.operator, &given)
    }

    /// Brings a pulse, as anybody may.
    pub(super) fn bring(&self, commitment: &str, pulse: &str) -> crate::support::desk::Told {
        let path = format!("/api/v1/draws/{commitment}/pulse");
        self.desk
            .ask(http::Method::POST, &path)
            .header("content-type", "application/json")
            .body(pulse.as_bytes())
            .send()
    }

    /// What its operators see of a draw's way.
    pub(super) fn work(&self, commitment: &str) -> Value {
        let path = format!("/api/v1/draws/{commitment}/work");
        self.desk.get_as(&path, &self.operator).expect(200).json()
    }

    pub(super) fn state(&self, commitment: &str) -> String {
        self.work(commitment)["state"].as_str().unwrap().to_owned()
    }

    /// One look of the scheduler at this time.
    pub(super) fn tick(&self, time: u64) -> usize {
        self.desk.set_time(time);
        scheduler::round(&self.desk.context, &AtomicBool::new(false)).unwrap()
    }

    /// Looks of the scheduler from this time on, until nothing is due any more.
    pub(super) fn run(&self, time: u64) {
        for _ in 0..20 {
            if self.tick(time) == 0 {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Everything that the log has of one draw, by kind, after the whole log was checked.
    pub(super) fn kinds(&self, commitment: &str) -> Vec<&'static str> {
        let of = Digest::from_hex(commitment).unwrap();
        let entries = self.entries().into_iter();
        let own = entries.filter(|entry| entry.commitment() == Some(of));
        own.map(|entry| entry.step.kind()).collect()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        let context = &self.desk.context;
        verified(&StoreFiles(context.store.clone()), context.signer.key())
    }

    /// A file of a draw as it is held, public or sealed.
    pub(super) fn held(&self, commitment: &str, name: &str) -> Option<Vec<u8>> {
        let context = &self.desk.context;
        let (holder, name) = (commitment.to_owned(), name.to_owned());
        let envelope = context.envelope.clone();
        let bytes = context.store.read_blocking(move |sql| {
            dispatch_service::campaign::files::read(sql, &envelope, &holder, &name)
        });
        bytes.unwrap().map(|bytes| bytes.to_vec())
    }

    /// The public bundle, verified by somebody who received these slips in time: stage and commitment.
    pub(super) fn judged(&self, name: &str, slips: &[(&str, u64, &str, &str)]) -> Report {
        let commitment = slips[0].2;
        let bundle = self.held(commitment, name).unwrap();
        let files = Files::unpack(Cursor::new(bundle), Limits::default());
        let slips = slips
            .iter()
            .map(|(draw, stage, commitment, received)| ReceivedSlip {
                commitment: Digest::from_hex(commitment).unwrap(),
                draw: (*draw).to_owned(),
                received: (*received).to_owned(),
                stage: *stage,
            });
        let expected = Expectations {
            commitment: Digest::from_hex(commitment).ok(),
            policy: Some(Policy {
                authorities: Vec::new(),
                custodians: Vec::new(),
                format: Policy::FORMAT.to_owned(),
                slips: Some(slips.collect()),
            }),
            log_policy: None,
        };
        verify("evidence.zip", files, &expected, &mut |_| {})
    }
}

/// What a relay does.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// Gives the pulses that it has, by round; 404 for others.
    Honest,
    /// Gives this, whatever is asked.
    Says(String),
    /// Takes the request and never answers.
    Hangs,
    /// Sends without end.
    Floods,
}

/// A relay on this machine.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) url: String,
    pub(super) asked: Arc<AtomicUsize>,
    manner: Arc<Mutex<Manner>>,
}

impl Relay {
    pub(crate) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let manner = Arc::new(Mutex::new(manner));
        let (count, how) = (Arc::clone(&asked), Arc::clone(&manner));
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 2048];
                let length = stream.read(&mut request).unwrap_or(0);
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let how = how.lock().unwrap().clone();
                let answer = |status: &str, body: &str| {
                    format!(
                        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    )
                };
                let told = match how {
                    Manner::Honest => {
                        let round = text.split("/public/").nth(1).unwrap_or_default();
                        let round = round.split(' ').next().unwrap_or_default();
                        match pulse(round) {
                            none if none.is_empty() => answer("404 Not Found", ""),
                            known => answer("200 OK", &known),
                        }
                    }
                    Manner::Says(body) => answer("200 OK", &body),
                    Manner::Hangs => {
                        held.push(stream);
                        continue;
                    }
                    Manner::Floods => {
                        thread::spawn(move || {
                            let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
                            let mut sent = stream.write_all(head);
                            while sent.is_ok() {
                                sent = stream.write_all(&[b' '; 4096]);
                            }
                        });
                        continue;
                    }
                };
                let _ = stream.write_all(told.as_bytes());
            }
        });
        Self { url, asked, manner }
    }

    pub(super) fn becomes(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }
}
