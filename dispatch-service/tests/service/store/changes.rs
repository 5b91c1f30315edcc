//! Changes: all or nothing, one after another, each answered after its commit.

use std::time::Duration;

use dispatch_service::problem::Problem;
use dispatch_service::store::{Limits, Sql, StoreError};

use super::{BODY, Hand, Held, NOON, append, begun, key, labels, step, together};
use crate::support::cluster::{backends, shared, wait_for};

type Change = super::Change<u64>;

#[test]
fn a_change_is_there_for_everybody_once_it_is_answered() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let now = store.write_blocking(|change| {
            let now = change.now;
            insert(change.sql, &now.to_string())?;
            Ok(now)
        });
        assert_eq!(now.unwrap(), NOON);
        let texts = store.read_blocking(|sql| Ok(texts(sql)?)).unwrap();
        assert_eq!(texts, [NOON.to_string()], "{}", place.name);
        store.stop();
    }
}

#[test]
fn changes_that_wait_together_are_one_commit_with_one_checkpoint() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let changes = ["a", "b", "c"].map(|label| -> Change {
            Box::new(move |change| {
                insert(change.sql, label)?;
                change.append(BODY, step(label))
            })
        });
        let answers = together(&store, changes.into());
        assert_eq!(answers, [Ok(0), Ok(1), Ok(2)], "{}", place.name);
        assert_eq!(labels(&store), ["a", "b", "c"]);
        let checkpoints = store.read_blocking(|sql| {
            let rows = sql.query(
                "SELECT number, size FROM log_checkpoint ORDER BY number",
                &[],
            )?;
            let rows = rows.iter().map(|row| Ok((row.count(0)?, row.count(1)?)));
            Ok(rows.collect::<Result<Vec<_>, StoreError>>()?)
        });
        assert_eq!(checkpoints.unwrap(), [(0, 0), (1, 3)], "{}", place.name);
        // What is remembered beside the key is what was signed last.
        let remembered = super::signer(&place).remembered().unwrap().unwrap();
        assert_eq!(remembered.checkpoint.size, 3);
        assert!(remembered.verify(&key().verifier()).unwrap());
        store.stop();
    }
}

#[test]
fn a_change_that_fails_leaves_nothing_and_the_others_stay() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let refused: Change = Box::new(|change| {
            insert(change.sql, "refused")?;
            change.append(BODY, step("refused"))?;
            change.append(BODY, step("refused-too"))?;
            Err(Problem::not_found())
        });
        let panics: Change = Box::new(|change| {
            insert(change.sql, "panics")?;
            change.append(BODY, step("panics"))?;
            panic!("in the middle of a change");
        });
        let twice: Change = Box::new(|change| {
            change.append(BODY, step("twice"))?;
            insert(change.sql, "first")?;
            Ok(0)
        });
        let answers = together(
            &store,
            vec![good("first"), refused, panics, twice, good("last")],
        );
        let statuses: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.map_err(|problem| problem.status))
            .collect();
        assert_eq!(
            statuses,
            [Ok(0), Err(404), Err(500), Err(500), Ok(1)],
            "{}",
            place.name
        );
        assert_eq!(labels(&store), ["first", "last"]);
        let texts = store.read_blocking(|sql| Ok(texts(sql)?)).unwrap();
        assert_eq!(texts, ["first", "last"]);
        // The numbers go on without a gap, and the tree from the right edge.
        assert_eq!(append(&store, "next"), Ok(2));
        assert_eq!(labels(&store), ["first", "last", "next"]);
        store.stop();
    }
}

