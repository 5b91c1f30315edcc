//! A service without a socket: a temporary store, a clock that a test sets, and requests that go
//! through the whole of the front.
//!
//! The calls are plain ones, so that a test may also look into the store by
//! `desk.context.store.read_blocking`. A test that says who asks skips only the authentication.

#![allow(dead_code, reason = "not every part of the tests needs all of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_service::access::{Actor, Role, Scope, Via};
use dispatch_service::clock::Clock;
use dispatch_service::context::Context;
use dispatch_service::http::endpoint::{AnswerBody, Endpoint};
use dispatch_service::http::front::{Arrived, Asker, Front};
use dispatch_service::http::router::Router;
use dispatch_service::keys::Envelope;
use dispatch_service::log::{Guard, LogSigner, begin_log};
use dispatch_service::problem::ProblemView;
use dispatch_service::routes;
use dispatch_service::settings::Settings;
use dispatch_service::store::{Limits, Store};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use super::cluster::Place;

/// A service for one test.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Store, keys, clock and settings.
    pub(crate) context: Context,
    /// The place of the store, and a folder for whatever the test needs.
    pub(crate) place: Place,
    time: Arc<AtomicU64>,
    front: Front,
    runtime: Runtime,
    keys: AtomicU64,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A request that is put together.
#[derive(Debug)]
pub(crate) struct Ask<'d> {
    desk: &'d Desk,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
    asker: Asker,
}

impl Desk {
    /// A desk over an empty place, with all routes, at [`START`].
    pub(crate) fn new(place: Place) -> Self {
        Self::with(place, Settings::default(), routes::endpoints())
    }

    /// A desk with settings and routes of the test's own.
    pub(crate) fn with(place: Place, settings: Settings, endpoints: Vec<Endpoint>) -> Self {
        place.backend.migrate().unwrap();
        let key = SignerKey::new("log.example/test", KeyKind::Signature, [7; 32]).unwrap();
        let guard = Guard::closed();
        guard.open();
        let signer = LogSigner::new(key, guard, None);
        place
            .backend
            .once(true, |sql| Ok(begin_log(sql, &signer, START)?))
            .unwrap();
        let time = Arc::new(AtomicU64::new(START));
        let told = Arc::clone(&time);
        let clock = Clock::new(move || told.load(Ordering::SeqCst));
        let store = Store::start(
            place.backend.clone(),
            clock.clone(),
            signer.clone(),
            Limits::default(),
        );
        let envelope = Envelope::new([9; 32]);
        let context = Context::new(store.unwrap(), envelope, signer, clock, settings);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        Self {
            front: Front::new(context.clone(), Router::new(endpoints)),
            context,
            place,
            time,
            runtime: runtime.unwrap(),
            keys: AtomicU64::new(0),
        }
    }

    /// Sets the clock.
    pub(crate) fn set_time(&self, unix: u64) {
        self.time.store(unix, Ordering::SeqCst);
    }

    /// Runs a future of the service.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Begins a future of the service, to go on by itself.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.runtime.spawn(future)
    }

    /// Begins a request by nobody.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask {
            desk: self,
            method,
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            asker: Asker::Known(None),
        }
    }

    /// Reads as nobody.
    pub(crate) fn get(&self, path: &str) -> Told {
        self.ask(Method::GET, path).send()
    }

    /// Reads as somebody.
    pub(crate) fn get_as(&self, path: &str, who: &Actor) -> Told {
        self.ask(Method::GET, path).by(who).send()
    }

    /// Posts JSON as somebody, with a new idempotency key.
    pub(crate) fn post_json(&self, path: &str, who: &Actor, value: &impl Serialize) -> Told {
        self.ask(Method::POST, path).by(who).json(value).send()
    }

    /// Puts a file as somebody, with a new idempotency key.
    pub(crate) fn put_file(&self, path: &str, who: &Actor, bytes: &[u8]) -> Told {
        self.ask(Method::PUT, path)
            .by(who)
            .header("content-type", "application/octet-stream")
            .body(bytes)
            .send()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.context.store.stop();
    }
}

impl Ask<'_> {
    /// As this person, and with a new idempotency key.
    pub(crate) fn by(mut self, who: &Actor) -> Self {
        self.asker = Asker::Known(Some(who.clone()));
        let number = self.desk.keys.fetch_add(1, Ordering::SeqCst);
        self.header("idempotency-key", &format!("test-key-{number}"))
    }

    /// As whoever the headers show.
    pub(crate) fn shown(mut self) -> Self {
        self.asker = Asker::Shown;
        self
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers
            .insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// With a body of JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(value).unwrap();
        self.header("content-type", "application/json").body(&bytes)
    }

    /// With this body.
    pub(crate) fn body(mut self, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self
    }

    /// Sends it.
    pub(crate) fn send(self) -> Told {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let parts: Vec<_> = self
            .body
            .chunks(8 << 10)
            .map(|part| Ok(Bytes::copy_from_slice(part)))
            .collect();
        let arrived = Arrived {
            method: self.method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: self.headers,
            peer: Some(std::net::IpAddr::from([127, 0, 0, 1])),
            body: Box::pin(futures_util::stream::iter(parts)),
        };
        self.desk.wait(async {
            let answer = self.desk.front.answer_as(arrived, self.asker).await;
            let body = match answer.body {
                AnswerBody::Bytes(bytes) => bytes.to_vec(),
                AnswerBody::Stream(mut stream) => {
                    let mut body = Vec::new();
                    while let Some(part) = stream.next().await {
                        body.extend_from_slice(&part.unwrap());
                    }
                    body
                }
            };
            Told {
                status: answer.status.as_u16(),
                headers: answer.headers,
                body,
            }
        })
    }
}

impl Told {
    /// The same, if the status is this one.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body as a problem, and its kind without the namespace.
    pub(crate) fn problem(&self) -> (String, ProblemView) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let view: ProblemView = self.json();
        assert_eq!(view.status, self.status);
        let kind = view.kind.strip_prefix("urn:dispatch:problem:").unwrap();
        (kind.to_owned(), view)
    }

    /// A header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

/// Somebody with these roles, for everywhere.
pub(crate) fn person(name: &str, roles: &[Role]) -> Actor {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    Actor {
        name: name.to_owned(),
        roles,
        scope: Scope::default(),
        officer: String::new(),
        via: Via::Session,
    }
}

/// When a desk begins: 2026-07-20T00:00:00Z, before the pulses that the tests have.
pub(crate) const START: u64 = 1_784_505_600;
