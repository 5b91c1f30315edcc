//! Relays that lie, are late, give another round, say garbage, hang, or send without end: the draw waits,
//! says why, and takes the one right pulse from whoever has it.

use dispatch_service::campaign::relay::fetch;
use serde_json::Value;

use super::town::{DRAW, Manner, PULSE, Relay, Town, pulse};
use crate::support::cluster::backends;

const ROUND: u64 = 30_662_982;

#[test]
fn only_the_right_pulse_counts_whoever_else_answers() {
    // The signature of another round under this one's number.
    let lie = pulse("30662990").replacen("30662990", "30662982", 1);
    let bad = [
        Manner::Says(lie),
        Manner::Says(pulse("30662990")),
        Manner::Says("<html>".to_owned()),
        Manner::Says(format!("{{\"round\":{ROUND},\"signature\":\"00\"}}")),
        Manner::Says(" ".repeat(100_000)),
        Manner::Floods,
    ];
    let relays: Vec<Relay> = bad.into_iter().map(Relay::new).collect();
    let mut urls: Vec<String> = relays.iter().map(|relay| relay.url.clone()).collect();
    // Nobody listens there.
    urls.push("http://127.0.0.1:9".to_owned());
    urls.push("no address".to_owned());
    let refused = fetch(&urls, ROUND).unwrap_err();
    assert!(
        refused.english.contains("no relay gave it"),
        "{}",
        refused.english
    );
    assert!(
        refused.english.contains("gave round 30662990"),
        "{}",
        refused.english
    );
    for relay in &relays {
        assert_eq!(relay.asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    }
    // One that hangs keeps nobody from hearing the one that answers.
    let (hanging, honest) = (Relay::new(Manner::Hangs), Relay::new(Manner::Honest));
    urls.extend([hanging.url.clone(), honest.url.clone()]);
    assert_eq!(fetch(&urls, ROUND).unwrap().round, ROUND);
    assert!(
        fetch(&[], ROUND)
            .unwrap_err()
            .english
            .contains("no relay is set")
    );
}

#[test]
fn a_draw_waits_for_its_round_and_never_takes_another() {
    for place in backends() {
        let relay = Relay::new(Manner::Says(pulse("30662990")));
        let town = Town::new(place, vec![relay.url.clone()]);
        let draw = town.announced(false);
        assert_eq!(town.tick(DRAW), 1);
        assert_eq!(town.kinds(&draw), ["announcement"]);
        let work = town.work(&draw);
        assert!(
            work["fault"].as_str().unwrap().contains("30662990"),
            "{work}"
        );
        assert_eq!(work["attempts"], 1);
        // It comes again, later each time, and never gives up.
        let mut time = DRAW;
        for attempts in 2..9 {
            time += 60;
            assert_eq!(town.tick(time), 1);
            assert_eq!(town.work(&draw)["attempts"], attempts);
        }
        relay.becomes(Manner::Says("late".to_owned()));
        let days = DRAW + 3 * 86_400;
        town.tick(days);
        assert_eq!(town.kinds(&draw), ["announcement"]);
        relay.becomes(Manner::Honest);
        town.run(days + 61);
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
        assert_eq!(town.work(&draw)["fault"], "");
    }
}

#[test]
fn a_pulse_before_its_time_or_of_another_round_is_refused() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let draw = town.announced(false);
        town.desk.set_time(DRAW - 1);
        let (kind, _) = town.bring(&draw, PULSE).expect(409).problem();
        assert_eq!(kind, "too-early");
        assert_eq!(town.kinds(&draw), ["announcement"]);
        town.desk.set_time(DRAW);
        let (kind, _) = town.bring(&draw, &pulse("30662990")).expect(422).problem();
        assert_eq!(kind, "other-round");
        for garbage in ["", "{}", "[1]", &PULSE.replacen("8b3e", "8b3f", 1)] {
            let (kind, _) = town.bring(&draw, garbage).expect(422).problem();
            assert_eq!(kind, "pulse", "{garbage}");
        }
        let nowhere = "0".repeat(64);
        town.bring(&nowhere, PULSE).expect(404);
        let told: Value = town.bring(&draw, PULSE).expect(200).json();
        // As published with the pulse.
        let randomness = "ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67";
        assert_eq!(told["randomness"], randomness);
        assert_eq!(town.state(&draw), "drawn");
    }
}
