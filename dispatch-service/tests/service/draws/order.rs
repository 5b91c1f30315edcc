//! The order of states: what does not belong to a state is refused in it, and leaves all tables as they
//! were.

use dispatch_core::custody::Custody;
use dispatch_core::digest::Digest;
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_core::seed::contribution_hash;
use http::Method;
use serde_json::{Value, json};

use super::life::{DISCLOSURE_2023, DRAW_2023, PARENT, STAGE_2023};
use super::town::{EARLY, Town, pulse};
use crate::support::cluster::backends;
use crate::support::custodian::{card, note};
use crate::support::desk::Told;
use crate::support::tables::{changed, tables};

/// A state of a draw, or a time within one, in the order of a life; the last one ends it.
#[derive(Clone, Copy, Debug)]
enum At {
    /// Announced, before the draw time.
    Announced,
    /// Its draw time is past, its pulse not there.
    Due,
    Drawn,
    /// A stage is frozen.
    Frozen,
    /// The stage is drawn.
    Staged,
    Disclosed,
    Voided,
}

type Operation = fn(&Town, &Draw) -> Told;

/// What each operation is told in each state, in the order of [`At`]: 0 where it belongs, or where it
/// may be done. 200 is a repetition, which is answered and changes nothing either.
const ALL: [(&str, Operation, [u16; 7]); 22] = [
    ("announce", announce, [409; 7]),
    ("approve again", approve_again, [409; 7]),
    ("draft file", draft_file, [409; 7]),
    ("draft settings", draft_settings, [409; 7]),
    ("draft check", draft_check, [409; 7]),
    ("draft withdrawal", draft_withdraw, [409; 7]),
    (
        "acknowledge",
        acknowledge,
        [0, 409, 409, 409, 409, 409, 409],
    ),
    ("contribute", contribute, [409, 0, 200, 200, 200, 200, 409]),
    ("contribute another value", contribute_other, [422; 7]),
    ("numbers", numbers, [409, 422, 409, 409, 409, 409, 409]),
    (
        "pulse of the draw",
        bring_draw,
        [409, 0, 200, 200, 200, 200, 409],
    ),
    ("pulse of another round", bring_other, [422; 7]),
    (
        "pulse of the stage",
        bring_stage,
        [409, 409, 409, 409, 200, 200, 409],
    ),
    (
        "pulse of the lock",
        bring_lock,
        [409, 409, 409, 409, 409, 200, 409],
    ),
    ("void", void, [0, 409, 409, 409, 409, 409, 409]),
    (
        "agree to a void",
        agree_to_void,
        [0, 409, 409, 409, 409, 409, 409],
    ),
    ("drops", drops, [409, 409, 0, 409, 409, 409, 409]),
    ("evidence", evidence, [409, 409, 0, 409, 409, 409, 409]),
    ("stage", stage, [409, 409, 409, 409, 409, 409, 409]),
    ("opening", opening, [409, 409, 0, 0, 0, 409, 409]),
    ("disclose", disclose, [409, 409, 409, 409, 409, 0, 409]),
    ("list", list, [409, 409, 0, 0, 0, 0, 409]),
];

#[test]
fn what_does_not_belong_to_a_state_is_refused_and_changes_nothing() {
    for place in backends() {
        let town = Town::in_2023(place, Vec::new());
        let draw = Draw::announced(&town, 1);
        let other = Draw::announced(&town, 2);
        let at = |draw: &Draw, state: At| refused(&town, draw, state);

        at(&draw, At::Announced);
        town.desk.set_time(EARLY + 60);
        let path = format!("/api/v1/proposals/{}/approve", other.void);
        post(&town, &path, &town.approver).expect(200);
        at(&other, At::Voided);

        town.desk.set_time(DRAW_2023);
        at(&draw, At::Due);
        bring_draw(&town, &draw).expect(200);
        contribute(&town, &draw).expect(201);
        town.run(DRAW_2023 + 60);
        assert_eq!(town.state(&draw.commitment), "drawn");
        at(&draw, At::Drawn);

        evidence(&town, &draw).expect(200);
        let seen: Value = list(&town, &draw).expect(200).json();
        let subject = seen["visits"][0]["subject"].as_str().unwrap();
        drops_of(&town, &draw, subject).expect(200);
        town.agree("stage", &draw.commitment, "1");
        at(&draw, At::Frozen);

        town.desk.set_time(STAGE_2023);
        bring_stage(&town, &draw).expect(200);
        assert!(town.held(&draw.commitment, "stage-1-result.json").is_some());
        at(&draw, At::Staged);

        town.desk.set_time(DISCLOSURE_2023);
        bring_lock(&town, &draw).expect(200);
        town.run(DISCLOSURE_2023);
        assert_eq!(town.state(&draw.commitment), "disclosed");
        at(&draw, At::Disclosed);
        at(&other, At::Voided);
    }
}

