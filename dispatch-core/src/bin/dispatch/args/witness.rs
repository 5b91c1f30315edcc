//! The command line of `dispatch witness`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// A witness cosigns checkpoints of logs that it trusts, each only after it has checked that the
/// log has grown and changed nothing. 见证方:核对公开日志只增不改,并予以联署
#[derive(Debug, Args)]
pub(crate) struct Witness {
    #[command(subcommand)]
    pub(crate) command: WitnessCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WitnessCommand {
    /// Make the folder of a witness with a new key. 建立见证方
    New(New),
    /// Trust the key of a log. 加入一个日志
    Trust(Trust),
    /// Answer requests over HTTP until stopped. 启动见证服务
    Serve(Serve),
    /// Answer one request that was carried here by hand. 人工递送:联署
    Cosign(Cosign),
    /// On the log's side: write a request to be carried to a witness. 人工递送:制作请求(日志一方)
    Request(Request),
    /// What is trusted, what was cosigned last, what shows a fork. 查看状态与证据
    Show(Show),
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Key name without spaces and plus signs, like witness.example/1; what stands before the first
    /// slash names the body: its witnesses count once. 见证方名称
    #[arg(long)]
    pub(crate) name: String,
    /// Folder to write; must not exist yet. 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// Folder of the witness. 见证方目录
    pub(crate) dir: PathBuf,
    /// The log's public key, as its body has published it. 日志公钥
    #[arg(value_name = "LOG-VKEY")]
    pub(crate) key: String,
    /// A checkpoint that this very witness cosigned, to start from if it is later than what is held:
    /// after a loss of state. 状态丢失后:本见证方已联署的检查点
    #[arg(long, value_name = "FILE")]
    pub(crate) latest: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Folder of the witness. 见证方目录
    pub(crate) dir: PathBuf,
    /// Address and port; port 0 takes any free one and says which. 监听地址
    #[arg(long, default_value = "127.0.0.1:8420", value_name = "ADDRESS:PORT")]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Cosign {
    /// Folder of the witness. 见证方目录
    pub(crate) dir: PathBuf,
    /// The request, as `dispatch witness request` wrote it. 请求文件
    pub(crate) request: PathBuf,
    /// File for the cosignature, or for the reason why there is none; must not exist yet. 应答文件
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Request {
    /// Folder of the log. 日志目录
    pub(crate) log: PathBuf,
    /// Public key of the witness. 见证方公钥
    #[arg(long, value_name = "VKEY")]
    pub(crate) witness: String,
    /// The checkpoint that the witness cosigned last; without it the latest one in the log's folder
    /// that bears its cosignature, or none. 该见证方上一次联署的检查点
    #[arg(long, value_name = "FILE", conflicts_with = "old")]
    pub(crate) last: Option<PathBuf>,
    /// Size at which the witness said it is, when it refused with that size. 见证方告知的规模
    #[arg(long, value_name = "SIZE")]
    pub(crate) old: Option<u64>,
    /// Request to write; must not exist yet. 请求文件
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Folder of the witness. 见证方目录
    pub(crate) dir: PathBuf,
}
