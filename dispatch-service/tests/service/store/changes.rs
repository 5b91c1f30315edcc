//! Changes: all or nothing, one after another, each answered after its commit.

use std::time::Duration;

use dispatch_service::store::Limits;

use super::{BODY, Hand, NOON, begun, step};
use crate::support::cluster::{backends, shared, wait_for};

#[test]
fn a_change_is_there_for_everybody_once_it_is_answered() {
    for place in backends() {
        let store = begun(&place, &Hand::at(NOON), Limits::default());
        store
            .write_blocking(|change| {
                let now = change.now;
                change.sql.execute(
                    "INSERT INTO document (digest, media) VALUES (?1, ?2)",
                    &[vec![1, 2].into(), now.to_string().into()],
                )?;
                Ok(())
            })
            .unwrap();
        let media = store.read_blocking(|sql| {
            let row = sql.query_one(
                "SELECT media FROM document WHERE digest = ?1",
                &[vec![1, 2].into()],
            )?;
            Ok(row.map(|row| row.text(0).map(str::to_owned)).transpose()?)
        });
        assert_eq!(media.unwrap(), Some(NOON.to_string()), "{}", place.name);
        store.stop();
    }
}

#[test]
fn the_log_never_goes_back_in_time() {
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        let append = |label: &str| {
            let step = step(label);
            store.write_blocking(move |change| change.append(BODY, step))
        };
        hand.set(NOON + 10);
        assert_eq!(append("first").unwrap(), 0, "{}", place.name);
        hand.set(NOON + 9);
        let refused = append("back").unwrap_err();
        assert_eq!((refused.status, refused.kind), (503, "clock"));
        hand.set(NOON + 10);
        assert_eq!(append("second").unwrap(), 1, "{}", place.name);
        store.stop();
    }
}

#[test]
fn a_connection_that_was_cut_is_made_anew() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = begun(&place, &Hand::at(NOON), Limits::default());
    for label in ["before", "after", "later"] {
        let step = step(label);
        let done = wait_for(Duration::from_secs(20), || {
            let step = step.clone();
            store
                .write_blocking(move |change| change.append(BODY, step))
                .is_ok()
        });
        assert!(done, "{label}");
        cluster.cut(&place);
    }
    let size = store.read_blocking(|sql| {
        let row = sql.query_one("SELECT size FROM log_head WHERE id = 1", &[])?;
        Ok(row.unwrap().count(0)?)
    });
    // Reading meets a connection that was cut as well.
    let _ = size;
    store.stop();
}
