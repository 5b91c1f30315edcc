//! The process from outside: bad input, too much of it, and the end.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::cluster::wait_for;
use crate::support::process::{PATIENCE, Process, Reply, reply, run, serve};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A request with a body of JSON to a route that everybody may use.
fn json(body: &[u8], headers: &str) -> Vec<u8> {
    let hash = "0".repeat(64);
    let head = format!(
        "POST /api/v1/draws/{hash}/contributions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn with_length(body: &[u8]) -> Vec<u8> {
    json(body, &format!("Content-Length: {}\r\n", body.len()))
}

/// The first half of an upload to a route that everybody may use.
const HALF: &str = "PUT /api/v1/log/checkpoints/0/token HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nConnection: close\r\n\r\nhalf";

fn begin_upload(process: &Process) -> TcpStream {
    let mut stream = process.connect();
    stream.write_all(HALF.as_bytes()).unwrap();
    stream
}

/// The same, once it runs: the process has room for one request, and refuses others while it does.
fn upload_that_runs(process: &Process) -> (TcpStream, Reply) {
    let mut upload = begin_upload(process);
    let mut last = None;
    let runs = wait_for(PATIENCE, || {
        let told = process.get("/health/live");
        let refused = told.status == 503;
        // It may itself have come while the question before was answered.
        upload.set_nonblocking(true).unwrap();
        if !refused && upload.peek(&mut [0]).is_ok() {
            upload = begin_upload(process);
        }
        upload.set_nonblocking(false).unwrap();
        last = Some(told);
        refused
    });
    assert!(runs, "{last:?}");
    (upload, last.unwrap())
}

#[test]
fn what_is_wrong_is_refused() {
    let data = folder();
    let process = Process::start(data.path(), &["--small-body", "1000"]);
    for (path, status) in [
        ("/health/live", 200),
        ("/%zz", 404),
        ("/%00", 404),
        ("/log/../../../../etc/passwd", 404),
        ("/log/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/log/tile/..%2f..%2fetc%2fpasswd", 404),
        ("/%ff", 404),
        ("/api/v1/draws?text=%ff", 400),
        ("/api/v1/draws?text=a&text=b", 400),
        ("/api/v1/draws?unknown=1", 400),
        ("http://other.example/health/live", 200),
    ] {
        process.get(path).expect(status);
    }
    for bytes in [
        "nonsense\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHo\0st: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    ] {
        let reply = process.send(bytes);
        assert!([0, 400].contains(&reply.status), "{bytes:?}: {reply:?}");
    }
    let body = br#"{"contributor":"a","value":"b"}"#;
    let unknown = br#"{"contributor":"a","value":"b","more":1}"#;
    process.send(with_length(unknown)).expect(422);
    process.send(with_length(b"")).expect(400);
    process
        .send(with_length(b"{\"contributor\":\"\xff\"}"))
        .expect(400);
    let nested = process.send(with_length(&[b'['; 900]));
    assert!([400, 422].contains(&nested.status), "{nested:?}");
    let nested = [br#"{"contributor":"#.as_slice(), &[b'['; 900]].concat();
    assert!((400..500).contains(&process.send(with_length(&nested)).status));
    process.send(with_length(&[b' '; 1001])).expect(413);
    // Not announced, and too long.
    let mut chunked = json(b"", "Transfer-Encoding: chunked\r\n");
    for _ in 0..20 {
        chunked.extend_from_slice(format!("64\r\n{}\r\n", " ".repeat(100)).as_bytes());
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    process.send(&chunked).expect(413);
    let huge = json(b"", "Content-Length: 99999999999999\r\n");
    process.send(huge).expect(413);
    let wrong = String::from_utf8(with_length(body)).unwrap();
    process
        .send(wrong.replace("application/json", "text/html"))
        .expect(415);
    // Sent half, and then no more.
    let mut stream = process.connect();
    let half = json(b"{", "Content-Length: 50\r\n");
    stream.write_all(&half).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let told = reply(stream);
    assert!([0, 400].contains(&told.status), "{told:?}");
    process.get("/health/ready").expect(200);
}

#[test]
fn headers_have_a_limit() {
    let data = folder();
    let process = Process::start(data.path(), &[]);
    let many: String = (0..200).map(|n| format!("X-{n}: a\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n");
    process.send(many).expect(431);
    let long = "a".repeat(100_000);
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {long}\r\n\r\n");
    process.send(long).expect(431);
    let path = "a".repeat(100_000);
    let told = process.get(&format!("/{path}"));
    assert!([414, 431].contains(&told.status), "{told:?}");
    process.get("/health/live").expect(200);
}

#[test]
fn nobody_holds_a_connection_by_being_slow() {
    let data = folder();
    let options = ["--header-seconds", "1", "--request-seconds", "1"];
    let process = Process::start(data.path(), &options);
    // Nothing at all, half a line, half the headers: the connection is closed.
    for bytes in ["", "GET /hea", "GET / HTTP/1.1\r\nHost: a\r\nX-"] {
        let told = process.send(bytes);
        assert!([0, 408].contains(&told.status), "{bytes:?}: {told:?}");
    }
    // After an answer, too.
    let told = process.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(told.expect(200).text(), "live\n");
    // Half a body.
    process
        .send(json(b"{", "Content-Length: 50\r\n"))
        .expect(408);
    reply(begin_upload(&process)).expect(408);
}

#[test]
fn whoever_comes_while_all_places_are_taken_waits() {
    let data = folder();
    let process = Process::start(data.path(), &["--connections", "2"]);
    let held = [process.connect(), process.connect()];
    let mut third = process.connect();
    let request = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    third.write_all(request.as_bytes()).unwrap();
    drop(held);
    reply(third).expect(200);
}

#[test]
fn too_many_requests_are_refused_and_the_others_go_on() {
    let data = folder();
    let process = Process::start(data.path(), &["--requests", "1"]);
    let (mut upload, refused) = upload_that_runs(&process);
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.header("x-request-id").len(), 32);
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    let problem: Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!(problem["type"], "urn:dispatch:problem:busy");
    upload.write_all(b"half").unwrap();
    // No token, and it says so.
    let told = reply(upload);
    assert!((400..500).contains(&told.status), "{told:?}");
    let seen = wait_for(PATIENCE, || process.get("/health/live").status == 200);
    assert!(seen);
}

#[test]
fn what_runs_ends_before_the_process_does() {
    let data = folder();
    let mut process = Process::start(data.path(), &["--requests", "1"]);
    let (mut upload, _) = upload_that_runs(&process);
    let idle = process.connect();
    process.signal("TERM");
    let refused = wait_for(PATIENCE, || TcpStream::connect(process.address).is_err());
    assert!(refused, "new connections are refused");
    upload.write_all(b"half").unwrap();
    let told = reply(upload);
    assert!((400..500).contains(&told.status), "{told:?}");
    assert!(process.ended().success());
    drop(idle);
    // And it starts again where it was.
    let mut process = Process::start(data.path(), &[]);
    let ready = wait_for(PATIENCE, || {
        process.get("/health/ready").text() == r#"{"store":true,"log":true}"#
    });
    assert!(ready);
    process.signal("INT");
    assert!(process.ended().success());
}

#[test]
fn the_end_has_a_deadline() {
    let data = folder();
    let options = ["--stop-seconds", "1", "--requests", "1"];
    let mut process = Process::start(data.path(), &options);
    let (upload, _) = upload_that_runs(&process);
    process.signal("TERM");
    assert!(process.ended().success());
    let told = reply(upload);
    assert_eq!(told.status, 0, "{told:?}");
    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    assert!(log.contains("the deadline came"), "{log}");
}

#[test]
fn the_log_of_the_process_is_json_without_what_was_looked_for() {
    let data = folder();
    let mut process = Process::start(data.path(), &[]);
    process.send("GET /api/v1/draws?text=geheim HTTP/1.1\r\nHost: a\r\nX-Request-Id: request-0815\r\nCookie: dispatch=geheim\r\nAuthorization: Bearer geheim\r\nConnection: close\r\n\r\n").expect(200);
    process.signal("TERM");
    assert!(process.ended().success());
    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let answered = lines.iter().find(|line| line["message"] == "answered");
    let answered = answered.unwrap();
    assert_eq!(answered["path"], "/api/v1/draws");
    assert_eq!(answered["status"], 200);
    assert_eq!(answered["span"]["id"], "request-0815");
    assert!(!log.contains("geheim"), "{log}");
}

#[test]
fn answers_are_packed_for_whoever_asks() {
    let data = folder();
    let process = Process::start(data.path(), &[]);
    let ask = |path: &str| {
        process.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")).expect(200)
    };
    let packed = ask("/openapi.json");
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("vary"), "accept-encoding");
    let plain = process.get("/openapi.json").expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("etag"), packed.header("etag"));
    assert!(packed.body.len() * 4 < plain.body.len());
    // What no cache may keep is not packed.
    assert_eq!(ask("/metrics").header("content-encoding"), "");
}

#[test]
fn tls_is_spoken_where_it_is_asked_for() {
    use ureq::tls::{Certificate, RootCerts, TlsConfig};
    let file = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/http/tls/");
        format!("{folder}{name}")
    };
    let data = folder();
    let options = [
        "--tls-cert",
        &file("cert.pem"),
        "--tls-key",
        &file("key.pem"),
    ];
    let mut process = Process::start(data.path(), &options);
    assert!(
        process.line.contains("https://127.0.0.1:"),
        "{}",
        process.line
    );
    let authority = std::fs::read(file("ca.pem")).unwrap();
    let authority = Certificate::from_pem(&authority).unwrap();
    let agent = |roots: RootCerts| {
        let tls = TlsConfig::builder().root_certs(roots).build();
        ureq::Agent::new_with_config(ureq::Agent::config_builder().tls_config(tls).build())
    };
    let url = format!("https://localhost:{}/health/live", process.address.port());
    let told = agent(RootCerts::from(vec![authority])).get(&url).call();
    let mut told = told.unwrap();
    assert_eq!(told.body_mut().read_to_string().unwrap(), "live\n");
    assert!(told.headers().contains_key("strict-transport-security"));
    // A certificate that nobody vouches for is none.
    agent(RootCerts::from(Vec::new()))
        .get(&url)
        .call()
        .unwrap_err();
    // Plain HTTP is not answered.
    assert_ne!(process.get("/health/live").status, 200);
    process.signal("TERM");
    assert!(process.ended().success());
    let mut wrong = serve(data.path());
    wrong.args([
        "--tls-cert",
        &file("cert.pem"),
        "--tls-key",
        &file("ca.pem"),
    ]);
    let failed = wrong.output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    let error = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(error.contains("ca.pem"), "{error}");
}

#[test]
fn a_database_of_another_version_is_left_alone() {
    let data = folder();
    std::fs::write(data.path().join("dispatch.sqlite"), b"").unwrap();
    let failed = serve(data.path()).output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    let error = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(error.contains("dispatch-service migrate"), "{error}");
    let chinese = serve(data.path())
        .args(["--language", "zh"])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&chinese.stderr).into_owned();
    assert!(error.contains("请先备份"), "{error}");
}

#[test]
fn the_document_is_printed() {
    let printed = run(&["openapi"]);
    assert!(printed.status.success());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    assert_eq!(printed.stdout, std::fs::read(path).unwrap());
}
