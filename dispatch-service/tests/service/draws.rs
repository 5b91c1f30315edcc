//! Draws from the announcement to the bundle: by themselves, on time, once.
//!
//! Pulses are real ones of quicknet (tests/vectors/drand-quicknet.tsv): the draw's is mostly round
//! 30662982 (2026-07-23T07:38:30Z), the time lock's round 31089008 (2026-08-07T02:39:48Z).

#[path = "draws/bad.rs"]
mod bad;
#[path = "draws/child.rs"]
mod child;
#[path = "draws/evidence.rs"]
mod evidence;
#[path = "draws/late.rs"]
mod late;
#[path = "draws/life.rs"]
mod life;
#[path = "draws/order.rs"]
mod order;
#[path = "draws/reading.rs"]
mod reading;
#[path = "draws/relay.rs"]
mod relay;
#[path = "draws/sealed.rs"]
mod sealed;
#[path = "draws/sources.rs"]
mod sources;
#[path = "draws/town.rs"]
pub(crate) mod town;
