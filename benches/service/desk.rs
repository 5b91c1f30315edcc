//! A service on loopback with some draws in its register.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dispatch_core::digest::Digest;
use dispatch_core::entry::{AnnouncedStep, Announcing, Step};
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_service::clock::Clock;
use dispatch_service::context::Context;
use dispatch_service::http::front::Front;
use dispatch_service::http::router::Router;
use dispatch_service::http::server;
use dispatch_service::keys::Envelope;
use dispatch_service::log::{Guard, LogSigner, begin_log};
use dispatch_service::routes;
use dispatch_service::settings::Settings;
use dispatch_service::store::{Backend, Limits, Store};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A store with a log, and its signer.
pub(crate) fn store(backend: &Backend, limits: Limits) -> (Store, LogSigner, Clock) {
    backend.migrate().unwrap();
    let guard = Guard::closed();
    guard.open();
    let key = SignerKey::new("log.example/bench", KeyKind::Signature, [7; 32]).unwrap();
    let signer = LogSigner::new(key, guard, None);
    let now = Arc::new(AtomicU64::new(1_784_790_000));
    let clock = Clock::new(move || now.load(Ordering::Relaxed));
    backend
        .once(true, |sql| Ok(begin_log(sql, &signer, 1_784_790_000)?))
        .unwrap();
    let store = Store::start(backend.clone(), clock.clone(), signer.clone(), limits).unwrap();
    (store, signer, clock)
}

/// An announcement that nothing else contradicts.
pub(crate) fn announcement(number: u64) -> (Digest, Step) {
    let commitment = Digest::of(format!("draw {number}").as_bytes());
    let time = "2026-12-01T00:00:00Z".to_owned();
    let announcement = AnnouncedStep {
        annual_plan: "2026年度抽查工作计划".to_owned(),
        children: Vec::new(),
        created: time.clone(),
        custodians: 0,
        custody: String::new(),
        disclosure_time: "2026-12-31T00:00:00Z".to_owned(),
        document: commitment,
        draw: format!("D-{number}"),
        draw_time: time,
        lead_minutes: 1440,
        parent: String::new(),
        policy: String::new(),
        repeats: String::new(),
        replay: false,
        round: 34_000_000,
        secret_hash: commitment,
        sequence: number + 1,
        stage_lead_minutes: 1440,
        stages: Vec::new(),
        temporary_reason: String::new(),
        timelock: false,
        title: format!("食品生产企业抽查 {number}"),
        window_end: "2026-12-30".to_owned(),
    };
    let step = Step::Announcement(Announcing {
        announcement,
        commitment,
    });
    (commitment, step)
}

/// The authority.
pub(crate) const BODY: &str = "某市市场监督管理局";

/// A service that listens.
pub(crate) struct Desk {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    stop: Option<oneshot::Sender<()>>,
    served: Option<tokio::task::JoinHandle<()>>,
}

impl Desk {
    pub(crate) fn start(runtime: &Runtime, backend: &Backend, draws: u64) -> Self {
        let (store, signer, clock) = store(backend, Limits::default());
        for number in 0..draws {
            let (_, step) = announcement(number);
            store
                .write_blocking(move |change| change.append(BODY, step))
                .unwrap();
        }
        let envelope = Envelope::new([9; 32]);
        let context = Context::new(store.clone(), envelope, signer, clock, Settings::default());
        let front = Front::new(context, Router::new(routes::endpoints()));
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let served = runtime.spawn(async move {
            let stop = async move {
                let _ = stopped.await;
            };
            server::run(listener, front, None, stop).await;
        });
        Self {
            address,
            store,
            stop: Some(stop),
            served: Some(served),
        }
    }

    pub(crate) fn stop(mut self, runtime: &Runtime) {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            let _ = runtime.block_on(served);
        }
        self.store.stop();
    }
}
