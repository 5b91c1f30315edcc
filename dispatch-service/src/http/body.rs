//! Reading the body of a request within the limits of its kind.
//!
//! Invariant: no more than the limit is ever kept, whether a length was announced or not; a large body
//! goes to a temporary file as it arrives, hashed on the way, and never into memory.

use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use dispatch_core::digest::Digest;
use futures_util::{Stream, StreamExt as _};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::endpoint::{Access, BodyKind, RequestBody};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::spooled::Spooled;

/// A body as it arrives; an error is that the sender went away or sent nonsense.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, String>> + Send>>;

/// Reads a body.
///
/// # Errors
/// 400, 408, 413 or 415.
pub async fn read(
    (kind, access): (BodyKind, Access),
    headers: &HeaderMap,
    mut stream: BodyStream,
    settings: &Settings,
) -> Result<RequestBody, Problem> {
    let limit = match kind {
        BodyKind::None => 0,
        BodyKind::Json(_) | BodyKind::Text(_) => settings.small_body,
        // Large files come from people who are known.
        BodyKind::File(_) if access == Access::Public => settings.small_body,
        BodyKind::File(_) => settings.large_body,
    };
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let Some(limit) = Some(limit).filter(|limit| *limit > 0) else {
        let first = timeout_at(Instant::now() + settings.request_timeout, stream.next());
        return match first.await {
            Ok(None) => Ok(RequestBody::None),
            Ok(Some(Ok(bytes))) if bytes.is_empty() => Ok(RequestBody::None),
            _ => Err(unexpected()),
        };
    };
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    check_type(kind, headers)?;
    match kind {
        BodyKind::File(_) => spool(stream, limit, settings).await,
        _ => small(stream, limit, settings.request_timeout).await,
    }
}

/// Whether the content type is one of the kind's.
fn check_type(kind: BodyKind, headers: &HeaderMap) -> Result<(), Problem> {
    let encoded = headers.get(CONTENT_ENCODING);
    if encoded.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(wrong_type(
            "send the body without Content-Encoding",
            "请勿使用 Content-Encoding 压缩内容",
        ));
    }
    let given = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let media = given
        .and_then(|value| str::from_utf8(value).ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim());
    let media = match (given, media) {
        (None, _) => "",
        (Some(_), Some(media)) => media,
        (Some(_), None) => "?",
    };
    let is = |wanted: &str| media.eq_ignore_ascii_case(wanted);
    match kind {
        BodyKind::Json(_) if !is("application/json") => Err(wrong_type(
            "send JSON, with Content-Type: application/json",
            "请发送JSON，并注明 Content-Type: application/json",
        )),
        BodyKind::Text(_) if !media.is_empty() && !is("text/plain") && !is(OCTETS) => {
            Err(wrong_type(
                "send text, with Content-Type: text/plain",
                "请发送文本，并注明 Content-Type: text/plain",
            ))
        }
        // A form wraps or changes the bytes of a file; `curl -d` even takes its line ends away.
        BodyKind::File(_) if is(FORM) || is(MULTIPART) => Err(wrong_type(
            "send the file itself as the body, not a form: curl -T FILE, or --data-binary @FILE with Content-Type: application/octet-stream",
            "请直接以文件作为请求内容，不要用表单：curl -T 文件，或 --data-binary @文件 并注明 Content-Type: application/octet-stream",
        )),
        _ => Ok(()),
    }
}

/// A small body, all of it within one time.
async fn small(
    mut stream: BodyStream,
    limit: u64,
    within: Duration,
) -> Result<RequestBody, Problem> {
    let deadline = Instant::now() + within;
    let mut body = BytesMut::new();
    while let Some(part) = next(&mut stream, deadline).await? {
        if (body.len() as u64).saturating_add(part.len() as u64) > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&part);
    }
    Ok(RequestBody::Bytes(body.freeze()))
}

/// A large body. It may take long, but in every [`Settings::request_timeout`] it has to come on by
/// [`PACE`] bytes.
async fn spool(
    mut stream: BodyStream,
    limit: u64,
    settings: &Settings,
) -> Result<RequestBody, Problem> {
    let (mut parts, writer) = Spool::start(settings.spool.as_deref());
    let mut length = 0_u64;
    let mut deadline = Instant::now() + settings.request_timeout;
    let mut goal = PACE;
    loop {
        let Some(part) = next(&mut stream, deadline).await? else {
            break;
        };
        length = length.saturating_add(part.len() as u64);
        if length > limit {
            return Err(too_large(limit));
        }
        if length >= goal {
            goal = length.saturating_add(PACE);
            deadline = Instant::now() + settings.request_timeout;
        }
        if !parts.send(part).await {
            break;
        }
    }
    drop(parts);
    let spooled = writer.await.map_err(|error| Problem::internal(&error))?;
    let (file, digest) = spooled.map_err(|error| {
        tracing::error!(%error, "an upload could not be kept");
        Problem::unavailable(
            "spool",
            "the service has no room for the upload at present; its administrator finds the reason in the log",
            "服务器暂时无法保存上传的文件，管理员可在运行日志中查明原因",
        )
    })?;
    Ok(RequestBody::File {
        file,
        length,
        digest,
    })
}

/// The way to the thread that writes a temporary file.
struct Spool(mpsc::Sender<Bytes>);

type Written = std::io::Result<(Spooled, Digest)>;

impl Spool {
    fn start(dir: Option<&Path>) -> (Self, JoinHandle<Written>) {
        let (sender, mut parts) = mpsc::channel::<Bytes>(4);
        let dir = dir.map(Path::to_owned);
        let writer = tokio::task::spawn_blocking(move || {
            let mut file = Spooled::new(dir.as_deref())?;
            let mut hash = Sha256::new();
            while let Some(part) = parts.blocking_recv() {
                hash.update(&part);
                file.write_all(&part)?;
            }
            file.flush()?;
            Ok((file, Digest::new(hash.finalize().into())))
        });
        (Self(sender), writer)
    }

    /// Whether the thread takes it; if not, it has failed and says why.
    async fn send(&mut self, part: Bytes) -> bool {
        self.0.send(part).await.is_ok()
    }
}

async fn next(stream: &mut BodyStream, deadline: Instant) -> Result<Option<Bytes>, Problem> {
    match timeout_at(deadline, stream.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(part))) => Ok(Some(part)),
        Ok(Some(Err(error))) => {
            tracing::debug!(error, "a body broke off");
            Err(Problem::new(
                400,
                "body",
                "the body broke off before its end",
                "请求内容不完整",
            ))
        }
        Err(_) => Err(Problem::new(
            408,
            "slow",
            "the body came too slowly; send it again over a better connection",
            "请求内容传输过慢，请换用更好的网络重试",
        )),
    }
}

fn too_large(limit: u64) -> Problem {
    Problem::new(
        413,
        "too-large",
        format!("the body is larger than the {limit} bytes that are allowed here"),
        format!("请求内容超过此处允许的{limit}字节"),
    )
}

fn wrong_type(english: &str, chinese: &str) -> Problem {
    Problem::new(415, "content-type", english, chinese)
}

fn unexpected() -> Problem {
    Problem::new(
        400,
        "body",
        "there is no body in this request; send it without",
        "此请求不应带有内容",
    )
}

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const OCTETS: &str = "application/octet-stream";

/// Bytes by which an upload has to come on in every request timeout.
const PACE: u64 = 64 << 10;
