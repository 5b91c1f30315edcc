//! The register: what the log says, as tables, so that it can be asked.
//!
//! Everything here is a function of the entries in their order, so it can be rebuilt from them at any
//! time. Invariant: no row of the register is ever written but by [`apply`].

pub mod draws;
pub mod rebuilt;

use dispatch_core::digest::Digest;
use dispatch_core::entry::admission::LogState;
use dispatch_core::entry::{Announcing, Entry, Step};
use dispatch_core::language::Message;
use dispatch_core::log::view::LogView;
use dispatch_core::syntax::unix_time;

use crate::log::StoredLog;
use crate::problem::Problem;
use crate::store::{Sql, StoreError, Value};

/// The register as the rules of the log ask it.
pub struct RegisterState<'s>(pub &'s mut dyn Sql);

impl std::fmt::Debug for RegisterState<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegisterState")
    }
}

/// Why an entry is not admitted.
#[derive(Debug)]
pub enum Refusal {
    /// It contradicts what the log says.
    Message(Message),
    /// The register cannot be read.
    Store(StoreError),
}

impl From<Message> for Refusal {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl LogState for RegisterState<'_> {
    type Error = Refusal;

    fn next(&mut self, body: &str) -> Result<u64, Refusal> {
        Ok(next_number(self.0, body)?)
    }

    fn announced(&mut self, body: &str, draw: &str) -> Result<Option<Digest>, Refusal> {
        self.digest(
            "SELECT commitment FROM register_draw WHERE body = ?1 AND draw = ?2",
            &[body.into(), draw.into()],
        )
    }

    fn with_sequence(&mut self, body: &str, sequence: u64) -> Result<Option<Digest>, Refusal> {
        self.digest(
            "SELECT commitment FROM register_draw WHERE body = ?1 AND sequence = ?2",
            &[body.into(), sequence.into()],
        )
    }

    fn draw_of(&mut self, body: &str, commitment: &Digest) -> Result<Option<String>, Refusal> {
        let row = self.0.query_one(
            "SELECT draw FROM register_draw WHERE commitment = ?1 AND body = ?2",
            &[commitment.into(), body.into()],
        )?;
        Ok(row.map(|row| row.text(0).map(str::to_owned)).transpose()?)
    }

    fn is_voided(&mut self, body: &str, draw: &str) -> Result<bool, Refusal> {
        self.exists(
            "SELECT idx FROM register_voided WHERE body = ?1 AND draw = ?2",
            &[body.into(), draw.into()],
        )
    }

    fn is_planned(&mut self, body: &str, draw: &str) -> Result<bool, Refusal> {
        self.exists(
            "SELECT idx FROM register_planned WHERE body = ?1 AND draw = ?2",
            &[body.into(), draw.into()],
        )
    }

    fn has_plan(&mut self, body: &str, year: u64) -> Result<bool, Refusal> {
        self.exists(
            "SELECT idx FROM register_plan WHERE body = ?1 AND year = ?2 LIMIT 1",
            &[body.into(), year.into()],
        )
    }
}

impl RegisterState<'_> {
    fn digest(
        &mut self,
        statement: &'static str,
        values: &[Value],
    ) -> Result<Option<Digest>, Refusal> {
        let row = self.0.query_one(statement, values)?;
        Ok(row.map(|row| row.digest(0)).transpose()?)
    }

    fn exists(&mut self, statement: &'static str, values: &[Value]) -> Result<bool, Refusal> {
        Ok(self.0.query_one(statement, values)?.is_some())
    }
}

/// The number that the next entry of a body has.
///
/// # Errors
/// If the database is gone.
pub fn next_number(sql: &mut dyn Sql, body: &str) -> Result<u64, StoreError> {
    let row = sql.query_one(
        "SELECT last_number FROM register_body WHERE body = ?1",
        &[body.into()],
    )?;
    let last = row.map_or(Ok(0), |row| row.count(0))?;
    Ok(last.saturating_add(1))
}

