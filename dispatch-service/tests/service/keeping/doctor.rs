//! The doctor: what is well, and each thing that is not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use clap::Parser as _;
use dispatch_core::digest::Digest;
use dispatch_core::log::{Checkpoint, KeyKind, SignedCheckpoint, SignerKey};
use dispatch_service::args::{Arguments, Command};
use dispatch_service::doctor::{Finding, State, examine};
use dispatch_service::store::Backend;

use super::{busy, other_log_key, put_keys, run, tamper};
use crate::draws::town::{Manner, Relay};
use crate::store::key;
use crate::support::bureau::{DRAW_TIME, IN_TIME};
use crate::support::cluster::{Place, backends};

/// What it finds at a time, given these options.
fn found(place: &Place, now: u64, options: &[&str]) -> Vec<Finding> {
    let folder = place.folder.path().to_str().unwrap();
    let mut words = vec!["dispatch-service", "--data", folder];
    if let Backend::Postgres(url) = &place.backend {
        words.extend(["--database", url]);
    }
    words.push("doctor");
    words.extend(options);
    let arguments = Arguments::try_parse_from(words).unwrap();
    let done = std::thread::spawn(move || {
        let Command::Doctor(options) = &arguments.command else {
            panic!()
        };
        examine(options, &arguments.data, now)
    });
    done.join().unwrap()
}

/// The checks that are in this state.
fn those(findings: &[Finding], state: State) -> Vec<&'static str> {
    let those = findings.iter().filter(|one| one.state == state);
    those.map(|one| one.check).collect()
}

fn healthy() -> Vec<Place> {
    let place = |place: Place| {
        std::fs::set_permissions(place.folder.path(), std::fs::Permissions::from_mode(0o700))
            .unwrap();
        put_keys(&place);
        place
    };
    backends().into_iter().map(place).collect()
}

#[test]
fn what_is_well_is_said_to_be() {
    let relay = Relay::new(Manner::Honest);
    let liar = Relay::new(Manner::Says("<html>".to_owned()));
    for place in healthy() {
        let bureau = busy(place);
        let place = &bureau.desk.place;
        let policy = place.folder.path().join("log.policy");
        let vkey = key().verifier();
        std::fs::write(&policy, format!("log {vkey}\nquorum none\n")).unwrap();
        let policy = policy.to_str().unwrap();
        // The relay knows the round of the draw time.
        let now = DRAW_TIME + 30;
        let both = format!("{},{}", liar.url, relay.url);
        let findings = found(place, now, &["--policy", policy, "--relay", &both]);
        assert_eq!(those(&findings, State::Failed), [""; 0], "{findings:#?}");
        let warnings = those(&findings, State::Warning);
        assert_eq!(warnings, ["memory", "policy", "relay"], "{findings:#?}");
        let well = those(&findings, State::Ok);
        for check in [
            "folder",
            "keys",
            "log-key",
            "envelope-key",
            "disk",
            "database",
            "writing",
            "log",
            "clock",
            "envelope",
            "audit",
            "work",
            "relay",
        ] {
            assert!(well.contains(&check), "{check}: {findings:#?}");
        }
        let opened = findings.iter().find(|one| one.check == "envelope").unwrap();
        assert!(
            opened.found.english.contains("3 sealed files"),
            "{opened:?}"
        );
        // Nobody but a liar: no pulse comes by itself.
        let findings = found(place, now, &["--relay", &liar.url]);
        assert_eq!(those(&findings, State::Failed), ["relay"]);
        // Nothing was drawn for a quarter of an hour: the service does not run.
        let findings = found(place, DRAW_TIME + 900, &[]);
        assert!(
            those(&findings, State::Warning).contains(&"work"),
            "{findings:#?}"
        );
    }
}

/// How a place is broken.
type Breaking = fn(&Place);