#[test]
fn of_a_draft_there_is_no_draw() {
    for place in backends() {
        let town = Town::in_2023(place, Vec::new());
        let mut draw = Draw::announced(&town, 1);
        "0".repeat(64).clone_into(&mut draw.commitment);
        let before = tables(&town.desk);
        for (name, operation, _) in ALL.iter().skip(6) {
            // What needs no draw of this commitment stands in the matrix.
            if *name == "agree to a void" {
                continue;
            }
            let told = operation(&town, &draw);
            assert_eq!(told.status, 404, "{name}: {}", told.text());
            let differ = changed(&before, &tables(&town.desk));
            assert!(differ.is_empty(), "{name}: {differ:?}");
        }
    }
}

fn refused(town: &Town, draw: &Draw, state: At) {
    let before = tables(&town.desk);
    for (name, operation, told) in &ALL {
        let expected = told[state as usize];
        if expected == 0 {
            continue;
        }
        let told = operation(town, draw);
        assert_eq!(told.status, expected, "{name}, {state:?}: {}", told.text());
        let differ = changed(&before, &tables(&town.desk));
        assert!(differ.is_empty(), "{name}, {state:?}: {differ:?}");
    }
}

/// A draw, and what was used for it.
#[derive(Debug)]
pub(super) struct Draw {
    draft: String,
    /// The proposal to announce it, approved.
    approved: String,
    /// A proposal to void it, open.
    void: String,
    pub(super) commitment: String,
    /// The custodian's acknowledgement.
    note: String,
}

impl Draw {
    /// A draft of it; its id.
    pub(super) fn draft(town: &Town, sequence: u64) -> String {
        let id = format!("ORDER-{sequence}");
        let (children, team) = (
            PARENT.find("[[children]]").unwrap(),
            PARENT.find("[team]").unwrap(),
        );
        let hash = contribution_hash(&id, "司法局", &Digest::new(VALUE));
        let plan = format!("{}{}", &PARENT[..children], &PARENT[team..])
            .replacen("JOINT-1", &id, 1)
            .replacen("sequence = 1", &format!("sequence = {sequence}"), 1)
            + &format!(
                "\n[[seed]]\nkind = \"contribution\"\nbody = \"司法局\"\nhash = \"{hash}\"\noutside = true\n"
            );
        let (subjects, officers, _) = town.lists();
        let files: [(&str, &[u8]); 3] = [
            ("plan", plan.as_bytes()),
            ("subjects", &subjects),
            ("officers", &officers),
        ];
        let draft = town.draft_of(false, &files);
        let custodians = json!({"custodians": [card(&custodian())], "timelock": true});
        town.set(&draft, &custodians);
        draft
    }

