//! A real PostgreSQL for the tests, and the places that a test's store can lie in.
//!
//! The server is started from the installed programs, as an unprivileged user, in a temporary folder,
//! and listens on a socket in it only. Invariant: it is stopped and its folder is gone after the test
//! process has ended, however that ended: a shell that outlives the process sees to it.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use dispatch_service::store::Backend;
use tempfile::TempDir;

/// A place for a test's store; it is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    /// `SQLite` or `PostgreSQL`, for messages.
    pub(crate) name: &'static str,
    /// The empty, not yet migrated store.
    pub(crate) backend: Backend,
    /// A folder for whatever else the test needs.
    pub(crate) folder: TempDir,
}

/// One empty place for each back end there is: an SQLite file, and a database of the shared server.
/// Without PostgreSQL only the first, with the reason printed; with `DISPATCH_NEED_POSTGRES` set that is
/// a failure.
pub(crate) fn backends() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let file = Backend::Sqlite(folder.path().join("dispatch.sqlite"));
    let mut places = vec![Place {
        name: "SQLite",
        backend: file,
        folder,
    }];
    if let Some(cluster) = shared() {
        places.push(cluster.place());
    }
    places
}

/// The server that all tests of this process share; none, with the reason printed, if there is no
/// PostgreSQL.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(own).as_ref()
}

