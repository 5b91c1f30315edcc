//! What an operator sets, checked.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use dispatch_core::language::Message;
use dispatch_core::log::LogPolicy;
use dispatch_core::timestamp::Authority;
use zeroize::Zeroizing;

/// Settings of a running service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the public reaches the service, without a final `/`; stands in feeds and links.
    pub public_url: String,
    /// Whether browsers reach it by https: cookies are then bound to it.
    pub secure: bool,
    /// Most bytes of a JSON request.
    pub small_body: u64,
    /// Most bytes of a list that is uploaded.
    pub large_body: u64,
    /// Where uploads lie while they are read; the system's folder for temporary files if not said.
    pub spool: Option<PathBuf>,
    /// How long a request may take to arrive, and an answer to be made.
    pub request_timeout: Duration,
    /// How long headers may take to arrive.
    pub header_timeout: Duration,
    /// Connections at once; more wait.
    pub connections: usize,
    /// Requests at once; more are refused.
    pub requests: usize,
    /// How long what runs may go on after the service was told to stop.
    pub stop_deadline: Duration,
    /// Drand relays, each asked for `<relay>/<chain hash>/public/<round>`.
    pub relays: Vec<String>,
    /// How often the scheduler looks for what is due.
    pub tick: Duration,
    /// Policy of the log (C2SP tlog-policy), with the witnesses that cosign it.
    pub policy: Option<PublishedPolicy>,
    /// Time-stamp authorities (RFC 3161) whose tokens over checkpoints are kept.
    pub authorities: Vec<Authority>,
    /// A single-sign-on gateway, if there is one.
    pub gateway: Option<Gateway>,
    /// How long a session lasts without a request, and altogether.
    pub session_idle: Duration,
    /// How long a session lasts altogether.
    pub session_total: Duration,
    /// Failed logins before a name is locked, and for how long.
    pub lock_after: u64,
    /// How long a name stays locked.
    pub lock_for: Duration,
}

/// The policy that the log publishes, as it stands and as it reads.
#[derive(Clone, Debug)]
pub struct PublishedPolicy {
    /// The bytes of `log.policy`.
    pub text: Vec<u8>,
    /// What they say.
    pub policy: LogPolicy,
}

impl PublishedPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn read(text: Vec<u8>) -> Result<Self, Message> {
        let policy = LogPolicy::read(&text)?;
        Ok(Self { text, policy })
    }
}

/// A gateway that has authenticated people already.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Addresses that it speaks from.
    pub peers: Vec<IpAddr>,
    /// The secret with which it signs who it is that asks.
    pub secret: Zeroizing<Vec<u8>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            secure: false,
            small_body: 1 << 20,
            large_body: 2 << 30,
            spool: None,
            request_timeout: Duration::from_secs(60),
            header_timeout: Duration::from_secs(10),
            connections: 1024,
            requests: 512,
            stop_deadline: Duration::from_secs(25),
            relays: Vec::new(),
            tick: Duration::from_secs(2),
            policy: None,
            authorities: Vec::new(),
            gateway: None,
            session_idle: Duration::from_secs(30 * 60),
            session_total: Duration::from_secs(12 * 60 * 60),
            lock_after: 5,
            lock_for: Duration::from_secs(15 * 60),
        }
    }
}