#[test]
fn what_is_not_well_is_found_and_the_remedy_said() {
    let broken: [(&[&str], Breaking); 11] = [
        (&["keys"], |place| rights(place, "", 0o755)),
        (&["log-key", "log", "envelope"], |place| {
            rights(place, "log.key", 0o644)
        }),
        (&["envelope-key", "envelope"], |place| {
            std::fs::remove_file(in_keys(place, "envelope.key")).unwrap();
        }),
        (&["envelope"], |place| {
            std::fs::write(in_keys(place, "envelope.key"), "ab".repeat(32)).unwrap();
        }),
        (&["log"], |place| {
            std::fs::write(in_keys(place, "log.key"), other_log_key()).unwrap();
        }),
        (&["memory"], |place| {
            std::fs::write(in_keys(place, "latest-checkpoint"), "what").unwrap();
        }),
        (&["log-memory"], |place| remembers(place, 1)),
        (&["log-memory"], |place| remembers(place, 7)),
        (&["log"], |place| {
            let statement = "UPDATE log_node SET hash = (SELECT digest FROM roster LIMIT 1)";
            tamper(&place.backend, statement);
        }),
        (&["audit"], |place| {
            tamper(
                &place.backend,
                "UPDATE audit SET person = 'x' WHERE number = 1",
            );
        }),
        (&["database"], |place| {
            let statement = "UPDATE refinery_schema_history SET checksum = '1'";
            tamper(&place.backend, statement);
        }),
    ];
    let bureau = busy(backends().remove(0));
    let good = super::backed_up(&bureau.desk.place);
    for (checks, breaking) in broken {
        for place in healthy() {
            run(&place, &["migrate"]).unwrap();
            run(&place, &["restore", &good]).unwrap();
            breaking(&place);
            let findings = found(&place, IN_TIME + 60, &[]);
            assert_eq!(those(&findings, State::Failed), checks, "{findings:#?}");
            let silent = |one: &Finding| one.remedy.is_none() && one.state != State::Ok;
            assert!(!findings.iter().any(silent), "{findings:#?}");
        }
    }
}

#[test]
fn a_clock_that_was_set_back_and_a_policy_of_another_log_are_found() {
    for place in healthy() {
        let bureau = busy(place);
        let place = &bureau.desk.place;
        let findings = found(place, IN_TIME - 3600, &[]);
        assert_eq!(those(&findings, State::Failed), ["clock"], "{findings:#?}");
        let policy = place.folder.path().join("other.policy");
        let other = SignerKey::new("log.example/other", KeyKind::Signature, [8; 32]).unwrap();
        let other = format!("log {}\nquorum none\n", other.verifier());
        for (text, told) in [
            (other.as_str(), "no line for this log's key"),
            ("quorum all\n", ""),
        ] {
            std::fs::write(&policy, text).unwrap();
            let options = ["--policy", policy.to_str().unwrap()];
            let findings = found(place, IN_TIME + 60, &options);
            assert_eq!(those(&findings, State::Failed), ["policy"], "{findings:#?}");
            let policy = findings.iter().find(|one| one.check == "policy").unwrap();
            assert!(policy.found.english.contains(told), "{policy:?}");
        }
    }
}

#[test]
fn it_is_told_in_lines_or_as_json_and_by_the_exit_status() {
    for place in healthy() {
        let told = run(&place, &["doctor"]).unwrap_err();
        assert!(
            told.contains("failed  database: has no tables yet"),
            "{told}"
        );
        assert!(told.contains("→ run dispatch-service migrate"), "{told}");
        assert!(told.ends_with("1 checks failed"), "{told}");
        let chinese = run(&place, &["doctor", "--language", "zh"]);
        assert!(chinese.is_err(), "the language is given once");
        let told = run(&place, &["doctor", "--json"]).unwrap_err();
        let json = told.strip_suffix("1 checks failed").unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["failed"], 1);
        let checks = json["checks"].as_array().unwrap();
        let database = checks
            .iter()
            .find(|one| one["check"] == "database")
            .unwrap();
        assert_eq!(database["state"], "failed");
        assert_eq!(database["found"]["chinese"], "尚无数据表");
    }
    let nowhere = Place {
        name: "nowhere",
        backend: Backend::Postgres("host=127.0.0.1 port=9 connect_timeout=2".to_owned()),
        folder: tempfile::tempdir().unwrap(),
    };
    let findings = found(&nowhere, IN_TIME, &[]);
    assert_eq!(
        those(&findings, State::Failed),
        ["keys", "log-key", "database"],
        "{findings:#?}"
    );
}

fn in_keys(place: &Place, name: &str) -> PathBuf {
    place.folder.path().join("keys").join(name)
}

fn rights(place: &Place, name: &str, mode: u32) {
    let path = in_keys(place, name);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Has the machine remember a log of other entries.
fn remembers(place: &Place, size: u64) {
    let checkpoint = Checkpoint {
        origin: key().name().to_owned(),
        size,
        root: Digest::of(b"other"),
        extensions: Vec::new(),
    };
    let signed = SignedCheckpoint::sign(checkpoint, &key()).unwrap();
    std::fs::write(in_keys(place, "latest-checkpoint"), signed.to_text()).unwrap();
}
