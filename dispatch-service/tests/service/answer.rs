//! Idempotent answers: once, whoever sends it how often and to which process.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;
use dispatch_service::access::Role;
use dispatch_service::answer;
use dispatch_service::audit;
use dispatch_service::context::Context;
use dispatch_service::http::endpoint::{Answer, AnswerBody, Request, RequestBody};
use dispatch_service::keys::Envelope;
use dispatch_service::problem::Problem;
use dispatch_service::settings::Settings;
use dispatch_service::store::{Limits, Store};
use http::{HeaderMap, Method};
use serde_json::json;

use crate::support::cluster::backends;
use crate::support::desk::{Desk, START, person};

fn request(name: &str, key: &str, body: &'static [u8]) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("idempotency-key", key.parse().unwrap());
    Request {
        method: Method::POST,
        target: "/api/v1/things".to_owned(),
        path: HashMap::new(),
        query: HashMap::new(),
        headers,
        actor: Some(person(name, &[Role::Operator])),
        id: "request-1".to_owned(),
        peer: None,
        body: RequestBody::Bytes(Bytes::from_static(body)),
    }
}

/// A change that leaves a record and tells how many there are.
async fn count(context: &Context, request: &Request) -> Result<Answer, Problem> {
    let id = request.id.clone();
    answer::once(context, request, move |change| {
        audit::record(change, "wang", "thing", "", "", &id)?;
        let row = change.sql.query_one("SELECT COUNT(*) FROM audit", &[])?;
        Ok((201, json!({"count": row.unwrap().count(0)?})))
    })
    .await
}

fn told(answer: Answer) -> (u16, String) {
    let AnswerBody::Bytes(bytes) = answer.body else {
        panic!("a stream");
    };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (answer.status.as_u16(), text)
}

fn records(desk: &Desk) -> u64 {
    let counted = desk.context.store.read_blocking(|sql| {
        let row = sql.query_one("SELECT COUNT(*) FROM audit", &[])?;
        Ok(row.unwrap().count(0)?)
    });
    counted.unwrap()
}

