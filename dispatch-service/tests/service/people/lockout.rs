//! Lock-out, and that nothing tells which names there are.

use std::net::IpAddr;
use std::thread;

use dispatch_service::access::Role;
use dispatch_service::people::addresses::{MOST, WINDOW};
use dispatch_service::people::login::{Attempt, log_in};
use dispatch_service::people::person;
use serde_json::Value;

use super::{PASSWORD, add, log_in as browser, try_log_in};
use crate::support::cluster::backends;
use crate::support::desk::{Desk, START};

#[test]
fn a_name_is_locked_after_five_failures_for_fifteen_minutes() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        add(&desk, "li", &[Role::Administrator]);
        let open = browser(&desk, "wang");
        for _ in 0..5 {
            try_log_in(&desk, "wang", "not the password").expect(401);
        }
        let locked = try_log_in(&desk, "wang", PASSWORD).expect(401);
        assert_eq!(locked.problem().0, "login-refused");
        // Others, and who is logged in already, are not.
        let admin = browser(&desk, "li");
        open.who(&desk).expect(200);
        let seen = admin.ask(&desk, http::Method::GET, "/api/v1/people/wang");
        let seen: Value = seen.send().expect(200).json();
        assert_eq!(seen["locked_until"], "2026-07-20T00:15:00Z");
        // Failures while it is locked do not make it longer.
        desk.set_time(START + 899);
        try_log_in(&desk, "wang", "not the password").expect(401);
        try_log_in(&desk, "wang", PASSWORD).expect(401);
        desk.set_time(START + 900);
        try_log_in(&desk, "wang", PASSWORD).expect(200);
    }
}

#[test]
fn a_login_forgives_the_failures_before_it() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        for _ in 0..3 {
            for _ in 0..4 {
                try_log_in(&desk, "wang", "not the password").expect(401);
            }
            try_log_in(&desk, "wang", PASSWORD).expect(200);
        }
    }
}

#[test]
fn a_reset_ends_the_lock() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        for _ in 0..5 {
            try_log_in(&desk, "wang", "not the password").expect(401);
        }
        let hash = dispatch_service::people::password::hash("a new long password").unwrap();
        let store = &desk.context.store;
        let reset = store.write_blocking(move |change| {
            person::set_password(&mut *change.sql, "wang", Some(&hash))
        });
        reset.unwrap();
        try_log_in(&desk, "wang", PASSWORD).expect(401);
        try_log_in(&desk, "wang", "a new long password").expect(200);
    }
}

#[test]
fn of_guesses_sent_at_once_no_more_are_judged() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| try_log_in(&desk, "wang", "not the password").expect(401));
            }
        });
        try_log_in(&desk, "wang", PASSWORD).expect(401);
        let row = desk.context.store.read_blocking(|sql| {
            let row = sql.query_one("SELECT failures, locked_until FROM person", &[])?;
            let row = row.unwrap();
            Ok((row.count(0)?, row.count(1)?))
        });
        // The fifth locked it; those after it were not counted any more.
        assert_eq!(row.unwrap(), (0, START + 900));
    }
}

#[test]
fn the_answer_does_not_tell_which_names_there_are() {
    for place in backends() {
        let desk = Desk::new(place);
        for name in ["wang", "locked", "out", "gone"] {
            add(&desk, name, &[Role::Operator]);
        }
        let store = &desk.context.store;
        let prepared = store.write_blocking(|change| {
            let sql = &mut *change.sql;
            let mut out = person::find(sql, "out")?.unwrap().details;
            out.disabled = true;
            person::change(sql, "out", out)?;
            person::set_password(sql, "gone", None)
        });
        prepared.unwrap();
        for _ in 0..5 {
            try_log_in(&desk, "locked", "not the password").expect(401);
        }
        let wrong = try_log_in(&desk, "wang", "not the password").expect(401);
        for (name, password) in [
            ("nobody.of.this.name", PASSWORD),
            ("locked", PASSWORD),
            ("out", PASSWORD),
            ("gone", PASSWORD),
            ("gone", ""),
            ("", ""),
            ("WANG", PASSWORD),
            ("wang\0", PASSWORD),
            ("wang' --", PASSWORD),
            ("王", PASSWORD),
            (&"w".repeat(100_000), PASSWORD),
        ] {
            let told = try_log_in(&desk, name, password);
            assert_eq!(told.body, wrong.body);
            let names = |told: &crate::support::desk::Told| {
                let names = told
                    .headers
                    .iter()
                    .filter(|(name, _)| *name != "x-request-id");
                let pair = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                    (name.clone(), value.clone())
                };
                names.map(pair).collect::<Vec<_>>()
            };
            assert_eq!(names(&told), names(&wrong));
        }
    }
}

#[test]
fn an_address_that_tries_many_names_waits() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[Role::Operator]);
        let try_from = |address: &str, name: &str, password: &str| {
            let attempt = Attempt {
                name: name.to_owned(),
                password: password.to_owned().into(),
                peer: Some(address.parse::<IpAddr>().unwrap()),
                request: "request-1".to_owned(),
            };
            let tried = desk.wait(log_in(&desk.context, attempt, None));
            tried.map(drop).map_err(|problem| problem.status)
        };
        let addresses = &desk.context.logins.addresses;
        for _ in 1..MOST {
            addresses.failed("198.51.100.7".parse().unwrap(), START);
        }
        assert_eq!(try_from("198.51.100.7", "wang", PASSWORD), Ok(()));
        assert_eq!(try_from("198.51.100.7", "somebody", PASSWORD), Err(401));
        assert_eq!(try_from("198.51.100.7", "wang", PASSWORD), Err(429));
        assert_eq!(try_from("198.51.100.8", "wang", PASSWORD), Ok(()));
        desk.set_time(START + WINDOW);
        assert_eq!(try_from("198.51.100.7", "wang", PASSWORD), Ok(()));
    }
}
