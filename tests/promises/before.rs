//! Promises 1 to 4: what is fixed before the pulse.

use dispatch_core::bundle;
use dispatch_core::digest::{Digest, hex};
use dispatch_core::plan::{NumberShape, SeedSource};
use dispatch_core::seed::SourceValue;
use dispatch_core::verify::{Expectations, Grade, Status, Verdict};
use dispatch_tests::campaign::{
    Campaign, count, numbers, officer, officers, prepare, public_bundle, pulse, report, subject_id,
    subjects, vector_pulse,
};

use crate::forgery::{self, convicts, received, replaced, status};

/// The draw time is 2026-07-23T07:38:30Z and the lead time a day. The tool refuses to announce later
/// (dispatch-core/tests/cli.rs); whoever does it by other means fails B09.
#[test]
fn promise_01_frozen_first_an_announcement_after_the_lead_time_fails() {
    let mut campaign = Campaign::new(subjects(20), officers(4), count(3)).with_drand();
    campaign.created = "2026-07-22T07:38:30Z".to_owned();
    let values = [SourceValue::pulse(&pulse())];
    let in_time = report(
        &public_bundle(&campaign, &values).1,
        &Expectations::default(),
    );
    assert_eq!(
        (status(&in_time, "B09"), in_time.public),
        (Status::Pass, Verdict::Pass)
    );
    campaign.created = "2026-07-22T07:38:31Z".to_owned();
    convicts(&public_bundle(&campaign, &values).1, "B09");
}

/// An operator who knows the pulse tries secrets until the draw suits it, and dates the announcement
/// back. Nothing inside the bundle can show that, and so nothing inside earns more than `consistent`.
#[test]
fn promise_01_frozen_first_a_backdated_announcement_is_worth_nothing_to_a_stranger() {
    let values = [SourceValue::pulse(&pulse())];
    let honest = Campaign::new(subjects(20), officers(4), count(3)).with_drand();
    let suits = |secret: &u8| {
        let campaign = Campaign {
            secret: [*secret; 32],
            ..honest.clone()
        };
        let draw = prepare(&campaign.freeze()).unwrap().draw(&values).unwrap();
        draw.records
            .iter()
            .all(|record| record.subject != subject_id(0))
    };
    let secret = (100..200).find(suits).unwrap();
    let (frozen, files) = public_bundle(
        &Campaign {
            secret: [secret; 32],
            ..honest.clone()
        },
        &values,
    );
    let grade = |expectations: &Expectations| report(&files, expectations).grade;
    assert_eq!(grade(&Expectations::default()), Grade::Consistent);
    // Whoever is handed the commitment with the bundle learns that they belong together.
    let held = Expectations {
        commitment: Some(frozen.commitment),
        ..Expectations::default()
    };
    assert_eq!(grade(&held), Grade::Expected);
    // Whoever keeps a record of slips sees through it: too late by a second, none, or another one.
    let other = honest.freeze().commitment;
    for slips in [
        &[(frozen.commitment, "2026-07-22T07:38:31Z")][..],
        &[],
        &[(other, "2026-07-20T00:00:00Z")],
        &[
            (other, "2026-07-20T00:00:00Z"),
            (frozen.commitment, "2026-07-23T07:38:31Z"),
        ],
    ] {
        let report = report(&files, &received(slips));
        assert_eq!(
            (status(&report, "F02"), report.grade),
            (Status::Fail, Grade::Failed),
            "{slips:?}"
        );
    }
    assert_eq!(
        grade(&received(&[(frozen.commitment, "2026-07-22T07:38:30Z")])),
        Grade::FrozenFirst
    );
}

/// A pulse inside the announcement shows that the announcement is no older; a late one convicts it.
#[test]
fn promise_01_frozen_first_a_recent_pulse_of_after_the_draw_convicts() {
    let mut campaign = Campaign::new(subjects(20), officers(4), count(3)).with_drand();
    let values = [SourceValue::pulse(&pulse())];
    campaign.recent_pulse = Some(vector_pulse(16_777_216));
    let report = report(
        &public_bundle(&campaign, &values).1,
        &Expectations::default(),
    );
    assert_eq!(status(&report, "C06"), Status::Pass);
    campaign.recent_pulse = Some(vector_pulse(30_662_990));
    convicts(&public_bundle(&campaign, &values).1, "C06");
    let mut forged = vector_pulse(16_777_216);
    forged.round -= 1;
    campaign.recent_pulse = Some(forged);
    convicts(&public_bundle(&campaign, &values).1, "C06");
}

/// The round follows from the draw time; there is no other, and no other source.
#[test]
fn promise_02_nobody_picks_the_seed_only_one_pulse_is_taken() {
    let campaign = Campaign::new(subjects(20), officers(4), count(3)).with_drand();
    let due = SourceValue::pulse(&pulse());
    let (frozen, files) = public_bundle(&campaign, core::slice::from_ref(&due));
    let prepared = prepare(&frozen).unwrap();
    let other = SourceValue::pulse(&vector_pulse(30_662_990));
    let renamed = SourceValue::Drand {
        round: 30_662_982,
        signature: hex(&vector_pulse(30_662_990).signature),
    };
    let zero = SourceValue::Contribution {
        value: Digest::new([0; 32]),
    };
    for values in [
        vec![],
        vec![other.clone()],
        vec![renamed.clone()],
        vec![due.clone(), due.clone()],
        vec![due.clone(), zero],
        numbers(1),
    ] {
        assert!(prepared.draw(&values).is_err(), "{values:?}");
    }
    convicts(
        &forgery::disclosure(&files, |d| d.sources = vec![other]),
        "C03",
    );
    convicts(
        &forgery::disclosure(&files, |d| d.sources = vec![renamed]),
        "C03",
    );
    convicts(
        &forgery::disclosure(&files, |d| d.sources.push(due.clone())),
        "C01",
    );
    convicts(&forgery::disclosure(&files, |d| d.sources.clear()), "C01");
}

