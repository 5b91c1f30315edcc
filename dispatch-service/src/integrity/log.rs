//! The tables of the log against each other: entries, hashes, checkpoints, head.

use std::collections::VecDeque;

use dispatch_core::digest::Digest;
use dispatch_core::entry::Entry;
use dispatch_core::log::tile::TilePath;
use dispatch_core::log::{Growth, SignedCheckpoint, VerifierKey};
use dispatch_core::merkle::{leaf_hash, root_of};
use dispatch_core::syntax::unix_time;

use super::Fault;
use crate::store::{Row, Sql, StoreError};

/// What was found of a log in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFound {
    /// Its name; empty if it was not begun.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// The root over all of them.
    pub root: Digest,
    /// Checkpoints that were signed.
    pub checkpoints: u64,
}

/// Checks the log; with `key` every checkpoint's signature too.
///
/// # Errors
/// The first fault, or that the database is gone.
pub fn check(sql: &mut dyn Sql, key: Option<&VerifierKey>) -> Result<LogFound, Fault> {
    let mut checking = Checking {
        key,
        growth: Growth::new(),
        checkpoints: Checkpoints::default(),
        origin: String::new(),
        nodes: 0,
        time: 0,
    };
    checking.checkpoint(sql)?;
    loop {
        let rows = sql.query(
            "SELECT e.idx, e.entry, n.hash FROM log_entry e LEFT JOIN log_node n ON n.level = 0 AND n.idx = e.idx WHERE e.idx >= ?1 ORDER BY e.idx LIMIT 500",
            &[checking.growth.size().into()],
        )?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            checking.entry(sql, &row)?;
            checking.checkpoint(sql)?;
        }
    }
    checking.end(sql)
}

struct Checking<'k> {
    key: Option<&'k VerifierKey>,
    growth: Growth,
    checkpoints: Checkpoints,
    origin: String,
    nodes: u64,
    time: u64,
}

