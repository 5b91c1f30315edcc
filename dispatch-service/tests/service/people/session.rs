//! Sessions: forged, changed, planted, expired; CSRF.

use std::time::Duration;

use dispatch_service::access::Role;
use dispatch_service::routes;
use dispatch_service::settings::Settings;
use http::Method;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, add, log_in, try_log_in};
use crate::support::cluster::backends;
use crate::support::desk::{Desk, START};

#[test]
fn a_login_gives_a_cookie_that_only_the_browser_sees() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let told = try_log_in(&desk, "wang", PASSWORD).expect(200);
        let cookie = told.header("set-cookie").to_owned();
        let value = cookie.strip_prefix("dispatch=").unwrap();
        let (value, attributes) = value.split_once("; ").unwrap();
        assert_eq!(value.len(), 43);
        assert_eq!(
            attributes,
            "Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"
        );
        assert_eq!(told.header("cache-control"), "no-store");
        let text = told.text();
        assert!(!text.contains(value) && !text.contains(PASSWORD), "{text}");
        let view: Value = told.json();
        assert_eq!(view["person"]["name"], "wang");
        assert_eq!(view["person"]["roles"], json!(["operator"]));
        assert_eq!(view["expires"], "2026-07-20T12:00:00Z");
        let again: Value = Browser::of(&told).who(&desk).expect(200).json();
        assert_eq!(again, view);
    }
}

#[test]
fn over_https_the_cookie_is_bound_to_it() {
    for place in backends() {
        let settings = Settings {
            secure: true,
            public_url: "https://draws.example".to_owned(),
            ..Settings::default()
        };
        let desk = Desk::with(place, settings, routes::endpoints());
        add(&desk, "wang", &[Role::Operator]);
        let told = try_log_in(&desk, "wang", PASSWORD).expect(200);
        let cookie = told.header("set-cookie");
        assert!(cookie.starts_with("__Host-dispatch="), "{cookie}");
        assert!(cookie.ends_with("; SameSite=Strict; Secure"), "{cookie}");
        let browser = Browser::of(&told);
        browser.who(&desk).expect(200);
        // The name without the prefix, which any subdomain can set, is not looked at.
        let planted = Browser {
            cookie: browser.cookie.replace("__Host-", ""),
            ..browser
        };
        planted.who(&desk).expect(401);
    }
}

#[test]
fn forged_and_changed_cookies_are_nobody() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let good = log_in(&desk, "wang");
        let value = good.cookie.strip_prefix("dispatch=").unwrap().to_owned();
        let turned = |letter: char| if letter == 'A' { 'B' } else { 'A' };
        let mut forged: Vec<String> = [0, 21, 42]
            .iter()
            .map(|at| {
                let letters = value.chars().enumerate();
                letters
                    .map(|(i, letter)| if i == *at { turned(letter) } else { letter })
                    .collect()
            })
            .collect();
        forged.extend([
            String::new(),
            "A".repeat(43),
            value[..42].to_owned(),
            format!("{value}A"),
            format!("{value}="),
            format!("\"{value}\""),
            "' OR 1=1 --".to_owned(),
            // Another session beside the right one: somebody planted one of them.
            format!("{value}; dispatch={}", "A".repeat(43)),
            format!("{}; dispatch={value}", "A".repeat(43)),
        ]);
        for value in forged {
            let bad = Browser {
                cookie: format!("dispatch={value}"),
                csrf: good.csrf.clone(),
            };
            bad.who(&desk).expect(401);
        }
        desk.ask(Method::GET, "/api/v1/session")
            .shown()
            .send()
            .expect(401);
        // Other cookies do not matter.
        let among = Browser {
            cookie: format!("a=b; dispatching=x; {}; c", good.cookie),
            ..good
        };
        among.who(&desk).expect(200);
    }
}

#[test]
fn a_session_ends_when_idle_and_altogether() {
    for place in backends() {
        let settings = Settings {
            session_idle: Duration::from_secs(600),
            session_total: Duration::from_secs(1500),
            ..Settings::default()
        };
        let desk = Desk::with(place, settings, routes::endpoints());
        add(&desk, "wang", &[Role::Operator]);
        let idle = log_in(&desk, "wang");
        let used = log_in(&desk, "wang");
        desk.set_time(START + 599);
        used.who(&desk).expect(200);
        settle(&desk);
        desk.set_time(START + 600);
        idle.who(&desk).expect(401);
        for time in [1198, 1499] {
            desk.set_time(START + time);
            used.who(&desk).expect(200);
            settle(&desk);
        }
        desk.set_time(START + 1500);
        used.who(&desk).expect(401);
        // A clock that is set back makes nothing of it valid that another login has cleared away.
        log_in(&desk, "wang");
        desk.set_time(START + 1499);
        used.who(&desk).expect(401);
    }
}

#[test]
fn reading_notes_the_use_once_a_minute_at_most() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let browser = log_in(&desk, "wang");
        let mut noted = Vec::new();
        for time in [0, 30, 59, 60, 61, 119, 120, 500] {
            desk.set_time(START + time);
            browser.who(&desk).expect(200);
            settle(&desk);
            let seen = desk.context.store.read_blocking(|sql| {
                let row = sql.query_one("SELECT seen FROM session", &[])?.unwrap();
                Ok(row.count(0)?)
            });
            noted.push(seen.unwrap() - START);
        }
        assert_eq!(noted, [0, 0, 0, 60, 60, 60, 120, 500]);
    }
}

