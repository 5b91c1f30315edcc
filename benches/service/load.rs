//! A client of many connections that are kept open, each asking as fast as it is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Latency of each answer, ascending.
    pub(crate) latencies: Vec<Duration>,
}

impl Measured {
    /// The latency below which this share of the answers is.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let place = ((self.latencies.len() as f64 - 1.0) * share) as usize;
        self.latencies.get(place).copied().unwrap_or_default()
    }
}

/// Asks for these paths in turn over so many connections for so long.
pub(crate) async fn ask(
    address: SocketAddr,
    paths: &[String],
    connections: usize,
    time: Duration,
) -> Measured {
    let start = Instant::now();
    let tasks = (0..connections).map(|number| {
        let paths: Vec<String> = paths
            .iter()
            .cycle()
            .skip(number * 7)
            .take(paths.len())
            .cloned()
            .collect();
        tokio::spawn(connection(address, paths, start + time))
    });
    let tasks: Vec<_> = tasks.collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    let took = start.elapsed();
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = latencies.len() as f64 / took.as_secs_f64();
    Measured { rate, latencies }
}

async fn connection(address: SocketAddr, paths: Vec<String>, end: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut buffer = Vec::with_capacity(64 << 10);
    for path in paths.iter().cycle() {
        let begun = Instant::now();
        if begun >= end {
            break;
        }
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        answer(&mut stream, &mut buffer, path).await;
        latencies.push(begun.elapsed());
    }
    latencies
}

/// Reads one answer of status 200 with a length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, path: &str) {
    buffer.clear();
    let mut whole = None;
    loop {
        if let Some(whole) = whole
            && buffer.len() >= whole
        {
            return;
        }
        let read = stream.read_buf(buffer).await.unwrap();
        assert!(read > 0, "{path}: the connection was closed");
        if whole.is_none()
            && let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.expect("a length").trim().parse().unwrap();
            whole = Some(end + 4 + length);
        }
    }
}
