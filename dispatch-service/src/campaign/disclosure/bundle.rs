//! The bundle of a draw: all its files, packed into one and stored.

use std::io::{BufReader, BufWriter, Cursor};

use bytes::Bytes;
use dispatch_core::bundle::{
    ASSIGNMENTS, AUDIT, CELLS, DISCLOSURE, DROPS, Files, LOG, RECUSALS, STAGE_RECORDS, STAGES,
    TIMELOCK,
};
use dispatch_core::child::child_of;
use dispatch_core::custody::opening::lock_opening;
use dispatch_core::digest::Digest;
use dispatch_core::evidence::Announced;
use dispatch_core::freeze::SecretDocument;
use dispatch_core::held::{self as core, HeldFiles as _, sealed};
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;

use super::log_lines;
use crate::campaign::held::{self, StoreHeld};
use crate::campaign::{files, registered};
use crate::context::Context;
use crate::problem::Problem;
use crate::spooled::Spooled;
use crate::store::{Transaction, blob};

/// All files of a public bundle.
pub(super) struct Whole {
    pub(super) files: Files,
    /// The children whose bundles are inside, with the digests of these.
    pub(super) children: Vec<ChildBundle>,
}

/// The bundle of a child.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChildBundle {
    number: usize,
    digest: Digest,
    length: u64,
}

/// A bundle that is stored, and what is published beside it.
pub(super) struct Packed {
    pub(super) bundle: Digest,
    length: u64,
    name: String,
    children: Vec<ChildBundle>,
    beside: Vec<(&'static str, Digest, u64)>,
}

impl Whole {
    /// Draws again, compares with what was published, and gathers what goes into the bundle; or tells
    /// what is waited for, as long as it is `patient`.
    pub(super) fn read(
        ctx: &Context,
        commitment: &Digest,
        patient: bool,
    ) -> Result<Result<Self, Message>, Problem> {
        let held = match held::again(ctx, commitment, u64::MAX)? {
            Ok(held) => held,
            Err(waits) => return Ok(Err(waits)),
        };
        let from = StoreHeld::new(ctx, commitment);
        core::check_all_published(&from, &held)?;
        let announced = held.prepared.announced.clone();
        let opening = if announced.document.custody.timelock.is_empty() {
            None
        } else {
            match held::lock_pulse(ctx, &announced)? {
                Some(pulse) => Some(lock_opening(&announced, &pulse)?),
                None if patient => return Ok(Err(no_lock_pulse(&announced))),
                None => None,
            }
        };
        let children = match children(ctx, &announced, patient)? {
            Ok(children) => children,
            Err(waits) => return Ok(Err(waits)),
        };
        let log = match log_lines::of(ctx, commitment, true)? {
            Ok(lines) => lines,
            Err(waits) if patient => return Ok(Err(waits)),
            Err(waits) => {
                tracing::warn!(%commitment, reason = %waits.english, "disclosed without log evidence");
                None
            }
        };
        let mut bundles = Vec::new();
        for ChildBundle { number, digest, .. } in &children {
            let digest = *digest;
            let bytes = ctx.store.read_blocking(move |sql| {
                blob::read(sql, &digest)?.ok_or_else(Problem::not_found)
            })?;
            bundles.push((*number, bytes));
        }
        let none = Files::default();
        let mut files = core::whole_bundle(&from, held, &none, bundles, opening.as_ref())?;
        if let Some(log) = log {
            files.insert(LOG, log);
        }
        Ok(Ok(Self { files, children }))
    }

