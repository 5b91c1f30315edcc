//! Commands that keep the data: backup, restore, expire.

use std::path::PathBuf;

use clap::Args;
use dispatch_core::digest::Digest;

/// Write everything that the database holds to one file; keys are not in it. 备份
#[derive(Clone, Debug, Args)]
pub struct BackupTo {
    /// The new file. 新文件
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Fill an empty database from a backup, checking everything. 恢复
#[derive(Clone, Debug, Args)]
pub struct RestoreFrom {
    /// The backup. 备份文件
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Open every sealed file too, with the key folder, which then has to be there. 同时核对全部密封文件
    #[arg(long)]
    pub verify: bool,
    /// Only try it, in a temporary database; nothing else is touched. 仅试恢复
    #[arg(long)]
    pub dry_run: bool,
}

/// Let a document go whose time by law is over. 到期销毁
#[derive(Clone, Debug, Args)]
pub struct Expire {
    /// SHA-256 of the document. 文件的SHA-256
    #[arg(value_name = "SHA-256")]
    pub digest: Digest,
    /// Why, for everybody who asks for it. 公开的原因
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}
