//! The accept loop: connections within limits, and an end that waits for what runs.
//!
//! It is our own because `warp::serve` sets no time for headers and stops without a limit. Invariant:
//! nobody holds a connection without using it: headers, bodies and answers each have their time.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceBuilder;

use super::filter::Peer;
use super::front::Front;
use super::layers::{self, Service};
use super::stall::Paced;

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All connections had ended.
    Complete,
    /// The deadline came first; so many connections were cut.
    Cut(usize),
}

/// Serves until `stop` is done, and then for `deadline` at most what runs still.
pub async fn run(
    listener: TcpListener,
    front: Front,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
) -> Ended {
    let settings = Arc::clone(&front.context().settings);
    let server = Arc::new(Server {
        service: layers::service(front),
        tls,
        header_timeout: settings.header_timeout,
        answer_timeout: settings.request_timeout,
    });
    let places = Arc::new(Semaphore::new(settings.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        // Whoever comes while all places are taken waits in the queue of the operating system.
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (server, watcher) = (Arc::clone(&server), graceful.watcher());
                tokio::spawn(async move {
                    server.accept(stream, peer, watcher).await;
                    drop(place);
                });
            }
            Err(error) => {
                // No file descriptors, say: others will end soon.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let left = graceful.count();
    tracing::info!(connections = left, "stopping");
    match timeout(settings.stop_deadline, graceful.shutdown()).await {
        Ok(()) => Ended::Complete,
        Err(_) => {
            let held = settings
                .connections
                .saturating_sub(places.available_permits());
            tracing::warn!(connections = held, "the deadline came; connections are cut");
            Ended::Cut(held)
        }
    }
}

struct Server {
    service: Service,
    tls: Option<TlsAcceptor>,
    header_timeout: Duration,
    answer_timeout: Duration,
}

impl Server {
    async fn accept(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        let _ = stream.set_nodelay(true);
        let stream = Paced::new(stream, self.answer_timeout);
        let Some(tls) = &self.tls else {
            return self.serve(stream, peer, watcher).await;
        };
        match timeout(self.header_timeout, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream, peer, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS connection"),
            Err(_) => tracing::debug!("a TLS connection was begun too slowly"),
        }
    }

    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        peer: SocketAddr,
        watcher: Watcher,
    ) {
        let peer = Peer(peer.ip().to_canonical());
        let service = ServiceBuilder::new()
            .map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(peer);
                request
            })
            .service(self.service.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_buf_size(HEADERS)
            .max_header_size(HEADERS)
            .max_headers(MOST_HEADERS)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Most bytes of the headers of a request, and of what is read ahead.
const HEADERS: usize = 64 << 10;
/// Most headers of a request.
const MOST_HEADERS: usize = 100;
