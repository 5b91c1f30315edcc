//! The scheduler: draws happen by themselves.
//!
//! One thread of every process looks for what is due, takes the pulse from the relays if nobody brought
//! it, and does what is due; when something is missing it notes why and comes again, for ever. A claim
//! keeps two processes from doing the same work at once. Invariant: correctness never depends on a
//! claim: what is committed is decided in the transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use dispatch_core::beacon::time_of_round;
use dispatch_core::digest::Digest;
use dispatch_core::language::Message;

use crate::campaign::drawing::Outcome;
use crate::campaign::due::{self, Task};
use crate::campaign::{disclosure, drawing, pulse, registered, relay, stage};
use crate::context::Context;
use crate::problem::Problem;
use crate::store::blob;

/// The running thread.
#[derive(Debug)]
pub struct Scheduler {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Scheduler {
    /// Starts it.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(ctx: Context) -> std::io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let thread = thread::Builder::new()
            .name("scheduler".to_owned())
            .spawn(move || {
                let mut swept = 0;
                while !stop.load(Ordering::Relaxed) {
                    // A panic over one draw must not keep the others from being made.
                    let looked = catch_unwind(AssertUnwindSafe(|| round(&ctx, &stop)));
                    let looked = looked.unwrap_or_else(|_| Err(Problem::internal(&"a panic")));
                    if let Err(problem) = looked {
                        tracing::warn!(reason = %problem.message.english, "the scheduler could not look for what is due");
                    }
                    let now = ctx.clock.now();
                    if now.saturating_sub(swept) >= A_DAY {
                        swept = now;
                        sweep(&ctx, now.saturating_sub(A_DAY));
                    }
                    thread::park_timeout(ctx.settings.tick);
                }
            })?;
        Ok(Self {
            stopped,
            thread: Some(thread),
        })
    }

