//! Attacks by name.

use dispatch_core::entry::Step;
use dispatch_core::log::{KeyKind, cosign};
use dispatch_core::monitor::{State, compare, continues};

use crate::world::*;

/// A log with one planned, announced draw.
fn one() -> World {
    let mut world = World::new();
    world.log(plan(&[(1, "2026-07-31"), (2, "2026-07-31")], ""));
    world.log(announce(1, world.now));
    world
}

#[test]
fn backdated_announcement() {
    let mut world = World::new();
    world.log(plan(&[(1, "2026-07-31")], ""));
    let step = announce(1, world.now);
    world.wait(DAY + 1);
    world.claim = Some(world.now - DAY);
    world.log(step);
    assert_eq!(alarms(&world, world.now), ["M07"]);
}

#[test]
fn announced_on_the_last_second_and_one_later() {
    for (wait, due) in [(23 * HOUR, &[][..]), (23 * HOUR + 1, &["M07"][..])] {
        let mut world = World::new();
        world.log(plan(&[(1, "2026-07-31")], ""));
        let step = announce(1, world.now);
        world.wait(wait);
        world.log(step);
        assert_eq!(alarms(&world, world.now), due);
    }
}

#[test]
fn two_views_to_two_people() {
    let (mut one, mut other) = (one(), one());
    for n in 0..600 {
        one.step(result(1, 0, format!("{n}").as_bytes()));
        let root = if n < 300 { n } else { n + 1000 };
        other.step(result(1, 0, format!("{root}").as_bytes()));
    }
    one.commit();
    other.commit();
    let fork = compare(&one, &other, &one.policy()).unwrap().unwrap();
    assert_eq!(
        fork.index,
        Some(302),
        "the plan, the announcement, 300 results"
    );
    assert_eq!(fork.one.as_bytes(), one.files["checkpoint"]);
    assert_eq!(fork.other.as_bytes(), other.files["checkpoint"]);
    assert_eq!(compare(&one, &one, &one.policy()), Ok(None));
    // A witness was shown the other one.
    let held = dispatch_core::log::LogView(&other).checkpoint().unwrap();
    assert!(
        continues(&one, &held, &one.policy())
            .unwrap()
            .unwrap()
            .is_err()
    );
    let own = dispatch_core::log::LogView(&one).checkpoint().unwrap();
    assert_eq!(continues(&one, &own, &one.policy()), Ok(Some(Ok(()))));
    // Whoever saw one and is then shown the other notices by the state alone.
    let mut state = State::new("");
    look_into(&one, &mut state, one.now);
    let kept = state.root;
    other.log(result(1, 0, b"more"));
    assert!(numbers(&look_into(&other, &mut state, one.now)).contains(&"M03".to_owned()));
    assert_eq!(state.root, kept, "the state is not replaced");
}

#[test]
fn dropped_and_changed_entries() {
    let mut dropped = one();
    let path = "tile/entries/000.p/2";
    let bundle = dropped.files.remove(path).unwrap();
    assert!(alarms(&dropped, dropped.now).contains(&"M04".to_owned()));
    let text = String::from_utf8_lossy(&bundle).replace("draw 1", "draw 7");
    dropped.files.insert(path.into(), text.into_bytes());
    assert!(alarms(&dropped, dropped.now).contains(&"M04".to_owned()));
}

#[test]
fn reused_sequence_number() {
    let mut world = one();
    let mut again = announcement(2, world.now);
    again.announcement.sequence = 1;
    world.log(Step::Announcement(again));
    assert_eq!(alarms(&world, world.now), ["M09"]);
}

#[test]
fn announced_again_with_another_secret() {
    let mut world = one();
    let mut again = announcement(2, world.now);
    again.announcement.draw = "D-1".into();
    world.log(Step::Announcement(again));
    let report = look_into(&world, &mut State::new(""), world.now);
    assert_eq!(numbers(&report), ["M09"]);
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.english.contains("another secret"))
    );
}

