//! What the clients do, over and over: draws from the draft to the disclosure, draws that are voided,
//! annual plans, sessions and tokens. Each client speaks for an authority of its own.

use std::time::Duration;
use std::{fmt::Write as _, thread};

use dispatch_core::custody::{Custody, acknowledgement_text};
use dispatch_core::digest::Digest;
use dispatch_core::log::{KeyKind, Note, SignerKey};
use dispatch_core::sample_plan::SamplePlan;
use dispatch_core::seed::contribution_hash;
use dispatch_core::syntax::time_text;
use dispatch_service::clock::Clock;
use serde_json::{Value, json};

use super::exchange::{Ask, Reply};
use super::load::{Acknowledged, Load, PAUSE};
use super::people::{OPERATOR, PASSWORD, People};

/// A client.
#[derive(Debug)]
pub(super) struct Client<'l> {
    pub(super) load: &'l Load,
    pub(super) people: &'l People,
    /// Distinct from those of other clients.
    pub(super) name: &'static str,
    keys: u64,
}

impl<'l> Client<'l> {
    pub(super) const fn new(load: &'l Load, people: &'l People, name: &'static str) -> Self {
        Self {
            load,
            people,
            name,
            keys: 0,
        }
    }

    /// Draws, as rehearsals: in two batches, with a contribution, disclosed.
    pub(super) fn draws(mut self) {
        for number in 1.. {
            if !self.load.goes_on() {
                return;
            }
            let draw = format!("{}-{number}", self.name);
            let draft = self.draft(&draw, true, &self.replayed(&draw, number));
            self.operate("check", "POST", &format!("/api/v1/drafts/{draft}/check"));
            let commitment = self.agree("announce", &draft, "announcement");
            let contribution = json!({"contributor": "司法局", "value": Digest::new(VALUE)});
            let path = format!("/api/v1/draws/{commitment}/contributions");
            let ask = Ask::new("contribution", "POST", &path).json(&contribution);
            let reply = self.load.ask(&ask).expect(&[200, 201], &ask);
            self.logged("contribution", &commitment, &reply);
            self.pulse("pulse", &commitment, PULSE);
            let drawn = self.seen(&commitment, |register, _| register["state"] == "drawn");
            let root = drawn["register"]["root"].as_str().map(ToOwned::to_owned);
            self.acknowledge("result", &commitment, root.clone(), None);
            self.seen(&commitment, |_, steps| steps.contains(&("stage", 1)));
            self.pulse("stage-pulse", &commitment, SECOND);
            self.seen(&commitment, |_, steps| steps.contains(&("result", 1)));
            let path = format!("/api/v1/draws/{commitment}/disclosure");
            let reply = self.operate("disclosure", "POST", &path);
            assert_eq!(reply.json::<Value>()["state"], "disclosed");
            self.acknowledge("disclosure", &commitment, None, reply.cut);
            let disclosed = self.seen(&commitment, |_, _| true);
            assert_eq!(disclosed["register"]["root"].as_str(), root.as_deref());
        }
    }

    /// Draws of next year that are acknowledged by a custodian, and voided.
    pub(super) fn voids(mut self) {
        for number in 1.. {
            if !self.load.goes_on() {
                return;
            }
            let draw = format!("{}-{number}", self.name);
            let draft = self.draft(&draw, false, &self.planned(&draw, number));
            let commitment = self.agree("announce", &draft, "announcement");
            let detail = self.seen(&commitment, |_, _| true);
            let files = detail["files"].as_array().unwrap();
            let custody = files.iter().find(|file| file["name"] == Custody::FILE);
            let digest = custody.unwrap()["digest"].as_str().unwrap();
            let time = time_text(Clock::system().now()).unwrap();
            let of = Digest::from_hex(&commitment).unwrap();
            let mut note = Note::new(acknowledgement_text(&of, digest, &time)).unwrap();
            note.sign(&custodian()).unwrap();
            let path = format!("/api/v1/draws/{commitment}/acknowledgements");
            let ask = Ask::new("acknowledgement", "POST", &path);
            let ask = ask.body("text/plain; charset=utf-8", note.to_text().as_bytes());
            let reply = self.load.ask(&ask).expect(&[200, 201], &ask);
            self.logged("acknowledgement", &commitment, &reply);
            self.agree("void", &commitment, "void");
        }
    }

