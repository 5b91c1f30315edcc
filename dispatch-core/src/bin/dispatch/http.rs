//! Asking a web server: bounded in time and length, no redirection followed, nothing tried twice.

use std::io::Read as _;
use std::time::Duration;

use ureq::http::Response;
use ureq::{Agent, Body, Error};

/// A client that gives up after `timeout`.
pub(crate) fn agent(timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .timeout_connect(Some(CONNECT))
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent("dispatch")
        .build();
    Agent::new_with_config(config)
}

/// The body of an answer; none if it is longer than `most` bytes.
pub(crate) fn body(response: &mut Response<Body>, most: u64) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    let reader = response.body_mut().as_reader();
    reader
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= most);
    Ok(fits.then_some(bytes))
}

const CONNECT: Duration = Duration::from_secs(10);
