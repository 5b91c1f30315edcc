//! Plans that cannot be staffed: every remedy that is told is carried out, and the plan simulated again.

use dispatch_core::plan::{FieldPair, MatchKind, MatchRule};
use dispatch_core::roster::Roster;
use dispatch_core::row::Field;
use dispatch_core::simulation::{Change, Remedy, Simulation, apply};
use dispatch_tests::campaign::{Campaign, Row, count, officer, row, slot, subjects};

use crate::simulated;

/// Ten visits need a leader each. One leads, with a limit of 3; one more has no valid certificate, one
/// is on leave, six may not lead.
fn scarce() -> Campaign {
    let mut people: Vec<Row> = (0..6).map(|at| officer(at, &[("lead", "no")])).collect();
    people.push(officer(6, &[("lead", "yes"), ("limit", "3")]));
    people.push(officer(7, &[("lead", "yes"), ("expires", "2026-08-01")]));
    people.push(officer(
        8,
        &[("lead", "yes"), ("leave", "2026-07-01/2026-08-19")],
    ));
    let mut campaign = Campaign::new(subjects(50), people, count(10));
    campaign.plan.team.slots = vec![slot("组长", 1), slot("检查人员", 1)];
    campaign.plan.team.slots[0].lead = true;
    campaign
}

#[test]
fn every_remedy_closes_the_gap_and_nothing_smaller_does() {
    let campaign = scarce();
    let found = simulated(&campaign, 40, "scarce");
    assert_eq!((found.short_runs, found.is_staffed()), (40, false));
    assert!(found.gaps.impossible.is_empty());
    let gap = &found.gaps.groups[0];
    // Ten leaders needed, three places: seven open in every run.
    assert_eq!((gap.runs, gap.places, gap.slots[0].most), (40, 280, 7));
    assert_eq!(gap.slots[0].slot, "组长");
    assert!(gap.bottleneck.english.contains("need 10 places"));
    let told: Vec<&str> = { gap.remedies.iter() }
        .map(|remedy| remedy.message.english.as_str())
        .collect();
    // Raise 3 by 7; one new leader or one certificate or one leave is enough, as they have no limit;
    // new officers get the group's limit of 3, so 7 places take 3 of them; 3 visits can be led.
    for part in [
        "raise the limits of these by 7: 张三 E006",
        "qualify these officers (able to lead): ",
        "extend the certificates of these to 2026-08-22 at least: 张三 E007",
        "5 days of the window are free: 张三 E008: 2026-07-01/2026-08-17",
        "add 3 officers in 市场监管局 (able to lead), each for at most 3 subjects",
        "lower min_days from 5 to 3",
        "lower the quota of stratum all from 10 to 3",
    ] {
        assert!(
            told.iter().any(|told| told.contains(part)),
            "{part} in {told:#?}"
        );
    }
    assert_eq!(told.len(), 7);
    for remedy in &gap.remedies {
        let again = carried_out(&campaign, &remedy.changes);
        assert_eq!(again.short_runs, 0, "{remedy:?}");
        assert!(again.is_staffed());
        if let Some(less) = weaker(remedy) {
            assert_eq!(carried_out(&campaign, &less).short_runs, 40, "{less:?}");
        }
    }
    assert_eq!((found.gaps.tried, found.gaps.still_short), (40, 0));
}

