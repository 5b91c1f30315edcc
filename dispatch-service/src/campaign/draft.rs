//! Drafts: a draw before it is announced, with the lists that were uploaded for it.
//!
//! A draft belongs to a department and a region; for everybody else it is not there. Invariant: the
//! digest of a draft covers everything that would be announced with it, so whoever agrees to a digest
//! agrees to exactly that.

mod check;
mod reading;
mod settings;
mod upload;

pub use self::check::{Check, FindingView, StratumView, check};
pub use self::reading::{DraftMaterial, faults_of, read_material};
pub use self::settings::{CustodianCard, DraftSettings, PulseGiven, change_settings, settings};
pub use self::upload::{Part, UploadedFile, read_file, remove_file, take_file, uploaded};

use dispatch_core::digest::{Digest, TaggedHasher, hex};
use dispatch_core::randomness;
use dispatch_core::syntax::is_text;

use super::files;
use crate::access::{Actor, Role};
use crate::problem::Problem;
use crate::store::{Row, Sql, Transaction};

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Who began it.
    pub owner: String,
    /// Whose it is.
    pub department: String,
    /// Where.
    pub region: String,
    /// How far it is.
    pub state: DraftState,
    /// A rehearsal with randomness that is known already.
    pub replay: bool,
    /// Of an announced one, the commitment.
    pub commitment: Option<Digest>,
    /// When it was begun.
    pub created: u64,
    /// When it was changed last.
    pub changed: u64,
}

/// How far a draft is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftState {
    /// May be changed.
    Open,
    /// Is a draw now.
    Announced,
    /// Given up.
    Withdrawn,
}

impl DraftState {
    /// The word for it in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Announced => "announced",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "announced" => Self::Announced,
            _ => Self::Withdrawn,
        }
    }
}

/// What a draft begins with.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// What people call it.
    pub title: String,
    /// Whose it is.
    pub department: String,
    /// Where.
    pub region: String,
    /// A rehearsal.
    pub replay: bool,
}

/// Begins a draft.
///
/// # Errors
/// 403 to whoever is no operator or has another scope; 422 if a text is malformed.
pub fn begin(
    change: &mut Transaction<'_>,
    actor: &Actor,
    new: &NewDraft,
) -> Result<Draft, Problem> {
    actor.must_be(&[Role::Operator])?;
    if !is_text(&new.title) {
        return Err(bad_text("title", "名称"));
    }
    place_within(actor, &new.department, &new.region)?;
    let mut random = [0; 12];
    randomness::fill(&mut random).map_err(|message| Problem::internal(&message))?;
    let draft = Draft {
        id: format!("draft-{}", hex(&random)),
        title: new.title.clone(),
        owner: actor.name.clone(),
        department: new.department.clone(),
        region: new.region.clone(),
        state: DraftState::Open,
        replay: new.replay,
        commitment: None,
        created: change.now,
        changed: change.now,
    };
    change.sql.execute(
        "INSERT INTO draft (id, title, owner, department, region, state, replay, created, changed) VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?7)",
        &[
            draft.id.as_str().into(),
            draft.title.as_str().into(),
            draft.owner.as_str().into(),
            draft.department.as_str().into(),
            draft.region.as_str().into(),
            draft.replay.into(),
            change.now.into(),
        ],
    )?;
    Ok(draft)
}

/// A draft, for whoever may see it: operators, approvers and supervisors within its scope.
///
/// # Errors
/// 403 to other roles; 404 outside the scope.
pub fn find(sql: &mut dyn Sql, actor: &Actor, id: &str) -> Result<Draft, Problem> {
    actor.must_be(&READERS)?;
    let draft = load(sql, id)?;
    actor.must_cover(&draft.department, &draft.region)?;
    Ok(draft)
}

/// A draft that this person may change now.
///
/// # Errors
/// 403 to whoever is no operator; 404 outside the scope; 409 if it is announced or withdrawn.
pub fn find_open(sql: &mut dyn Sql, actor: &Actor, id: &str) -> Result<Draft, Problem> {
    actor.must_be(&[Role::Operator])?;
    let draft = find(sql, actor, id)?;
    must_be_open(&draft)?;
    Ok(draft)
}

/// Refuses a draft that is announced or withdrawn.
///
/// # Errors
/// 409.
pub fn must_be_open(draft: &Draft) -> Result<(), Problem> {
    match draft.state {
        DraftState::Open => Ok(()),
        DraftState::Announced => Err(Problem::conflict(
            "this draft is announced: nothing of it can be changed any more",
            "该草案已公告，不得再更改",
        )),
        DraftState::Withdrawn => Err(Problem::conflict(
            "this draft was withdrawn; begin a new one",
            "该草案已撤回，请新建草案",
        )),
    }
}

