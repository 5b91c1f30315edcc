//! The database: whether it is there, takes changes, and holds this log and what these keys open.

use dispatch_core::language::Message;
use dispatch_core::log::view::{LogView, tree_message};
use dispatch_core::log::{SignedCheckpoint, SignerKey};
use dispatch_core::syntax::shown_time;

use super::Finding;
use crate::args::data::Data;
use crate::audit;
use crate::integrity::{Fault, sealed};
use crate::keys::KeyFolder;
use crate::log::{self, StoredLog};
use crate::store::{Backend, Schema, Sql};

pub(super) fn examine(
    data: &Data,
    keys: Option<&KeyFolder>,
    now: u64,
    findings: &mut Vec<Finding>,
) {
    let backend = match data.backend() {
        Ok(backend) => backend,
        Err(why) => {
            let remedy = Message::new("give the right --database-file", "请检查 --database-file");
            findings.push(Finding::failed("database", why, remedy));
            return;
        }
    };
    let reached = reached(&backend);
    let usable = reached.remedy.is_none();
    findings.push(reached);
    if !usable {
        return;
    }
    findings.push(writable(&backend));
    let looked = backend.once(false, |sql| {
        let mut found = vec![
            told("log", keys_of(sql, keys)),
            told("log-memory", memory(sql, keys)),
            told("clock", clock(sql, now)),
            told("envelope", envelope(sql, keys)),
            told("audit", trail(sql)),
        ];
        found.push(work(sql, now).unwrap_or_else(|fault| gone("work", fault)));
        Ok(found)
    });
    match looked {
        Ok(found) => findings.extend(found),
        Err(problem) => findings.push(gone("database", problem.into())),
    }
}

/// What a check that is well says, or the fault and its remedy.
type Looked = Result<Message, (Fault, Message)>;

fn told(check: &'static str, looked: Looked) -> Finding {
    match looked {
        Ok(well) => Finding::ok(check, well.english, well.chinese),
        Err((Fault(found), remedy)) => Finding::failed(check, found, remedy),
    }
}

fn gone(check: &'static str, Fault(found): Fault) -> Finding {
    Finding::failed(
        check,
        found,
        Message::new("look at the database's own log", "请查看数据库日志"),
    )
}

fn reached(backend: &Backend) -> Finding {
    let migrate = Message::new(
        "run dispatch-service migrate (serve does it for a new embedded file)",
        "请运行 dispatch-service migrate（新的内置数据库由 serve 建立）",
    );
    match backend.schema() {
        Ok(Schema::Current) => Finding::ok(
            "database",
            "is reached and has the tables of this version",
            "可以连接，数据表为本版本",
        ),
        Ok(Schema::Empty) => Finding::failed(
            "database",
            Message::new("has no tables yet", "尚无数据表"),
            migrate,
        ),
        Ok(Schema::Older) => Finding::failed(
            "database",
            Message::new("has tables of an earlier version", "数据表为较早版本"),
            migrate,
        ),
        Ok(Schema::Foreign(why)) => Finding::failed(
            "database",
            Message::new(
                format!("has tables of another program or a later version: {why}"),
                format!("数据表属于其他程序或更新的版本：{why}"),
            ),
            Message::new("use the version that made them", "请使用创建它们的版本"),
        ),
        Err(error) => Finding::failed(
            "database",
            Fault::from(error).0,
            Message::new(
                "start the database, and look at --database or --database-file",
                "请启动数据库，并检查 --database 或 --database-file",
            ),
        ),
    }
}

/// A change that changes nothing.
fn writable(backend: &Backend) -> Finding {
    match backend.once(true, |sql| Ok(audit::lock(sql)?)) {
        Ok(()) => Finding::ok("writing", "changes are taken", "可以写入"),
        Err(problem) => Finding::failed(
            "writing",
            problem.message,
            Message::new(
                "look at the rights, the disk, and whether it is a standby",
                "请检查权限、磁盘，以及是否为只读备库",
            ),
        ),
    }
}

fn key_folder() -> Message {
    Message::new(
        "bring back the key folder that belongs to this database",
        "请恢复与该数据库配套的密钥目录",
    )
}

fn log_key(keys: Option<&KeyFolder>) -> Result<SignerKey, (Fault, Message)> {
    let none = || {
        Message::new(
            "there is no log key to compare with",
            "没有可供核对的日志密钥",
        )
    };
    let key = keys.ok_or_else(none).and_then(KeyFolder::log_key);
    key.map_err(|why| (Fault(why), key_folder()))
}

/// The head of the log is what this key signed.
fn keys_of(sql: &mut dyn Sql, keys: Option<&KeyFolder>) -> Looked {
    let restore = |fault: Fault| {
        let remedy = Message::new(
            "restore the newest backup that is in order",
            "请恢复最新的完好备份",
        );
        (fault, remedy)
    };
    let Some(latest) = latest(sql).map_err(restore)? else {
        return Ok(Message::new("is not begun yet", "尚未开始"));
    };
    let head = &latest.checkpoint;
    let (size, stored) = (head.size, StoredLog::new(sql));
    let root = LogView(&stored).tree(size).root();
    let root = root.map_err(|error| restore(Fault(tree_message(error))))?;
    if root != head.root {
        return Err(restore(Fault::new(
            "the hashes of the log do not have the root that was signed",
            "日志的哈希与已签署的根不符",
        )));
    }
    let key = log_key(keys)?;
    if head.origin == key.name() && latest.verify(&key.verifier()).unwrap_or(false) {
        let origin = &head.origin;
        return Ok(Message::new(
            format!("{origin} has {size} entries and was signed with the key that is here"),
            format!("{origin}共{size}条，由现有密钥签署"),
        ));
    }
    let fault = Fault::new(
        format!(
            "the log {} was not signed with the key of {} that is here",
            head.origin,
            key.name()
        ),
        format!("日志{}不是由现有的{}的密钥签署", head.origin, key.name()),
    );
    Err((fault, key_folder()))
}

