//! The workbook and the CSV files of a draw, read back with calamine and with plain splitting: what a
//! reader finds is what the records say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::listing::Listing;
use dispatch_core::plan::Op;
use dispatch_core::result::Record;
use dispatch_core::visit::{Source, Visit, visits};
use dispatch_tests::campaign::{
    Campaign, condition, count, numbers, officer, officer_id, officers, prepare, row, slot,
    stratum, subject_id, subjects,
};

fn drawn(campaign: &Campaign) -> (Prepared, Draw) {
    let prepared = prepare(&campaign.freeze()).unwrap();
    let draw = prepared.draw(&numbers(1)).unwrap();
    (prepared, draw)
}

fn visits_of<'d>(prepared: &'d Prepared, records: &'d [Record]) -> Vec<Visit<'d>> {
    let source = Source {
        plan: &prepared.announced.document.plan,
        officers: &prepared.officers,
        records,
    };
    visits(&prepared.subjects, Some(prepared.strata()), source, &[])
}

fn listing<'d>(prepared: &'d Prepared, draw: &'d Draw, visits: &'d [Visit<'d>]) -> Listing<'d> {
    Listing {
        announcement: &prepared.announced.document,
        commitment: prepared.announced.commitment,
        result: draw.result.root,
        officers: &prepared.officers,
        visits,
        sealed: true,
    }
}

/// Every sheet as rows of cells, in order.
fn read(bytes: &[u8]) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let sheet = |name: String| {
        let formulas = book.worksheet_formula(&name).unwrap();
        assert!(
            formulas.used_cells().next().is_none(),
            "a formula in {name}"
        );
        let range = book.worksheet_range(&name).unwrap();
        (name, range.rows().map(<[Data]>::to_vec).collect())
    };
    names.into_iter().map(sheet).collect()
}

fn text(cell: &Data) -> &str {
    match cell {
        Data::String(text) => text,
        Data::Empty => "",
        other => panic!("{other:?} is not text"),
    }
}

fn number(cell: &Data) -> f64 {
    match cell {
        Data::Float(number) => *number,
        other => panic!("{other:?} is not a number"),
    }
}

