//! `dispatch-service user`: people from the command line, for the first one and for emergencies.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::access::{Role, TokenScope};

/// People: add, list, reset, disable, enable, token. 人员
#[derive(Clone, Debug, Args)]
pub struct User {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What to do with people.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person. 新增人员
    Add(UserAdd),
    /// List all people. 列出人员
    List,
    /// Set a new password; ends lock and sessions. 重置密码
    Reset(UserReset),
    /// Keep a person out: sessions and tokens end. 停用
    Disable {
        /// Login name. 登录名
        name: String,
    },
    /// Let a disabled person in again. 重新启用
    Enable {
        /// Login name. 登录名
        name: String,
    },
    /// Make a token for a person and print it, once. 新建访问令牌
    Token(UserToken),
}

/// A person to be added.
#[derive(Clone, Debug, Args)]
pub struct UserAdd {
    /// Login name: small letters, digits and . _ @ - 登录名
    pub name: String,
    /// Role; may be given several times. 角色
    #[arg(long, required = true, value_parser = role, value_name = "ROLE")]
    pub role: Vec<Role>,
    /// Department; all if not given. 部门
    #[arg(long, default_value = "")]
    pub department: String,
    /// Region, by the beginning of its code; all if not given. 区域
    #[arg(long, default_value = "")]
    pub region: String,
    /// Id in the officer roster, for the role officer. 执法检查人员编号
    #[arg(long, default_value = "")]
    pub officer: String,
    /// The name that people see; the login name if not given. 显示姓名
    #[arg(long)]
    pub shown: Option<String>,
    /// No password: the person comes through the gateway or with tokens. 不设密码
    #[arg(long, conflicts_with = "password_file")]
    pub no_password: bool,
    /// File whose first line is the password; otherwise it is asked for. 密码文件
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// A password to be set.
#[derive(Clone, Debug, Args)]
pub struct UserReset {
    /// Login name. 登录名
    pub name: String,
    /// File whose first line is the password; otherwise it is asked for. 密码文件
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// A token to be made.
#[derive(Clone, Debug, Args)]
pub struct UserToken {
    /// Login name. 登录名
    pub name: String,
    /// What it is for. 用途
    #[arg(long)]
    pub label: String,
    /// What it may be used for: read, write, decide; may be given several times. 权限
    #[arg(long, required = true, value_parser = scope, value_name = "SCOPE")]
    pub scope: Vec<TokenScope>,
    /// How many days it is valid, at most 366. 有效天数
    #[arg(long, default_value_t = 90)]
    pub days: u64,
}

fn role(word: &str) -> Result<Role, String> {
    let all: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    Role::of(word).ok_or_else(|| format!("one of: {}", all.join(", ")))
}

fn scope(word: &str) -> Result<TokenScope, String> {
    let all: Vec<&str> = TokenScope::ALL.iter().map(|scope| scope.word()).collect();
    TokenScope::of(word).ok_or_else(|| format!("one of: {}", all.join(", ")))
}
