//! The end that is asked for, under load: what was accepted is answered.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::lives::Client;
use super::load::{Acknowledged, Guarding, Load, State};
use super::people::People;
use super::proof::Proof;
use super::service::Site;
use super::{CLIENTS, begin};
use crate::support::cluster::{backends, wait_for};
use dispatch_core::digest::Digest;

#[test]
fn what_was_accepted_is_answered_when_the_end_is_asked_for() {
    for place in backends() {
        let site = Site::new(place);
        let people = People::new(&site.place);
        let load = Load::default();
        let service = site.start().ready(&site, 0);
        let mut proof = Proof::new(site.key());
        let publish = |at| {
            load.tell(|state| state.services = vec![at]);
        };
        thread::scope(|scope| {
            let _guarding = Guarding(&load);
            publish(service.at);
            begin(scope, &load, &people);
            let mut client = Client::new(&load, &people, "G");
            let document = Digest::of(b"").to_string();
            let empty = client.document(b"");
            load.ask(&empty).expect(&[201], &empty);
            let first = client.plan("G-0", &document, "");
            load.ask(&first).expect(&[201], &first);
            load.wait(PATIENCE, |state| state.failed || state.answers >= 60);

            let asks = (1..=8).map(|number| client.plan(&format!("G-{number}"), &document, "补充"));
            let asks: Vec<_> = asks.collect();
            let begun: Vec<_> = asks.iter().map(|ask| ask.begin(service.at.0)).collect();
            load.tell(|state| state.services.clear());
            service.terminate();
            let closed = wait_for(PATIENCE, || TcpStream::connect(service.at.0).is_err());
            assert!(closed, "it takes new connections still");
            let replies = asks
                .iter()
                .zip(begun)
                .enumerate()
                .map(|(number, (ask, stream))| {
                    let reply = ask.end(stream);
                    let reply = reply.unwrap_or_else(|| panic!("accepted, and cut: {ask:?}"));
                    let reply = reply.expect(&[201], ask);
                    let draw = format!("G-{}", number + 1);
                    load.acknowledge(Acknowledged::logged("plan", &draw, &reply));
                    reply
                });
            let replies: Vec<_> = replies.collect();
            assert!(service.ended().success());
            assert!(
                site.log().contains("\"ended\":\"Ok(Complete)\""),
                "{}",
                site.log()
            );

            let service = site.start().ready(&site, 1);
            proof.check(service.at.0, &load);
            publish(service.at);
            for (ask, reply) in asks.iter().zip(&replies) {
                assert_eq!(&load.ask(ask), reply);
            }
            load.tell(|state| state.last = true);
            let done = |state: &State| state.failed || state.ended == CLIENTS.len();
            load.wait(PATIENCE, done);
            assert!(!load.lock().failed && done(&load.lock()));
            proof.check(service.at.0, &load);
            proof.check_checkpoints(service.at.0);
            service.terminate();
            assert!(service.ended().success());
        });
        proof.check_store(&site, &load);
    }
}

const PATIENCE: Duration = Duration::from_secs(240);
