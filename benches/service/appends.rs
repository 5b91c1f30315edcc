//! Steps that are logged a second, with and without committing several at once.

use std::time::{Duration, Instant};

use dispatch_service::store::{Backend, Limits};
use tokio::runtime::Runtime;

use crate::cluster;
use crate::desk::{BODY, announcement, store};

pub(crate) fn run() {
    let runtime = Runtime::new().unwrap();
    println!("\nappends a second, each an announcement in the register too, {WRITERS} at once");
    for batch in [1, Limits::default().batch] {
        let folder = tempfile::tempdir().unwrap();
        let file = Backend::Sqlite(folder.path().join("bench.sqlite"));
        println!(
            "{:40} {:>10.0}",
            format!("SQLite, {batch} in a commit at most"),
            rate(&runtime, &file, batch)
        );
        if let Some(cluster) = cluster::own() {
            let place = cluster.place();
            let rate = rate(&runtime, &place.backend, batch);
            println!(
                "{:40} {rate:>10.0}",
                format!("PostgreSQL, {batch} in a commit at most")
            );
        }
    }
}

fn rate(runtime: &Runtime, backend: &Backend, batch: usize) -> f64 {
    let limits = Limits {
        batch,
        ..Limits::default()
    };
    let (store, _, _) = store(backend, limits);
    let begun = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        runtime.spawn(async move {
            let mut done = 0_u64;
            while begun.elapsed() < TIME {
                let (_, step) = announcement(writer * 1_000_000 + done);
                store
                    .write(move |change| change.append(BODY, step))
                    .await
                    .unwrap();
                done += 1;
            }
            done
        })
    });
    let writers: Vec<_> = writers.collect();
    let done: u64 = writers
        .into_iter()
        .map(|writer| runtime.block_on(writer).unwrap())
        .sum();
    let took = begun.elapsed();
    store.stop();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let done = done as f64;
    done / took.as_secs_f64()
}

const WRITERS: u64 = 64;
const TIME: Duration = Duration::from_secs(5);
