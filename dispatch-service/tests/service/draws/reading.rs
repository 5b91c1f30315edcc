//! GET changes nothing: every endpoint of the table is read, by everybody, and the tables compared.

use std::collections::BTreeMap;

use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_service::access::{Actor, Role};
use dispatch_service::http::endpoint::{Form, Parameter};
use dispatch_service::routes;
use dispatch_service::store::Value as Stored;
use http::Method;
use serde_json::{Value, json};

use super::town::{PULSE, Town};
use crate::people::{add, log_in};
use crate::support::cluster::backends;
use crate::support::desk::{START, person};
use crate::support::tables::{Tables, changed, tables};

#[test]
fn reading_changes_nothing_but_the_audit_of_looks() {
    for place in backends() {
        let sight = Sight::new(Town::with_policy(place, Vec::new(), &policy()));
        let town = &sight.town;
        let browser = log_in(&town.desk, "supervisor");
        let given = json!({"label": "导出", "scopes": ["read"], "days": 2});
        let told = browser
            .ask(&town.desk, Method::POST, "/api/v1/tokens")
            .json(&given)
            .send();
        let token: Value = told.expect(201).json();
        let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
        // Late enough for the session to note that it was seen.
        town.desk.set_time(START + 900);
        let people: Vec<Actor> = Role::ALL
            .into_iter()
            .map(|role| Actor {
                officer: sight.officer.clone(),
                ..person(role.word(), &[role])
            })
            .collect();
        let (mut read, mut looks) = (0, 0);
        for endpoint in routes::endpoints() {
            if endpoint.method != Method::GET {
                continue;
            }
            let mut answered = false;
            let before = tables(&town.desk);
            for path in sight.paths(endpoint.path, endpoint.query) {
                let desk = &town.desk;
                let mut told = vec![desk.get(&path)];
                told.extend(people.iter().map(|who| desk.get_as(&path, who)));
                told.push(browser.ask(desk, Method::GET, &path).send());
                let ask = desk.ask(Method::GET, &path).shown();
                told.push(ask.header("authorization", &bearer).send());
                for told in &told {
                    assert!(told.status < 500, "{path}: {}", told.text());
                    answered |= told.status == 200;
                }
                read += told.len();
            }
            let path = endpoint.path;
            assert!(answered, "{path} was answered for nobody");
            let after = tables(&town.desk);
            looks += only_looks(path, before, after);
        }
        assert!(read > 500 && looks > 20, "{read} read, {looks} looks");
    }
}

/// Nothing may differ but when a session was seen and added records of looks; how many these are.
fn only_looks(path: &str, mut before: Tables, mut after: Tables) -> usize {
    let old = before.remove("audit").unwrap();
    let new = after.remove("audit").unwrap();
    assert_eq!(new[..old.len()], old[..], "{path}");
    for row in &new[old.len()..] {
        assert_eq!(row.0[3], Stored::Text("look".to_owned()), "{path}");
    }
    for tables in [&mut before, &mut after] {
        for row in tables.get_mut("session").unwrap() {
            row.0[3] = Stored::Null;
        }
    }
    assert_eq!(changed(&before, &after), Vec::<&str>::new(), "{path}");
    new.len() - old.len()
}

/// A town in which there is something of everything.
#[derive(Debug)]
struct Sight {
    town: Town,
    /// Announced, drawn, disclosed.
    draws: [String; 3],
    draft: String,
    proposal: String,
    officer: String,
    document: String,
    entries: usize,
}

