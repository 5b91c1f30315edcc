//! Numbers, sequences, repeats and planned days of random histories, by brute force.

use std::collections::BTreeSet;

use dispatch_core::entry::{Entry, Step};
use dispatch_core::monitor::State;
use dispatch_core::syntax::time_text;
use proptest::prelude::*;

use crate::world::*;

#[derive(Clone, Debug)]
enum Event {
    /// Draw and sequence number.
    Announce(u64, u64),
    Void(u64),
    /// How far the entry number jumps from the highest, down or up.
    Jump(i64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1..9_u64, 1..9_u64).prop_map(|(draw, sequence)| Event::Announce(draw, sequence)),
        1 => (1..9_u64).prop_map(Event::Void),
        1 => (-2..3_i64).prop_map(Event::Jump),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn random_histories(events in prop::collection::vec(event(), 0..16), late: bool) {
        let mut world = World::new();
        let days: Vec<_> = (1..9).map(|n| (n, "2026-07-20")).collect();
        let mut used: Vec<i64> = vec![];
        let mut announced: Vec<(u64, u64)> = vec![];
        let mut voided = BTreeSet::new();
        let mut number = 1_i64;
        let put = |world: &mut World, number: i64, step: Step| {
            let entry = Entry {
                body: BODY.into(),
                number: u64::try_from(number).unwrap(),
                time: time_text(world.now).unwrap(),
                step,
            };
            world.raw(&entry.to_bytes().unwrap());
        };
        put(&mut world, number, plan(&days, ""));
        used.push(number);
        for event in &events {
            number = used.iter().max().unwrap() + 1;
            match event {
                Event::Announce(draw, sequence) => {
                    let mut step = announcement(*draw, world.now);
                    step.announcement.sequence = *sequence;
                    let nth = announced.len() as u64;
                    step.commitment = commitment(100 + nth);
                    announced.push((*draw, *sequence));
                    put(&mut world, number, Step::Announcement(step));
                }
                Event::Void(draw) => {
                    voided.insert(*draw);
                    put(&mut world, number, void(*draw, false));
                }
                Event::Jump(by) => {
                    number = (number + by).max(1);
                    put(&mut world, number, void(8, false));
                    voided.insert(8);
                }
            }
            used.push(number);
        }
        world.commit();
        let now = if late { START + 20 * DAY } else { START + 20 * DAY - 1 };
        let report = look_into(&world, &mut State::new(""), now);
        let count = |id: &str| report.findings.iter().filter(|f| f.id == id).count();

        // Each number against the highest before it.
        let wrong = (1..used.len()).filter(|at| used[*at] != used[..*at].iter().max().unwrap() + 1);
        prop_assert_eq!(count("M06"), wrong.count());
        // Each announcement against all before it.
        let twice = (0..announced.len()).filter(|at| {
            let (draw, sequence) = announced[*at];
            announced[..*at].iter().any(|(d, s)| *d == draw || *s == sequence)
        });
        prop_assert_eq!(count("M09"), twice.count());
        // Runs of numbers that lie between used ones.
        let has = |n: u64| announced.iter().any(|(_, s)| *s == n);
        let after = |n: u64| announced.iter().any(|(_, s)| *s > n);
        let gaps = (2..9).filter(|n| !has(*n) && has(n - 1) && after(*n));
        prop_assert_eq!(count("M10"), gaps.count());
        // Every planned draw after its day.
        let open = (1..9).filter(|n| !voided.contains(n) && !announced.iter().any(|(d, _)| d == n));
        prop_assert_eq!(count("M16"), if late { open.count() } else { 0 });
    }
}
