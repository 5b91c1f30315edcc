//! Who inspected: partners, certificates, leave, recusals, and too few officers.

use std::collections::BTreeSet;

use dispatch_core::plan::Role;
use dispatch_core::rehearsal::rehearse;
use dispatch_tests::campaign::{
    Campaign, DEPARTMENT, count, numbers, officer, officer_id, officers, prepare, slot, subject_id,
    subjects,
};

/// Consecutive officers of the list worked together in every visit: each had one fixed partner.
#[test]
fn partners_vary() {
    // 200 teams from 190 possible pairs: if they were uniform, 190 (1 - (189/190)^200) = 123.8 pairs
    // would occur, with a deviation of 4.3; over 20 draws the mean has one of 0.96. Both bounds are
    // about five deviations. An officer has 20 visits and on average 12.6 of 19 partners; fewer than
    // 5 would have probability below 10^-9.
    let prepared =
        prepare(&Campaign::new(subjects(200), officers(20), count(200)).freeze()).unwrap();
    let mut sum = 0;
    for seed in 0..20 {
        let draw = prepared.draw(&numbers(seed)).unwrap();
        let mut pairs = BTreeSet::new();
        for record in &draw.records {
            let (a, b) = (&record.officers[0], &record.officers[1]);
            pairs.insert((a.min(b), a.max(b)));
        }
        assert!((103..=145).contains(&pairs.len()), "{} pairs", pairs.len());
        sum += pairs.len();
        for at in 0..20 {
            let id = officer_id(at);
            let partners = pairs.iter().filter(|(a, b)| **a == id || **b == id).count();
            assert!(partners >= 5, "{id} has {partners} partners");
        }
    }
    assert!(
        (20 * 119..=20 * 129).contains(&sum),
        "{} pairs in 20 draws",
        sum
    );
}

/// Certificates were shown but not looked at, leave and recusal were unknown.
#[test]
fn certificates_leave_and_recusals_hold() {
    // The window is 24 July to 22 August, 30 days; 5 of them must be free of leave.
    let officers = vec![
        officer(0, &[("expires", "2026-08-21")]),
        officer(1, &[("expires", "2026-08-22")]),
        officer(2, &[("leave", "2026-07-01/2026-12-31")]),
        officer(3, &[("leave", "2026-07-24/2026-08-18")]),
        officer(4, &[("leave", "2026-07-24/2026-08-17")]),
        officer(5, &[]),
        officer(6, &[]),
    ];
    let mut campaign = Campaign::new(subjects(12), officers, count(12));
    let even = (0..12).step_by(2);
    campaign.recusals = even.map(|at| (subject_id(at), officer_id(5))).collect();
    let prepared = prepare(&campaign.freeze()).unwrap();
    let mut seen = BTreeSet::new();
    for seed in 0..40 {
        let draw = prepared.draw(&numbers(seed)).unwrap();
        assert_eq!(draw.teams.open(), 0);
        for record in draw.records {
            let recused = campaign
                .recusals
                .iter()
                .any(|(subject, _)| *subject == record.subject);
            assert!(
                !(recused && record.officers.contains(&officer_id(5))),
                "{record:?}"
            );
            seen.extend(record.officers);
        }
    }
    // Valid on the last day is valid, five free days are enough; one day less is not.
    let expected: BTreeSet<String> = [1, 4, 5, 6].map(officer_id).into();
    assert_eq!(seen, expected);
}

/// With too few officers a visit silently got none, and a row in the result all the same.
#[test]
fn too_few_officers_are_named_before_the_announcement() {
    let nobody_else = Campaign::new(subjects(3), officers(1), count(2));
    let found = rehearsed(&nobody_else);
    assert!(
        found.contains(DEPARTMENT) && found.contains("only 1 officers"),
        "{found}"
    );

    let mut scarce: Vec<_> = (0..9).map(|at| officer(at, &[("lead", "no")])).collect();
    scarce.push(officer(9, &[("lead", "yes"), ("limit", "3")]));
    let mut campaign = Campaign::new(subjects(50), scarce, count(10));
    campaign.plan.team.slots[0].count = 1;
    let mut leader = slot("组长", 1);
    leader.lead = true;
    campaign.plan.team.slots.push(leader);
    let found = rehearsed(&campaign);
    for part in [
        "10 visits",
        "need 10 places",
        "able to lead",
        "only 1 officers",
        "with 3 places",
    ] {
        assert!(found.contains(part), "{part:?} in {found}");
    }
    // And if it is drawn all the same, seven places stay open and say so.
    let draw = prepare(&campaign.freeze())
        .unwrap()
        .draw(&numbers(0))
        .unwrap();
    assert_eq!(draw.teams.open(), 7);
    let open = draw
        .records
        .iter()
        .flat_map(|r| &r.officers)
        .filter(|o| o.is_empty())
        .count();
    assert_eq!(open, 7);
    assert_eq!(draw.teams.groups[0].shortages[0].officers, [officer_id(9)]);
}

/// Whether two certified officers go was not checked.
#[test]
fn a_team_of_fewer_than_two_officers_is_refused() {
    let mut campaign = Campaign::new(subjects(3), officers(4), count(2));
    campaign.plan.team.slots = vec![slot("检查人员", 1)];
    assert!(campaign.try_freeze().is_err());
    // An expert does not make up for the second officer.
    let mut expert = slot("专家", 1);
    expert.role = Role::Expert;
    expert.expert = "食品安全".to_owned();
    campaign.plan.team.slots.push(expert);
    let faults = campaign.try_freeze().unwrap_err();
    assert!(
        faults
            .iter()
            .any(|fault| fault.english.contains("team.slots")),
        "{faults:?}"
    );
    campaign.plan.team.slots[0].count = 2;
    assert!(campaign.try_freeze().is_ok());
}

/// What a rehearsal finds, in one text.
fn rehearsed(campaign: &Campaign) -> String {
    let (subjects, officers) = (campaign.subject_roster(), campaign.officer_roster());
    let found = rehearse(&campaign.plan, &subjects, &officers, &[], 4, &mut |_| {});
    assert!(!found.is_clean());
    let messages = found.impossible.iter().chain(&found.shortages);
    messages
        .map(|message| format!("{}\n", message.english))
        .collect()
}