#[test]
fn rolled_back_from_an_old_backup() {
    let backup = one();
    let mut world = backup.clone();
    world.log(announce(2, world.now));
    let mut state = State::new("");
    assert_eq!(numbers(&look_into(&world, &mut state, world.now)), [""; 0]);
    let kept = (state.size, state.root);
    assert_eq!(numbers(&look_into(&backup, &mut state, world.now)), ["M02"]);
    assert_eq!((state.size, state.root), kept);
    // Continued from there, it is another history.
    let mut continued = backup;
    continued.log(void(2, false));
    continued.log(void(1, true));
    let found = numbers(&look_into(&continued, &mut state, world.now));
    assert!(found.contains(&"M03".to_owned()), "{found:?}");
}

#[test]
fn forged_log_with_forged_witnesses() {
    let honest = one();
    let mut forged = World::new();
    forged.log = key("log.example/gz", KeyKind::Signature, 9);
    let witness = |name: &str, seed| key(name, KeyKind::Cosignature, seed);
    forged.witnesses = vec![witness("a.example/w", 8), witness("b.example/w", 7)];
    forged.log(plan(&[(1, "2026-07-31")], ""));
    let mut state = State::new("");
    let policy = honest.policy();
    let options = dispatch_core::monitor::Options::default();
    let now = forged.now;
    let report = dispatch_core::monitor::watch(
        &forged,
        &policy,
        &[],
        &mut state,
        &options,
        now,
        &mut |_| {},
    );
    assert!(numbers(&report.unwrap()).iter().all(|id| id == "M01"));
    assert_eq!(state.size, 0, "nothing of it was believed");
    // The true log's key with forged witnesses does not help either.
    forged.log = honest.log.clone();
    forged.log(plan(&[(2, "2026-07-31")], "more"));
    let report = dispatch_core::monitor::watch(
        &forged,
        &policy,
        &[],
        &mut state,
        &options,
        now,
        &mut |_| {},
    );
    assert!(numbers(&report.unwrap()).contains(&"M01".to_owned()));
    assert_eq!(state.size, 0);
}

#[test]
fn one_of_two_witnesses_is_not_enough() {
    let mut world = one();
    world.step(announce(2, world.now));
    let mut signed = world.sign();
    let line = cosign(&signed, &world.witnesses[0], world.now).unwrap();
    signed.note.add(line).unwrap();
    world.publish(&signed);
    let mut state = State::new("");
    assert_eq!(numbers(&look_into(&world, &mut state, world.now)), ["M01"]);
    assert_eq!(state.size, 2);
    // The second comes later, and its time counts.
    let late = world.now + 2 * DAY;
    let line = cosign(&signed, &world.witnesses[1], late).unwrap();
    signed.note.add(line).unwrap();
    world.checkpoints -= 1;
    world.publish(&signed);
    let found = numbers(&look_into(&world, &mut state, late));
    assert_eq!(state.size, 3);
    assert!(found.contains(&"M07".to_owned()), "{found:?}");
    assert!(!found.contains(&"M01".to_owned()), "{found:?}");
}

#[test]
fn void_after_the_draw_time() {
    let mut world = one();
    world.wait(DAY - 1);
    let mut in_time = world.clone();
    in_time.log(void(1, true));
    assert_eq!(alarms(&in_time, in_time.now), [""; 0]);
    world.wait(1);
    world.claim = Some(world.now - DAY);
    world.log(void(1, true));
    assert_eq!(alarms(&world, world.now), ["M15"]);
    in_time.log(result(1, 0, b"root"));
    assert_eq!(alarms(&in_time, in_time.now), ["M15"]);
}

#[test]
fn secret_that_does_not_open() {
    let mut world = one();
    world.wait(DAY + HOUR);
    world.log(result(1, 0, b"root"));
    world.wait(10 * DAY);
    world.log(disclose(1, secret(2)));
    assert_eq!(alarms(&world, world.now), ["M14"]);
}
