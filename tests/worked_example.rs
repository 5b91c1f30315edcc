//! The worked example of docs/spec.md section 14 and its bundle in tests/vectors, built anew and
//! compared byte for byte. `UPDATE_GOLDEN=1` writes both; the independent verifier then has to
//! accept the bundle, so the numbers do not rest on this code alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::fmt::Write as _;

use dispatch_core::beacon::parse_relay_json;
use dispatch_core::bundle::{self, Files};
use dispatch_core::digest::{Digest, tagged};
use dispatch_core::draw::Prepared;
use dispatch_core::freeze::{Draft, Earlier, Entropy, SecretDocument, freeze};
use dispatch_core::json::from_canonical;
use dispatch_core::plan::{SubjectIds, source};
use dispatch_core::result::ResultKey;
use dispatch_core::roster::{Recusal, Roster, RosterBuilder, RosterKind, RowRules};
use dispatch_core::seed::SourceValue;
use dispatch_core::selection::SubjectKey;
use dispatch_core::stream::{LazyPermutation, WordStream};
use dispatch_core::verify::{Expectations, verify};

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/spec.md");
const BUNDLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/worked-example.zip");
const MARK: &str = "## 14 Worked example\n";
const NEXT: &str = "\n## 15 ";

const PLAN: &str = r#"
draw = "EX-1"
sequence = 1
title = "Worked example"
authority = "Example bureau"
temporary_reason = "example"
subjects = { ids = "other" }
strata = [{ name = "all", quota = 2, where = [] }]
seed = [{ kind = "drand" }]
matters = [{ code = "M1", name = "Example matter", basis = "Example law", kind = "general" }]
[schedule]
draw_time = "2023-08-23T15:59:24Z"
lead = "24h"
window_start = 2023-08-24
window_end = 2023-08-31
disclosure_time = "2023-09-01T00:00:00Z"
[team]
slack = 0
slots = [{ name = "officer", department = "D", count = 2 }]
"#;

const PULSE: &str = r#"{"round":1000,"signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}"#;

#[test]
fn the_worked_example_is_what_the_code_does() {
    let (section, zip) = example();
    let spec = std::fs::read_to_string(SPEC).unwrap();
    let at = spec.find(MARK).unwrap_or(spec.len());
    let end = spec.find(NEXT).map_or(spec.len(), |next| next + 1);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let (before, after) = (&spec[..at], &spec[end..]);
        std::fs::write(SPEC, format!("{before}{section}\n{after}")).unwrap();
        std::fs::write(BUNDLE, &zip).unwrap();
        return;
    }
    assert_eq!(
        spec[at..end].trim_end(),
        section.trim_end(),
        "docs/spec.md section 14 differs; UPDATE_GOLDEN=1 writes it"
    );
    let stored = Files::unpack(
        std::io::Cursor::new(std::fs::read(BUNDLE).unwrap()),
        bundle::Limits::default(),
    );
    let built = Files::unpack(std::io::Cursor::new(zip), bundle::Limits::default());
    for name in bundle::REQUIRED {
        assert_eq!(stored.get(name), built.get(name), "{name}");
    }
}

fn roster(kind: RosterKind, rows: &[&[(&str, &str)]]) -> Roster {
    let mut builder = RosterBuilder::new(RowRules { kind, sealed: &[] });
    for row in rows {
        builder.push(row).unwrap();
    }
    builder.finish().unwrap()
}

