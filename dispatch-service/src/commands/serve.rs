//! `dispatch-service serve`.
//!
//! Invariant: the threads of the store end after the runtime, from this thread: a connection to
//! PostgreSQL that is dropped inside the runtime takes the process down.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use dispatch_core::digest::hex;
use dispatch_core::language::Message;
use dispatch_core::log::SignedCheckpoint;
use dispatch_core::log::view::CHECKPOINT;
use dispatch_core::randomness;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use crate::args::data::Data;
use crate::args::serve::Serve;
use crate::clock::Clock;
use crate::context::Context;
use crate::http::front::Front;
use crate::http::router::Router;
use crate::http::{server, tls};
use crate::integrity::sealed;
use crate::keys::{KeyFolder, create_private};
use crate::log::watch::Watch;
use crate::log::witness::HttpLink;
use crate::log::{Guard, LogSigner, StoredLog, begin_log};
use crate::problem::Problem;
use crate::routes;
use crate::scheduler::Scheduler;
use crate::settings::Settings;
use crate::store::{Backend, Limits, Store, StoreError};

/// Runs the service until SIGTERM or SIGINT. Prints one line when it is ready.
///
/// # Errors
/// If it cannot be started.
pub fn run(options: &Serve, data: &Data, out: &mut dyn Write) -> Result<(), Message> {
    log_as_json();
    let listener = TcpListener::bind(options.listen).map_err(|error| {
        let address = options.listen;
        Message::new(
            format!("{address}: {error}; choose another --listen"),
            format!("{address}：{error}；请用 --listen 另选地址"),
        )
    })?;
    let address = listener.local_addr().map_err(|error| system(&error))?;
    listener
        .set_nonblocking(true)
        .map_err(|error| system(&error))?;
    let settings = options.settings(address)?;
    let acceptor = match (&options.tls_cert, &options.tls_key) {
        (Some(certificates), Some(key)) => Some(tls::acceptor(certificates, key)?),
        _ => None,
    };
    let policy = settings.policy.as_ref().map(|told| told.policy.clone());
    let context = start(options, data, settings)?;
    let watch = Watch::start(
        context.store.clone(),
        context.signer.clone(),
        policy,
        HttpLink::default(),
        options.adopt_log,
    );
    let watch = watch.map_err(|error| system(&error))?;
    let scheduler = Scheduler::start(context.clone()).map_err(|error| system(&error))?;
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| system(&error))?;
    let front = Front::new(context.clone(), Router::new(routes::endpoints()));
    let scheme = acceptor.as_ref().map_or("http", |_| "https");
    let ended = serve(&runtime, listener, front, acceptor, || {
        writeln!(out, "dispatch-service: {scheme}://{address}").and_then(|()| out.flush())
    });
    end_at_last(context.settings.stop_deadline);
    // What is cut off still ends its statement; nobody is told.
    runtime.shutdown_timeout(Duration::from_secs(1));
    scheduler.stop();
    watch.stop();
    context.store.stop();
    tracing::info!(?ended, "stopped");
    ended.map(drop)
}

fn serve(
    runtime: &Runtime,
    listener: TcpListener,
    front: Front,
    acceptor: Option<tokio_rustls::TlsAcceptor>,
    ready: impl FnOnce() -> std::io::Result<()>,
) -> Result<server::Ended, Message> {
    runtime.block_on(async {
        let told = signal(SignalKind::terminate()).and_then(|terminate| {
            let interrupt = signal(SignalKind::interrupt())?;
            Ok((terminate, interrupt))
        });
        let (mut terminate, mut interrupt) = told.map_err(|error| system(&error))?;
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        let listener = tokio::net::TcpListener::from_std(listener);
        let listener = listener.map_err(|error| system(&error))?;
        // Whoever started it may not listen to the line.
        let _ = ready();
        Ok(server::run(listener, front, acceptor, stop).await)
    })
}

/// Ends the process when its threads do not: a draw that is being computed, a witness or a relay that
/// does not answer. Nothing is lost by it: what is not committed is done again at the next start.
fn end_at_last(deadline: Duration) {
    let wait = move || {
        std::thread::sleep(deadline);
        tracing::warn!("threads go on after the deadline; the process ends");
        std::process::exit(0);
    };
    let _ = std::thread::Builder::new()
        .name("deadline".to_owned())
        .spawn(wait);
}

