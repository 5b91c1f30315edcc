//! The service as processes on one store, and the people it knows.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use dispatch_core::log::SignerKey;
use dispatch_service::keys::KeyFolder;
use dispatch_service::store::Backend;

use super::load::At;
use crate::support::cluster::Place;
use crate::support::process::serve;

/// Where services run.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) place: Place,
    data: PathBuf,
}

/// A service that was started.
#[derive(Debug)]
pub(super) struct Started(Child);

/// A service that is ready.
#[derive(Debug)]
pub(super) struct Service {
    child: Child,
    pub(super) at: At,
}

impl Site {
    /// A place with tables.
    pub(super) fn new(mut place: Place) -> Self {
        let data = place.folder.path().join("data");
        std::fs::create_dir_all(data.join("spool")).unwrap();
        if let Backend::Sqlite(path) = &mut place.backend {
            *path = data.join("dispatch.sqlite");
        }
        place.backend.migrate().unwrap();
        Self { place, data }
    }

    /// Starts a service.
    pub(super) fn start(&self) -> Started {
        let mut log = std::fs::File::options();
        let log = log.append(true).create(true).open(self.data.join("log"));
        let mut command = serve(&self.data);
        command.env("DISPATCH_LOG", "info,tower_http=warn");
        command.args(["--tick-seconds", "1", "--origin", "log.example/kills"]);
        command.arg("--spool").arg(self.data.join("spool"));
        if let Backend::Postgres(url) = &self.place.backend {
            command.args(["--database", url]);
        }
        command.stdout(Stdio::piped());
        Started(command.stderr(log.unwrap()).spawn().unwrap())
    }

    /// What services said.
    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.data.join("log")).unwrap()).into_owned()
    }

    /// Files in the folder for uploads.
    pub(super) fn spooled(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.data.join("spool")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    /// The key that signs the log.
    pub(super) fn key(&self) -> SignerKey {
        let keys = KeyFolder::open(&self.data.join("keys")).unwrap();
        keys.log_key().unwrap()
    }
}

impl Started {
    /// Waits until it is ready, as the service with this number.
    pub(super) fn ready(mut self, site: &Site, number: usize) -> Service {
        let mut line = String::new();
        let mut out = BufReader::new(self.0.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit("//").next().unwrap_or_default();
        let address = address.parse();
        let address = address.unwrap_or_else(|_| {
            let log = site.log();
            let last = log.len().saturating_sub(2000);
            panic!(
                "it did not start: {line:?} {}",
                log.get(last..).unwrap_or(&log)
            )
        });
        Service {
            child: self.0,
            at: (address, number),
        }
    }

    /// Kills it, ready or not.
    pub(super) fn kill(self) {
        end(self.0);
    }
}

impl Service {
    /// Kills it at once.
    pub(super) fn kill(self) {
        end(self.child);
    }

    /// Asks it to stop.
    pub(super) fn terminate(&self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
    }

    /// Waits for its end.
    pub(super) fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

fn end(mut child: Child) {
    // SIGKILL, as the standard library does it.
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(9),
        "{status}"
    );
}
