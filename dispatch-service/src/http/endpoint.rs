//! An endpoint: one method of one path, who may use it, what goes in and what comes out.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Actor;
use crate::context::Context;
use crate::problem::Problem;
use crate::spooled::Spooled;

/// One method of one path.
#[expect(missing_debug_implementations, reason = "handlers have none")]
pub struct Endpoint {
    /// The method. GET changes nothing.
    pub method: Method,
    /// The path; `{name}` stands for one segment, `{name*}` at the end for all that follow.
    pub path: &'static str,
    /// `operationId` of the OpenAPI document.
    pub id: &'static str,
    /// What it does, Chinese.
    pub summary: &'static str,
    /// Who may use it.
    pub access: Access,
    /// Query parameters.
    pub query: &'static [Parameter],
    /// What the body is.
    pub body: BodyKind,
    /// Answers other than problems.
    pub answers: &'static [AnswerKind],
    /// Does it.
    pub handler: Handler,
}

/// Does what an endpoint is for.
pub type Handler =
    fn(Context, Request) -> Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;

/// Who may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is known; the operation asks for roles.
    Staff,
}

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is for, Chinese.
    pub about: &'static str,
    /// Its form.
    pub form: Form,
}

/// The form of a parameter.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A text of at most so many characters.
    Text(usize),
    /// A whole number from 0 to this.
    Number(u64),
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// What a body is.
#[derive(Clone, Copy, Debug)]
pub enum BodyKind {
    /// There is none.
    None,
    /// JSON of this schema, at most `settings.small_body` bytes.
    Json(fn() -> Schema),
    /// Bytes of any kind, at most `settings.large_body`: what they are, Chinese.
    File(&'static str),
    /// A small text, at most `settings.small_body` bytes: what it is, Chinese.
    Text(&'static str),
}

/// A schema of the OpenAPI document and its name.
#[expect(
    missing_debug_implementations,
    reason = "the schemas of utoipa have none"
)]
pub struct Schema {
    /// Name in `components/schemas`.
    pub name: String,
    /// The schema, and those that it refers to.
    pub all: Vec<(
        String,
        utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>,
    )>,
}

/// The schema of a type.
#[must_use]
pub fn schema<T: utoipa::ToSchema>() -> Schema {
    let name = T::name().into_owned();
    let mut all = vec![(name.clone(), T::schema())];
    T::schemas(&mut all);
    Schema { name, all }
}

/// What an answer is.
#[derive(Clone, Copy, Debug)]
pub struct AnswerKind {
    /// Status.
    pub status: u16,
    /// What it means, Chinese.
    pub about: &'static str,
    /// Content.
    pub content: Content,
}

/// Content of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// None.
    Empty,
    /// JSON of this schema.
    Json(fn() -> Schema),
    /// Something of this media type.
    Media(&'static str),
}

/// A request, matched to its endpoint and with its actor.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as it was asked for, without the query.
    pub target: String,
    /// Values of the path's `{name}`s, decoded.
    pub path: HashMap<&'static str, String>,
    /// Query parameters, decoded; only those that the endpoint names.
    pub query: HashMap<String, String>,
    /// Headers.
    pub headers: HeaderMap,
    /// Who asks; always somebody where the access is [`Access::Staff`].
    pub actor: Option<Actor>,
    /// The request id, for logs.
    pub id: String,
    /// The address it came from.
    pub peer: Option<std::net::IpAddr>,
    /// The body, read within the limits of its kind.
    pub body: RequestBody,
}

/// The body of a request.
#[derive(Debug)]
pub enum RequestBody {
    /// None, or not read.
    None,
    /// In memory.
    Bytes(Bytes),
    /// In a file without a name that goes when this is dropped: its size and SHA-256.
    File {
        /// The file.
        file: Spooled,
        /// Bytes in it.
        length: u64,
        /// Their hash.
        digest: dispatch_core::digest::Digest,
    },
}

impl Request {
    /// A value of the path.
    #[must_use]
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// Who asks.
    ///
    /// # Errors
    /// 401 if nobody is known.
    pub fn actor(&self) -> Result<&Actor, Problem> {
        self.actor
            .as_ref()
            .ok_or_else(|| Problem::new(401, "unauthenticated", "log in first", "请先登录"))
    }

    /// The body as JSON of a closed schema.
    ///
    /// # Errors
    /// 400 or 422, with the place.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let RequestBody::Bytes(bytes) = &self.body else {
            return Err(Problem::new(
                400,
                "body",
                "a JSON body is missing",
                "缺少JSON内容",
            ));
        };
        serde_json::from_slice(bytes).map_err(|error| {
            let status = if error.is_data() { 422 } else { 400 };
            Problem::new(
                status,
                "body",
                format!("the JSON body is not as the OpenAPI document says: {error}"),
                format!("JSON内容不符合接口文档的规定：{error}"),
            )
        })
    }

    /// The body as text.
    ///
    /// # Errors
    /// 400 if it is not UTF-8.
    pub fn text(&self) -> Result<&str, Problem> {
        let bytes: &[u8] = match &self.body {
            RequestBody::Bytes(bytes) => bytes,
            _ => b"",
        };
        str::from_utf8(bytes)
            .map_err(|_| Problem::new(400, "body", "the body is not UTF-8", "内容不是UTF-8编码"))
    }

    /// The idempotency key.
    ///
    /// # Errors
    /// 400 if there is none, or it is not 8 to 128 printable ASCII characters.
    pub fn idempotency_key(&self) -> Result<String, Problem> {
        let key = self
            .headers
            .get("idempotency-key")
            .and_then(|key| key.to_str().ok());
        let key = key.filter(|key| {
            (8..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
        });
        key.map(str::to_owned).ok_or_else(|| {
            Problem::new(
                400,
                "idempotency-key",
                "give a header Idempotency-Key of 8 to 128 printable characters, new for every change and the same when it is sent again",
                "请提供 Idempotency-Key 请求头（8至128个可打印字符）：每次变更用新值，重发时用原值",
            )
        })
    }
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers, `Content-Type` among them.
    pub headers: HeaderMap,
    /// Body.
    pub body: AnswerBody,
}

/// The body of an answer.
#[expect(missing_debug_implementations, reason = "streams have none")]
pub enum AnswerBody {
    /// In memory.
    Bytes(Bytes),
    /// Piece by piece.
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send + Sync>>),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// Bytes of a media type.
    #[must_use]
    pub fn bytes(status: u16, media: &'static str, bytes: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static(media),
        );
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            body: AnswerBody::Bytes(bytes.into()),
        }
    }

    /// JSON.
    ///
    /// # Errors
    /// 500 if the value has no JSON form.
    pub fn json<T: Serialize>(status: u16, value: &T) -> Result<Self, Problem> {
        let bytes = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        Ok(Self::bytes(status, "application/json", bytes))
    }

    /// Nothing (204).
    #[must_use]
    pub fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: AnswerBody::Bytes(Bytes::new()),
        }
    }
}
