//! What there is to ask for: the one table of all endpoints, group by group.

pub mod drafts;
pub mod health;
pub mod outside;
pub mod page;
pub mod people;
pub mod plans;
pub mod proposals;

use crate::http::endpoint::Endpoint;

/// The table.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        health::endpoints(),
        people::endpoints(),
        drafts::endpoints(),
        proposals::endpoints(),
        plans::endpoints(),
        outside::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
