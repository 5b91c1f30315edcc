//! What may stand in a log after what it says already.
//!
//! Source: docs/spec.md 17.4 and 17.5. Whoever writes a log keeps its state as it likes, in memory or
//! in a database; the rules are here. Invariant: what [`admit`] lets pass continues the numbers of its
//! body without a gap, and contradicts nothing that stands in the log.

use super::{Announcing, Entry, Planning, Step, Voiding};
use crate::digest::Digest;
use crate::language::Message;

/// What the rules ask of a log's state.
pub trait LogState {
    /// Why the state cannot be read, or why an entry is refused.
    type Error: From<Message>;

    /// The number that the next entry of this body has.
    ///
    /// # Errors
    /// If the state cannot be read; likewise in all the others.
    fn next(&mut self, body: &str) -> Result<u64, Self::Error>;

    /// The commitment with which the body announced the draw with this id.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn announced(&mut self, body: &str, draw: &str) -> Result<Option<Digest>, Self::Error>;

    /// The commitment of the body's draw with this sequence number.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn with_sequence(&mut self, body: &str, sequence: u64) -> Result<Option<Digest>, Self::Error>;

    /// The id of the draw that the body announced with this commitment.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn draw_of(&mut self, body: &str, commitment: &Digest) -> Result<Option<String>, Self::Error>;

    /// Whether the body voided the draw with this id.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn is_voided(&mut self, body: &str, draw: &str) -> Result<bool, Self::Error>;

    /// Whether a plan of the body has the draw with this id.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn is_planned(&mut self, body: &str, draw: &str) -> Result<bool, Self::Error>;

    /// Whether the body logged a plan for this year.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn has_plan(&mut self, body: &str, year: u64) -> Result<bool, Self::Error>;
}

/// Refuses an entry that must not stand in the log after what it says already.
///
/// # Errors
/// What the entry contradicts, with the remedy, or that the state cannot be read.
pub fn admit<S: LogState>(state: &mut S, entry: &Entry) -> Result<(), S::Error> {
    let (next, number, body) = (state.next(&entry.body)?, entry.number, &entry.body);
    if number != next {
        return Err(Message::new(
            format!("the entry has the number {number}; the next one of {body} is {next}"),
            format!("条目编号为{number}；{body}的下一个编号应为{next}"),
        )
        .into());
    }
    match &entry.step {
        Step::Announcement(step) => admits_announcement(state, body, step),
        Step::Void(step) => admits_void(state, body, step),
        Step::Plan(step) => admits_plan(state, body, step),
        Step::Key(_) => Ok(()),
        _ => admits_step(state, entry),
    }
}

fn admits_announcement<S: LogState>(
    state: &mut S,
    body: &str,
    step: &Announcing,
) -> Result<(), S::Error> {
    let (draw, sequence) = (&step.announcement.draw, step.announcement.sequence);
    if state.is_voided(body, draw)? {
        return Err(voided(draw).into());
    }
    if let Some(other) = state.announced(body, draw)? {
        return Err(Message::new(
            format!(
                "the draw {draw} of {body} was announced already, with the commitment {other}; a draw is announced once: void it and hold another one under a new id that names it in `repeats`"
            ),
            format!(
                "{body}的抽取{draw}已有公告（承诺{other}）；一次抽取只能公告一次：请先作废，再以新编号重新抽取，并在 repeats 中注明"
            ),
        ).into());
    }
    if let Some(other) = state.with_sequence(body, sequence)? {
        return Err(Message::new(
            format!(
                "the sequence number {sequence} of {body} is used already, by the draw with the commitment {other}; every draw has its own"
            ),
            format!(
                "{body}的序号{sequence}已被承诺为{other}的抽取使用；每次抽取应有自己的序号"
            ),
        ).into());
    }
    Ok(())
}

fn admits_void<S: LogState>(state: &mut S, body: &str, step: &Voiding) -> Result<(), S::Error> {
    let draw = &step.draw;
    let announced = state.announced(body, draw)?;
    if state.is_voided(body, draw)? {
        return Err(voided(draw).into());
    }
    if announced.map_or_else(String::new, |one| one.to_string()) != step.commitment {
        return Err(Message::new(
            format!(
                "the commitment is not the one with which {body} announced the draw {draw} in this log"
            ),
            format!("承诺与{body}在本日志中公告抽取{draw}时的承诺不符"),
        ).into());
    }
    if step.commitment.is_empty() && !state.is_planned(body, draw)? {
        return Err(Message::new(
            format!("{body} neither planned nor announced the draw {draw} in this log"),
            format!("{body}在本日志中没有计划或公告过抽取{draw}"),
        )
        .into());
    }
    Ok(())
}

fn admits_plan<S: LogState>(state: &mut S, body: &str, step: &Planning) -> Result<(), S::Error> {
    let year = step.year;
    if step.reason.is_empty() && state.has_plan(body, year)? {
        return Err(Message::new(
            format!(
                "{body} has logged a plan for {year} already; give the reason why it is changed"
            ),
            format!("{body}已记录{year}年度计划；请说明变更原因"),
        )
        .into());
    }
    Ok(())
}

fn admits_step<S: LogState>(state: &mut S, entry: &Entry) -> Result<(), S::Error> {
    let Some(commitment) = entry.commitment() else {
        return Ok(());
    };
    let known = state.draw_of(&entry.body, &commitment)?;
    let draw = known.ok_or_else(|| {
        let body = &entry.body;
        Message::new(
            format!("{body} has not announced the draw {commitment} in this log; the announcement comes first"),
            format!("{body}在本日志中没有公告承诺为{commitment}的抽取；应先记录公告"),
        )
    })?;
    if state.is_voided(&entry.body, &draw)? {
        return Err(voided(&draw).into());
    }
    Ok(())
}

fn voided(draw: &str) -> Message {
    Message::new(
        format!("the draw {draw} was voided; nothing more of it is logged"),
        format!("抽取{draw}已作废，不再记录"),
    )
}