    /// Tells it to stop, after the one thing that it is doing.
    pub fn stop(mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Removes what uploads that were broken off have left before this time.
fn sweep(ctx: &Context, before: u64) {
    let swept = ctx
        .store
        .write_blocking(move |change| Ok(blob::sweep(change.sql, before)?));
    match swept {
        Ok(0) => {}
        Ok(pieces) => tracing::info!(pieces, "what uploads had left was removed"),
        Err(problem) => {
            tracing::warn!(reason = %problem.message.english, "what uploads have left could not be removed");
        }
    }
}

/// Does once all that is due; how many draws were looked at. From a plain thread.
///
/// # Errors
/// If the database is gone.
pub fn round(ctx: &Context, stop: &AtomicBool) -> Result<usize, Problem> {
    let now = ctx.clock.now();
    let due = ctx.store.read_blocking(move |sql| {
        let rows = sql.query(
            "SELECT commitment, due FROM work WHERE due <= ?1 ORDER BY due, commitment LIMIT 64",
            &[now.into()],
        )?;
        let due = rows.iter().map(|row| Ok((row.digest(0)?, row.count(1)?)));
        due.collect::<Result<Vec<_>, Problem>>()
    })?;
    let mut looked = 0_usize;
    for (commitment, time) in due {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if !claim(ctx, commitment, time)? {
            continue;
        }
        looked = looked.saturating_add(1);
        let done = advance(ctx, &commitment);
        if let Err(problem) = settle(ctx, commitment, done) {
            tracing::warn!(%commitment, reason = %problem.message.english, "what came of it could not be noted");
        }
    }
    Ok(looked)
}

/// Does at once what is due for one draw, from a plain thread, unless this process is just doing it.
///
/// # Errors
/// As [`advance`].
pub fn attempt_now(ctx: &Context, commitment: &Digest) -> Result<Outcome, Problem> {
    let (wanted, now) = (*commitment, ctx.clock.now());
    let due = ctx.store.read_blocking(move |sql| {
        let row = sql.query_one(
            "SELECT due FROM work WHERE commitment = ?1 AND due <= ?2",
            &[(&wanted).into(), now.into()],
        )?;
        Ok(row.map(|row| row.count(0)).transpose()?)
    })?;
    match due {
        Some(time) if claim(ctx, *commitment, time)? => {
            let done = advance(ctx, commitment);
            settle(ctx, *commitment, done.clone())?;
            done
        }
        _ => Ok(Outcome::Done),
    }
}

/// Does what is due for one draw, everything that is there being used; whether something was done.
///
/// # Errors
/// If what is held is damaged, or the database is gone.
pub fn advance(ctx: &Context, commitment: &Digest) -> Result<Outcome, Problem> {
    let wanted = *commitment;
    let now = ctx.clock.now();
    let next = ctx
        .store
        .read_blocking(move |sql| due::next(sql, &wanted, now))?;
    let Some((task, time)) = next.filter(|(_, time)| *time <= now) else {
        return Ok(Outcome::Done);
    };
    tracing::debug!(%commitment, ?task, time, "due");
    if let Err(waits) = fetch(ctx, commitment, task)? {
        // What else there is may still do: somebody may bring it meanwhile.
        tracing::info!(%commitment, reason = %waits.english, "a pulse is not there");
        return match attempt(ctx, commitment, task)? {
            Outcome::Waits(_) => Ok(Outcome::Waits(waits)),
            done => Ok(done),
        };
    }
    attempt(ctx, commitment, task)
}

fn attempt(ctx: &Context, commitment: &Digest, task: Task) -> Result<Outcome, Problem> {
    match task {
        Task::Draw => drawing::draw(ctx, commitment),
        Task::Stage(number) => drawing::draw_stage(ctx, commitment, number),
        Task::Batch(number) => stage::batch(ctx, commitment, number).map(|()| Outcome::Done),
        Task::Disclosure => disclosure::disclose(ctx, commitment),
        Task::Children => disclosure::take_children_in(ctx, commitment),
    }
}

/// Takes the pulse that a task needs from the relays, unless it was brought.
fn fetch(ctx: &Context, commitment: &Digest, task: Task) -> Result<Result<(), Message>, Problem> {
    let wanted = *commitment;
    let now = ctx.clock.now();
    let rounds = ctx.store.read_blocking(move |sql| {
        let (announced, _) = registered::announcement(sql, &wanted)?;
        let document = &announced.document;
        let lock = document.plan.schedule.lock_round();
        let locked = !document.custody.timelock.is_empty();
        let mut rounds = match task {
            Task::Draw if document.plan.uses_drand() => vec![document.round],
            Task::Stage(number) => {
                let row = sql.query_one(
                    "SELECT round FROM stage WHERE commitment = ?1 AND number = ?2",
                    &[(&wanted).into(), number.into()],
                )?;
                row.map(|row| row.count(0))
                    .transpose()?
                    .into_iter()
                    .collect()
            }
            Task::Disclosure if locked => vec![lock],
            _ => Vec::new(),
        };
        // If the secret is lost, the time lock opens it.
        let open = locked && time_of_round(lock).is_some_and(|time| time <= now);
        if open && matches!(task, Task::Draw | Task::Stage(_)) {
            rounds.push(lock);
        }
        let mut missing = Vec::new();
        for round in rounds {
            if pulse::stored(sql, &wanted, round)?.is_none() {
                missing.push(round);
            }
        }
        Ok(missing)
    })?;
    for round in rounds {
        if time_of_round(round).is_none_or(|time| time > now) {
            return Ok(Err(Message::new(
                format!("round {round} has not been published yet"),
                format!("第{round}轮尚未产生"),
            )));
        }
        match relay::fetch(&ctx.settings.relays, round) {
            Ok(pulse) => {
                ctx.store
                    .write_blocking(move |change| pulse::bring(change, &wanted, &pulse))?;
            }
            Err(waits) => return Ok(Err(waits)),
        }
    }
    Ok(Ok(()))
}

/// Puts the next look off, if nobody else did so first.
fn claim(ctx: &Context, commitment: Digest, time: u64) -> Result<bool, Problem> {
    ctx.store.write_blocking(move |change| {
        let later = change.now.saturating_add(LEASE);
        let changed = change.sql.execute(
            "UPDATE work SET due = ?3 WHERE commitment = ?1 AND due = ?2",
            &[(&commitment).into(), time.into(), later.into()],
        )?;
        Ok(changed == 1)
    })
}

/// Notes what came of it, and when to come again.
fn settle(
    ctx: &Context,
    commitment: Digest,
    done: Result<Outcome, Problem>,
) -> Result<(), Problem> {
    let fault = match done {
        Ok(Outcome::Done) => {
            return ctx
                .store
                .write_blocking(move |change| due::plan(change, &commitment));
        }
        Ok(Outcome::Waits(message)) => message,
        Err(problem) => {
            tracing::warn!(%commitment, reason = %problem.message.english, "what is due could not be done");
            problem.message
        }
    };
    ctx.store.write_blocking(move |change| {
        let row = change.sql.query_one(
            "SELECT attempts, due FROM work WHERE commitment = ?1",
            &[(&commitment).into()],
        )?;
        let Some(row) = row else {
            return Ok(());
        };
        let attempts = row.count(0)?;
        // Somebody may have brought something while this went on.
        let brought = row.optional_count(1)?.is_some_and(|due| due <= change.now);
        let pause = 1_u64.checked_shl(u32::try_from(attempts).unwrap_or(u32::MAX));
        let pause = pause.unwrap_or(LONGEST).clamp(1, LONGEST);
        let due = if brought {
            change.now
        } else {
            change.now.saturating_add(pause)
        };
        let fault = format!("{} / {}", fault.chinese, fault.english);
        change.sql.execute(
            "UPDATE work SET due = ?2, attempts = ?3, fault = ?4 WHERE commitment = ?1 AND due IS NOT NULL",
            &[
                (&commitment).into(),
                due.into(),
                attempts.saturating_add(1).into(),
                fault.into(),
            ],
        )?;
        Ok(())
    })
}

/// Seconds for which a claim holds; whoever dies meanwhile leaves the work to others after it.
const LEASE: u64 = 120;
/// Longest pause between two attempts, in seconds.
const LONGEST: u64 = 60;

/// Seconds of a day.
const A_DAY: u64 = 24 * 60 * 60;
