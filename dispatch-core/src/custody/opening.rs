//! Opening a time lock with the pulse of the disclosure time.
//!
//! Source: docs/spec.md 18.4. Invariant: only the pulse of the announced round is taken.

use super::timelock::{self, TimeLockError};
use crate::announcement::Announcement;
use crate::beacon::Pulse;
use crate::digest::Digest;
use crate::evidence::{Announced, TimeLockDocument};
use crate::language::Message;
use crate::log::from_base64;

/// The document `timelock.json` from the pulse of the disclosure time, whose signature the caller has
/// verified.
///
/// # Errors
/// If there is no time lock, or the pulse is of another round.
pub fn lock_opening(announced: &Announced, pulse: &Pulse) -> Result<TimeLockDocument, Message> {
    let document = &announced.document;
    let round = document.plan.schedule.lock_round();
    if document.custody.timelock.is_empty() {
        return Err(Message::new(
            "this draw was announced without a time lock",
            "本次抽取的公告没有时间锁",
        ));
    }
    if pulse.round != round {
        let given = pulse.round;
        let time = &document.plan.schedule.disclosure_time;
        return Err(Message::new(
            format!("is of round {given}; the time lock opens with round {round}, that of {time}"),
            format!("为第{given}轮；时间锁须用第{round}轮（{time}）打开"),
        ));
    }
    Ok(TimeLockDocument {
        commitment: announced.commitment,
        format: TimeLockDocument::FORMAT.to_owned(),
        round,
        signature: crate::digest::hex(&pulse.signature),
    })
}

/// The secret that the time lock of an announcement holds.
///
/// # Errors
/// If the lock does not open with this pulse.
pub fn locked_secret(
    announcement: &Announcement,
    opening: &TimeLockDocument,
) -> Result<Digest, Message> {
    let lock = from_base64(&announcement.custody.timelock).unwrap_or_default();
    let pulse = opening
        .pulse()
        .ok_or_else(|| Message::new("the pulse is malformed", "随机信标格式不符"))?;
    timelock::open(&lock, &pulse)
        .map(Digest::new)
        .map_err(|error| time_lock_message(&error))
}

pub(super) fn time_lock_message(error: &TimeLockError) -> Message {
    Message::new(
        format!("the time lock: {error}"),
        format!("时间锁无法打开（{error}）"),
    )
}
