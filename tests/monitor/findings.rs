//! Every finding provoked.

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Acknowledgement, Staging, Step};
use dispatch_core::monitor::State;
use dispatch_core::stage::{DropSummary, StageDocument};

use crate::world::*;

pub(crate) fn planned() -> World {
    let mut world = World::new();
    world.log(plan(&[(1, "2026-07-31"), (2, "2026-08-31")], ""));
    world
}

pub(crate) fn one() -> World {
    let mut world = planned();
    world.log(announce(1, world.now));
    world
}

pub(crate) fn notices(world: &World, now: u64) -> Vec<String> {
    let report = look_into(world, &mut State::new(""), now);
    report.findings.into_iter().map(|f| f.id).collect()
}

#[test]
fn m05_malformed_and_unknown_draws() {
    let mut world = planned();
    world.raw(b"{}");
    world.commit();
    assert_eq!(alarms(&world, world.now), ["M05"]);
    world.log(result(7, 0, b"of nothing"));
    assert_eq!(alarms(&world, world.now), ["M05", "M05"]);
}

#[test]
fn m06_numbers() {
    for (jump, due) in [(1, &[][..]), (0, &["M06"][..]), (2, &["M06"][..])] {
        let mut world = planned();
        world.number += jump;
        world.number -= 1;
        world.log(announce(1, world.now));
        assert_eq!(alarms(&world, world.now), due, "{jump}");
    }
}

#[test]
fn m07_a_child_after_its_parents_draw() {
    let mut world = planned();
    let mut parent = announcement(1, world.now);
    parent.announcement.children = vec!["D-11".into()];
    world.log(Step::Announcement(parent));
    let child = |now, sequence| {
        let mut child = announcement(11, now);
        child.announcement.parent = commitment(1).to_string();
        child.announcement.sequence = sequence;
        Step::Announcement(child)
    };
    world.wait(DAY - 1);
    let mut in_time = world.clone();
    in_time.log(child(in_time.now, 2));
    assert_eq!(alarms(&in_time, in_time.now), [""; 0]);
    world.wait(1);
    world.log(child(world.now, 2));
    assert_eq!(alarms(&world, world.now), ["M07"]);
}

#[test]
fn m08_out_of_plan() {
    let mut world = planned();
    let mut step = announcement(5, world.now);
    step.announcement.sequence = 1;
    let mut excused = world.clone();
    world.log(Step::Announcement(step.clone()));
    assert_eq!(alarms(&world, world.now), ["M08"]);
    step.announcement.temporary_reason = "上级部署".into();
    excused.log(Step::Announcement(step));
    assert_eq!(alarms(&excused, excused.now), [""; 0]);
    assert!(notices(&excused, excused.now).contains(&"M08".to_owned()));
}

#[test]
fn m09_m10_sequence() {
    let mut world = one();
    let mut step = announcement(2, world.now);
    step.announcement.sequence = 4;
    world.log(Step::Announcement(step));
    let report = look_into(&world, &mut State::new(""), world.now);
    assert_eq!(numbers(&report), ["M10"]);
    assert!(report.findings.iter().any(|f| f.english.ends_with("2-3")));
    let mut twice = one();
    twice.log(announce(1, twice.now));
    assert_eq!(alarms(&twice, twice.now), ["M09"]);
}

#[test]
fn m11_result() {
    let mut world = one();
    let due = world.now + 2 * DAY;
    assert_eq!(alarms(&world, due), [""; 0]);
    assert_eq!(alarms(&world, due + 1), ["M11"]);
    world.wait(2 * DAY);
    let mut late = world.clone();
    world.log(result(1, 0, b"one"));
    assert_eq!(alarms(&world, due + 1), [""; 0]);
    world.log(result(1, 0, b"other"));
    assert_eq!(alarms(&world, due + 1), ["M11"]);
    late.wait(1);
    late.log(result(1, 0, b"one"));
    assert_eq!(alarms(&late, late.now), ["M11"]);
}

pub(crate) fn stage(world: &World, number: u64) -> Step {
    Step::Stage(Staging {
        commitment: commitment(1),
        stage: StageDocument {
            commitment: commitment(1),
            created: dispatch_core::syntax::time_text(world.now).unwrap(),
            drops: DropSummary {
                officers: 0,
                root: Digest::of(b""),
                subjects: 1,
                visits: 0,
            },
            format: StageDocument::FORMAT.into(),
            number,
            parent_stage: 0,
            previous: Digest::of(b"previous"),
            round: 1,
        },
    })
}

