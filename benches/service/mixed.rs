//! Memory under a long mixed load: reads of every kind at 16 connections, and appends all the while.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::cluster;
use crate::desk::{BODY, Desk, announcement};
use crate::load::ask;

pub(crate) fn run(seconds: u64) {
    let Some(cluster) = cluster::own() else {
        return;
    };
    let place = cluster.place();
    let runtime = Runtime::new().unwrap();
    let desk = Desk::start(&runtime, &place.backend, DRAWS);
    let mut paths = vec![
        "/log/checkpoint".to_owned(),
        "/api/v1/draws".to_owned(),
        "/metrics".to_owned(),
        "/log/tile/0/000".to_owned(),
    ];
    paths.extend((0..DRAWS).map(|number| format!("/api/v1/draws/{}", announcement(number).0)));
    let end = Instant::now() + Duration::from_secs(seconds);
    let store = desk.store.clone();
    let writer = runtime.spawn(async move {
        let mut number = DRAWS;
        while Instant::now() < end {
            let (_, step) = announcement(number);
            store
                .write(move |change| change.append(BODY, step))
                .await
                .unwrap();
            number += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        number
    });
    println!("\nminute, answers a second, resident memory (MiB)");
    let mut minute = 0;
    while Instant::now() < end {
        let turn = Duration::from_secs(60.min(seconds));
        let measured = runtime.block_on(ask(desk.address, &paths, CONNECTIONS, turn));
        minute += 1;
        println!("{minute:>4} {:>10.0} {:>10}", measured.rate, resident());
    }
    println!(
        "{} draws in the register at the end",
        runtime.block_on(writer).unwrap()
    );
    desk.stop(&runtime);
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) / 1024
}

const DRAWS: u64 = 300;
const CONNECTIONS: usize = 16;
