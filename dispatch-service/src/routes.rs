//! What there is to ask for: the one table of all endpoints, group by group.

pub mod health;

use crate::http::endpoint::Endpoint;

/// The table.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [health::endpoints()].into_iter().flatten().collect()
}
