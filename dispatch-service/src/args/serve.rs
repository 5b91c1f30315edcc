//! `dispatch-service serve`: what an operator sets.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use dispatch_core::language::Message;
use dispatch_core::timestamp::Authority;
use zeroize::Zeroizing;

use super::data::read_text;
use crate::settings::{Gateway, PublishedPolicy, Settings};

/// Settings of the service.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes a free one. 监听地址
    #[arg(long, env = "DISPATCH_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where the public reaches the service, for links and feeds; the address listened on if not given.
    /// 公众访问网址
    #[arg(long, env = "DISPATCH_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Name of the log, when its key is made: an address that is yours, without https://, such as
    /// log.example/gz; a random one if not given. It never changes. 日志名称
    #[arg(long, env = "DISPATCH_ORIGIN", value_name = "NAME")]
    pub origin: Option<String>,
    /// Certificate chain (PEM), to speak TLS without a proxy. 证书链
    #[arg(
        long,
        env = "DISPATCH_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// Its private key (PEM). 证书私钥
    #[arg(
        long,
        env = "DISPATCH_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// Policy of the log (C2SP tlog-policy), with the witnesses that cosign it. 日志见证策略
    #[arg(long, env = "DISPATCH_POLICY", value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Certificate of a time-stamp authority whose tokens over checkpoints are kept; several separated
    /// by commas. 时间戳机构证书
    #[arg(
        long = "time-authority",
        env = "DISPATCH_TIME_AUTHORITIES",
        value_delimiter = ',',
        value_name = "FILE"
    )]
    pub authorities: Vec<PathBuf>,
    /// Vouch once that this database is the newest copy of the log. 确认数据库为最新副本
    #[arg(long)]
    pub adopt_log: bool,
    /// Relay of drand's pulses; several separated by commas. drand中继
    #[arg(
        long = "relay",
        env = "DISPATCH_RELAYS",
        value_delimiter = ',',
        value_name = "URL"
    )]
    pub relays: Vec<String>,
    /// Address of a single-sign-on gateway; several separated by commas. 统一认证网关地址
    #[arg(
        long = "gateway",
        env = "DISPATCH_GATEWAY",
        value_delimiter = ',',
        value_name = "IP",
        requires = "gateway_secret_file"
    )]
    pub gateways: Vec<IpAddr>,
    /// File with the secret by which the gateway signs. 网关签名密钥文件
    #[arg(long, env = "DISPATCH_GATEWAY_SECRET_FILE", value_name = "FILE")]
    pub gateway_secret_file: Option<PathBuf>,
    /// Where uploads lie while they are read; the system's folder for temporary files if not given.
    /// 上传暂存目录
    #[arg(long, env = "DISPATCH_SPOOL", value_name = "DIR")]
    pub spool: Option<PathBuf>,
    /// Limits of time and size.
    #[command(flatten)]
    pub limits: Limits,
}

/// Limits of time and size.
#[derive(Clone, Debug, Args)]
pub struct Limits {
    /// Most bytes of a JSON request. JSON请求上限
    #[arg(long, env = "DISPATCH_SMALL_BODY", default_value_t = 1 << 20, value_name = "BYTES")]
    pub small_body: u64,
    /// Most bytes of an upload. 上传文件上限
    #[arg(long, env = "DISPATCH_LARGE_BODY", default_value_t = 2 << 30, value_name = "BYTES")]
    pub large_body: u64,
    /// Time for headers. 请求头时限
    #[arg(
        long,
        env = "DISPATCH_HEADER_SECONDS",
        default_value_t = 10,
        value_name = "SECONDS"
    )]
    pub header_seconds: u64,
    /// Time for a JSON request, and for each 64 KiB of an upload or an answer. 请求时限
    #[arg(
        long,
        env = "DISPATCH_REQUEST_SECONDS",
        default_value_t = 60,
        value_name = "SECONDS"
    )]
    pub request_seconds: u64,
    /// Connections at once; more wait. 并发连接上限
    #[arg(
        long,
        env = "DISPATCH_CONNECTIONS",
        default_value_t = 1024,
        value_name = "NUMBER"
    )]
    pub connections: usize,
    /// Requests at once; more are refused. 并发请求上限
    #[arg(
        long,
        env = "DISPATCH_REQUESTS",
        default_value_t = 512,
        value_name = "NUMBER"
    )]
    pub requests: usize,
    /// Changes that wait for the database; more are refused. 排队写入上限
    #[arg(
        long,
        env = "DISPATCH_WAITING_CHANGES",
        default_value_t = 256,
        value_name = "NUMBER"
    )]
    pub waiting_changes: usize,
    /// Connections to the database for reading. 只读数据库连接数
    #[arg(
        long,
        env = "DISPATCH_READERS",
        default_value_t = 4,
        value_name = "NUMBER"
    )]
    pub readers: usize,
    /// How long what runs may go on after SIGTERM. 停止时限
    #[arg(
        long,
        env = "DISPATCH_STOP_SECONDS",
        default_value_t = 25,
        value_name = "SECONDS"
    )]
    pub stop_seconds: u64,
    /// How often to look for draws that are due. 检查到期抽查的间隔
    #[arg(
        long,
        env = "DISPATCH_TICK_SECONDS",
        default_value_t = 2,
        value_name = "SECONDS"
    )]
    pub tick_seconds: u64,
    /// How long a session lasts without a request. 会话闲置时限
    #[arg(
        long,
        env = "DISPATCH_SESSION_IDLE_SECONDS",
        default_value_t = 1800,
        value_name = "SECONDS"
    )]
    pub session_idle_seconds: u64,
    /// How long a session lasts altogether. 会话总时限
    #[arg(
        long,
        env = "DISPATCH_SESSION_SECONDS",
        default_value_t = 43200,
        value_name = "SECONDS"
    )]
    pub session_seconds: u64,
    /// Failed logins before a name is locked. 锁定前允许的登录失败次数
    #[arg(
        long,
        env = "DISPATCH_LOCK_AFTER",
        default_value_t = 5,
        value_name = "NUMBER"
    )]
    pub lock_after: u64,
    /// How long a name stays locked. 锁定时长
    #[arg(
        long,
        env = "DISPATCH_LOCK_SECONDS",
        default_value_t = 900,
        value_name = "SECONDS"
    )]
    pub lock_seconds: u64,
}

