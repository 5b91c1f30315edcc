//! The commands that keep the data: migrate, backup, restore, rebuild, expire, doctor.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Parser as _;
use dispatch_core::digest::hex;
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_service::args::Arguments;
use dispatch_service::commands;
use dispatch_service::log::StoredLog;
use dispatch_service::store::table::TABLES;
use dispatch_service::store::{Backend, Row, Sql, StoreError};

use crate::store::key;
use crate::support::bureau::Bureau;
use crate::support::cluster::{Place, backends};
use crate::support::log;

#[path = "keeping/backup.rs"]
mod backup;
#[path = "keeping/damage.rs"]
mod damage;
#[path = "keeping/doctor.rs"]
mod doctor;
#[path = "keeping/expire.rs"]
mod expire;
#[path = "keeping/keys.rs"]
mod keys;
#[path = "keeping/rebuild.rs"]
mod rebuild;

/// Runs the program's command on a place, in English; what it says, or why it refuses.
pub(crate) fn run(place: &Place, line: &[&str]) -> Result<String, String> {
    let folder = place.folder.path().to_str().unwrap();
    let mut words = vec!["dispatch-service", "--language", "en", "--data", folder];
    if let Backend::Postgres(url) = &place.backend {
        words.extend(["--database", url]);
    }
    words.extend(line);
    let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
    // On a plain thread, as the program does.
    let done = std::thread::spawn(move || {
        let mut out = Vec::new();
        let done = commands::run(&arguments, &mut out);
        let told = String::from_utf8(out).unwrap();
        done.map(|()| told.clone())
            .map_err(|message| format!("{told}{}", message.english))
    });
    done.join().unwrap()
}

/// Backs a place up into a file in its folder.
pub(crate) fn backed_up(place: &Place) -> String {
    let file = place.folder.path().join("all.backup");
    let file = file.to_str().unwrap().to_owned();
    let told = run(place, &["backup", "--out", &file]).unwrap();
    assert!(told.contains("Keys are NOT in it"), "{told}");
    file
}

/// The key folder that belongs to a desk.
pub(crate) fn put_keys(place: &Place) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = place.folder.path().join("keys");
    std::fs::create_dir(&folder).unwrap();
    let private = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    private(&folder, 0o700);
    for (name, text) in [
        ("log.key", format!("{}\n", *key().to_text())),
        ("envelope.key", format!("{}\n", hex(&[9; 32]))),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
        private(&folder.join(name), 0o600);
    }
}

/// Another key under the same name.
pub(crate) fn other_log_key() -> String {
    let other = SignerKey::new(key().name(), KeyKind::Signature, [8; 32]).unwrap();
    (*other.to_text()).clone()
}

/// A bureau with an announced draw, a draft, and people's traces: something in most tables.
pub(crate) fn busy(place: Place) -> Bureau {
    let bureau = Bureau::new(place);
    bureau.announced(false, "D-1", 1);
    bureau.filled(true, &crate::support::bureau::plan("D-2", 2));
    bureau.desk.context.store.stop();
    bureau
}

/// All rows by table, in an order of its own, but for what a restore adds or leaves out.
pub(crate) fn dump(backend: &Backend) -> BTreeMap<&'static str, Vec<String>> {
    in_thread(backend, |sql| {
        let mut tables = BTreeMap::new();
        for table in TABLES.iter().filter(|table| table.name != "session") {
            let mut rows = Vec::new();
            table
                .for_each::<StoreError>(sql, |Row(row)| {
                    rows.push(format!("{row:?}"));
                    Ok(())
                })
                .unwrap();
            rows.retain(|row| !row.contains("Text(\"restore\")"));
            rows.sort();
            tables.insert(table.name, rows);
        }
        tables
    })
}

/// Whether there is no row in any table.
pub(crate) fn is_empty(backend: &Backend) -> bool {
    dump(backend).values().all(Vec::is_empty)
}

/// The log's entries, all checked without the code under test.
pub(crate) fn entries(backend: &Backend) -> usize {
    in_thread(backend, |sql| {
        log::verified(&StoredLog::new(sql), &key()).len()
    })
}

/// Changes a database behind the service's back.
pub(crate) fn tamper(backend: &Backend, statement: &'static str) {
    let done = backend.clone();
    let done = std::thread::spawn(move || {
        done.once(true, |sql| Ok(sql.execute(statement, &[])?))
            .unwrap()
    });
    assert!(done.join().unwrap() > 0, "{statement}");
}

fn in_thread<T: Send + 'static>(
    backend: &Backend,
    job: impl FnOnce(&mut dyn Sql) -> T + Send + 'static,
) -> T {
    let backend = backend.clone();
    let done = std::thread::spawn(move || backend.once(false, |sql| Ok(job(sql))).unwrap());
    done.join().unwrap()
}

#[test]
fn migrating_says_what_was_done() {
    for place in backends() {
        let refused = run(&place, &["backup", "--out", "x"]).unwrap_err();
        assert!(refused.contains("dispatch-service migrate"), "{refused}");
        let told = run(&place, &["migrate"]).unwrap();
        assert!(told.contains("the tables were made"), "{told}");
        let told = run(&place, &["migrate"]).unwrap();
        assert!(told.contains("nothing to do"), "{told}");
        tamper(
            &place.backend,
            "UPDATE refinery_schema_history SET checksum = '1'",
        );
        let refused = run(&place, &["migrate"]).unwrap_err();
        assert!(refused.contains("another text"), "{refused}");
    }
}
