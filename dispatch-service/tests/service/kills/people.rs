//! The people of the load, made by the command `user`.

use clap::Parser;
use dispatch_service::args::user::User;
use dispatch_service::clock::Clock;
use dispatch_service::commands::user;

use crate::support::cluster::Place;

/// Tokens of the people.
#[derive(Debug)]
pub(super) struct People {
    pub(super) operator: String,
    pub(super) approver: String,
}

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    user: User,
}

impl People {
    pub(super) fn new(place: &Place) -> Self {
        let file = place.folder.path().join("password");
        std::fs::write(&file, PASSWORD).unwrap();
        let file = file.to_str().unwrap();
        for (name, role) in [(OPERATOR, "operator"), (APPROVER, "approver")] {
            run(
                place,
                &["add", name, "--role", role, "--password-file", file],
            );
        }
        let token = |name: &str| {
            let line = ["token", name, "--label", "load", "--scope", "read"];
            let scopes = ["--scope", "write", "--scope", "decide"];
            run(place, &[line.as_slice(), &scopes].concat())
                .trim()
                .to_owned()
        };
        Self {
            operator: token(OPERATOR),
            approver: token(APPROVER),
        }
    }
}

fn run(place: &Place, line: &[&str]) -> String {
    let line = Line::try_parse_from([&["user"], line].concat()).unwrap();
    let mut out = Vec::new();
    user::run(&line.user, &place.backend, Clock::system().now(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) const OPERATOR: &str = "wang";
const APPROVER: &str = "li";
pub(super) const PASSWORD: &str = "the password of everybody";