/// Only one of two regions is short, of a skill that nobody there has: subjects are impossible, fewer
/// visits are no remedy, and a new officer must be of that region and have the skill.
#[test]
fn a_remedy_is_for_the_group_and_the_skill_that_is_missing() {
    let here = |at: usize, region: &str| {
        let id = format!("S{at:03}");
        row(&[("id", id.as_str()), ("name", "某厂"), ("region", region)])
    };
    let both: Vec<Row> = (0..20)
        .map(|at| here(at, if at < 10 { "白云区" } else { "天河区" }))
        .collect();
    let people = vec![
        officer(0, &[("region", "白云区")]),
        officer(1, &[("region", "白云区")]),
        officer(2, &[("region", "天河区"), ("skills", "特种设备")]),
        officer(3, &[("region", "天河区"), ("skills", "特种设备;计量")]),
    ];
    let mut campaign = Campaign::new(both, people, count(6));
    campaign.plan.team.group = vec![FieldPair {
        officer: "region".to_owned(),
        subject: "region".to_owned(),
    }];
    campaign.plan.team.slots = vec![slot("特种设备检查", 1), slot("检查人员", 1)];
    campaign.plan.team.slots[0].skills = vec!["特种设备".to_owned()];
    let found = simulated(&campaign, 60, "region");
    assert_eq!(found.gaps.impossible.len(), 1);
    assert_eq!(found.gaps.impossible[0].subjects, 10);
    assert_eq!(found.gaps.groups.len(), 1);
    let gap = &found.gaps.groups[0];
    assert_eq!(gap.group, ["市场监管局", "白云区"]);
    assert!(gap.remedies.iter().all(|remedy| {
        !remedy
            .changes
            .iter()
            .any(|change| matches!(change, Change::LowerQuota { .. }))
    }));
    let added = gap
        .remedies
        .iter()
        .find(|remedy| remedy.message.english.starts_with("add "));
    let added = added.unwrap();
    let Change::AddOfficer { row } = &added.changes[0] else {
        panic!("{added:?}");
    };
    assert_eq!((&*row["region"], &*row["skills"]), ("白云区", "特种设备"));
    assert!(
        gap.remedies
            .iter()
            .any(|r| r.message.english.starts_with("qualify"))
    );
    for remedy in &gap.remedies {
        let again = carried_out(&campaign, &remedy.changes);
        assert_eq!(
            (again.short_runs, again.is_staffed()),
            (0, true),
            "{remedy:?}"
        );
    }
}

/// A match rule: the officer's unit must be the subject's office. New officers are of that unit.
#[test]
fn a_remedy_obeys_match_rules() {
    let mut rows = subjects(12);
    for (at, row) in rows.iter_mut().enumerate() {
        row.push(("office".to_owned(), ["东所", "西所"][at % 2].to_owned()));
    }
    let people = (0..4).map(|at| officer(at, &[("unit", "东所")])).collect();
    let mut campaign = Campaign::new(rows, people, count(4));
    campaign.plan.team.slots = vec![slot("本所人员", 1), slot("检查人员", 1)];
    campaign.plan.team.slots[0].matching = vec![MatchRule {
        officer: "unit".to_owned(),
        rule: MatchKind::Same,
        subject: "office".to_owned(),
    }];
    let found = simulated(&campaign, 30, "match");
    assert!(!found.is_staffed());
    let gap = &found.gaps.groups[0];
    let added = gap
        .remedies
        .iter()
        .find(|r| r.message.english.starts_with("add "));
    let added = added.unwrap();
    assert!(added.message.chinese.contains("unit=西所"), "{added:?}");
    assert!(carried_out(&campaign, &added.changes).is_staffed());
}

/// The same plan with the changes, under another seed.
fn carried_out(campaign: &Campaign, changes: &[Change]) -> Simulation {
    let (plan, officers) = apply(changes, &campaign.plan, &campaign.officer_roster()).unwrap();
    let changed = Campaign {
        plan,
        officers: rows(&officers),
        ..campaign.clone()
    };
    simulated(&changed, 40, "carried out")
}

fn rows(roster: &Roster) -> Vec<Row> {
    let own = |field: &Field<'_>| (field.0.to_string(), field.1.to_string());
    (0..roster.len())
        .map(|at| roster.fields(at).iter().map(own).collect())
        .collect()
}

/// The same remedy with one step less, if it has steps.
fn weaker(remedy: &Remedy) -> Option<Vec<Change>> {
    let mut changes = remedy.changes.clone();
    match changes.last_mut()? {
        Change::SetOfficer { column, to, .. } if column == "limit" => {
            *to = (to.parse::<u32>().unwrap() - 1).to_string();
        }
        Change::SetOfficer { column, to, .. } if column == "leave" => {
            *to = "2026-07-01/2026-08-18".to_owned();
        }
        Change::AddOfficer { .. } => {
            changes.pop();
        }
        Change::LowerQuota { to, .. } | Change::LowerMinDays { to, .. } => *to += 1,
        Change::SetOfficer { .. } => return None,
    }
    Some(changes)
}
