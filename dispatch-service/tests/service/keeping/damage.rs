//! Backups that were cut, changed, or made of a damaged database: refused, and nothing stays.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{backed_up, busy, is_empty, run, tamper};
use crate::support::cluster::{Place, backends};

#[test]
fn a_file_that_was_cut_or_changed_is_refused() {
    let bureau = busy(backends().remove(0));
    let file = backed_up(&bureau.desk.place);
    let whole = std::fs::read(&file).unwrap();
    let bad = bureau.desk.place.folder.path().join("bad.backup");
    let bad = bad.to_str().unwrap();
    for to in backends() {
        run(&to, &["migrate"]).unwrap();
        for part in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(bad, whole.get(..part).unwrap()).unwrap();
            refused(&to, bad, "is no backup, or was cut");
        }
        // Bytes in the middle of what is compressed.
        for part in [4, 8, 12] {
            let mut bytes = whole.clone();
            *bytes.get_mut(whole.len() * part / 16).unwrap() ^= 0x10;
            std::fs::write(bad, bytes).unwrap();
            refused(&to, bad, "row ");
        }
        for (change, told) in CHANGES {
            rewritten(&file, bad, change);
            refused(&to, bad, told);
        }
    }
}

type Change = fn(name: &str, text: String) -> Option<String>;

/// What is done to the members, and what is told.
const CHANGES: [(Change, &str); 8] = [
    (
        |name, text| {
            Some(if name.ends_with("/held_file.jsonl") {
                text.replacen("announcement.json", "announcement.jsom", 1)
            } else {
                text
            })
        },
        "held_file, row ",
    ),
    (
        |name, text| {
            Some(in_table(name, "proposal", text, |lines| {
                drop(lines.remove(0))
            }))
        },
        "proposal, row 1: is missing",
    ),
    (
        |name, text| {
            Some(in_table(name, "held_file", text, |lines| {
                drop(lines.remove(2))
            }))
        },
        "held_file, row 3: is not what was written",
    ),
    (
        |name, text| Some(in_table(name, "blob_piece", text, |lines| lines.swap(1, 2))),
        "blob_piece, row 2: is not what was written",
    ),
    (
        |name, text| Some(in_table(name, "audit", text, |lines| drop(lines.pop()))),
        "is missing",
    ),
    (
        |name, text| {
            Some(in_table(name, "work", text, |lines| {
                lines.push("[\n".to_owned())
            }))
        },
        "work, row 2: is not what was written",
    ),
    (
        |name, text| (name != "tables/roster.jsonl").then_some(text),
        "roster, row 1",
    ),
    (
        |name, text| {
            Some(if name == "manifest.json" {
                text.replace("\"revoked\"", "\"withdrawn\"")
            } else {
                text
            })
        },
        "whose tables are others",
    ),
];

fn in_table(
    name: &str,
    table: &str,
    text: String,
    change: impl FnOnce(&mut Vec<String>),
) -> String {
    if name != format!("tables/{table}.jsonl") {
        return text;
    }
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    change(&mut lines);
    lines.concat()
}

fn rewritten(from: &str, to: &str, change: Change) {
    let mut archive = ZipArchive::new(File::open(from).unwrap()).unwrap();
    let mut zip = ZipWriter::new(File::create(to).unwrap());
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut text = String::new();
        member.read_to_string(&mut text).unwrap();
        if let Some(text) = change(&name, text) {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
    }
    zip.finish().unwrap();
}

fn refused(to: &Place, file: &str, told: &str) {
    let refused = run(to, &["restore", file]).unwrap_err();
    assert!(refused.contains(told), "{}: {refused}", to.name);
    assert!(is_empty(&to.backend), "{}: {told}", to.name);
}

/// Damage to the database itself, where it shows, and whether the backup tells already.
const DAMAGE: [(&str, &str, bool); 12] = [
    (
        "UPDATE blob_piece SET bytes = (SELECT root FROM log_head) WHERE digest = (SELECT digest FROM held_file WHERE name = 'announcement.json')",
        "blob_piece: the blob",
        true,
    ),
    (
        "DELETE FROM blob_piece WHERE digest = (SELECT digest FROM held_file WHERE name = 'announcement.json')",
        "blob_piece: the blob",
        true,
    ),
    (
        "DELETE FROM blob WHERE digest = (SELECT digest FROM held_file WHERE name = 'announcement.json')",
        ": the blob",
        true,
    ),
    (
        "UPDATE log_entry SET entry = (SELECT root FROM log_head)",
        "log_entry, row 0",
        true,
    ),
    ("DELETE FROM log_entry", "log_checkpoint, row 1", true),
    (
        "UPDATE log_node SET hash = (SELECT digest FROM roster LIMIT 1)",
        "log_entry, row 0",
        true,
    ),
    (
        "INSERT INTO log_node (level, idx, hash) SELECT 1, 0, root FROM log_head",
        "log_node",
        true,
    ),
    (
        "UPDATE log_head SET root = (SELECT digest FROM roster LIMIT 1)",
        "log_head, row 1",
        true,
    ),
    (
        "DELETE FROM log_checkpoint WHERE number = 0",
        "log_checkpoint, row 0: is missing",
        true,
    ),
    (
        "UPDATE audit SET detail = 'x' WHERE number = 2",
        "record 2 of the audit trail",
        true,
    ),
    (
        "DELETE FROM audit WHERE number = 1",
        "record 1 of the audit trail",
        true,
    ),
    (
        "UPDATE register_draw SET state = 'voided'",
        "register_draw: 1 rows",
        false,
    ),
];

#[test]
fn a_database_that_was_damaged_shows_in_backup_and_restore() {
    let bureau = busy(backends().remove(0));
    let good = backed_up(&bureau.desk.place);
    for (statement, told, by_backup) in DAMAGE {
        for (from, to) in backends().into_iter().zip(backends()) {
            run(&from, &["migrate"]).unwrap();
            run(&to, &["migrate"]).unwrap();
            run(&from, &["restore", &good]).unwrap();
            tamper(&from.backend, statement);
            let file = from.folder.path().join("damaged.backup");
            let file = file.to_str().unwrap();
            let done = run(&from, &["backup", "--out", file]);
            match done {
                Err(refused) => assert!(by_backup && refused.contains(told), "{refused}"),
                Ok(_) => assert!(!by_backup, "{statement}"),
            }
            assert!(Path::new(file).exists(), "it is kept all the same");
            refused(&to, file, told);
        }
    }
}
