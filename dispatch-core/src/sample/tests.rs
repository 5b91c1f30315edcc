//! The samples through the import: no errors, and the promised mix.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::HashMap;
use std::collections::HashSet;

use super::*;
use crate::import::ImportOptions;
use crate::import::ImportReport;
use crate::import::ImportedRow;
use crate::import::import_officers;
use crate::import::import_recusals;
use crate::import::import_subjects;

type Row = HashMap<String, String>;
type Import = fn(
    &[u8],
    &str,
    &ImportOptions,
    &mut dyn FnMut(u64),
    &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport;

fn read(import: Import, bytes: &[u8]) -> (ImportReport, Vec<Row>) {
    let mut rows = Vec::new();
    let report = import(
        bytes,
        "f.csv",
        &ImportOptions::default(),
        &mut |_| {},
        &mut |row| {
            let fields = row
                .fields
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()));
            rows.push(fields.collect());
        },
    );
    for problem in report.problems.iter() {
        assert!(
            problem.severity < crate::problem::Severity::Warning,
            "{problem}"
        );
    }
    (report, rows)
}

fn written(
    write: impl Fn(&SampleOptions, &mut Vec<u8>) -> io::Result<()>,
    options: &SampleOptions,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(options, &mut bytes).unwrap();
    bytes
}

fn options(seed: u64) -> SampleOptions {
    SampleOptions {
        subjects: 20_000,
        officers: 330,
        recusals: 200,
        seed,
        messy: true,
    }
}

/// How many of a thousand rows satisfy the condition.
fn per_mille(rows: &[Row], condition: impl Fn(&Row) -> bool) -> usize {
    rows.iter().filter(|row| condition(row)).count() * 1000 / rows.len()
}

#[test]
fn subjects_import_without_errors_in_the_promised_mix() {
    let bytes = written(write_subjects, &options(5));
    let (report, rows) = read(import_subjects, &bytes);
    assert_eq!(report.encoding, Some(TextEncoding::Gb18030));
    assert_eq!((report.rows_good, rows.len()), (20_000, 20_000));
    assert!(report.trimmed_cells > 20);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.code() == "import.normalised")
    );
    for (risk, share) in [("A", 600), ("B", 280), ("C", 100), ("D", 20)] {
        let found = per_mille(&rows, |row| row["risk"] == risk);
        assert!(found.abs_diff(share) <= 15, "{risk} {found}");
    }
    let visited = per_mille(&rows, |row| row.contains_key("last_visit_ref"));
    assert!((20..40).contains(&visited), "{visited}");
    let skilled = per_mille(&rows, |row| row.contains_key("skills"));
    assert!((20..80).contains(&skilled), "{skilled}");
    let rare = |row: &Row| row["name"].chars().any(|c| u32::from(c) > 0xffff);
    assert!(rows.iter().any(rare));
    assert!(
        rows.iter()
            .all(|row| row["office"].starts_with(&row["region"]))
    );
}

