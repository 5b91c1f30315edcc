//! What the store refuses, it refuses on both back ends alike.

use dispatch_service::store::{Limits, StoreError, Value};

use super::{Hand, NOON, begun};
use crate::support::cluster::backends;

#[test]
fn texts_come_back_as_they_were() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        for (number, text) in (1..).zip([
            "'; DROP TABLE audit; --",
            "<script>alert(1)</script>",
            "某市市场监督管理局 \u{20000} \u{1f600}",
            "",
            "?1 $1 :name @x",
            "\u{feff}\r\n\t\u{200b}",
        ]) {
            let values = row(number, text);
            store
                .write_blocking(move |change| {
                    change.sql.execute(INSERT, &values)?;
                    Ok(())
                })
                .unwrap();
            let found = store.read_blocking(move |sql| {
                let row = sql.query_one(
                    "SELECT person FROM audit WHERE number = ?1",
                    &[number.into()],
                )?;
                Ok(row.unwrap().text(0)?.to_owned())
            });
            assert_eq!(found.unwrap(), text, "{}", place.name);
        }
        store.stop();
    }
}

#[test]
fn a_nul_is_refused_with_a_reason() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let values = row(1, "a\0b");
        let refused = store.write_blocking(move |change| {
            change.sql.execute(INSERT, &values)?;
            Ok(())
        });
        let refused = refused.unwrap_err();
        assert_eq!(refused.status, 422, "{}", place.name);
        assert!(refused.message.english.contains("U+0000"));
        let found = store.read_blocking(|sql| {
            sql.query("SELECT number FROM audit WHERE person = ?1", &["\0".into()])?;
            Ok(())
        });
        assert_eq!(found.unwrap_err().status, 422, "{}", place.name);
        store.stop();
    }
}

#[test]
fn kinds_of_faults_are_the_same() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let faults = [
            // A row twice; a value that is missing; a text for a number; a table that is not there.
            (INSERT, row(1, "again"), "unique"),
            (INSERT, with_null(2), "other"),
            (INSERT, with_text(3), "other"),
            ("DELETE FROM no_such_table", Vec::new(), "other"),
            (
                "DELETE FROM audit WHERE number = ?1",
                vec![1_i64.into(), 2_i64.into()],
                "other",
            ),
        ];
        let first = row(1, "first");
        store
            .write_blocking(move |change| {
                change.sql.execute(INSERT, &first)?;
                Ok(())
            })
            .unwrap();
        for (statement, values, expected) in faults {
            let values = values.clone();
            let kind = store.write_blocking(move |change| {
                let kind = match change.sql.execute(statement, &values) {
                    Err(StoreError::Unique(_)) => "unique",
                    Err(StoreError::Other(_)) => "other",
                    other => panic!("{statement}: {other:?}"),
                };
                Err::<(), _>(dispatch_service::problem::Problem::new(400, kind, "", ""))
            });
            assert_eq!(
                kind.unwrap_err().kind,
                expected,
                "{}: {statement}",
                place.name
            );
        }
        store.stop();
    }
}

#[test]
fn a_read_changes_nothing() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let values = row(1, "sneaked in");
        let refused = store.read_blocking(move |sql| {
            sql.execute(INSERT, &values)?;
            Ok(())
        });
        assert!(refused.is_err(), "{}", place.name);
        // A read that fails, or panics, does not harm the next one.
        let panics = store.read_blocking(|_| -> Result<(), _> { panic!("in a read") });
        assert_eq!(panics.unwrap_err().status, 500);
        for _ in 0..8 {
            let count = store.read_blocking(|sql| {
                let row = sql.query_one("SELECT CAST(COUNT(*) AS BIGINT) FROM audit", &[])?;
                Ok(row.unwrap().count(0)?)
            });
            assert_eq!(count, Ok(0), "{}", place.name);
        }
        store.stop();
    }
}

const INSERT: &str = "INSERT INTO audit (number, time, person, action, target, detail, request, chain) VALUES (?1, 0, ?2, '', '', '', '', ?3)";

fn row(number: i64, person: &str) -> Vec<Value> {
    vec![number.into(), person.into(), vec![0].into()]
}

fn with_null(number: i64) -> Vec<Value> {
    vec![number.into(), Value::Null, vec![0].into()]
}

fn with_text(number: i64) -> Vec<Value> {
    vec![format!("n{number}").into(), "x".into(), vec![0].into()]
}
