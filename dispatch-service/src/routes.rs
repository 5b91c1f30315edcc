//! What there is to ask for: the one table of all endpoints, group by group.

pub mod drafts;
pub mod draws;
pub mod feed;
pub mod health;
pub mod log;
pub mod open;
pub mod outside;
pub mod page;
pub mod people;
pub mod plans;
pub mod proposals;
pub mod public;
pub mod sealed;
pub mod stages;
pub mod stream;
pub mod witnesses;

use crate::http::endpoint::Endpoint;

/// The table.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        drafts::endpoints(),
        draws::endpoints(),
        feed::endpoints(),
        health::endpoints(),
        log::endpoints(),
        open::endpoints(),
        outside::endpoints(),
        people::endpoints(),
        plans::endpoints(),
        proposals::endpoints(),
        public::endpoints(),
        sealed::endpoints(),
        stages::endpoints(),
        witnesses::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