#[test]
fn a_change_that_hides_a_fault_is_not_kept() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let hides: Change = Box::new(|change| {
            insert(change.sql, "hidden")?;
            let again = insert(change.sql, "hidden");
            assert!(matches!(again, Err(StoreError::Unique(_))), "{again:?}");
            // Nothing more is run, on neither back end.
            let more = insert(change.sql, "more");
            assert!(matches!(more, Err(StoreError::Unique(_))), "{more:?}");
            Ok(7)
        });
        let answers = together(&store, vec![good("before"), hides, good("after")]);
        let statuses = answers
            .iter()
            .map(|answer| answer.as_ref().map_err(|problem| problem.status));
        assert_eq!(
            statuses.collect::<Vec<_>>(),
            [Ok(&0), Err(500), Ok(&1)],
            "{}",
            place.name
        );
        let texts = store.read_blocking(|sql| Ok(texts(sql)?)).unwrap();
        assert_eq!(texts, ["after", "before"], "{}", place.name);
        // The same for commands.
        let done = place.backend.once(true, |sql| {
            insert(sql, "command")?;
            let _ = insert(sql, "command");
            Ok(())
        });
        assert_eq!(done.unwrap_err().status, 500, "{}", place.name);
        let texts = store.read_blocking(|sql| Ok(self::texts(sql)?)).unwrap();
        assert_eq!(texts.len(), 2, "{}", place.name);
        store.stop();
    }
}

#[test]
fn too_many_changes_are_refused_and_nothing_of_them_is_done() {
    for place in backends() {
        let limits = Limits {
            waiting_writes: 2,
            ..Limits::default()
        };
        let store = begun(&place, &Hand::at(NOON), limits);
        let held = Held::new(&store);
        let waiting: Vec<_> = ["a", "b"]
            .into_iter()
            .map(|label| {
                let (waiting, other) = (store.waiting().0, store.clone());
                let thread = std::thread::spawn(move || append(&other, label));
                assert!(wait_for(Duration::from_secs(10), || store.waiting().0 > waiting));
                thread
            })
            .collect();
        let refused = append(&store, "too many").unwrap_err();
        assert_eq!(
            (refused.status, refused.kind),
            (503, "busy"),
            "{}",
            place.name
        );
        assert!(refused.retry_after.is_some());
        held.release();
        for thread in waiting {
            assert!(thread.join().unwrap().is_ok());
        }
        assert_eq!(append(&store, "again"), Ok(2));
        assert_eq!(labels(&store), ["a", "b", "again"], "{}", place.name);
        store.stop();
        let stopped = append(&store, "late").unwrap_err();
        assert_eq!((stopped.status, stopped.kind), (503, "stopping"));
    }
}

#[test]
fn a_store_is_used_and_dropped_in_asynchronous_code() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let size = runtime.block_on(async move {
            let first = store.write(|change| change.append(BODY, step("a")));
            let second = store.write(|change| change.append(BODY, step("b")));
            let (first, second) = tokio::join!(first, second);
            assert_eq!(first.unwrap() + second.unwrap(), 1);
            store
                .read(|sql| {
                    let row = sql.query_one("SELECT size FROM log_head WHERE id = 1", &[])?;
                    Ok(row.unwrap().count(0)?)
                })
                .await
            // The store, and with it the last handle on its threads, is dropped here.
        });
        assert_eq!(size.unwrap(), 2, "{}", place.name);
    }
}

#[test]
fn a_connection_that_was_cut_is_made_anew() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = begun(&place, &Hand::at(NOON), Limits::default());
    for (index, label) in (0..).zip(["a", "b", "c"]) {
        // The first change after the cut meets a dead connection, and makes a new one.
        assert_eq!(append(&store, label), Ok(index));
        cluster.cut(&place);
    }
    assert!(wait_for(Duration::from_secs(10), || {
        store.read_blocking(|sql| Ok(texts(sql)?)).is_ok()
    }));
    assert_eq!(labels(&store), ["a", "b", "c"]);
    store.stop();
}

fn good(label: &'static str) -> Change {
    Box::new(move |change| {
        insert(change.sql, label)?;
        change.append(BODY, step(label))
    })
}

/// Something that is told apart by its text, and can be there once.
fn insert(sql: &mut dyn Sql, text: &str) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO document (digest, media) VALUES (?1, ?2)",
        &[text.as_bytes().into(), text.into()],
    )?;
    Ok(())
}

fn texts(sql: &mut dyn Sql) -> Result<Vec<String>, StoreError> {
    let rows = sql.query("SELECT media FROM document ORDER BY digest", &[])?;
    let texts = rows.iter().map(|row| row.text(0).map(str::to_owned));
    texts.collect()
}
