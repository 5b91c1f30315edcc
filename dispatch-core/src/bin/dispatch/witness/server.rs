//! A witness over HTTP: `POST /add-checkpoint`, `GET /<SHA-256 of the origin>/checkpoint`.
//!
//! Source: C2SP tlog-witness v1.0.0; the second path is that of its editor's draft.
//! Our own accept loop instead of warp's: it closes connections that send half a request, bounds how
//! many there are, and stops in bounded time.
//! Invariant: state is changed only in [`Store::answer`]; what is answered has reached the disk.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dispatch_core::language::Message;
use dispatch_core::syntax::time_text;
use dispatch_core::witness::MOST_BYTES;
use futures_util::{Stream, StreamExt as _};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use warp::http::{StatusCode, header};
use warp::reply::{Reply as _, Response};
use warp::{Buf, Filter, Rejection};

use super::store::{Outcome, Store};
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};

/// Serves until the process is told to stop.
pub(crate) fn serve(console: &Console, store: Store, listen: SocketAddr) -> Done {
    let failed = |error: std::io::Error| {
        Failure::new(
            format!("{listen}: {error}; choose another address or port with --listen"),
            format!("{listen}：{error}；请用 --listen 另选地址或端口"),
        )
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(BLOCKING)
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // In place before anybody is told that this listens.
        let stop = stop_signal().map_err(failed)?;
        console.say(
            format!("listening on http://{address}"),
            format!("正在监听 http://{address}"),
        );
        let site = Site {
            store: Arc::new(store),
            console: Arc::new(console.clone()),
        };
        run(listener, site, stop).await;
        Done::Ok(())
    })?;
    console.say("stopped", "已停止");
    Ok(())
}

/// What the handlers share.
#[derive(Clone)]
struct Site {
    store: Arc<Store>,
    console: Arc<Console>,
}

/// Accepts connections until `stop` is ready, then lets the open ones finish.
async fn run(listener: TcpListener, site: Site, stop: impl Future<Output = ()>) {
    let service = TowerToHyperService::new(warp::service(routes(site)));
    let mut http = http1::Builder::new();
    // Also ends connections that are kept open without a request.
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let accepted = tokio::select! {
            accepted = next => accepted,
            () = &mut stop => break,
        };
        let (Ok(place), Ok((stream, _))) = accepted else {
            // Out of file descriptors, or a connection that went away: not a reason to stop.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // An error is the peer's: it went away or spoke no HTTP.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(STOPPING, graceful.shutdown()).await;
}

fn routes(site: Site) -> impl Filter<Extract = (impl warp::Reply,), Error = Rejection> + Clone {
    let site = warp::any().map(move || site.clone());
    let submit = warp::path!("add-checkpoint")
        .and(warp::post())
        .and(site.clone())
        .and(warp::body::stream())
        .then(|site, body| async move { submit(site, body).await })
        .boxed();
    let latest = warp::path!(String / "checkpoint")
        .and(warp::get())
        .and(site)
        .then(latest)
        .boxed();
    let elsewhere = |rejection: Rejection| async move {
        let status = match rejection.find::<warp::reject::MethodNotAllowed>() {
            Some(_) => StatusCode::METHOD_NOT_ALLOWED,
            None => StatusCode::NOT_FOUND,
        };
        Ok::<_, Rejection>(plain(status, String::new()))
    };
    submit.or(latest).unify().recover(elsewhere).unify().boxed()
}

async fn submit<B, E>(site: Site, body: impl Stream<Item = Result<B, E>>) -> Response
where
    B: Buf,
{
    let request = match timeout(BODY, collect(body)).await {
        Ok(Ok(request)) => request,
        Ok(Err(status)) => return plain(status, String::new()),
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, String::new()),
    };
    let store = Arc::clone(&site.store);
    // Goes on when the client goes away: what was begun is finished and stored.
    let work = tokio::task::spawn_blocking(move || store.answer(&request));
    match timeout(ANSWER, work).await {
        Ok(Ok(Ok(outcome))) => {
            site.report(&outcome);
            reply(&outcome)
        }
        Ok(Ok(Err(failure))) => {
            for message in &failure.messages {
                site.console.complain(message);
            }
            plain(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL.to_owned())
        }
        Ok(Err(_)) => plain(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL.to_owned()),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, INTERNAL.to_owned()),
    }
}

