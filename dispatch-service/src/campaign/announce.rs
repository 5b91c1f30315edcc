//! Announcing a draft: everything is frozen and committed to, and stands in the log, or nothing of it.
//!
//! Source: docs/spec.md sections 4, 16 to 18. The heavy part, [`prepare`], is done on a plain thread and
//! changes nothing that anybody sees; [`commit`] looks again at all that could have changed meanwhile.
//! Invariant: what is announced is what was agreed to, in time, and once.

mod frozen;

use dispatch_core::bundle::{ANNOUNCEMENT, OFFICERS, SUBJECTS};
use dispatch_core::custody::Custody;
use dispatch_core::digest::Digest;
use dispatch_core::entry::{Announcing, Step};
use dispatch_core::evidence::Announced;
use dispatch_core::plan::Schedule;

use self::frozen::{freeze, store};
use super::draft::{self, Draft};
use super::files::{self, StoredFile};
use super::registered;
use crate::context::Context;
use crate::problem::Problem;
use crate::store::Transaction;

/// A draft that is frozen, its large files stored already, and that nobody has seen yet.
#[derive(Debug)]
pub struct Prepared {
    draft: Draft,
    /// The draft's digest when it was read.
    digest: Digest,
    announced: Announced,
    /// The bytes of announcement.json.
    bytes: Vec<u8>,
    public: Vec<PublicFile>,
    sealed: Vec<(String, StoredFile)>,
}

/// A file for everybody.
#[derive(Debug)]
struct PublicFile {
    name: String,
    digest: Digest,
    length: u64,
}

/// What was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The commitment.
    pub commitment: Digest,
    /// Index of its entry in the log.
    pub index: u64,
}

/// Reads, checks and freezes a draft, from a plain thread.
///
/// # Errors
/// 422 with everything that keeps it from being announced; 409 if it is too late.
pub fn prepare(ctx: &Context, id: &str) -> Result<Prepared, Problem> {
    let (read, check) = draft::check(ctx, id)?;
    draft::must_be_open(&read.draft)?;
    if check.errors > 0 {
        return Err(refused(&read.material, &check));
    }
    must_be_in_time(
        &read.material.plan.schedule,
        read.draft.replay,
        ctx.clock.now(),
    )?;
    let (draft, digest) = (read.draft.clone(), read.digest);
    let made = freeze(ctx, read)?;
    store(ctx, draft, digest, made)
}

/// Announces what was prepared and agreed to.
///
/// # Errors
/// 409 if the draft was changed or announced meanwhile, it is too late, or the log has a draw with this
/// id or number; 503 if the log cannot be signed at present.
pub fn commit(
    change: &mut Transaction<'_>,
    prepared: &Prepared,
    agreed: &Digest,
) -> Result<Done, Problem> {
    let id = &prepared.draft.id;
    let draft = draft::load(change.sql, id)?;
    draft::must_be_open(&draft)?;
    let digest = draft::digest(change.sql, &draft)?;
    if digest != *agreed || digest != prepared.digest {
        return Err(changed());
    }
    let document = &prepared.announced.document;
    let plan = &document.plan;
    must_be_in_time(&plan.schedule, document.replay, change.now)?;
    if let Some(parent) = plan.parent.first() {
        parent_is_open(change, &parent.commitment, document.replay)?;
    }
    let step = Step::Announcement(Announcing::of(document, &prepared.bytes));
    let index = change.append(&plan.authority, step)?;
    let commitment = prepared.announced.commitment;
    let holder = commitment.to_string();
    for file in &prepared.public {
        let stored = (file.digest, file.length);
        let media = media_of(&file.name);
        files::add_stored(change.sql, &holder, &file.name, media, stored, false)?;
        if [ANNOUNCEMENT, Custody::FILE].contains(&file.name.as_str()) {
            files::publish(change.sql, &file.digest, media)?;
        }
    }
    for (name, stored) in &prepared.sealed {
        files::add_stored_sealed(change.sql, &holder, name, stored)?;
    }
    rosters(change, prepared)?;
    change.sql.execute(
        "INSERT INTO work (commitment, department, region, owner, due, attempts, fault) VALUES (?1, ?2, ?3, ?4, ?5, 0, '')",
        &[
            (&commitment).into(),
            draft.department.as_str().into(),
            draft.region.as_str().into(),
            draft.owner.as_str().into(),
            plan.schedule.draw_unix().into(),
        ],
    )?;
    draft::mark_announced(change, id, &commitment)?;
    Ok(Done { commitment, index })
}