#[test]
fn every_district_can_lead_and_has_every_skill() {
    let bytes = written(write_officers, &options(5));
    let (report, rows) = read(import_officers, &bytes);
    assert_eq!((report.rows_good, rows.len()), (330, 330));
    let dropped: Vec<_> = report
        .problems
        .iter()
        .filter(|problem| problem.code() == "import.personal-column")
        .map(|problem| problem.column.as_deref().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(dropped, ["身份证号", "手机号", "学历"]);
    let regions: HashSet<&str> = rows.iter().map(|row| row["region"].as_str()).collect();
    assert_eq!(regions.len(), 11);
    for region in regions {
        let own: Vec<&Row> = rows.iter().filter(|row| row["region"] == region).collect();
        let market = |row: &&&Row| row["department"] == "市场监管局";
        let leads = own.iter().filter(market).filter(|row| {
            row["lead"] == "yes"
                && row["expires"].as_str() > "2026-12-31"
                && !row.contains_key("leave")
        });
        assert!(leads.count() >= 4, "{region}");
        for skill in ["特种设备", "药品", "医疗器械", "计量"] {
            let able = own
                .iter()
                .filter(|row| row.get("skills").is_some_and(|all| all.contains(skill)));
            assert!(able.count() >= 2, "{region} {skill}");
        }
    }
    let fire = per_mille(&rows, |row| row["department"] == "消防救援局");
    assert!((100..200).contains(&fire), "{fire}");
    assert!(rows.iter().any(|row| row["expires"].starts_with("2025")));
    assert!(rows.iter().any(|row| row.contains_key("leave")));
    assert!(rows.iter().any(|row| row.contains_key("limit")));
}

#[test]
fn recusals_join_rows_of_one_region() {
    let by_id = |rows: Vec<Row>| -> HashMap<String, String> {
        rows.into_iter()
            .map(|row| (row["id"].clone(), row["region"].clone()))
            .collect()
    };
    let subjects = by_id(read(import_subjects, &written(write_subjects, &options(9))).1);
    let officers = by_id(read(import_officers, &written(write_officers, &options(9))).1);
    let (report, rows) = read(import_recusals, &written(write_recusals, &options(9)));
    assert_eq!((report.rows_read, rows.len()), (200, 200));
    for row in rows {
        assert_eq!(subjects[&row["subject"]], officers[&row["officer"]]);
    }
}

#[test]
fn a_seed_fixes_the_bytes() {
    for write in [write_subjects, write_officers, write_recusals] {
        assert_eq!(written(write, &options(1)), written(write, &options(1)));
        assert_ne!(written(write, &options(1)), written(write, &options(2)));
    }
}

#[test]
fn samples_of_any_size_are_possible_or_refused() {
    for (subjects, officers) in [(0, 0), (1, 1), (3, 0), (0, 3)] {
        let options = SampleOptions {
            subjects,
            officers,
            recusals: 50,
            seed: 0,
            messy: false,
        };
        let (_, rows) = read(import_subjects, &written(write_subjects, &options));
        assert_eq!(u64::try_from(rows.len()).unwrap(), subjects);
        let (_, rows) = read(import_recusals, &written(write_recusals, &options));
        assert!(u64::try_from(rows.len()).unwrap() <= subjects * officers);
    }
    let options = SampleOptions {
        officers: MOST_OFFICERS + 1,
        ..SampleOptions::default()
    };
    assert!(write_officers(&options, &mut Vec::new()).is_err());
}

#[test]
fn visits_import_and_meet_every_rule() {
    use crate::import::import_visits;
    use crate::ledger::{Days, Ledger, Visit, source};

    let on: Date = "2026-11-25".parse().unwrap();
    let options = options(5);
    let bytes = written(|o, out: &mut Vec<u8>| write_visits(o, on, out), &options);
    let (mut visits, mut odd) = (Vec::new(), 0);
    let report = import_visits(
        &bytes,
        "v.csv",
        &ImportOptions::default(),
        &mut |_| {},
        &mut |row| {
            let (visit, problems) = Visit::from_row(row);
            visits.extend(visit);
            odd += problems.len();
        },
    );
    assert!(!report.problems.has_errors());
    assert_eq!(
        (visits.len(), odd),
        (report.rows_good.try_into().unwrap(), 0)
    );
    let (_, subjects) = read(import_subjects, &written(write_subjects, &options));
    let (_, officers) = read(
        import_officers,
        &written(
            write_officers,
            &SampleOptions {
                officers: 330,
                messy: false,
                ..options
            },
        ),
    );
    let ids = |rows: &[Row]| {
        rows.iter()
            .map(|row| row["id"].clone())
            .collect::<HashSet<_>>()
    };
    let (subjects, officers) = (ids(&subjects), ids(&officers));
    assert!(visits.iter().all(|v| subjects.contains(&v.subject)));
    assert!(
        visits
            .iter()
            .flat_map(|v| &v.officers)
            .all(|o| officers.contains(o))
    );
    let rules = source::read(SAMPLE_RULES).unwrap();
    let days = Days { on, known: on };
    assert!(visits.iter().any(|v| v.is_sealed(days)));
    let ledger = Ledger::new(visits);
    let codes: HashSet<String> = { ledger.subjects() }
        .flat_map(|id| ledger.standing(id, "", &rules, days).exclusions)
        .map(|e| e.code)
        .collect();
    assert_eq!(codes.len(), 3);
    assert!(ledger.forbidden_pairs(&rules, days).len() > 10);
    assert!(ledger.warnings(&rules, days).len() > 10);
}
