//! docs/plan.md is true: its example reads, and it names every key and every warning.

use super::super::*;
use crate::plan::steering::warnings;

const DOCUMENT: &str = include_str!("../../../../../docs/plan.md");

#[test]
fn the_example_reads_without_a_warning() {
    let (_, rest) = DOCUMENT.split_once("```toml\n").unwrap();
    let (example, rest) = rest.split_once("```").unwrap();
    assert!(!rest.contains("```"), "one example is expected");
    let plan = read(example).unwrap().plan;
    assert_eq!(warnings(&plan, None, 0), []);
    assert_eq!(plan.strata.len(), 2);
}

#[test]
fn every_key_is_in_the_document() {
    let lists = [
        TOP_KEYS,
        SCHEDULE_KEYS,
        part::MATTER_KEYS,
        part::EXCLUSION_KEYS,
        part::STRATUM_KEYS,
        part::CONDITION_KEYS,
        child::CHILD_KEYS,
        child::PARENT_KEYS,
        team::TEAM_KEYS,
        team::SLOT_KEYS,
        seed::ALL_KEYS,
    ];
    for key in lists.concat() {
        let shapes = [
            format!("`{key}`"),
            format!("`[{key}]`"),
            format!("`[[{key}]]`"),
            format!("`[[team.{key}]]`"),
        ];
        let found = shapes.iter().any(|shape| DOCUMENT.contains(shape));
        assert!(found, "{key}");
    }
}

#[test]
fn every_warning_is_in_the_document() {
    let sources = [
        include_str!("../../steering/procedure.rs"),
        include_str!("../../steering/condition.rs"),
        include_str!("../../steering/rate.rs"),
        include_str!("../../steering/staff.rs"),
    ];
    let mut codes: Vec<&str> = Vec::new();
    for source in sources {
        let quoted = source
            .split('"')
            .filter(|text| text.starts_with("steering."));
        codes.extend(quoted);
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 24);
    for code in codes {
        assert!(DOCUMENT.contains(&format!("| `{code}` |")), "{code}");
    }
}
