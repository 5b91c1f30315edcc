//! The register written anew from the log.

use dispatch_service::store::Limits;

use super::{dump, run, tamper};
use crate::store::register::filled;
use crate::store::{Hand, NOON, begun};
use crate::support::cluster::backends;

#[test]
fn rebuilding_undoes_what_was_done_by_hand_and_says_how_much() {
    for place in backends() {
        let hand = Hand::at(NOON);
        let store = begun(&place, &hand, Limits::default());
        filled(&store, &hand);
        store.stop();
        let mut before = dump(&place.backend);
        for statement in [
            "UPDATE register_draw SET state = 'announced' WHERE draw IN ('D-1', 'D-2')",
            "DELETE FROM register_step WHERE stage = 1",
            "INSERT INTO register_body VALUES ('nobody', 3)",
        ] {
            tamper(&place.backend, statement);
        }
        let told = run(&place, &["rebuild"]).unwrap();
        let told: Vec<&str> = told.lines().collect();
        assert_eq!(
            told,
            [
                "the register was written anew from 22 entries of the log",
                "register_body: 1 rows differed",
                "register_plan: 0 rows differed",
                "register_planned: 0 rows differed",
                "register_draw: 2 rows differed",
                "register_step: 3 rows differed",
                "register_voided: 0 rows differed",
            ],
            "{}",
            place.name
        );
        let mut after = dump(&place.backend);
        let trail = after.remove("audit").unwrap();
        before.remove("audit");
        assert_eq!(after, before, "{}", place.name);
        assert!(
            trail
                .concat()
                .contains("register_body: 1, register_draw: 2, register_step: 3")
        );
        let told = run(&place, &["rebuild"]).unwrap();
        assert_eq!(told.matches(": 0 rows").count(), 6, "{told}");
    }
}
