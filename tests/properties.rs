//! Random campaigns against what the specification says, computed independently.
//!
//! For each: exact numbers, disjoint strata, nobody excluded, every team within the rules, as many
//! slots filled as can be, no load above the smallest possible cap plus slack; the same result twice,
//! with one thread and with four, and for any order of the input; both bundles verify.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::{BTreeMap, HashMap, HashSet};

use case::{Case, cases};
use dispatch_core::draw::Draw;
use dispatch_core::verify::{Expectations, Verdict};
use dispatch_tests::campaign::{Campaign, Row, bundle, numbers, prepare, report};
use dispatch_tests::chance::Dice;
use oracle::{field, may_fill, most, quota, stratum_of};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[path = "properties/case.rs"]
mod case;
#[path = "properties/oracle.rs"]
mod oracle;

#[test]
fn random_campaigns_keep_the_rules() {
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    run(&mut |case| {
        let campaign = &case.campaign;
        let expected = quotas(campaign);
        let possible = expected.iter().all(|(_, quota)| quota.is_some())
            && expected.iter().any(|(_, quota)| *quota != Some(0));
        let frozen = match (campaign.try_freeze(), possible) {
            (Ok(frozen), true) => frozen,
            (Err(_), false) => {
                *kinds.entry("refused").or_default() += 1;
                return;
            }
            (found, _) => panic!("possible: {possible}, found: {found:?}"),
        };
        let announced: Vec<_> = frozen
            .announcement
            .strata
            .iter()
            .map(|s| (s.pool, Some(s.quota)))
            .collect();
        assert_eq!(announced, expected);
        let values = numbers(case.seed);
        let prepared = prepare(&frozen).unwrap();
        let draw = prepared.draw(&values).unwrap();
        assert_subjects(campaign, &draw, &expected);
        let open = assert_teams(campaign, &draw);
        *kinds
            .entry(if open == 0 { "complete" } else { "short" })
            .or_default() += 1;

        let sealed = !campaign.plan.subjects.sealed.is_empty();
        *kinds
            .entry(if sealed { "sealed" } else { "open" })
            .or_default() += 1;
        let expectations = Expectations {
            commitment: Some(frozen.commitment),
            ..Expectations::default()
        };
        let public = report(
            &bundle(&frozen, &prepared, &draw, &values, false),
            &expectations,
        );
        let audit = report(
            &bundle(&frozen, &prepared, &draw, &values, true),
            &expectations,
        );
        assert_eq!(
            (public.public, public.auditor),
            (Verdict::Pass, Verdict::Hidden),
            "{public:?}"
        );
        assert_eq!(
            (audit.public, audit.auditor),
            (Verdict::Pass, Verdict::Pass),
            "{audit:?}"
        );
    });
    println!("{kinds:?}");
    // The cases are fixed, so that each kind is there is a fact, not a chance.
    for kind in ["refused", "complete", "short", "sealed", "open"] {
        assert!(
            kinds.get(kind).is_some_and(|times| *times >= 10),
            "{kind}: {kinds:?}"
        );
    }
}

#[test]
fn neither_threads_nor_order_nor_repetition_matter() {
    let pools = [1, 4].map(|threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    });
    let mut drawn = 0;
    run(&mut |case| {
        let values = numbers(case.seed);
        let outcome = |campaign: &Campaign| {
            let frozen = campaign.try_freeze().ok()?;
            let draw = prepare(&frozen).unwrap().draw(&values).unwrap();
            Some((frozen.commitment, draw.records, draw.result))
        };
        let first = outcome(&case.campaign);
        drawn += u32::from(first.is_some());
        for pool in &pools {
            assert_eq!(pool.install(|| outcome(&case.campaign)), first);
        }
        let mut shuffled = case.campaign.clone();
        let mut dice = Dice::new(case.seed);
        dice.shuffle(&mut shuffled.subjects);
        dice.shuffle(&mut shuffled.officers);
        dice.shuffle(&mut shuffled.recusals);
        for row in shuffled.subjects.iter_mut().chain(&mut shuffled.officers) {
            dice.shuffle(row);
        }
        assert_eq!(outcome(&shuffled), first);
    });
    assert!(drawn >= 50, "{drawn}");
}

#[test]
fn the_oracle_counts_as_it_should() {
    // Two subjects of two slots and two officers: everybody on both; with capacity 1, two of four.
    let visits = vec![vec![vec![0, 1], vec![0, 1]]; 2];
    assert_eq!(
        (
            most(&visits, &[2, 2]),
            most(&visits, &[1, 1]),
            most(&visits, &[9, 0])
        ),
        (4, 2, 2)
    );
    // A long detour: officer 0 must leave the slot it took first.
    assert_eq!(most(&[vec![vec![0, 1]], vec![vec![0]]], &[1, 1]), 2);
}