#[test]
fn the_same_request_is_done_once_and_answered_the_same() {
    for place in backends() {
        let desk = Desk::new(place);
        let ask = |name, key, body| {
            let request = request(name, key, body);
            desk.wait(count(&desk.context, &request)).map(told)
        };
        let first = ask("wang", "key-0001", b"{}").unwrap();
        assert_eq!(first, (201, r#"{"count":1}"#.to_owned()));
        for _ in 0..3 {
            assert_eq!(ask("wang", "key-0001", b"{}").unwrap(), first);
        }
        assert_eq!(records(&desk), 1);
        // Another key, or the same of another person, is another change.
        assert_eq!(ask("wang", "key-0002", b"{}").unwrap().1, r#"{"count":2}"#);
        assert_eq!(ask("li", "key-0001", b"{}").unwrap().1, r#"{"count":3}"#);
        assert_eq!(ask("wang", "key-0001", b"{}").unwrap(), first);
    }
}

#[test]
fn a_key_is_for_one_request() {
    for place in backends() {
        let desk = Desk::new(place);
        let mut first = request("wang", "key-0001", b"{}");
        first.query.insert("a".to_owned(), "b".to_owned());
        desk.wait(count(&desk.context, &first)).unwrap();
        let changed = |change: fn(&mut Request)| {
            let mut other = request("wang", "key-0001", b"{}");
            other.query.insert("a".to_owned(), "b".to_owned());
            change(&mut other);
            let known = desk.wait(answer::known(&desk.context, &other)).map(drop);
            let once = desk.wait(count(&desk.context, &other)).map(drop);
            assert_eq!(known, once);
            once.map_err(|problem| (problem.status, problem.kind))
        };
        let reused = Err((422, "idempotency-key-reused"));
        assert_eq!(changed(|_| {}), Ok(()));
        assert_eq!(changed(|it| it.method = Method::PUT), reused);
        assert_eq!(changed(|it| it.target.push('x')), reused);
        assert_eq!(changed(|it| it.body = RequestBody::None), reused);
        assert_eq!(
            changed(|it| it.body = RequestBody::Bytes(Bytes::from_static(b"{} "))),
            reused
        );
        assert_eq!(changed(|it| it.query.clear()), reused);
        assert_eq!(
            changed(|it| drop(it.query.insert("a".into(), "c".into()))),
            reused
        );
        assert_eq!(
            changed(|it| drop(it.query.insert("c".into(), "d".into()))),
            reused
        );
        // The address it comes from and the request id are not part of it.
        assert_eq!(changed(|it| it.id = "request-2".to_owned()), Ok(()));
        assert_eq!(records(&desk), 1);
    }
}

#[test]
fn what_is_sent_to_two_processes_at_once_is_done_once() {
    for place in backends() {
        let desk = Desk::new(place);
        let other = Store::start(
            desk.place.backend.clone(),
            desk.context.clock.clone(),
            desk.context.signer.clone(),
            Limits::default(),
        );
        let other = Context::new(
            other.unwrap(),
            desk.context.envelope.clone(),
            desk.context.signer.clone(),
            desk.context.clock.clone(),
            Settings::default(),
        );
        for round in 0..20_u64 {
            let key = format!("key-of-round-{round}");
            let mut answers = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|number| {
                        let context = if number % 2 == 0 {
                            &desk.context
                        } else {
                            &other
                        };
                        let (desk, key) = (&desk, &key);
                        scope.spawn(move || {
                            let request = request("wang", key, b"{}");
                            told(desk.wait(count(context, &request)).unwrap())
                        })
                    })
                    .collect();
                let answers = threads.into_iter().map(|one| one.join().unwrap());
                answers.collect::<Vec<_>>()
            });
            answers.dedup();
            assert_eq!(answers, [(201, format!("{{\"count\":{}}}", round + 1))]);
        }
        let checked = desk
            .context
            .store
            .read_blocking(|sql| Ok(audit::check_chain(sql)?));
        let checked = checked.unwrap();
        assert_eq!((checked.records, checked.fault), (20, None));
        other.store.stop();
    }
}

#[test]
fn what_was_refused_may_be_tried_again() {
    for place in backends() {
        let desk = Desk::new(place);
        let tries = Arc::new(AtomicUsize::new(0));
        let ask = || {
            let tries = Arc::clone(&tries);
            let request = request("wang", "key-0001", b"{}");
            let done = answer::once(&desk.context, &request, move |_| {
                if tries.fetch_add(1, Ordering::SeqCst) == 0 {
                    return Err(Problem::conflict("not yet", "尚未"));
                }
                Ok((204, ()))
            });
            desk.wait(done).map(told).map_err(|problem| problem.status)
        };
        assert_eq!(ask(), Err(409));
        let again = request("wang", "key-0001", b"{}");
        let known = answer::known(&desk.context, &again);
        assert_eq!(desk.wait(known).map(|known| known.is_none()), Ok(true));
        assert_eq!(ask(), Ok((204, String::new())));
        assert_eq!(ask(), Ok((204, String::new())));
        assert_eq!(tries.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn answers_are_kept_for_thirty_days() {
    const MONTH: u64 = 30 * 86_400;
    for place in backends() {
        let desk = Desk::new(place);
        let known = |key: &str| {
            let request = request("wang", key, b"{}");
            let known = desk.wait(answer::known(&desk.context, &request));
            known.unwrap().map(told)
        };
        let first = request("wang", "key-0001", b"{}");
        let answered = told(desk.wait(count(&desk.context, &first)).unwrap());
        desk.set_time(START + MONTH);
        desk.wait(count(&desk.context, &request("wang", "key-0002", b"{}")))
            .unwrap();
        assert_eq!(known("key-0001"), Some(answered));
        desk.set_time(START + MONTH + 1);
        desk.wait(count(&desk.context, &request("wang", "key-0003", b"{}")))
            .unwrap();
        assert_eq!(known("key-0001"), None);
        assert!(known("key-0002").is_some());
    }
}

#[test]
fn what_is_stored_of_a_request_is_worth_nothing_without_the_envelope_key() {
    for place in backends() {
        let desk = Desk::new(place);
        let mut other = desk.context.clone();
        other.envelope = Envelope::new([10; 32]);
        // The body may hold a password: whoever has the database must not be able to try some.
        let one = request("wang", "key-0001", b"{}");
        desk.wait(count(&desk.context, &one)).unwrap();
        let two = request("wang", "key-0002", b"{}");
        desk.wait(count(&other, &two)).unwrap();
        let stored = desk.context.store.read_blocking(|sql| {
            let rows = sql.query("SELECT request, body FROM answer", &[])?;
            let read = rows
                .iter()
                .map(|row| Ok((row.digest(0)?, row.bytes(1)?.to_vec())));
            read.collect::<Result<Vec<_>, Problem>>()
        });
        let stored = stored.unwrap();
        assert_ne!(stored[0].0, stored[1].0);
        let shown = br#""count""#;
        let plain = |body: &[u8]| body.windows(shown.len()).any(|part| part == shown);
        assert!(stored.iter().all(|(_, body)| !plain(body)));
        // An answer that does not open is no answer.
        let lost = desk
            .wait(answer::known(&other, &one))
            .map(drop)
            .unwrap_err();
        assert_eq!((lost.status, lost.kind), (422, "idempotency-key-reused"));
    }
}

#[test]
fn keys_and_people_are_asked_for() {
    for place in backends().into_iter().take(1) {
        let desk = Desk::new(place);
        let refused = |request: &Request| {
            let done = desk.wait(count(&desk.context, request));
            done.map(drop).unwrap_err().status
        };
        let mut bare = request("wang", "key-0001", b"{}");
        bare.headers.clear();
        assert_eq!(refused(&bare), 400);
        for key in ["short", "with blank", &"k".repeat(129)] {
            assert_eq!(refused(&request("wang", key, b"{}")), 400, "{key}");
        }
        let mut nobody = request("wang", "key-0001", b"{}");
        nobody.actor = None;
        assert_eq!(refused(&nobody), 401);
        assert_eq!(records(&desk), 0);
    }
}