fn example() -> (String, Vec<u8>) {
    let plan = source::read(PLAN).unwrap().plan;
    let subjects: Vec<Vec<(&str, &str)>> = [
        ("S1", "One"),
        ("S2", "Two"),
        ("S3", "Three"),
        ("S4", "Four"),
        ("S5", "Five"),
    ]
    .map(|(id, name)| vec![("id", id), ("name", name)])
    .to_vec();
    let officers: Vec<Vec<(&str, &str)>> = [("O1", "Ann"), ("O2", "Bea"), ("O3", "Cai")]
        .map(|(id, name)| {
            vec![
                ("id", id),
                ("name", name),
                ("department", "D"),
                ("expires", "2029-12-31"),
            ]
        })
        .to_vec();
    let mut secret = [0; 32];
    for (byte, value) in secret.iter_mut().zip(0u8..) {
        *byte = value;
    }
    let draft = Draft {
        subjects: roster(
            RosterKind::Subjects(SubjectIds::Other),
            &subjects.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        ),
        officers: roster(
            RosterKind::Officers,
            &officers.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        ),
        recusals: vec![Recusal {
            subject: "S1".into(),
            officer: "O1".into(),
            reason: "kin".into(),
        }],
        earlier: Earlier::default(),
        recent_pulse: None,
        policy: None,
        created: "2023-08-22T15:00:00Z".to_owned(),
        replay: true,
        plan,
    };
    let frozen = freeze(
        draft,
        &Entropy {
            secret,
            roster_key: [0xaa; 32],
        },
    )
    .unwrap();
    let mut files = frozen.public.clone();
    for name in [bundle::RECUSALS, bundle::CELLS, bundle::AUDIT] {
        files.insert(name, frozen.secret.get(name).unwrap().to_vec());
    }
    let key: SecretDocument =
        from_canonical(frozen.secret.get(SecretDocument::NAME).unwrap()).unwrap();
    let prepared = Prepared::open(files, &key).unwrap();
    let values = [SourceValue::pulse(
        &parse_relay_json(PULSE.as_bytes()).unwrap(),
    )];
    let draw = prepared.draw(&values).unwrap();
    let mut bundle_files = prepared.disclose(&draw, &values);
    for name in [bundle::ANNOUNCEMENT, bundle::SUBJECTS, bundle::OFFICERS] {
        bundle_files.insert(name, frozen.public.get(name).unwrap().to_vec());
    }
    let text = |name| String::from_utf8(bundle_files.get(name).unwrap().to_vec()).unwrap();

    let mut out = format!(
        "{MARK}\nAll bytes of this example are in `tests/vectors/worked-example.zip`. It is a replay of a real pulse.\n\n"
    );
    let w = &mut out;
    writeln!(w, "**Rosters.** `subjects.jsonl` and `officers.jsonl`, with their roots (2.2):\n\n```\n{}root {}\n\n{}root {}\n```\n", text(bundle::SUBJECTS), frozen.announcement.subjects.root, text(bundle::OFFICERS), frozen.announcement.officers.root).unwrap();
    writeln!(
        w,
        "The leaf hash of the first subject is SHA-256 of one byte 00 and its line: {}.\n",
        dispatch_core::merkle::leaf_hash(prepared.subjects.line(0))
    )
    .unwrap();
    writeln!(w, "**Recusal** of officer O1 from subject S1, reason `kin`, roster key 32 bytes `aa`. The opened line of the auditor's form, and the leaf data (2.4):\n\n```\n{}leaf {}\n```\n", String::from_utf8_lossy(frozen.secret.get(bundle::RECUSALS).unwrap()), prepared.recusals.lines[0].leaf_data()).unwrap();
    writeln!(w, "**Announcement.** The secret is the bytes 00, 01, …, 1f. `announcement.json` is the following, without a line feed (it is long):\n\n```\n{}\n```\n\ncommitment {}\n", text(bundle::ANNOUNCEMENT), frozen.commitment).unwrap();
    writeln!(w, "**Seed.** The pulse of round 1000 is in `disclosure.json`:\n\n```\n{}\n```\n\nseed (5.4) {}\n", text(bundle::DISCLOSURE), draw.seed).unwrap();
    let key = SubjectKey::new(&draw.seed);
    writeln!(w, "**Tickets.** subject key {}\n\n```", key.to_hex()).unwrap();
    for index in 0..prepared.subjects.len() {
        let id = prepared.subjects.id(index);
        writeln!(w, "{id} {}", key.tickets().of(id)).unwrap();
    }
    writeln!(w, "```\n\nThe first line comes out of `{}`. The two smallest tickets are drawn; in order of ticket these are {}.\n", key.shell_line("S1"), names(&prepared, &draw)).unwrap();
    writeln!(w, "**Officers.** One load group, `[\"D\"]`, of O1, O2, O3 (numbers 0, 1, 2). Four slots over three officers: base 2, slack 0, cap {}. For each subject the key of its permutation, the first words of its stream, the permutation, the team:\n\n```", draw.teams.groups[0].cap).unwrap();
    for subject in &draw.selected {
        let id = prepared.subjects.id(subject.row);
        let key = *tagged(
            "dispatch/v1/permutation",
            &[draw.seed.as_bytes(), b"[\"D\"]", id.as_bytes()],
        )
        .as_bytes();
        let mut words = WordStream::new(key);
        let mut permutation = LazyPermutation::new(key, 3);
        let order: Vec<_> = (0..3).filter_map(|index| permutation.get(index)).collect();
        let record = draw
            .records
            .iter()
            .find(|record| record.subject == id)
            .unwrap();
        writeln!(
            w,
            "{id} key {}\n   words {} {} {}\n   permutation {order:?}\n   team {}",
            Digest::new(key),
            words.next_word(),
            words.next_word(),
            words.next_word(),
            record.officers.join(" ")
        )
        .unwrap();
    }
    writeln!(w, "```\n\n**Result.** For each record, in the order of section 8: order key, salt, record. Then `result.json`.\n\n```").unwrap();
    let result = ResultKey::new(&draw.seed);
    for (record, line) in draw.records.iter().zip(text(bundle::ASSIGNMENTS).lines()) {
        writeln!(
            w,
            "{}\n{}\n{line}",
            result.order(&record.subject),
            result.salt(&record.subject)
        )
        .unwrap();
    }
    writeln!(w, "\n{}\n```", text(bundle::RESULT)).unwrap();
    let zip = bundle_files.to_zip().unwrap();
    let expectations = Expectations {
        commitment: Some(frozen.commitment),
        ..Expectations::default()
    };
    let report = verify(
        "worked-example.zip",
        bundle_files,
        &expectations,
        &mut |_| {},
    );
    assert!(report.holds(), "{:?}", report.failed());
    (out, zip)
}

fn names(prepared: &Prepared, draw: &dispatch_core::draw::Draw) -> String {
    let names: Vec<&str> = draw
        .selected
        .iter()
        .map(|subject| prepared.subjects.id(subject.row))
        .collect();
    names.join(" and ")
}