/// Drafts within the scope, the newest first, those after `after` in that order.
///
/// # Errors
/// 403 to other roles; if the database is gone.
pub fn list(
    sql: &mut dyn Sql,
    actor: &Actor,
    state: &str,
    after: Option<(u64, &str)>,
    limit: u64,
) -> Result<Vec<Draft>, Problem> {
    actor.must_be(&READERS)?;
    let (created, id) = after.map_or((i64::MAX.into(), ""), |(created, id)| (created.into(), id));
    let rows = sql.query(
        "SELECT id, title, owner, department, region, state, replay, commitment, created, changed FROM draft WHERE (CAST(?1 AS TEXT) = '' OR department = ?1) AND substr(region, 1, CAST(length(CAST(?2 AS TEXT)) AS INTEGER)) = ?2 AND (CAST(?3 AS TEXT) = '' OR state = ?3) AND (created < ?4 OR (created = ?4 AND id < ?5)) ORDER BY created DESC, id DESC LIMIT ?6",
        &[
            actor.scope.department.as_str().into(),
            actor.scope.region.as_str().into(),
            state.into(),
            created,
            id.into(),
            limit.into(),
        ],
    )?;
    rows.iter().map(draft_of).collect()
}

/// Gives a draft up; its lists are deleted, and what was proposed with it.
///
/// # Errors
/// As [`find_open`].
pub fn withdraw(change: &mut Transaction<'_>, actor: &Actor, id: &str) -> Result<Draft, Problem> {
    let mut draft = find_open(change.sql, actor, id)?;
    for file in files::list(change.sql, id)? {
        files::remove(change.sql, id, &file.name)?;
    }
    change.sql.execute(
        "UPDATE proposal SET state = 'withdrawn', decided = ?2 WHERE target = ?1 AND state = 'open'",
        &[id.into(), change.now.into()],
    )?;
    change.sql.execute(
        "UPDATE draft SET state = 'withdrawn', changed = ?2 WHERE id = ?1",
        &[id.into(), change.now.into()],
    )?;
    draft.state = DraftState::Withdrawn;
    draft.changed = change.now;
    Ok(draft)
}

/// Marks a draft as announced.
///
/// # Errors
/// If the database is gone.
pub fn mark_announced(
    change: &mut Transaction<'_>,
    id: &str,
    commitment: &Digest,
) -> Result<(), Problem> {
    change.sql.execute(
        "UPDATE draft SET state = 'announced', commitment = ?2, changed = ?3 WHERE id = ?1",
        &[id.into(), commitment.into(), change.now.into()],
    )?;
    Ok(())
}

/// SHA-256 over everything that would be announced: the draft, its files and settings.
///
/// # Errors
/// If the database is gone.
pub fn digest(sql: &mut dyn Sql, draft: &Draft) -> Result<Digest, Problem> {
    let mut hasher = TaggedHasher::new("dispatch-service/draft");
    for text in [&draft.id, &draft.title, &draft.department, &draft.region] {
        hasher.part(text.as_bytes());
    }
    hasher.part(&[u8::from(draft.replay)]);
    for file in files::list(sql, &draft.id)? {
        // Of a sealed file this is the hash of the encrypted bytes: another for every upload.
        hasher
            .part(file.name.as_bytes())
            .part(file.digest.as_bytes());
    }
    Ok(hasher.finish())
}

/// A draft, whoever asks.
///
/// # Errors
/// 404.
pub fn load(sql: &mut dyn Sql, id: &str) -> Result<Draft, Problem> {
    let row = sql.query_one(
        "SELECT id, title, owner, department, region, state, replay, commitment, created, changed FROM draft WHERE id = ?1",
        &[id.into()],
    )?;
    draft_of(&row.ok_or_else(Problem::not_found)?)
}

/// Notes that a draft was changed.
fn touch(change: &mut Transaction<'_>, id: &str) -> Result<(), Problem> {
    change.sql.execute(
        "UPDATE draft SET changed = ?2 WHERE id = ?1",
        &[id.into(), change.now.into()],
    )?;
    Ok(())
}

/// Refuses a place that is malformed or not within the scope of whoever asks.
fn place_within(actor: &Actor, department: &str, region: &str) -> Result<(), Problem> {
    if !is_text(department) {
        return Err(bad_text("department", "部门"));
    }
    if !region.is_empty() && !is_text(region) {
        return Err(bad_text("region", "地区"));
    }
    if actor.scope.covers(department, region) {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "forbidden",
        "this department and region are not within your scope",
        "该部门或地区不在您的权限范围内",
    ))
}

fn bad_text(field: &str, chinese: &str) -> Problem {
    Problem::new(
        422,
        "invalid",
        format!("{field}: must be 1 to 2000 characters without control characters"),
        format!("{chinese}：应为1至2000个字符，不含控制字符"),
    )
}

fn draft_of(row: &Row) -> Result<Draft, Problem> {
    Ok(Draft {
        id: row.text(0)?.to_owned(),
        title: row.text(1)?.to_owned(),
        owner: row.text(2)?.to_owned(),
        department: row.text(3)?.to_owned(),
        region: row.text(4)?.to_owned(),
        state: DraftState::of(row.text(5)?),
        replay: row.integer(6)? != 0,
        commitment: row.optional_digest(7)?,
        created: row.count(8)?,
        changed: row.count(9)?,
    })
}

/// Who may see drafts.
const READERS: [Role; 3] = [Role::Operator, Role::Approver, Role::Supervisor];
