//! `dispatch log check`: every file of a log against every other.
//!
//! All tiles and roots are computed again from the entries. Invariant: it stops at nothing, and says
//! all that is wrong.

use std::collections::HashMap;

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Entry, Step};
use dispatch_core::language::Message;
use dispatch_core::log::view::{CHECKPOINT, DOCUMENTS, numbered_path};
use dispatch_core::log::{Growth, LogFiles as _, LogPolicy, SignedCheckpoint, TileFile};
use rayon::prelude::*;

use crate::args::log::LogCheck;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::log_folder::known::malformed;
use crate::log_folder::{LogFolder, documents};

pub(super) fn run(console: &Console, options: &LogCheck) -> Done {
    let folder = LogFolder::open(&options.dir)?;
    let policy = folder.policy(options.policy.as_deref())?;
    let checkpoints = folder.view().checkpoints()?;
    let (_, latest) = folder.latest()?;
    let mut check = Check {
        folder: &folder,
        faults: Vec::new(),
        more: 0,
    };
    check.checkpoints(&checkpoints, policy.as_ref());
    let size = latest.checkpoint.size;
    let referred = check.entries(console, &checkpoints, size)?;
    let missing = check.documents(console, &referred)?;
    let (faults, more) = (check.faults, check.more);
    let count = checkpoints.len();
    if policy.is_none() {
        console.say(
            "no policy: signatures were not checked; give --policy, or publish one with `dispatch log policy`",
            "没有信任策略，未检查签名；请用 --policy 提供，或用 dispatch log policy 公布",
        );
    }
    if missing > 0 {
        console.say(
            format!("{missing} documents that entries name are not in {DOCUMENTS}/; that is no fault of the log"),
            format!("条目所指的文件有{missing}个不在 {DOCUMENTS}/ 中；这不影响日志本身"),
        );
    }
    if faults.is_empty() {
        console.say(
            format!("the log is whole: {size} entries, {count} checkpoints"),
            format!("日志完整：{size}条，{count}个检查点"),
        );
        return Ok(());
    }
    let mut messages = faults;
    let all = more.saturating_add(messages.len() as u64);
    messages.push(Message::new(
        format!("{all} faults; restore the folder from your copy"),
        format!("共{all}处错误；请用备份恢复该目录"),
    ));
    Err(Failure::from(messages))
}

struct Check<'f> {
    folder: &'f LogFolder,
    faults: Vec<Message>,
    /// Faults that are not listed.
    more: u64,
}

