//! The command line. Every option can be set in the environment too; secrets are only ever files.

pub mod data;
pub mod serve;
pub mod user;

use clap::{Parser, Subcommand, ValueEnum};

use self::data::Data;
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
    /// Print the OpenAPI document. 输出接口文档
    Openapi,
}
