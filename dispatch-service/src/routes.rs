//! What there is to ask for: the one table of all endpoints, group by group.

pub mod health;
pub mod people;
pub mod witnesses;

use crate::http::endpoint::Endpoint;

/// The table.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        health::endpoints(),
        people::endpoints(),
        witnesses::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
