//! Odds, loads and partners beside exact ones.

use dispatch_core::simulation::Simulation;
use dispatch_tests::campaign::{
    Campaign, count, officer, officer_id, officers, slot, subject_id, subjects,
};

use crate::enumeration::{Exact, Small};
use crate::simulated;

/// Three officers, teams of two, one of six drawn, one officer recused from one subject. By hand: for
/// that subject the two others are certain; for every other subject each officer has two chances in three.
#[test]
fn a_recusal_that_leaves_two_forces_them() {
    let mut campaign = Campaign::new(subjects(6), officers(3), count(1));
    campaign.recusals = vec![(subject_id(2), officer_id(0))];
    let found = simulated(&campaign, 3000, "forced");
    let forced: Vec<_> = { found.forced.iter() }
        .filter(|pair| pair.subject == subject_id(2))
        .map(|pair| (pair.officer.id.clone(), pair.times == pair.of, pair.reach))
        .collect();
    assert_eq!(forced, [(officer_id(1), true, 2), (officer_id(2), true, 2)]);
    assert!(found.forced[..2].iter().all(|pair| pair.warned));
    assert!(found.forced[0].why.english.contains("recused 1; 2 left"));
    // The five others are one kind, seen in about 2500 of the 3000 runs: 4 sigma are 0.038.
    let others: Vec<_> = { found.forced.iter() }
        .filter(|pair| pair.subjects == 5)
        .collect();
    assert_eq!(others.len(), 2, "not more than a team has places");
    for pair in others {
        assert!((2300..2700).contains(&pair.of), "{pair:?}");
        near(pair.times as f64 / pair.of as f64, 2.0 / 3.0, 0.038);
        assert!(pair.warned, "two thirds are more than half");
    }
    assert_eq!(found.reach.subjects, [(2, 1), (3, 5)].into());
    assert_eq!(found.reach.few, 1);
}

/// Two of five drawn, four officers of whom two may lead, limits and recusals that bind.
#[test]
fn odds_under_limits_and_recusals_are_those_of_enumeration() {
    for slack in [0, 1] {
        let people = vec![
            officer(0, &[("lead", "yes"), ("limit", "1")]),
            officer(1, &[("lead", "yes")]),
            officer(2, &[]),
            officer(3, &[("limit", "1")]),
        ];
        let mut campaign = Campaign::new(subjects(5), people, count(2));
        campaign.plan.team.slack = slack;
        campaign.plan.team.slots = vec![slot("组长", 1), slot("检查人员", 1)];
        campaign.plan.team.slots[0].lead = true;
        campaign.recusals = vec![
            (subject_id(0), officer_id(1)),
            (subject_id(1), officer_id(2)),
            (subject_id(1), officer_id(0)),
        ];
        let exact = Small {
            officers: 4,
            limits: vec![1, 9, 9, 1],
            slots: vec![vec![0, 1], vec![0, 1, 2, 3]],
            recused: vec![vec![1], vec![0, 2], vec![], vec![], vec![]],
            quota: 2,
            slack: usize::try_from(slack).unwrap(),
        }
        .count();
        // What is compared is not trivial: alone, a subject without recusals would get officer 3 in
        // one draw of three; cap, limits and the other subject move that.
        assert!((exact.given(2, 3) - 1.0 / 3.0).abs() > 0.025, "{exact:?}");
        let found = simulated(&campaign, 6000, "enumerated");
        assert_eq!(found.short_runs, 0);
        for at in 0..4 {
            // At most two a run: 4 sigma of a mean over 6000 runs are below 0.04.
            let load = found.loads[at].places as f64 / 6000.0;
            near(load, exact.load(at), 0.04);
        }
        assert_eq!(found.partners.top.len(), exact.pairs());
        for pair in &found.partners.top {
            let (first, second) = (number(&pair.first.id), number(&pair.second.id));
            near(pair.times as f64 / 6000.0, exact.pair(first, second), 0.04);
        }
        // Subjects with recusals are looked at in 400 runs of their own: 4 sigma are 0.1. The others
        // are one kind, seen in 6000 · 3 · 2/5 = 7200 visits: 0.024.
        compare(&found, &exact, 0, 1, 0.1);
        compare(&found, &exact, 1, 1, 0.1);
        compare(&found, &exact, 2, 3, 0.024);
    }
}

