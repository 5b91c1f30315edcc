//! Arguments of `dispatch timestamp`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Time-stamps of an authority (RFC 3161): an outside witness that a file existed at a time. 时间戳
#[derive(Debug, Args)]
pub(crate) struct Timestamp {
    #[command(subcommand)]
    pub(crate) command: TimestampCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TimestampCommand {
    /// Write the request to be sent to the authority; nothing is sent. 生成时间戳请求
    Request(StampRequest),
    /// Check an authority's answer or token. 核验时间戳
    Verify(StampVerify),
}

/// What is stamped.
#[derive(Debug, Args)]
pub(crate) struct Stamped {
    /// The file. 文件
    pub(crate) file: PathBuf,
    /// The file is a checkpoint of a log or another signed note: its text is stamped, not the signatures
    /// below, which may become more. 文件为日志检查点：只对正文盖时间戳
    #[arg(long)]
    pub(crate) checkpoint: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StampRequest {
    #[command(flatten)]
    pub(crate) stamped: Stamped,
    /// Request to write; must not exist yet. 输出请求文件
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct StampVerify {
    #[command(flatten)]
    pub(crate) stamped: Stamped,
    /// The answer (.tsr) or the token alone. 时间戳应答或时间戳
    pub(crate) token: PathBuf,
    /// Certificate that you trust, PEM or DER: the one the authority stamps with, or its issuer's.
    /// 您信任的证书
    #[arg(long, value_name = "CERT")]
    pub(crate) authority: PathBuf,
}
