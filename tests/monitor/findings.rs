//! Every finding provoked.

use dispatch_core::digest::Digest;
use dispatch_core::entry::{
    Acknowledgement, Contributing, Holder, KeyChange, Pulsing, Staging, Step,
};
use dispatch_core::log::{KeyKind, cosign};
use dispatch_core::monitor::{Options, State, watch};
use dispatch_core::seed::SourceValue;
use dispatch_core::stage::{DropSummary, StageDocument};
use dispatch_core::timestamp::Authority;

use crate::world::*;

fn planned() -> World {
    let mut world = World::new();
    world.log(plan(&[(1, "2026-07-31"), (2, "2026-08-31")], ""));
    world
}

fn one() -> World {
    let mut world = planned();
    world.log(announce(1, world.now));
    world
}

fn notices(world: &World, now: u64) -> Vec<String> {
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

fn stage(world: &World, number: u64) -> Step {
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

#[test]
fn m18_m19_documents_and_pulses() {
    let mut world = one();
    let document = format!("documents/{}", Digest::of(b"announcement"));
    assert!(notices(&world, world.now).contains(&"M18".to_owned()));
    world.files.insert(document.clone(), b"another".to_vec());
    assert_eq!(alarms(&world, world.now), ["M18"]);
    world
        .files
        .insert(document.clone(), b"announcement".to_vec());
    assert_eq!(alarms(&world, world.now), ["M18"], "not readable");
    world.files.remove(&document);
    let pulse = |round, signature: &str| {
        Step::Pulse(Pulsing {
            commitment: commitment(1),
            sources: vec![SourceValue::Drand {
                round,
                signature: signature.into(),
            }],
            stage: 0,
        })
    };
    // Round 1000 of quicknet, docs/spec.md section 14.
    let real = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
    let mut good = world.clone();
    good.log(pulse(1000, real));
    assert_eq!(alarms(&good, good.now), [""; 0]);
    for (round, signature) in [(1001, real.to_owned()), (1000, real.replace("e39", "e38"))] {
        let mut wrong = world.clone();
        wrong.log(pulse(round, &signature));
        assert_eq!(alarms(&wrong, wrong.now), ["M19"]);
    }
    // A contribution is not judged without the announcement.
    world.log(Step::Contribution(Contributing {
        commitment: commitment(1),
        contributor: "公证处".into(),
        value: Digest::of(b"?"),
    }));
    assert_eq!(alarms(&world, world.now), [""; 0]);
}

#[test]
fn m18_to_m20_with_the_real_announcement() {
    use dispatch_core::announcement::{Announcement, commitment as of};
    use dispatch_core::entry::{AnnouncedStep, Announcing};
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/worked-example.zip");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name("announcement.json").unwrap(), &mut bytes).unwrap();
    let document: Announcement = dispatch_core::json::from_canonical(&bytes).unwrap();
    let mut world = World::new();
    let step = Announcing {
        announcement: AnnouncedStep::new(&document, &bytes),
        commitment: of(&bytes),
    };
    let file = format!("documents/{}", Digest::of(&bytes));
    world.files.insert(file, bytes);
    let entry = |step: Announcing| {
        let entry = dispatch_core::entry::Entry {
            body: document.plan.authority.clone(),
            number: 1,
            time: "2026-07-01T00:00:00Z".into(),
            step: Step::Announcement(step),
        };
        entry.to_bytes().unwrap()
    };
    let mut other = world.clone();
    world.raw(&entry(step.clone()));
    world.commit();
    assert_eq!(alarms(&world, world.now), [""; 0]);
    let mut changed = step;
    changed.announcement.lead_minutes += 1;
    other.raw(&entry(changed));
    other.commit();
    assert_eq!(alarms(&other, other.now), ["M18"]);
}

#[test]
fn m20_token() {
    let mut world = one();
    world
        .files
        .insert("checkpoints/1.tsr".into(), b"no token".to_vec());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors/timestamp/sigstore-signer.der");
    let authority = Authority::read("authority", &std::fs::read(path).unwrap()).unwrap();
    let (policy, options) = (world.policy(), Options::default());
    let state = &mut State::new("");
    let report = watch(
        &world,
        &policy,
        &[authority],
        state,
        &options,
        world.now,
        &mut |_| {},
    );
    assert_eq!(numbers(&report.unwrap()), ["M20"]);
}

#[test]
fn m21_keys() {
    let mut world = one();
    let new = key("log.example/gz", KeyKind::Signature, 5);
    let change = |compromised| {
        Step::Key(KeyChange {
            compromised,
            holder: Holder::Log,
            new: new.verifier().to_string(),
            old: key("log.example/gz", KeyKind::Signature, 1)
                .verifier()
                .to_string(),
            reason: "更换".into(),
        })
    };
    let mut routine = world.clone();
    routine.log(change(false));
    assert_eq!(alarms(&routine, routine.now), [""; 0]);
    assert!(notices(&routine, routine.now).contains(&"M21".to_owned()));
    world.log(change(true));
    assert_eq!(alarms(&world, world.now), ["M21"]);
    world.log(void(1, true));
    assert_eq!(
        alarms(&world, world.now),
        ["M21", "M21"],
        "signed with it again"
    );
}

#[test]
fn m22_clocks_and_silence() {
    let world = one();
    assert_eq!(alarms(&world, world.now - HOUR), [""; 0]);
    assert!(alarms(&world, world.now - HOUR - 1).contains(&"M22".to_owned()));
    let mut apart = world.clone();
    apart.step(announce(2, apart.now));
    let mut signed = apart.sign();
    for (at, witness) in apart.witnesses.iter().enumerate() {
        let time = apart.now + at as u64 * (DAY + 1);
        let line = cosign(&signed, witness, time).unwrap();
        signed.note.add(line).unwrap();
    }
    apart.publish(&signed);
    assert!(notices(&apart, apart.now + 2 * DAY).contains(&"M22".to_owned()));
    let options = Options {
        silence: Some(2),
        ..Options::default()
    };
    for (wait, due) in [(2 * HOUR, &[][..]), (2 * HOUR + 1, &["M22"][..])] {
        let (state, policy) = (&mut State::new(""), world.policy());
        let now = world.now + wait;
        let report = watch(&world, &policy, &[], state, &options, now, &mut |_| {});
        assert_eq!(numbers(&report.unwrap()), due);
    }
}

#[test]
fn m23_repeats() {
    let mut world = one();
    world.wait(DAY);
    world.log(result(1, 0, b"root"));
    let mut again = announcement(2, world.now);
    again.announcement.repeats = commitment(1).to_string();
    let mut disclosed = world.clone();
    world.log(Step::Announcement(again.clone()));
    assert_eq!(alarms(&world, world.now), ["M23"]);
    disclosed.log(disclose(1, secret(1)));
    disclosed.log(Step::Announcement(again));
    assert_eq!(alarms(&disclosed, disclosed.now), [""; 0]);
}

#[test]
fn a_replay_is_never_late() {
    let mut world = World::new();
    let mut step = announcement(1, world.now);
    step.announcement.replay = true;
    world.wait(5 * DAY);
    world.log(Step::Announcement(step));
    assert_eq!(alarms(&world, world.now + 365 * DAY), [""; 0]);
}

#[test]
fn without_witnesses_times_are_claims() {
    let world = one();
    let policy = format!("log {}\nquorum none\n", world.log.verifier());
    let policy = dispatch_core::log::LogPolicy::read(policy).unwrap();
    let (state, options) = (&mut State::new(""), Options::default());
    let report = watch(
        &world,
        &policy,
        &[],
        state,
        &options,
        world.now,
        &mut |_| {},
    );
    assert!(report.unwrap().claims);
}