/// A file inside the workbook.
fn inside(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn two_strata() -> Campaign {
    let rows = (0..60).map(|at| {
        let (id, name) = (subject_id(at), format!("企业{at}"));
        let region = ["甲区", "乙区"][at % 2];
        row(&[
            ("id", &id),
            ("name", &name),
            ("region", region),
            ("address", "某路"),
        ])
    });
    let mut campaign = Campaign::new(rows.collect(), officers(9), count(1));
    campaign.plan.strata = vec![
        stratum("甲", count(7), vec![condition("region", Op::In, &["甲区"])]),
        stratum("乙", count(5), Vec::new()),
    ];
    campaign.plan.team.slots = vec![slot("组长", 1), slot("组员", 2)];
    campaign
}

#[test]
fn a_reader_finds_the_records() {
    let (prepared, draw) = drawn(&two_strata());
    let visits = visits_of(&prepared, &draw.records);
    let listing = listing(&prepared, &draw, &visits);
    let sheets = read(&listing.xlsx().unwrap());
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["抽查名单", "派员表", "人员任务量", "分层统计", "说明"]
    );

    let mut records = draw.records.clone();
    records.sort_by_key(|record| record.ticket);
    let rows = &sheets[0].1[1..];
    assert_eq!(rows.len(), 12);
    for (at, (row, record)) in rows.iter().zip(&records).enumerate() {
        let subject: usize = record.subject[1..].parse().unwrap();
        assert_eq!(number(&row[0]), (at + 1) as f64);
        let due = [
            record.subject.clone(),
            format!("企业{subject}"),
            ["甲区", "乙区"][subject % 2].to_owned(),
            "某路".to_owned(),
            String::new(),
            ["甲", "乙"][subject % 2].to_owned(),
            record.ticket.to_string(),
        ];
        let found: Vec<&str> = row[1..].iter().map(text).collect();
        assert_eq!(found, due);
    }

    let rows = &sheets[1].1[1..];
    let found: Vec<(&str, &str, &str)> = { rows.iter() }
        .map(|row| (text(&row[1]), text(&row[4]), text(&row[6])))
        .collect();
    let slots = ["组长", "组员", "组员"];
    let due: Vec<(&str, &str, &str)> = { records.iter() }
        .flat_map(|record| {
            let members = slots.iter().zip(&record.officers);
            members.map(|(slot, officer)| (record.subject.as_str(), *slot, officer.as_str()))
        })
        .collect();
    assert_eq!(found, due);

    let mut counts: HashMap<&str, f64> = HashMap::new();
    for officer in records.iter().flat_map(|record| &record.officers) {
        *counts.entry(officer).or_default() += 1.0;
    }
    let rows = &sheets[2].1[1..];
    assert_eq!(rows.len(), 9);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(text(&row[1]), officer_id(at));
        assert_eq!(
            number(&row[6]),
            counts.get(text(&row[1])).copied().unwrap_or(0.0)
        );
    }

    let rows: Vec<(&str, &str, Vec<f64>)> = sheets[3].1[1..]
        .iter()
        .map(|row| {
            (
                text(&row[0]),
                text(&row[1]),
                row[2..].iter().map(number).collect(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("分层", "甲", vec![30.0, 7.0, 7.0]),
            ("分层", "乙", vec![30.0, 5.0, 5.0]),
            ("分层之外", "", vec![0.0, 0.0, 0.0]),
        ]
    );

    // Every column of every table is explained, and the commitment is there.
    let notes = &sheets[4].1;
    for (name, rows) in &sheets[..4] {
        for head in &rows[0] {
            let explained = notes.iter().any(|note| {
                text(&note[0]) == name && text(&note[1]) == text(head) && text(&note[2]).len() > 6
            });
            assert!(explained, "{name}, {head:?}");
        }
    }
    let commitment = prepared.announced.commitment.to_string();
    assert!(notes.iter().any(|note| text(&note[2]) == commitment));
}

#[test]
fn the_csv_files_hold_what_the_workbook_holds() {
    let (prepared, draw) = drawn(&two_strata());
    let visits = visits_of(&prepared, &draw.records);
    let listing = listing(&prepared, &draw, &visits);
    let files: BTreeMap<String, Vec<u8>> = listing.csv().into_iter().collect();
    for (name, rows) in read(&listing.xlsx().unwrap()) {
        let file = String::from_utf8(files[&format!("{name}.csv")].clone()).unwrap();
        let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), rows.len(), "{name}");
        if name == "说明" {
            continue;
        }
        for (line, row) in lines.iter().zip(&rows) {
            // No cell here has a comma, a quote or a guard.
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            assert_eq!(*line, cells.join(","), "{name}");
        }
    }
}

#[test]
fn cells_are_text_whatever_they_look_like() {
    let names = [
        "=HYPERLINK(\"http://x\",\"甲\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "http://example.com/a?b=<c>&d",
        "_x0041_ 原样",
        "坏\u{fffe}字\u{ffff}",
        "𠮷龘 \u{e000}",
        "  前后空格  ",
        "=1+1",
    ];
    let mut campaign = Campaign::new(Vec::new(), Vec::new(), count(10));
    campaign.subjects = (0..10)
        .map(|at| {
            row(&[
                ("id", &format!("00012345678901234{at}")),
                ("name", names[at]),
            ])
        })
        .collect();
    campaign.officers = (0..4)
        .map(|at| officer(at, &[("id", ["1", "0x2", "3e5", "2026-01-01"][at])]))
        .collect();
    let (prepared, draw) = drawn(&campaign);
    let visits = visits_of(&prepared, &draw.records);
    let bytes = listing(&prepared, &draw, &visits).xlsx().unwrap();
    let sheets = read(&bytes);
    let mut found: Vec<(&str, &str)> = sheets[0].1[1..]
        .iter()
        .map(|row| (text(&row[1]), text(&row[2])))
        .collect();
    found.sort_unstable();
    for (at, (id, name)) in found.iter().enumerate() {
        assert_eq!(*id, format!("00012345678901234{at}"));
        // XML cannot hold U+FFFE and U+FFFF; everything else is as it was.
        let due = names[at].replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        assert_eq!(*name, due);
    }
    let officers: Vec<&str> = sheets[2].1[1..].iter().map(|row| text(&row[1])).collect();
    assert_eq!(officers, ["0x2", "1", "2026-01-01", "3e5"]);
    for sheet in 1..=5 {
        let xml = inside(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
        assert!(
            !xml.contains("<f>") && !xml.contains("<hyperlink"),
            "sheet {sheet}"
        );
        assert!(
            xml.contains("<pane ySplit=\"1\""),
            "sheet {sheet}: head not frozen"
        );
        assert!(
            xml.contains("<autoFilter ref=\"A1:"),
            "sheet {sheet}: no filter"
        );
        assert!(
            xml.contains("<cols><col min=\"1\""),
            "sheet {sheet}: no widths"
        );
    }
}

#[test]
fn the_same_draw_gives_the_same_bytes() {
    let make = || {
        let (prepared, draw) = drawn(&two_strata());
        let visits = visits_of(&prepared, &draw.records);
        listing(&prepared, &draw, &visits).xlsx().unwrap()
    };
    let first = make();
    assert!(first == make());
    // Not the time of writing, which two runs of a test may share, but that of the draw.
    let core = inside(&first, "docProps/core.xml");
    assert_eq!(
        core.matches(">2026-07-23T07:38:30Z</dcterms:").count(),
        2,
        "{core}"
    );
    let mut archive = zip::ZipArchive::new(Cursor::new(first.as_slice())).unwrap();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).unwrap();
        let time = entry.last_modified().unwrap();
        assert_eq!((time.year(), time.month(), time.day()), (1980, 1, 1));
    }
}