impl Checking<'_> {
    fn entry(&mut self, sql: &mut dyn Sql, row: &Row) -> Result<(), Fault> {
        let index = self.growth.size();
        let fault = |english: &str, chinese: &str| {
            Fault::new(
                format!("log_entry, row {index}: {english}"),
                format!("log_entry 第{index}行：{chinese}"),
            )
        };
        if row.count(0)? != index {
            return Err(fault("is missing", "缺失"));
        }
        let bytes = row.bytes(1)?;
        if row.optional_digest(2)? != Some(leaf_hash(bytes)) {
            return Err(fault(
                "its hash is not that of log_node",
                "其哈希与 log_node 不符",
            ));
        }
        let entry = Entry::read(bytes).map_err(|why| fault(&why.english, &why.chinese))?;
        let time = unix_time(&entry.time).unwrap_or(0);
        if time < self.time {
            return Err(fault("goes back in time", "时间早于前一条"));
        }
        self.time = time;
        self.nodes = self.nodes.saturating_add(1);
        let full = { self.growth.push(bytes) }
            .map_err(|error| fault(&error.to_string(), &error.to_string()))?;
        for file in full {
            let TilePath::Hashes(tile) = file.path else {
                continue;
            };
            let level = u64::from(tile.level).saturating_add(1);
            let hashes = tile
                .read_hashes(&file.bytes)
                .map_err(|error| fault(&error.to_string(), &error.to_string()))?;
            let node = sql.query_one(
                "SELECT hash FROM log_node WHERE level = ?1 AND idx = ?2",
                &[level.into(), tile.index.into()],
            )?;
            let node = node.map(|row| row.digest(0)).transpose()?;
            if node != Some(root_of(&hashes)) {
                let index = tile.index;
                return Err(Fault::new(
                    format!("log_node, level {level}, row {index}: is not the hash of its entries"),
                    format!("log_node 第{level}层第{index}行：与条目的哈希不符"),
                ));
            }
            self.nodes = self.nodes.saturating_add(1);
        }
        Ok(())
    }

    /// Checks the checkpoints over as many entries as there are so far.
    fn checkpoint(&mut self, sql: &mut dyn Sql) -> Result<(), Fault> {
        let size = self.growth.size();
        while let Some(row) = self.checkpoints.next_at(sql, size)? {
            let number = self.checkpoints.taken.saturating_sub(1);
            let fault = |english: &str, chinese: &str| {
                Fault::new(
                    format!("log_checkpoint, row {number}: {english}"),
                    format!("log_checkpoint 第{number}行：{chinese}"),
                )
            };
            if row.count(0)? != number {
                return Err(fault("is missing", "缺失"));
            }
            let note = SignedCheckpoint::read(row.text(2)?.as_bytes())
                .map_err(|error| fault(&error.to_string(), &error.to_string()))?;
            let told = &note.checkpoint;
            if (told.size, told.root) != (size, self.growth.root()) {
                return Err(fault(
                    "was signed over other entries than those that are here",
                    "所签署的内容与现有条目不符",
                ));
            }
            if number == 0 {
                self.origin.clone_from(&told.origin);
            } else if told.origin != self.origin {
                return Err(fault("is of another log", "属于另一日志"));
            }
            if let Some(key) = self.key
                && !note.verify(key).unwrap_or(false)
            {
                return Err(fault(
                    "was not signed with the key of the key folder; bring back the key folder that belongs to this database",
                    "不是由密钥目录中的密钥签署，请恢复与该数据库配套的密钥目录",
                ));
            }
        }
        Ok(())
    }

    fn end(mut self, sql: &mut dyn Sql) -> Result<LogFound, Fault> {
        let (size, root) = (self.growth.size(), self.growth.root());
        if let Some(row) = self.checkpoints.peek(sql)? {
            let number = row.count(0)?;
            return Err(Fault::new(
                format!(
                    "log_checkpoint, row {number}: was signed over more entries than the {size} that are here, or out of order"
                ),
                format!("log_checkpoint 第{number}行：所签署的条目多于现有的{size}条，或顺序有误"),
            ));
        }
        let nodes = sql.query_one("SELECT CAST(COUNT(*) AS BIGINT) FROM log_node", &[])?;
        let nodes = nodes.map_or(Ok(0), |row| row.count(0))?;
        if nodes != self.nodes {
            let wanted = self.nodes;
            return Err(Fault::new(
                format!("log_node: has {nodes} rows instead of {wanted}"),
                format!("log_node：应有{wanted}行，现有{nodes}行"),
            ));
        }
        let head = sql.query_one("SELECT size, root, checkpoint, time FROM log_head", &[])?;
        let checkpoints = self.checkpoints.taken;
        let agrees = match head {
            None => size == 0 && checkpoints == 0,
            Some(row) => {
                row.count(0)? == size
                    && row.digest(1)? == root
                    && row.count(2)?.saturating_add(1) == checkpoints
                    && row.count(3)? >= self.time
            }
        };
        if agrees {
            return Ok(LogFound {
                origin: self.origin,
                size,
                root,
                checkpoints,
            });
        }
        Err(Fault::new(
            format!(
                "log_head, row 1: is not the head of these {size} entries and {checkpoints} checkpoints"
            ),
            format!("log_head 第1行：与现有{size}条记录和{checkpoints}个检查点不符"),
        ))
    }
}

/// All checkpoints in the order of their numbers, read some at a time.
#[derive(Default)]
struct Checkpoints {
    waiting: VecDeque<Row>,
    read: u64,
    /// How many were taken.
    taken: u64,
}

impl Checkpoints {
    fn peek(&mut self, sql: &mut dyn Sql) -> Result<Option<&Row>, StoreError> {
        if self.waiting.is_empty() {
            let rows = sql.query(
                "SELECT number, size, note FROM log_checkpoint WHERE number >= ?1 ORDER BY number LIMIT 500",
                &[self.read.into()],
            )?;
            if let Some(last) = rows.last() {
                self.read = last.count(0)?.saturating_add(1);
            }
            self.waiting.extend(rows);
        }
        Ok(self.waiting.front())
    }

    /// The next one, if it is over this many entries.
    fn next_at(&mut self, sql: &mut dyn Sql, size: u64) -> Result<Option<Row>, StoreError> {
        match self.peek(sql)? {
            Some(row) if row.count(1)? == size => {
                self.taken = self.taken.saturating_add(1);
                Ok(self.waiting.pop_front())
            }
            _ => Ok(None),
        }
    }
}