    /// Annual plans, each with a draw of its own.
    pub(super) fn plans(mut self) {
        for number in 1.. {
            if !self.load.goes_on() {
                return;
            }
            let text = format!("{} 第{number}版", self.name);
            let ask = self.document(text.as_bytes());
            let told: Value = self.load.ask(&ask).expect(&[201], &ask).json();
            let document = told["document"].as_str().unwrap();
            assert_eq!(document, Digest::of(text.as_bytes()).to_string());
            let draw = format!("{}-{number}", self.name);
            let ask = self.plan(&draw, document, if number == 1 { "" } else { "补充" });
            let reply = self.load.ask(&ask).expect(&[201], &ask);
            self.logged("plan", &draw, &reply);
            // The others are those that matter most.
            thread::sleep(PAUSE);
        }
    }

    /// A request to upload the document of a plan.
    pub(super) fn document(&mut self, bytes: &[u8]) -> Ask {
        let ask = self.keyed("plan-document", "POST", "/api/v1/plans/documents");
        ask.body("application/octet-stream", bytes)
    }

    /// A request to log a plan with one draw.
    pub(super) fn plan(&mut self, draw: &str, document: &str, reason: &str) -> Ask {
        let planned = json!({"draw": draw, "latest": "2027-12-01", "title": "抽查"});
        let body = json!({
            "body": self.authority(), "year": 2027, "reason": reason, "document": document,
            "draws": [planned],
        });
        self.keyed("plan", "POST", "/api/v1/plans").json(&body)
    }

    /// Sessions, and tokens made and revoked in them.
    pub(super) fn sessions(self) {
        for number in 1.. {
            if !self.load.goes_on() {
                return;
            }
            let login = json!({"name": OPERATOR, "password": PASSWORD});
            let ask = Ask::new("login", "POST", "/api/v1/session").json(&login);
            let begun = self.load.ask(&ask).expect(&[200], &ask);
            let csrf = begun.json::<Value>()["csrf"].as_str().unwrap().to_owned();
            let within = |kind, method, path: &str| {
                let key = format!("client-{}-{number}-{kind}", self.name);
                let ask = Ask::new(kind, method, path).key(&key);
                ask.header("Cookie", &begun.cookie)
                    .header("X-CSRF-Token", &csrf)
            };
            let label = format!("{}-{number}", self.name);
            let wanted = json!({"label": label, "scopes": ["read"], "days": 1});
            let ask = within("token", "POST", "/api/v1/tokens").json(&wanted);
            let told: Value = self.load.ask(&ask).expect(&[201], &ask).json();
            let id = told["details"]["id"].as_str().unwrap();
            self.acknowledge_beside("token", &label);
            // It works from now on.
            let token = told["token"].as_str().unwrap();
            let look = Ask::new("look", "GET", "/api/v1/session").bearer(token);
            self.load.ask(&look).expect(&[200], &look);
            let path = format!("/api/v1/tokens/{id}");
            let ask = within("revoke", "DELETE", &path);
            self.load.ask(&ask).expect(&[204], &ask);
            self.load.ask(&look).expect(&[401], &look);
            let mut ask = within("logout", "DELETE", "/api/v1/session");
            // A session that was ended and whose answer was lost is none any more.
            ask.keyed = false;
            self.load.ask(&ask).expect(&[204, 401], &ask);
        }
    }