#[test]
fn what_is_sealed_is_in_no_table() {
    let mut campaign = two_strata();
    for row in &mut campaign.subjects {
        row.push(("note".to_owned(), "机密".to_owned()));
    }
    campaign.plan.subjects.sealed = vec!["address".to_owned(), "region".to_owned()];
    let (prepared, draw) = drawn(&campaign);
    let visits = visits_of(&prepared, &draw.records);
    let sheets = read(&listing(&prepared, &draw, &visits).xlsx().unwrap());
    for row in &sheets[0].1[1..] {
        // Region, address and the stratum that follows from the region.
        assert!(
            [3, 4, 6].iter().all(|column| row[*column] == Data::Empty),
            "{row:?}"
        );
        assert!(!text(&row[2]).is_empty());
    }
    for row in &sheets[3].1[1..3] {
        assert!(text(&row[4]).is_empty(), "the strata cannot be counted");
    }
    for (name, rows) in &sheets {
        for cell in rows.iter().flatten() {
            let shown = cell.to_string();
            assert!(
                !shown.contains("甲区") && !shown.contains("机密"),
                "{name}: {shown}"
            );
        }
    }
}

#[test]
fn an_open_slot_says_so() {
    let (prepared, draw) = drawn(&two_strata());
    let mut records = draw.records.clone();
    records[3].officers[1].clear();
    let visits = visits_of(&prepared, &records);
    let sheets = read(&listing(&prepared, &draw, &visits).xlsx().unwrap());
    let open: Vec<_> = sheets[1].1[1..]
        .iter()
        .filter(|row| text(&row[7]) == "空缺")
        .collect();
    assert_eq!(open.len(), 1);
    assert_eq!(text(&open[0][1]), records[3].subject);
    assert_eq!((text(&open[0][6]), text(&open[0][8])), ("", "市场监管局"));
}

/// A province's draw: all of it is there, and every line once.
#[test]
fn fifty_thousand_visits_fit() {
    let (prepared, draw) = drawn(&Campaign::new(subjects(60), officers(10), count(2)));
    // Drawing so many is tested elsewhere; here only the lists are.
    let records: Vec<Record> = (0..50_000)
        .map(|at| Record {
            officers: vec![officer_id(at % 10), officer_id((at + 1) % 10)],
            subject: subject_id(at % 60),
            ticket: dispatch_core::digest::Digest::of(&at.to_be_bytes()),
        })
        .collect();
    let visits = visits_of(&prepared, &records);
    let sheets = read(&listing(&prepared, &draw, &visits).xlsx().unwrap());
    assert_eq!(sheets.len(), 5);
    assert_eq!(sheets[0].1.len(), 50_001);
    assert_eq!(sheets[1].1.len(), 100_001);
    let total: f64 = sheets[2].1[1..].iter().map(|row| number(&row[6])).sum();
    assert_eq!(total, 100_000.0);
}
