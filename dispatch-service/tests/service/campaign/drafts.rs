//! Drafts belong to a department, change until they are announced, and lose nothing.

use dispatch_service::access::{Scope, TokenScope, Via};
use http::Method;
use serde_json::{Value, json};

use crate::support::bureau::{Bureau, DEPARTMENT, plan};
use crate::support::cluster::backends;

#[test]
fn another_department_is_told_that_there_is_no_such_draft() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let desk = &bureau.desk;
        let draft = bureau.filled(true, &plan("D-1", 1));
        let path = format!("/api/v1/drafts/{draft}");
        let stranger = &bureau.stranger;
        desk.get_as(&path, stranger).expect(404);
        desk.get_as(&format!("{path}/files/recusals"), stranger)
            .expect(404);
        let refused = desk.put_file(&format!("{path}/files/plan"), stranger, b"x");
        refused.expect(404);
        desk.ask(Method::DELETE, &format!("{path}/files/plan"))
            .by(stranger)
            .send()
            .expect(404);
        for action in ["check", "withdraw"] {
            desk.ask(Method::POST, &format!("{path}/{action}"))
                .by(stranger)
                .send()
                .expect(404);
        }
        desk.ask(Method::PUT, &format!("{path}/settings"))
            .by(stranger)
            .json(&json!({}))
            .send()
            .expect(404);
        let new = json!({"kind": "announce", "target": draft});
        desk.post_json("/api/v1/proposals", stranger, &new)
            .expect(404);
        let seen: Value = desk.get_as("/api/v1/drafts", stranger).expect(200).json();
        assert_eq!(seen["drafts"].as_array().unwrap().len(), 0);
        // A proposal of the own department is not there for the other one either.
        let proposal = bureau.proposed("announce", &draft, "");
        bureau.decide(&proposal, "approve", stranger).expect(404);
        desk.get_as(&format!("/api/v1/proposals/{proposal}"), stranger)
            .expect(404);
        let seen: Value = desk
            .get_as("/api/v1/proposals", stranger)
            .expect(200)
            .json();
        assert_eq!(seen["proposals"].as_array().unwrap().len(), 0);
        // Whoever sees everything sees it, and changes nothing.
        let seen: Value = desk
            .get_as("/api/v1/drafts", &bureau.supervisor)
            .expect(200)
            .json();
        assert_eq!(seen["drafts"][0]["id"], draft.as_str());
        let refused = desk.put_file(&format!("{path}/files/plan"), &bureau.supervisor, b"x");
        refused.expect(403);
        // Nor can an operator begin or move one elsewhere.
        let elsewhere = json!({"title": "x", "department": "消防救援局"});
        desk.post_json("/api/v1/drafts", &bureau.operator, &elsewhere)
            .expect(403);
        desk.ask(Method::PUT, &format!("{path}/settings"))
            .by(&bureau.operator)
            .json(&json!({"department": "消防救援局"}))
            .send()
            .expect(403);
    }
}

#[test]
fn a_region_covers_what_begins_with_it() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.draft(true);
        let path = format!("/api/v1/drafts/{draft}");
        let mut actor = bureau.approver.clone();
        for (region, status, count) in [
            ("44", 200, 1),
            ("440100", 200, 1),
            ("4401001", 404, 0),
            ("45", 404, 0),
            ("%", 404, 0),
        ] {
            actor.scope = Scope {
                department: DEPARTMENT.to_owned(),
                region: region.to_owned(),
            };
            bureau.desk.get_as(&path, &actor).expect(status);
            let seen: Value = bureau.desk.get_as("/api/v1/drafts", &actor).json();
            assert_eq!(seen["drafts"].as_array().unwrap().len(), count, "{region}");
        }
    }
}