    /// A draft that is filled; its id.
    fn draft(&mut self, draw: &str, replay: bool, plan: &str) -> String {
        let new =
            json!({"title": draw, "department": "市场监管局", "region": "", "replay": replay});
        let ask = self.keyed("draft", "POST", "/api/v1/drafts").json(&new);
        let told: Value = self.load.ask(&ask).expect(&[201], &ask).json();
        let id = told["id"].as_str().unwrap().to_owned();
        self.acknowledge_beside("draft", draw);
        let path = format!("/api/v1/drafts/{id}/settings");
        let settings = if replay {
            json!({"timelock": false})
        } else {
            let key = custodian().verifier().to_string();
            let card = json!({
                "format": "dispatch/custodian/1", "key": key, "name": "市公证处",
                "recipient": RECIPIENT,
            });
            json!({"custodians": [card], "timelock": false})
        };
        let ask = self.keyed("settings", "PUT", &path).json(&settings);
        self.load.ask(&ask).expect(&[200], &ask);
        let (mut subjects, mut officers) = (
            "统一社会信用代码,企业名称\n".to_owned(),
            "执法证号,姓名,部门,有效期\n".to_owned(),
        );
        for number in 1..=12 {
            let _ = writeln!(subjects, "{}-S{number:02},第{number}户", self.name);
            let _ = writeln!(officers, "YA{number:08},张{number},市场监管局,2099-12-31");
        }
        for (part, name, text) in [
            ("plan", "plan.toml", plan),
            ("subjects", "subjects.csv", &subjects),
            ("officers", "officers.csv", &officers),
        ] {
            let path = format!("/api/v1/drafts/{id}/files/{part}?name={name}");
            let ask = self.keyed("file", "PUT", &path);
            let ask = ask.body("application/octet-stream", text.as_bytes());
            self.load.ask(&ask).expect(&[200], &ask);
        }
        id
    }

    /// Proposes and approves; the commitment.
    fn agree(&mut self, kind: &'static str, target: &str, step: &'static str) -> String {
        let new = json!({"kind": kind, "target": target, "reason": "按计划办理"});
        let ask = self.keyed("propose", "POST", "/api/v1/proposals");
        let ask = ask.json(&new);
        let told: Value = self.load.ask(&ask).expect(&[201], &ask).json();
        let id = told["id"].as_str().unwrap();
        self.acknowledge_beside("proposal", target);
        self.keys += 1;
        let path = format!("/api/v1/proposals/{id}/approve");
        let ask = Ask::new(step, "POST", &path)
            .bearer(&self.people.approver)
            .key(&format!("client-{}-{}", self.name, self.keys));
        let reply = self.load.ask(&ask).expect(&[200], &ask);
        let told: Value = reply.json();
        let commitment = told["commitment"].as_str().unwrap().to_owned();
        self.logged(step, &commitment, &reply);
        commitment
    }

    fn pulse(&self, kind: &'static str, commitment: &str, pulse: &str) {
        let path = format!("/api/v1/draws/{commitment}/pulse");
        let ask = Ask::new(kind, "POST", &path).body("application/json", pulse.as_bytes());
        self.load.ask(&ask).expect(&[200], &ask);
    }

