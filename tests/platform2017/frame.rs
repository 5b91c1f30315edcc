//! The frame: what was drawn from, and whether anybody could change it or build it again.

use dispatch_core::announcement::Announcement;
use dispatch_core::bundle;
use dispatch_core::digest::Digest;
use dispatch_core::import::{ImportOptions, import_subjects};
use dispatch_core::json::{from_canonical, to_canonical};
use dispatch_core::plan::SubjectIds;
use dispatch_core::roster::{RosterBuilder, RosterKind, RowRules};
use dispatch_core::sample::{SampleOptions, write_subjects};
use dispatch_core::verify::{Expectations, Status, Verdict};
use dispatch_tests::campaign::{
    Campaign, count, numbers, officers, prepare, public_bundle, report, subjects,
};
use dispatch_tests::chance::Dice;
use encoding_rs::GB18030;

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