/// The quotas, and who was drawn.
fn assert_subjects(campaign: &Campaign, draw: &Draw, expected: &[(u64, Option<u64>)]) {
    let rows = by_id(&campaign.subjects);
    let mut drawn = vec![0; expected.len()];
    let mut seen = HashSet::new();
    for record in &draw.records {
        assert!(seen.insert(&record.subject), "{} twice", record.subject);
        let stratum = stratum_of(campaign, rows[record.subject.as_str()]);
        drawn[stratum.expect_in(&record.subject)] += 1;
    }
    let expected: Vec<u64> = expected.iter().map(|(_, quota)| quota.unwrap()).collect();
    assert_eq!(drawn, expected);
}

/// Every rule for teams; gives the number of open slots.
fn assert_teams(campaign: &Campaign, draw: &Draw) -> usize {
    let (subjects, officers) = (by_id(&campaign.subjects), by_id(&campaign.officers));
    let mut loads: HashMap<&str, u64> = HashMap::new();
    for record in &draw.records {
        let subject = subjects[record.subject.as_str()];
        let named: Vec<&String> = record.officers.iter().filter(|id| !id.is_empty()).collect();
        assert_eq!(
            named.iter().collect::<HashSet<_>>().len(),
            named.len(),
            "{record:?}"
        );
        for (slot, id) in record
            .officers
            .iter()
            .enumerate()
            .filter(|(_, id)| !id.is_empty())
        {
            assert!(
                may_fill(campaign, officers[id.as_str()], slot, subject),
                "{slot}: {record:?}"
            );
            *loads.entry(id.as_str()).or_default() += 1;
        }
    }
    // Load groups are the regions, or all in one.
    let grouped = !campaign.plan.team.group.is_empty();
    let regions: &[&str] = if grouped {
        &["区0", "区1", "区2"]
    } else {
        &[""]
    };
    let mut all_open = 0;
    for region in regions {
        let here = |row: &Row| !grouped || field(row, "region") == *region;
        let staff: Vec<&Row> = campaign.officers.iter().filter(|row| here(row)).collect();
        let records: Vec<_> = draw
            .records
            .iter()
            .filter(|record| here(subjects[record.subject.as_str()]))
            .collect();
        let slots = campaign.plan.team.size();
        let able = |subject: &Row, slot| -> Vec<usize> {
            (0..staff.len())
                .filter(|at| may_fill(campaign, staff[*at], slot, subject))
                .collect()
        };
        let visits: Vec<Vec<Vec<usize>>> = records
            .iter()
            .map(|r| {
                (0..slots)
                    .map(|slot| able(subjects[r.subject.as_str()], slot))
                    .collect()
            })
            .collect();
        let limits: Vec<u64> = staff
            .iter()
            .map(|row| field(row, "limit").parse().unwrap_or(1_000))
            .collect();
        let filled = records
            .iter()
            .flat_map(|r| &r.officers)
            .filter(|id| !id.is_empty())
            .count();
        assert_eq!(
            filled,
            most(&visits, &limits),
            "as many slots as can be filled at all"
        );
        all_open += records.len() * slots - filled;
        let capped = |cap: u64| {
            limits
                .iter()
                .map(|limit| cap.min(*limit))
                .collect::<Vec<_>>()
        };
        let base = (0..)
            .find(|cap| most(&visits, &capped(*cap)) == filled)
            .unwrap();
        for (row, limit) in staff.iter().zip(&limits) {
            let load = loads.get(field(row, "id")).copied().unwrap_or(0);
            let cap = base + campaign.plan.team.slack;
            assert!(load <= cap.min(*limit), "{row:?} has {load}, base {base}");
        }
    }
    assert_eq!(draw.teams.open(), all_open);
    all_open
}

fn quotas(campaign: &Campaign) -> Vec<(u64, Option<u64>)> {
    let places: Vec<_> = campaign
        .subjects
        .iter()
        .map(|row| stratum_of(campaign, row))
        .collect();
    let strata = campaign.plan.strata.iter().enumerate();
    strata
        .map(|(at, stratum)| {
            let pool = places.iter().filter(|place| **place == Some(at)).count() as u64;
            (pool, quota(&stratum.quota, pool))
        })
        .collect()
}

fn by_id(rows: &[Row]) -> HashMap<&str, &Row> {
    rows.iter().map(|row| (field(row, "id"), row)).collect()
}

/// Runs a test on the same 250 cases every time; a failing one is made smaller.
fn run(test: &mut dyn FnMut(&Case)) {
    let config = Config {
        cases: 250,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let test = std::cell::RefCell::new(test);
    TestRunner::new_with_rng(config, random)
        .run(&cases(), |case| {
            (test.borrow_mut())(&case);
            Ok(())
        })
        .unwrap();
}

/// Names the subject in the message.
trait ExpectIn {
    fn expect_in(self, id: &str) -> usize;
}

impl ExpectIn for Option<usize> {
    fn expect_in(self, id: &str) -> usize {
        self.unwrap_or_else(|| panic!("{id} is excluded or outside the strata, and was drawn"))
    }
}