/// The whole body, if it is not too long.
async fn collect<B, E>(body: impl Stream<Item = Result<B, E>>) -> Result<Vec<u8>, StatusCode>
where
    B: Buf,
{
    let mut body = std::pin::pin!(body);
    let mut whole = Vec::new();
    while let Some(part) = body.next().await {
        let mut part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
        if part.remaining() > MOST_BYTES.saturating_sub(whole.len()) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        while part.has_remaining() {
            let piece = part.chunk();
            let length = piece.len();
            whole.extend_from_slice(piece);
            part.advance(length);
        }
    }
    Ok(whole)
}

async fn latest(name: String, site: Site) -> Response {
    let store = Arc::clone(&site.store);
    let work = tokio::task::spawn_blocking(move || store.latest(&name));
    match work.await {
        Ok(Ok(Some(checkpoint))) => {
            let text = String::from_utf8_lossy(&checkpoint).into_owned();
            warp::reply::with_header(
                plain(StatusCode::OK, text),
                header::CACHE_CONTROL,
                "no-cache",
            )
            .into_response()
        }
        Ok(Ok(None)) => plain(StatusCode::NOT_FOUND, String::new()),
        _ => plain(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL.to_owned()),
    }
}

fn reply(outcome: &Outcome) -> Response {
    match &outcome.answer {
        Ok(cosigned) => plain(StatusCode::OK, cosigned.line.clone()),
        Err(refusal) => {
            let fallback = StatusCode::INTERNAL_SERVER_ERROR;
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(fallback);
            if let Some(size) = refusal.size() {
                return with_type(status, format!("{size}\n"), "text/x.tlog.size");
            }
            let Message { english, chinese } = refusal.message();
            plain(status, format!("{english}\n{chinese}\n"))
        }
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    with_type(status, text, "text/plain; charset=utf-8")
}

fn with_type(status: StatusCode, text: String, content_type: &'static str) -> Response {
    let reply = warp::reply::with_header(text, header::CONTENT_TYPE, content_type);
    warp::reply::with_status(reply, status).into_response()
}

impl Site {
    /// One line for every request that a trusted key signed; what anybody can send leaves none.
    fn report(&self, outcome: &Outcome) {
        let Some((origin, old, size)) = &outcome.about else {
            return;
        };
        let time = time_text(now()).unwrap_or_default();
        let (status, reason) = match &outcome.answer {
            Ok(_) => (200, None),
            Err(refusal) => (refusal.status(), Some(refusal.message())),
        };
        let line = format!("{time} {status} {origin} {old} -> {size}");
        match reason {
            None => self.console.line(&line),
            Some(reason) => self.console.say(
                format!("{line}: {}", reason.english),
                format!("{line}：{}", reason.chinese),
            ),
        }
        if let Some(notice) = &outcome.notice {
            self.console.complain(notice);
        }
    }
}

/// Ready when the process is asked to stop: ctrl-c, or SIGTERM.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}

const INTERNAL: &str =
    "the witness cannot answer now; try again later\n见证方暂时无法应答，请稍后再试\n";
/// Threads that may wait for the disk and the lock.
const BLOCKING: usize = 32;
/// Connections at once.
const CONNECTIONS: usize = 256;
/// Longest wait for the head of a request, and for the next one on an open connection.
const HEAD: Duration = Duration::from_secs(15);
/// Longest wait for the body of a request.
const BODY: Duration = Duration::from_secs(15);
/// Longest wait for the state.
const ANSWER: Duration = Duration::from_secs(30);
/// Longest wait for open connections after the signal to stop.
const STOPPING: Duration = Duration::from_secs(10);
