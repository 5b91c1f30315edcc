//! What is held of a draw in the store: its files, what was frozen, the draw made again.
//!
//! Invariant: everything is read on a plain thread and checked against the announcement; if the secret
//! is lost, only the time lock of this draw takes its place.

use dispatch_core::beacon::Pulse;
use dispatch_core::bundle::{
    ANNOUNCEMENT, AUDIT, CELLS, Files, OFFICERS, OFFICERS_DIFF, RECUSALS, SUBJECTS, SUBJECTS_DIFF,
};
use dispatch_core::custody::opening::{lock_opening, locked_secret};
use dispatch_core::digest::Digest;
use dispatch_core::disclosure::AuditKey;
use dispatch_core::draw::Prepared;
use dispatch_core::evidence::Announced;
use dispatch_core::freeze::SecretDocument;
use dispatch_core::held::{self, Held, HeldFault, HeldFiles, sealed};
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;
use dispatch_core::verify::CheckResult;

use super::{files, pulse, registered};
use crate::context::Context;
use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::Store;

/// The files of one draw in the store, for plain threads.
#[derive(Clone, Debug)]
pub struct StoreHeld {
    store: Store,
    envelope: Envelope,
    holder: String,
}

impl StoreHeld {
    /// The files of a draw.
    #[must_use]
    pub fn new(ctx: &Context, commitment: &Digest) -> Self {
        Self {
            store: ctx.store.clone(),
            envelope: ctx.envelope.clone(),
            holder: commitment.to_string(),
        }
    }
}

impl HeldFiles for StoreHeld {
    type Error = Problem;

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
        let (envelope, holder) = (self.envelope.clone(), self.holder.clone());
        let name = name.to_owned();
        let bytes = self
            .store
            .read_blocking(move |sql| files::read(sql, &envelope, &holder, &name))?;
        Ok(bytes.map(|mut bytes| std::mem::take(&mut *bytes)))
    }

    fn has(&self, name: &str) -> Result<bool, Problem> {
        let (holder, name) = (self.holder.clone(), name.to_owned());
        let found = self
            .store
            .read_blocking(move |sql| files::find(sql, &holder, &name))?;
        Ok(found.is_some())
    }

    fn fault(&self, fault: HeldFault) -> Problem {
        match fault {
            HeldFault::File { name, message } => damaged(
                &format!("{name}: {}", message.english),
                &format!("{name}：{}", message.chinese),
            ),
            HeldFault::NotAnnounced(failed) => not_announced(&failed),
            HeldFault::Refused(message) => {
                Problem::new(409, "refused", message.english, message.chinese)
            }
        }
    }
}

/// What was frozen, checked; or why it cannot be opened yet.
///
/// # Errors
/// If what is held is not what was announced, or the database is gone.
pub fn prepared(ctx: &Context, commitment: &Digest) -> Result<Result<Prepared, Message>, Problem> {
    let files = StoreHeld::new(ctx, commitment);
    let secret = files.read(&sealed(SecretDocument::NAME));
    match secret {
        Ok(Some(_)) => return held::open(&files).map(Ok),
        Err(problem) if problem.status == 503 => return Err(problem),
        Ok(None) | Err(_) => {}
    }
    tracing::error!(%commitment, "the operator's secret is lost; the time lock opens it at its time");
    by_lock(ctx, commitment, &files)
}

/// The draw and its stages made again, those from `before` on left out.
///
/// # Errors
/// As [`prepared`].
pub fn again(
    ctx: &Context,
    commitment: &Digest,
    before: u64,
) -> Result<Result<Held, Message>, Problem> {
    let files = StoreHeld::new(ctx, commitment);
    match prepared(ctx, commitment)? {
        Ok(prepared) => Held::again(&files, prepared, before).map(Ok),
        Err(waits) => Ok(Err(waits)),
    }
}

