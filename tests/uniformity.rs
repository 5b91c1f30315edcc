//! Rows, pairs of rows, officers and pairs of officers, counted over ten thousand draws and more.
//!
//! Each statistic must lie between bounds that it leaves with probability at most 2·10^−9 (chance.rs);
//! about thirty are computed, so over all choices of seeds the whole file gives a false alarm with
//! probability below 10^−7 (apart from the chi-square approximation). Seeds are fixed. The same
//! statistics are applied to the systematic draw of the platform of 2017 and must reject it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;

use counts::Counts;
use dispatch_core::digest::Digest;
use dispatch_core::plan::Op;
use dispatch_core::selection::{Stratification, SubjectKey, select};
use dispatch_tests::campaign::{
    Campaign, condition, count, numbers, officers, plan, prepare, row, stratum, subject_id,
    subjects,
};
use dispatch_tests::chance::{Dice, pearson, plausible};

#[path = "uniformity/counts.rs"]
mod counts;
#[path = "uniformity/stages.rs"]
mod stages;
#[path = "uniformity/systematic.rs"]
mod systematic;

#[test]
fn rows_and_pairs_of_rows_in_strata_of_several_sizes() {
    // The strata's rows are interleaved in the roster, and one stratum is drawn whole.
    const STRATA: [(usize, u64); 5] = [(5, 2), (7, 3), (40, 8), (100, 70), (9, 9)];
    let mut rows = Vec::new();
    for (name, (size, _)) in ["a", "b", "c", "d", "e"].into_iter().zip(STRATA) {
        rows.extend((0..size).map(|at| (at * 1000 / size, name)));
    }
    rows.sort_unstable();
    let rows: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(at, (_, kind))| row(&[("id", &subject_id(at)), ("name", "某店"), ("risk", kind)]))
        .collect();
    let strata = ["a", "b", "c", "d", "e"]
        .into_iter()
        .zip(STRATA)
        .map(|(name, (_, quota))| {
            stratum(name, count(quota), vec![condition("risk", Op::In, &[name])])
        });
    let mut campaign = Campaign::new(rows, officers(2), count(1));
    campaign.plan = plan(strata.collect());
    let roster = campaign.subject_roster();
    let placed = Stratification::new(&campaign.plan, &roster, None);
    // Place of every row within its stratum.
    let mut seen = [0; 5];
    let places: Vec<usize> = (0..roster.len())
        .map(|at| {
            let kind = &campaign.subjects[at][2].1;
            let stratum = ["a", "b", "c", "d", "e"]
                .iter()
                .position(|name| name == kind)
                .unwrap();
            seen[stratum] += 1;
            seen[stratum] - 1
        })
        .collect();

    let mut counts: Vec<Counts> = STRATA
        .iter()
        .map(|(size, quota)| Counts::new(*size, *quota as usize))
        .collect();
    for draw in 0..DRAWS {
        let key = SubjectKey::new(&Digest::of(&draw.to_be_bytes()));
        let mut lists: [Vec<usize>; 5] = Default::default();
        for selected in select(&roster, &placed, key) {
            lists[selected.stratum].push(places[selected.row]);
        }
        for (counts, list) in counts.iter_mut().zip(&mut lists) {
            list.sort_unstable();
            counts.add(list);
        }
    }
    for (counts, (size, quota)) in counts.iter().zip(STRATA).take(4) {
        let (statistic, degrees) = counts.of_rows();
        println!("rows of {quota} in {size}: {statistic:.1}, {degrees} degrees of freedom");
        assert!(
            plausible(degrees).contains(&statistic),
            "{quota} of {size}: {statistic}"
        );
        let (statistic, degrees) = counts.of_pairs();
        println!("pairs of {quota} in {size}: {statistic:.1}, {degrees} degrees of freedom");
        assert!(
            plausible(degrees).contains(&statistic),
            "{quota} of {size}: {statistic}"
        );
    }
}

#[test]
fn the_whole_draw_selects_rows_and_pairs_uniformly() {
    // The same through freezing and drawing, with real seeds: 10,000 draws of 4 out of 12.
    let prepared = prepare(&Campaign::new(subjects(12), officers(3), count(4)).freeze()).unwrap();
    let mut counts = Counts::new(12, 4);
    for draw in 0..DRAWS {
        let mut rows: Vec<usize> = { prepared.draw(&numbers(draw)).unwrap().selected }
            .iter()
            .map(|s| s.row)
            .collect();
        rows.sort_unstable();
        counts.add(&rows);
    }
    for (statistic, degrees) in [counts.of_rows(), counts.of_pairs()] {
        assert!(
            plausible(degrees).contains(&statistic),
            "{statistic}, {degrees}"
        );
    }
}

