//! Public reads at 64 connections, beside the bare handler.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::desk::{Desk, announcement};
use crate::load::{Measured, ask};
use crate::{bare, cluster};

pub(crate) fn run() {
    let Some(cluster) = cluster::own() else {
        return;
    };
    let place = cluster.place();
    let runtime = Runtime::new().unwrap();
    let desk = Desk::start(&runtime, &place.backend, DRAWS);
    let peer = bare::start(&runtime, &place.backend);
    let rows: Vec<String> = (0..DRAWS).map(|id| format!("/row/{id}")).collect();
    let draws = (0..DRAWS).map(|number| format!("/api/v1/draws/{}", announcement(number).0));
    let draws: Vec<String> = draws.collect();
    let checkpoint = vec!["/log/checkpoint".to_owned()];
    let live = vec!["/health/live".to_owned()];
    let subjects = [
        ("bare warp + postgres, one row", peer, &rows),
        ("GET /api/v1/draws/{commitment}", desk.address, &draws),
        ("GET /log/checkpoint", desk.address, &checkpoint),
        ("GET /health/live (no database)", desk.address, &live),
    ];
    let mut all: Vec<Vec<Measured>> = subjects.iter().map(|_| Vec::new()).collect();
    for round in 0..=ROUNDS {
        for (subject, measured) in subjects.iter().zip(&mut all) {
            let done = runtime.block_on(ask(subject.1, subject.2, CONNECTIONS, TURN));
            // The first round warms up.
            if round > 0 {
                measured.push(done);
            }
        }
    }
    println!("\n{CONNECTIONS} connections, median of {ROUNDS} turns of {TURN:?}");
    println!(
        "{:40} {:>10} {:>8} {:>9} {:>9}",
        "", "a second", "ratio", "median", "99%"
    );
    let bare = median(&all[0]);
    for (subject, measured) in subjects.iter().zip(&all) {
        let rate = median(measured);
        let mut turns: Vec<_> = measured
            .iter()
            .map(|m| (m.quantile(0.5), m.quantile(0.99)))
            .collect();
        turns.sort_unstable();
        let (half, most) = turns[turns.len() / 2];
        println!(
            "{:40} {rate:>10.0} {:>8.2} {half:>9.2?} {most:>9.2?}",
            subject.0,
            rate / bare
        );
    }
    desk.stop(&runtime);
}

fn median(turns: &[Measured]) -> f64 {
    let mut rates: Vec<f64> = turns.iter().map(|turn| turn.rate).collect();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

const DRAWS: u64 = 200;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_secs(3);
