//! Tokens: scopes, end, forgery.

use dispatch_service::access::Role;
use http::Method;
use serde_json::{Value, json};

use super::{Browser, add, log_in};
use crate::support::cluster::backends;
use crate::support::desk::{Desk, START, Told};

/// A new token of whoever is logged in: the token and its id.
fn token(desk: &Desk, browser: &Browser, scopes: &[&str], days: u64) -> (String, String) {
    let wanted = json!({"label": "夜间导出", "scopes": scopes, "days": days});
    let told = browser
        .ask(desk, Method::POST, "/api/v1/tokens")
        .json(&wanted)
        .send();
    let view: Value = told.expect(201).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&view["token"]), text(&view["details"]["id"]))
}

fn with(desk: &Desk, token: &str, method: Method, path: &str, body: Option<&Value>) -> Told {
    let ask = desk.ask(method, path).shown();
    let ask = ask.header("authorization", &format!("Bearer {token}"));
    let ask = ask.header("idempotency-key", &format!("token-key-{}", token.len()));
    match body {
        Some(body) => ask.json(body).send(),
        None => ask.send(),
    }
}

fn reads(desk: &Desk, token: &str) -> u16 {
    with(desk, token, Method::GET, "/api/v1/session", None).status
}

#[test]
fn a_token_acts_for_its_person_until_it_ends() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let browser = log_in(&desk, "wang");
        let (secret, id) = token(&desk, &browser, &["read", "read"], 2);
        assert!(secret.starts_with("dsp_") && secret.len() == 47, "{secret}");
        let told = with(&desk, &secret, Method::GET, "/api/v1/session", None);
        let who: Value = told.expect(200).json();
        assert_eq!(who["person"]["name"], "wang");
        assert_eq!(
            (&who["csrf"], &who["expires"]),
            (&Value::Null, &Value::Null)
        );
        // It is shown once.
        let list = browser.ask(&desk, Method::GET, "/api/v1/tokens").send();
        assert!(!list.text().contains(&secret[4..]));
        let list: Value = list.expect(200).json();
        let expected = json!({"tokens": [{
            "id": id, "person": "wang", "label": "夜间导出", "scopes": ["read"],
            "created": "2026-07-20T00:00:00Z", "expires": "2026-07-22T00:00:00Z", "revoked": false,
        }]});
        assert_eq!(list, expected);
        desk.set_time(START + 2 * 86_400 - 1);
        assert_eq!(reads(&desk, &secret), 200);
        desk.set_time(START + 2 * 86_400);
        assert_eq!(reads(&desk, &secret), 401);
    }
}

#[test]
fn a_revoked_token_and_one_of_a_disabled_person_end_at_once() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        add(&desk, "li", &[Role::Operator]);
        add(&desk, "admin", &[Role::Administrator]);
        let (wang, li, admin) = (
            log_in(&desk, "wang"),
            log_in(&desk, "li"),
            log_in(&desk, "admin"),
        );
        let (first, first_id) = token(&desk, &wang, &["read"], 9);
        let (second, second_id) = token(&desk, &wang, &["read"], 9);
        let (third, _) = token(&desk, &wang, &["read"], 9);
        let revoke = |who: &Browser, id: &str| {
            let path = format!("/api/v1/tokens/{id}");
            who.ask(&desk, Method::DELETE, &path).send().status
        };
        assert_eq!(revoke(&li, &first_id), 404);
        assert_eq!(reads(&desk, &first), 200);
        assert_eq!(revoke(&wang, &first_id), 204);
        assert_eq!(reads(&desk, &first), 401);
        assert_eq!(revoke(&admin, &second_id), 204);
        assert_eq!(reads(&desk, &second), 401);
        let mut change = json!({
            "shown": "王", "roles": ["operator"], "department": "", "region": "", "officer": "",
            "disabled": true,
        });
        let put = |change: &Value| {
            let ask = admin.ask(&desk, Method::PUT, "/api/v1/people/wang");
            ask.json(change).send().expect(200)
        };
        put(&change);
        assert_eq!(reads(&desk, &third), 401);
        // Who is let in again begins anew.
        change["disabled"] = false.into();
        put(&change);
        assert_eq!(reads(&desk, &third), 401);
        wang.who(&desk).expect(401);
    }
}

