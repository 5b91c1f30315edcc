//! Bad days: two processes at once, a clock that was set back, a secret that is lost, a void too late.

use std::sync::atomic::AtomicBool;

use dispatch_core::freeze::SecretDocument;
use dispatch_core::verify::{Grade, Status};
use dispatch_service::context::Context;
use dispatch_service::scheduler;
use dispatch_service::settings::Settings;
use dispatch_service::store::{Limits, Store};
use serde_json::json;

use super::town::{DISCLOSURE, DRAW, Manner, PULSE, Relay, Town};
use crate::support::cluster::backends;

#[test]
fn two_processes_draw_once() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let draws: Vec<String> = vec![town.announced(false)];
        let one = &town.desk.context;
        // A second process: its own threads and connections on the same database.
        let store = Store::start(
            town.desk.place.backend.clone(),
            one.clock.clone(),
            one.signer.clone(),
            Limits::default(),
        );
        let other = Context::new(
            store.unwrap(),
            one.envelope.clone(),
            one.signer.clone(),
            one.clock.clone(),
            Settings::default(),
        );
        town.desk.set_time(DRAW);
        for draw in &draws {
            let commitment = dispatch_core::digest::Digest::from_hex(draw).unwrap();
            let given = dispatch_core::held::read_pulse(PULSE.as_bytes()).unwrap();
            one.store
                .write_blocking(move |change| {
                    dispatch_service::campaign::pulse::bring(change, &commitment, &given)
                })
                .unwrap();
            // Both compute it, without any claim.
            let (left, right) = std::thread::scope(|scope| {
                let left = scope.spawn(|| scheduler::advance(one, &commitment));
                let right = scope.spawn(|| scheduler::advance(&other, &commitment));
                (left.join().unwrap(), right.join().unwrap())
            });
            left.unwrap();
            right.unwrap();
            assert_eq!(town.kinds(draw), ["announcement", "pulse", "result"]);
        }
        // And both schedulers at the disclosure, with the pulse of the time lock.
        town.desk.set_time(DISCLOSURE);
        town.bring(&draws[0], super::town::LOCK).expect(200);
        std::thread::scope(|scope| {
            for context in [one, &other] {
                scope.spawn(move || {
                    scheduler::round(context, &AtomicBool::new(false)).unwrap();
                });
            }
        });
        let kinds = ["announcement", "pulse", "result", "disclosure"];
        assert_eq!(town.kinds(&draws[0]), kinds);
        other.store.stop();
    }
}

#[test]
fn nothing_is_done_while_the_clock_is_set_back() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let town = Town::new(place, vec![relay.url.clone()]);
        let draw = town.announced(false);
        town.run(DRAW);
        assert_eq!(town.state(&draw), "drawn");
        // A day back: the scheduler finds nothing due, and the log takes nothing.
        assert_eq!(town.tick(DRAW - 86_400), 0);
        let second = town.draft(false, |plan| {
            plan.replacen("440100-2026-0001", "440100-2026-0002", 1)
                .replacen("sequence = 1", "sequence = 2", 1)
        });
        let given = json!({"kind": "announce", "target": second, "reason": "", "detail": ""});
        let told = town
            .desk
            .post_json("/api/v1/proposals", &town.operator, &given)
            .expect(201);
        let id = told.json::<serde_json::Value>()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let told = town
            .desk
            .ask(
                http::Method::POST,
                &format!("/api/v1/proposals/{id}/approve"),
            )
            .by(&town.approver)
            .send();
        assert!([409, 503].contains(&told.status), "{}", told.text());
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
        town.run(DISCLOSURE);
        assert_eq!(town.state(&draw), "disclosed");
    }
}

#[test]
fn a_lost_secret_is_opened_by_the_time_lock() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let town = Town::new(place, vec![relay.url.clone()]);
        let draw = town.announced(false);
        let holder = draw.clone();
        town.desk
            .context
            .store
            .write_blocking(move |change| {
                let name = format!("secret/{}", SecretDocument::NAME);
                dispatch_service::campaign::files::remove(change.sql, &holder, &name)
            })
            .unwrap();
        town.tick(DRAW);
        assert_eq!(town.kinds(&draw), ["announcement"]);
        let fault = town.work(&draw)["fault"].to_string();
        assert!(fault.contains("time lock opens it"), "{fault}");
        town.run(DISCLOSURE + 61);
        town.run(DISCLOSURE + 122);
        let kinds = ["announcement", "pulse", "result", "disclosure"];
        assert_eq!(town.kinds(&draw), kinds);
        let slip = [("440100-2026-0001", 0, draw.as_str(), "2026-07-21T00:00:00Z")];
        let report = town.judged("evidence.zip", &slip);
        assert_eq!(report.grade, Grade::FrozenFirst, "{report:#?}");
        assert_eq!(report.status("K02"), Some(Status::Pass));
    }
}

#[test]
fn a_draw_is_not_voided_once_its_time_has_come() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let draw = town.announced(false);
        town.desk.set_time(DRAW);
        let given = json!({"kind": "void", "target": draw, "reason": "不喜欢", "detail": ""});
        let told = town
            .desk
            .post_json("/api/v1/proposals", &town.operator, &given)
            .expect(409);
        assert_eq!(told.problem().0, "too-late");
        town.bring(&draw, PULSE).expect(200);
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
    }
}
