//! The one filter of warp: takes a request apart, and hands it to the front.

use std::net::IpAddr;

use futures_util::StreamExt as _;
use warp::Filter;

use super::front::{Arrived, Front};
use super::respond;

/// Where a connection comes from, as the accept loop tells it to the filter.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The filter.
pub fn filter(
    front: Front,
) -> impl Filter<Extract = (warp::reply::Response,), Error = warp::Rejection> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .and(warp::body::stream())
        .then(
            move |method, path: warp::path::FullPath, query, headers, peer: Option<Peer>, body| {
                let front = front.clone();
                let arrived = Arrived {
                    method,
                    path: path.as_str().to_owned(),
                    query,
                    headers,
                    peer: peer.map(|peer| peer.0),
                    body: Box::pin(stream(body)),
                };
                async move { respond::reply(front.answer(arrived).await) }
            },
        )
}

fn stream<B: warp::Buf>(
    body: impl futures_util::Stream<Item = Result<B, warp::Error>> + Send,
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, String>> + Send {
    body.map(|part| match part {
        Ok(mut part) => Ok(part.copy_to_bytes(part.remaining())),
        Err(error) => Err(error.to_string()),
    })
}
