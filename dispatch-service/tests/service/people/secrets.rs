//! A dump of the database opens nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dispatch_core::digest::{Digest, hex};
use dispatch_service::access::Role;
use dispatch_service::store::{Backend, Value as Stored};
use http::Method;
use serde_json::{Value, json};

use super::{PASSWORD, add, log_in};
use crate::support::cluster::backends;
use crate::support::desk::Desk;

/// All that stands in any table, one value after another.
fn dump(desk: &Desk) -> Vec<u8> {
    let names = match desk.place.backend {
        Backend::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Backend::Postgres(_) => {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'"
        }
    };
    let dumped = desk.context.store.read_blocking(move |sql| {
        let tables = sql.query(names, &[])?;
        let mut bytes = Vec::new();
        for table in tables {
            let table = table.text(0)?;
            if table.starts_with("refinery") {
                continue;
            }
            let all: &'static str = format!("SELECT * FROM {table}").leak();
            for row in sql.query(all, &[])? {
                for value in row.0 {
                    match value {
                        Stored::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                        Stored::Bytes(more) => bytes.extend_from_slice(&more),
                        Stored::Integer(number) => {
                            bytes.extend_from_slice(number.to_string().as_bytes());
                        }
                        Stored::Null => {}
                    }
                    bytes.push(b'\n');
                }
            }
        }
        Ok(bytes)
    });
    dumped.unwrap()
}

#[test]
fn no_secret_stands_in_any_table() {
    for place in backends() {
        let desk = Desk::new(place);
        add(&desk, "admin", &[Role::Administrator]);
        let admin = log_in(&desk, "admin");
        let initial = "an initial password 9";
        let new = json!({
            "name": "wang", "shown": "王五", "roles": ["operator"], "password": initial,
        });
        let ask = admin.ask(&desk, Method::POST, "/api/v1/people");
        ask.json(&new).send().expect(201);
        let told = super::try_log_in(&desk, "wang", initial).expect(200);
        let wang = super::Browser::of(&told);
        let wanted = json!({"label": "夜间导出", "scopes": ["read"], "days": 2});
        let ask = wang
            .ask(&desk, Method::POST, "/api/v1/tokens")
            .json(&wanted);
        let made: Value = ask.send().expect(201).json();
        let token = made["token"].as_str().unwrap();
        let second = "a second password 10";
        let change = json!({"old": initial, "new": second});
        let ask = wang.ask(&desk, Method::POST, "/api/v1/people/wang/password");
        ask.json(&change).send().expect(204);
        // Somebody types the password where the name belongs.
        super::try_log_in(&desk, PASSWORD, "x").expect(401);
        super::try_log_in(&desk, "wang", "a wrong password 11").expect(401);
        let told = super::try_log_in(&desk, "wang", second).expect(200);
        let open = super::Browser::of(&told);
        open.who(&desk).expect(200);

        let mut stored = vec![dump(&desk)];
        if let Backend::Sqlite(path) = &desk.place.backend {
            for end in ["", "-wal"] {
                let file = format!("{}{end}", path.display());
                stored.push(std::fs::read(file).unwrap_or_default());
            }
        }
        let holds = |secret: &[u8]| {
            let mut all = stored.iter();
            all.any(|one| one.windows(secret.len()).any(|part| part == secret))
        };
        // What is there is found.
        for known in [
            "wang",
            "王五",
            "夜间导出",
            "token-add",
            "$argon2id$v=19$m=19456",
        ] {
            assert!(holds(known.as_bytes()), "{known}");
        }
        let cookies = [&admin, &wang, &open].map(|browser| {
            let value = browser.cookie.strip_prefix("dispatch=").unwrap();
            (value.to_owned(), browser.csrf.clone())
        });
        let mut secrets: Vec<String> = vec![token[4..].to_owned()];
        for (cookie, csrf) in cookies {
            secrets.extend([cookie, csrf]);
        }
        for secret in &secrets {
            let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap();
            assert_eq!(bytes.len(), 32);
            assert!(!holds(secret.as_bytes()) && !holds(&bytes));
            assert!(!holds(hex(&bytes).as_bytes()));
            assert!(!holds(STANDARD.encode(&bytes).as_bytes()));
        }
        for password in [PASSWORD, initial, second, "a wrong password 11"] {
            assert!(!holds(password.as_bytes()), "{password}");
            // Nor a hash of one, or of a request with one, that could be tried quickly.
            assert!(!holds(Digest::of(password.as_bytes()).as_bytes()));
        }
        let body = serde_json::to_vec(&change).unwrap();
        assert!(!holds(Digest::of(&body).as_bytes()));
    }
}
