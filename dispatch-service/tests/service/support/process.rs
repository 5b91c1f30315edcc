//! The service as a process of its own, spoken to by bytes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use super::cluster::wait_for;

/// A running service. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What it said when it was ready.
    pub(crate) line: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// `dispatch-service serve` on a data folder, not started yet. Its log goes to `log` in the folder.
pub(crate) fn serve(data: &Path) -> Command {
    std::fs::create_dir_all(data).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch-service"));
    command.env_clear().stdin(Stdio::null());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    command.arg(data);
    command
}

impl Process {
    /// Starts it with these options, on an embedded store.
    pub(crate) fn start(data: &Path, options: &[&str]) -> Self {
        let mut command = serve(data);
        Self::of(command.args(options), data)
    }

    /// Starts a command of [`serve`].
    pub(crate) fn of(command: &mut Command, data: &Path) -> Self {
        let log = std::fs::File::options()
            .append(true)
            .create(true)
            .open(data.join("log"))
            .unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit("//").next().unwrap_or_default();
        let address = address.parse().unwrap_or_else(|_| {
            let log = std::fs::read_to_string(data.join("log")).unwrap();
            panic!("it did not start: {line:?} {log}")
        });
        Self {
            child,
            address,
            line,
        }
    }

    /// A connection, on which nobody waits for ever.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends these bytes on a new connection; the answer.
    pub(crate) fn send(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut stream = self.connect();
        // It may answer and close before it has read everything.
        let _ = stream.write_all(bytes.as_ref());
        reply(stream)
    }

    /// Gets a path.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send(format!(
            "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Sends a signal, as `kill` names it.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill")
            .args([format!("-{name}"), id])
            .status()
            .unwrap();
        assert!(told.success());
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        let ended = wait_for(PATIENCE, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert!(ended, "it goes on");
        status.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one answer and all that follows, until the connection is closed.
pub(crate) fn reply(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let _ = stream.shutdown(Shutdown::Both);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(end) = end else {
        return Reply {
            status: 0,
            head: String::new(),
            body: bytes,
        };
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply {
        status,
        head,
        body: bytes[end + 4..].to_vec(),
    }
}

impl Reply {
    /// The same, if the status is this one.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        self
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, by its name in small letters; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().skip(1);
        let found = lines.find_map(|line| line.split_once(": ").filter(|(one, _)| *one == name));
        found.map_or("", |(_, value)| value)
    }
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch-service"));
    command.env_clear().args(arguments).output().unwrap()
}

/// How long anything is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
