//! Which enterprises were drawn, how many of them, and how often one could draw.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::digest::Digest;
use dispatch_core::selection::{Stratification, SubjectKey, select};
use dispatch_tests::campaign::{Campaign, count, numbers, officers, prepare, subjects};
use dispatch_tests::chance::{pearson, plausible};

/// The platform had ⌊N/n⌋ possible lists: of 7 rows and 3 wanted, 2 of the 35.
#[test]
fn every_list_of_a_small_pool_is_possible_and_equally_likely() {
    // 35,000 draws give each list 1,000 times with a deviation of 31.2; 200 are 6.4 of them, which
    // one of 35 counts exceeds with probability below 10^-8. The statistic has 34 degrees of freedom.
    let mut lists: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    draws(7, 3, 35_000, |rows| {
        *lists.entry(rows.to_vec()).or_default() += 1
    });
    assert_eq!(lists.len(), 35, "7·6·5 / 3·2·1 lists");
    let counts: Vec<u32> = lists.into_values().collect();
    assert!(
        counts.iter().all(|count| count.abs_diff(1000) <= 200),
        "{counts:?}"
    );
    let statistic = pearson(&counts);
    assert!(plausible(34.0).contains(&statistic), "{statistic}");
}

/// On the platform whoever stood next to a drawn enterprise was safe for a whole stride.
#[test]
fn neighbours_can_be_drawn_together() {
    // Two given rows are drawn together with probability 8·7 / 40·39; that one of the 39 pairs of
    // neighbours never is in 1,000 draws has probability below 10^-13.
    let mut together = [0_u32; 39];
    draws(40, 8, 1000, |rows| {
        for pair in rows.windows(2).filter(|pair| pair[0] + 1 == pair[1]) {
            together[pair[0]] += 1;
        }
    });
    assert!(together.iter().all(|times| *times > 0), "{together:?}");
    // On average 35.9 times; 65 is 4.9 deviations above, 10 is 4.4 below (fixed seeds).
    assert!(
        together.iter().all(|times| (10..=65).contains(times)),
        "{together:?}"
    );
}

/// The last N mod n rows had chance zero: 97 of 997 when 100 were wanted.
#[test]
fn no_row_is_beyond_the_last_stride() {
    every_row_both_ways(997, 100, 300);
}

/// A page of 5,000 rows ended in the middle: of 12,000 rows 450 had chance zero, 100 thrice theirs.
#[test]
fn no_row_is_lost_at_the_turn_of_a_page() {
    every_row_both_ways(12_000, 600, 600);
}

/// Above one half the platform chose what to leave out; 100 of 1,000 rows were always drawn.
#[test]
fn no_row_is_certain_when_most_are_drawn() {
    every_row_both_ways(1000, 700, 100);
}

/// The same at 9,000 of 12,000: 2,250 rows were always drawn.
#[test]
fn no_row_is_certain_when_most_of_several_pages_are_drawn() {
    every_row_both_ways(12_000, 9000, 120);
}

/// A stride above the page size ended the loop: 10 of 60,000 gave 1 to 6, of 100,000 mostly 1; page
/// and public notice went on to show 10.
#[test]
fn the_number_drawn_is_the_number_announced() {
    for pool in [60_000, 100_000] {
        let campaign = Campaign::new(subjects(pool), officers(6), count(10));
        let frozen = campaign.freeze();
        assert_eq!(frozen.announcement.strata[0].quota, 10);
        let prepared = prepare(&frozen).unwrap();
        for seed in 0..4 {
            let draw = prepared.draw(&numbers(seed)).unwrap();
            let drawn: BTreeSet<&str> = draw.records.iter().map(|r| r.subject.as_str()).collect();
            assert_eq!(
                (drawn.len(), draw.records.len(), draw.result.count),
                (10, 10, 10)
            );
            assert!(
                draw.records
                    .iter()
                    .all(|r| !r.officers.contains(&String::new()))
            );
        }
    }
}

/// Every request of the page drew again; with 33 lists a chosen enterprise fell out at the next one.
#[test]
fn repetition_has_no_effect() {
    let frozen = Campaign::new(subjects(1000), officers(20), count(30)).freeze();
    let prepared = prepare(&frozen).unwrap();
    let first = prepared.draw(&numbers(5)).unwrap();
    for _ in 0..5 {
        let again = prepared.draw(&numbers(5)).unwrap();
        assert_eq!(
            (&again.records, &again.result),
            (&first.records, &first.result)
        );
    }
    let afresh = prepare(&frozen).unwrap().draw(&numbers(5)).unwrap();
    assert_eq!(afresh.records, first.records);
    assert_ne!(prepared.draw(&numbers(6)).unwrap().records, first.records);
}

/// Draws `wanted` of `pool` rows `times` times; `see` gets the rows in roster order.
fn draws(pool: usize, wanted: u64, times: u32, mut see: impl FnMut(&[usize])) {
    let campaign = Campaign::new(subjects(pool), officers(2), count(wanted));
    let roster = campaign.subject_roster();
    let strata = Stratification::new(&campaign.plan, &roster, None);
    for time in 0..times {
        let key = SubjectKey::new(&Digest::of(&time.to_be_bytes()));
        let mut rows: Vec<usize> = select(&roster, &strata, key)
            .iter()
            .map(|s| s.row)
            .collect();
        rows.sort_unstable();
        see(&rows);
    }
}

/// Every row is drawn at least once, and at least once not.
fn every_row_both_ways(pool: usize, wanted: u64, times: u32) {
    let mut counts = vec![0_u32; pool];
    draws(pool, wanted, times, |rows| {
        assert_eq!(rows.len() as u64, wanted);
        for row in rows {
            counts[*row] += 1;
        }
    });
    // A row has chance p in every draw: all the times not, or all the times, with probability
    // (1 - p)^times + p^times.
    let p = f64::from(u32::try_from(wanted).unwrap()) / f64::from(u32::try_from(pool).unwrap());
    let exponent = i32::try_from(times).unwrap();
    let alarm = counts.len() as f64 * ((1.0 - p).powi(exponent) + p.powi(exponent));
    assert!(
        alarm < 1e-8,
        "this test would give false alarm with probability {alarm}"
    );
    let never = counts.iter().filter(|count| **count == 0).count();
    let always = counts.iter().filter(|count| **count == times).count();
    assert_eq!((never, always), (0, 0), "{wanted} of {pool}");
}
