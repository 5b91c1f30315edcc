//! `dispatch witness` as a supervising body uses it.
//!
//! The other side is independent of Dispatch's code: the log's tree and proofs are the recursive
//! definitions of RFC 6962 written out, signatures are made and checked with ed25519-dalek over texts
//! put together here, the HTTP client is Python's.

#[path = "witness/hand.rs"]
mod hand;
#[path = "witness/http.rs"]
mod http;
#[path = "witness/kill.rs"]
mod kill;
#[path = "witness/log.rs"]
mod log;
#[path = "witness/points.rs"]
mod points;
#[path = "witness/server.rs"]
pub(crate) mod server;
