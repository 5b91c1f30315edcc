//! A full queue: 503, nothing half done, and the same request done once when there is room.

use std::sync::mpsc::channel;

use dispatch_service::access::Role;
use dispatch_service::problem::Problem;
use http::Method;
use serde_json::{Value, json};

use crate::support::cluster::{backends, wait_for};
use crate::support::desk::{Desk, person};
use crate::support::process::PATIENCE;

#[test]
fn a_full_queue_refuses_and_nothing_is_half_done() {
    for place in backends() {
        let desk = Desk::new(place);
        let who = person("admin", &[Role::Administrator]);
        let (open, gate) = channel::<()>();
        let store = desk.context.store.clone();
        // The writer stands still, and its queue fills.
        let standing = desk.spawn(async move {
            let standing = store.write(move |_| {
                let _ = gate.recv();
                Ok(())
            });
            standing.await
        });
        let mut filling = Vec::new();
        let full = wait_for(PATIENCE, || {
            let room = 256_usize.saturating_sub(desk.context.store.waiting().0);
            for _ in 0..room {
                let store = desk.context.store.clone();
                filling.push(desk.spawn(async move { store.write(|_| Ok(())).await }));
            }
            room == 0
        });
        assert!(full, "{}", desk.place.name);
        let new = json!({
            "name": "chen", "shown": "陈", "roles": ["operator"], "department": "",
            "region": "", "officer": "",
        });
        let send = || {
            desk.ask(Method::POST, "/api/v1/people")
                .by(&who)
                .header("idempotency-key", "the-same-key")
                .json(&new)
                .send()
        };
        let told = send().expect(503);
        assert_eq!(told.problem().0, "busy");
        assert_eq!(told.header("retry-after"), "5");
        open.send(()).unwrap();
        desk.wait(standing).unwrap().unwrap();
        let done: Vec<Result<(), Problem>> = filling
            .into_iter()
            .map(|one| desk.wait(one).unwrap())
            .collect();
        assert!(done.iter().any(Result::is_ok));
        for refused in done.iter().filter_map(|done| done.as_ref().err()) {
            assert_eq!((refused.status, refused.kind), (503, "busy"));
        }
        let names = || {
            let told: Value = desk.get_as("/api/v1/people", &who).expect(200).json();
            told["people"].as_array().unwrap().len()
        };
        assert_eq!(names(), 0);
        let first = send().expect(201);
        let again = send().expect(201);
        assert_eq!(first.body, again.body);
        assert_eq!(names(), 1);
    }
}
