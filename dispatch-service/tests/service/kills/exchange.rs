//! Requests by bytes, so that it is known how far each came: not sent, cut, or answered whole.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde::de::DeserializeOwned;

/// A request, of one kind of step.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) kind: &'static str,
    head: String,
    body: Vec<u8>,
    /// Whether its answer is kept under a key: a repetition is answered with the same bytes.
    pub(super) keyed: bool,
}

/// An answer that came whole.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// `name=value` of the cookie that it sets.
    pub(super) cookie: String,
    /// Which service was killed last while it had the request.
    pub(super) cut: Option<usize>,
}

impl PartialEq for Reply {
    fn eq(&self, other: &Self) -> bool {
        (self.status, &self.body) == (other.status, &other.body)
    }
}

impl Ask {
    pub(super) fn new(kind: &'static str, method: &str, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        Self {
            kind,
            head,
            body: Vec::new(),
            keyed: false,
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// With an idempotency key.
    pub(super) fn key(mut self, key: &str) -> Self {
        self.keyed = true;
        self.header("Idempotency-Key", key)
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub(super) fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string().as_bytes())
    }

    pub(super) fn body(mut self, media: &str, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self.header("Content-Type", media)
    }

    /// Sends all of it.
    pub(super) fn send(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let mut stream = connect(address)?;
        stream.write_all(&[self.head_bytes("").as_slice(), &self.body].concat())?;
        Ok(stream)
    }

    /// Sends all but the body, and comes back when the service has begun to wait for that: from then on
    /// the request is accepted.
    pub(super) fn begin(&self, address: SocketAddr) -> TcpStream {
        let mut stream = connect(address).unwrap();
        let head = self.head_bytes("Expect: 100-continue\r\n");
        stream.write_all(&head).unwrap();
        let mut told = [0; CONTINUE.len()];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(told, CONTINUE, "{}", String::from_utf8_lossy(&told));
        stream
    }

    /// Sends the body of what was begun.
    pub(super) fn end(&self, mut stream: TcpStream) -> Option<Reply> {
        stream.write_all(&self.body).unwrap();
        finish(stream)
    }

    fn head_bytes(&self, more: &str) -> Vec<u8> {
        let length = self.body.len();
        format!("{}{more}Content-Length: {length}\r\n\r\n", self.head).into_bytes()
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    // Nobody waits for ever; it is no limit of the service's.
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    Ok(stream)
}

/// Reads an answer; none if it was cut.
pub(super) fn finish(mut stream: TcpStream) -> Option<Reply> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let body = &bytes[end + 4..];
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(one, _)| one.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value)
    };
    let body = if header("transfer-encoding") == Some("chunked") {
        unchunked(body)?
    } else {
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        (body.len() == length).then(|| body.to_vec())?
    };
    let cookie = header("set-cookie").and_then(|cookie| cookie.split(';').next());
    Some(Reply {
        status,
        body,
        cookie: cookie.unwrap_or_default().to_owned(),
        cut: None,
    })
}

/// What was sent in chunks; none without the last one.
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let length = std::str::from_utf8(&rest[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        let chunk = rest.get(end + 2..end + 2 + length)?;
        if length == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(chunk);
        rest = rest.get(end + 2 + length + 2..)?;
    }
}

impl Reply {
    /// The same, if the status is one of these.
    pub(super) fn expect(self, statuses: &[u16], what: &Ask) -> Self {
        let text = String::from_utf8_lossy(&self.body);
        assert!(
            statuses.contains(&self.status),
            "{}: {} {text}",
            what.head,
            self.status
        );
        self
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap()
    }
}

const CONTINUE: [u8; 25] = *b"HTTP/1.1 100 Continue\r\n\r\n";
