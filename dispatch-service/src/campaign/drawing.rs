//! The draw and the draws of stages: computed outside of the transaction, committed once.
//!
//! Source: docs/spec.md sections 5 to 9 and 15. Invariant: of two processes that draw at the same time
//! one commits, and the other finds the state changed and leaves what is there.

use dispatch_core::bundle::{ASSIGNMENTS, RESULT};
use dispatch_core::digest::Digest;
use dispatch_core::entry::{Pulsing, Resulting, Step};
use dispatch_core::freeze::json_lines;
use dispatch_core::handover::Handover;
use dispatch_core::held::{self as core, handover_file, names, pulse_text, sealed, stage_file};
use dispatch_core::json::to_canonical;
use dispatch_core::language::Message;
use dispatch_core::seed::SourceValue;
use zeroize::Zeroizing;

use super::files::{self, StoredFile};
use super::held::{self, StoreHeld};
use super::{child, due, pulse, registered, sources};
use crate::audit;
use crate::context::Context;
use crate::problem::Problem;
use crate::store::Transaction;

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, now or before.
    Done,
    /// Something is missing still.
    Waits(Message),
}

/// Draws, if everything is there.
///
/// # Errors
/// If what is held is damaged, a value is not what the plan asks for, or the database is gone.
pub fn draw(ctx: &Context, commitment: &Digest) -> Result<Outcome, Problem> {
    let commitment = *commitment;
    let found = ctx.store.read_blocking(move |sql| {
        let draw = registered::get(sql, &commitment)?;
        if draw.state != "announced" {
            return Ok(None);
        }
        let (announced, _) = registered::announcement(sql, &commitment)?;
        let values = sources::values(sql, &announced)?;
        Ok(Some((draw, announced, values)))
    })?;
    let Some((draw, announced, values)) = found else {
        return Ok(Outcome::Done);
    };
    if !draw.replay && ctx.clock.now() < draw.draw_time {
        return Ok(Outcome::Waits(too_early()));
    }
    let values = match values {
        Ok(values) => values,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let handed = match handed(ctx, &announced, 0)? {
        Ok(handed) => handed,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let prepared = match held::prepared(ctx, &commitment)? {
        Ok(prepared) => prepared,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let held = StoreHeld::new(ctx, &commitment);
    let drawn = core::draw(&held, &prepared, &values, handed.as_ref())?;
    let made = Made {
        stage: 0,
        result: to_canonical(&drawn.result).map_err(|error| Problem::internal(&error))?,
        document: drawn.result,
        sources: values,
        handover: handed,
    };
    made.commit(ctx, &commitment, json_lines(&drawn.records))
}

/// Draws a frozen stage, if its pulse is there.
///
/// # Errors
/// As [`draw`].
pub fn draw_stage(ctx: &Context, commitment: &Digest, number: u64) -> Result<Outcome, Problem> {
    let commitment = *commitment;
    let found = ctx.store.read_blocking(move |sql| {
        let row = sql.query_one(
            "SELECT state, round FROM stage WHERE commitment = ?1 AND number = ?2",
            &[(&commitment).into(), number.into()],
        )?;
        let row = row.ok_or_else(Problem::not_found)?;
        if row.text(0)? == "drawn" {
            return Ok(None);
        }
        let round = row.count(1)?;
        Ok(Some((round, pulse::stored(sql, &commitment, round)?)))
    })?;
    let Some((round, pulse)) = found else {
        return Ok(Outcome::Done);
    };
    let Some(pulse) = pulse else {
        return Ok(Outcome::Waits(Message::new(
            format!("waiting for drand round {round} of stage {number}; there is no other source"),
            format!("等待第{number}次补抽的 drand 第{round}轮随机信标，没有替代来源"),
        )));
    };
    let mut again = match held::again(ctx, &commitment, number)? {
        Ok(held) => held,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let files = StoreHeld::new(ctx, &commitment);
    let stage = core::frozen(&files, &again.prepared, number)?.ok_or_else(Problem::not_found)?;
    let handed = match handed(ctx, &again.prepared.announced, stage.document.parent_stage)? {
        Ok(handed) => handed,
        Err(waits) => return Ok(Outcome::Waits(waits)),
    };
    let drawn = core::draw_stage(
        &files,
        &again.prepared,
        &mut again.history,
        &stage,
        &pulse,
        handed.as_ref(),
    )?;
    let records: Vec<_> = again.history.list().records().cloned().collect();
    let made = Made {
        stage: number,
        result: to_canonical(&drawn.result).map_err(|error| Problem::internal(&error))?,
        document: drawn.result,
        sources: vec![SourceValue::pulse(&pulse)],
        handover: handed,
    };
    made.commit(ctx, &commitment, json_lines(&records))
}

/// What was drawn, to be committed.
struct Made {
    stage: u64,
    result: Vec<u8>,
    document: dispatch_core::result::ResultDocument,
    sources: Vec<SourceValue>,
    handover: Option<Handover>,
}

impl Made {
    fn commit(self, ctx: &Context, commitment: &Digest, list: Vec<u8>) -> Result<Outcome, Problem> {
        let name = match self.stage {
            0 => sealed(ASSIGNMENTS),
            number => sealed(&stage_file(number, &format!("-{ASSIGNMENTS}"))),
        };
        let holder = commitment.to_string();
        // The list may be long: it is stored before, so that nobody waits for it.
        let list = Zeroizing::new(list);
        let stored = files::store_sealed(&ctx.store, &ctx.envelope, &holder, &name, list)?;
        let (envelope, commitment) = (ctx.envelope.clone(), *commitment);
        let committed = ctx.store.write_blocking(move |change| {
            let taken = self.write(change, &envelope, &commitment, (&name, &stored))?;
            if !taken {
                files::forget_sealed(change.sql, &stored)?;
            }
            Ok(())
        });
        if let Err(problem) = committed {
            let forgotten = ctx
                .store
                .write_blocking(move |change| files::forget_sealed(change.sql, &stored));
            if forgotten.is_err() {
                tracing::warn!(
                    "a sealed list that was not taken in is still stored; it opens nothing"
                );
            }
            return Err(problem);
        }
        Ok(Outcome::Done)
    }

    /// Everything in one transaction; false if another process was quicker.
    fn write(
        &self,
        change: &mut Transaction<'_>,
        envelope: &crate::keys::Envelope,
        commitment: &Digest,
        (name, stored): (&str, &StoredFile),
    ) -> Result<bool, Problem> {
        let draw = registered::get(change.sql, commitment)?;
        let holder = commitment.to_string();
        let stage = self.stage;
        if stage == 0 {
            if draw.state == "drawn" || draw.state == "disclosed" {
                return Ok(false);
            }
            draw.must_be("announced")?;
            // Numbers may have been corrected while this was computed.
            let (announced, _) = registered::announcement(change.sql, commitment)?;
            if sources::values(change.sql, &announced)?.ok().as_ref() != Some(&self.sources) {
                return Err(Problem::conflict(
                    "a value of a seed source was corrected while the draw was computed; it is computed anew",
                    "计算期间随机源的数值有更正，将重新计算",
                ));
            }
            if !draw.replay && change.now < draw.draw_time {
                let Message { english, chinese } = too_early();
                return Err(Problem::new(409, "too-early", english, chinese));
            }
        } else {
            draw.must_be("drawn")?;
            let changed = change.sql.execute(
                "UPDATE stage SET state = 'drawn' WHERE commitment = ?1 AND number = ?2 AND state = 'frozen'",
                &[commitment.into(), stage.into()],
            )?;
            if changed == 0 {
                return Ok(false);
            }
        }
        change.append(
            &draw.body,
            Step::Pulse(Pulsing {
                commitment: *commitment,
                sources: self.sources.clone(),
                stage,
            }),
        )?;
        change.append(
            &draw.body,
            Step::Result(Resulting {
                commitment: *commitment,
                result: self.document.clone(),
                stage,
            }),
        )?;
        let result = match stage {
            0 => RESULT.to_owned(),
            number => stage_file(number, "-result.json"),
        };
        let now = change.now;
        let digest = files::add_public(change.sql, &holder, &result, JSON, &self.result, now)?;
        files::publish(change.sql, &digest, JSON)?;
        let (input, bytes) = self.input()?;
        files::add_sealed(change.sql, envelope, &holder, &input, &bytes, now)?;
        if let Some(handover) = &self.handover {
            let bytes = to_canonical(handover).map_err(|error| Problem::internal(&error))?;
            let name = sealed(&handover_file(stage));
            files::add_sealed(change.sql, envelope, &holder, &name, &bytes, now)?;
        }
        files::add_stored_sealed(change.sql, &holder, name, stored)?;
        let (action, detail) = match stage {
            0 => ("draw", String::new()),
            number => ("draw-stage", number.to_string()),
        };
        audit::record(change, audit_name(), action, &holder, &detail, "")?;
        due::plan(change, commitment)?;
        Ok(true)
    }

    /// What it was drawn with, and under which name that is kept.
    fn input(&self) -> Result<(String, Vec<u8>), Problem> {
        if self.stage == 0 {
            let bytes = to_canonical(&self.sources).map_err(|error| Problem::internal(&error))?;
            return Ok((sealed(names::SOURCES), bytes));
        }
        let pulse = { self.sources.first() }
            .and_then(|source| match source {
                SourceValue::Drand { round, signature } => {
                    dispatch_core::seed::pulse_of(*round, signature)
                }
                _ => None,
            })
            .ok_or_else(|| Problem::internal(&"a stage without a pulse"))?;
        let name = sealed(&stage_file(self.stage, "-pulse.json"));
        Ok((name, pulse_text(&pulse).into_bytes()))
    }
}

/// The handover of a child draw; none for others.
fn handed(
    ctx: &Context,
    announced: &dispatch_core::evidence::Announced,
    stage: u64,
) -> Result<Result<Option<Handover>, Message>, Problem> {
    if !announced.document.plan.is_child() {
        return Ok(Ok(None));
    }
    Ok(child::handover(ctx, announced, stage)?.map(Some))
}

fn too_early() -> Message {
    Message::new("the draw time has not come", "尚未到抽取时间")
}

/// Who the service itself is in the audit trail.
#[must_use]
pub const fn audit_name() -> &'static str {
    "(service)"
}

const JSON: &str = "application/json";