    /// Looks at a draw until it is so.
    fn seen(&self, commitment: &str, is_so: impl Fn(&Value, &[(&str, u64)]) -> bool) -> Value {
        let ask = Ask::new("look", "GET", &format!("/api/v1/draws/{commitment}"));
        for _ in 0..LOOKS {
            let detail: Value = self.load.ask(&ask).expect(&[200], &ask).json();
            let steps = detail["steps"].as_array().unwrap().iter();
            let steps: Vec<_> = steps
                .map(|step| {
                    (
                        step["kind"].as_str().unwrap(),
                        step["stage"].as_u64().unwrap(),
                    )
                })
                .collect();
            if is_so(&detail["register"], &steps) {
                return detail;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("it does not come to that: {commitment}");
    }

    fn operate(&mut self, kind: &'static str, method: &str, path: &str) -> Reply {
        let mut ask = self.keyed(kind, method, path);
        ask.keyed = kind != "check";
        self.load.ask(&ask).expect(&[200], &ask)
    }

    /// A request of the operator's with a key of its own.
    fn keyed(&mut self, kind: &'static str, method: &str, path: &str) -> Ask {
        self.keys += 1;
        let key = format!("client-{}-{}", self.name, self.keys);
        let ask = Ask::new(kind, method, path).bearer(&self.people.operator);
        ask.key(&key)
    }

    /// A step whose answer says where it stands.
    fn logged(&self, kind: &'static str, of: &str, reply: &Reply) {
        self.load.acknowledge(Acknowledged::logged(kind, of, reply));
    }

    /// A step whose answer does not.
    fn acknowledge(&self, kind: &'static str, of: &str, root: Option<String>, cut: Option<usize>) {
        self.load.acknowledge(Acknowledged {
            kind,
            of: of.to_owned(),
            index: None,
            root,
            cut,
        });
    }

    /// Something that stands in no log.
    fn acknowledge_beside(&self, kind: &'static str, of: &str) {
        let kept = (kind, of.to_owned());
        self.load.lock().beside.push(kept);
    }

    fn authority(&self) -> String {
        format!("{}市场监督管理局", self.name)
    }

    fn replayed(&self, draw: &str, number: u64) -> String {
        let hash = contribution_hash(draw, "司法局", &Digest::new(VALUE));
        let schedule = r#"draw_time = "2023-08-23T15:59:24Z"
lead = "10m"
stage_lead = "1m"
stages = ["2023-08-25T21:46:09Z"]
window_start = 2023-08-24
window_end = 2023-09-14
disclosure_time = "2023-09-15T11:00:03Z""#;
        let seed = format!(
            "[[seed]]\nkind = \"contribution\"\nbody = \"司法局\"\nhash = \"{hash}\"\noutside = true\n"
        );
        self.text(draw, number, "order", schedule) + &seed
    }

    /// In a year.
    fn planned(&self, draw: &str, number: u64) -> String {
        let times = SamplePlan::around(Clock::system().now() + YEAR).unwrap();
        let schedule = format!(
            "draw_time = \"{}\"\nlead = \"24h\"\nwindow_start = {}\nwindow_end = {}\ndisclosure_time = \"{}\"",
            times.draw_time, times.window_start, times.window_end, times.disclosure_time
        );
        self.text(draw, number, "sample", &schedule)
    }

    fn text(&self, draw: &str, number: u64, mode: &str, schedule: &str) -> String {
        let authority = self.authority();
        format!(
            r#"draw = "{draw}"
sequence = {number}
title = "抽查"
authority = "{authority}"
temporary_reason = "演练"
mode = "{mode}"
[subjects]
ids = "other"
[schedule]
{schedule}
[[matters]]
code = "M-1"
name = "检查"
basis = "部门规章"
kind = "key"
[[strata]]
name = "全部"
quota = 4
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
[[seed]]
kind = "drand"
"#
        )
    }
}

fn custodian() -> SignerKey {
    SignerKey::new("custodian-a", KeyKind::Signature, [3; 32]).unwrap()
}

/// Of 2023-08-23T15:59:24Z, from tests/vectors/drand-quicknet.tsv.
const PULSE: &str = r#"{"round":1000,"signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}"#;
/// Of 2023-08-25T21:46:09Z.
const SECOND: &str = r#"{"round":65535,"signature":"95aa0afea5aa88f59fe34facebcb08770ac01d38840a8c16e841c6027a293a3c90dbcaf010a8fb19b306b9ff6c46eaf9"}"#;
/// What is contributed.
const VALUE: [u8; 32] = [7; 32];
/// The recipient of the age README: nobody here can open what is encrypted to it.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
/// In seconds.
const YEAR: u64 = 365 * 24 * 3600;
/// How often a draw is looked at.
const LOOKS: usize = 4000;
