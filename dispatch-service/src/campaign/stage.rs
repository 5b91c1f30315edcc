//! Stages 补抽: what fell out is staged, proposed, agreed to, and frozen before its pulse exists.
//!
//! Source: docs/spec.md section 15. Names of what fell out lie sealed from the moment they arrive.
//! Invariant: what is frozen is the list that was agreed to, in time, and never changed afterwards.

mod staged;

pub use self::staged::{Evidence, List, Staged, put_evidence, put_list, read_list, staged};

use dispatch_core::custody::sealing;
use dispatch_core::digest::{Digest, TaggedHasher};
use dispatch_core::entry::{Staging, Step};
use dispatch_core::freeze::json_lines;
use dispatch_core::held::{HeldFiles as _, sealed, stage_file};
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;
use dispatch_core::plan::Mode;
use dispatch_core::slip::SlipFields;
use dispatch_core::stage::{DropOut, FrozenStage, StageDraft};
use dispatch_core::syntax::time_text;
use zeroize::Zeroizing;

use super::drawing::audit_name;
use super::held::{self, StoreHeld};
use super::registered::{self, Registered};
use super::{child, due, files};
use crate::access::Actor;
use crate::audit;
use crate::context::Context;
use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// A stage that is ready to be frozen.
pub struct Ready {
    commitment: Digest,
    body: String,
    frozen: FrozenStage,
    /// Hash of the staged list that it was made of.
    list: Option<Digest>,
    drops: Zeroizing<Vec<u8>>,
    /// What custodians hold.
    held: Option<Vec<u8>>,
    slip: (String, String),
    latest: u64,
    time: u64,
    replay: bool,
    envelope: Envelope,
}

impl Ready {
    /// The draw.
    #[must_use]
    pub const fn commitment(&self) -> Digest {
        self.commitment
    }
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready")
            .field("commitment", &self.commitment)
            .field("number", &self.frozen.document.number)
            .finish_non_exhaustive()
    }
}

/// What a proposal of a stage is about: the draw, and the digest that approval is bound to. `detail` is
/// the stage's number.
///
/// # Errors
/// 404 outside the scope; 409 if the state forbids it or nothing is staged; 422 if the number is none.
pub fn about(
    sql: &mut dyn Sql,
    actor: &Actor,
    target: &str,
    detail: &str,
) -> Result<(Registered, Digest), Problem> {
    let draw = registered::get(sql, &registered::commitment(target)?)?;
    draw.must_be_of(actor)?;
    draw.must_be("drawn")?;
    let number = number(detail)?;
    must_be_next(sql, &draw.commitment, number)?;
    let list = staged::list_digest(sql, &draw.commitment, number)?;
    let (announced, _) = registered::announcement(sql, &draw.commitment)?;
    let plan = &announced.document.plan;
    if list.is_none() && plan.mode == Mode::Sample && !plan.is_child() {
        return Err(Problem::conflict(
            format!("nothing is staged for stage {number}: upload the list of what fell out first"),
            format!("第{number}次补抽尚无退出名单，请先上传"),
        ));
    }
    let mut hasher = TaggedHasher::new("dispatch-service/stage");
    hasher.part(draw.commitment.as_bytes());
    hasher.part(&number.to_be_bytes());
    if let Some(list) = &list {
        hasher.part(list.as_bytes());
    }
    Ok((draw, hasher.finish()))
}

/// Freezes what is staged and agreed to, from a plain thread. Nothing is changed.
///
/// # Errors
/// 409 if it is too late or another stage has to be drawn first; 422 with all that is wrong with the
/// list.
pub fn prepare(ctx: &Context, commitment: &Digest, number: u64) -> Result<Ready, Problem> {
    freeze(ctx, commitment, number, true)
}

/// Freezes a stage; what is staged counts only if it was `agreed` to.
fn freeze(ctx: &Context, commitment: &Digest, number: u64, agreed: bool) -> Result<Ready, Problem> {
    let held = match held::again(ctx, commitment, u64::MAX)? {
        Ok(held) => held,
        Err(waits) => return Err(Problem::conflict(waits.english, waits.chinese)),
    };
    let files = StoreHeld::new(ctx, commitment);
    let (list, drops) = {
        let commitment = *commitment;
        let list = ctx
            .store
            .read_blocking(move |sql| staged::list_digest(sql, &commitment, number))?;
        let staged = files.read(&staged::list_name(number))?;
        let drops: Vec<DropOut> = match staged.filter(|_| agreed) {
            Some(bytes) => from_canonical(&bytes).map_err(|error| Problem::internal(&error))?,
            None => Vec::new(),
        };
        (list, drops)
    };
    let document = &held.prepared.announced.document;
    let plan = &document.plan;
    let now = ctx.clock.now();
    let latest = plan.schedule.latest_stage(number).unwrap_or(0);
    let time = plan.schedule.stage_unix(number).unwrap_or(0);
    in_time(document.replay, now, latest, number)?;
    if let Some(pending) = held.pending(&files)? {
        return Err(Problem::conflict(
            format!("stage {pending} is frozen and not drawn yet; it comes first"),
            format!("第{pending}次补抽已冻结、尚未抽取，应先抽取"),
        ));
    }
    let parent_stage = match plan.parent.first() {
        None => 0,
        Some(parent) => {
            let parent = parent.commitment;
            let round = dispatch_core::beacon::round_at_or_after(time);
            ctx.store
                .read_blocking(move |sql| child::parent_stage(sql, &parent, round))?
        }
    };
    let draft = StageDraft {
        number,
        created: time_text(now).unwrap_or_default(),
        drops,
        parent_stage,
    };
    let frozen = { held.prepared.freeze_stage(&held.history, draft) }
        .map_err(|messages| refused(&messages))?;
    let drops = Zeroizing::new(json_lines(&frozen.drops));
    let custodians = &document.custody.custodians;
    let entrusted = if custodians.is_empty() {
        None
    } else {
        Some(sealing::seal(&drops, custodians)?)
    };
    let slip = SlipFields::of_stage(plan, &frozen, document.replay);
    let no_slip = |error: dispatch_core::slip::SlipError| Problem::internal(&error);
    let slip = (slip.text().map_err(no_slip)?, slip.html().map_err(no_slip)?);
    Ok(Ready {
        commitment: *commitment,
        body: plan.authority.clone(),
        frozen,
        list,
        drops,
        held: entrusted,
        slip,
        latest,
        time,
        replay: document.replay,
        envelope: ctx.envelope.clone(),
    })
}

