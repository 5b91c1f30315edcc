//! The officer assignment against its definition, and what the definition promises.
//!
//! The oracle tries all assignments of small groups one after the other and takes the covered
//! slots, the base and the lexicographic minimum straight from the rule. It shares nothing with the
//! library: no network, and its own ChaCha20 from RFC 8439. The other tests count keyed draws.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use dispatch_core::assignment::{Bottleneck, Group, GroupSubject, OfficerSet, assign, coverage};

use groups::small_group;
use oracle::Oracle;
use words::Words;

#[path = "assignment/groups.rs"]
mod groups;
#[path = "assignment/oracle.rs"]
mod oracle;
#[path = "assignment/words.rs"]
mod words;

#[test]
fn agrees_with_the_definition_on_all_small_groups_tried() {
    let mut numbers = Words::new([42; 32]);
    let (mut with_open, mut complete, mut looked_ahead) = (0, 0, 0);
    let (mut by_limit, mut crowded, mut wide) = (0, 0, 0);
    for case in 0..6000 {
        let (group, slack) = small_group(&mut numbers);
        let oracle = Oracle::new(&group);
        let covered = oracle.covered();
        let all = oracle.complete_assignments(&covered);
        let base = all.iter().map(|a| oracle.heaviest(a)).min().unwrap();
        let cap = base + slack;
        let best = all
            .iter()
            .filter(|a| oracle.heaviest(a) <= cap)
            .min_by_key(|a| oracle.ranks(a))
            .unwrap();

        let answer = assign(&group, slack);
        let context = format!("case {case}, slack {slack}: {group:?}");
        assert_eq!(answer.coverage.base, base, "{context}");
        assert_eq!(answer.cap, cap, "{context}");
        let open: Vec<(usize, usize)> = answer
            .coverage
            .open
            .iter()
            .map(|o| (o.subject, o.slot))
            .collect();
        assert_eq!(open, oracle.open(&covered), "{context}");
        assert_eq!(oracle.flat(&answer), *best, "{context}");
        assert_eq!(coverage(&group), answer.coverage, "{context}");
        assert_eq!(assign(&group, slack), answer, "{context}");
        for open in &answer.coverage.open {
            let bottleneck = &answer.coverage.bottlenecks[open.bottleneck];
            assert!(
                bottleneck.slots.contains(&(open.subject, open.slot)),
                "{context}"
            );
        }
        for (index, bottleneck) in answer.coverage.bottlenecks.iter().enumerate() {
            let own = answer
                .coverage
                .open
                .iter()
                .filter(|o| o.bottleneck == index)
                .count();
            assert_proves(&group, bottleneck, own, &context);
        }

        with_open += usize::from(!open.is_empty());
        complete += usize::from(open.is_empty() && !covered.is_empty());
        looked_ahead += usize::from(oracle.short_sighted(&covered, cap) != *best);
        let full = |o: &u32| {
            let limit = group.limits[usize::try_from(*o).unwrap()];
            let count = best.iter().flatten().filter(|b| *b == o).count();
            limit < cap && count + earlier_of(&group, *o) as usize == limit as usize
        };
        by_limit += usize::from(best.iter().flatten().any(full));
        // The load that would be enough if everybody able could do everything.
        let able = (0..group.officers()).filter(|&o| group.classes.iter().any(|c| c.contains(o)));
        crowded += usize::from(base as usize > covered.len().div_ceil(able.count().max(1)));
        wide += usize::from(group.limits.len() > 64);
    }
    let kinds = [with_open, complete, looked_ahead, by_limit, crowded, wide];
    println!("open, complete, displaced, limited, crowded, wide: {kinds:?}");
    assert!(with_open >= 1000, "groups with open slots: {with_open}");
    assert!(complete >= 1000, "complete groups: {complete}");
    assert!(
        looked_ahead >= 300,
        "groups where the first free officer is wrong: {looked_ahead}"
    );
    assert!(
        by_limit >= 500,
        "groups where an own limit below the cap is reached: {by_limit}"
    );
    assert!(
        crowded >= 500,
        "groups whose base is above the average load: {crowded}"
    );
    assert!(wide >= 1000, "groups of more than 64 officers: {wide}");
}

