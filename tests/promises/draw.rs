//! Promises 5 to 7: who is drawn.

use std::collections::BTreeSet;

use dispatch_core::bundle;
use dispatch_core::digest::Digest;
use dispatch_core::selection::{Stratification, SubjectKey, select};
use dispatch_core::verify::{Expectations, Verdict};
use dispatch_tests::campaign::{
    Campaign, count, numbers, officer, officer_id, officers, prepare, public_bundle, report,
    subject_id, subjects,
};

use crate::forgery::{convicts, replaced};

/// One row more shifted the whole lattice of 2017. Here it touches nobody else: it comes in itself and
/// pushes out one, or it stays out. (Chances: uniformity.rs; order and spelling: platform2017.rs.)
#[test]
fn promise_05_same_chance_a_row_cannot_influence_the_others() {
    let drawn = |campaign: &Campaign, seed: u32| -> BTreeSet<String> {
        let roster = campaign.subject_roster();
        let strata = Stratification::new(&campaign.plan, &roster, None);
        let key = SubjectKey::new(&Digest::of(&seed.to_be_bytes()));
        select(&roster, &strata, key)
            .iter()
            .map(|s| roster.id(s.row).to_owned())
            .collect()
    };
    let campaign = Campaign::new(subjects(200), officers(4), count(20));
    let mut renamed = campaign.clone();
    for row in &mut renamed.subjects {
        row[1].1.push_str("（改名）");
    }
    let mut came_in = 0;
    for seed in 0..300 {
        let before = drawn(&campaign, seed);
        assert_eq!(drawn(&renamed, seed), before, "only the id counts");
        let mut more = campaign.clone();
        let own = format!("A{seed:06}");
        more.subjects.push(vec![
            ("id".into(), own.clone()),
            ("name".into(), "某店".into()),
        ]);
        let after = drawn(&more, seed);
        let others: BTreeSet<_> = after.iter().filter(|id| **id != own).cloned().collect();
        assert!(others.is_subset(&before));
        assert_eq!(others.len(), 20 - usize::from(after.contains(&own)));
        came_in += u32::from(after.contains(&own));
    }
    // 300·20/201 = 29.9 with a deviation of 5.2; the bounds are more than four of them.
    assert!((8..=52).contains(&came_in), "{came_in}");
}

/// The platform let officers be replaced after the draw, for many enterprises at once and without a
/// reason. (Chances, loads, rules, full staffing: uniformity.rs, properties.rs, assignment.rs.)
#[test]
fn promise_06_officers_as_random_as_subjects_nobody_is_swapped_by_hand() {
    let mut campaign = Campaign::new(subjects(20), officers(8), count(6));
    campaign.recusals = (0..20).map(|at| (subject_id(at), officer_id(7))).collect();
    let (_, files) = public_bundle(&campaign, &numbers(3));
    let records = String::from_utf8(files.get(bundle::ASSIGNMENTS).unwrap().to_vec()).unwrap();
    let first = records.lines().next().unwrap();
    let team: Vec<String> = (0..8)
        .map(officer_id)
        .filter(|id| first.contains(&format!("\"{id}\"")))
        .collect();
    let free = (0..7)
        .map(officer_id)
        .find(|id| !team.contains(id))
        .unwrap();
    let swapped = |to: &str| {
        let line = first.replace(&format!("\"{}\"", team[0]), &format!("\"{to}\""));
        replaced(&files, bundle::ASSIGNMENTS, first, &line)
    };
    convicts(&swapped(&free), "D05");
    convicts(&swapped(&free), "D06");
    // Nobody, somebody twice, somebody recused, somebody who is no officer.
    convicts(&swapped(""), "D05");
    convicts(&swapped(&team[1]), "D04");
    convicts(&swapped(&officer_id(7)), "D04");
    convicts(&swapped("E999"), "D04");
    // The two places of a team are not the same place: leader and companion may not be exchanged.
    let exchanged = first
        .replace(&team[0], "?")
        .replace(&team[1], &team[0])
        .replace('?', &team[1]);
    convicts(
        &replaced(&files, bundle::ASSIGNMENTS, first, &exchanged),
        "D05",
    );
}

/// Replacement by stages is not in this version; what holds is that nobody can be replaced without one:
/// neither the next in line comes in for a subject, nor a name of choice for an open slot.
#[test]
fn promise_07_replacement_is_a_stage_not_a_pick() {
    let campaign = Campaign::new(subjects(20), officers(8), count(6));
    let frozen = campaign.freeze();
    let draw = prepare(&frozen).unwrap().draw(&numbers(3)).unwrap();
    let (_, files) = public_bundle(&campaign, &numbers(3));
    let key = SubjectKey::new(&draw.seed).tickets();
    let drawn: BTreeSet<&str> = draw.records.iter().map(|r| r.subject.as_str()).collect();
    let next = (0..20)
        .map(subject_id)
        .filter(|id| !drawn.contains(id.as_str()))
        .min_by_key(|id| key.of(id))
        .unwrap();
    let out = &draw.records[0];
    let files_with_next = replaced(&files, bundle::ASSIGNMENTS, &out.subject, &next);
    let files_with_next = replaced(
        &files_with_next,
        bundle::ASSIGNMENTS,
        &out.ticket.to_string(),
        &key.of(&next).to_string(),
    );
    convicts(&files_with_next, "D02");
    // Nor is a subject left out, or one more visited.
    let text = String::from_utf8(files.get(bundle::ASSIGNMENTS).unwrap().to_vec()).unwrap();
    let line = text.split_inclusive('\n').next().unwrap();
    convicts(&replaced(&files, bundle::ASSIGNMENTS, line, ""), "D02");
    convicts(&replaced(&files, bundle::ASSIGNMENTS, line, ""), "D03");

    let scarce = vec![officer(0, &[]), officer(1, &[("limit", "2")])];
    let campaign = Campaign::new(subjects(20), scarce, count(6));
    let (_, files) = public_bundle(&campaign, &numbers(3));
    assert_eq!(
        report(&files, &Expectations::default()).public,
        Verdict::Pass
    );
    convicts(
        &replaced(
            &files,
            bundle::ASSIGNMENTS,
            "\"\"",
            &format!("\"{}\"", officer_id(1)),
        ),
        "D05",
    );
}
