//! What stands between a connection and the filter: a panic becomes a problem, too many requests at
//! once are refused, answers to the public are compressed for whoever asks.
//!
//! Invariant: an answer to staff is not compressed: the length of a compressed answer tells of what is
//! in it (BREACH).

use std::any::Any;
use std::convert::Infallible;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderMap};
use http::{Extensions, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::body::UnsyncBoxBody;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use super::filter::filter;
use super::front::{Front, request_id};
use super::respond::{self, Asked};
use crate::metrics::Metrics;
use crate::problem::Problem;

/// What a connection serves. Clones share the limit.
pub(super) type Service = BoxCloneSyncService<Request<Incoming>, Response<Body>, Infallible>;
type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// All layers over the filter.
pub(super) fn service(front: Front) -> Service {
    let context = front.context().clone();
    let (settings, metrics) = (context.settings, context.metrics);
    let secure = settings.secure;
    let for_panics = metrics.clone();
    let limited = ServiceBuilder::new()
        .load_shed()
        .concurrency_limit(settings.requests)
        .service(warp::service(filter(front)));
    let answering = service_fn(move |request: Request<Incoming>| {
        let (limited, metrics) = (limited.clone(), metrics.clone());
        async move {
            let done = limited.oneshot(request).await;
            Ok::<_, Infallible>(done.unwrap_or_else(|_| shed(secure, &metrics)))
        }
    });
    let service = ServiceBuilder::new()
        .layer(CatchPanicLayer::custom(move |panic| {
            panicked(panic, secure, &for_panics)
        }))
        .layer(
            CompressionLayer::new()
                .gzip(true)
                .compress_when(DefaultPredicate::new().and(to_the_public)),
        )
        .service(answering);
    BoxCloneSyncService::new(service)
}

/// A caught panic: its text goes to the log only.
fn panicked(panic: Box<dyn Any + Send>, secure: bool, metrics: &Metrics) -> warp::reply::Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "a panic".to_owned());
    problem(&Problem::internal(&text), secure, metrics)
}

fn shed(secure: bool, metrics: &Metrics) -> warp::reply::Response {
    let busy = Problem::unavailable(
        "busy",
        "too many requests at once; nothing was done, try again",
        "同时到达的请求过多，未做任何处理，请稍后重试",
    );
    problem(&busy, secure, metrics)
}

fn problem(problem: &Problem, secure: bool, metrics: &Metrics) -> warp::reply::Response {
    let id = request_id(&HeaderMap::new());
    let asked = Asked::new(&Method::POST, &HeaderMap::new(), &id, secure);
    metrics.answered("none", problem.status, std::time::Duration::ZERO);
    respond::reply(respond::finish(respond::problem(problem), None, &asked))
}

fn to_the_public(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let value = headers.get(CACHE_CONTROL);
    value.is_none_or(|value| value != "no-store")
}