/// An operator who announces another round than the rule's is convicted, and so is one who, when the
/// pulse is out, comes with another secret.
#[test]
fn promise_02_nobody_picks_the_seed_neither_round_nor_secret() {
    let campaign = Campaign::new(subjects(20), officers(4), count(3)).with_drand();
    let values = [SourceValue::pulse(&pulse())];
    let (frozen, files) = public_bundle(&campaign, &values);
    assert_eq!(frozen.announcement.round, 30_662_982);
    convicts(
        &forgery::disclosure(&files, |d| d.secret = Digest::new([77; 32])),
        "B08",
    );

    let forged = forgery::announcement(frozen, |announcement| announcement.round = 30_662_990);
    let prepared = prepare(&forged).unwrap();
    assert!(
        prepared
            .draw(&[SourceValue::pulse(&vector_pulse(30_662_990))])
            .is_err()
    );
    let draw = prepared.draw(&values).unwrap();
    let files = dispatch_tests::campaign::bundle(&forged, &prepared, &draw, &values, false);
    convicts(&files, "C02");
}

/// A plan whose seed an insider could foresee or try out is refused.
#[test]
fn promise_02_nobody_picks_the_seed_128_bits_come_from_outside() {
    let contribution = |body: &str, outside| SeedSource::Contribution {
        body: body.to_owned(),
        hash: "ab".repeat(32),
        outside,
    };
    let weak = SeedSource::PublicNumbers {
        bits: 24,
        count: 6,
        from: 1,
        name: "双色球".to_owned(),
        published: "公告".to_owned(),
        shape: NumberShape::Set,
        time: "2026-07-24T00:00:00Z".to_owned(),
        to: 49,
    };
    let mut campaign = Campaign::new(subjects(20), officers(4), count(3));
    for (seed, good) in [
        (vec![], false),
        (vec![weak.clone()], false),
        (vec![contribution("司法局", true), weak], false),
        (
            vec![contribution("司法局", true), contribution("本局", false)],
            false,
        ),
        (
            vec![contribution("司法局", true), contribution("公证处", true)],
            true,
        ),
    ] {
        campaign.plan.seed = seed;
        assert_eq!(
            campaign.try_freeze().is_ok(),
            good,
            "{:?}",
            campaign.plan.seed
        );
    }
}

/// After the pulse nothing can be called off: what cannot be staffed is drawn with open slots, and
/// verifies. (Voids before the draw time, and lateness, need the log.)
#[test]
fn promise_03_no_exit_after_the_pulse() {
    let few = vec![officer(0, &[("limit", "1")]), officer(1, &[("limit", "1")])];
    for officers in [few, vec![officer(0, &[("limit", "0")])], Vec::new()] {
        let campaign = Campaign::new(subjects(20), officers, count(5)).with_drand();
        let values = [SourceValue::pulse(&pulse())];
        let frozen = campaign.freeze();
        let prepared = prepare(&frozen).unwrap();
        let draw = prepared.draw(&values).unwrap();
        assert_eq!(draw.records.len(), 5);
        let filled = draw
            .records
            .iter()
            .flat_map(|r| &r.officers)
            .filter(|id| !id.is_empty())
            .count();
        assert_eq!(
            (draw.teams.open(), filled),
            (10 - filled, campaign.officers.len() / 2 * 2)
        );
        let files = dispatch_tests::campaign::bundle(&frozen, &prepared, &draw, &values, false);
        assert_eq!(
            report(&files, &Expectations::default()).public,
            Verdict::Pass
        );
    }
}

/// A draw that repeats another names it by its commitment.
#[test]
fn promise_03_no_exit_after_the_pulse_a_repeated_draw_is_named() {
    let mut campaign = Campaign::new(subjects(20), officers(4), count(3));
    let first = campaign.freeze().commitment;
    campaign.plan.repeats = "the last one".to_owned();
    assert!(campaign.try_freeze().is_err());
    campaign.plan.repeats = first.to_string();
    let (_, files) = public_bundle(&campaign, &numbers(1));
    assert_eq!(
        report(&files, &Expectations::default()).public,
        Verdict::Pass
    );
    // Leaving the name out afterwards is another announcement.
    convicts(
        &replaced(&files, bundle::ANNOUNCEMENT, &first.to_string(), ""),
        "B01",
    );
}

/// Announcing several times and keeping the draw that suits convicts every one of them. (Drawing twice
/// from one announcement: dispatch-core/tests/cli.rs and platform2017.rs.)
#[test]
fn promise_04_one_commitment_one_draw() {
    let campaign = Campaign::new(subjects(20), officers(4), count(3));
    let again = Campaign {
        secret: [99; 32],
        ..campaign.clone()
    };
    let (first, files) = public_bundle(&campaign, &numbers(1));
    let (second, other_files) = public_bundle(&again, &numbers(1));
    assert_ne!(first.commitment, second.commitment);
    let time = "2026-07-20T00:00:00Z";
    for (files, own) in [
        (&files, first.commitment),
        (&other_files, second.commitment),
    ] {
        assert_eq!(
            report(files, &received(&[(own, time)])).grade,
            Grade::FrozenFirst
        );
        let both = received(&[(first.commitment, time), (second.commitment, time)]);
        assert_eq!(report(files, &both).grade, Grade::Failed);
    }
    // The result of one does not pass as that of the other.
    for name in [bundle::RESULT, bundle::DISCLOSURE] {
        let mut mixed = files.clone();
        mixed.insert(name, other_files.get(name).unwrap().to_vec());
        convicts(&mixed, "B01");
    }
}