#[test]
fn forged_tokens_are_nobody() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let browser = log_in(&desk, "wang");
        let (secret, id) = token(&desk, &browser, &["read"], 2);
        let cookie = browser.cookie.strip_prefix("dispatch=").unwrap();
        for forged in [
            "",
            "dsp_",
            &secret[4..],
            &format!("DSP_{}", &secret[4..]),
            &format!("{secret}A"),
            &secret[..46],
            &secret.replace(&secret[10..11], "-"),
            &id,
            &format!("dsp_{}", "A".repeat(43)),
            &format!("dsp_{cookie}"),
            "' OR 1=1 --",
        ] {
            if forged != secret {
                assert_eq!(reads(&desk, forged), 401, "{forged}");
            }
        }
        // A header that is wrong is not passed over for a session that is right.
        let both = browser.ask(&desk, Method::GET, "/api/v1/session");
        both.header("authorization", "Basic d2FuZzp4")
            .send()
            .expect(401);
        let both = browser.ask(&desk, Method::GET, "/api/v1/session");
        both.header("authorization", "Bearer dsp_x")
            .send()
            .expect(401);
    }
}

#[test]
fn a_token_has_no_more_than_its_scopes() {
    for place in backends() {
        let desk = Desk::new(place);
        let all = [Role::Administrator, Role::Operator, Role::Approver];
        add(&desk, "wang", &all);
        let browser = log_in(&desk, "wang");
        let secret = |scopes: &[&str]| token(&desk, &browser, scopes, 2).0;
        let (read, write) = (secret(&["read"]), secret(&["write"]));
        let (decide, both) = (secret(&["decide"]), secret(&["read", "write", "decide"]));
        assert_eq!(reads(&desk, &read), 200);
        assert_eq!(reads(&desk, &both), 200);
        assert_eq!(reads(&desk, &write), 403);
        assert_eq!(reads(&desk, &decide), 403);
        let roles = |token: &str, method: &Method| {
            let mut headers = http::HeaderMap::new();
            let value = format!("Bearer {token}").parse().unwrap();
            headers.insert("authorization", value);
            let presented = dispatch_service::people::Presented {
                headers: &headers,
                method,
                target: "/api/v1/drafts",
                peer: None,
            };
            let known = dispatch_service::people::authenticate(&desk.context, presented);
            desk.wait(known).map(|actor| actor.unwrap().roles)
        };
        assert_eq!(roles(&read, &Method::POST).unwrap_err().status, 403);
        assert_eq!(roles(&write, &Method::POST).unwrap(), [Role::Operator]);
        assert_eq!(roles(&decide, &Method::PUT).unwrap(), [Role::Approver]);
        let two = [Role::Operator, Role::Approver];
        assert_eq!(roles(&both, &Method::DELETE).unwrap(), two);
        assert_eq!(roles(&both, &Method::GET).unwrap(), all);
        // People and tokens are nothing for a token, whatever its scopes.
        let person = json!({"name": "eve", "shown": "夏", "roles": ["administrator"]});
        let told = with(&desk, &both, Method::POST, "/api/v1/people", Some(&person));
        told.expect(403);
        let more = json!({"label": "x", "scopes": ["read"], "days": 366});
        let told = with(&desk, &both, Method::POST, "/api/v1/tokens", Some(&more));
        assert_eq!(told.expect(403).problem().0, "token-scope");
        let new = json!({"old": super::PASSWORD, "new": "another long password"});
        let path = "/api/v1/people/wang/password";
        with(&desk, &both, Method::POST, path, Some(&new)).expect(403);
    }
}

#[test]
fn what_is_wanted_of_a_token_is_checked() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let browser = log_in(&desk, "wang");
        for wanted in [
            json!({"label": "", "scopes": ["read"], "days": 1}),
            json!({"label": "a\u{0}b", "scopes": ["read"], "days": 1}),
            json!({"label": "长".repeat(65), "scopes": ["read"], "days": 1}),
            json!({"label": "x", "scopes": [], "days": 1}),
            json!({"label": "x", "scopes": ["all"], "days": 1}),
            json!({"label": "x", "scopes": ["read"], "days": 0}),
            json!({"label": "x", "scopes": ["read"], "days": 367}),
            json!({"label": "x", "scopes": ["read"], "days": 1, "person": "admin"}),
        ] {
            let ask = browser.ask(&desk, Method::POST, "/api/v1/tokens");
            ask.json(&wanted).send().expect(422);
        }
    }
}
