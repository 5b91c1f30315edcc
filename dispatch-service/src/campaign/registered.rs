//! A draw as the register has it, and its announcement: what an operation looks at before it appends.

use dispatch_core::bundle::ANNOUNCEMENT;
use dispatch_core::digest::Digest;
use dispatch_core::evidence::Announced;
use dispatch_core::material::{self, Source};

use super::files;
use crate::access::Actor;
use crate::problem::Problem;
use crate::store::{Row, Sql, blob};

/// A draw that was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its commitment.
    pub commitment: Digest,
    /// The authority.
    pub body: String,
    /// Its id.
    pub draw: String,
    /// Its title.
    pub title: String,
    /// `announced`, `drawn`, `disclosed` or `voided`.
    pub state: String,
    /// The draw time.
    pub draw_time: u64,
    /// The disclosure time.
    pub disclosure_time: u64,
    /// Whether it is a rehearsal.
    pub replay: bool,
    /// Whose it is, and where.
    pub department: String,
    /// Where.
    pub region: String,
}

impl Registered {
    /// Refuses a draw that is past the state in which this can be done.
    ///
    /// # Errors
    /// 409.
    pub fn must_be(&self, state: &str) -> Result<(), Problem> {
        if self.state == state {
            return Ok(());
        }
        let (english, chinese) = match self.state.as_str() {
            "announced" => ("it is announced and not drawn yet", "已公告、尚未抽取"),
            "drawn" => ("it is drawn already", "已经抽取"),
            "disclosed" => ("it is disclosed already", "已经公开"),
            _ => ("it was voided", "已经作废"),
        };
        Err(Problem::conflict(
            format!("the state of the draw forbids it: {english}"),
            format!("抽取的状态不允许此操作：{chinese}"),
        ))
    }

    /// Hides the draw's inside from whoever's scope does not cover it.
    ///
    /// # Errors
    /// 404.
    pub fn must_be_of(&self, actor: &Actor) -> Result<(), Problem> {
        actor.must_cover(&self.department, &self.region)
    }
}

/// A draw by its commitment.
///
/// # Errors
/// If the database is gone.
pub fn find(sql: &mut dyn Sql, commitment: &Digest) -> Result<Option<Registered>, Problem> {
    let row = sql.query_one(
        "SELECT d.commitment, d.body, d.draw, d.title, d.state, d.draw_time, d.disclosure_time, d.replay, COALESCE(w.department, ''), COALESCE(w.region, '') FROM register_draw d LEFT JOIN work w ON w.commitment = d.commitment WHERE d.commitment = ?1",
        &[commitment.into()],
    )?;
    row.map(|row| registered(&row)).transpose()
}

/// A draw by its commitment.
///
/// # Errors
/// 404 if there is none.
pub fn get(sql: &mut dyn Sql, commitment: &Digest) -> Result<Registered, Problem> {
    find(sql, commitment)?.ok_or_else(Problem::not_found)
}

/// A commitment as it stands in a path.
///
/// # Errors
/// 404 if it is none.
pub fn commitment(text: &str) -> Result<Digest, Problem> {
    Digest::from_hex(text).map_err(|_| Problem::not_found())
}

/// The announcement of a draw and its bytes.
///
/// # Errors
/// 404 if there is none.
pub fn announcement(
    sql: &mut dyn Sql,
    commitment: &Digest,
) -> Result<(Announced, Vec<u8>), Problem> {
    let file = files::find(sql, &commitment.to_string(), ANNOUNCEMENT)?;
    let file = file.ok_or_else(Problem::not_found)?;
    let bytes = blob::read(sql, &file.digest)?.ok_or_else(Problem::not_found)?;
    let announced = material::announced(&Source::new(ANNOUNCEMENT, &bytes))
        .map_err(|message| Problem::internal(&message))?;
    Ok((announced, bytes))
}

fn registered(row: &Row) -> Result<Registered, Problem> {
    Ok(Registered {
        commitment: row.digest(0)?,
        body: row.text(1)?.to_owned(),
        draw: row.text(2)?.to_owned(),
        title: row.text(3)?.to_owned(),
        state: row.text(4)?.to_owned(),
        draw_time: row.count(5)?,
        disclosure_time: row.count(6)?,
        replay: row.integer(7)? != 0,
        department: row.text(8)?.to_owned(),
        region: row.text(9)?.to_owned(),
    })
}
