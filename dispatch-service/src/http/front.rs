//! One request, from its arrival to its answer, without a socket.
//!
//! The order is: which endpoint, who asks, the query, the body, the handler. Invariant: the body of a
//! request by somebody who may not make it is not read.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use dispatch_core::digest::hex;
use dispatch_core::randomness;
use http::{HeaderMap, Method};
use tracing::Instrument as _;

use super::body::{self, BodyStream};
use super::endpoint::{Access, Answer, Endpoint, Request};
use super::respond::{self, Asked, REQUEST_ID};
use super::router::{Found, Router};
use super::{openapi, query};
use crate::access::Actor;
use crate::context::Context;
use crate::people::{self, Presented};
use crate::problem::Problem;

/// Answers requests. Clones share the table.
#[derive(Clone)]
pub struct Front {
    context: Context,
    router: Arc<Router>,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Front")
    }
}

/// A request as it arrives.
#[expect(missing_debug_implementations, reason = "the body has none")]
pub struct Arrived {
    /// The method.
    pub method: Method,
    /// The path, percent-encoded.
    pub path: String,
    /// The query without `?`, percent-encoded; empty if there is none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The address that it came from.
    pub peer: Option<IpAddr>,
    /// The body.
    pub body: BodyStream,
}

/// Who is taken to ask.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Whoever the headers show.
    Shown,
    /// This one, without a look at the headers: for tests of what comes after.
    Known(Option<Actor>),
}

impl Front {
    /// The front of a table.
    #[must_use]
    pub fn new(context: Context, router: Router) -> Self {
        Self {
            context,
            router: Arc::new(router),
        }
    }

    /// The context.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Answers a request.
    pub async fn answer(&self, arrived: Arrived) -> Answer {
        self.answer_as(arrived, Asker::Shown).await
    }

    /// Answers a request as if by this asker.
    pub async fn answer_as(&self, arrived: Arrived, asker: Asker) -> Answer {
        let begun = Instant::now();
        let id = request_id(&arrived.headers);
        let (method, path) = (arrived.method.clone(), arrived.path.clone());
        let secure = self.context.settings.secure;
        let asked = Asked::new(&method, &arrived.headers, &id, secure);
        let span = tracing::info_span!("request", id);
        let work = async {
            let (endpoint, answer) = match self.router.find(&method, &path) {
                Found::Endpoint(endpoint, values) => {
                    let done = self.run(endpoint, values, arrived, asker, id).await;
                    let answer = done.unwrap_or_else(|problem| respond::problem(&problem));
                    (Some(endpoint), answer)
                }
                Found::Methods(allow) => (None, respond::methods(&method, &allow)),
                Found::Nothing => (None, respond::problem(&Problem::not_found())),
            };
            let answer = respond::finish(answer, endpoint.map(|one| one.access), &asked);
            // The path, never the query: a query may hold what somebody looked for.
            let took = begun.elapsed();
            // Metrics are public: what staff do, and how long it takes, is nobody's to count.
            let counted = endpoint.map_or("none", |endpoint| match endpoint.access {
                Access::Public => endpoint.id,
                Access::Staff => "staff",
            });
            let endpoint = endpoint.map_or("none", |endpoint| endpoint.id);
            let status = answer.status.as_u16();
            let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(%method, path, endpoint, status, milliseconds, "answered");
            self.context.metrics.answered(counted, status, took);
            answer
        };
        work.instrument(span).await
    }

    async fn run(
        &self,
        endpoint: &Endpoint,
        path: std::collections::HashMap<&'static str, String>,
        arrived: Arrived,
        asker: Asker,
        id: String,
    ) -> Result<Answer, Problem> {
        let context = &self.context;
        let actor = match (endpoint.access, asker) {
            // What is public is the same for everybody, so that it can be cached.
            (Access::Public, _) => None,
            (Access::Staff, Asker::Known(actor)) => actor,
            (Access::Staff, Asker::Shown) => {
                let target = match arrived.query.as_str() {
                    "" => arrived.path.clone(),
                    query => format!("{}?{query}", arrived.path),
                };
                let presented = Presented {
                    headers: &arrived.headers,
                    method: &arrived.method,
                    target: &target,
                    peer: arrived.peer,
                };
                people::authenticate(context, presented).await?
            }
        };
        if endpoint.access == Access::Staff && actor.is_none() {
            return Err(Problem::new(
                401,
                "unauthenticated",
                "log in first",
                "请先登录",
            ));
        }
        let query = query::read(endpoint.query, &arrived.query)?;
        let body = body::read(
            (endpoint.body, endpoint.access),
            &arrived.headers,
            arrived.body,
            &context.settings,
        );
        let request = Request {
            method: arrived.method,
            target: arrived.path,
            path,
            query,
            body: body.await?,
            headers: arrived.headers,
            actor,
            id,
            peer: arrived.peer,
        };
        if openapi::is_change(endpoint) {
            request.idempotency_key()?;
        }
        (endpoint.handler)(context.clone(), request).await
    }
}

/// The id that the request brings, or a new one.
pub(super) fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let given = given.filter(|id| {
        (8..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    });
    if let Some(id) = given {
        return id.to_owned();
    }
    let mut bytes = [0; 16];
    // An id only has to be unique; without randomness it is not even that, and says so.
    match randomness::fill(&mut bytes) {
        Ok(()) => hex(&bytes),
        Err(_) => "none".to_owned(),
    }
}
