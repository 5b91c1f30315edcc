//! The command line of `dispatch monitor`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Monitor {
    /// Folder or http(s) address of the log. 日志目录或网址
    pub(crate) source: String,
    /// The log policy you pinned. 日志策略
    #[arg(long, value_name = "FILE")]
    pub(crate) log_policy: PathBuf,
    /// Your own policy: which time-stamping authorities count. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// What was seen before, read and written; without it everything is read anew. 监测状态文件
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Another view of the same log, to compare; once for every one. 同一日志的另一份
    #[arg(long, value_name = "SOURCE")]
    pub(crate) other: Vec<String>,
    /// Ask the witnesses of the policy for their latest checkpoint. 询问见证方
    #[arg(long)]
    pub(crate) witnesses: bool,
    /// Folder for the signed checkpoints of a fork. 分叉证据目录
    #[arg(long, value_name = "DIR")]
    pub(crate) evidence: Option<PathBuf>,
    /// Fetch plans, custody files, disclosures and bundles too. 核对全部公布文件
    #[arg(long)]
    pub(crate) documents: bool,
    /// Hours that results and disclosures may take to reach the log. 宽限小时数
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub(crate) grace_hours: u32,
    /// Alarm when nothing new was witnessed for so many hours. 停更多少小时报警
    #[arg(long, value_name = "N")]
    pub(crate) silent_hours: Option<u32>,
    /// Show, and count, only what an earlier run with this state did not show. 只显示新发现
    #[arg(long, requires = "state")]
    pub(crate) only_new: bool,
    /// The present time, like 2026-12-01T00:00:00Z; by default that of the clock. 时间
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// The findings as JSON. 以JSON输出
    #[arg(long)]
    pub(crate) json: bool,
}
