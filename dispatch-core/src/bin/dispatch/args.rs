//! The command line.

pub(crate) mod custody;
pub(crate) mod log;
pub(crate) mod monitor;
pub(crate) mod papers;
pub(crate) mod timestamp;
pub(crate) mod witness;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dispatch_core::simulation::MOST_RUNS;

use self::papers::Papers;
use self::timestamp::Timestamp;

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
    /// Write empty XLSX templates for rosters, recusals, visits and the plan. 空白模板
    Template(Template),
    /// From earlier visits to exclusions, recusals and warnings. 频次台账
    Ledger(Ledger),
    /// Say all that is wrong with plan and rosters; freeze nothing. 检查抽查任务与名录
    Check(Check),
    /// Hold many trial draws: odds, loads, partners, what cannot be staffed and what would mend it. 模拟抽取
    Simulate(Simulate),
    /// Freeze plan, rosters and recusals; print the commitment. 冻结并公告
    Announce(Announce),
    /// Draw, once; with --stage, a stage. 抽取
    Draw(Draw),
    /// Freeze what fell out before a later stage, or the next batch. 补抽:冻结退出名单
    Stage(Stage),
    /// Give the drawn subjects to a child draw, once its pulse is out. 移交:把对象交给参与部门
    Handover(Handover),
    /// Official papers of a draw as HTML to print. 生成文书
    Papers(Papers),
    /// Pack the evidence bundle. 公开:生成证据包
    Disclose(Disclose),
    /// Keys of a custodian; acknowledge that what it holds opens. 密钥保管方
    Custodian(custody::Custodian),
    /// Make the evidence bundle without the bureau, as a custodian or by the time lock. 不经抽查机关打开
    Open(custody::Open),
    /// Run every numbered check on a bundle. 核验证据包
    Verify(Verify),
    /// "Why me?": what a bundle shows about one subject. 为什么抽到我
    Explain(Explain),
    /// The lists of a bundle as XLSX and CSV. 导出名单
    Export(Export),
    /// Cosign the checkpoints of logs, as another body. 见证公开日志
    Witness(witness::Witness),
    /// A log of every step of every draw. 公开日志
    Log(log::Log),
    /// What a log shows from outside: late, missing, voided, repeated, out of plan, forked. 监测公开日志
    Monitor(monitor::Monitor),
    /// Time-stamp requests and tokens of an authority (RFC 3161). 时间戳
    Timestamp(Timestamp),
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
    /// The plan, TOML or XLSX. 抽查任务
    #[arg(long)]
    pub(crate) plan: PathBuf,
    /// Subject roster: XLSX, or CSV in UTF-8 or GB18030; a sheet is named as FILE.xlsx#SHEET. 检查对象名录
    #[arg(long, required_unless_present = "parent", conflicts_with = "parent")]
    pub(crate) subjects: Option<PathBuf>,
    /// Officer roster, likewise. 执法检查人员名录
    #[arg(long)]
    pub(crate) officers: PathBuf,
    /// Recusals, likewise. 回避记录
    #[arg(long)]
    pub(crate) recusals: Option<PathBuf>,
    /// Of a child draw: folder with the parent's announcement.json, subjects.jsonl and
    /// officers.jsonl, whose subjects it staffs. 发起方公布的目录(分级抽取)
    #[arg(long, value_name = "DIR")]
    pub(crate) parent: Option<PathBuf>,
    /// TOML file that says what the lists' own headers mean. 表头对照
    #[arg(long, value_name = "FILE")]
    pub(crate) columns: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Template {
    /// Folder to write; must not exist yet. 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// What the ids of subjects are.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Ids {
    /// Unified social credit codes. 统一社会信用代码
    CreditCode,
    /// Any other ids. 其他编号
    Other,
}

