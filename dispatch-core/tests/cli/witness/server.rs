//! A witness as a process, and Python's HTTP client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::desk::Answer;

/// A folder with a witness `w`, and the public key of the witness.
pub(crate) struct Office {
    pub(crate) dir: TempDir,
    pub(crate) vkey: String,
}

/// `dispatch witness serve`, ended with SIGKILL when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

/// Status, content type and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: String,
}

impl Office {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let vkey = String::new();
        let mut office = Self { dir, vkey };
        let made = office
            .run(&["new", "--name", "supervisor.example/1", "--out", "w"])
            .done();
        let key = |line: &str| line.trim().starts_with("supervisor.example/1+");
        office.vkey = made
            .out
            .lines()
            .find(|line| key(line))
            .unwrap()
            .trim()
            .to_owned();
        made.says(&[&format!("witness supervisor.example/1 {}", office.vkey)]);
        office
    }

    /// Trusting this key of a log.
    pub(crate) fn trusting(keys: &[&str]) -> Self {
        let office = Self::new();
        for key in keys {
            office.run(&["trust", "w", key]).done();
        }
        office
    }

    /// `dispatch witness …` here, in English.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        let output = self.command(arguments).output().unwrap();
        Answer {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch"));
        command
            .arg("witness")
            .args(arguments)
            .current_dir(self.dir.path())
            .env("LC_ALL", "C");
        command
    }

    /// Starts a server on a free port.
    pub(crate) fn serve(&self) -> Server {
        let mut child = self
            .command(&["serve", "w", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "it does not listen");
            if let Some(address) = line.trim().strip_prefix("listening on http://") {
                break address.to_owned();
            }
        };
        // Somebody has to read what it prints, or it would wait for that some day.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Server { child, address }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.dir.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap()
    }

    /// Names of the kept evidence about all logs.
    pub(crate) fn evidence(&self) -> Vec<String> {
        let shown = self.run(&["show", "w"]).done().out;
        let lines = shown.lines().filter(|line| line.starts_with("evidence"));
        lines
            .map(|line| line.rsplit('/').next().unwrap().to_owned())
            .collect()
    }
}

impl Server {
    /// Sends this over one connection of Python's `http.client`, one after the other.
    pub(crate) fn python(&self, requests: &[(&str, &str, &str)]) -> Vec<Reply> {
        let input = serde_json::to_string(&(&self.address, requests)).unwrap();
        let mut child = Command::new("python3")
            .args(["-c", CLIENT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let replies: Vec<(u16, String, String)> = serde_json::from_slice(&output.stdout).unwrap();
        let reply = |(status, kind, body)| Reply { status, kind, body };
        replies.into_iter().map(reply).collect()
    }

    pub(crate) fn submit(&self, request: &str) -> Reply {
        self.python(&[("POST", "/add-checkpoint", request)])
            .remove(0)
    }

    /// One add-checkpoint over a socket, fast enough for races; none if the server went away.
    pub(crate) fn post(address: &str, request: &str) -> Option<Reply> {
        let head = format!(
            "POST /add-checkpoint HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            request.len()
        );
        let mut stream = TcpStream::connect(address).ok()?;
        stream
            .write_all(format!("{head}{request}").as_bytes())
            .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))?;
        // A server that is killed may have sent half.
        (body.len() == length.parse::<usize>().unwrap()).then(|| Reply {
            status: head[9..12].parse().unwrap(),
            kind: String::new(),
            body: body.to_owned(),
        })
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name and waits for the end; gives the exit status.
    #[cfg(unix)]
    pub(crate) fn signal(mut self, name: &str) -> i32 {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Body `chunked …` is sent without a length, in pieces.
const CLIENT: &str = r#"
import http.client, json, sys
address, requests = json.load(sys.stdin)
connection = http.client.HTTPConnection(address, timeout=60)
replies = []
def ask(method, path, body):
    body = body.encode()
    if body.startswith(b"chunked "):
        body = iter([body[8:40], body[40:]])
    try:
        connection.request(method, path, body=body)
    except OSError:
        # A server that has answered may close before the rest of a body has been sent.
        pass
    reply = connection.getresponse()
    return [reply.status, reply.getheader("Content-Type", ""), reply.read().decode()]

for request in requests:
    # A connection that was closed after the answer before is made again, once.
    for last in (False, True):
        try:
            replies.append(ask(*request))
            break
        except (OSError, http.client.HTTPException):
            connection.close()
            if last:
                replies.append([0, "", "closed"])
json.dump(replies, sys.stdout)
"#;