#[test]
fn interchangeable_officers_have_equal_chances() {
    // Officers 0 to 4 are interchangeable; 5 may not lead and 6 may fill one slot only. The second
    // subject's lead slot comes when the caps already bind. 12,000 draws, 4 degrees of freedom:
    // chi-square exceeds 33.4 with probability one in a million.
    const DRAWS: u32 = 12_000;
    let mut limits = vec![u32::MAX; 7];
    limits[6] = 1;
    let classes = vec![
        OfficerSet::from_fn(7, |o| o != 5),
        OfficerSet::from_fn(7, |_| true),
    ];
    let mut leads = [0_u32; 5];
    let mut last = [0_u32; 5];
    for draw in 0..DRAWS {
        let subjects = (0..7)
            .map(|subject| subject_of(draw, subject, &[0, 1]))
            .collect();
        let answer = assign(
            &Group {
                limits: limits.clone(),
                earlier: Vec::new(),
                classes: classes.clone(),
                subjects,
            },
            0,
        );
        assert!(answer.coverage.open.is_empty());
        for (counts, officer) in [
            (&mut leads, answer.officers[1][0]),
            (&mut last, answer.officers[6][1]),
        ] {
            if let Some(count) = counts.get_mut(officer.unwrap() as usize) {
                *count += 1;
            }
        }
    }
    for counts in [leads, last] {
        let mean = f64::from(counts.iter().sum::<u32>()) / 5.0;
        let chi_square: f64 = counts
            .iter()
            .map(|&count| (f64::from(count) - mean).powi(2) / mean)
            .sum();
        assert!(
            mean > 1000.0 && chi_square < 33.4,
            "{counts:?}: {chi_square}"
        );
    }
}

#[test]
fn partners_vary_and_loads_stay_under_the_cap() {
    // 200 teams of two from 20 officers: 190 pairs are possible. If teams were uniform and
    // independent, 190 (1 - (189/190)^200) = 123.8 pairs would occur, with a standard deviation of
    // 4.3. The bound is five of them; over 30 draws the mean stays within one.
    let mut sum = 0;
    for draw in 0..30 {
        let group = Group {
            limits: vec![u32::MAX; 20],
            earlier: Vec::new(),
            classes: vec![OfficerSet::from_fn(20, |_| true)],
            subjects: (0..200)
                .map(|subject| subject_of(draw, subject, &[0, 0]))
                .collect(),
        };
        let answer = assign(&group, 1);
        assert_eq!((answer.coverage.base, answer.cap), (20, 21));
        let mut pairs = std::collections::BTreeSet::new();
        let mut loads = [0; 20];
        for team in &answer.officers {
            let (a, b) = (team[0].unwrap(), team[1].unwrap());
            assert_ne!(a, b);
            pairs.insert((a.min(b), a.max(b)));
            loads[a as usize] += 1;
            loads[b as usize] += 1;
        }
        assert!(loads.iter().all(|&load| load <= 21), "{loads:?}");
        assert!(
            (103..=145).contains(&pairs.len()),
            "draw {draw}: {} pairs",
            pairs.len()
        );
        sum += pairs.len();
    }
    assert!(
        (30 * 120..=30 * 128).contains(&sum),
        "mean of {} pairs",
        sum / 30
    );
}

#[test]
fn a_visit_that_needs_more_officers_than_there_are_names_itself() {
    let group = Group {
        limits: vec![u32::MAX; 2],
        earlier: Vec::new(),
        classes: vec![OfficerSet::from_fn(2, |_| true)],
        subjects: vec![subject_of(0, 0, &[0, 0]), subject_of(0, 1, &[0, 0, 0])],
    };
    let answer = coverage(&group);
    assert_eq!(answer.open.len(), 1);
    let bottleneck = &answer.bottlenecks[answer.open[0].bottleneck];
    assert_eq!(bottleneck.slots, [(1, 0), (1, 1), (1, 2)]);
    assert_eq!((bottleneck.places, bottleneck.missing()), (0, 1));
    assert_eq!(
        (bottleneck.subjects(), bottleneck.reachable()),
        (vec![1], vec![0, 1])
    );
}