/// Freezes it; the index of its entry in the log.
///
/// # Errors
/// 409 if the list was changed, the stage is frozen already, or it is too late meanwhile.
pub fn approve(change: &mut Transaction<'_>, ready: &Ready) -> Result<u64, Problem> {
    let commitment = &ready.commitment;
    let document = &ready.frozen.document;
    let number = document.number;
    let draw = registered::get(change.sql, commitment)?;
    draw.must_be("drawn")?;
    in_time(ready.replay, change.now, ready.latest, number)?;
    if staged::list_digest(change.sql, commitment, number)? != ready.list {
        return Err(super::announce::changed());
    }
    must_be_next(change.sql, commitment, number)?;
    let index = change.append(
        &ready.body,
        Step::Stage(Staging {
            commitment: *commitment,
            stage: document.clone(),
        }),
    )?;
    let holder = commitment.to_string();
    let now = change.now;
    let drops = sealed(&stage_file(number, "-drops.jsonl"));
    files::add_sealed(
        change.sql,
        &ready.envelope,
        &holder,
        &drops,
        &ready.drops,
        now,
    )?;
    let mut public: Vec<(String, &str, &[u8], bool)> = vec![
        (
            stage_file(number, ".json"),
            "application/json",
            &ready.frozen.bytes,
            true,
        ),
        (
            stage_file(number, "-slip.txt"),
            "text/plain; charset=utf-8",
            ready.slip.0.as_bytes(),
            false,
        ),
        (
            stage_file(number, "-slip.html"),
            "text/html; charset=utf-8",
            ready.slip.1.as_bytes(),
            false,
        ),
    ];
    if let Some(held) = &ready.held {
        public.push((
            stage_file(number, ".age"),
            "application/octet-stream",
            held,
            true,
        ));
    }
    for (name, media, bytes, published) in public {
        let digest = files::add_public(change.sql, &holder, &name, media, bytes, now)?;
        if published {
            files::publish(change.sql, &digest, media)?;
        }
    }
    change.sql.execute(
        "INSERT INTO stage (commitment, number, state, round, due) VALUES (?1, ?2, 'frozen', ?3, ?4)",
        &[
            commitment.into(),
            number.into(),
            document.round.into(),
            dispatch_core::beacon::time_of_round(document.round)
                .unwrap_or(ready.time)
                .into(),
        ],
    )?;
    due::plan(change, commitment)?;
    Ok(index)
}

/// Freezes the next batch of a draw of the mode `order`, without anybody's asking: it was announced.
/// Nothing falls out in it: that needs a proposal, which may come before.
///
/// # Errors
/// As [`prepare`] and [`approve`].
pub fn batch(ctx: &Context, commitment: &Digest, number: u64) -> Result<(), Problem> {
    let ready = freeze(ctx, commitment, number, false)?;
    let target = commitment.to_string();
    ctx.store.write_blocking(move |change| {
        approve(change, &ready)?;
        audit::record(
            change,
            audit_name(),
            "freeze-batch",
            &target,
            &number.to_string(),
            "",
        )
    })
}

/// The number of a stage, as it stands in a path or a proposal.
///
/// # Errors
/// 422 if it is none.
pub fn number(text: &str) -> Result<u64, Problem> {
    let number = text.parse::<u64>().ok().filter(|number| {
        (1..=dispatch_core::stage::StageDocument::MOST).contains(number)
            && number.to_string() == text
    });
    number.ok_or_else(|| {
        Problem::invalid(Message::new(
            "the number of the stage is none: write 1 to 100",
            "补抽次数有误：应为1至100",
        ))
    })
}

/// No stage is frozen that comes first, or in its place.
fn must_be_next(sql: &mut dyn Sql, commitment: &Digest, number: u64) -> Result<(), Problem> {
    let later = sql.query_one(
        "SELECT number FROM stage WHERE commitment = ?1 AND (number >= ?2 OR state = 'frozen') LIMIT 1",
        &[commitment.into(), number.into()],
    )?;
    if later.is_none() {
        return Ok(());
    }
    Err(Problem::conflict(
        format!(
            "stage {number} or a later one is frozen already, or one before it is not drawn yet"
        ),
        format!("第{number}次或其后的补抽已冻结，或其前的补抽尚未抽取"),
    ))
}

fn in_time(replay: bool, now: u64, latest: u64, number: u64) -> Result<(), Problem> {
    if replay || now <= latest {
        return Ok(());
    }
    Err(Problem::new(
        409,
        "too-late",
        format!("too late for stage {number}: it must be published the stage lead before its time"),
        format!("已来不及进行第{number}次补抽：须提前公布"),
    ))
}

fn refused(messages: &[Message]) -> Problem {
    Problem::all_of("stage-errors", ("nothing was frozen", "未冻结"), messages)
}
