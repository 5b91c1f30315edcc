//! A bureau that prepares draws: people of one department and of another, lists, and plans whose draw
//! time is that of a real pulse.

#![allow(dead_code, reason = "not every part of the tests needs all of it")]

use dispatch_core::sample::{SampleOptions, write_officers, write_recusals, write_subjects};
use dispatch_core::sample_plan::{SamplePlan, sample_plan};
use dispatch_service::access::{Actor, Role, Scope};
use dispatch_service::log::StoredLog;
use http::Method;
use serde_json::{Value, json};

use super::cluster::Place;
use super::desk::{Desk, Told, person};
use super::log;

/// A desk and the people at it.
#[derive(Debug)]
pub(crate) struct Bureau {
    pub(crate) desk: Desk,
    /// 经办人 of [`DEPARTMENT`].
    pub(crate) operator: Actor,
    /// 审批人 of [`DEPARTMENT`].
    pub(crate) approver: Actor,
    /// 经办人 and 审批人 of another department.
    pub(crate) stranger: Actor,
    /// 监督人 of everything.
    pub(crate) supervisor: Actor,
    /// 经办人 of the whole bureau.
    pub(crate) planner: Actor,
    lists: Lists,
}

/// The lists of a small district.
#[derive(Clone, Debug)]
pub(crate) struct Lists {
    pub(crate) subjects: Vec<u8>,
    pub(crate) officers: Vec<u8>,
    pub(crate) recusals: Vec<u8>,
}

/// What the bureau's people belong to.
pub(crate) const DEPARTMENT: &str = "市场监督管理局";
/// The draw time of every plan here: round 30662982 of quicknet.
pub(crate) const DRAW_TIME: u64 = 1_784_792_310;
/// The disclosure time: round 31089008.
pub(crate) const DISCLOSURE_TIME: u64 = 1_786_070_388;
/// Two days before the draw: in time.
pub(crate) const IN_TIME: u64 = DRAW_TIME - 2 * 24 * 3600;
/// The authority in every plan here.
pub(crate) const BODY: &str = "广州市市场监督管理局";

impl Bureau {
    /// A bureau in an empty place, two days before the draw time.
    pub(crate) fn new(place: Place) -> Self {
        Self::at(Desk::new(place))
    }

    /// A bureau at a desk.
    pub(crate) fn at(desk: Desk) -> Self {
        desk.set_time(IN_TIME);
        let of = |name: &str, roles: &[Role], department: &str| {
            let mut actor = person(name, roles);
            actor.scope = Scope {
                department: department.to_owned(),
                region: String::new(),
            };
            actor
        };
        Self {
            desk,
            operator: of("wang", &[Role::Operator], DEPARTMENT),
            approver: of("li", &[Role::Approver], DEPARTMENT),
            stranger: of("zhao", &[Role::Operator, Role::Approver], "消防救援局"),
            supervisor: person("sun", &[Role::Supervisor]),
            planner: person("zhou", &[Role::Operator, Role::Approver]),
            lists: Lists::sample(),
        }
    }

    /// Begins a draft; gives its id.
    pub(crate) fn draft(&self, replay: bool) -> String {
        let new = json!({"title": "测试", "department": DEPARTMENT, "region": "440100", "replay": replay});
        let told = self.desk.post_json("/api/v1/drafts", &self.operator, &new);
        let view: Value = told.expect(201).json();
        view["id"].as_str().unwrap().to_owned()
    }

    /// Puts a file into a draft.
    pub(crate) fn put(&self, draft: &str, part: &str, name: &str, bytes: &[u8]) -> Told {
        let path = format!("/api/v1/drafts/{draft}/files/{part}?name={name}");
        self.desk.put_file(&path, &self.operator, bytes)
    }

    /// A draft with this plan and the sample lists.
    pub(crate) fn filled(&self, replay: bool, plan: &str) -> String {
        let draft = self.draft(replay);
        for (part, name, bytes) in [
            ("plan", "plan.toml", plan.as_bytes()),
            ("subjects", "subjects.csv", &self.lists.subjects),
            ("officers", "officers.csv", &self.lists.officers),
            ("recusals", "recusals.csv", &self.lists.recusals),
        ] {
            self.put(&draft, part, name, bytes).expect(200);
        }
        draft
    }

    /// The lists that a filled draft has.
    pub(crate) const fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Proposes; gives the answer.
    pub(crate) fn propose(&self, kind: &str, target: &str, reason: &str, detail: &str) -> Told {
        let new = json!({"kind": kind, "target": target, "reason": reason, "detail": detail});
        let path = "/api/v1/proposals";
        self.desk.post_json(path, &self.operator, &new)
    }

    /// Proposes; gives the proposal's id.
    pub(crate) fn proposed(&self, kind: &str, target: &str, reason: &str) -> String {
        let view: Value = self.propose(kind, target, reason, "").expect(201).json();
        view["id"].as_str().unwrap().to_owned()
    }

    /// Decides: `approve`, `reject` or `withdraw`.
    pub(crate) fn decide(&self, proposal: &str, how: &str, who: &Actor) -> Told {
        let path = format!("/api/v1/proposals/{proposal}/{how}");
        self.desk.ask(Method::POST, &path).by(who).send()
    }

    /// Has a draft announced; gives the commitment.
    pub(crate) fn announce(&self, draft: &str) -> String {
        let proposal = self.proposed("announce", draft, "");
        let told = self.decide(&proposal, "approve", &self.approver);
        let view: Value = told.expect(200).json();
        view["commitment"].as_str().unwrap().to_owned()
    }

    /// A draw of the sample lists, announced.
    pub(crate) fn announced(&self, replay: bool, draw: &str, sequence: u64) -> String {
        self.announce(&self.filled(replay, &plan(draw, sequence)))
    }

    /// The kinds of the log's entries, after everything in it was checked.
    pub(crate) fn logged(&self) -> Vec<&'static str> {
        let key = self.desk.context.signer.key().clone();
        let entries = self
            .desk
            .context
            .store
            .read_blocking(move |sql| Ok(log::verified(&StoredLog::new(sql), &key)));
        let entries = entries.unwrap();
        entries.iter().map(|entry| entry.step.kind()).collect()
    }
}

impl Lists {
    fn sample() -> Self {
        let options = SampleOptions {
            subjects: 240,
            officers: 110,
            recusals: 3,
            seed: 7,
            messy: true,
        };
        let (mut subjects, mut officers, mut recusals) = (Vec::new(), Vec::new(), Vec::new());
        write_subjects(&options, &mut subjects).unwrap();
        write_officers(&options, &mut officers).unwrap();
        write_recusals(&options, &mut recusals).unwrap();
        Self {
            subjects,
            officers,
            recusals,
        }
    }
}

/// A plan for the sample lists, drawn at [`DRAW_TIME`], with a lead of 24 hours.
pub(crate) fn plan(draw: &str, sequence: u64) -> String {
    let options = SamplePlan {
        draw: draw.to_owned(),
        sequence,
        draw_time: "2026-07-23T07:38:30Z".to_owned(),
        lead: "24h".to_owned(),
        window_start: "2026-07-24".to_owned(),
        window_end: "2026-08-05".to_owned(),
        disclosure_time: "2026-08-07T02:39:48Z".to_owned(),
        visited_since: "2025-07-23".to_owned(),
    };
    sample_plan(240, &options)
}
