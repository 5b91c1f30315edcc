//! The peer: warp as its documentation shows it, with one handler that reads one row of PostgreSQL.
//!
//! As many connections to the database as the service has, each on a thread of its own, one prepared
//! statement, nothing else: no limits, layers, request ids, headers or logs.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use dispatch_service::store::{Backend, Limits};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use warp::Filter as _;

type Job = (i64, oneshot::Sender<String>);

/// Serves `GET /row/{id}` on a free port.
pub(crate) fn start(runtime: &Runtime, backend: &Backend) -> SocketAddr {
    let Backend::Postgres(url) = backend else {
        panic!("the peer reads PostgreSQL");
    };
    let (queue, jobs) = sync_channel::<Job>(512);
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..Limits::default().readers {
        let (url, jobs) = (url.clone(), Arc::clone(&jobs));
        thread::spawn(move || serve(&url, &jobs));
    }
    let row = warp::path!("row" / i64).then(move |id| answer(queue.clone(), id));
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(warp::serve(row).incoming(listener).run());
    address
}

async fn answer(queue: SyncSender<Job>, id: i64) -> impl warp::Reply {
    let (sender, receiver) = oneshot::channel();
    queue.try_send((id, sender)).unwrap();
    warp::reply::with_header(receiver.await.unwrap(), "content-type", "application/json")
}

fn serve(url: &str, jobs: &Mutex<Receiver<Job>>) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let statement = client
        .prepare("SELECT announcement FROM register_draw WHERE idx = $1")
        .unwrap();
    loop {
        let job = jobs.lock().unwrap().recv();
        let Ok((id, answer)) = job else {
            return;
        };
        let row = client.query_one(&statement, &[&id]).unwrap();
        let _ = answer.send(row.get(0));
    }
}
