//! The data folder: rights, keys, what is remembered, space.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use dispatch_core::language::Message;
use rustix::fs::statvfs;

use super::Finding;
use crate::args::data::Data;
use crate::keys::KeyFolder;
use crate::log;
use crate::store::Backend;

pub(super) fn examine(data: &Data, findings: &mut Vec<Finding>) {
    if !data.data.is_dir() {
        let path = data.data.display();
        findings.push(Finding::failed(
            "folder",
            Message::new(format!("{path} is not there"), format!("{path}不存在")),
            Message::new(
                "give the right --data, or start dispatch-service serve, which makes it",
                "请用 --data 指定正确目录，或运行 dispatch-service serve 建立",
            ),
        ));
        return;
    }
    // The folder may be entered by others, not written; the keys' folder not even entered.
    findings.push(rights("folder", &data.data, 0o022, "go-w"));
    findings.push(rights("keys", &data.keys(), 0o077, "700"));
    if let Ok(Backend::Sqlite(path)) = data.backend()
        && path.exists()
    {
        findings.push(rights("database-file", &path, 0o077, "600"));
    }
    let folder = KeyFolder::open(&data.keys());
    let log_key = folder.as_ref().map(|_| ()).map_err(Clone::clone);
    findings.push(key("log-key", log_key));
    if let Ok(folder) = folder {
        findings.push(key("envelope-key", folder.envelope().map(drop)));
        findings.push(memory(&folder.memory()));
    }
    findings.push(space(&data.data));
}

fn rights(check: &'static str, path: &Path, forbidden: u32, mode: &str) -> Finding {
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(error) => Finding::failed(
            check,
            Message::new(format!("{shown}: {error}"), format!("{shown}：{error}")),
            Message::new(
                "restore it from your copy, or give the right --data",
                "请用备份恢复，或用 --data 指定正确目录",
            ),
        ),
        Ok(found) if found.permissions().mode() & forbidden != 0 => Finding::failed(
            check,
            Message::new(
                format!("{shown}: other users have rights to it"),
                format!("{shown}：其他用户有权访问"),
            ),
            Message::new(
                format!("chmod {mode} {shown}"),
                format!("chmod {mode} {shown}"),
            ),
        ),
        Ok(_) => Finding::ok(
            check,
            format!("{shown} is private"),
            format!("{shown}权限正确"),
        ),
    }
}

fn key(check: &'static str, read: Result<(), Message>) -> Finding {
    match read {
        Ok(()) => Finding::ok(check, "can be read", "可以读取"),
        Err(why) => Finding::failed(
            check,
            why,
            Message::new(
                "bring back the key folder that belongs to this database; keys are in no backup of the database",
                "请恢复与该数据库配套的密钥目录；数据库备份中没有密钥",
            ),
        ),
    }
}

fn memory(path: &Path) -> Finding {
    match log::remembered(path) {
        Ok(Some(latest)) => {
            let size = latest.checkpoint.size;
            Finding::ok(
                "memory",
                format!("this machine signed the log last at size {size}"),
                format!("本机最近签署的日志规模为{size}"),
            )
        }
        Ok(None) => Finding::warning(
            "memory",
            Message::new(
                "this machine does not remember to have signed the log",
                "本机没有签署过日志的记录",
            ),
            Message::new(
                "right for a new log; after a move or a restore see docs/operations.md, \"After a restore\"",
                "新日志属正常；迁移或恢复后请见 docs/operations.md",
            ),
        ),
        Err(why) => Finding::failed(
            "memory",
            why,
            Message::new(
                "nothing is signed until it can be read",
                "在可读之前不会签署日志",
            ),
        ),
    }
}

fn space(path: &Path) -> Finding {
    let shown = path.display();
    let stat = match statvfs(path) {
        Ok(stat) => stat,
        Err(error) => {
            return Finding::warning(
                "disk",
                Message::new(format!("{shown}: {error}"), format!("{shown}：{error}")),
                Message::new("look with df", "请用 df 查看"),
            );
        }
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize) >> 20;
    let found = Message::new(
        format!("{free} MiB are free where {shown} is"),
        format!("{shown}所在磁盘剩余{free} MiB"),
    );
    let remedy = Message::new(
        "make space: changes are refused when the disk is full. A PostgreSQL elsewhere has its own disk",
        "请清理磁盘：磁盘写满后将拒绝更改。PostgreSQL 另有其磁盘",
    );
    if free < LEAST {
        Finding::failed("disk", found, remedy)
    } else if free < LITTLE {
        Finding::warning("disk", found, remedy)
    } else {
        Finding::ok("disk", found.english, found.chinese)
    }
}

/// MiB below which the next upload may fail, and below which somebody should know.
const LEAST: u64 = 128;
const LITTLE: u64 = 2048;