/// The announcement of a draw.
///
/// # Errors
/// 404 if there is none.
pub fn announced(ctx: &Context, commitment: &Digest) -> Result<Announced, Problem> {
    let commitment = *commitment;
    let read = move |sql: &mut dyn crate::store::Sql| registered::announcement(sql, &commitment);
    Ok(ctx.store.read_blocking(read)?.0)
}

/// The pulse of the disclosure time, if it was brought.
///
/// # Errors
/// If the database is gone.
pub fn lock_pulse(ctx: &Context, announced: &Announced) -> Result<Option<Pulse>, Problem> {
    let round = announced.document.plan.schedule.lock_round();
    let commitment = announced.commitment;
    ctx.store
        .read_blocking(move |sql| pulse::stored(sql, &commitment, round))
}

fn by_lock(
    ctx: &Context,
    commitment: &Digest,
    files: &StoreHeld,
) -> Result<Result<Prepared, Message>, Problem> {
    let announced = announced(ctx, commitment)?;
    let document = &announced.document;
    if document.custody.timelock.is_empty() {
        return Ok(Err(Message::new(
            "the operator's secret is lost and there is no time lock: restore the key folder and the database, or ask a custodian to open the draw",
            "密钥已丢失且没有时间锁：请恢复密钥目录和数据库，或由密钥保管方打开",
        )));
    }
    let Some(pulse) = lock_pulse(ctx, &announced)? else {
        let time = &document.plan.schedule.disclosure_time;
        return Ok(Err(Message::new(
            format!(
                "the operator's secret is lost: restore it; otherwise the time lock opens it at {time}"
            ),
            format!("密钥已丢失：请恢复；否则待时间锁于{time}打开"),
        )));
    };
    let secret = locked_secret(document, &lock_opening(&announced, &pulse)?)?;
    // The auditor's key and what is sealed may still be there.
    let audit = files.read(&sealed(AUDIT)).ok().flatten();
    let audit = audit.and_then(|bytes| from_canonical::<AuditKey>(&bytes).ok());
    let mut all = Files::default();
    for name in [ANNOUNCEMENT, SUBJECTS, OFFICERS] {
        all.insert(name, files.needed(name)?);
    }
    for name in [SUBJECTS_DIFF, OFFICERS_DIFF] {
        if let Some(bytes) = files.read(name)? {
            all.insert(name, bytes);
        }
    }
    let recusals = files.read(&sealed(RECUSALS)).ok().flatten();
    let cells = files.read(&sealed(CELLS)).ok().flatten();
    if let (Some(audit), Some(recusals), Some(cells)) = (audit, recusals, cells) {
        let secret = SecretDocument {
            commitment: *commitment,
            format: SecretDocument::FORMAT.to_owned(),
            roster_key: audit.roster_key,
            secret,
        };
        all.insert(AUDIT, held::audit_key(&secret));
        all.insert(RECUSALS, recusals);
        all.insert(CELLS, cells);
        let opened = Prepared::open(all, &secret);
        return opened.map(Ok).map_err(|failed| not_announced(&failed));
    }
    all.insert(RECUSALS, files.needed(RECUSALS)?);
    let opened = Prepared::open_public(all, secret);
    opened.map(Ok).map_err(|failed| not_announced(&failed))
}

fn not_announced(failed: &[CheckResult]) -> Problem {
    let checks: Vec<String> = { failed.iter() }
        .map(|result| format!("{} {}", result.id, result.detail.english))
        .collect();
    let checks = checks.join("; ");
    damaged(
        &format!(
            "what is held is not as it was announced ({checks}); restore the database and the key folder"
        ),
        &format!("与公告时不一致（{checks}），请恢复数据库和密钥目录"),
    )
}

/// A fault of what is stored, for the operator.
fn damaged(english: &str, chinese: &str) -> Problem {
    tracing::error!(reason = english, "what is held of a draw is damaged");
    Problem::new(500, "damaged", english, chinese)
}
