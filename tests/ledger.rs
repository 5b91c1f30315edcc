//! The frequency ledger against a brute force that walks from day to day, and its promises on random
//! lists of visits: nobody is excluded without a completed and disclosed visit, what is sealed changes
//! nothing, and the order of the list does not matter.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use case::{Case, SUBJECTS, any_case};
use dispatch_core::ledger::{Days, Ledger, Rules, Visit};
use oracle::{codes, is_settled, pairs, plain, warned};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[path = "ledger/case.rs"]
mod case;
#[path = "ledger/oracle.rs"]
mod oracle;

/// Everything a ledger says.
fn everything(visits: &[Visit], rules: &Rules, days: Days) -> String {
    let ledger = Ledger::new(visits.to_vec());
    let standings: Vec<_> = { SUBJECTS.iter() }
        .map(|subject| ledger.standing(subject, "路1号", rules, days))
        .collect();
    let (pairs, warnings) = (
        ledger.forbidden_pairs(rules, days),
        ledger.warnings(rules, days),
    );
    format!("{standings:?} {pairs:?} {warnings:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, rng_seed: RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_agrees_with_brute_force(case in any_case()) {
        let Case { visits, rules, days } = case;
        let ledger = Ledger::new(visits.clone());
        for subject in SUBJECTS {
            for address in ["", "路1号"] {
                let standing = ledger.standing(subject, address, &rules, days);
                let found: BTreeSet<String> = standing.exclusions.iter().map(|e| e.code.clone()).collect();
                prop_assert_eq!(found, codes(&visits, subject, address, &rules, days));
            }
        }
        let found: BTreeSet<_> = { ledger.forbidden_pairs(&rules, days).into_iter() }
            .map(|pair| (pair.subject, pair.officer))
            .collect();
        prop_assert_eq!(found, pairs(&visits, &rules, days));
        let found: BTreeSet<_> = { ledger.warnings(&rules, days).into_iter() }
            .map(|w| (w.subject, w.code, w.references.len()))
            .collect();
        prop_assert_eq!(found, warned(&visits, &rules, days));
    }

    #[test]
    fn every_consequence_names_completed_and_disclosed_visits(case in any_case()) {
        let Case { visits, rules, days } = case;
        let ledger = Ledger::new(visits.clone());
        let stands = |reference: &str, subject: &str| {
            visits.iter().any(|v| v.reference == reference && v.subject == subject && is_settled(v, days))
        };
        for subject in SUBJECTS {
            for exclusion in ledger.standing(subject, "", &rules, days).exclusions {
                prop_assert!(stands(&exclusion.reference, subject), "{exclusion:?}");
            }
        }
        for pair in ledger.forbidden_pairs(&rules, days) {
            prop_assert!(pair.references.iter().all(|r| stands(r, &pair.subject)), "{pair:?}");
        }
    }

    #[test]
    fn sealed_visits_and_the_order_of_the_list_change_nothing(
        case in any_case(),
        order in prop::collection::vec(any::<u32>(), 30),
    ) {
        let Case { visits, rules, days } = case;
        let due = everything(&visits, &rules, days);
        let is_sealed = |v: &Visit| {
            !v.draw.is_empty() && !matches!(v.disclosed, Some(day) if plain(day) <= plain(days.known))
        };
        let open: Vec<Visit> = visits.iter().filter(|v| !is_sealed(v)).cloned().collect();
        prop_assert_eq!(&due, &everything(&open, &rules, days));
        let mut shuffled: Vec<(u32, Visit)> = order.into_iter().zip(visits).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<Visit> = shuffled.into_iter().map(|(_, visit)| visit).collect();
        prop_assert_eq!(&due, &everything(&shuffled, &rules, days));
    }
}
