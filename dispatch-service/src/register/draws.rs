//! Draws and their steps as the register shows them to the public.
//!
//! Invariant: nothing here is read but what the log says; so nothing sealed can come out.

use dispatch_core::digest::Digest;

use crate::store::{Row, Sql, StoreError};

/// A draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawRow {
    /// Its commitment.
    pub commitment: Digest,
    /// The index of the entry that announced it.
    pub index: u64,
    /// The authority.
    pub body: String,
    /// Its id.
    pub draw: String,
    /// Its number among the draws of the authority.
    pub sequence: u64,
    /// Its title.
    pub title: String,
    /// `announced`, `drawn`, `disclosed` or `voided`.
    pub state: String,
    /// SHA-256 of `announcement.json`.
    pub document: Digest,
    /// When it was announced.
    pub announced: u64,
    /// The draw time.
    pub draw_time: u64,
    /// The disclosure time.
    pub disclosure_time: u64,
    /// The last day of the inspections.
    pub window_end: String,
    /// The round of the pulse.
    pub round: u64,
    /// Whether it is a rehearsal.
    pub replay: bool,
    /// Commitment of the draw that it repeats; empty if it repeats none.
    pub repeats: String,
    /// Commitment of the draw whose subjects it takes over; empty if there is none.
    pub parent: String,
    /// Root of the list of drawn records, once drawn.
    pub root: Option<Digest>,
    /// Drawn records, once drawn.
    pub records: Option<u64>,
    /// SHA-256 of the disclosure, once disclosed.
    pub disclosure: Option<Digest>,
    /// Where the evidence bundle is; empty before the disclosure.
    pub bundle: String,
    /// Why it was voided; empty if it was not.
    pub void_reason: String,
}

/// Which draws are wanted. Empty texts and the whole range of times take all.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The state.
    pub state: String,
    /// The authority.
    pub body: String,
    /// A part of id or title.
    pub text: String,
    /// Draw time from.
    pub from: u64,
    /// Draw time before.
    pub until: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            state: String::new(),
            body: String::new(),
            text: String::new(),
            from: 0,
            until: END,
        }
    }
}

/// A step of a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Index of its entry.
    pub index: u64,
    /// The draw.
    pub commitment: Digest,
    /// What it is.
    pub kind: String,
    /// The stage; 0 for the draw itself.
    pub stage: u64,
    /// When.
    pub time: u64,
}

/// The columns of a draw, in the order that [`draw`] reads.
macro_rules! select {
    () => {
        "SELECT d.commitment, d.idx, d.body, d.draw, d.sequence, d.title, d.state, d.document, d.announced, d.draw_time, d.disclosure_time, d.window_end, d.round, d.replay, d.repeats, d.parent, d.root, d.records, d.disclosure, d.bundle, COALESCE(v.reason, '') FROM register_draw d LEFT JOIN register_voided v ON v.body = d.body AND v.draw = d.draw"
    };
}
/// Draws from the newest announcement to the oldest, those before the entry `before` only.
///
/// # Errors
/// If the database is gone.
pub fn newest(
    sql: &mut dyn Sql,
    wanted: &Wanted,
    before: u64,
    limit: u64,
) -> Result<Vec<DrawRow>, StoreError> {
    let rows = sql.query(
        concat!(
            select!(),
            " WHERE d.idx < ?1 AND (?2 = '' OR d.state = ?2) AND (?3 = '' OR d.body = ?3) AND d.draw_time >= ?4 AND d.draw_time < ?5 AND (?6 = '' OR LOWER(d.title) LIKE LOWER(?6) ESCAPE '!' OR LOWER(d.draw) LIKE LOWER(?6) ESCAPE '!') ORDER BY d.idx DESC LIMIT ?7"
        ),
        &[
            before.into(),
            wanted.state.as_str().into(),
            wanted.body.as_str().into(),
            wanted.from.into(),
            wanted.until.into(),
            containing(&wanted.text).into(),
            limit.into(),
        ],
    )?;
    rows.iter().map(draw).collect()
}

