//! Where the data are: the folder of keys, and the database.

use std::path::{Path, PathBuf};

use clap::Args;
use dispatch_core::language::Message;

use crate::store::Backend;

/// Where the data are.
#[derive(Clone, Args)]
pub struct Data {
    /// Folder of the keys, and of the embedded database. 数据目录
    #[arg(
        long,
        global = true,
        env = "DISPATCH_DATA",
        default_value = "dispatch-data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
    /// URL of a PostgreSQL; the embedded database if none is given. PostgreSQL网址
    #[arg(
        long,
        global = true,
        env = "DISPATCH_DATABASE",
        hide_env_values = true,
        value_name = "URL",
        conflicts_with = "database_file"
    )]
    pub database: Option<String>,
    /// File with that URL in it, when it holds a password. 存放该网址的文件
    #[arg(
        long,
        global = true,
        env = "DISPATCH_DATABASE_FILE",
        value_name = "FILE"
    )]
    pub database_file: Option<PathBuf>,
}

/// A URL may hold a password.
impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Data")
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl Data {
    /// The database.
    ///
    /// # Errors
    /// If the file with its URL cannot be read.
    pub fn backend(&self) -> Result<Backend, Message> {
        if let Some(url) = &self.database {
            return Ok(Backend::Postgres(url.clone()));
        }
        let Some(path) = &self.database_file else {
            return Ok(Backend::Sqlite(self.data.join("dispatch.sqlite")));
        };
        let url = read_text(path)?;
        Ok(Backend::Postgres(url.trim().to_owned()))
    }

    /// The folder of the keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }
}

/// A small file of the operator's.
///
/// # Errors
/// If it cannot be read.
pub fn read_text(path: &Path) -> Result<String, Message> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        Message::new(format!("{path}: {error}"), format!("{path}：{error}"))
    })
}
