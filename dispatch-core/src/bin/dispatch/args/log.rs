//! The command line of `dispatch log`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// A log in a folder: every step of every draw, only ever appended to. 公开日志
#[derive(Debug, Args)]
pub(crate) struct Log {
    #[command(subcommand)]
    pub(crate) command: LogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Make an empty log and its key. 建立日志
    New(New),
    /// Publish the policy: which witnesses have to cosign. 公布信任策略
    Policy(PublishPolicy),
    /// Log what a draw's folder has that the log has not. 记录一次抽取的进展
    Draw(LogDraw),
    /// Log which draws of a year are planned. 记录年度计划
    Plan(LogPlan),
    /// Log that a draw will not be held; not from its draw time on. 记录作废
    Void(LogVoid),
    /// Log that a key is added, replaced or withdrawn. 记录密钥更换
    Key(LogKey),
    /// Log ready-made entries, one canonical JSON object a line. 批量记录
    Append(LogAppend),
    /// Have the latest checkpoint cosigned. 取得见证方联署
    Cosign(LogCosign),
    /// Keep a time-stamp token for a checkpoint. 取得时间戳
    Timestamp(LogTimestamp),
    /// Write the proof that an entry is in the log. 生成条目的证明
    Prove(LogProve),
    /// Write what of a draw stands in the log, with proofs. 生成一次抽取的日志证据
    Evidence(LogEvidence),
    /// Check every file of the log. 检查整个日志
    Check(LogCheck),
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Folder to write; must not exist yet. 日志目录
    pub(crate) dir: PathBuf,
    /// Name of the log, like log.example/gz: no scheme, no spaces, no plus. 日志名称
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: String,
    /// Folder outside of the log for the private key, log.key; a key that is there is used. 私钥目录
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    /// The policy to publish; it names this log's key. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PublishPolicy {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// The policy; it names this log's key. 信任策略
    pub(crate) file: PathBuf,
}

/// What is needed to add to a log.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// The log's private key. 日志私钥
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Do not ask the witnesses first whether they know a later state of this log. 不联系见证方
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogDraw {
    #[command(flatten)]
    pub(crate) log: Writing,
    /// Folder of the draw. 抽取目录
    pub(crate) draw: PathBuf,
    /// A custodian's acknowledgement; once for every one. 密钥保管方的确认
    #[arg(long, value_name = "FILE")]
    pub(crate) acknowledgement: Vec<PathBuf>,
    /// The public bundle, once the draw is disclosed. 公开的证据包
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Publish rosters and recusals as announced (sealed where they are sealed) beside the log. 同时公布名录
    #[arg(long)]
    pub(crate) rosters: bool,
    /// Log an announcement although it is too late: that it was late stays visible. 逾期仍记录
    #[arg(long)]
    pub(crate) late: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogPlan {
    #[command(flatten)]
    pub(crate) log: Writing,
    /// The authority. 抽查机关
    #[arg(long)]
    pub(crate) body: String,
    /// The year of the plan. 年度
    #[arg(long)]
    pub(crate) year: u64,
    /// The plan as it was adopted, any file; it is published. 年度计划文件
    #[arg(long, value_name = "FILE")]
    pub(crate) document: PathBuf,
    /// CSV with the columns draw, latest (like 2026-09-30) and title. 计划中的抽取
    #[arg(long, value_name = "FILE")]
    pub(crate) draws: PathBuf,
    /// Why a plan of the same year is changed. 变更原因
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct LogVoid {
    #[command(flatten)]
    pub(crate) log: Writing,
    /// Id of the draw. 抽取编号
    #[arg(long)]
    pub(crate) draw: String,
    /// The authority, where several have a draw of this id. 抽查机关
    #[arg(long)]
    pub(crate) body: Option<String>,
    /// Who asks for it. 提出人
    #[arg(long)]
    pub(crate) proposer: String,
    /// Who agrees, another person. 批准人
    #[arg(long)]
    pub(crate) approver: String,
    /// Why. 原因
    #[arg(long)]
    pub(crate) reason: String,
}

/// Whose key changes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum KeyHolder {
    Log,
    Witness,
    Custodian,
}

#[derive(Debug, Args)]
pub(crate) struct LogKey {
    #[command(flatten)]
    pub(crate) log: Writing,
    /// The authority that says so. 抽查机关
    #[arg(long)]
    pub(crate) body: String,
    /// Whose key it is. 密钥属于谁
    #[arg(long, value_enum)]
    pub(crate) holder: KeyHolder,
    /// The public key so far; left out when one is added. 原公钥
    #[arg(long, value_name = "VKEY", default_value = "")]
    pub(crate) old: String,
    /// The new public key; left out when one is withdrawn. 新公钥
    #[arg(long, value_name = "VKEY", default_value = "")]
    pub(crate) new: String,
    /// The old key is, or may be, in other hands. 原私钥已泄露
    #[arg(long)]
    pub(crate) compromised: bool,
    /// Why. 原因
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct LogAppend {
    #[command(flatten)]
    pub(crate) log: Writing,
    /// The entries. 条目文件
    pub(crate) entries: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct LogCosign {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// The policy, by default the published one. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Write a request to be carried to this witness by hand, by its name in the policy. 人工递送:见证方
    #[arg(
        long,
        value_name = "WITNESS",
        requires = "out",
        conflicts_with = "answer"
    )]
    pub(crate) request_for: Option<String>,
    /// Size at which the witness said it is, when it refused with that size. 见证方告知的规模
    #[arg(long, value_name = "SIZE", requires = "request_for")]
    pub(crate) old: Option<u64>,
    /// Request to write; must not exist yet. 请求文件
    #[arg(long, value_name = "FILE", requires = "request_for")]
    pub(crate) out: Option<PathBuf>,
    /// What a witness answered by hand. 人工递送:应答文件
    #[arg(long, value_name = "FILE")]
    pub(crate) answer: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LogTimestamp {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// Number of the checkpoint; the latest by default. 检查点编号
    #[arg(long, value_name = "N")]
    pub(crate) checkpoint: Option<u64>,
    /// Write the request for the authority; must not exist yet. 时间戳请求
    #[arg(long, value_name = "FILE", required_unless_present = "token")]
    pub(crate) request: Option<PathBuf>,
    /// The authority's answer, to be kept. 时间戳应答
    #[arg(
        long,
        value_name = "FILE",
        requires = "authority",
        conflicts_with = "request"
    )]
    pub(crate) token: Option<PathBuf>,
    /// The authority's certificate, PEM or DER. 时间戳机构证书
    #[arg(long, value_name = "CERT")]
    pub(crate) authority: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LogProve {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// The entry, counted from 0. 条目序号(从0起)
    #[arg(long, value_name = "N")]
    pub(crate) index: u64,
    /// The policy, by default the published one. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Proof to write (.tlog-proof); must not exist yet. 证明文件
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct LogEvidence {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// The draw's commitment. 承诺
    #[arg(long, value_name = "HEX")]
    pub(crate) commitment: String,
    /// The policy, by default the published one. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// log.jsonl to write; must not exist yet. 输出文件
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct LogCheck {
    /// Folder of the log. 日志目录
    pub(crate) dir: PathBuf,
    /// The policy, by default the published one; without any, signatures are not checked. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}