/// Deletes what was stored sealed for an announcement that did not come about.
pub fn forget(ctx: &Context, prepared: &Prepared) {
    let sealed: Vec<StoredFile> = prepared.sealed.iter().map(|(_, stored)| *stored).collect();
    let done = ctx.store.write_blocking(move |change| {
        for stored in &sealed {
            files::forget_sealed(change.sql, stored)?;
        }
        Ok(())
    });
    if let Err(problem) = done {
        tracing::warn!(reason = %problem.message.english, "sealed files of an announcement that was refused are still stored; they open nothing");
    }
}

impl Prepared {
    /// The commitment that it would have.
    #[must_use]
    pub const fn commitment(&self) -> Digest {
        self.announced.commitment
    }
}

/// Announced too late is not announced.
fn must_be_in_time(schedule: &Schedule, replay: bool, now: u64) -> Result<(), Problem> {
    if replay || now <= schedule.latest_announcement() {
        return Ok(());
    }
    let (draw, lead) = (&schedule.draw_time, schedule.lead_minutes);
    Err(Problem::new(
        409,
        "too-late",
        format!(
            "too late: the draw is at {draw} and must be announced {lead} minutes before; set a later draw time in the plan"
        ),
        format!("已过公告期限：抽取时间为{draw}，须提前{lead}分钟公告。请在抽查任务中推迟抽取时间"),
    ))
}

/// The parent must be there, and must not have been drawn or voided while the child was frozen.
fn parent_is_open(
    change: &mut Transaction<'_>,
    commitment: &Digest,
    replay: bool,
) -> Result<(), Problem> {
    let parent = registered::get(change.sql, commitment)?;
    if parent.state == "voided" {
        return parent.must_be("announced");
    }
    if replay || change.now < parent.draw_time {
        return Ok(());
    }
    Err(Problem::conflict(
        "the parent's draw time is past: a child draw is announced before it",
        "发起方的抽取时间已过：分级抽取须在其之前公告",
    ))
}

fn rosters(change: &mut Transaction<'_>, prepared: &Prepared) -> Result<(), Problem> {
    let document = &prepared.announced.document;
    for (name, kind, summary) in [
        (SUBJECTS, "subjects", &document.subjects),
        (OFFICERS, "officers", &document.officers),
    ] {
        let Some(file) = prepared.public.iter().find(|file| file.name == name) else {
            continue;
        };
        change.sql.execute(
            "INSERT INTO roster (root, kind, records, digest) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (root, kind) DO NOTHING",
            &[
                (&summary.root).into(),
                kind.into(),
                summary.count.into(),
                (&file.digest).into(),
            ],
        )?;
    }
    Ok(())
}

/// A draft with errors.
fn refused(material: &dispatch_core::material::Material, check: &draft::Check) -> Problem {
    let errors = check.errors;
    let mut problem = Problem::new(
        422,
        "draft-errors",
        format!("{errors} errors: nothing can be announced until they are mended"),
        format!("共{errors}处错误，更正前不能公告"),
    );
    problem.faults = draft::faults_of(material);
    let others = { check.findings.iter() }
        .filter(|finding| finding.severity == "error" && finding.remedy_english.is_empty());
    problem
        .faults
        .extend(others.map(|finding| crate::problem::Fault {
            place: finding.file.clone(),
            english: finding.english.clone(),
            chinese: finding.chinese.clone(),
        }));
    problem
}

/// What is agreed to is no longer what there is.
#[must_use]
pub fn changed() -> Problem {
    Problem::new(
        409,
        "changed",
        "it was changed after it was proposed: look at it again, have this proposal withdrawn or rejected, and propose it anew",
        "提出之后内容已更改：请重新核对，撤回或驳回本提议后重新提出",
    )
}

fn media_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, kind)| kind) {
        "json" => "application/json",
        "jsonl" => "application/jsonl",
        "txt" => "text/plain; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}