#[test]
fn interchangeable_officers_and_their_pairs() {
    // Nine equal officers, six visits of two. In every draw the team of a given visit is one pair, and
    // by symmetry each of the 36 is equally likely: Pearson's statistic has 35 degrees of freedom for
    // pairs, 8 for the officer of one slot. The last visit is where the caps already bind.
    let prepared = prepare(&Campaign::new(subjects(6), officers(9), count(6)).freeze()).unwrap();
    for (what, visit) in [("first", 0), ("last", 5)] {
        let mut slots = [[0_u32; 9]; 2];
        let mut pairs = [0_u32; 81];
        for draw in 0..DRAWS {
            // Other seeds for the two visits, so that their statistics are independent.
            let draw = prepared
                .draw(&numbers(draw + 1_000_000 * visit as u64))
                .unwrap();
            let team = &draw.teams.members[visit];
            let (a, b) = (team[0].unwrap(), team[1].unwrap());
            assert_ne!(a, b);
            slots[0][a] += 1;
            slots[1][b] += 1;
            pairs[9 * a.min(b) + a.max(b)] += 1;
        }
        for slot in slots {
            let statistic = pearson(&slot);
            assert!(
                plausible(8.0).contains(&statistic),
                "{what}: {slot:?}: {statistic}"
            );
        }
        let possible: Vec<u32> = (0..9)
            .flat_map(|a| (a + 1..9).map(move |b| 9 * a + b))
            .map(|at| pairs[at])
            .collect();
        assert_eq!(possible.len(), 36);
        let statistic = pearson(&possible);
        assert!(
            plausible(35.0).contains(&statistic),
            "{what}: {possible:?}: {statistic}"
        );
    }
}

#[test]
fn the_statistics_reject_the_draw_of_2017() {
    let mut dice = Dice::new(2017);
    // 9 of 40, stride 4: the last four rows are never drawn. Rows and pairs both show it.
    // 8 of 40, stride 5: every row has chance 1/5, so rows alone need not show it; pairs do.
    // 28 of 40: above one half, stride 3 among those left out, so the last four are always drawn.
    for (pool, wanted, rows_show) in [
        (40, 9, true),
        (40, 8, false),
        (40, 28, true),
        (100, 70, true),
    ] {
        let mut counts = Counts::new(pool, wanted);
        for _ in 0..DRAWS {
            counts.add(&systematic::draw(pool, wanted, &mut dice));
        }
        let ((rows, row_degrees), (pairs, pair_degrees)) = (counts.of_rows(), counts.of_pairs());
        println!(
            "2017, {wanted} of {pool}: rows {rows:.0}/{row_degrees}, pairs {pairs:.0}/{pair_degrees}"
        );
        assert!(
            pairs > 100.0 * plausible(pair_degrees).end(),
            "{wanted} of {pool}: pairs {pairs}"
        );
        if rows_show {
            assert!(
                rows > 10.0 * plausible(row_degrees).end(),
                "{wanted} of {pool}: rows {rows}"
            );
        }
    }
}

#[test]
fn the_re_implementation_has_the_failures_it_is_known_for() {
    // Lists, rows never drawn, rows always drawn: by hand from stride and remainder.
    for (pool, wanted, lists, never, always) in [
        (1000, 30, 33, 10, 0),
        (997, 100, 9, 97, 0),
        (1000, 700, 3, 0, 100),
        (7, 3, 2, 1, 0),
    ] {
        let starts = systematic::stride(pool, wanted);
        let all: BTreeSet<Vec<usize>> = (0..starts)
            .map(|start| systematic::list(pool, wanted, start))
            .collect();
        let times = |row: &usize| all.iter().filter(|list| list.contains(row)).count();
        let found_never = (0..pool).filter(|row| times(row) == 0).count();
        let found_always = (0..pool).filter(|row| times(row) == all.len()).count();
        assert_eq!(
            (all.len(), found_never, found_always),
            (lists, never, always),
            "{wanted} of {pool}"
        );
    }
}

#[test]
fn the_variances_are_right() {
    // Every list exactly once is the whole distribution: over it, the mean of a chi-square statistic
    // of one draw is its number of degrees of freedom.
    for (pool, wanted) in [(6_usize, 3_u32), (7, 3), (8, 2), (9, 6)] {
        let lists: Vec<Vec<usize>> = (0_u32..1 << pool)
            .filter(|bits| bits.count_ones() == wanted)
            .map(|bits| (0..pool).filter(|at| bits >> at & 1 == 1).collect())
            .collect();
        let (mut rows, mut pairs) = (0.0, 0.0);
        let mut degrees = (0.0, 0.0);
        for list in &lists {
            let mut counts = Counts::new(pool, wanted as usize);
            counts.add(list);
            rows += counts.of_rows().0;
            pairs += counts.of_pairs().0;
            degrees = (counts.of_rows().1, counts.of_pairs().1);
        }
        let lists = lists.len() as f64;
        assert!((rows / lists - degrees.0).abs() < 1e-9, "{pool}, {wanted}");
        assert!((pairs / lists - degrees.1).abs() < 1e-9, "{pool}, {wanted}");
    }
}

const DRAWS: u64 = 10_000;