/// Writes what an entry says into the register.
///
/// # Errors
/// If the database is gone.
pub fn apply(sql: &mut dyn Sql, index: u64, entry: &Entry) -> Result<(), StoreError> {
    let body = entry.body.as_str();
    sql.execute(
        "INSERT INTO register_body (body, last_number) VALUES (?1, ?2) ON CONFLICT (body) DO UPDATE SET last_number = ?2",
        &[body.into(), entry.number.into()],
    )?;
    let mut stage = 0;
    match &entry.step {
        Step::Plan(step) => {
            sql.execute(
                "INSERT INTO register_plan (idx, body, year, document, reason, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                &[
                    index.into(),
                    body.into(),
                    step.year.into(),
                    (&step.document).into(),
                    step.reason.as_str().into(),
                    entry.time.as_str().into(),
                ],
            )?;
            for planned in &step.draws {
                sql.execute(
                    "INSERT INTO register_planned (body, draw, year, title, latest, idx) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (body, draw) DO UPDATE SET year = ?3, title = ?4, latest = ?5, idx = ?6",
                    &[
                        body.into(),
                        planned.draw.as_str().into(),
                        step.year.into(),
                        planned.title.as_str().into(),
                        planned.latest.as_str().into(),
                        index.into(),
                    ],
                )?;
            }
        }
        Step::Announcement(step) => announce(sql, index, body, &entry.time, step)?,
        Step::Pulse(step) => stage = step.stage,
        Step::Stage(step) => stage = step.stage.number,
        Step::Result(step) => {
            stage = step.stage;
            if step.stage == 0 {
                sql.execute(
                    "UPDATE register_draw SET state = 'drawn', root = ?2, records = ?3 WHERE commitment = ?1",
                    &[
                        (&step.commitment).into(),
                        (&step.result.root).into(),
                        step.result.count.into(),
                    ],
                )?;
            }
        }
        Step::Disclosure(step) => {
            sql.execute(
                "UPDATE register_draw SET state = 'disclosed', disclosure = ?2, bundle = ?3 WHERE commitment = ?1",
                &[
                    (&step.commitment).into(),
                    (&step.document).into(),
                    step.bundle.as_str().into(),
                ],
            )?;
        }
        Step::Void(step) => {
            sql.execute(
                "INSERT INTO register_voided (body, draw, idx, reason) VALUES (?1, ?2, ?3, ?4)",
                &[
                    body.into(),
                    step.draw.as_str().into(),
                    index.into(),
                    step.reason.as_str().into(),
                ],
            )?;
            sql.execute(
                "UPDATE register_draw SET state = 'voided' WHERE body = ?1 AND draw = ?2",
                &[body.into(), step.draw.as_str().into()],
            )?;
        }
        Step::Acknowledgement(_) | Step::Contribution(_) | Step::Key(_) => {}
    }
    if let Some(commitment) = entry.commitment() {
        sql.execute(
            "INSERT INTO register_step (idx, commitment, kind, stage, time) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                index.into(),
                (&commitment).into(),
                entry.step.kind().into(),
                stage.into(),
                unix_time(&entry.time).unwrap_or(0).into(),
            ],
        )?;
    }
    Ok(())
}

fn announce(
    sql: &mut dyn Sql,
    index: u64,
    body: &str,
    time: &str,
    step: &Announcing,
) -> Result<(), StoreError> {
    let told = &step.announcement;
    let json = serde_json::to_string(told).map_err(|error| StoreError::Form(error.to_string()))?;
    sql.execute(
        "INSERT INTO register_draw (commitment, idx, body, draw, sequence, title, state, document, announced, draw_time, disclosure_time, window_end, round, replay, repeats, parent, announcement, bundle) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'announced', ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, '')",
        &[
            (&step.commitment).into(),
            index.into(),
            body.into(),
            told.draw.as_str().into(),
            told.sequence.into(),
            told.title.as_str().into(),
            (&told.document).into(),
            unix_time(time).unwrap_or(0).into(),
            unix_time(&told.draw_time).unwrap_or(0).into(),
            unix_time(&told.disclosure_time).unwrap_or(0).into(),
            told.window_end.as_str().into(),
            told.round.into(),
            told.replay.into(),
            told.repeats.as_str().into(),
            told.parent.as_str().into(),
            json.into(),
        ],
    )?;
    Ok(())
}

/// Empties the register and writes it again from the entries; how many there are.
///
/// # Errors
/// If an entry cannot be read or the database is gone.
pub fn rebuild(sql: &mut dyn Sql) -> Result<u64, Problem> {
    for statement in EMPTYING {
        sql.execute(statement, &[])?;
    }
    let mut next = 0_u64;
    loop {
        let rows = sql.query(
            "SELECT entry FROM log_entry WHERE idx >= ?1 AND idx < ?2 ORDER BY idx",
            &[next.into(), next.saturating_add(PART).into()],
        )?;
        if rows.is_empty() {
            return Ok(next);
        }
        for row in rows {
            let entry = Entry::read(row.bytes(0)?)?;
            apply(sql, next, &entry)?;
            next = next.saturating_add(1);
        }
    }
}

/// One entry.
///
/// # Errors
/// If there is none or the database is gone.
pub fn entry(sql: &mut dyn Sql, index: u64) -> Result<Entry, Problem> {
    let row = sql.query_one(
        "SELECT entry FROM log_entry WHERE idx = ?1",
        &[index.into()],
    )?;
    let row = row.ok_or_else(Problem::not_found)?;
    Ok(Entry::read(row.bytes(0)?)?)
}

/// The proof that an entry is in the log, as a `.tlog-proof` file, against the latest checkpoint.
///
/// # Errors
/// If there is no such entry or the database is gone.
pub fn proof(sql: &mut dyn Sql, index: u64) -> Result<String, Problem> {
    let log = StoredLog::new(sql);
    let view = LogView(&log);
    let checkpoint = view.checkpoint().map_err(|why| log.error(&why))?;
    if index >= checkpoint.checkpoint.size {
        return Err(Problem::not_found());
    }
    let proof = view.prove(index, checkpoint);
    Ok(proof.map_err(|why| log.error(&why))?.to_text())
}

const EMPTYING: [&str; 6] = [
    "DELETE FROM register_body",
    "DELETE FROM register_plan",
    "DELETE FROM register_planned",
    "DELETE FROM register_draw",
    "DELETE FROM register_step",
    "DELETE FROM register_voided",
];

/// Entries that are read at once.
const PART: u64 = 1000;
