//! Entries missing or too many, and entries of another draw, one at a time and in pairs.

use std::sync::Arc;

use super::facts::Facts;
use super::{Expected, Tampering, Variants};
use crate::bundle::{self, Files};

/// Variants of the set of entries.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let mut all = missing(&facts);
    all.extend(extra(&facts));
    all.extend(swapped(&facts));
    Box::new(all.into_iter())
}

fn missing(facts: &Facts) -> Vec<Tampering> {
    let mut all = Vec::new();
    let children = |name: &&str| bundle::child_number(name).is_none();
    for name in facts.files.names().filter(children) {
        let mut files = facts.files.clone();
        files.take(name);
        all.push(Tampering {
            name: format!("{name} missing"),
            group: MISSING,
            expected: Expected::one_of(&["A01"])
                .without(&["A01"])
                .without(super::table::bound(name)),
            files,
        });
    }
    if facts.auditors() {
        let mut files = facts.files.clone();
        files.take(bundle::AUDIT);
        files.take(bundle::CELLS);
        all.push(Tampering {
            name: "both of the auditor's files missing".to_owned(),
            group: MISSING,
            expected: Expected::Unseen {
                why: "what is left is a public bundle, and its report says so (section 10)",
                or: Vec::new(),
            },
            files,
        });
    }
    all
}

fn extra(facts: &Facts) -> Vec<Tampering> {
    let names = [
        "README.txt",
        "Announcement.json",
        "announcement.json ",
        "./announcement.json",
        "secret.json",
        bundle::AUDIT,
        bundle::CELLS,
        bundle::SUBJECTS_DIFF,
        bundle::OFFICERS_DIFF,
        bundle::SUBJECTS,
        bundle::STAGES,
        bundle::DROPS,
        bundle::STAGE_RECORDS,
        "stages.json",
        "child-0.zip",
        "child-01.zip",
        "child-1.zip",
        "child-3.zip",
        "child-101.zip",
    ];
    let new = names
        .into_iter()
        .filter(|name| facts.files.get(name).is_none());
    new.map(|name| {
        let mut files = facts.files.clone();
        files.insert(
            name,
            facts
                .files
                .get(bundle::ANNOUNCEMENT)
                .unwrap_or_default()
                .to_vec(),
        );
        Tampering {
            name: format!("extra entry {name:?}"),
            group: "extra entry",
            expected: Expected::one_of(&["A01"]).without(&["A01"]),
            files,
        }
    })
    .collect()
}

fn swapped(facts: &Facts) -> Vec<Tampering> {
    let differs = |name: &&str| {
        let other = facts.other.get(name);
        // Bundles of children are exchanged elsewhere.
        other.is_some() && other != facts.files.get(name) && bundle::child_number(name).is_none()
    };
    let names: Vec<&str> = facts.files.names().filter(differs).collect();
    let mut all = Vec::new();
    for (index, first) in names.iter().enumerate() {
        all.push(of_other_draw(facts, &[first]));
        for second in &names[index + 1..] {
            all.push(of_other_draw(facts, &[first, second]));
        }
    }
    all
}

/// Never all of them: the announcement, the result and the disclosure name the same commitment.
fn of_other_draw(facts: &Facts, names: &[&str]) -> Tampering {
    let mut files: Files = facts.files.clone();
    let mut fail = Vec::new();
    for name in names {
        files.insert(name, facts.other.get(name).unwrap_or_default().to_vec());
        fail.extend_from_slice(match *name {
            // Auditor's files may open other columns than the plan seals: then B01 is not reached.
            bundle::ANNOUNCEMENT => &["B01", "A09"],
            bundle::RESULT | bundle::DISCLOSURE | bundle::AUDIT => &["B01", "A09"] as &[_],
            bundle::SUBJECTS => &["B02"],
            bundle::OFFICERS => &["B03"],
            bundle::RECUSALS => &["A05", "B04"],
            bundle::ASSIGNMENTS => &["A07", "D06"],
            bundle::SUBJECTS_DIFF => &["B05"],
            bundle::OFFICERS_DIFF => &["B06"],
            bundle::STAGES => &["A10", "G01"],
            bundle::DROPS => &["A10", "G03"],
            bundle::STAGE_RECORDS => &["A10", "G06", "G09"],
            _ => &["A09", "E01", "E02"],
        });
    }
    Tampering {
        name: format!("{} of another draw", names.join(" and ")),
        group: "of another draw",
        expected: Expected::Caught {
            fail,
            void: Vec::new(),
        },
        files,
    }
}

const MISSING: &str = "missing entry";
