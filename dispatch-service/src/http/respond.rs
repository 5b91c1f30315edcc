//! What every answer gets before it leaves: headers of safety and caching, conditional requests, and
//! the form that warp sends.
//!
//! Source: RFC 9110, 9111, 9457. Invariant: an answer to staff is never kept by any cache, and no
//! answer can run a script in a browser.

use bytes::Bytes;
use dispatch_core::digest::Digest;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, StatusCode};

use super::endpoint::{Access, Answer, AnswerBody};
use crate::problem::Problem;

/// A problem as an answer.
#[must_use]
pub fn problem(problem: &Problem) -> Answer {
    let bytes = serde_json::to_vec(&problem.view()).unwrap_or_default();
    let mut answer = Answer::bytes(problem.status, "application/problem+json", bytes);
    if let Some(seconds) = problem.retry_after {
        answer.set(RETRY_AFTER, &seconds.to_string());
    }
    if problem.status == 401 {
        answer.set(http::header::WWW_AUTHENTICATE, "Bearer");
    }
    answer
}

/// The answer to `OPTIONS`, and to a method that is not there.
#[must_use]
pub fn methods(method: &Method, allow: &str) -> Answer {
    let mut answer = if method == Method::OPTIONS {
        Answer::empty()
    } else {
        problem(&Problem::new(
            405,
            "method",
            format!("{method} is not possible here; there are: {allow}"),
            format!("此处不支持 {method}，可用的方法：{allow}"),
        ))
    };
    answer.set(ALLOW, allow);
    answer
}

/// What of a request decides how its answer is finished.
#[derive(Debug)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// `If-None-Match`.
    pub known: Option<HeaderValue>,
    /// The request id.
    pub id: String,
    /// Whether browsers come by https.
    pub secure: bool,
}

impl Asked {
    /// What of these headers matters.
    #[must_use]
    pub fn new(method: &Method, headers: &HeaderMap, id: &str, secure: bool) -> Self {
        Self {
            method: method.clone(),
            known: headers.get(IF_NONE_MATCH).cloned(),
            id: id.to_owned(),
            secure,
        }
    }
}

/// Gives an answer its headers; `access` is that of the endpoint, if there was one.
#[must_use]
pub fn finish(mut answer: Answer, access: Option<Access>, asked: &Asked) -> Answer {
    let read = asked.method == Method::GET || asked.method == Method::HEAD;
    let public = access == Some(Access::Public) && read;
    if answer.status == StatusCode::OK && public {
        answer.tag();
        answer.default(CACHE_CONTROL, "no-cache");
        answer.set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        answer = answer.unless_known(asked.known.as_ref());
    }
    answer.default(CACHE_CONTROL, "no-store");
    answer.default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    answer.default(REFERRER_POLICY, "no-referrer");
    let html = answer.media().starts_with("text/html");
    answer.default(
        CONTENT_SECURITY_POLICY,
        if html { POLICY_OF_PAGES } else { POLICY },
    );
    answer.default(
        RESOURCE_POLICY,
        if public {
            "cross-origin"
        } else {
            "same-origin"
        },
    );
    if asked.secure {
        answer.default(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    answer.set(REQUEST_ID, &asked.id);
    if asked.method == Method::HEAD {
        answer = answer.without_body();
    }
    answer
}

/// The answer in warp's form.
#[must_use]
pub fn reply(answer: Answer) -> warp::reply::Response {
    use warp::Reply as _;
    let mut response = match answer.body {
        AnswerBody::Bytes(bytes) => warp::reply::Response::new(bytes.into()),
        AnswerBody::Stream(stream) => warp::reply::stream(stream).into_response(),
    };
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

impl Answer {
    /// Sets a header; a value that is not one is left out.
    pub fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// The same answer with a header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// An answer that caches may keep for so many seconds.
    #[must_use]
    pub fn cached(self, seconds: u64) -> Self {
        self.with(CACHE_CONTROL, &format!("public, max-age={seconds}"))
    }

    /// An answer that is the same for ever, known by the hash of its content.
    #[must_use]
    pub fn immutable(self, digest: &Digest) -> Self {
        self.with(CACHE_CONTROL, "public, max-age=31536000, immutable")
            .with(ETAG, &tag_of(digest))
    }

    fn default(&mut self, name: HeaderName, value: &'static str) {
        let entry = self.headers.entry(name);
        entry.or_insert(HeaderValue::from_static(value));
    }

    fn media(&self) -> &str {
        let value = self.headers.get(CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Tags what is in memory.
    fn tag(&mut self) {
        if let AnswerBody::Bytes(bytes) = &self.body
            && !self.headers.contains_key(ETAG)
        {
            let tag = tag_of(&Digest::of(bytes));
            self.set(ETAG, &tag);
        }
    }

    /// 304 if the asker has it.
    fn unless_known(mut self, known: Option<&HeaderValue>) -> Self {
        let known = known.and_then(|known| known.to_str().ok());
        let tag = self.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        let (Some(known), Some(tag)) = (known, tag) else {
            return self;
        };
        // Weak comparison: a proxy or the compression may have weakened a tag.
        let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let same = known.trim() == "*" || known.split(',').any(|one| plain(one) == plain(tag));
        if same {
            self.status = StatusCode::NOT_MODIFIED;
            self.headers.remove(CONTENT_TYPE);
            self.headers.remove(CONTENT_LENGTH);
            self.body = AnswerBody::Bytes(Bytes::new());
        }
        self
    }

    fn without_body(mut self) -> Self {
        if let AnswerBody::Bytes(bytes) = &self.body
            && self.status == StatusCode::OK
        {
            let length = bytes.len().to_string();
            self.set(CONTENT_LENGTH, &length);
        }
        self.body = AnswerBody::Bytes(Bytes::new());
        self
    }
}

/// Weak, since the same content goes out compressed and not.
fn tag_of(digest: &Digest) -> String {
    format!("W/\"{digest}\"")
}

/// The header of the request id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
const POLICY_OF_PAGES: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