    /// Packs and stores the bundle and what is published beside it. Nobody sees it yet.
    pub(super) fn pack(self, ctx: &Context, name: &str) -> Result<Packed, Problem> {
        let packed = packed(ctx, &self.files)?;
        let (bundle, length) =
            blob::store(&ctx.store, || Ok(Box::new(BufReader::new(packed.reader()))))?;
        let mut beside = Vec::new();
        for name in BESIDE {
            let Some(bytes) = self.files.get(name) else {
                continue;
            };
            let bytes = Bytes::copy_from_slice(bytes);
            let (digest, length) =
                blob::store(&ctx.store, || Ok(Box::new(Cursor::new(bytes.clone()))))?;
            beside.push((name, digest, length));
        }
        Ok(Packed {
            bundle,
            length,
            name: name.to_owned(),
            children: self.children,
            beside,
        })
    }
}

impl Packed {
    /// Takes it in and publishes it.
    pub(super) fn write(
        &self,
        change: &mut Transaction<'_>,
        commitment: &Digest,
    ) -> Result<(), Problem> {
        let holder = commitment.to_string();
        let stored = (self.bundle, self.length);
        files::add_stored(change.sql, &holder, &self.name, ZIP, stored, false)?;
        files::publish(change.sql, &self.bundle, ZIP)?;
        for child in &self.children {
            let name = dispatch_core::bundle::child_name(child.number);
            let stored = (child.digest, child.length);
            files::add_stored(change.sql, &holder, &name, ZIP, stored, false)?;
        }
        for (name, digest, length) in &self.beside {
            // A bundle that is made once more has more log evidence; the first stays beside.
            if files::find(change.sql, &holder, name)?.is_none() {
                let media = if name.ends_with(".json") { JSON } else { LINES };
                let stored = (*digest, *length);
                files::add_stored(change.sql, &holder, name, media, stored, false)?;
                files::publish(change.sql, digest, media)?;
            }
        }
        Ok(())
    }
}

/// The auditor's form of a draw's bundle as far as it went, for supervisors only: it opens what is
/// sealed. From a plain thread.
///
/// # Errors
/// 409 before the draw; if what is held is damaged.
pub fn auditors(ctx: &Context, commitment: &Digest) -> Result<Spooled, Problem> {
    let wanted = *commitment;
    let state = ctx
        .store
        .read_blocking(move |sql| Ok(registered::get(sql, &wanted)?.state))?;
    if state == "announced" || state == "voided" {
        return Err(Problem::conflict(
            "it was not drawn: there is nothing to audit yet",
            "尚未抽取，没有可供审计的内容",
        ));
    }
    let held = match held::again(ctx, commitment, u64::MAX)? {
        Ok(held) => held,
        Err(waits) => return Err(Problem::conflict(waits.english, waits.chinese)),
    };
    let from = StoreHeld::new(ctx, commitment);
    let mut sealed_files = Files::default();
    for name in [CELLS, RECUSALS] {
        sealed_files.insert(name, from.needed(&sealed(name))?);
    }
    let audit = match from.read(&sealed(AUDIT))? {
        Some(bytes) => bytes,
        None => {
            let secret = from.needed(&sealed(SecretDocument::NAME))?;
            let secret = from_canonical(&secret).map_err(|error| Problem::internal(&error))?;
            core::audit_key(&secret)
        }
    };
    sealed_files.insert(AUDIT, audit);
    let announced = held.prepared.announced.clone();
    let opening = held::lock_pulse(ctx, &announced)?
        .map(|pulse| lock_opening(&announced, &pulse))
        .transpose()?;
    let mut files = core::whole_bundle(&from, held, &sealed_files, Vec::new(), opening.as_ref())?;
    if let Ok(Some(log)) = log_lines::of(ctx, commitment, false)? {
        files.insert(LOG, log);
    }
    packed(ctx, &files)
}

/// Bundles of the children that are disclosed here. Those whose time has come are waited for.
fn children(
    ctx: &Context,
    parent: &Announced,
    patient: bool,
) -> Result<Result<Vec<ChildBundle>, Message>, Problem> {
    let commitment = parent.commitment.to_string();
    let now = ctx.clock.now();
    let (found, waiting) = ctx.store.read_blocking(move |sql| {
        let rows = sql.query(
            "SELECT commitment, state, disclosure_time, title FROM register_draw WHERE parent = ?1 ORDER BY idx",
            &[commitment.into()],
        )?;
        let (mut found, mut waiting) = (Vec::new(), None);
        for row in rows {
            let child = row.digest(0)?;
            match row.text(1)? {
                "disclosed" => {
                    let file = super::evidence(sql, &child)?;
                    let (announced, _) = registered::announcement(sql, &child)?;
                    found.push((announced, file));
                }
                "voided" => {}
                _ if row.count(2)? <= now => waiting = Some(row.text(3)?.to_owned()),
                _ => {}
            }
        }
        Ok((found, waiting))
    })?;
    if let Some(title) = waiting.filter(|_| patient) {
        return Ok(Err(Message::new(
            format!("waiting for the disclosure of the child draw {title}"),
            format!("等待参与部门的抽取“{title}”公开"),
        )));
    }
    let numbered = found.into_iter().map(|(child, file)| {
        let (number, _) = child_of(parent, &child.document.plan)?;
        Ok(ChildBundle {
            number,
            digest: file.digest,
            length: file.length,
        })
    });
    numbered.collect::<Result<_, Problem>>().map(Ok)
}

fn packed(ctx: &Context, files: &Files) -> Result<Spooled, Problem> {
    let failed = |error: std::io::Error| Problem::internal(&error);
    let file = Spooled::new(ctx.settings.spool.as_deref()).map_err(failed)?;
    let writer = BufWriter::new(file.clone());
    let writer = files.pack(writer).map_err(failed)?;
    writer
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    Ok(file)
}

fn no_lock_pulse(announced: &Announced) -> Message {
    let round = announced.document.plan.schedule.lock_round();
    Message::new(
        format!("waiting for drand round {round}, which opens the time lock"),
        format!("等待打开时间锁的 drand 第{round}轮随机信标"),
    )
}

/// What of a bundle everybody gets singly.
const BESIDE: [&str; 7] = [
    ASSIGNMENTS,
    DISCLOSURE,
    DROPS,
    LOG,
    STAGES,
    STAGE_RECORDS,
    TIMELOCK,
];
const ZIP: &str = "application/zip";
const JSON: &str = "application/json";
const LINES: &str = "application/jsonl";
