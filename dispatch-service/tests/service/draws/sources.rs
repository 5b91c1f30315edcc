//! A draw that takes more than a pulse: it waits until everything is there, and says for what.

use dispatch_core::digest::Digest;
use dispatch_core::entry::Step;
use dispatch_core::seed::{SourceValue, contribution_hash};
use dispatch_core::verify::{Grade, Status};
use serde_json::Value;

use super::town::{DISCLOSURE, DRAW, LOCK, PULSE, Town};
use crate::support::cluster::backends;

const DRAW_ID: &str = "440100-2026-0001";
const EVENT: &str = "双色球2026084期";
/// When the numbers are drawn, a good while after the draw time.
const EVENT_TIME: u64 = DRAW + 20_190;

#[test]
fn a_draw_waits_for_numbers_and_contributions_beside_its_pulse() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let values = [("司法局", [1; 32]), ("消委会", [2; 32])];
        let draft = town.draft(false, |plan| {
            let mut plan = format!(
                "{plan}\n[[seed]]\nkind = \"public-numbers\"\nname = \"{EVENT}\"\npublished = \"中国福彩网\"\ntime = 2026-07-23T21:15:00+08:00\nshape = \"set\"\nfrom = 1\nto = 33\ncount = 6\nbits = 20\n"
            );
            for (body, value) in values {
                let hash = contribution_hash(DRAW_ID, body, &Digest::new(value));
                plan.push_str(&format!(
                    "\n[[seed]]\nkind = \"contribution\"\nbody = \"{body}\"\nhash = \"{hash}\"\noutside = true\n"
                ));
            }
            plan
        });
        let draw = town.announce(&draft);
        let hex = |byte: u8| Digest::new([byte; 32]).to_string();
        let waits_for = |what: &str| {
            let fault = town.work(&draw)["fault"].to_string();
            assert!(fault.contains(what), "{fault} instead of {what}");
            let kinds = town.kinds(&draw);
            assert!(!kinds.contains(&"result"), "{kinds:?}");
        };
        let mut time = DRAW;
        let mut tick = || {
            time += 400;
            town.tick(time)
        };

        // Before the draw time nothing is taken.
        town.desk.set_time(DRAW - 1);
        let numbers = [33, 1, 28, 5, 17, 9];
        let too_early = |told: crate::support::desk::Told| {
            assert_eq!(told.expect(409).problem().0, "too-early");
        };
        too_early(town.numbers(&draw, EVENT, &numbers));
        too_early(town.contribute(&draw, "司法局", &hex(1)));
        too_early(town.bring(&draw, PULSE));

        assert_eq!(tick(), 1);
        waits_for("drand round 30662982");
        // The last that was named comes first: the others are waited for all the same.
        town.contribute(&draw, "消委会", &hex(2)).expect(201);
        assert_eq!(tick(), 1);
        waits_for("drand round 30662982");
        town.bring(&draw, PULSE).expect(200);
        tick();
        waits_for(EVENT);
        for (name, wrong) in [
            (EVENT, &[33, 1, 28, 5, 17][..]),
            (EVENT, &[33, 1, 28, 5, 17, 17]),
            (EVENT, &[34, 1, 28, 5, 17, 9]),
            (EVENT, &[0, 1, 28, 5, 17, 9]),
            ("福彩3D", &numbers),
        ] {
            town.numbers(&draw, name, wrong).expect(422);
        }
        town.desk.set_time(EVENT_TIME);
        // Mistyped, and put right.
        town.numbers(&draw, EVENT, &[32, 1, 28, 5, 17, 9])
            .expect(200);
        town.numbers(&draw, EVENT, &numbers).expect(200);
        time = EVENT_TIME;
        town.tick(time);
        waits_for("司法局");
        town.contribute(&draw, "司法局", &hex(2)).expect(422);
        assert_eq!(
            town.kinds(&draw),
            ["announcement", "contribution"],
            "the pulse is logged with the draw"
        );
        town.contribute(&draw, "司法局", &hex(1)).expect(201);
        town.run(time + 1);
        let drawn = [
            "announcement",
            "contribution",
            "contribution",
            "pulse",
            "result",
        ];
        assert_eq!(town.kinds(&draw), drawn);
        assert_eq!(town.work(&draw)["fault"], "");
        // Now they cannot be put right any more.
        town.numbers(&draw, EVENT, &numbers).expect(409);

        let signature: Value = serde_json::from_str(PULSE).unwrap();
        let expected = vec![
            SourceValue::Drand {
                round: 30_662_982,
                signature: signature["signature"].as_str().unwrap().to_owned(),
            },
            SourceValue::PublicNumbers {
                values: vec![1, 5, 9, 17, 28, 33],
            },
            SourceValue::Contribution {
                value: Digest::new([1; 32]),
            },
            SourceValue::Contribution {
                value: Digest::new([2; 32]),
            },
        ];
        let logged = town
            .entries()
            .into_iter()
            .find_map(|entry| match entry.step {
                Step::Pulse(step) => Some(step.sources),
                _ => None,
            });
        assert_eq!(logged, Some(expected), "in the order of the plan");

        town.desk.set_time(DISCLOSURE);
        town.bring(&draw, LOCK).expect(200);
        town.run(DISCLOSURE);
        assert_eq!(town.state(&draw), "disclosed");
        let slip = [(DRAW_ID, 0, draw.as_str(), "2026-07-21T00:00:00Z")];
        let report = town.judged("evidence.zip", &slip);
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::FrozenFirst, "{report:#?}");
        for check in ["C01", "C04", "C05"] {
            assert_eq!(report.status(check), Some(Status::Pass), "{check}");
        }
    }
}