#[test]
fn m12_stages() {
    let mut world = planned();
    let mut step = announcement(1, world.now);
    let first = world.now + 3 * DAY;
    step.announcement.stages = vec![dispatch_core::syntax::time_text(first).unwrap()];
    world.log(Step::Announcement(step));
    world.wait(DAY);
    world.log(result(1, 0, b"root"));
    let mut unused = world.clone();
    world.now = first - HOUR;
    let mut late = world.clone();
    world.log(stage(&world, 1));
    assert_eq!(alarms(&world, first + DAY), [""; 0]);
    assert_eq!(alarms(&world, first + DAY + 1), ["M11"], "no result");
    world.log(result(1, 1, b"staged"));
    assert_eq!(alarms(&world, first + DAY + 1), [""; 0]);
    late.wait(1);
    late.log(stage(&late, 1));
    assert_eq!(alarms(&late, late.now), ["M12"]);
    // Whether an unused one had to be held the log alone does not tell.
    assert!(notices(&unused, first + DAY + 1).contains(&"M12".to_owned()));
    unused.log(stage(&unused, 2));
    unused.log(result(1, 3, b"root"));
    assert_eq!(alarms(&unused, unused.now), ["M12", "M12"]);
}

#[test]
fn m13_custodians() {
    let mut world = planned();
    let mut step = announcement(1, world.now);
    step.announcement.custodians = 1;
    step.announcement.custody = Digest::of(b"custody").to_string();
    world.log(Step::Announcement(step));
    let draw = world.now + DAY;
    assert_eq!(alarms(&world, draw - 1), [""; 0]);
    assert_eq!(alarms(&world, draw), ["M13"]);
    let acknowledged = Step::Acknowledgement(Acknowledgement {
        commitment: commitment(1),
        note: "?".into(),
    });
    // Without announcement.json nobody can tell who signed.
    let mut said = world.clone();
    said.log(acknowledged.clone());
    assert_eq!(alarms(&said, draw), [""; 0]);
    world.now = draw + 1;
    world.log(acknowledged);
    assert_eq!(alarms(&world, world.now), ["M13", "M13"]);
    // Neither custodian nor time lock.
    let mut bare = planned();
    let mut step = announcement(1, bare.now);
    step.announcement.timelock = false;
    bare.log(Step::Announcement(step));
    assert_eq!(alarms(&bare, bare.now), [""; 0]);
    assert!(notices(&bare, bare.now).contains(&"M13".to_owned()));
}

#[test]
fn m14_disclosure() {
    let mut world = one();
    world.wait(DAY);
    world.log(result(1, 0, b"root"));
    let due = world.now + 11 * DAY;
    assert_eq!(alarms(&world, due), [""; 0]);
    assert_eq!(alarms(&world, due + 1), ["M14"]);
    world.now = due + 1;
    world.log(disclose(1, secret(1)));
    assert_eq!(alarms(&world, world.now), ["M14"], "late");
}

#[test]
fn m15_unknown_draw() {
    let mut world = one();
    world.log(void(7, false));
    assert_eq!(alarms(&world, world.now), ["M15"]);
    let mut planned = one();
    planned.log(void(2, false));
    assert_eq!(alarms(&planned, planned.now), [""; 0]);
}

#[test]
fn m16_m17_plan() {
    // 2026-08-01T00:00:00Z, `date -u -d @1785542400`.
    let over = 1_785_542_400;
    let mut world = planned();
    assert_eq!(alarms(&world, over - 1), [""; 0]);
    assert_eq!(alarms(&world, over), ["M16"]);
    let mut silent = world.clone();
    silent.log(plan(&[(1, "2026-08-31")], ""));
    assert_eq!(alarms(&silent, silent.now), ["M17", "M17"]);
    let mut excused = world.clone();
    excused.log(plan(&[(1, "2026-08-31")], "机构改革"));
    assert_eq!(alarms(&excused, over), [""; 0]);
    world.now = over;
    world.log(plan(&[(1, "2026-08-31")], "机构改革"));
    assert_eq!(alarms(&world, over), ["M17"]);
    let mut drawn_late = planned();
    drawn_late.now = over - DAY;
    drawn_late.log(announce(1, drawn_late.now));
    assert_eq!(alarms(&drawn_late, drawn_late.now), ["M16"]);
}
