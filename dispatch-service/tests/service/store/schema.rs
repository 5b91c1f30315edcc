//! The form of the tables.

use dispatch_service::store::table::TABLES;
use dispatch_service::store::{Backend, Row, Schema, StoreError};

use crate::support::cluster::backends;

#[test]
fn both_back_ends_have_the_same_tables() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut names: Vec<_> = std::fs::read_dir(folder.join("postgres"))
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    names.sort();
    let sqlite = std::fs::read_dir(folder.join("sqlite")).unwrap().count();
    assert_eq!(names.len(), sqlite);
    for name in names {
        let read = |side: &str| std::fs::read_to_string(folder.join(side).join(&name)).unwrap();
        let expected = read("postgres")
            .replace(" COLLATE \"C\"", "")
            .replace("BYTEA", "BLOB")
            .replace("BIGINT", "INTEGER")
            .replace("\n);\n", "\n) STRICT;\n");
        assert_eq!(read("sqlite"), expected, "{}", name.display());
    }
}

#[test]
fn texts_are_ordered_by_their_bytes() {
    for place in backends() {
        place.backend.migrate().unwrap();
        let names = place.backend.once(true, |sql| {
            for name in ["b", "B", "a-c", "ab", "é", "Z", "张"] {
                let row = [name.into(), 1_u64.into()];
                sql.execute("INSERT INTO register_body VALUES (?1, ?2)", &row)?;
            }
            let rows = sql.query("SELECT body FROM register_body ORDER BY body", &[])?;
            let names = rows.iter().map(|row| Ok(row.text(0)?.to_owned()));
            Ok(names.collect::<Result<Vec<_>, StoreError>>()?)
        });
        let expected = ["B", "Z", "a-c", "ab", "b", "é", "张"];
        assert_eq!(names.unwrap(), expected, "{}", place.name);
    }
}

#[test]
fn every_column_is_known_by_name() {
    for place in backends() {
        place.backend.migrate().unwrap();
        let statement = match &place.backend {
            Backend::Sqlite(_) => {
                "SELECT t.name, c.name, c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'refinery%' ORDER BY t.name, c.cid"
            }
            Backend::Postgres(_) => {
                "SELECT c.table_name::text, c.column_name::text, COALESCE(k.ordinal_position::bigint, 0) FROM information_schema.columns c LEFT JOIN (SELECT k.table_name, k.column_name, k.ordinal_position FROM information_schema.key_column_usage k JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name AND t.constraint_type = 'PRIMARY KEY') k ON k.table_name = c.table_name AND k.column_name = c.column_name WHERE c.table_schema = 'public' AND c.table_name NOT LIKE 'refinery%' ORDER BY c.table_name, c.ordinal_position"
            }
        };
        let found = place
            .backend
            .once(false, |sql| Ok(sql.query(statement, &[])?));
        let mut expected = Vec::new();
        for table in &*TABLES {
            for (column, key) in table.columns.iter().zip(table.keys()) {
                expected.push((table.name.to_owned(), (*column).to_owned(), key));
            }
        }
        let told = |row: &Row| {
            Ok((
                row.text(0)?.to_owned(),
                row.text(1)?.to_owned(),
                row.integer(2)?,
            ))
        };
        let found: Result<Vec<_>, StoreError> = found.unwrap().iter().map(told).collect();
        let mut found = found.unwrap();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{}", place.name);
    }
}

#[test]
fn migrating_is_done_once() {
    for place in backends() {
        let backend = &place.backend;
        assert_eq!(backend.schema().unwrap(), Schema::Empty, "{}", place.name);
        assert!(!backend.is_migrated().unwrap());
        assert!(backend.migrate().unwrap() > 0);
        assert_eq!(backend.schema().unwrap(), Schema::Current, "{}", place.name);
        assert_eq!(backend.migrate().unwrap(), 0, "{}", place.name);
    }
}

#[test]
fn two_that_migrate_at_once_do_not_harm_each_other() {
    for place in backends() {
        let both = [(); 4].map(|()| {
            let backend = place.backend.clone();
            std::thread::spawn(move || backend.migrate())
        });
        let done = both.map(|thread| thread.join().unwrap());
        let first = done
            .iter()
            .filter(|done| matches!(done, Ok(steps) if *steps > 0));
        assert_eq!(first.count(), 1, "{}: {done:?}", place.name);
        assert_eq!(
            place.backend.schema().unwrap(),
            Schema::Current,
            "{}",
            place.name
        );
    }
}

#[test]
fn tables_of_another_version_are_refused() {
    for (change, what) in [
        (
            "UPDATE refinery_schema_history SET checksum = '1'",
            "another text",
        ),
        (
            "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum FROM refinery_schema_history WHERE version = 1",
            "later version",
        ),
    ] {
        for place in backends() {
            place.backend.migrate().unwrap();
            let done = place
                .backend
                .once(true, |sql| Ok(sql.execute(change, &[])?));
            assert_eq!(done, Ok(1));
            let Schema::Foreign(reason) = place.backend.schema().unwrap() else {
                panic!("{}: {what}", place.name);
            };
            assert!(reason.contains(what), "{}: {reason}", place.name);
            assert!(place.backend.migrate().is_err(), "{}: {what}", place.name);
        }
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_embedded_store() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = backends().remove(0);
    let Backend::Sqlite(path) = &place.backend else {
        panic!()
    };
    assert!(!path.exists());
    assert_eq!(place.backend.schema().unwrap(), Schema::Empty);
    assert!(!path.exists(), "asking makes no file");
    place.backend.migrate().unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}