impl Serve {
    /// The settings, for a service that listens on `address`.
    ///
    /// # Errors
    /// If an option is not possible, or a file cannot be read.
    pub fn settings(&self, address: SocketAddr) -> Result<Settings, Message> {
        let scheme = if self.tls_cert.is_some() {
            "https"
        } else {
            "http"
        };
        let own = format!("{scheme}://{address}");
        let public_url = self.public_url.clone().unwrap_or(own);
        let public_url = public_url.trim_end_matches('/').to_owned();
        if !public_url.starts_with("https://") && !public_url.starts_with("http://") {
            return Err(Message::new(
                format!("{public_url}: --public-url begins with https:// or http://"),
                format!("{public_url}：--public-url 应以 https:// 或 http:// 开头"),
            ));
        }
        let limits = &self.limits;
        if limits.connections == 0 || limits.requests == 0 || limits.small_body == 0 {
            return Err(Message::new(
                "--connections, --requests and --small-body are at least 1",
                "--connections、--requests 和 --small-body 至少为1",
            ));
        }
        Ok(Settings {
            secure: public_url.starts_with("https://"),
            public_url,
            small_body: limits.small_body,
            large_body: limits.large_body,
            spool: self.spool.clone(),
            request_timeout: seconds(limits.request_seconds),
            header_timeout: seconds(limits.header_seconds),
            connections: limits.connections,
            requests: limits.requests,
            stop_deadline: Duration::from_secs(limits.stop_seconds),
            relays: self.relays.clone(),
            tick: seconds(limits.tick_seconds),
            policy: self.policy.as_deref().map(policy).transpose()?,
            authorities: self.authorities()?,
            gateway: self.gateway()?,
            session_idle: seconds(limits.session_idle_seconds),
            session_total: seconds(limits.session_seconds),
            lock_after: limits.lock_after.max(1),
            lock_for: seconds(limits.lock_seconds),
        })
    }

    fn authorities(&self) -> Result<Vec<Authority>, Message> {
        let read = self.authorities.iter().map(|path| {
            let certificate = std::fs::read(path).map_err(|error| unusable(path, &error))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            Authority::read(name, &certificate).map_err(|error| unusable(path, &error))
        });
        read.collect()
    }

    fn gateway(&self) -> Result<Option<Gateway>, Message> {
        let Some(path) = &self.gateway_secret_file else {
            return Ok(None);
        };
        let text = Zeroizing::new(read_text(path)?);
        let secret = Zeroizing::new(text.trim().as_bytes().to_vec());
        if secret.len() < SHORTEST_SECRET || self.gateways.is_empty() {
            let path = path.display();
            return Err(Message::new(
                format!(
                    "{path}: a gateway needs a secret of at least {SHORTEST_SECRET} bytes, and --gateway with its address"
                ),
                format!("{path}：网关密钥至少{SHORTEST_SECRET}字节，并须用 --gateway 给出网关地址"),
            ));
        }
        Ok(Some(Gateway {
            peers: self.gateways.clone(),
            secret,
        }))
    }
}

fn policy(path: &Path) -> Result<PublishedPolicy, Message> {
    let text = std::fs::read(path).map_err(|error| unusable(path, &error))?;
    PublishedPolicy::read(text).map_err(|fault| {
        let path = path.display();
        Message::new(
            format!("{path}: {}", fault.english),
            format!("{path}：{}", fault.chinese),
        )
    })
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Message {
    let path = path.display();
    Message::new(format!("{path}: {error}"), format!("{path}：{error}"))
}

/// A time that is not nothing.
fn seconds(given: u64) -> Duration {
    Duration::from_secs(given.max(1))
}

const SHORTEST_SECRET: usize = 32;
