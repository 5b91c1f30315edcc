//! Who did what, and every look at a sealed list.
//!
//! Records are numbered without a gap, and each carries a hash over the one before and itself. Invariant:
//! a record is written in the transaction of what it tells of, and is never changed. Whoever noted the
//! number and the chain of a record once can show later that nothing up to it was changed; whoever can
//! write to the database and recomputes the whole chain is found only by such a note.

use dispatch_core::digest::{Digest, TaggedHasher};
use dispatch_core::language::Message;

use crate::problem::Problem;
use crate::store::{Row, Sql, StoreError, Transaction};

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Counted from 1.
    pub number: u64,
    /// Seconds since 1970.
    pub time: u64,
    /// The login name of who did it; a word in brackets for the service itself.
    pub person: String,
    /// What was done: a word like `look` or `person-add`.
    pub action: String,
    /// To what: a draft's id, a commitment, a name.
    pub target: String,
    /// More, for people. Nothing sealed.
    pub detail: String,
    /// The request id; empty for commands.
    pub request: String,
    /// Hash over the chain so far and this record.
    pub chain: Digest,
}

/// Which records are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this target; empty: all.
    pub target: String,
    /// Only of this person; empty: all.
    pub person: String,
    /// Only with numbers below this.
    pub before: Option<u64>,
}

/// What checking the chain showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// How many records are in order, from the first on.
    pub records: u64,
    /// The chain of the last of them; zeros if there is none.
    pub chain: Digest,
    /// What is wrong with the next.
    pub fault: Option<Message>,
}

/// Records that `actor` did something, in the same transaction.
///
/// # Errors
/// If the database is gone.
pub fn record(
    change: &mut Transaction<'_>,
    actor: &str,
    action: &str,
    target: &str,
    detail: &str,
    request_id: &str,
) -> Result<(), Problem> {
    let what = [actor, action, target, detail, request_id];
    Ok(write(&mut *change.sql, change.now, what)?)
}

/// Waits until nobody else writes, for a change outside of the writer thread; it has to be the first
/// statement of its transaction, or two of them may wait for each other.
///
/// # Errors
/// If the database is gone.
pub fn lock(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("UPDATE log_head SET size = size WHERE id = 1", &[])?;
    Ok(())
}

/// Records what a command of the operator did, in a transaction that began with [`lock`].
///
/// # Errors
/// If the database is gone.
pub fn record_command(
    sql: &mut dyn Sql,
    now: u64,
    action: &str,
    target: &str,
    detail: &str,
) -> Result<(), Problem> {
    Ok(write(sql, now, [COMMAND, action, target, detail, ""])?)
}

/// Records, the newest first.
///
/// # Errors
/// If the database is gone.
pub fn list(sql: &mut dyn Sql, filter: &Filter, limit: u64) -> Result<Vec<Record>, StoreError> {
    let rows = sql.query(
        "SELECT number, time, person, action, target, detail, request, chain FROM audit WHERE number < ?1 AND (?2 = '' OR target = ?2) AND (?3 = '' OR person = ?3) ORDER BY number DESC LIMIT ?4",
        &[
            filter.before.map_or(i64::MAX.into(), Into::into),
            filter.target.as_str().into(),
            filter.person.as_str().into(),
            limit.into(),
        ],
    )?;
    rows.iter().map(read).collect()
}

/// Checks the chain from the first record on.
///
/// # Errors
/// If the database is gone.
pub fn check_chain(sql: &mut dyn Sql) -> Result<ChainReport, StoreError> {
    let mut report = ChainReport {
        records: 0,
        chain: Digest::new([0; 32]),
        fault: None,
    };
    loop {
        let rows = sql.query(
            "SELECT number, time, person, action, target, detail, request, chain FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2",
            &[report.records.into(), PAGE.into()],
        )?;
        if rows.is_empty() {
            return Ok(report);
        }
        for row in &rows {
            let record = read(row)?;
            let number = report.records.saturating_add(1);
            report.fault = fault(&record, number, &report.chain);
            if report.fault.is_some() {
                return Ok(report);
            }
            report.records = number;
            report.chain = record.chain;
        }
    }
}

fn fault(record: &Record, number: u64, before: &Digest) -> Option<Message> {
    if record.number != number {
        return Some(Message::new(
            format!("record {number} of the audit trail is missing"),
            format!("审计记录第{number}条缺失"),
        ));
    }
    if record.chain != chain(before, record) {
        return Some(Message::new(
            format!(
                "record {number} of the audit trail, or the one before it, is not what was written"
            ),
            format!("审计记录第{number}条或其前一条被改动"),
        ));
    }
    None
}

fn write(sql: &mut dyn Sql, now: u64, what: [&str; 5]) -> Result<(), StoreError> {
    let last = sql.query_one(
        "SELECT number, chain FROM audit ORDER BY number DESC LIMIT 1",
        &[],
    )?;
    let (number, before) = match last {
        Some(row) => (row.count(0)?, row.digest(1)?),
        None => (0, Digest::new([0; 32])),
    };
    let [person, action, target, detail, request] = what.map(str::to_owned);
    let mut record = Record {
        number: number.saturating_add(1),
        time: now,
        person,
        action,
        target,
        detail,
        request,
        chain: before,
    };
    record.chain = chain(&before, &record);
    sql.execute(
        "INSERT INTO audit (number, time, person, action, target, detail, request, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            record.number.into(),
            record.time.into(),
            record.person.into(),
            record.action.into(),
            record.target.into(),
            record.detail.into(),
            record.request.into(),
            (&record.chain).into(),
        ],
    )?;
    Ok(())
}

fn chain(before: &Digest, record: &Record) -> Digest {
    let mut hasher = TaggedHasher::new("dispatch-service/audit");
    hasher.part(before.as_bytes());
    hasher.part(&record.number.to_be_bytes());
    hasher.part(&record.time.to_be_bytes());
    for text in [
        &record.person,
        &record.action,
        &record.target,
        &record.detail,
        &record.request,
    ] {
        hasher.part(text.as_bytes());
    }
    hasher.finish()
}

fn read(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        number: row.count(0)?,
        time: row.count(1)?,
        person: row.text(2)?.to_owned(),
        action: row.text(3)?.to_owned(),
        target: row.text(4)?.to_owned(),
        detail: row.text(5)?.to_owned(),
        request: row.text(6)?.to_owned(),
        chain: row.digest(7)?,
    })
}

/// Who a command was run by: whoever may use the machine.
const COMMAND: &str = "(command)";
const PAGE: u64 = 1000;
