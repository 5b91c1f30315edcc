//! Asking a witness over HTTP: the client of C2SP tlog-witness, for whoever runs a log.
//!
//! What comes back is bounded in time and length and otherwise unjudged: only a cosignature that
//! verifies against the witness's key means anything.

use std::time::Duration;

use dispatch_core::language::Message;
use dispatch_core::witness::asking::{Reply, WitnessLink};

use crate::http;

/// Reaches witnesses by HTTP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HttpLink;

impl WitnessLink for HttpLink {
    fn submit(&self, prefix: &str, request: &[u8]) -> Result<Reply, Message> {
        submit(prefix, request)
    }

    fn latest(&self, prefix: &str, origin: &str) -> Result<Option<Vec<u8>>, Message> {
        latest(prefix, origin)
    }
}

/// Sends an add-checkpoint request to the witness with this submission prefix.
///
/// # Errors
/// When there is no answer, in words for the operator of the log.
fn submit(prefix: &str, request: &[u8]) -> Result<Reply, Message> {
    let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let sent = http::agent(TIMEOUT).post(&url).send(request);
    read(&url, sent)
}

/// Asks the witness with this submission prefix which checkpoint of a log it cosigned last; none if
/// it knows of none, or does not tell (the path is that of an editor's draft of C2SP tlog-witness).
///
/// # Errors
/// When there is no answer, in words for the operator of the log.
pub(crate) fn latest(prefix: &str, origin: &str) -> Result<Option<Vec<u8>>, Message> {
    let name = dispatch_core::witness::origin_name(origin);
    let url = format!("{}/{name}/checkpoint", prefix.trim_end_matches('/'));
    let reply = read(&url, http::agent(TIMEOUT).get(&url).call())?;
    Ok((reply.status == 200).then_some(reply.body))
}

fn read(
    url: &str,
    sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Reply, Message> {
    let failed = |error: ureq::Error| {
        Message::new(
            format!(
                "{url}: {error}; try again, or carry the request by hand with `dispatch witness request`"
            ),
            format!("{url}：{error}；请稍后再试，或用 dispatch witness request 人工递送"),
        )
    };
    let mut response = sent.map_err(failed)?;
    let content_type = response.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let body = http::body(&mut response, MOST_ANSWER).map_err(failed)?;
    let body = body.ok_or_else(|| {
        Message::new(
            format!("{url}: the answer is longer than {MOST_ANSWER} bytes: this is no witness"),
            format!("{url}：应答超过{MOST_ANSWER}字节，不是见证方"),
        )
    })?;
    Ok(Reply {
        status: response.status().as_u16(),
        body,
        content_type,
    })
}

/// Longest answer that is read: more than a dozen cosignatures.
const MOST_ANSWER: u64 = 64 << 10;
const TIMEOUT: Duration = Duration::from_secs(40);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Sends to somebody who answers this once; gives what was answered and what was asked.
    fn ask(answer: &str) -> (Result<Reply, Message>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = answer.to_owned();
        let peer = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut asked = String::new();
            while !asked.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut asked).unwrap() > 0);
            }
            let mut body = [0; 7];
            reader.read_exact(&mut body).unwrap();
            asked.push_str(str::from_utf8(&body).unwrap());
            // The client may have had enough before the end.
            let _ = stream.write_all(answer.as_bytes());
            asked
        });
        let reply = submit(&format!("http://{address}/w/"), b"request");
        (reply, peer.join().unwrap())
    }

    #[test]
    fn the_request_and_what_is_read_of_answers() {
        let (reply, asked) = ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nline\n");
        assert_eq!(reply.as_ref().map(|reply| reply.status), Ok(200));
        assert_eq!(reply.unwrap().body, b"line\n");
        assert!(
            asked.starts_with("POST /w/add-checkpoint HTTP/1.1\r\n"),
            "{asked}"
        );
        assert!(asked.ends_with("\r\n\r\nrequest"), "{asked}");
        assert!(
            asked.to_lowercase().contains("content-length: 7\r\n"),
            "{asked}"
        );
    }

    #[test]
    fn the_size_of_the_witness() {
        let answer = |kind: &str, body: &str| {
            let length = body.len();
            let head = format!("Content-Type: {kind}\r\nContent-Length: {length}");
            ask(&format!("HTTP/1.1 409 Conflict\r\n{head}\r\n\r\n{body}"))
                .0
                .unwrap()
        };
        assert_eq!(answer("text/x.tlog.size", "20\n").size(), Some(20));
        assert_eq!(answer("text/x.tlog.size", "0\n").size(), Some(0));
        for body in [
            "20",
            "020\n",
            "+20\n",
            "20\n\n",
            "",
            "18446744073709551616\n",
        ] {
            assert_eq!(answer("text/x.tlog.size", body).size(), None, "{body:?}");
        }
        assert_eq!(answer("text/plain", "20\n").size(), None);
    }

    #[test]
    fn hostile_answers() {
        // A redirection is not followed: nobody but the witness is asked.
        let (reply, _) = ask("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(reply.unwrap().status, 302);
        let long = "x".repeat(70_000);
        let (reply, _) = ask(&format!("HTTP/1.1 200 OK\r\n\r\n{long}"));
        assert!(
            reply
                .unwrap_err()
                .english
                .contains("longer than 65536 bytes")
        );
        let (reply, _) = ask("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf");
        assert!(reply.unwrap_err().chinese.contains("人工递送"));
        let (reply, _) = ask("no HTTP at all\r\n\r\n");
        assert!(reply.is_err());
    }
}