    pub(super) fn announced(town: &Town, sequence: u64) -> Self {
        let draft = Self::draft(town, sequence);
        let told = town.agree("announce", &draft, "");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let commitment = text(&told["commitment"]);
        let held = Digest::of(&town.held(&commitment, Custody::FILE).unwrap()).to_string();
        let void: Value = propose(town, "void", &commitment, "").expect(201).json();
        Self {
            note: note(&custodian(), &commitment, &held, EARLY),
            approved: text(&told["proposal"]["id"]),
            void: text(&void["id"]),
            draft,
            commitment,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/draws/{}/{rest}", self.commitment)
    }
}

fn custodian() -> SignerKey {
    SignerKey::new("custodian-a", KeyKind::Signature, [3; 32]).unwrap()
}

const VALUE: [u8; 32] = [1; 32];

pub(super) fn post(town: &Town, path: &str, who: &dispatch_service::access::Actor) -> Told {
    town.desk.ask(Method::POST, path).by(who).send()
}

pub(super) fn propose(town: &Town, kind: &str, target: &str, detail: &str) -> Told {
    let given = json!({"kind": kind, "target": target, "reason": "名录有误", "detail": detail});
    let path = "/api/v1/proposals";
    town.desk.post_json(path, &town.operator, &given)
}

fn announce(town: &Town, draw: &Draw) -> Told {
    propose(town, "announce", &draw.draft, "")
}

fn approve_again(town: &Town, draw: &Draw) -> Told {
    let path = format!("/api/v1/proposals/{}/approve", draw.approved);
    post(town, &path, &town.approver)
}

fn draft_file(town: &Town, draw: &Draw) -> Told {
    let path = format!("/api/v1/drafts/{}/files/plan", draw.draft);
    town.desk.put_file(&path, &town.operator, PARENT.as_bytes())
}

fn draft_settings(town: &Town, draw: &Draw) -> Told {
    let path = format!("/api/v1/drafts/{}/settings", draw.draft);
    let ask = town.desk.ask(Method::PUT, &path).by(&town.operator);
    ask.json(&json!({"timelock": false})).send()
}

fn draft_check(town: &Town, draw: &Draw) -> Told {
    let path = format!("/api/v1/drafts/{}/check", draw.draft);
    post(town, &path, &town.operator)
}

fn draft_withdraw(town: &Town, draw: &Draw) -> Told {
    let path = format!("/api/v1/drafts/{}/withdraw", draw.draft);
    post(town, &path, &town.operator)
}

fn acknowledge(town: &Town, draw: &Draw) -> Told {
    let ask = town.desk.ask(Method::POST, &draw.path("acknowledgements"));
    let ask = ask.header("content-type", "text/plain; charset=utf-8");
    ask.body(draw.note.as_bytes()).send()
}

pub(super) fn contribute(town: &Town, draw: &Draw) -> Told {
    let value = Digest::new(VALUE).to_string();
    town.contribute(&draw.commitment, "司法局", &value)
}

fn contribute_other(town: &Town, draw: &Draw) -> Told {
    let value = Digest::new([2; 32]).to_string();
    town.contribute(&draw.commitment, "司法局", &value)
}

fn numbers(town: &Town, draw: &Draw) -> Told {
    town.numbers(&draw.commitment, "双色球", &[1])
}

pub(super) fn bring_draw(town: &Town, draw: &Draw) -> Told {
    town.bring(&draw.commitment, &pulse("1000"))
}

fn bring_other(town: &Town, draw: &Draw) -> Told {
    town.bring(&draw.commitment, &pulse("1001"))
}

fn bring_stage(town: &Town, draw: &Draw) -> Told {
    town.bring(&draw.commitment, &pulse("65535"))
}

pub(super) fn bring_lock(town: &Town, draw: &Draw) -> Told {
    town.bring(&draw.commitment, &pulse("657413"))
}

fn void(town: &Town, draw: &Draw) -> Told {
    propose(town, "void", &draw.commitment, "")
}

fn agree_to_void(town: &Town, draw: &Draw) -> Told {
    let path = format!("/api/v1/proposals/{}/approve", draw.void);
    post(town, &path, &town.approver)
}

fn drops(town: &Town, draw: &Draw) -> Told {
    drops_of(town, draw, "91440101MA5AAAAA0A")
}

pub(super) fn drops_of(town: &Town, draw: &Draw, subject: &str) -> Told {
    let list =
        format!("统一社会信用代码,执法证号,退出事由,证据,批准人\n{subject},,已注销,a.pdf,王局\n");
    let path = draw.path("stages/1/drops");
    town.desk.put_file(&path, &town.operator, list.as_bytes())
}

pub(super) fn evidence(town: &Town, draw: &Draw) -> Told {
    let path = draw.path("stages/1/evidence/a.pdf");
    town.desk.put_file(&path, &town.operator, b"%PDF")
}

fn stage(town: &Town, draw: &Draw) -> Told {
    propose(town, "stage", &draw.commitment, "1")
}

fn opening(town: &Town, draw: &Draw) -> Told {
    propose(town, "opening", &draw.commitment, "")
}

fn disclose(town: &Town, draw: &Draw) -> Told {
    post(town, &draw.path("disclosure"), &town.operator)
}

pub(super) fn list(town: &Town, draw: &Draw) -> Told {
    town.desk.get_as(&draw.path("list"), &town.supervisor)
}
