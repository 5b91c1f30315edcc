//! Findings about what stands around the entries: documents, pulses, tokens, keys, clocks, repeats.

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Contributing, Holder, KeyChange, Pulsing, Step};
use dispatch_core::log::{KeyKind, cosign};
use dispatch_core::monitor::{Options, State, watch};
use dispatch_core::seed::SourceValue;
use dispatch_core::timestamp::Authority;

use crate::findings::{notices, one};
use crate::world::*;

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