impl Check<'_> {
    fn fault(&mut self, fault: Message) {
        if self.faults.len() < SHOWN {
            self.faults.push(fault);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Sizes, origins, signatures, and that the latest one is shown.
    fn checkpoints(&mut self, checkpoints: &[SignedCheckpoint], policy: Option<&LogPolicy>) {
        for (number, checkpoint) in checkpoints.iter().enumerate() {
            let head = &checkpoint.checkpoint;
            let path = numbered_path(number as u64);
            let before = number
                .checked_sub(1)
                .and_then(|before| checkpoints.get(before));
            let continues = before.is_none_or(|before| {
                before.checkpoint.origin == head.origin && before.checkpoint.size < head.size
            });
            if !continues {
                self.fault(Message::new(
                    format!(
                        "{path}: is not larger than the checkpoint before it, or of another log"
                    ),
                    format!("{path}：不大于前一检查点，或属于其他日志"),
                ));
            }
            if let Some(fault) = policy.and_then(|policy| signed(policy, checkpoint)) {
                self.fault(Message::new(
                    format!("{path}: {}", fault.english),
                    format!("{path}：{}", fault.chinese),
                ));
            }
        }
        let shown = self.folder.read(CHECKPOINT).ok().flatten();
        let latest = checkpoints.last().map(SignedCheckpoint::to_text);
        if shown != latest.map(String::into_bytes) {
            self.fault(Message::new(
                "checkpoint is not the latest one of checkpoints/; the next `dispatch log` command that writes mends it",
                "checkpoint 不是 checkpoints/ 中最新的一个；下一次写入时自动修复",
            ));
        }
    }

    /// Entries, tiles and roots; gives the hashes of documents that entries name.
    fn entries(
        &mut self,
        console: &Console,
        checkpoints: &[SignedCheckpoint],
        size: u64,
    ) -> Done<Vec<Digest>> {
        let progress = console.count("checking", "正在检查", size);
        let mut growth = Growth::new();
        let mut numbers: HashMap<String, u64> = HashMap::new();
        let mut referred = Vec::new();
        let mut due = (0..).zip(checkpoints).peekable();
        let folder = self.folder;
        let mut roots = |check: &mut Self, growth: &Growth| {
            while let Some((number, checkpoint)) =
                due.next_if(|(_, due)| due.checkpoint.size <= growth.size())
            {
                if checkpoint.checkpoint.root != growth.root() {
                    let path = numbered_path(number);
                    check.fault(Message::new(
                        format!("{path}: its root is not that of the entries"),
                        format!("{path}：根值与条目不符"),
                    ));
                }
            }
        };
        roots(self, &growth);
        let read = folder
            .view()
            .for_each_bundle(0..size, size, |first, bundle| {
                let entries: Vec<_> = bundle.par_iter().map(|bytes| Entry::read(bytes)).collect();
                for (index, (entry, bytes)) in (first..).zip(entries.into_iter().zip(&bundle)) {
                    match entry {
                        Ok(entry) => {
                            let last = numbers.entry(entry.body.clone()).or_default();
                            if entry.number != last.saturating_add(1) {
                                self.fault(gap(index, &entry, *last));
                            }
                            *last = entry.number;
                            refer(&entry.step, &mut referred);
                        }
                        Err(fault) => self.fault(malformed(index, &fault)),
                    }
                    let full = growth.push(bytes);
                    for tile in
                        full.map_err(|error| Failure::new(error.to_string(), error.to_string()))?
                    {
                        self.tile(&tile);
                    }
                    roots(self, &growth);
                }
                progress.at(growth.size());
                Done::Ok(())
            });
        if let Err(failure) = read {
            failure
                .messages
                .into_iter()
                .for_each(|fault| self.fault(fault));
            return Ok(referred);
        }
        for tile in growth.edge() {
            self.tile(&tile);
        }
        Ok(referred)
    }

    /// Compares one tile with its file.
    fn tile(&mut self, tile: &TileFile) {
        let path = tile.path.to_string();
        match self.folder.read(&path) {
            Ok(Some(bytes)) if bytes == tile.bytes => {}
            Ok(found) => {
                let missing = found.is_none();
                let (english, chinese) = if missing {
                    ("is missing", "缺失")
                } else {
                    ("is not what the entries make it", "与条目不符")
                };
                self.fault(Message::new(
                    format!("{path}: {english}"),
                    format!("{path}：{chinese}"),
                ));
            }
            Err(fault) => self.fault(fault),
        }
    }

    /// Whether documents are what their names say; gives how many that entries name are not there.
    fn documents(&mut self, console: &Console, referred: &[Digest]) -> Done<u64> {
        let dir = self.folder.dir().join(DOCUMENTS);
        let mut there = std::collections::HashSet::new();
        if dir.exists() {
            let failed = |error: std::io::Error| Failure::file(&dir, &error);
            let progress = console.step("checking the documents", "正在检查文件");
            for file in std::fs::read_dir(&dir).map_err(failed)? {
                let path = file.map_err(failed)?.path();
                let name = path.file_name().and_then(|name| name.to_str());
                let named = name.and_then(|name| Digest::from_hex(name).ok());
                match named {
                    Some(hash) if documents::hash_file(&path)? == hash => {
                        there.insert(hash);
                    }
                    _ => {
                        let path = path.display();
                        self.fault(Message::new(
                            format!("{path}: the name is not the SHA-256 of the content"),
                            format!("{path}：文件名不是内容的SHA-256"),
                        ));
                    }
                }
            }
            drop(progress);
        }
        let missing = referred
            .iter()
            .filter(|hash| !there.contains(*hash))
            .count();
        Ok(missing as u64)
    }
}

/// What is wrong with the signatures; witnesses that are missing are nothing wrong.
fn signed(policy: &LogPolicy, checkpoint: &SignedCheckpoint) -> Option<Message> {
    let mut own = false;
    for key in { policy.logs().iter().map(|log| &log.key) }
        .chain(policy.witnesses().iter().map(|witness| &witness.key))
    {
        match checkpoint.verify(key) {
            Ok(found) => own = own || (found && key.name == checkpoint.checkpoint.origin),
            Err(error) => return Some(Message::new(error.to_string(), error.to_string())),
        }
    }
    (!own).then(|| {
        Message::new(
            "no log key of the policy has signed it",
            "没有信任策略中日志公钥的签名",
        )
    })
}

fn gap(index: u64, entry: &Entry, last: u64) -> Message {
    let (number, body) = (entry.number, &entry.body);
    Message::new(
        format!("entry {index}: has the number {number}, the one before of {body} has {last}"),
        format!("第{index}号条目：编号为{number}，而{body}的前一编号为{last}"),
    )
}

/// Hashes of the documents that a step names.
fn refer(step: &Step, referred: &mut Vec<Digest>) {
    match step {
        Step::Announcement(step) => {
            let announced = &step.announcement;
            referred.push(announced.document);
            let others = [&announced.custody, &announced.policy];
            referred.extend(
                others
                    .into_iter()
                    .filter_map(|hash| Digest::from_hex(hash).ok()),
            );
        }
        Step::Disclosure(step) => referred.extend(Digest::from_hex(&step.bundle)),
        Step::Plan(step) => referred.push(step.document),
        _ => {}
    }
}

/// Faults that are listed one by one.
const SHOWN: usize = 20;
