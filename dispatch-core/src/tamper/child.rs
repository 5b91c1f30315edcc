//! Bundles of children: missing, exchanged, damaged, and tampered with like any other.
//!
//! Source: docs/spec.md section 16. What is wrong in a child's bundle stands in the child's report.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::facts::{Facts, unpack_child};
use super::{Expected, Tampering, Variants, of_one, restage};
use crate::bundle::{self, Files, child_name};
use crate::evidence::roster_rules;
use crate::plan::Child;
use crate::roster::Roster;
use crate::selection::OpenRow;
use crate::stage::List;

/// Variants of the children's bundles.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let children = facts.document().plan.children.clone();
    let numbered = (1..).zip(children);
    Box::new(numbered.flat_map(move |(number, child)| {
        let whole = exchanged(&facts, number);
        whole
            .into_iter()
            .chain(inside(facts.clone(), number, &child))
    }))
}

/// The parent's bundle with this entry for a child.
fn with(facts: &Facts, number: usize, what: &str, inside: Expected, zip: Vec<u8>) -> Tampering {
    let mut files = facts.files.clone();
    let entry = child_name(number);
    files.insert(&entry, zip);
    Tampering {
        name: format!("{entry}: {what}"),
        group: "child's bundle",
        expected: Expected::InChild {
            number,
            inside: Box::new(inside),
        },
        files,
    }
}

/// The entry as a whole.
fn exchanged(facts: &Facts, number: usize) -> Vec<Tampering> {
    let entry = child_name(number);
    let Some(bytes) = facts.files.get(&entry) else {
        return Vec::new();
    };
    let mut missing = facts.files.clone();
    missing.take(&entry);
    let mut all = vec![Tampering {
        name: format!("{entry} missing"),
        group: "child's bundle",
        // It may be disclosed later.
        expected: Expected::Incomplete { skipped: "H04" },
        files: missing,
    }];
    let mut add = |what: &str, check: &'static str, zip: Vec<u8>| {
        let expected = Expected::one_of(&[check]).without(&[check]);
        all.push(with(facts, number, what, expected, zip));
    };
    for other in 1..=facts.document().plan.children.len() {
        if let Some(zip) = facts
            .files
            .get(&child_name(other))
            .filter(|_| other != number)
        {
            add(&format!("that of child {other}"), "H01", zip.to_vec());
        }
    }
    add(
        "the parent itself",
        "H01",
        facts.files.to_zip().unwrap_or_default(),
    );
    add(
        "another draw",
        "H01",
        facts.other.to_zip().unwrap_or_default(),
    );
    for (name, zip) in facts.other.names().filter_map(|name| {
        bundle::child_number(name)?;
        Some((name, facts.other.get(name)?))
    }) {
        add(&format!("{name} of another draw"), "H01", zip.to_vec());
    }
    add("nothing", "A01", Vec::new());
    add("a text", "A01", b"not a zip file".to_vec());
    for length in [1, 22, bytes.len() / 2, bytes.len().saturating_sub(1)] {
        let cut = bytes.get(..length).unwrap_or_default().to_vec();
        add(&format!("cut to {length} bytes"), "A01", cut);
    }
    add("a byte after it", "A01", [bytes, b"x"].concat());
    if let Some(child) = unpack_child(&facts.files, number) {
        let mut nested = child.clone();
        nested.insert("child-1.zip", bytes.to_vec());
        add(
            "with itself inside",
            "A01",
            nested.to_zip().unwrap_or_default(),
        );
        all.extend(other_form(facts, number, child));
    }
    all
}

/// An auditor's form with the auditor's files taken out is a good public form: a child may stand in
/// either.
fn other_form(facts: &Facts, number: usize, mut child: Files) -> Option<Tampering> {
    child.take(bundle::AUDIT)?;
    child.take(bundle::CELLS)?;
    let expected = Expected::Unseen {
        why: "a child's bundle is of either form, whatever its parent's is (16.3)",
        or: Vec::new(),
    };
    let zip = child.to_zip().ok()?;
    Some(with(facts, number, "in the public form", expected, zip))
}

/// The files inside it.
fn inside(facts: Arc<Facts>, number: usize, child: &Child) -> Variants {
    let count = facts.document().plan.children.len();
    let mut numbers = (1..=count).filter(|other| *other != number);
    let other = numbers.find_map(|other| unpack_child(&facts.files, other));
    let files = unpack_child(&facts.files, number);
    let read = files.and_then(|files| Facts::read(files, other.unwrap_or_default()));
    let Some(mut own) = read else {
        return Box::new(core::iter::empty());
    };
    own.due = due(&facts, child).unwrap_or_default();
    own.parents_subjects = facts.files.get(bundle::SUBJECTS).map(<[u8]>::to_vec);
    let own = Arc::new(own);
    let variants = of_one(own.clone()).chain(restage::tamperings(own));
    Box::new(variants.filter_map(move |variant| {
        let zip = variant.files.to_zip().ok()?;
        let (name, expected) = (variant.name, variant.expected);
        Some(Tampering {
            group: "in a child's bundle",
            ..with(&facts, number, &name, expected, zip)
        })
    }))
}

/// The subjects of the child in the parent's list after every stage; 0 is the draw.
fn due(parent: &Facts, child: &Child) -> Option<BTreeMap<u64, HashSet<String>>> {
    let plan = &parent.document().plan;
    let bytes = parent.files.get(bundle::SUBJECTS)?.to_vec();
    let roster = Roster::read(bytes, &roster_rules(plan, true)).ok()?;
    let of_child = |list: &List| -> HashSet<String> {
        let subjects = list.records().map(|record| record.subject.clone());
        let taken = |subject: &String| {
            roster.find(subject).is_some_and(|row| {
                let row = OpenRow::new(&roster, None, row);
                child.takes(|field| row.value(field))
            })
        };
        subjects.filter(taken).collect()
    };
    let mut lists = BTreeMap::from([(0, of_child(&List::new(&parent.records)))]);
    for line in &parent.stages.lines {
        let number = line.stage.number;
        let mut list = parent.kept(number);
        list.put_in(parent.stages.records_of(number));
        lists.insert(number, of_child(&list));
    }
    Some(lists)
}
