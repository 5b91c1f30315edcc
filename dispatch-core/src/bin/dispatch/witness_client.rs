//! Asking a witness over HTTP: the client of C2SP tlog-witness, for whoever runs a log.
//!
//! What comes back is bounded in time and length and otherwise unjudged: only a cosignature that
//! verifies against the witness's key means anything.

use std::io::Read as _;
use std::time::Duration;

use dispatch_core::language::Message;
use ureq::Agent;

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// HTTP status: 200 with signature lines; 409 perhaps with the witness's size, see [`Self::size`];
    /// 400, 403, 404, 422, 5xx with a reason.
    pub(crate) status: u16,
    /// At most [`MOST_ANSWER`] bytes.
    pub(crate) body: Vec<u8>,
    /// The `Content-Type`, empty if there is none.
    pub(crate) content_type: String,
}

impl Reply {
    /// The size at which the witness is, if that is what it answered: make the request from there.
    pub(crate) fn size(&self) -> Option<u64> {
        if self.status != 409 || self.content_type != "text/x.tlog.size" {
            return None;
        }
        let digits = str::from_utf8(&self.body).ok()?.strip_suffix('\n')?;
        let size: u64 = digits.parse().ok()?;
        (size.to_string() == digits).then_some(size)
    }
}

/// Sends an add-checkpoint request to the witness with this submission prefix.
///
/// # Errors
/// When there is no answer, in words for the operator of the log.
pub(crate) fn submit(prefix: &str, request: &[u8]) -> Result<Reply, Message> {
    let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .timeout_connect(Some(CONNECT))
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent("dispatch")
        .build();
    let failed = |error: ureq::Error| {
        Message::new(
            format!("{url}: {error}; try again, or carry the request by hand with `dispatch witness request`"),
            format!("{url}：{error}；请稍后再试，或用 dispatch witness request 人工递送"),
        )
    };
    let sent = Agent::new_with_config(config).post(&url).send(request);
    let mut response = sent.map_err(failed)?;
    let content_type = response.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let mut body = Vec::new();
    let reader = response.body_mut().as_reader();
    let read = reader.take(MOST_ANSWER.saturating_add(1)).read_to_end(&mut body);
    read.map_err(|error| failed(error.into()))?;
    if u64::try_from(body.len()).is_ok_and(|length| length > MOST_ANSWER) {
        return Err(Message::new(
            format!("{url}: the answer is longer than {MOST_ANSWER} bytes: this is no witness"),
            format!("{url}：应答超过{MOST_ANSWER}字节，不是见证方"),
        ));
    }
    Ok(Reply {
        status: response.status().as_u16(),
        body,
        content_type,
    })
}

/// Longest answer that is read: more than a dozen cosignatures.
pub(crate) const MOST_ANSWER: u64 = 64 << 10;
const CONNECT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(40);
