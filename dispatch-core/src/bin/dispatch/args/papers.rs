//! The command line of `dispatch papers`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Papers {
    /// Folder of a draw. 抽取目录
    pub(crate) dir: PathBuf,
    /// Folder to write; must not exist yet. By default record.html and secret/papers (after a stage
    /// secret/stage-N-papers) in the draw's
    /// folder. 输出目录
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Of a joint campaign: folder with a child's announcement.json, officers.jsonl and
    /// assignments.jsonl, whose officers then stand on the papers too; once for every child.
    /// 参与部门的公告、名录与派员名单
    #[arg(long, value_name = "DIR")]
    pub(crate) joint: Vec<PathBuf>,
    /// Text file with the wording of the rules for officers, for the notices. 五个严禁、八个不得原文
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// CSV: how often each subject was visited this year. 本年度检查次数
    #[arg(long, value_name = "FILE", conflicts_with = "visits_column")]
    pub(crate) visits: Option<PathBuf>,
    /// Column of the subject roster with the visits this year. 本年度检查次数所在列
    #[arg(long, value_name = "COLUMN")]
    pub(crate) visits_column: Option<String>,
    /// Published yearly cap of visits to one enterprise. 年度检查频次上限
    #[arg(long, value_name = "N")]
    pub(crate) cap: Option<u64>,
    /// Most visits in one file of notices. 每个文件的户数
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) per_file: u16,
}
