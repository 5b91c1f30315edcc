//! The service under load, on a PostgreSQL that the benchmark starts itself.
//!
//! `cargo bench -p dispatch-benches --bench service -- [reads] [appends] [mixed SECONDS]`; without words
//! the first two. Reads are compared with a bare warp handler that reads one row through the same
//! crate `postgres`, served beside it in the same process and asked by the same client, turn by turn.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark may panic"
)]

mod appends;
mod bare;
#[path = "../../dispatch-service/tests/service/support/cluster.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod cluster;
mod desk;
mod load;
mod mixed;
mod reads;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let asked = |name: &str| words.iter().any(|word| word == name);
    let all = words.is_empty();
    if all || asked("reads") {
        reads::run();
    }
    if all || asked("appends") {
        appends::run();
    }
    if let Some(place) = words.iter().position(|word| word == "mixed") {
        let seconds = words.get(place + 1).and_then(|word| word.parse().ok());
        mixed::run(seconds.unwrap_or(3600));
    }
}
