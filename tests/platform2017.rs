//! The failures of the platform of 2017, one test for each; all of them pass here.
//!
//! That platform ordered the enterprises, took ⌊N/n⌋ as stride, drew one start below the stride and
//! took every stride-th row (above N/2 it so chose the rows to leave out). What follows from that is
//! re-implemented and measured in uniformity.rs; the redraw at every page load is in the tests of
//! the tool (dispatch-core/tests/cli.rs). Bounds state the probability of a false alarm: that of
//! seeds for which a right implementation would fail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::announcement::Announcement;
use dispatch_core::bundle;
use dispatch_core::digest::Digest;
use dispatch_core::import::{ImportOptions, import_subjects};
use dispatch_core::json::{from_canonical, to_canonical};
use dispatch_core::plan::SubjectIds;
use dispatch_core::rehearsal::rehearse;
use dispatch_core::roster::{RosterBuilder, RosterKind, RowRules};
use dispatch_core::sample::{SampleOptions, write_subjects};
use dispatch_core::selection::{Stratification, SubjectKey, select};
use dispatch_core::verify::{Expectations, Status, Verdict};
use dispatch_tests::campaign::{
    Campaign, DEPARTMENT, count, numbers, officer, officer_id, officers, prepare, public_bundle,
    report, slot, subject_id, subjects,
};
use dispatch_tests::chance::{Dice, pearson, plausible};
use encoding_rs::GB18030;

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

/// n, N and the rate came from the browser, and the server did not recompute them.
#[test]
fn a_number_that_the_rule_does_not_give_is_refused() {
    let mut frozen = Campaign::new(subjects(30), officers(4), count(3)).freeze();
    let bytes = frozen.public.get(bundle::ANNOUNCEMENT).unwrap();
    let mut forged: Announcement = from_canonical(bytes).unwrap();
    forged.strata[0].quota = 2;
    frozen
        .public
        .insert(bundle::ANNOUNCEMENT, to_canonical(&forged).unwrap());
    let failed = prepare(&frozen).unwrap_err();
    assert!(failed.iter().any(|result| result.id == "A02"), "{failed:?}");
}

/// Ties in the order had no tie-breaker and the files came as they came: nobody could rebuild the
/// frame.
#[test]
fn order_and_spelling_of_the_file_do_not_matter() {
    let options = SampleOptions {
        subjects: 300,
        messy: false,
        ..SampleOptions::default()
    };
    let mut original = Vec::new();
    write_subjects(&options, &mut original).unwrap();
    let text = GB18030
        .decode_without_bom_handling(&original)
        .0
        .into_owned();
    assert!(!text.contains('"') && text.contains("\r\n"));
    let expected = root_of_file(&original);

    let mut lines: Vec<&str> = text.lines().collect();
    let header = lines.remove(0);
    Dice::new(1).shuffle(&mut lines);
    let shuffled = format!("{header}\r\n{}\r\n", lines.join("\r\n"));
    let cells = |change: &dyn Fn(usize, &str) -> String| -> String {
        let rows = lines.iter().map(|line| {
            let cells: Vec<String> = line
                .split(',')
                .enumerate()
                .map(|(at, cell)| change(at, cell))
                .collect();
            cells.join(",")
        });
        let rows: Vec<String> = rows.collect();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    let spaced = cells(&|_, cell| format!(" \u{3000}{cell}  "));
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).unwrap();
    let full_width = cells(&|at, cell| match at {
        0 => cell.chars().map(wide).collect(),
        _ => cell.to_owned(),
    });
    let small = cells(&|at, cell| {
        if at == 0 {
            cell.to_lowercase()
        } else {
            cell.to_owned()
        }
    });
    let mut backwards: Vec<String> = vec![reversed(header)];
    backwards.extend(lines.iter().map(|line| reversed(line)));
    for (what, bytes) in [
        ("UTF-8", text.clone().into_bytes()),
        ("UTF-8 with mark", format!("\u{feff}{text}").into_bytes()),
        ("LF", text.replace("\r\n", "\n").into_bytes()),
        ("other order of rows", shuffled.clone().into_bytes()),
        (
            "other order, GB18030",
            GB18030.encode(&shuffled).0.into_owned(),
        ),
        ("stray blanks", spaced.into_bytes()),
        ("full-width ids", full_width.into_bytes()),
        ("small letters", small.into_bytes()),
        (
            "other order of columns",
            backwards.join("\r\n").into_bytes(),
        ),
    ] {
        assert_eq!(root_of_file(&bytes), expected, "{what}");
    }
    // The test can fail: one character in one name makes another root.
    let other = text.replacen("公司", "公用", 1);
    assert_ne!(root_of_file(other.as_bytes()), expected);
}

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
    expert.role = dispatch_core::plan::Role::Expert;
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

/// Where more were wanted than there are, all were taken without a word.
#[test]
fn a_quota_above_the_pool_is_refused() {
    let faults = Campaign::new(subjects(10), officers(4), count(11))
        .try_freeze()
        .unwrap_err();
    assert!(
        faults[0].english.contains("the pool has 10 subjects"),
        "{faults:?}"
    );
    assert!(
        Campaign::new(subjects(10), officers(4), count(10))
            .try_freeze()
            .is_ok()
    );
}

/// Rows could be added and deleted until the draw, and by address after it.
#[test]
fn a_roster_edited_after_the_announcement_is_refused() {
    let campaign = Campaign::new(subjects(30), officers(4), count(3));
    let (frozen, files) = public_bundle(&campaign, &numbers(1));
    let text = String::from_utf8(files.get(bundle::SUBJECTS).unwrap().to_vec()).unwrap();
    let first = text.split_inclusive('\n').next().unwrap();
    for (what, edited) in [
        ("deleted", text.replacen(first, "", 1)),
        ("changed", text.replacen("某店", "某厂", 1)),
        (
            "added",
            format!("{text}{}", first.replace("S000000", "S999999")),
        ),
    ] {
        let mut tampered = campaign.freeze();
        tampered
            .public
            .insert(bundle::SUBJECTS, edited.clone().into_bytes());
        let failed = prepare(&tampered).unwrap_err();
        assert!(
            failed.iter().any(|result| result.id == "B02"),
            "{what}: {failed:?}"
        );

        let mut files = files.clone();
        files.insert(bundle::SUBJECTS, edited.into_bytes());
        let report = report(&files, &Expectations::default());
        let status = report
            .checks
            .iter()
            .find(|check| check.id == "B02")
            .unwrap()
            .status;
        assert_eq!(
            (status, report.public),
            (Status::Fail, Verdict::Fail),
            "{what}"
        );
    }
    assert!(prepare(&frozen).is_ok());
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

fn root_of_file(bytes: &[u8]) -> Digest {
    let kind = RosterKind::Subjects(SubjectIds::CreditCode);
    let mut builder = RosterBuilder::new(RowRules { kind, sealed: &[] });
    let found = import_subjects(
        bytes,
        "subjects.csv",
        &ImportOptions::default(),
        &mut |_| {},
        &mut |row| builder.push(row.fields).unwrap(),
    );
    assert_eq!(
        (found.rows_read, found.rows_good),
        (300, 300),
        "{:?}",
        found.problems
    );
    builder.finish().unwrap().root()
}

fn reversed(line: &str) -> String {
    let mut cells: Vec<&str> = line.split(',').collect();
    cells.reverse();
    cells.join(",")
}
