//! Proposals: what one person asks for and another has to agree to before it is done.
//!
//! Announcing, voiding, stages and early openings need a second person. A proposal holds a digest of all
//! that it is about. Invariant: what is approved is what was proposed, by somebody else, and is done in
//! the same transaction as the approval, once.

mod approval;
mod subject;

pub use self::approval::{Approved, Ready, commit, forget, prepare};

use dispatch_core::digest::{Digest, hex};
use dispatch_core::randomness;
use dispatch_core::syntax::is_text;
use serde::{Deserialize, Serialize};

use crate::access::{Actor, Role};
use crate::problem::Problem;
use crate::store::{Row, Sql, Transaction};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 公告: to announce a draft.
    Announce,
    /// 作废: not to hold a draw.
    Void,
    /// 补抽: to freeze what fell out.
    Stage,
    /// 提前查看: to see a whole sealed list before the disclosure time.
    Opening,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Announce, Self::Void, Self::Stage, Self::Opening];

    /// The word for it in tables and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Announce => "announce",
            Self::Void => "void",
            Self::Stage => "stage",
            Self::Opening => "opening",
        }
    }

    fn of(word: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| Problem::internal(&format!("a proposal of the kind {word}")))
    }
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: String,
    /// What is asked for.
    pub kind: Kind,
    /// A draft's id, a commitment, or the id of a planned draw.
    pub target: String,
    /// SHA-256 over all that it is about.
    pub digest: Digest,
    /// More of what is asked for: of a planned draw that is voided, its authority.
    pub detail: String,
    /// Why.
    pub reason: String,
    /// Whose it is.
    pub department: String,
    /// Where.
    pub region: String,
    /// Who asked.
    pub proposer: String,
    /// When.
    pub proposed: u64,
    /// `open`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    /// Who decided.
    pub decider: Option<String>,
    /// When.
    pub decided: Option<u64>,
}

/// What is asked for, as it arrives.
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// What is asked for.
    pub kind: Kind,
    /// Of what.
    pub target: String,
    /// Why; may be empty only for announcing.
    pub reason: String,
    /// More; mostly empty.
    pub detail: String,
    /// The digest that the proposer looked at, where one was given: of a draft that of its check.
    pub digest: Option<Digest>,
}

/// Proposes.
///
/// # Errors
/// 403 to whoever is no operator; 404 outside the scope; 409 if the state forbids it or the same is
/// proposed already; 422 if a text is malformed.
pub fn propose(
    change: &mut Transaction<'_>,
    actor: &Actor,
    new: &NewProposal,
) -> Result<Proposal, Problem> {
    actor.must_be(&[Role::Operator])?;
    let needs_reason = new.kind != Kind::Announce;
    if !(is_text(&new.reason) || new.reason.is_empty() && !needs_reason) {
        return Err(Problem::new(
            422,
            "invalid",
            "reason: must be 1 to 2000 characters without control characters",
            "理由：应为1至2000个字符，不含控制字符",
        ));
    }
    let about = subject::of(change, actor, new)?;
    if new.digest.is_some_and(|digest| digest != about.digest) {
        return Err(super::announce::changed());
    }
    let open = change.sql.query_one(
        "SELECT id FROM proposal WHERE target = ?1 AND kind = ?2 AND detail = ?3 AND state = 'open'",
        &[
            new.target.as_str().into(),
            new.kind.word().into(),
            new.detail.as_str().into(),
        ],
    )?;
    if let Some(row) = open {
        let id = row.text(0)?;
        return Err(Problem::conflict(
            format!("the same is proposed already, as {id}; have it decided or withdraw it first"),
            format!("已有相同的提议{id}，请先处理或撤回"),
        ));
    }
    let mut random = [0; 12];
    randomness::fill(&mut random).map_err(|message| Problem::internal(&message))?;
    let proposal = Proposal {
        id: format!("proposal-{}", hex(&random)),
        kind: new.kind,
        target: new.target.clone(),
        digest: about.digest,
        detail: new.detail.clone(),
        reason: new.reason.clone(),
        department: about.department,
        region: about.region,
        proposer: actor.name.clone(),
        proposed: change.now,
        state: "open".to_owned(),
        decider: None,
        decided: None,
    };
    change.sql.execute(
        "INSERT INTO proposal (id, kind, target, digest, detail, reason, department, region, proposer, proposed, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'open')",
        &[
            proposal.id.as_str().into(),
            proposal.kind.word().into(),
            proposal.target.as_str().into(),
            (&proposal.digest).into(),
            proposal.detail.as_str().into(),
            proposal.reason.as_str().into(),
            proposal.department.as_str().into(),
            proposal.region.as_str().into(),
            proposal.proposer.as_str().into(),
            proposal.proposed.into(),
        ],
    )?;
    Ok(proposal)
}

