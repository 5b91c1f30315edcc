//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dispatch_core::simulation::MOST_RUNS;

/// Draws who is inspected and who inspects, so that nobody can steer the draw and anybody can check
/// it. 双随机抽查:谁也不能操纵,谁都可以核验。
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Language of messages; otherwise that of the locale. 显示语言
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) language: Option<Tongue>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A language as it is named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Tongue {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write realistic synthetic input. 生成示例数据
    Sample(Sample),
    /// Say all that is wrong with plan and rosters; freeze nothing. 检查抽查任务与名录
    Check(Check),
    /// Hold many trial draws: odds, loads, partners, what cannot be staffed and what would mend it. 模拟抽取
    Simulate(Simulate),
    /// Freeze plan, rosters and recusals; print the commitment. 冻结并公告
    Announce(Announce),
    /// Draw, once. 抽取
    Draw(Draw),
    /// Pack the evidence bundle. 公开:生成证据包
    Disclose(Disclose),
    /// Run every numbered check on a bundle. 核验证据包
    Verify(Verify),
    /// "Why me?": what a bundle shows about one subject. 为什么抽到我
    Explain(Explain),
    /// All of it at district size, offline, replaying a past pulse. 演示
    Demo(Demo),
    /// Built-in vectors, pinned keys, tamper matrix. 自检
    Selftest,
}

#[derive(Debug, Args)]
pub(crate) struct Sample {
    /// Number of subjects. 检查对象数
    #[arg(long, default_value_t = 40_065)]
    pub(crate) subjects: u64,
    /// Number of officers. 执法检查人员数
    #[arg(long, default_value_t = 300)]
    pub(crate) officers: u64,
    /// Number of recusals; by default one for every 100 subjects, at least one. 回避记录数
    #[arg(long)]
    pub(crate) recusals: Option<u64>,
    /// The same seed always gives the same files. 示例种子
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Folder to write; must not exist yet. 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// What a draw is made of.
#[derive(Clone, Debug, Args)]
pub(crate) struct Inputs {
    /// The plan, TOML. 抽查任务
    #[arg(long)]
    pub(crate) plan: PathBuf,
    /// Subject roster, CSV in UTF-8 or GB18030. 检查对象名录
    #[arg(long)]
    pub(crate) subjects: PathBuf,
    /// Officer roster, CSV. 执法检查人员名录
    #[arg(long)]
    pub(crate) officers: PathBuf,
    /// Recusals, CSV. 回避记录
    #[arg(long)]
    pub(crate) recusals: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// List every note, not only their number. 列出全部提示
    #[arg(long)]
    pub(crate) notes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Number of trial draws. 模拟次数
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_RUNS)))]
    pub(crate) runs: u32,
    /// The same text gives the same trial draws. 模拟种子
    #[arg(long, default_value = "1", value_name = "TEXT")]
    pub(crate) seed: String,
    /// Report to write as JSON; must not exist yet. 输出JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Report to write as one HTML page; must not exist yet. 输出网页报告
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Announce {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Folder to write; must not exist yet. 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// A rehearsal with randomness that is already known: draw times in the past are allowed, and
    /// the evidence is marked as worthless. 演练
    #[arg(long)]
    pub(crate) replay: bool,
    /// A drand pulse of today, to show that the announcement is no older. 最近的随机信标
    #[arg(long, value_name = "FILE")]
    pub(crate) recent_pulse: Option<PathBuf>,
    /// The trust policy file that the authority announces; its hash is committed. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Folder of an earlier draw: the changes of the rosters since are announced. 上一次抽取的目录
    #[arg(long, value_name = "DIR")]
    pub(crate) previous: Option<PathBuf>,
    /// CSV with the columns id and reason: why rows changed since. 变动原因
    #[arg(long, value_name = "FILE", requires = "previous")]
    pub(crate) reasons: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Draw {
    /// Folder that `announce` wrote. 公告目录
    pub(crate) dir: PathBuf,
    /// The drand pulse, as a relay returns it. 随机信标
    #[arg(long, value_name = "FILE")]
    pub(crate) pulse: Option<PathBuf>,
    /// JSON: {"name of the event": [3, 17, …]}. 公开号码
    #[arg(long, value_name = "FILE")]
    pub(crate) numbers: Option<PathBuf>,
    /// JSON: {"name of the body": "64 hex characters"}. 各方数值
    #[arg(long, value_name = "FILE")]
    pub(crate) contributions: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Disclose {
    /// Folder of a draw. 抽取目录
    pub(crate) dir: PathBuf,
    /// Bundle to write; must not exist yet. 证据包
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// The auditor's form: opens sealed columns and all recusals. 审计版
    #[arg(long)]
    pub(crate) auditor: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle. 证据包
    pub(crate) bundle: PathBuf,
    /// The commitment that you hold, from the printed slip. 您持有的承诺
    #[arg(long, value_name = "HEX")]
    pub(crate) expect: Option<String>,
    /// Your own policy: which slips you received, and when. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The report as JSON. 以JSON输出
    #[arg(long)]
    pub(crate) json: bool,
    /// Most bytes that the bundle may unpack to. 解压上限
    #[arg(long, default_value_t = 8 << 30, value_name = "BYTES")]
    pub(crate) limit: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The bundle. 证据包
    pub(crate) bundle: PathBuf,
    /// Credit code or other id. 统一社会信用代码或编号
    pub(crate) id: String,
    /// As JSON, with the Merkle proof of the row. 以JSON输出，含名录记录的证明
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder to write; by default the first free one of dispatch-demo, dispatch-demo-2, … 输出目录
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Number of subjects. 检查对象数
    #[arg(long, default_value_t = 40_065)]
    pub(crate) subjects: u64,
    /// Number of officers. 执法检查人员数
    #[arg(long, default_value_t = 300)]
    pub(crate) officers: u64,
}