/// A server of this test's own, to be stopped and started; none, with the reason printed, if there is
/// no PostgreSQL.
pub(crate) fn own() -> Option<Cluster> {
    match Programs::find() {
        Ok(programs) => Some(Cluster::start(programs)),
        Err(reason) => {
            assert!(
                std::env::var_os("DISPATCH_NEED_POSTGRES").is_none(),
                "{reason}"
            );
            // Not by `eprintln!`, which the test runner keeps to itself.
            let _ = writeln!(
                std::io::stderr(),
                "tests on PostgreSQL are skipped: {reason}"
            );
            None
        }
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: Programs,
    folder: PathBuf,
    server: Mutex<Option<Child>>,
    /// Ends the server and removes the folder when its standard input ends.
    keeper: Mutex<Child>,
    databases: AtomicU64,
}

impl Cluster {
    fn start(programs: Programs) -> Self {
        let folder = tempfile::Builder::new().prefix("dispatch-pg-").tempdir();
        let folder = folder.unwrap().keep();
        let keeper = keeper(&folder);
        if let Some((user, group)) = programs.unprivileged {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        let cluster = Self {
            programs,
            folder,
            server: Mutex::new(None),
            keeper: Mutex::new(keeper),
            databases: AtomicU64::new(0),
        };
        let made = cluster
            .program("initdb")
            .args(["--username=dispatch", "--auth=trust", "--no-sync"])
            .args(["--encoding=UTF8", "--locale=C", "--no-instructions"])
            .arg("--pgdata")
            .arg(cluster.data())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "initdb: {text}");
        cluster.resume();
        cluster
    }

    /// A database of its own on this server.
    pub(crate) fn place(&self) -> Place {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.administer(&format!("CREATE DATABASE {name}"));
        Place {
            name: "PostgreSQL",
            backend: Backend::Postgres(self.url(&name)),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A database on a disk of its own.
    pub(crate) fn place_on(&self, disk: &Path) -> Place {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let disk = disk.display();
        self.administer(&format!("CREATE TABLESPACE {name} LOCATION '{disk}'"));
        self.administer(&format!("CREATE DATABASE {name} TABLESPACE {name}"));
        Place {
            name: "PostgreSQL",
            backend: Backend::Postgres(self.url(&name)),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Removes a database that is on a disk of its own.
    pub(crate) fn remove(&self, place: &Place) {
        let name = database(place);
        self.administer(&format!("DROP DATABASE {name} WITH (FORCE)"));
        self.administer(&format!("DROP TABLESPACE {name}"));
    }

    /// User and group that the server runs as, if they are others than those of the tests.
    pub(crate) const fn user(&self) -> Option<(u32, u32)> {
        self.programs.unprivileged
    }

    /// Where a database of this server is.
    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.data();
        format!("host={} user=dispatch dbname={database}", socket.display())
    }

    /// Runs statements as the administrator. On a thread of its own: a client must not be used or
    /// dropped inside an asynchronous test.
    pub(crate) fn administer(&self, statements: &str) {
        let (url, statements) = (self.url("postgres"), statements.to_owned());
        let done = thread::spawn(move || {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            client.batch_execute(&statements).unwrap();
        });
        done.join().unwrap();
    }

    /// Ends every connection to a place's database.
    pub(crate) fn cut(&self, place: &Place) {
        let name = database(place);
        self.administer(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ));
    }

    /// Ends the server at once, as a crash does: nothing is written down any more.
    pub(crate) fn crash(&self) {
        let Some(mut server) = self.server.lock().unwrap().take() else {
            return;
        };
        let id = server.id().to_string();
        let told = Command::new("kill").args(["-QUIT", &id]).status().unwrap();
        assert!(told.success());
        server.wait().unwrap();
    }

    /// Starts the server again, and waits until it answers.
    pub(crate) fn resume(&self) {
        let mut held = self.server.lock().unwrap();
        if held.is_some() {
            return;
        }
        let log = std::fs::File::options()
            .append(true)
            .create(true)
            .open(self.folder.join("log"))
            .unwrap();
        let mut server = self
            .program("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=", "-c", "fsync=on"])
            .args(["-c", "max_connections=200", "-c", "shared_buffers=32MB"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", self.data().display()))
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let url = self.url("postgres");
        let answers = wait_for(Duration::from_secs(60), || {
            let ended = server.try_wait().unwrap();
            let url = url.clone();
            let tried =
                thread::spawn(move || postgres::Client::connect(&url, postgres::NoTls).map(drop));
            ended.is_some() || tried.join().unwrap().is_ok()
        });
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap();
        assert!(answers && server.try_wait().unwrap().is_none(), "{log}");
        *held = Some(server);
    }

    /// The folder of the socket.
    pub(crate) fn folder(&self) -> PathBuf {
        self.data()
    }

    /// The folder of the data, which is also that of the socket: only its owner gets into it.
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.folder.join(name));
        command.current_dir("/").stdin(Stdio::null());
        // An interrupt at the terminal ends the tests; the keeper ends the server.
        command.process_group(0);
        if let Some((user, group)) = self.programs.unprivileged {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
        let mut keeper = self.keeper.lock().unwrap();
        drop(keeper.stdin.take());
        let _ = keeper.wait();
    }
}

/// Where PostgreSQL's programs are, and as whom they run.
#[derive(Clone, Debug)]
struct Programs {
    folder: PathBuf,
    /// User and group, if this process is root's: PostgreSQL refuses to run as root.
    unprivileged: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Result<Self, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
            folders.extend(versions.flatten().map(|one| one.path().join("bin")));
        }
        let whole = |folder: &PathBuf| {
            ["initdb", "postgres"]
                .iter()
                .all(|p| folder.join(p).exists())
        };
        let folder = folders.into_iter().find(whole);
        let folder = folder.ok_or("initdb and postgres are neither in PATH nor below /usr/lib/postgresql; install postgresql")?;
        // Through links, so that the programs find their shared files.
        let folder = folder.join("postgres").canonicalize();
        let folder = folder.map_err(|error| error.to_string())?;
        let folder = folder.parent().map(Path::to_owned).unwrap_or_default();
        let me = std::fs::metadata("/proc/self").map(|me| me.uid());
        let root = me.map_err(|error| error.to_string())? == 0;
        let unprivileged = root.then(|| Some((id("-u")?, id("-g")?)));
        let unprivileged = match unprivileged {
            Some(None) => {
                return Err("root cannot run PostgreSQL, and there is no user nobody".to_owned());
            }
            other => other.flatten(),
        };
        Ok(Self {
            folder,
            unprivileged,
        })
    }
}

fn id(which: &str) -> Option<u32> {
    let found = Command::new("id").args([which, "nobody"]).output().ok()?;
    String::from_utf8(found.stdout).ok()?.trim().parse().ok()
}

/// The name of a place's database.
fn database(place: &Place) -> &str {
    let Backend::Postgres(url) = &place.backend else {
        panic!("no PostgreSQL");
    };
    url.rsplit('=').next().unwrap_or_default()
}

/// A shell that waits for the end of this process, or of its own input, and then ends what runs in the
/// folder and removes it.
pub(crate) fn keeper(folder: &Path) -> Child {
    let script = r#"trap '' INT TERM HUP
cat > /dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
mine() { tr '\0' ' ' < "/proc/$pid/cmdline" | grep -qF "$1/data"; }
if mine "$1"; then
    kill -QUIT "$pid"
    for turn in $(seq 100); do mine "$1" && sleep 0.1; done
fi
if [ -d "$1/disk" ]; then umount -l "$1/disk" 2> /dev/null; fi
rm -rf "$1"
"#;
    let mut command = Command::new("sh");
    command.args(["-c", script, "keeper"]).arg(folder);
    command.process_group(0).current_dir("/");
    command.stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Asks again and again until it is so, for no longer than this; whether it is.
pub(crate) fn wait_for(most: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < most {
        if is_so() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}