/// A proposal, for operators, approvers and supervisors within its scope.
///
/// # Errors
/// 403 to other roles; 404 outside the scope.
pub fn find(sql: &mut dyn Sql, actor: &Actor, id: &str) -> Result<Proposal, Problem> {
    actor.must_be(&READERS)?;
    let row = sql.query_one(
        "SELECT id, kind, target, digest, detail, reason, department, region, proposer, proposed, state, decider, decided FROM proposal WHERE id = ?1",
        &[id.into()],
    )?;
    let proposal = proposal_of(&row.ok_or_else(Problem::not_found)?)?;
    actor.must_cover(&proposal.department, &proposal.region)?;
    Ok(proposal)
}

/// Proposals within the scope, the newest first, those after `after` in that order.
///
/// # Errors
/// 403 to other roles; if the database is gone.
pub fn list(
    sql: &mut dyn Sql,
    actor: &Actor,
    state: &str,
    after: Option<(u64, &str)>,
    limit: u64,
) -> Result<Vec<Proposal>, Problem> {
    actor.must_be(&READERS)?;
    let (proposed, id) = after.map_or((i64::MAX.into(), ""), |(time, id)| (time.into(), id));
    let rows = sql.query(
        "SELECT id, kind, target, digest, detail, reason, department, region, proposer, proposed, state, decider, decided FROM proposal WHERE (CAST(?1 AS TEXT) = '' OR department = ?1) AND substr(region, 1, CAST(length(CAST(?2 AS TEXT)) AS INTEGER)) = ?2 AND (CAST(?3 AS TEXT) = '' OR state = ?3) AND (proposed < ?4 OR (proposed = ?4 AND id < ?5)) ORDER BY proposed DESC, id DESC LIMIT ?6",
        &[
            actor.scope.department.as_str().into(),
            actor.scope.region.as_str().into(),
            state.into(),
            proposed,
            id.into(),
            limit.into(),
        ],
    )?;
    rows.iter().map(proposal_of).collect()
}

/// Rejects a proposal, as a second person.
///
/// # Errors
/// As [`prepare`].
pub fn reject(change: &mut Transaction<'_>, actor: &Actor, id: &str) -> Result<Proposal, Problem> {
    let proposal = approval::decidable(change.sql, actor, id)?;
    decide(change, proposal, "rejected", &actor.name)
}

/// Takes a proposal back, by whoever made it.
///
/// # Errors
/// 403 to others; 404 outside the scope; 409 if it is decided.
pub fn withdraw(
    change: &mut Transaction<'_>,
    actor: &Actor,
    id: &str,
) -> Result<Proposal, Problem> {
    let proposal = find(change.sql, actor, id)?;
    must_be_open(&proposal)?;
    if proposal.proposer != actor.name {
        return Err(Problem::new(
            403,
            "forbidden",
            "only whoever proposed it can withdraw it; an approver rejects it",
            "只能由提出人撤回；审批人可予以驳回",
        ));
    }
    decide(change, proposal, "withdrawn", &actor.name)
}

fn must_be_open(proposal: &Proposal) -> Result<(), Problem> {
    if proposal.state == "open" {
        return Ok(());
    }
    let state = &proposal.state;
    Err(Problem::conflict(
        format!("this proposal is {state} already"),
        format!("该提议已处理（{state}）"),
    ))
}

fn decide(
    change: &mut Transaction<'_>,
    mut proposal: Proposal,
    state: &'static str,
    decider: &str,
) -> Result<Proposal, Problem> {
    change.sql.execute(
        "UPDATE proposal SET state = ?2, decider = ?3, decided = ?4 WHERE id = ?1",
        &[
            proposal.id.as_str().into(),
            state.into(),
            decider.into(),
            change.now.into(),
        ],
    )?;
    state.clone_into(&mut proposal.state);
    proposal.decider = Some(decider.to_owned());
    proposal.decided = Some(change.now);
    Ok(proposal)
}

fn proposal_of(row: &Row) -> Result<Proposal, Problem> {
    Ok(Proposal {
        id: row.text(0)?.to_owned(),
        kind: Kind::of(row.text(1)?)?,
        target: row.text(2)?.to_owned(),
        digest: row.digest(3)?,
        detail: row.text(4)?.to_owned(),
        reason: row.text(5)?.to_owned(),
        department: row.text(6)?.to_owned(),
        region: row.text(7)?.to_owned(),
        proposer: row.text(8)?.to_owned(),
        proposed: row.count(9)?,
        state: row.text(10)?.to_owned(),
        decider: row.optional_text(11)?.map(str::to_owned),
        decided: row.optional_count(12)?,
    })
}

/// Who may see proposals.
const READERS: [Role; 3] = [Role::Operator, Role::Approver, Role::Supervisor];
