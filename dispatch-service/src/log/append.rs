//! Appending to the log inside a transaction of the store.
//!
//! Source: docs/spec.md 17.4, 17.5. Invariant: of one size one checkpoint is signed, and it is seen by
//! nobody before the transaction that holds it is committed.

use dispatch_core::digest::Digest;
use dispatch_core::entry::admission::admit;
use dispatch_core::entry::{Entry, Step};
use dispatch_core::language::Message;
use dispatch_core::log::tile::{TilePath, write_bundle};
use dispatch_core::log::view::{CHECKPOINT, LogView, tree_message};
use dispatch_core::log::{Growth, GrowthError, SignedCheckpoint};
use dispatch_core::merkle::{empty_root, leaf_hash, root_of};
use dispatch_core::syntax::time_text;

use super::{Held, LogSigner, StoredLog};
use crate::problem::Problem;
use crate::register::{self, RegisterState};
use crate::store::{Sql, StoreError};

/// Appends. One per writer thread.
#[derive(Debug)]
pub struct Appender {
    signer: LogSigner,
    /// The head as of the last commit of this thread, and the right edge of its tree.
    known: Option<Head>,
    head: Head,
    /// Whether the database goes on from what is known, and is this key's log.
    continues: bool,
    /// The head before the present change, once that has appended.
    mark: Option<Head>,
    /// What `remember` is told after the commit.
    signed: Option<String>,
}

/// How far the log is.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    number: u64,
    time: u64,
    /// Size at the last checkpoint.
    size: u64,
    root: Digest,
    growth: Growth,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            number: 0,
            time: 0,
            size: 0,
            root: empty_root(),
            growth: Growth::new(),
        }
    }
}

impl Appender {
    /// An appender that has read nothing yet.
    #[must_use]
    pub fn new(signer: LogSigner) -> Self {
        Self {
            signer,
            known: None,
            head: Head::default(),
            continues: false,
            mark: None,
            signed: None,
        }
    }

    /// Locks the head for this transaction, and reads what other processes have added.
    pub(crate) fn begin(&mut self, sql: &mut dyn Sql) -> Result<(), StoreError> {
        // The lock: a second process waits here until this one has committed.
        sql.execute("UPDATE log_head SET size = size WHERE id = 1", &[])?;
        let row = sql.query_one(
            "SELECT size, root, checkpoint, time FROM log_head WHERE id = 1",
            &[],
        )?;
        let row = row.ok_or_else(|| StoreError::Form("the log was not begun".to_owned()))?;
        let (size, root) = (row.count(0)?, row.digest(1)?);
        self.mark = None;
        if let Some(known) = &self.known
            && (known.size, known.root) == (size, root)
        {
            self.head = known.clone();
            self.continues = true;
            return Ok(());
        }
        // The first time, or another process has appended, or it is another database.
        let continues = self.check_continues(sql, size)?;
        self.continues = self.check_own(sql)? && continues;
        self.head = Head {
            number: row.count(2)?,
            time: row.count(3)?,
            size,
            root,
            growth: resume(sql, size)?,
        };
        if self.head.growth.root() != root {
            return Err(StoreError::Form(
                "the hashes of the log do not have the root of its head".to_owned(),
            ));
        }
        Ok(())
    }

    /// The time of this transaction. Where two processes' clocks differ by seconds, the one that is
    /// behind takes the time of the last entry: entries never go back in time.
    pub(crate) const fn time(&self, now: u64) -> u64 {
        if now < self.head.time && self.head.time.saturating_sub(now) <= TOLERANCE {
            self.head.time
        } else {
            now
        }
    }