/// What this machine signed last is the beginning of what is here.
fn memory(sql: &mut dyn Sql, keys: Option<&KeyFolder>) -> Looked {
    let nothing = Message::new("there is nothing to compare", "没有可比对的内容");
    let remembered = keys.and_then(|keys| log::remembered(&keys.memory()).ok().flatten());
    let Some(remembered) = remembered else {
        return Ok(nothing);
    };
    let again = |fault| {
        let remedy = Message::new(
            "nothing is signed with this database: restore the newest copy, see docs/operations.md",
            "该数据库不会被签署：请恢复最新副本，见 docs/operations.md",
        );
        (fault, remedy)
    };
    let size = latest(sql)
        .map_err(again)?
        .map_or(0, |one| one.checkpoint.size);
    let known = &remembered.checkpoint;
    let root = if known.size <= size {
        let stored = StoredLog::new(sql);
        let root = LogView(&stored).tree(size).root_at(known.size);
        Some(root.map_err(|error| again(Fault(tree_message(error))))?)
    } else {
        None
    };
    if root == Some(known.root) {
        return Ok(Message::new(
            "what this machine signed last is the beginning of the log",
            "本机最近签署的内容与日志衔接",
        ));
    }
    let known = known.size;
    Err(again(Fault::new(
        format!(
            "this machine has signed {known} entries, and the database holds {size} that do not continue them: it is an old copy"
        ),
        format!("本机已签署{known}条，数据库中的{size}条与之不衔接：数据库是旧副本"),
    )))
}

fn latest(sql: &mut dyn Sql) -> Result<Option<SignedCheckpoint>, Fault> {
    let Some(note) = StoredLog::new(sql).file("checkpoint")? else {
        return Ok(None);
    };
    let read = SignedCheckpoint::read(&note);
    read.map(Some)
        .map_err(|error| Fault::new(error.to_string(), error.to_string()))
}

fn clock(sql: &mut dyn Sql, now: u64) -> Looked {
    let set = |fault| {
        let remedy = Message::new(
            "set the clock of this machine right: public steps are refused until it has caught up",
            "请校正本机时钟：在此之前公开步骤将被拒绝",
        );
        (fault, remedy)
    };
    let head = sql.query_one("SELECT time FROM log_head", &[]);
    let head = head.map_err(|error| set(error.into()))?;
    let last = head.map_or(Ok(0), |row| row.count(0));
    let last = last.map_err(|error| set(error.into()))?;
    let (shown, told) = (shown_time(now), shown_time(last));
    if last <= now {
        return Ok(Message::new(
            format!("{shown}, not before the last entry of the log"),
            format!("{shown}，不早于日志最后一条"),
        ));
    }
    Err(set(Fault::new(
        format!("{shown} is before the last entry of the log, {told}"),
        format!("{shown}早于日志最后一条的时间{told}"),
    )))
}

fn envelope(sql: &mut dyn Sql, keys: Option<&KeyFolder>) -> Looked {
    let wrong = |fault| (fault, key_folder());
    let Some(envelope) = keys.and_then(|keys| keys.envelope().ok()) else {
        let none = Fault::new("there is no envelope key to try", "没有可供核对的封装密钥");
        return Err(wrong(none));
    };
    let opened = sealed::check(sql, &envelope, 3).map_err(wrong)?;
    Ok(Message::new(
        format!("{opened} sealed files were tried and open"),
        format!("抽查{opened}个密封文件，均可打开"),
    ))
}

fn trail(sql: &mut dyn Sql) -> Looked {
    let search = |fault| {
        let remedy = Message::new(
            "find out who changed the database; an earlier backup has the records as they were",
            "请查明何人改动数据库；较早的备份中有原记录",
        );
        (fault, remedy)
    };
    let report = audit::check_chain(sql).map_err(|error| search(error.into()))?;
    let records = report.records;
    match report.fault {
        Some(fault) => Err(search(Fault(fault))),
        None => Ok(Message::new(
            format!("{records} records are in order"),
            format!("{records}条记录完整"),
        )),
    }
}

fn work(sql: &mut dyn Sql, now: u64) -> Result<Finding, Fault> {
    let rows = sql.query(
        "SELECT d.draw, w.fault, w.due FROM work w JOIN register_draw d ON d.commitment = w.commitment WHERE w.fault <> '' OR w.due < ?1 ORDER BY w.due LIMIT 5",
        &[now.saturating_sub(LATE).into()],
    )?;
    let mut waiting = Vec::new();
    for row in &rows {
        let (draw, fault) = (row.text(0)?, row.text(1)?);
        waiting.push(if fault.is_empty() {
            let due = shown_time(row.optional_count(2)?.unwrap_or(0));
            format!("{draw}: due since {due}")
        } else {
            format!("{draw}: {fault}")
        });
    }
    if waiting.is_empty() {
        return Ok(Finding::ok(
            "work",
            "nothing waits with a fault",
            "没有滞留的工作",
        ));
    }
    let waiting = waiting.join("; ");
    Ok(Finding::warning(
        "work",
        Message::new(waiting.clone(), waiting),
        Message::new(
            "see that the service runs; bring the pulse by hand if no relay gives it",
            "请确认服务在运行；中继无法提供脉冲时由人提交",
        ),
    ))
}

/// Seconds after which something due should have been done.
const LATE: u64 = 600;
