//! People: logging in and out, tokens, the gateway, lock-out, and what of it stands in the database.

use dispatch_service::access::{Role, Scope};
use dispatch_service::people::password;
use dispatch_service::people::person::{self, Details};
use http::Method;
use serde_json::{Value, json};

use crate::support::desk::{Ask, Desk, Told};

#[path = "people/command.rs"]
mod command;
#[path = "people/gateway.rs"]
mod gateway;
#[path = "people/lockout.rs"]
mod lockout;
#[path = "people/persons.rs"]
mod persons;
#[path = "people/secrets.rs"]
mod secrets;
#[path = "people/session.rs"]
mod session;
#[path = "people/token.rs"]
mod token;

/// The password of all people here.
pub(crate) const PASSWORD: &str = "春眠不觉晓 处处闻啼鸟 42";

/// Adds a person with [`PASSWORD`].
pub(crate) fn add(desk: &Desk, name: &str, roles: &[Role]) {
    add_in(desk, name, roles, Scope::default());
}

fn add_in(desk: &Desk, name: &str, roles: &[Role], scope: Scope) {
    let officer = if roles.contains(&Role::Officer) {
        "F-001"
    } else {
        ""
    };
    let details = Details {
        shown: format!("{name} 的姓名"),
        roles: roles.to_vec(),
        scope,
        officer: officer.to_owned(),
        disabled: false,
    };
    let name = name.to_owned();
    let hash = password::hash(PASSWORD).unwrap();
    let store = &desk.context.store;
    let added = store.write_blocking(move |change| {
        person::add(&mut *change.sql, &name, details, Some(&hash), change.now)
    });
    added.unwrap();
}

/// A browser in which somebody is logged in.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    /// `name=value` of the cookie.
    pub(crate) cookie: String,
    /// The CSRF token.
    pub(crate) csrf: String,
}

/// Tries to log in.
pub(crate) fn try_log_in(desk: &Desk, name: &str, password: &str) -> Told {
    let login = json!({"name": name, "password": password});
    desk.ask(Method::POST, "/api/v1/session")
        .json(&login)
        .send()
}

/// Logs in with [`PASSWORD`].
pub(crate) fn log_in(desk: &Desk, name: &str) -> Browser {
    Browser::of(&try_log_in(desk, name, PASSWORD).expect(200))
}

impl Browser {
    fn of(told: &Told) -> Self {
        let cookie = told.header("set-cookie").split(';').next().unwrap();
        let view: Value = told.json();
        Self {
            cookie: cookie.to_owned(),
            csrf: view["csrf"].as_str().unwrap().to_owned(),
        }
    }

    /// A request with the cookie, and with a CSRF token and an idempotency key where it needs them.
    pub(crate) fn ask<'d>(&self, desk: &'d Desk, method: Method, path: &str) -> Ask<'d> {
        let reads = method == Method::GET;
        let ask = self.bare(desk, method, path);
        if reads {
            return ask;
        }
        ask.header("x-csrf-token", &self.csrf)
    }

    /// A request with the cookie, and without a CSRF token.
    pub(crate) fn bare<'d>(&self, desk: &'d Desk, method: Method, path: &str) -> Ask<'d> {
        let key = format!(
            "browser-key-{}",
            KEYS.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
        );
        desk.ask(method, path)
            .shown()
            .header("cookie", &self.cookie)
            .header("idempotency-key", &key)
    }

    /// Who this is, as the service sees it.
    pub(crate) fn who(&self, desk: &Desk) -> Told {
        self.ask(desk, Method::GET, "/api/v1/session").send()
    }
}

static KEYS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[test]
fn what_is_outside_the_scope_is_not_there() {
    let mut actor = crate::support::desk::person("li", &[Role::Dispatcher]);
    actor.scope = Scope {
        department: "特种设备科".to_owned(),
        region: "4401".to_owned(),
    };
    actor.must_cover("特种设备科", "440106").unwrap();
    actor.must_cover("特种设备科", "4401").unwrap();
    for (department, region) in [
        ("食品科", "440106"),
        ("特种设备科", "4403"),
        ("特种设备科", "44"),
        ("特种设备科", ""),
        ("特种设备科室", "440106"),
        ("", "440106"),
    ] {
        let refused = actor.must_cover(department, region).unwrap_err();
        assert_eq!((refused.status, refused.kind), (404, "not-found"));
    }
    actor.scope = Scope::default();
    actor.must_cover("食品科", "4403").unwrap();
}