    /// What this process has signed must be the beginning of what the database holds now; otherwise
    /// an older database took its place, and the guard closes.
    fn check_continues(&self, sql: &mut dyn Sql, size: u64) -> Result<bool, StoreError> {
        // What this process has signed, and what another on this machine has: it may be further.
        let remembered = self.signer.remembered().ok().flatten();
        let remembered = remembered.map(|one| (one.checkpoint.size, one.checkpoint.root));
        let own = self.known.as_ref().map(|known| (known.size, known.root));
        for (known, seen) in own.into_iter().chain(remembered) {
            let continues = known <= size && {
                let log = StoredLog::new(sql);
                let root = LogView(&log).tree(size).root_at(known);
                // A database that is gone tells nothing.
                root.map_err(|error| log.error(&tree_message(error)))? == seen
            };
            if continues {
                continue;
            }
            self.signer.guard().close(Message::new(
                format!("the database holds a log of {size} entries that does not begin with the {known} this machine has signed: an older copy took its place; bring the newer one back, see docs/operations.md"),
                format!("数据库中的日志（{size}条）与本机已签署的{known}条不衔接，可能被换成了旧副本；请恢复较新的数据库，见 docs/operations.md"),
            ));
            return Ok(false);
        }
        Ok(true)
    }

    /// The log in the database must be the one that this key signs: another name or another key
    /// would make a second log of it.
    fn check_own(&self, sql: &mut dyn Sql) -> Result<bool, StoreError> {
        let note = StoredLog::new(sql).file(CHECKPOINT)?.unwrap_or_default();
        let key = self.signer.key().verifier();
        let own = SignedCheckpoint::read(&note).is_ok_and(|checkpoint| {
            checkpoint.checkpoint.origin == self.signer.key().name()
                && checkpoint.verify(&key).unwrap_or(false)
        });
        if !own {
            let name = self.signer.key().name();
            self.signer.guard().close(Message::new(
                format!("the log in the database was not signed with the key of {name} in the key folder; restore the key folder that belongs to this database"),
                format!("数据库中的日志不是由密钥目录中{name}的密钥签署的；请恢复与该数据库配套的密钥目录"),
            ));
        }
        Ok(own)
    }

    /// Appends a step.
    pub(crate) fn append(
        &mut self,
        sql: &mut dyn Sql,
        body: &str,
        step: Step,
        now: u64,
    ) -> Result<u64, Problem> {
        self.signer.guard().check()?;
        if !self.continues {
            return Err(Problem::unavailable(
                "log-held",
                "the log in the database does not continue what was signed; see docs/operations.md",
                "数据库中的日志与已签署的不衔接，见 docs/operations.md",
            ));
        }
        if now < self.head.time {
            return Err(Problem::unavailable(
                "clock",
                "the clock of the service is behind the last entry of the log; set it right",
                "服务器时钟早于日志最后一条记录的时间，请先校正时钟",
            ));
        }
        let number = register::next_number(sql, body)?;
        let entry = Entry {
            body: body.to_owned(),
            number,
            time: time_text(now).unwrap_or_default(),
            step,
        };
        let bytes = entry.to_bytes()?;
        admit(&mut RegisterState(sql), &entry).map_err(|refusal| match refusal {
            register::Refusal::Message(message) => {
                Problem::conflict(message.english, message.chinese)
            }
            register::Refusal::Store(error) => error.into(),
        })?;
        self.mark.get_or_insert_with(|| self.head.clone());
        let index = self.head.growth.size();
        let full = self
            .head
            .growth
            .push(&bytes)
            .map_err(|error| Problem::internal(&error))?;
        sql.execute(
            "INSERT INTO log_entry (idx, entry) VALUES (?1, ?2)",
            &[index.into(), bytes.as_slice().into()],
        )?;
        insert_node(sql, 0, index, &leaf_hash(&bytes))?;
        for file in full {
            // A full tile of hashes is one hash of the level above.
            if let TilePath::Hashes(tile) = file.path {
                let hashes = tile
                    .read_hashes(&file.bytes)
                    .map_err(|e| Problem::internal(&e))?;
                insert_node(
                    sql,
                    u64::from(tile.level).saturating_add(1),
                    tile.index,
                    &root_of(&hashes),
                )?;
            }
        }
        register::apply(sql, index, &entry)?;
        self.head.time = now;
        Ok(index)
    }

