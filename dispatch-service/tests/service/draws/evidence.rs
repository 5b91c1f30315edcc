//! What the bundle says of the log, and what the disclosure waits for.

use std::io::Cursor;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::log::{KeyKind, LogPolicy, LogView, SignerKey};
use dispatch_core::verify::{Expectations, Grade, Status, Verdict, verify};
use dispatch_service::log::witness::{StoreFiles, bring};
use dispatch_service::settings::PublishedPolicy;

use super::town::{DISCLOSURE, DRAW, Manner, Relay, Town};
use crate::support::cluster::backends;

#[test]
fn the_bundle_proves_what_stands_in_the_log() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let policy = witnessed();
        let town = Town::with_policy(place, vec![relay.url.clone()], &policy);
        let policy = PublishedPolicy::read(policy.into_bytes()).unwrap().policy;
        let draw = town.announced(false);
        cosign(&town, &policy);
        town.run(DRAW);
        cosign(&town, &policy);
        let auditors = format!("/api/v1/draws/{draw}/auditor.zip");
        let early = town
            .desk
            .get_as(&auditors, &town.supervisor)
            .expect(200)
            .body;
        town.run(DISCLOSURE);
        let expected = Expectations {
            log_policy: Some(policy),
            ..Expectations::default()
        };
        let judge = |bytes: Vec<u8>| {
            let files = Files::unpack(Cursor::new(bytes), Limits::default());
            verify("bundle", files, &expected, &mut |_| {})
        };
        let report = judge(town.held(&draw, "evidence.zip").unwrap());
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::Witnessed);
        for check in ["L01", "L02", "L03"] {
            assert_eq!(report.status(check), Some(Status::Pass), "{report:#?}");
        }
        for bytes in [early, town.desk.get_as(&auditors, &town.supervisor).body] {
            let report = judge(bytes);
            assert_ne!(report.auditor, Verdict::Fail, "{report:#?}");
        }
    }
}

#[test]
fn the_disclosure_waits_an_hour_for_witnesses_and_then_does_without() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let town = Town::with_policy(place, vec![relay.url.clone()], &witnessed());
        let draw = town.announced(false);
        town.run(DRAW);
        town.tick(DISCLOSURE);
        assert_eq!(town.state(&draw), "drawn");
        town.tick(DISCLOSURE + 3599);
        assert_eq!(town.state(&draw), "drawn");
        let fault = town.work(&draw)["fault"].to_string();
        assert!(fault.contains("checkpoint"), "{fault}");
        town.run(DISCLOSURE + 3700);
        assert_eq!(town.state(&draw), "disclosed");
        assert!(town.held(&draw, "log.jsonl").is_none());
    }
}

/// A policy of one witness, who has to cosign.
fn witnessed() -> String {
    let log = SignerKey::new("log.example/test", KeyKind::Signature, [7; 32]).unwrap();
    let (log, witness) = (log.verifier(), witness().verifier());
    format!("log {log}\nwitness w {witness} http://127.0.0.1:9\nquorum w\n")
}

fn witness() -> SignerKey {
    SignerKey::new("witness.example/w", KeyKind::Cosignature, [5; 32]).unwrap()
}

/// The witness cosigns the latest checkpoint at the desk's time, and somebody carries it there.
fn cosign(town: &Town, policy: &LogPolicy) {
    let store = &town.desk.context.store;
    let files = StoreFiles(store.clone());
    let latest = LogView(&files).checkpoint().unwrap();
    let now = town.desk.context.clock.now();
    let line = dispatch_core::log::cosign(&latest, &witness(), now).unwrap();
    bring(store, policy, line.to_line().as_bytes()).unwrap();
}