/// Draws in the order of the log, from the entry `from` on.
///
/// # Errors
/// If the database is gone.
pub fn in_order(sql: &mut dyn Sql, from: u64, limit: u64) -> Result<Vec<DrawRow>, StoreError> {
    let rows = sql.query(
        concat!(select!(), " WHERE d.idx >= ?1 ORDER BY d.idx LIMIT ?2"),
        &[from.into(), limit.into()],
    )?;
    rows.iter().map(draw).collect()
}

/// A draw by its commitment.
///
/// # Errors
/// If the database is gone.
pub fn find(sql: &mut dyn Sql, commitment: &Digest) -> Result<Option<DrawRow>, StoreError> {
    let row = sql.query_one(
        concat!(select!(), " WHERE d.commitment = ?1"),
        &[commitment.into()],
    )?;
    row.map(|row| draw(&row)).transpose()
}

/// All steps of a draw, in the order of the log.
///
/// # Errors
/// If the database is gone.
pub fn steps(sql: &mut dyn Sql, commitment: &Digest) -> Result<Vec<StepRow>, StoreError> {
    let rows = sql.query(
        "SELECT idx, commitment, kind, stage, time FROM register_step WHERE commitment = ?1 ORDER BY idx",
        &[commitment.into()],
    )?;
    rows.iter().map(step).collect()
}

/// Steps of all draws in the order of the log, from the entry `from` on.
///
/// # Errors
/// If the database is gone.
pub fn all_steps(sql: &mut dyn Sql, from: u64, limit: u64) -> Result<Vec<StepRow>, StoreError> {
    let rows = sql.query(
        "SELECT idx, commitment, kind, stage, time FROM register_step WHERE idx >= ?1 ORDER BY idx LIMIT ?2",
        &[from.into(), limit.into()],
    )?;
    rows.iter().map(step).collect()
}

/// Entries of the log from an index on, each with its index, as they stand there.
///
/// # Errors
/// If the database is gone.
pub fn entries(
    sql: &mut dyn Sql,
    from: u64,
    limit: u64,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let rows = sql.query(
        "SELECT idx, entry FROM log_entry WHERE idx >= ?1 ORDER BY idx LIMIT ?2",
        &[from.into(), limit.into()],
    )?;
    let read = rows
        .iter()
        .map(|row| Ok((row.count(0)?, row.bytes(1)?.to_vec())));
    read.collect()
}

fn draw(row: &Row) -> Result<DrawRow, StoreError> {
    Ok(DrawRow {
        commitment: row.digest(0)?,
        index: row.count(1)?,
        body: row.text(2)?.to_owned(),
        draw: row.text(3)?.to_owned(),
        sequence: row.count(4)?,
        title: row.text(5)?.to_owned(),
        state: row.text(6)?.to_owned(),
        document: row.digest(7)?,
        announced: row.count(8)?,
        draw_time: row.count(9)?,
        disclosure_time: row.count(10)?,
        window_end: row.text(11)?.to_owned(),
        round: row.count(12)?,
        replay: row.integer(13)? != 0,
        repeats: row.text(14)?.to_owned(),
        parent: row.text(15)?.to_owned(),
        root: optional_digest(row, 16)?,
        records: row.optional_count(17)?,
        disclosure: optional_digest(row, 18)?,
        bundle: row.text(19)?.to_owned(),
        void_reason: row.text(20)?.to_owned(),
    })
}

fn optional_digest(row: &Row, column: usize) -> Result<Option<Digest>, StoreError> {
    if matches!(row.0.get(column), Some(crate::store::Value::Null)) {
        return Ok(None);
    }
    row.digest(column).map(Some)
}

fn step(row: &Row) -> Result<StepRow, StoreError> {
    Ok(StepRow {
        index: row.count(0)?,
        commitment: row.digest(1)?,
        kind: row.text(2)?.to_owned(),
        stage: row.count(3)?,
        time: row.count(4)?,
    })
}

/// A pattern of LIKE for texts that contain this one; empty for the empty one.
fn containing(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("%");
    for one in text.chars() {
        if matches!(one, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(one);
    }
    pattern.push('%');
    pattern
}

/// After every time: 9999-12-31.
const END: u64 = 253_402_300_800;
