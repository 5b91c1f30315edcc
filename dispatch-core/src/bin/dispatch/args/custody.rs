//! The command line of custodians, and of opening a draw without its bureau.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct Custodian {
    #[command(subcommand)]
    pub(crate) command: CustodianCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CustodianCommand {
    /// Make the keys of a custodian, and the card that the bureau is given. 生成密钥与名片
    New(NewCustodian),
    /// Open what a bureau has announced for you, check all of it, and sign that it opens. 核对并确认
    Acknowledge(Acknowledge),
}

#[derive(Debug, Args)]
pub(crate) struct NewCustodian {
    /// Name of the custodian, as the announcement is to show it. 名称
    #[arg(long)]
    pub(crate) name: String,
    /// Name of the signing key, without spaces and +, such as custody.example/gz; by default made
    /// from the key. 签名密钥名
    #[arg(long, value_name = "NAME")]
    pub(crate) key_name: Option<String>,
    /// Folder to write; must not exist yet. 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Acknowledge {
    /// Folder with what the bureau has published: announcement.json, the rosters, custody.age. 公告目录
    pub(crate) dir: PathBuf,
    /// Folder that `custodian new` wrote. 密钥目录
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    /// File to write; must not exist yet. 确认书
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// Folder with what the bureau has published: announcement.json, the rosters, recusals.jsonl,
    /// result.json, of stages stage-N.json, stage-N-result.json, stage-N.age; and custody.age.
    /// 公布的文件所在目录
    pub(crate) dir: PathBuf,
    /// Folder with a custodian's keys: opens everything. 密钥保管方的密钥目录
    #[arg(long, value_name = "DIR", required_unless_present = "timelock")]
    pub(crate) custodian: Option<PathBuf>,
    /// The pulse of the disclosure time: opens the secret, and shows what the time lock holds. 公开时间的随机信标
    #[arg(long, value_name = "PULSE")]
    pub(crate) timelock: Option<PathBuf>,
    /// A drand pulse, as a relay returns it: that of the draw, and one for every stage. 随机信标
    #[arg(long, value_name = "FILE")]
    pub(crate) pulse: Vec<PathBuf>,
    /// JSON: {"name of the event": [3, 17, …]}. 公开号码
    #[arg(long, value_name = "FILE")]
    pub(crate) numbers: Option<PathBuf>,
    /// JSON: {"name of the body": "64 hex characters"}. 各方数值
    #[arg(long, value_name = "FILE")]
    pub(crate) contributions: Option<PathBuf>,
    /// Of a child draw: the parent's bundle, which names the subjects. 发起方的证据包(分级抽取)
    #[arg(long, value_name = "FILE")]
    pub(crate) parent: Option<PathBuf>,
    /// Bundle of a child draw, to be put inside; once for every child. 参与部门的证据包
    #[arg(long, value_name = "FILE")]
    pub(crate) child: Vec<PathBuf>,
    /// Folder of the log, or a copy of it: what of the draw stands in it goes into the bundle, with
    /// proofs. 公开日志的目录
    #[arg(long, value_name = "DIR")]
    pub(crate) log: Option<PathBuf>,
    /// The auditor's form: opens sealed columns and all recusals. 审计版
    #[arg(long, requires = "custodian")]
    pub(crate) auditor: bool,
    /// Bundle to write; must not exist yet. 证据包
    #[arg(long)]
    pub(crate) out: PathBuf,
}