#[test]
fn a_scarce_skill_is_named_with_its_places_and_nothing_else() {
    // Eight visits need one of officers 0 to 2, who have two places each; there are 40 others.
    let mut limits = vec![u32::MAX; 43];
    limits[..3].fill(2);
    let group = Group {
        limits,
        earlier: Vec::new(),
        classes: vec![
            OfficerSet::from_fn(43, |o| o < 3),
            OfficerSet::from_fn(43, |_| true),
        ],
        subjects: (0..8)
            .map(|subject| subject_of(0, subject, &[0, 1]))
            .collect(),
    };
    let answer = coverage(&group);
    assert_eq!(
        answer
            .open
            .iter()
            .map(|o| (o.subject, o.slot))
            .collect::<Vec<_>>(),
        [(6, 0), (7, 0)]
    );
    assert_eq!(answer.bottlenecks.len(), 1, "both open slots share it");
    let bottleneck = &answer.bottlenecks[0];
    assert_eq!(
        bottleneck.slots,
        (0..8).map(|subject| (subject, 0)).collect::<Vec<_>>()
    );
    assert_eq!(bottleneck.officers, [0, 1, 2]);
    assert_eq!((bottleneck.places, bottleneck.missing()), (6, 2));
}

#[test]
fn empty_and_odd_groups_have_an_answer() {
    let nothing = assign(&Group::default(), 3);
    assert_eq!(
        (nothing.officers.len(), nothing.cap, nothing.coverage.base),
        (0, 3, 0)
    );
    let odd = Group {
        limits: vec![1],
        earlier: Vec::new(),
        classes: vec![OfficerSet::from_fn(200, |_| true)],
        subjects: vec![
            GroupSubject {
                slots: vec![9, usize::MAX],
                ..GroupSubject::default()
            },
            GroupSubject {
                slots: vec![0],
                barred: vec![7, u32::MAX, 3],
                ..GroupSubject::default()
            },
            GroupSubject {
                slots: vec![],
                ..GroupSubject::default()
            },
        ],
    };
    let answer = assign(&odd, u32::MAX);
    assert_eq!(answer.officers, [vec![None, None], vec![Some(0)], vec![]]);
    assert_eq!((answer.coverage.base, answer.cap), (1, u32::MAX));
}

/// The certificate a bottleneck claims to be, checked from the group alone.
fn assert_proves(group: &Group, bottleneck: &Bottleneck, open: usize, context: &str) {
    for &(subject, slot) in &bottleneck.slots {
        let class = &group.classes[group.subjects[subject].slots[slot]];
        for officer in class
            .iter()
            .filter(|o| !group.subjects[subject].barred.contains(o))
        {
            let used_up = bottleneck.officers.contains(&officer);
            let on_team = bottleneck.teammates.contains(&(subject, officer));
            assert!(
                used_up || on_team,
                "{bottleneck:?} leaves {officer} out; {context}"
            );
        }
    }
    let places: u64 = bottleneck
        .officers
        .iter()
        .map(|&o| u64::from(group.limits[o as usize].saturating_sub(earlier_of(group, o))))
        .sum();
    assert_eq!(bottleneck.places, places, "{context}");
    let teammates = bottleneck.teammates.len();
    let total = usize::try_from(places).unwrap() + teammates;
    assert_eq!(
        bottleneck.slots.len(),
        total + open,
        "{bottleneck:?}; {context}"
    );
    assert_eq!(bottleneck.missing(), open, "{context}");
    assert!(open > 0, "{context}");
}

fn earlier_of(group: &Group, officer: u32) -> u32 {
    group.earlier.get(officer as usize).copied().unwrap_or(0)
}

/// A subject whose key no other draw or subject has.
fn subject_of(draw: u32, subject: u8, slots: &[usize]) -> GroupSubject {
    let mut key = [subject; 32];
    key[..4].copy_from_slice(&draw.to_le_bytes());
    GroupSubject {
        key,
        slots: slots.to_vec(),
        barred: Vec::new(),
    }
}

/// The oracle's ChaCha20 itself, by the block of RFC 8439, appendix A.1, test vector 1.
#[test]
fn the_oracle_has_the_right_key_stream() {
    let mut words = Words::new([0; 32]);
    let bytes: Vec<u8> = (0..4).flat_map(|_| words.next().to_le_bytes()).collect();
    let expected: [u64; 4] = [
        0x76b8_e0ad_a0f1_3d90,
        0x405d_6ae5_5386_bd28,
        0xbdd2_19b8_a08d_ed1a,
        0xa836_efcc_8b77_0dc7,
    ];
    assert_eq!(bytes, expected.map(u64::to_be_bytes).concat());
}
