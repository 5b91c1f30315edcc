//! The folder of a log: static files that any web server serves, and how they are changed.
//!
//! Source: C2SP tlog-tiles and docs/spec.md 17.8. Everything in the folder is public; the private
//! key lies elsewhere. Invariant: a signed checkpoint is written only after every tile that it needs
//! has reached the disk, and what an earlier checkpoint needs is never written again.

pub(crate) mod documents;
pub(crate) mod evidence;
pub(crate) mod key_file;
pub(crate) mod known;
pub(crate) mod witnesses;
pub(crate) mod writer;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use dispatch_core::language::Message;
use dispatch_core::log::view::{CHECKPOINT, CHECKPOINTS, POLICY};
use dispatch_core::log::{LogFiles, LogPolicy, LogView, SignedCheckpoint};

use crate::failure::{Done, Failure};
use crate::folder;

/// A log in a folder.
#[derive(Clone, Debug)]
pub(crate) struct LogFolder {
    dir: PathBuf,
}

impl LogFiles for LogFolder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        let path = self.dir.join(path);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if absent(&error) => Ok(None),
            Err(error) => {
                let path = path.display();
                Err(Message::new(
                    format!("{path}: {error}; check the permissions and the disk"),
                    format!("{path}：{error}；请检查权限和磁盘"),
                ))
            }
        }
    }
}

impl LogFolder {
    /// Opens the folder of a log.
    pub(crate) fn open(dir: &Path) -> Done<Self> {
        if dir.join(CHECKPOINTS).join("0").exists() {
            return Ok(Self {
                dir: dir.to_owned(),
            });
        }
        let dir = dir.display();
        Err(Failure::new(
            format!(
                "{dir}: is not the folder of a log (it has no checkpoints/0); make one with `dispatch log new`"
            ),
            format!("{dir}：不是日志目录（没有 checkpoints/0）；请先用 dispatch log new 建立"),
        ))
    }

    /// Where it is.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What its files show.
    pub(crate) const fn view(&self) -> LogView<'_, Self> {
        LogView(self)
    }

    /// Number of checkpoints that were ever signed.
    pub(crate) fn count(&self) -> Done<u64> {
        let dir = self.dir.join(CHECKPOINTS);
        let failed = |error: std::io::Error| Failure::file(&dir, &error);
        let mut count: u64 = 0;
        let mut beyond: u64 = 0;
        for entry in fs::read_dir(&dir).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let number = name.to_str().and_then(|name| {
                let number: u64 = name.parse().ok()?;
                (number.to_string() == name).then_some(number)
            });
            if let Some(number) = number {
                count = count.saturating_add(1);
                beyond = beyond.max(number.saturating_add(1));
            }
        }
        if count == beyond {
            return Ok(count);
        }
        let dir = dir.display();
        Err(Failure::new(
            format!(
                "{dir}: checkpoints are missing, {count} of {beyond} are there; restore the folder from your copy"
            ),
            format!("{dir}：缺少检查点，应有{beyond}个、现有{count}个；请用备份恢复该目录"),
        ))
    }

    /// The checkpoint that was signed last, with its number.
    pub(crate) fn latest(&self) -> Done<(u64, SignedCheckpoint)> {
        let number = self.count()?.saturating_sub(1);
        let latest = self.view().numbered(number)?.ok_or_else(|| {
            let dir = self.dir.display();
            Message::new(
                format!("{dir}: has no checkpoint; restore the folder from your copy"),
                format!("{dir}：没有检查点，请用备份恢复该目录"),
            )
        })?;
        Ok((number, latest))
    }

    /// The policy given, or else the one that the log publishes, if it does.
    pub(crate) fn policy(&self, given: Option<&Path>) -> Done<Option<LogPolicy>> {
        let published = self.dir.join(POLICY);
        let path = match given {
            Some(path) => path,
            None if published.exists() => &published,
            None => return Ok(None),
        };
        read_policy(path).map(Some)
    }

    /// The policy, which has to be there.
    pub(crate) fn needed_policy(&self, given: Option<&Path>) -> Done<LogPolicy> {
        self.policy(given)?.ok_or_else(|| {
            let dir = self.dir.display();
            Failure::new(
                format!("{dir}: has no log.policy; put one there with `dispatch log policy`, or give --policy"),
                format!("{dir}：没有 log.policy；请用 dispatch log policy 放入，或用 --policy 提供"),
            )
        })
    }

    /// Keeps every other writer out until what is returned is dropped; the system drops it too when
    /// the process dies.
    pub(crate) fn lock(&self) -> Done<File> {
        let path = self.dir.join(LOCK);
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| Failure::file(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(busy(&self.dir)),
            Err(fs::TryLockError::Error(error)) => Err(Failure::file(&path, &error)),
        }
    }

    /// Writes a file of the log whole, and waits until it has reached the disk.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Done {
        folder::write_durably(&self.dir.join(path), bytes, false)
    }

    /// Replaces a checkpoint by the same with more signatures; `checkpoint` too, if it is the latest.
    /// The caller holds the lock.
    pub(crate) fn replace(&self, number: u64, checkpoint: &SignedCheckpoint) -> Done {
        let text = checkpoint.to_text();
        let path = dispatch_core::log::view::numbered_path(number);
        self.put(&path, text.as_bytes())?;
        if number.saturating_add(1) == self.count()? {
            self.put(CHECKPOINT, text.as_bytes())?;
        }
        Ok(())
    }
}

/// Reads a policy; a fault names the file.
pub(crate) fn read_policy(path: &Path) -> Done<LogPolicy> {
    LogPolicy::read(folder::read(path)?).map_err(|fault| {
        let path = path.display();
        Failure::new(
            format!("{path}: {}", fault.english),
            format!("{path}：{}", fault.chinese),
        )
    })
}

fn busy(dir: &Path) -> Failure {
    let dir = dir.display();
    Failure::new(
        format!("{dir}: another process is writing to this log; wait until it has finished"),
        format!("{dir}：另一个进程正在写入该日志，请等它完成"),
    )
}

fn absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Nothing is in it: it is locked.
const LOCK: &str = ".lock";