#[derive(Debug, Args)]
pub(crate) struct Ledger {
    /// Visits so far: XLSX or CSV; a sheet is named as FILE.xlsx#SHEET. 检查记录
    #[arg(long)]
    pub(crate) visits: PathBuf,
    /// The rules, TOML. 频次规则
    #[arg(long)]
    pub(crate) rules: PathBuf,
    /// Subject roster, likewise. 检查对象名录
    #[arg(long)]
    pub(crate) subjects: PathBuf,
    /// Officer roster: pairs with officers who are not in it are left out. 执法检查人员名录
    #[arg(long)]
    pub(crate) officers: Option<PathBuf>,
    /// Recusals so far, to which the new ones are added. 已有的回避记录
    #[arg(long)]
    pub(crate) recusals: Option<PathBuf>,
    /// The day for which the rules are to hold, like 2026-12-01; by default today in Beijing. 适用日期
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<String>,
    /// What the ids of subjects are. 对象编号类型
    #[arg(long, value_enum, default_value = "credit-code")]
    pub(crate) ids: Ids,
    /// List every note, not only their number. 列出全部提示
    #[arg(long)]
    pub(crate) notes: bool,
    /// Folder to write; must not exist yet. 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// List every note, not only their number. 列出全部提示
    #[arg(long)]
    pub(crate) notes: bool,
    /// New folder for XLSX copies of the lists with every bad cell coloured and commented. 带批注的副本
    #[arg(long, value_name = "DIR")]
    pub(crate) marked_up: Option<PathBuf>,
    /// New CSV file for all problems, notes among them. 问题清单
    #[arg(long, value_name = "FILE")]
    pub(crate) problems: Option<PathBuf>,
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
    /// The custodian.json of a custodian, to whom everything sealed is encrypted; once for each. 密钥保管方名片
    #[arg(long, value_name = "CARD")]
    pub(crate) custodian: Vec<PathBuf>,
    /// Leave out the time lock. 不设时间锁
    #[arg(long)]
    pub(crate) no_timelock: bool,
    /// Set a time lock in a rehearsal too. 演练也设时间锁
    #[arg(long, conflicts_with = "no_timelock")]
    pub(crate) timelock: bool,
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
    /// Draw this stage, which `stage` has frozen. 第几次补抽
    #[arg(long, value_name = "N", conflicts_with_all = ["numbers", "contributions"])]
    pub(crate) stage: Option<u64>,
    /// Of a child draw: what the parent has handed over. 发起方移交的文件(分级抽取)
    #[arg(long, value_name = "FILE")]
    pub(crate) handover: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Stage {
    /// Folder of a draw. 抽取目录
    pub(crate) dir: PathBuf,
    /// What fell out: CSV with credit code, certificate number, reason, evidence, approver.
    /// 退出名单
    #[arg(long, value_name = "FILE")]
    pub(crate) drops: Option<PathBuf>,
    /// Which of the announced stages; by default the next one that can still be published in time.
    /// 第几次补抽
    #[arg(long, value_name = "N")]
    pub(crate) number: Option<u64>,
    /// Of a child draw: the parent's stage-N.json, as published, after which its list is to be
    /// staffed; without it the list that was staffed last. 发起方公布的补抽文件(分级抽取)
    #[arg(long, value_name = "FILE")]
    pub(crate) parent_stage: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Handover {
    /// Folder of the parent's draw. 发起方抽取目录
    pub(crate) dir: PathBuf,
    /// The child's announcement.json. 参与部门的公告
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// For a stage of the child: its stage-N.json. 参与部门的补抽文件
    #[arg(long, value_name = "FILE")]
    pub(crate) stage: Option<PathBuf>,
    /// The pulse of the child's round: nothing is handed over before it exists. 随机信标
    #[arg(long, value_name = "FILE")]
    pub(crate) pulse: PathBuf,
    /// File to write; must not exist yet. 输出文件
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The bundle. 证据包
    pub(crate) bundle: PathBuf,
    /// Workbook to write; must not exist yet. 工作簿
    #[arg(long, value_name = "XLSX")]
    pub(crate) out: PathBuf,
    /// Folder to write the same lists to as CSV; must not exist yet. CSV目录
    #[arg(long, value_name = "DIR")]
    pub(crate) csv: Option<PathBuf>,
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
    /// Bundle of a child draw, to be put inside; once for every child. 参与部门的证据包
    #[arg(long, value_name = "FILE")]
    pub(crate) child: Vec<PathBuf>,
    /// The drand pulse of the disclosure time, which shows what the time lock holds. 公开时间的随机信标
    #[arg(long, value_name = "PULSE")]
    pub(crate) timelock: Option<PathBuf>,
    /// Folder of the log, or a copy of it: what of the draw stands in it goes into the bundle, with
    /// proofs. 公开日志的目录
    #[arg(long, value_name = "DIR")]
    pub(crate) log: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle. 证据包
    pub(crate) bundle: PathBuf,
    /// The commitment that you hold, from the printed slip. 您持有的承诺
    #[arg(long, value_name = "HEX")]
    pub(crate) expect: Option<String>,
    /// Your own policy: which slips you received, and when; whom you know. 信任策略
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The log policy you pinned: which log and which witnesses count. 日志策略
    #[arg(long, value_name = "FILE")]
    pub(crate) log_policy: Option<PathBuf>,
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