impl Sight {
    fn new(town: Town) -> Self {
        let draft = |number: &str| {
            town.draft(true, |plan| {
                plan.replacen("440100-2026-0001", &format!("440100-2026-000{number}"), 1)
                    .replacen("sequence = 1", &format!("sequence = {number}"), 1)
                    .replacen(
                        "[schedule]\n",
                        "[schedule]\nstages = [\"2026-07-27T00:00:00Z\"]\n",
                        1,
                    )
            })
        };
        let draws = ["1", "2", "3"].map(|number| town.announce(&draft(number)));
        for draw in &draws[1..] {
            town.bring(draw, PULSE).expect(200);
        }
        let path = format!("/api/v1/draws/{}/list", draws[1]);
        let list: Value = town.desk.get_as(&path, &town.supervisor).expect(200).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let officer = text(&list["visits"][0]["team"][0]["officer"]);
        let path = format!("/api/v1/draws/{}/stages/1", draws[1]);
        let drops = format!(
            "统一社会信用代码,执法证号,退出事由,证据,批准人\n{},,已注销,a.pdf,王局\n",
            text(&list["visits"][0]["subject"])
        );
        let papers = format!("{path}/evidence/a.pdf");
        town.desk
            .put_file(&papers, &town.operator, b"%PDF")
            .expect(200);
        let path = format!("{path}/drops");
        town.desk
            .put_file(&path, &town.operator, drops.as_bytes())
            .expect(200);
        let path = format!("/api/v1/draws/{}/disclosure", draws[2]);
        let ask = town.desk.ask(Method::POST, &path).by(&town.operator);
        ask.send().expect(200);
        let open = draft("4");
        let given = json!({"kind": "announce", "target": open, "reason": "", "detail": ""});
        let told = town
            .desk
            .post_json("/api/v1/proposals", &town.operator, &given);
        let proposal: Value = told.expect(201).json();
        for role in Role::ALL {
            add(&town.desk, role.word(), &[role]);
        }
        let view: Value = town
            .desk
            .get(&format!("/api/v1/draws/{}", draws[0]))
            .expect(200)
            .json();
        Self {
            document: text(&view["document"]),
            proposal: text(&proposal["id"]),
            officer,
            draft: open,
            entries: town.entries().len(),
            draws,
            town,
        }
    }

    /// Real paths of an endpoint, and each of its parameters once.
    fn paths(&self, path: &'static str, query: &[Parameter]) -> Vec<String> {
        let mut filled = vec![String::new()];
        for part in path.split('/').skip(1) {
            let values = match part.strip_prefix('{') {
                None => vec![part.to_owned()],
                Some(name) => self.values(path, name.trim_end_matches('}')),
            };
            filled = { filled.iter() }
                .flat_map(|before| values.iter().map(move |value| format!("{before}/{value}")))
                .collect();
        }
        let mut asked = filled.clone();
        for parameter in query {
            let values = match parameter.form {
                Form::Text(_) => vec!["a".to_owned()],
                Form::Number(_) => vec!["1".to_owned()],
                Form::OneOf(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            };
            for value in values {
                let name = parameter.name;
                asked.extend(filled.iter().map(|path| format!("{path}?{name}={value}")));
            }
        }
        asked
    }

    /// What there is for a part of a path. A new one has to be given its values here.
    fn values(&self, path: &'static str, part: &str) -> Vec<String> {
        let entries = self.entries;
        let known: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::from([
            (("draws", "commitment"), self.draws.to_vec()),
            (
                ("draws", "name"),
                ["announcement.json", "result.json", "evidence.zip"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            (("draws", "number"), vec!["1".to_owned()]),
            (
                ("draws", "paper"),
                ["drawn-list", "notices", "visit-records", "duties"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            (("drafts", "id"), vec![self.draft.clone()]),
            (
                ("drafts", "part"),
                ["plan", "subjects", "recusals"].map(str::to_owned).to_vec(),
            ),
            (("proposals", "id"), vec![self.proposal.clone()]),
            (
                ("people", "name"),
                Role::ALL.map(|role| role.word().to_owned()).to_vec(),
            ),
            (
                ("entries", "index"),
                vec!["0".to_owned(), (entries - 1).to_string()],
            ),
            (("log", "witness"), vec!["w".to_owned()]),
            (("checkpoints", "number"), vec!["1".to_owned()]),
            (("documents", "sha256"), vec![self.document.clone()]),
            (
                ("tile", "path*"),
                vec![
                    format!("0/000.p/{entries}"),
                    format!("entries/000.p/{entries}"),
                ],
            ),
        ]);
        let of = path.split('/').find_map(|of| known.get(&(of, part)));
        of.unwrap_or_else(|| panic!("{path}: no value for {part} is known here"))
            .clone()
    }
}

/// A policy with a witness whom nothing waits for.
fn policy() -> String {
    let log = SignerKey::new("log.example/test", KeyKind::Signature, [7; 32]).unwrap();
    let witness = SignerKey::new("witness.example/w", KeyKind::Cosignature, [5; 32]).unwrap();
    let (log, witness) = (log.verifier(), witness.verifier());
    format!("log {log}\nwitness w {witness} http://127.0.0.1:9\nquorum none\n")
}