/// Waits until what was sent to the writer is done: changes are made one after another.
fn settle(desk: &Desk) {
    desk.context.store.write_blocking(|_| Ok(())).unwrap();
}

#[test]
fn a_planted_session_is_not_taken_over() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "mallory", &[Role::Operator]);
        add(&desk, "wang", &[Role::Approver]);
        let log_in_with = |cookie: &str| {
            let login = json!({"name": "wang", "password": PASSWORD});
            let ask = desk.ask(Method::POST, "/api/v1/session").shown();
            let told = ask.header("cookie", cookie).json(&login).send();
            Browser::of(&told.expect(200))
        };
        let planted = log_in(&desk, "mallory");
        let mine = log_in_with(&planted.cookie);
        assert_ne!(mine.cookie, planted.cookie);
        let who: Value = mine.who(&desk).expect(200).json();
        assert_eq!(who["person"]["name"], "wang");
        // And the planted one has ended.
        planted.who(&desk).expect(401);
        // A value that the attacker has made up is worth nothing afterwards either.
        let made_up = Browser {
            cookie: format!("dispatch={}", "A".repeat(43)),
            csrf: String::new(),
        };
        let mine = log_in_with(&made_up.cookie);
        assert_ne!(mine.cookie, made_up.cookie);
        made_up.who(&desk).expect(401);
        // What is no cookie of ours does not keep anybody out.
        log_in_with("dispatch=x; dispatch=y").who(&desk).expect(200);
    }
}

#[test]
fn a_logout_ends_the_session_and_no_other() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let (one, other) = (log_in(&desk, "wang"), log_in(&desk, "wang"));
        let told = one.ask(&desk, Method::DELETE, "/api/v1/session").send();
        let told = told.expect(204);
        let cookie = told.header("set-cookie");
        assert!(
            cookie.starts_with("dispatch=; Path=/; Max-Age=0;"),
            "{cookie}"
        );
        one.who(&desk).expect(401);
        other.who(&desk).expect(200);
    }
}

#[test]
fn a_change_needs_the_token_of_its_session() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let (mine, other) = (log_in(&desk, "wang"), log_in(&desk, "wang"));
        assert_ne!(mine.csrf, other.csrf);
        let wanted = json!({"label": "导出", "scopes": ["read"], "days": 1});
        let post = || {
            mine.bare(&desk, Method::POST, "/api/v1/tokens")
                .json(&wanted)
        };
        let half = &mine.csrf[..42];
        let value = mine.cookie.strip_prefix("dispatch=").unwrap();
        for token in ["", &other.csrf, half, value, "undefined"] {
            let told = post().header("x-csrf-token", token).send().expect(403);
            assert_eq!(told.problem().0, "csrf");
        }
        assert_eq!(post().send().expect(403).problem().0, "csrf");
        let logout = mine.bare(&desk, Method::DELETE, "/api/v1/session").send();
        logout.expect(403);
        let list = mine.ask(&desk, Method::GET, "/api/v1/tokens").send();
        assert_eq!(list.expect(200).json::<Value>(), json!({"tokens": []}));
        post().header("x-csrf-token", &mine.csrf).send().expect(201);
    }
}

#[test]
fn a_page_of_another_site_changes_nothing() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let mine = log_in(&desk, "wang");
        let wanted = json!({"label": "导出", "scopes": ["read"], "days": 1});
        let post = |headers: &[(&str, &str)]| {
            let mut ask = mine
                .ask(&desk, Method::POST, "/api/v1/tokens")
                .json(&wanted);
            for (name, value) in headers {
                ask = ask.header(name, value);
            }
            ask.send().status
        };
        let own = "http://127.0.0.1:8080";
        assert_eq!(post(&[("sec-fetch-site", "cross-site")]), 403);
        assert_eq!(post(&[("sec-fetch-site", "same-site")]), 403);
        assert_eq!(
            post(&[("sec-fetch-site", "cross-site"), ("origin", own)]),
            403
        );
        assert_eq!(post(&[("origin", "https://evil.example")]), 403);
        assert_eq!(post(&[("origin", "http://127.0.0.1:80")]), 403);
        assert_eq!(post(&[("origin", "http://127.0.0.1")]), 403);
        assert_eq!(post(&[("origin", "null")]), 403);
        assert_eq!(post(&[("origin", "")]), 403);
        assert_eq!(post(&[("origin", own)]), 201);
        assert_eq!(post(&[("sec-fetch-site", "same-origin")]), 201);
        let named = [("origin", "http://desk.lan"), ("host", "desk.lan")];
        assert_eq!(post(&named), 201);
        // Nor does it log anybody in.
        let login = json!({"name": "wang", "password": PASSWORD});
        let login = desk.ask(Method::POST, "/api/v1/session").json(&login);
        let told = login.header("origin", "https://evil.example").send();
        assert_eq!(told.expect(403).problem().0, "other-site");
    }
}