/// Where a subject is nearly never drawn, the condition that it is has to be brought about. One of
/// 2000 in a stratum of its own kind; 2 of 2000 are drawn, so it comes up in about one run of 1000.
#[test]
fn a_subject_seldom_drawn_is_looked_at_all_the_same() {
    let mut campaign = Campaign::new(subjects(2000), officers(3), count(2));
    campaign.plan.team.slack = 0;
    campaign.recusals = vec![(subject_id(77), officer_id(1))];
    let found = simulated(&campaign, 400, "seldom");
    let pairs: Vec<_> = { found.forced.iter() }
        .filter(|pair| pair.subject == subject_id(77))
        .map(|pair| (number(&pair.officer.id), pair.times, pair.of))
        .collect();
    assert_eq!(pairs, [(0, 400, 400), (2, 400, 400)]);
}

/// Two load groups and a department that no slot asks for.
#[test]
fn loads_know_who_cannot_be_drawn_and_why() {
    let people = vec![
        officer(0, &[]),
        officer(1, &[]),
        officer(2, &[("expires", "2026-08-01")]),
        officer(3, &[("leave", "2026-07-01/2026-12-31")]),
        officer(4, &[("limit", "0")]),
        officer(5, &[("department", "消防救援局")]),
    ];
    let campaign = Campaign::new(subjects(9), people, count(4));
    let found = simulated(&campaign, 50, "who");
    let why: Vec<&str> = { found.loads.iter() }
        .map(|load| load.unable.as_ref().map_or("", |why| &why.english))
        .collect();
    let parts = ["", "", "certificate", "leave", "limit 0", "department"];
    for (why, part) in why.iter().zip(parts) {
        assert_eq!(why.is_empty(), part.is_empty());
        assert!(why.contains(part), "{why} {part}");
    }
    // Two officers, teams of two: both go everywhere, in every run, and always together.
    assert_eq!(found.loads[0].places, 4 * 50);
    assert_eq!((found.loads[1].fewest, found.loads[1].most), (4, 4));
    let group = &found.groups[0];
    assert_eq!((group.officers, group.able, group.always), (5, 2, 2));
    assert_eq!(group.never, 3);
    assert_eq!(group.loads, [(4, 100)].into());
    // Base 4, slack 1: nobody is at the cap of 5.
    assert_eq!(group.bases, [(4, 50)].into());
    assert_eq!(group.caps, [(5, 50)].into());
    assert_eq!(group.at_cap, 0);
    let pair = &found.partners.top[0];
    assert_eq!((pair.times, pair.together, pair.possible), (200, 200, 1));
    assert_eq!(found.partners.most_together, [(4, 50)].into());
    assert_eq!(
        (found.partners.together, found.partners.distinct),
        (200, 50)
    );
}

#[track_caller]
fn compare(found: &Simulation, exact: &Exact, subject: usize, alike: u64, tolerance: f64) {
    let pairs: Vec<_> = { found.forced.iter() }
        .filter(|pair| pair.subject == subject_id(subject) && pair.subjects == alike)
        .collect();
    assert!(!pairs.is_empty(), "{subject}: {:?}", found.forced);
    for pair in pairs {
        let observed = pair.times as f64 / pair.of as f64;
        near(
            observed,
            exact.given(subject, number(&pair.officer.id)),
            tolerance,
        );
    }
}

fn number(id: &str) -> usize {
    (0..10).find(|at| officer_id(*at) == id).unwrap()
}

#[track_caller]
fn near(observed: f64, exact: f64, tolerance: f64) {
    assert!(
        (observed - exact).abs() <= tolerance,
        "observed {observed}, exact {exact}"
    );
}
