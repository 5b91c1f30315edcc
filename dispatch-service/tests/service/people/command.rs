//! The command `user`.

use clap::Parser;
use dispatch_service::args::user::User;
use dispatch_service::audit;
use dispatch_service::commands::user;
use http::Method;
use serde_json::Value;

use super::{add, log_in, try_log_in};
use crate::support::cluster::backends;
use crate::support::desk::{Desk, START};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    user: User,
}

fn run(desk: &Desk, line: &[&str]) -> Result<String, String> {
    let line = Line::try_parse_from([&["user"], line].concat());
    let line = line.map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    let backend = desk.place.backend.clone();
    // On a plain thread, as the program does.
    let done = std::thread::spawn(move || {
        user::run(&line.user, &backend, START, &mut out).map(|()| String::from_utf8(out).unwrap())
    });
    done.join().unwrap().map_err(|message| message.english)
}

#[test]
fn people_are_added_listed_reset_and_disabled() {
    for place in backends() {
        let desk = Desk::new(place);
        let file = |name: &str, text: &str| {
            let path = desk.place.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let first = file("first", "the first password\nsecond line\n");
        let next = file("next", "another long password\r\n");
        let add = [
            "add",
            "admin",
            "--role",
            "administrator",
            "--shown",
            "管理员",
            "--password-file",
            &first,
        ];
        assert_eq!(run(&desk, &add).unwrap(), "admin\n");
        let refused = run(&desk, &add).unwrap_err();
        assert!(refused.contains("choose another name"), "{refused}");
        let officer = [
            "add",
            "zhao",
            "--role",
            "officer",
            "--officer",
            "F-7",
            "--region",
            "4401",
            "--department",
            "食品科",
            "--no-password",
        ];
        run(&desk, &officer).unwrap();
        try_log_in(&desk, "admin", "the first password").expect(200);
        let reset = ["reset", "admin", "--password-file", &next];
        assert_eq!(run(&desk, &reset).unwrap(), "admin\n");
        try_log_in(&desk, "admin", "the first password").expect(401);
        try_log_in(&desk, "admin", "another long password").expect(200);
        run(&desk, &["disable", "zhao"]).unwrap();
        assert_eq!(
            run(&desk, &["list"]).unwrap(),
            "admin\tactive\tadministrator\t\t\t\t管理员\nzhao\tdisabled\tofficer\t食品科\t4401\tF-7\tzhao\n"
        );
        run(&desk, &["enable", "zhao"]).unwrap();
        assert!(run(&desk, &["list"]).unwrap().contains("zhao\tactive"));
        let last = run(&desk, &["disable", "admin"]).unwrap_err();
        assert!(last.contains("last administrator"), "{last}");
        for line in [
            ["disable", "nobody"].as_slice(),
            &["reset", "nobody", "--password-file", &next],
            &["token", "nobody", "--label", "x", "--scope", "read"],
        ] {
            assert!(run(&desk, line).unwrap_err().contains("user list"));
        }
        let short = file("short", "short\n");
        let weak = ["reset", "zhao", "--password-file", &short];
        assert!(run(&desk, &weak).unwrap_err().contains("12 to 256"));
        let trail = desk.context.store.read_blocking(|sql| {
            let report = audit::check_chain(sql)?;
            assert_eq!(report.fault, None);
            Ok(audit::list(sql, &audit::Filter::default(), 100)?)
        });
        let mut trail: Vec<_> = trail
            .unwrap()
            .into_iter()
            .map(|one| (one.person, one.action))
            .collect();
        trail.retain(|(person, _)| person == "(command)");
        let actions: Vec<&str> = trail
            .iter()
            .rev()
            .map(|(_, action)| action.as_str())
            .collect();
        assert_eq!(
            actions,
            [
                "person-add",
                "person-add",
                "password-set",
                "person-change",
                "person-change"
            ]
        );
    }
}

#[test]
fn a_token_is_printed_and_works() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "wang", &[dispatch_service::access::Role::Operator]);
        let line = [
            "token",
            "wang",
            "--label",
            "夜间导出",
            "--scope",
            "read",
            "--scope",
            "write",
            "--days",
            "7",
        ];
        let token = run(&desk, &line).unwrap();
        let token = token.strip_suffix('\n').unwrap();
        let told = desk
            .ask(Method::GET, "/api/v1/tokens")
            .shown()
            .header("authorization", &format!("Bearer {token}"))
            .send();
        let list: Value = told.expect(200).json();
        assert_eq!(list["tokens"][0]["expires"], "2026-07-27T00:00:00Z");
        log_in(&desk, "wang").who(&desk).expect(200);
    }
}

#[test]
fn a_password_is_no_argument_and_wrong_words_are_named() {
    for place in backends().into_iter().take(1) {
        let desk = Desk::new(place);
        let line = [
            "add",
            "x1",
            "--role",
            "operator",
            "--password",
            "the first password",
        ];
        assert!(run(&desk, &line).is_err());
        let wrong = run(&desk, &["add", "x1", "--role", "boss"]).unwrap_err();
        assert!(
            wrong.contains("administrator, operator, approver"),
            "{wrong}"
        );
        let wrong = run(&desk, &["token", "x1", "--label", "x", "--scope", "all"]).unwrap_err();
        assert!(wrong.contains("read, write, decide"), "{wrong}");
    }
}

#[test]
fn an_empty_place_is_not_touched() {
    for place in backends() {
        let line = Line::try_parse_from(["user", "list"]).unwrap();
        let backend = place.backend.clone();
        let done =
            std::thread::spawn(move || user::run(&line.user, &backend, START, &mut Vec::new()));
        let refused = done.join().unwrap().unwrap_err().english;
        assert!(refused.contains("dispatch-service migrate"), "{refused}");
        let files = std::fs::read_dir(place.folder.path()).unwrap().count();
        assert_eq!(files, 0);
    }
}