    /// A change begins.
    pub(crate) fn mark(&mut self) {
        self.mark = None;
    }

    /// Goes back to where the change began: it is not kept.
    pub(crate) fn reset(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.head = mark;
        }
    }

    /// Signs a checkpoint if anything was appended.
    pub(crate) fn finish(&mut self, sql: &mut dyn Sql) -> Result<(), StoreError> {
        let (size, root) = (self.head.growth.size(), self.head.growth.root());
        if size == self.head.size {
            return Ok(());
        }
        // It may have been closed since the entry was taken.
        if let Held::Closed(why) = self.signer.guard().held() {
            return Err(StoreError::Gone(why.english));
        }
        let note = self.signer.sign(size, root)?.to_text();
        let number = self.head.number.saturating_add(1);
        record(sql, number, size, &root, &note, self.head.time)?;
        self.head.number = number;
        self.head.size = size;
        self.head.root = root;
        self.signed = Some(note);
        Ok(())
    }

    /// The transaction was committed.
    pub(crate) fn committed(&mut self) {
        // What was signed stays known, whatever database is there now.
        if self.continues {
            self.known = Some(self.head.clone());
        }
        if let Some(note) = self.signed.take() {
            self.signer.remember(&note);
        }
    }

    /// The transaction was not committed, or nobody knows: what was signed in it is forgotten, and
    /// the head is read anew. What was known before still has to be there.
    pub(crate) fn forget(&mut self) {
        self.signed = None;
        self.mark = None;
        self.head = Head::default();
    }
}

/// Begins a log that is empty: checkpoint 0, of size 0. Nothing happens to one that was begun.
///
/// # Errors
/// If the database is gone.
pub fn begin_log(sql: &mut dyn Sql, signer: &LogSigner, now: u64) -> Result<bool, StoreError> {
    if sql
        .query_one("SELECT size FROM log_head WHERE id = 1", &[])?
        .is_some()
    {
        return Ok(false);
    }
    let root = empty_root();
    let begun = sql.execute(
        "INSERT INTO log_head (id, size, root, checkpoint, time) VALUES (1, 0, ?1, 0, ?2) ON CONFLICT (id) DO NOTHING",
        &[(&root).into(), now.into()],
    )?;
    if begun == 0 {
        // Another process was quicker.
        return Ok(false);
    }
    let note = signer.sign(0, root)?.to_text();
    record(sql, 0, 0, &root, &note, now)?;
    Ok(true)
}

fn record(
    sql: &mut dyn Sql,
    number: u64,
    size: u64,
    root: &Digest,
    note: &str,
    time: u64,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO log_checkpoint (number, size, note) VALUES (?1, ?2, ?3)",
        &[number.into(), size.into(), note.into()],
    )?;
    sql.execute(
        "UPDATE log_head SET size = ?1, root = ?2, checkpoint = ?3, time = ?4 WHERE id = 1",
        &[size.into(), root.into(), number.into(), time.into()],
    )?;
    Ok(())
}

fn insert_node(sql: &mut dyn Sql, level: u64, index: u64, hash: &Digest) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO log_node (level, idx, hash) VALUES (?1, ?2, ?3)",
        &[level.into(), index.into(), hash.into()],
    )?;
    Ok(())
}

/// Reads the right edge.
fn resume(sql: &mut dyn Sql, size: u64) -> Result<Growth, StoreError> {
    let log = StoredLog::new(sql);
    let view = LogView(&log);
    let growth = Growth::resume(size, |path| match path {
        TilePath::Hashes(tile) => view.tile(tile),
        TilePath::Entries { index, width } => {
            let entries = view.entries(index, width)?;
            write_bundle(&entries).map_err(|e| Message::new(e.to_string(), e.to_string()))
        }
    });
    growth.map_err(|error| match error {
        GrowthError::Read(message) => log.error(&message),
        GrowthError::Tile(error) => StoreError::Form(error.to_string()),
    })
}

/// Seconds by which the clocks of two processes may differ.
const TOLERANCE: u64 = 5;
