//! Time-stamp tokens beside OpenSSL: what it makes we read, and both give the same verdict.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[path = "timestamp/bench.rs"]
mod bench;
#[path = "timestamp/certificates.rs"]
mod certificates;
#[path = "timestamp/forgery.rs"]
mod forgery;
#[path = "timestamp/good.rs"]
mod good;
#[path = "timestamp/vectors.rs"]
mod vectors;

/// The note text of a checkpoint.
const MESSAGE: &[u8] = b"log.example/gz\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
