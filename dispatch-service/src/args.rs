//! The command line. Every option can be set in the environment too; secrets are only ever files.

pub mod data;
pub mod keeping;
pub mod serve;
pub mod user;

use clap::{Parser, Subcommand, ValueEnum};
use dispatch_core::language::Language;

use self::data::Data;
use self::keeping::{BackupTo, Expire, RestoreFrom};
use self::serve::Serve;
use self::user::User;

/// Runs draws on time and records them in one public log. 双随机抽查服务
#[derive(Clone, Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Arguments {
    /// Language of messages; otherwise that of the locale. 显示语言
    #[arg(long, global = true, value_name = "LANG")]
    pub language: Option<Tongue>,
    /// Where the data are.
    #[command(flatten)]
    pub data: Data,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// The language of messages.
    #[must_use]
    pub fn language(&self) -> Language {
        match self.language {
            Some(Tongue::Zh) => Language::Chinese,
            Some(Tongue::En) => Language::English,
            None if locale().to_ascii_lowercase().starts_with("zh") => Language::Chinese,
            None => Language::English,
        }
    }
}

/// The locale of messages, as POSIX orders its variables.
fn locale() -> String {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let mut values = names.iter().filter_map(|name| std::env::var(name).ok());
    values.find(|value| !value.is_empty()).unwrap_or_default()
}

/// A language as it is named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// 简体中文.
    Zh,
    /// English.
    En,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run the service. 运行服务
    Serve(Box<Serve>),
    /// People: add, list, reset, disable, enable, token. 人员
    User(User),
    /// Bring the tables of the database to this version. 建立或升级数据表
    Migrate,
    /// Write everything that the database holds to one file; keys are not in it. 备份
    Backup(BackupTo),
    /// Fill an empty database from a backup, checking everything. 恢复
    Restore(RestoreFrom),
    /// Write the register anew from the log, and say what differed. 由日志重建登记表
    Rebuild,
    /// Let a document go whose time by law is over. 到期销毁
    Expire(Expire),
    /// Print the OpenAPI document. 输出接口文档
    Openapi,
}
