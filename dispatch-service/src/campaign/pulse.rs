//! Pulses 随机信标: which of a draw's rounds one is for, and keeping it.
//!
//! Anybody may bring one, as often as they like; it counts because it verifies against the pinned key,
//! whoever brought it. Invariant: a pulse is kept only for a round that the draw has announced or a
//! frozen stage has fixed, and never before its time.

use dispatch_core::beacon::{Pulse, round_at_or_after, time_of_round};
use dispatch_core::digest::Digest;
use dispatch_core::held::{pulse_text, read_pulse};

use super::registered;
use super::{due, files};
use crate::problem::Problem;
use crate::store::{Sql, Transaction, blob};

/// What a round of a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The draw.
    Draw,
    /// A stage, by its number.
    Stage(u64),
    /// The time lock.
    Lock,
}

impl Purpose {
    /// The word for it in answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draw => "draw",
            Self::Stage(_) => "stage",
            Self::Lock => "timelock",
        }
    }

    /// The stage's number; 0 for the others.
    #[must_use]
    pub const fn stage(self) -> u64 {
        match self {
            Self::Stage(number) => number,
            Self::Draw | Self::Lock => 0,
        }
    }
}

/// What a round is for in a draw.
///
/// # Errors
/// 404 if there is no such draw; 422 if the round is none of its.
pub fn purpose(sql: &mut dyn Sql, commitment: &Digest, round: u64) -> Result<Purpose, Problem> {
    registered::get(sql, commitment)?;
    let (announced, _) = registered::announcement(sql, commitment)?;
    let document = &announced.document;
    if document.plan.uses_drand() && round == document.round {
        return Ok(Purpose::Draw);
    }
    let stage = sql.query_one(
        "SELECT number FROM stage WHERE commitment = ?1 AND round = ?2",
        &[commitment.into(), number(round)],
    )?;
    if let Some(row) = stage {
        return Ok(Purpose::Stage(row.count(0)?));
    }
    let schedule = &document.plan.schedule;
    if !document.custody.timelock.is_empty() && round == schedule.lock_round() {
        return Ok(Purpose::Lock);
    }
    let planned = (1..=schedule.stages.len() as u64)
        .find(|stage| schedule.stage_unix(*stage).map(round_at_or_after) == Some(round));
    if let Some(stage) = planned {
        return Err(Problem::conflict(
            format!(
                "the round {round} is that of stage {stage}, which is not frozen: without one there is nothing to draw"
            ),
            format!("第{round}轮属于第{stage}次补抽，该补抽尚未冻结，无从抽取"),
        ));
    }
    let due = document.round;
    Err(Problem::new(
        422,
        "other-round",
        format!("the round {round} is none of this draw's: its draw time fixes round {due}"),
        format!("第{round}轮不属于本次抽取：按抽取时间应为第{due}轮"),
    ))
}

/// Keeps a pulse that was verified. The same pulse again is fine.
///
/// # Errors
/// As [`purpose`]; 409 if the draw was voided or the time has not come.
pub fn bring(
    change: &mut Transaction<'_>,
    commitment: &Digest,
    pulse: &Pulse,
) -> Result<(Purpose, bool), Problem> {
    let purpose = purpose(change.sql, commitment, pulse.round)?;
    if stored(change.sql, commitment, pulse.round)?.is_some() {
        return Ok((purpose, false));
    }
    let draw = registered::get(change.sql, commitment)?;
    if draw.state == "voided" {
        draw.must_be("announced")?;
    }
    let time = time_of_round(pulse.round).unwrap_or(u64::MAX);
    if !draw.replay && change.now < time {
        return Err(Problem::new(
            409,
            "too-early",
            format!(
                "the clock of the service says that round {} has not been published yet: set it right",
                pulse.round
            ),
            format!("按服务器时钟，第{}轮尚未产生：请先校正时钟", pulse.round),
        ));
    }
    files::add_public(
        change.sql,
        &commitment.to_string(),
        &name(pulse.round),
        "application/json",
        pulse_text(pulse).as_bytes(),
        change.now,
    )?;
    due::at_once(change.sql, commitment, change.now)?;
    Ok((purpose, true))
}

/// The pulse of a round that was brought for a draw.
///
/// # Errors
/// If the database is gone.
pub fn stored(
    sql: &mut dyn Sql,
    commitment: &Digest,
    round: u64,
) -> Result<Option<Pulse>, Problem> {
    let Some(file) = files::find(sql, &commitment.to_string(), &name(round))? else {
        return Ok(None);
    };
    let Some(bytes) = blob::read(sql, &file.digest)? else {
        return Ok(None);
    };
    // Verified again: a database can be written to by others.
    let pulse = read_pulse(&bytes).map_err(|message| Problem::internal(&message.english))?;
    Ok(Some(pulse).filter(|pulse| pulse.round == round))
}

fn name(round: u64) -> String {
    format!("pulse-{round}.json")
}

/// A round as the database holds it; one that does not fit is nobody's.
fn number(round: u64) -> crate::store::Value {
    i64::try_from(round).unwrap_or(-1).into()
}
