//! The register: what the log says, as tables.

use std::collections::BTreeMap;

use dispatch_core::digest::Digest;
use dispatch_core::entry::Step;
use dispatch_core::stage::{DropSummary, StageDocument};
use dispatch_service::register;
use dispatch_service::store::table;
use dispatch_service::store::{Limits, Row, Sql, Store, StoreError};

use super::{BODY, Hand, NOON, begun, key, verified};
use crate::support::cluster::backends;
use crate::support::steps;

#[test]
fn it_says_what_the_log_says_and_can_be_made_of_it_again() {
    let mut first = None;
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        filled(&store, &hand);
        assert_eq!(verified(&store).len(), 22, "{}", place.name);
        let states = store.read_blocking(|sql| {
            let rows = sql.query(
                "SELECT draw, state, records FROM register_draw ORDER BY sequence",
                &[],
            )?;
            let rows = rows.iter().map(|row| {
                let state = format!("{} {}", row.text(0)?, row.text(1)?);
                Ok((state, row.optional_count(2)?))
            });
            Ok(rows.collect::<Result<Vec<_>, StoreError>>()?)
        });
        let expected = [
            ("D-1 disclosed".to_owned(), Some(12)),
            ("D-2 drawn".to_owned(), Some(12)),
            ("D-3 voided".to_owned(), None),
            ("D-4 announced".to_owned(), None),
        ];
        assert_eq!(states.unwrap(), expected, "{}", place.name);

        let before = store.read_blocking(|sql| Ok(dump(sql))).unwrap();
        assert!(before.values().all(|rows| !rows.is_empty()), "{before:?}");
        // Whatever was done to it by hand is undone.
        let rebuilt = store.write_blocking(|change| {
            change
                .sql
                .execute("UPDATE register_draw SET state = 'announced'", &[])?;
            change
                .sql
                .execute("DELETE FROM register_step WHERE stage = 1", &[])?;
            change
                .sql
                .execute("INSERT INTO register_body VALUES ('nobody', 3)", &[])?;
            register::rebuild(change.sql)
        });
        assert_eq!(rebuilt, Ok(22), "{}", place.name);
        let after = store.read_blocking(|sql| Ok(dump(sql))).unwrap();
        assert_eq!(before, after, "{}", place.name);
        assert_eq!(*first.get_or_insert(after.clone()), after, "{}", place.name);
        store.stop();
    }
}

#[test]
fn what_contradicts_the_log_is_refused() {
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        filled(&store, &hand);
        for (step, status, what) in [
            (steps::announcement("D-4", 9), 409, "announced"),
            (steps::announcement("D-9", 4), 409, "sequence number"),
            (steps::announcement("P-1", 9), 409, "voided"),
            (steps::pulse("D-9", 0), 409, "announcement comes first"),
            (steps::pulse("D-3", 0), 409, "voided"),
            (steps::void("D-3", true), 409, "voided"),
            (steps::void("D-4", false), 409, "commitment"),
            (steps::plan(&["P-9"], ""), 409, "already"),
            (steps::plan(&["P 9"], "x"), 422, "draws"),
        ] {
            let refused = store.write_blocking(move |change| change.append(BODY, step));
            let refused = refused.unwrap_err();
            assert_eq!(refused.status, status, "{}: {what}", place.name);
            let told = &refused.message.english;
            assert!(told.contains(what), "{}: {told}", place.name);
        }
        assert_eq!(verified(&store).len(), 22, "{}", place.name);
        store.stop();
    }
}

#[test]
fn every_entry_is_proved_against_the_latest_checkpoint() {
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        filled(&store, &hand);
        let entries = verified(&store);
        for (index, entry) in (0..).zip(entries) {
            let proof = store
                .read_blocking(move |sql| register::proof(sql, index))
                .unwrap();
            let proof = dispatch_core::log::LogProof::read(proof.as_bytes()).unwrap();
            let leaf = dispatch_core::merkle::leaf_hash(&entry.to_bytes().unwrap());
            assert!(proof.checkpoint.verify(&key().verifier()).unwrap());
            assert_eq!(
                (proof.index, proof.verify(&leaf)),
                (index, Ok(())),
                "{}",
                place.name
            );
        }
        let beyond = store.read_blocking(|sql| register::proof(sql, 22));
        assert_eq!(beyond.unwrap_err().status, 404);
        store.stop();
    }
}

/// All rows of the register, by table; in an order of its own, since databases sort texts differently.
pub(crate) fn dump(sql: &mut dyn Sql) -> BTreeMap<&'static str, Vec<String>> {
    let mut tables = BTreeMap::new();
    for table in table::register() {
        let mut rows = Vec::new();
        let kept = table.for_each::<StoreError>(sql, |Row(row)| {
            rows.push(format!("{row:?}"));
            Ok(())
        });
        kept.unwrap();
        rows.sort();
        tables.insert(table.name, rows);
    }
    tables
}

/// Logs every kind of step, in several commits.
pub(crate) fn filled(store: &Store, hand: &Hand) {
    let key = key().verifier().to_string();
    let document = StageDocument {
        commitment: steps::commitment("D-1"),
        created: "2026-07-23T07:00:00Z".to_owned(),
        drops: DropSummary {
            officers: 1,
            root: Digest::of(b"drops"),
            subjects: 2,
            visits: 0,
        },
        format: StageDocument::FORMAT.to_owned(),
        number: 1,
        parent_stage: 0,
        previous: Digest::of(b"previous"),
        round: 30_700_000,
    };
    let commits: Vec<Vec<Step>> = vec![
        vec![steps::plan(&["D-1", "D-2", "P-1"], "")],
        vec![steps::announcement("D-1", 1), steps::announcement("D-2", 2)],
        steps::until_result("D-1").into(),
        vec![
            steps::stage("D-1", document),
            steps::pulse("D-1", 1),
            steps::result("D-1", 1, 11),
        ],
        vec![
            steps::announcement("D-3", 3),
            steps::void("D-3", true),
            steps::void("P-1", false),
        ],
        steps::until_result("D-2").into(),
        vec![steps::plan(&["P-2"], "新增任务"), steps::key_change(&key)],
        vec![steps::announcement("D-4", 4), steps::disclosure("D-1")],
        vec![steps::plan(&["P-2"], "调整时间")],
    ];
    for (minute, commit) in (1..).zip(commits) {
        hand.set(NOON + minute * 60);
        store
            .write_blocking(move |change| {
                for step in commit {
                    change.append(BODY, step)?;
                }
                Ok(())
            })
            .unwrap();
    }
}
