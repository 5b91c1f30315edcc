//! Who asks, by the headers of a request.

use std::net::IpAddr;

use http::{HeaderMap, Method};

use crate::access::Actor;
use crate::context::Context;
use crate::problem::Problem;

/// Who asks; nobody if the headers show nobody.
///
/// # Errors
/// If they show somebody wrongly.
#[expect(clippy::unused_async, reason = "sessions stand in the store")]
pub async fn actor(
    _context: &Context,
    _method: &Method,
    _headers: &HeaderMap,
    _peer: Option<IpAddr>,
) -> Result<Option<Actor>, Problem> {
    Ok(None)
}
