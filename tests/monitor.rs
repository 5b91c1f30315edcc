//! The monitor against logs made here: honest ones, attacks by name, and a brute-force model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests fail by panicking"
)]

#[path = "monitor/around.rs"]
mod around;
#[path = "monitor/attacks.rs"]
mod attacks;
#[path = "monitor/findings.rs"]
mod findings;
#[path = "monitor/model.rs"]
mod model;
#[path = "monitor/world.rs"]
mod world;

use std::path::Path;

use dispatch_core::language::Language;
use dispatch_core::monitor::{KINDS, State};

use world::*;

/// A year: three planned draws, one of them voided in time, a child, disclosures.
fn year() -> World {
    let mut world = World::new();
    world.commit();
    world.log(plan(
        &[(1, "2026-07-31"), (2, "2026-08-31"), (3, "2026-09-30")],
        "",
    ));
    for n in [1, 2] {
        let mut first = announcement(n, world.now);
        first.announcement.children = vec![format!("D-{}", n + 10)];
        world.log(dispatch_core::entry::Step::Announcement(first));
        // A child is announced before its parent's draw and drawn later.
        let mut child = announcement(n + 10, world.now + HOUR);
        child.announcement.parent = commitment(n).to_string();
        child.announcement.sequence = n + 3;
        world.log(dispatch_core::entry::Step::Announcement(child));
        world.wait(DAY + HOUR);
        world.log(result(n, 0, b"root"));
        world.wait(2 * HOUR);
        world.log(result(n + 10, 0, b"root"));
        world.wait(10 * DAY);
        world.log(disclose(n, secret(n)));
        world.log(disclose(n + 10, secret(n + 10)));
    }
    world.log(announce(3, world.now));
    world.wait(HOUR);
    world.log(void(3, true));
    world
}

#[test]
fn an_honest_year_gives_no_alarm() {
    let world = year();
    let report = look_into(&world, &mut State::new(""), world.now + 365 * DAY);
    assert_eq!(numbers(&report), [""; 0], "{:?}", report.findings);
    assert!(!report.claims);
    assert!(report.findings.iter().any(|f| f.id == "M15"), "the void");
}

#[test]
fn reading_in_steps_is_reading_at_once() {
    let world = year();
    let end = world.now + 365 * DAY;
    let mut whole = State::new("");
    let at_once = look_into(&world, &mut whole, end);
    // The same log as it was after each of its checkpoints.
    let mut state = State::new("");
    for number in 0..world.checkpoints {
        let mut earlier = world.clone();
        for later in number + 1..world.checkpoints {
            earlier.files.remove(&format!("checkpoints/{later}"));
        }
        let latest = earlier.files[&format!("checkpoints/{number}")].clone();
        earlier.files.insert("checkpoint".into(), latest);
        look_into(&earlier, &mut state, end);
        state = State::read(&state.to_bytes().unwrap()).unwrap();
    }
    let stepwise = look_into(&world, &mut state, end);
    assert_eq!(state.draws, whole.draws);
    assert_eq!(state.bodies, whole.bodies);
    assert_eq!(state.root, whole.root);
    assert_eq!(stepwise.findings, at_once.findings);
}

#[test]
fn the_guide_lists_exactly_these_findings() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/log.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let rows = guide.lines().filter(|line| line.starts_with("| M"));
    let (mut chinese, mut english) = (Vec::new(), Vec::new());
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let row = (cells[1].to_owned(), cells[2].to_owned());
        if row.1.is_ascii() {
            english.push(row);
        } else {
            chinese.push(row);
        }
    }
    let due = |language| {
        let rows = KINDS.iter();
        rows.map(|kind| (kind.id.to_owned(), kind.title().text(language).to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(chinese, due(Language::Chinese));
    assert_eq!(english, due(Language::English));
}

#[test]
fn what_was_shown_is_known_next_time() {
    let mut world = World::new();
    world.log(plan(&[(1, "2026-07-02")], ""));
    let mut state = State::new("");
    let first = look_into(&world, &mut state, START + 2 * DAY);
    assert_eq!(numbers(&first), ["M16"]);
    let state = State::read(&state.to_bytes().unwrap()).unwrap();
    let known = [state.findings.list, state.shown].concat();
    assert!(first.findings.iter().all(|finding| known.contains(finding)));
}
