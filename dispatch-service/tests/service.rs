//! The service from outside and its parts from inside, on both back ends.
//!
//! One test binary with a module for each part. A test of behaviour runs over
//! [`support::cluster::backends`]: an SQLite file, and a PostgreSQL that the tests start by themselves.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "service/answer.rs"]
mod answer;
#[path = "service/audit.rs"]
mod audit;
#[path = "service/campaign.rs"]
mod campaign;
#[path = "service/draws.rs"]
mod draws;
#[path = "service/http.rs"]
mod http;
#[path = "service/keeping.rs"]
mod keeping;
#[path = "service/kills.rs"]
mod kills;
#[path = "service/people.rs"]
mod people;
#[path = "service/public.rs"]
mod public;
#[path = "service/starting.rs"]
mod starting;
#[path = "service/store.rs"]
mod store;
#[path = "service/support.rs"]
mod support;
#[path = "service/witnesses.rs"]
mod witnesses;
