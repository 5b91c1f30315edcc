//! Stages and standing teams, counted like the draw: replacements, the next batch, teams dealt.
//!
//! Replacements are drawn by a pulse that is the same here every time, so the secrets vary: every
//! count is over freezing, drawing, freezing a stage and drawing it, each time from the start.

use std::collections::BTreeSet;

use dispatch_core::digest::Digest;
use dispatch_core::plan::Mode;
use dispatch_core::seed::SourceValue;
use dispatch_core::stage::{DropOut, History, StageDraft};
use dispatch_tests::campaign::{
    Campaign, count, numbers, officers, prepare, subject_id, subjects, vector_pulse,
};
use dispatch_tests::chance::{Dice, pearson, plausible};

use crate::DRAWS;
use crate::counts::Counts;

#[test]
fn a_stage_draws_those_never_drawn_uniformly() {
    // Mode, quota, how many fall out, how many are drawn in the stage, of how many never drawn.
    for (mode, quota, falling, new, pool) in [
        (Mode::Sample, 3, 2, 2, 8),
        (Mode::Order, 4, 0, 2, 9),
        (Mode::Order, 4, 1, 3, 9),
    ] {
        let mut campaign = Campaign::new(subjects(11), officers(3), count(quota)).with_drand();
        campaign.replay = true;
        campaign.plan.mode = mode;
        let schedule = &mut campaign.plan.schedule;
        "2023-08-23T15:59:24Z".clone_into(&mut schedule.draw_time);
        schedule.stages = vec!["2023-08-23T15:59:27Z".to_owned()];
        let mut counts = Counts::new(pool, new);
        for draw in 0..DRAWS {
            let ranks = replacements(&mut campaign, draw, falling);
            counts.add(&ranks);
        }
        for (statistic, degrees) in [counts.of_rows(), counts.of_pairs()] {
            println!("{mode:?}, {falling} out: {statistic:.1}, {degrees} degrees of freedom");
            assert!(
                plausible(degrees).contains(&statistic),
                "{statistic}, {degrees}"
            );
        }
    }
}

/// Draws and holds a stage; gives the places of the new subjects among those never drawn before.
fn replacements(campaign: &mut Campaign, draw: u64, falling: usize) -> Vec<usize> {
    let mut dice = Dice::new(draw);
    campaign.secret = core::array::from_fn(|_| dice.word().to_be_bytes()[0]);
    let prepared = prepare(&campaign.freeze()).unwrap();
    let values = [SourceValue::pulse(&vector_pulse(1000))];
    let drawn = prepared.draw(&values).unwrap();
    let mut history = History::new(&drawn);
    let before: BTreeSet<String> = history
        .list()
        .records()
        .map(|r| r.subject.clone())
        .collect();
    let drops = before.iter().take(falling).map(|subject| DropOut {
        approver: "王五".to_owned(),
        evidence: Digest::new([7; 32]),
        officer: String::new(),
        reason: "deregistered".to_owned(),
        stage: 1,
        subject: subject.clone(),
    });
    let draft = StageDraft {
        number: 1,
        created: "2023-08-23T15:59:25Z".to_owned(),
        drops: drops.collect(),
        parent_stage: 0,
    };
    let stage = prepared.freeze_stage(&history, draft).unwrap();
    let pulse = vector_pulse(1001);
    prepared
        .draw_stage(&mut history, &stage, None, &pulse)
        .unwrap();
    let never = (0..campaign.subjects.len())
        .map(subject_id)
        .filter(|id| !before.contains(id));
    let places = never
        .enumerate()
        .filter(|(_, id)| history.list().get(id).is_some());
    places.map(|(place, _)| place).collect()
}

#[test]
fn standing_teams_are_formed_and_dealt_uniformly() {
    // Nine equal officers, three teams of two, two visits each: every pair of officers is equally
    // likely to come to a given visit, and every other visit to be the second one of its team.
    let mut campaign = Campaign::new(subjects(6), officers(9), count(6));
    campaign.plan.team.standing = 2;
    campaign.plan.team.slack = 0;
    let prepared = prepare(&campaign.freeze()).unwrap();
    let mut slots = [[0_u32; 9]; 2];
    let (mut pairs, mut partners) = ([0_u32; 81], [0_u32; 6]);
    for draw in 0..DRAWS {
        let draw = prepared.draw(&numbers(5_000_000 + draw)).unwrap();
        let mut teams = vec![Vec::new(); 6];
        for (selected, team) in draw.selected.iter().zip(&draw.teams.members) {
            teams[selected.row].clone_from(team);
        }
        let (a, b) = (teams[0][0].unwrap(), teams[0][1].unwrap());
        slots[0][a] += 1;
        slots[1][b] += 1;
        pairs[9 * a.min(b) + a.max(b)] += 1;
        let same: Vec<usize> = (1..6).filter(|visit| teams[*visit] == teams[0]).collect();
        assert_eq!(same.len(), 1);
        partners[same[0]] += 1;
    }
    let possible = (0..9).flat_map(|a| (a + 1..9).map(move |b| 9 * a + b));
    let pairs: Vec<u32> = possible.map(|at| pairs[at]).collect();
    assert_eq!((pairs.len(), partners[0]), (36, 0));
    for (counts, degrees) in [
        (&slots[0][..], 8.0),
        (&slots[1], 8.0),
        (&pairs, 35.0),
        (&partners[1..], 4.0),
    ] {
        let statistic = pearson(counts);
        println!("standing: {statistic:.1}, {degrees} degrees of freedom");
        assert!(
            plausible(degrees).contains(&statistic),
            "{counts:?}: {statistic}"
        );
    }
}

#[test]
fn with_slack_every_team_is_as_likely_for_every_visit() {
    // Three visits and three teams, and a cap that binds nobody: the visits choose independently, so of
    // the 27 ways 3 give all visits one team, 6 each leave out the first, second or third, and 6 give
    // three teams. Whatever favoured one of the teams would bring the visits together.
    let mut campaign = Campaign::new(subjects(3), officers(7), count(3));
    campaign.plan.team.standing = 1;
    campaign.plan.team.slack = 10;
    let prepared = prepare(&campaign.freeze()).unwrap();
    let mut found = [0_u32; 5];
    for draw in 0..DRAWS {
        let draw = prepared.draw(&numbers(6_000_000 + draw)).unwrap();
        let mut teams = vec![Vec::new(); 3];
        for (selected, team) in draw.selected.iter().zip(&draw.teams.members) {
            teams[selected.row].clone_from(team);
        }
        let same = |a: usize, b: usize| teams[a] == teams[b];
        let way = match (same(1, 2), same(0, 2), same(0, 1)) {
            (true, true, true) => 0,
            (true, ..) => 1,
            (_, true, _) => 2,
            (.., true) => 3,
            _ => 4,
        };
        found[way] += 1;
    }
    let expected = [3.0, 6.0, 6.0, 6.0, 6.0].map(|ways: f64| DRAWS as f64 * ways / 27.0);
    let statistic: f64 = { found.iter().zip(expected) }
        .map(|(found, expected)| (f64::from(*found) - expected).powi(2) / expected)
        .sum();
    println!("dealt: {found:?}: {statistic:.1}, 4 degrees of freedom");
    assert!(
        plausible(4.0).contains(&statistic),
        "{found:?}: {statistic}"
    );
}
