//! Backup and restore, from each back end to each.

use std::os::unix::fs::PermissionsExt as _;

use dispatch_service::audit;
use dispatch_service::log::LogSigner;
use dispatch_service::store::{Limits, Store};

use super::{backed_up, busy, dump, entries, in_thread, is_empty, other_log_key, put_keys, run};
use crate::store::{BODY, Hand, signer, step};
use crate::support::cluster::backends;
use crate::support::desk::START;

#[test]
fn everything_comes_back_on_either_back_end() {
    for place in backends() {
        let bureau = busy(place);
        let from = &bureau.desk.place;
        put_keys(from);
        let before = dump(&from.backend);
        let filled = before.values().filter(|rows| !rows.is_empty()).count();
        assert!(filled >= 14, "{filled} tables have rows");
        let file = backed_up(from);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let folder = from.folder.path().read_dir().unwrap();
        let names = folder.map(|entry| entry.unwrap().file_name());
        assert!(
            !names
                .into_iter()
                .any(|name| name.to_str().unwrap().starts_with(".backup"))
        );

        for to in backends() {
            let way = format!("{} to {}", from.name, to.name);
            put_keys(&to);
            if to.name == "PostgreSQL" {
                let refused = run(&to, &["restore", &file]).unwrap_err();
                assert!(refused.contains("dispatch-service migrate"), "{refused}");
                run(&to, &["migrate"]).unwrap();
            }
            let told = run(&to, &["restore", "--verify", &file]).unwrap();
            assert!(told.contains("signed with the key that is here"), "{told}");
            assert!(!told.contains(" 0 sealed files"), "{told}");
            assert_eq!(dump(&to.backend), before, "{way}");
            assert_eq!(entries(&to.backend), 1, "{way}");
            let report = in_thread(&to.backend, |sql| audit::check_chain(sql).unwrap());
            assert_eq!(report.fault, None, "{way}");
            assert_eq!(report.records, before["audit"].len() as u64 + 1, "{way}");
            goes_on(&to);
        }
    }
}

/// A service on the restored database logs the next step.
fn goes_on(place: &crate::support::cluster::Place) {
    let signer: LogSigner = signer(place);
    let clock = Hand::at(START + 400 * 24 * 3600).clock();
    let store = Store::start(place.backend.clone(), clock, signer, Limits::default()).unwrap();
    let done = store.write_blocking(|change| change.append(BODY, step("after-the-restore")));
    assert_eq!(done, Ok(1));
    store.stop();
    assert_eq!(entries(&place.backend), 2);
}

#[test]
fn nothing_is_overwritten() {
    for place in backends() {
        let bureau = busy(place);
        let place = &bureau.desk.place;
        let file = backed_up(place);
        let bytes = std::fs::read(&file).unwrap();
        let refused = run(place, &["backup", "--out", &file]).unwrap_err();
        assert!(refused.contains("is there already"), "{refused}");
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
        let before = dump(&place.backend);
        let refused = run(place, &["restore", &file]).unwrap_err();
        assert!(refused.contains("not empty"), "{refused}");
        assert_eq!(dump(&place.backend), before, "{}", place.name);
        let nowhere = place.folder.path().join("nowhere/x.backup");
        let refused = run(place, &["backup", "--out", nowhere.to_str().unwrap()]);
        assert!(refused.unwrap_err().contains("nowhere"));
    }
}

#[test]
fn a_dry_run_touches_nothing() {
    for place in backends() {
        let bureau = busy(place);
        let from = &bureau.desk.place;
        let before = dump(&from.backend);
        let file = backed_up(from);
        let told = run(from, &["restore", "--dry-run", &file]).unwrap();
        assert!(told.contains("can be restored"), "{told}");
        assert!(told.contains("signatures NOT checked"), "{told}");
        assert_eq!(dump(&from.backend), before, "{}", from.name);
    }
}

#[test]
fn the_keys_have_to_be_those_of_the_database() {
    for place in backends() {
        let bureau = busy(place);
        let file = backed_up(&bureau.desk.place);
        for (name, text, told) in [
            (
                "log.key",
                other_log_key(),
                "log_checkpoint, row 0: was not signed",
            ),
            ("envelope.key", "ab".repeat(32), "does not open"),
        ] {
            for to in backends() {
                run(&to, &["migrate"]).unwrap();
                let refused = run(&to, &["restore", "--verify", &file]).unwrap_err();
                assert!(refused.contains("log.key"), "without keys: {refused}");
                put_keys(&to);
                std::fs::write(to.folder.path().join("keys").join(name), text.clone()).unwrap();
                let refused = run(&to, &["restore", "--verify", &file]).unwrap_err();
                assert!(refused.contains(told), "{name}: {refused}");
                assert!(is_empty(&to.backend), "{name}, {}", to.name);
            }
        }
    }
}