/// Opens keys and store, and begins the log if it is new.
fn start(options: &Serve, data: &Data, settings: Settings) -> Result<Context, Message> {
    let clock = Clock::system();
    let backend = data.backend()?;
    create_private(&data.data)?;
    migrate_if_new(&backend)?;
    let keys = keys(options, data, &backend)?;
    let signer = LogSigner::new(keys.log_key()?, Guard::closed(), Some(keys.memory()));
    let begun = backend.once(true, |sql| Ok(begin_log(sql, &signer, clock.now())?));
    begun.map_err(|problem| problem.message)?;
    let limits = Limits {
        readers: options.limits.readers,
        waiting_writes: options.limits.waiting_changes,
        ..Limits::default()
    };
    let store = Store::start(backend, clock.clone(), signer.clone(), limits);
    let store = store.map_err(|error| Problem::from(error).message)?;
    let envelope = keys.envelope()?;
    Ok(Context::new(store, envelope, signer, clock, settings))
}

/// The folder of the keys, made at the first start. A database with a log in it has its own: others would
/// neither sign that log nor open what is sealed.
fn keys(options: &Serve, data: &Data, backend: &Backend) -> Result<KeyFolder, Message> {
    let dir = data.keys();
    let begun = backend.once(false, |sql| Ok(StoredLog::new(sql).file(CHECKPOINT)?));
    if let Some(note) = begun.map_err(|problem| problem.message)? {
        let folder =
            KeyFolder::open(&dir).map_err(|fault| keys_of_another(&dir, &fault.english))?;
        let key = folder.log_key()?.verifier();
        let envelope = folder.envelope();
        let envelope = envelope.map_err(|fault| keys_of_another(&dir, &fault.english))?;
        let own = SignedCheckpoint::read(&note)
            .is_ok_and(|checkpoint| checkpoint.verify(&key).unwrap_or(false));
        if !own {
            return Err(keys_of_another(&dir, "log.key is the key of another log"));
        }
        backend
            .once(false, |sql| {
                let opened = sealed::check(sql, &envelope, 3);
                opened.map(drop).map_err(|fault| Problem::invalid(fault.0))
            })
            .map_err(|problem| problem.message)?;
    }
    if let Ok(folder) = KeyFolder::open(&dir) {
        let name = folder.log_key()?.name().to_owned();
        return KeyFolder::open_or_make(&dir, options.origin.as_deref().unwrap_or(&name));
    }
    let origin = match &options.origin {
        Some(origin) => origin.clone(),
        None => {
            let mut bytes = [0; 8];
            randomness::fill(&mut bytes)?;
            format!("log.invalid/{}", hex(&bytes))
        }
    };
    KeyFolder::open_or_make(&dir, &origin)
}

fn keys_of_another(dir: &Path, fault: &str) -> Message {
    let dir = dir.display();
    Message::new(
        format!(
            "{dir}: {fault}; the database holds a log already: put back the key folder that belongs to it"
        ),
        format!("{dir}：{fault}；数据库中已有日志，请恢复与其配套的密钥目录"),
    )
}

/// An embedded store that is new gets its tables; any other is migrated by an operator only.
fn migrate_if_new(backend: &Backend) -> Result<(), Message> {
    let failed = |error: StoreError| Message::new(error.to_string(), error.to_string());
    if let Backend::Sqlite(path) = backend
        && !path.exists()
    {
        return backend.migrate().map(drop).map_err(failed);
    }
    if backend.is_migrated().map_err(failed)? {
        return Ok(());
    }
    Err(Message::new(
        "the tables of the database are not those of this version; make a backup, then run dispatch-service migrate",
        "数据库的表结构与本版本不符；请先备份，再运行 dispatch-service migrate",
    ))
}

fn log_as_json() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DISPATCH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A full disk or a closed pipe must not end the service: what cannot be told is not told.
        .log_internal_errors(false)
        .finish();
    // Set already where a test starts several services in one process.
    let _ = tracing::subscriber::set_global_default(subscriber);
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a panic")));
}

fn system(error: &std::io::Error) -> Message {
    Message::new(error.to_string(), error.to_string())
}