#[test]
fn pages_go_from_the_newest_to_the_oldest_without_gap() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let all: Vec<String> = (0..5).map(|_| bureau.draft(true)).collect();
        let mut seen = Vec::new();
        let mut path = "/api/v1/drafts?limit=2".to_owned();
        loop {
            let page: Value = bureau
                .desk
                .get_as(&path, &bureau.operator)
                .expect(200)
                .json();
            for draft in page["drafts"].as_array().unwrap() {
                seen.push(draft["id"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/api/v1/drafts?limit=2&after={next}");
        }
        let (mut all, mut sorted) = (all, seen.clone());
        all.sort();
        sorted.sort();
        assert_eq!(sorted, all);
        bureau
            .desk
            .get_as("/api/v1/drafts?after=nothing", &bureau.operator)
            .expect(400);
    }
}

#[test]
fn sql_and_html_in_every_text_come_back_as_they_went_in() {
    const NASTY: &str =
        "'; DROP TABLE draft; -- <script>alert(1)</script> \" \\ %00 ${x} {{y}} 测试 é";
    for place in backends() {
        let bureau = Bureau::new(place);
        let mut actor = bureau.operator.clone();
        actor.scope = Scope::default();
        let new = json!({"title": NASTY, "department": NASTY, "region": NASTY});
        let made: Value = bureau
            .desk
            .post_json("/api/v1/drafts", &actor, &new)
            .expect(201)
            .json();
        let id = made["id"].as_str().unwrap();
        let encoded: String = NASTY.bytes().map(|byte| format!("%{byte:02X}")).collect();
        // A file's name is no path.
        let path = format!("/api/v1/drafts/{id}/files/recusals?name={encoded}&sheet={encoded}");
        bureau.desk.put_file(&path, &actor, b"x").expect(422);
        let name: String = NASTY.replace(['/', '\\'], "|");
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/api/v1/drafts/{id}/files/recusals?name={encoded}&sheet={encoded}");
        bureau
            .desk
            .put_file(&path, &actor, NASTY.as_bytes())
            .expect(200);
        let seen: Value = bureau
            .desk
            .get_as(&format!("/api/v1/drafts/{id}"), &actor)
            .expect(200)
            .json();
        for field in ["title", "department", "region"] {
            assert_eq!(seen[field], NASTY, "{field}");
        }
        assert_eq!(seen["files"][0]["name"], name.as_str());
        assert_eq!(seen["files"][0]["sheet"], name.as_str());
        let file = format!("/api/v1/drafts/{id}/files/recusals");
        let bytes = bureau.desk.get_as(&file, &actor).expect(200).body;
        assert_eq!(bytes, NASTY.as_bytes());
        let new = json!({"kind": "announce", "target": id, "reason": NASTY});
        let made: Value = bureau
            .desk
            .post_json("/api/v1/proposals", &actor, &new)
            .expect(201)
            .json();
        assert_eq!(made["reason"], NASTY);
        // Control characters are refused, and unknown fields.
        for new in [
            json!({"title": "a\u{0}b", "department": "x"}),
            json!({"title": "a\nb", "department": "x"}),
            json!({"title": "", "department": "x"}),
            json!({"title": "a", "department": "x", "more": 1}),
        ] {
            bureau
                .desk
                .post_json("/api/v1/drafts", &actor, &new)
                .expect(422);
        }
        for wrong in ["'; DROP TABLE draft; --", "..", "%00"] {
            let encoded: String = wrong.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let told = bureau
                .desk
                .get_as(&format!("/api/v1/drafts/{encoded}"), &actor);
            assert!([400, 404].contains(&told.status), "{}", told.text());
        }
        let seen: Value = bureau
            .desk
            .get_as("/api/v1/drafts", &actor)
            .expect(200)
            .json();
        assert_eq!(seen["drafts"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_change_that_is_sent_twice_is_done_once() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let new = json!({"title": "一", "department": DEPARTMENT});
        let send = |key: &str| {
            bureau
                .desk
                .ask(Method::POST, "/api/v1/drafts")
                .by(&bureau.operator)
                .header("idempotency-key", key)
                .json(&new)
                .send()
                .expect(201)
                .body
        };
        assert_eq!(send("the-same-key"), send("the-same-key"));
        assert_ne!(send("the-same-key"), send("another-key"));
        let seen: Value = bureau
            .desk
            .get_as("/api/v1/drafts", &bureau.operator)
            .json();
        assert_eq!(seen["drafts"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_withdrawn_draft_is_gone_with_its_files_and_proposals() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.filled(true, &plan("D-1", 1));
        let proposal = bureau.proposed("announce", &draft, "");
        let path = format!("/api/v1/drafts/{draft}");
        bureau
            .desk
            .ask(Method::POST, &format!("{path}/withdraw"))
            .by(&bureau.operator)
            .send()
            .expect(200);
        bureau
            .desk
            .get_as(&format!("{path}/files/plan"), &bureau.operator)
            .expect(404);
        bureau.put(&draft, "plan", "plan.toml", b"x").expect(409);
        bureau
            .decide(&proposal, "approve", &bureau.approver)
            .expect(409);
        bureau.propose("announce", &draft, "", "").expect(409);
        // Not even encrypted bytes are left.
        let left = bureau.desk.context.store.read_blocking(|sql| {
            let row = sql.query_one("SELECT CAST(COUNT(*) AS BIGINT) FROM blob_piece", &[])?;
            Ok(row.unwrap().count(0)?)
        });
        assert_eq!(left.unwrap(), 0);
        assert!(bureau.logged().is_empty());
    }
}

#[test]
fn only_a_token_that_may_decide_decides() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.filled(true, &plan("D-1", 1));
        let proposal = bureau.proposed("announce", &draft, "");
        let mut token = bureau.approver.clone();
        token.via = Via::Token(vec![TokenScope::Read, TokenScope::Write]);
        bureau.decide(&proposal, "approve", &token).expect(403);
        bureau.decide(&proposal, "reject", &token).expect(403);
        token.via = Via::Token(vec![
            TokenScope::Read,
            TokenScope::Write,
            TokenScope::Decide,
        ]);
        bureau.decide(&proposal, "approve", &token).expect(200);
    }
}
