//! Approving: the second person agrees, and it is done.

use dispatch_core::digest::Digest;

use super::{Kind, Proposal, decide, find, must_be_open, subject};
use crate::access::{Actor, Role, TokenScope, Via};
use crate::campaign::{announce, opening, registered, stage, void};
use crate::context::Context;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// A proposal whose heavy part is done, to be committed.
#[derive(Debug)]
pub struct Ready {
    id: String,
    heavy: Heavy,
}

/// What was made before the transaction.
#[derive(Debug)]
enum Heavy {
    /// A frozen draft.
    Announcement(Box<announce::Prepared>),
    /// A frozen stage.
    Stage(Box<stage::Ready>),
    /// Nothing.
    None,
}

/// What came of an approval.
#[derive(Clone, Debug)]
pub struct Approved {
    /// The proposal, approved.
    pub proposal: Proposal,
    /// The commitment of the draw, if there is one.
    pub commitment: Option<Digest>,
    /// Index of the entry in the log, if there is one.
    pub index: Option<u64>,
}

/// Does the heavy part of what is to be approved, from a plain thread. Nothing is changed.
///
/// # Errors
/// 403 to whoever is no approver, made the proposal, or has a token that may not decide; 404 outside the
/// scope; 409 if it is decided; what keeps it from being done.
pub fn prepare(ctx: &Context, actor: &Actor, id: &str) -> Result<Ready, Problem> {
    let (asked, who) = (id.to_owned(), actor.clone());
    let proposal = ctx
        .store
        .read_blocking(move |sql| decidable(sql, &who, &asked))?;
    let heavy = match proposal.kind {
        Kind::Announce => {
            let prepared = announce::prepare(ctx, &proposal.target)?;
            Heavy::Announcement(Box::new(prepared))
        }
        Kind::Stage => {
            let commitment = registered::commitment(&proposal.target)?;
            let number = stage::number(&proposal.detail)?;
            Heavy::Stage(Box::new(stage::prepare(ctx, &commitment, number)?))
        }
        Kind::Void | Kind::Opening => Heavy::None,
    };
    Ok(Ready {
        id: proposal.id,
        heavy,
    })
}

/// Approves and does it.
///
/// # Errors
/// As [`prepare`], all of it looked at again; 409 if what was proposed has changed.
pub fn commit(
    change: &mut Transaction<'_>,
    actor: &Actor,
    ready: &Ready,
) -> Result<Approved, Problem> {
    let proposal = decidable(change.sql, actor, &ready.id)?;
    if subject::again(change, actor, &proposal)? != proposal.digest {
        return Err(announce::changed());
    }
    let (commitment, index) = match (proposal.kind, &ready.heavy) {
        (Kind::Announce, Heavy::Announcement(prepared)) => {
            let done = announce::commit(change, prepared, &proposal.digest)?;
            (Some(done.commitment), Some(done.index))
        }
        (Kind::Void, _) => {
            let done = void::commit(change, actor, &proposal)?;
            (done.commitment, Some(done.index))
        }
        (Kind::Stage, Heavy::Stage(frozen)) => {
            let index = stage::approve(change, frozen)?;
            (Some(frozen.commitment()), Some(index))
        }
        (Kind::Opening, _) => (Some(opening::approve(change, &proposal.target)?), None),
        _ => {
            return Err(Problem::internal(
                &"a proposal without what was prepared for it",
            ));
        }
    };
    let proposal = decide(change, proposal, "approved", &actor.name)?;
    Ok(Approved {
        proposal,
        commitment,
        index,
    })
}

/// Clears away what the heavy part stored, when it came to nothing.
pub fn forget(ctx: &Context, ready: &Ready) {
    if let Heavy::Announcement(prepared) = &ready.heavy {
        announce::forget(ctx, prepared);
    }
}

/// An open proposal that this person may decide.
pub(super) fn decidable(sql: &mut dyn Sql, actor: &Actor, id: &str) -> Result<Proposal, Problem> {
    actor.must_be(&[Role::Approver])?;
    if let Via::Token(scopes) = &actor.via
        && !scopes.contains(&TokenScope::Decide)
    {
        return Err(Problem::new(
            403,
            "forbidden",
            "this token may not decide; use one with the scope decide, or log in",
            "该令牌无审批权限，请使用含 decide 权限的令牌或登录后操作",
        ));
    }
    let proposal = find(sql, actor, id)?;
    must_be_open(&proposal)?;
    if proposal.proposer == actor.name {
        return Err(Problem::new(
            403,
            "second-person",
            "you proposed this yourself: another person decides it",
            "该提议由您本人提出，须由他人审批",
        ));
    }
    Ok(proposal)
}
