//! What a proposal is about: whose it is, and the digest that approval is bound to.

use dispatch_core::digest::Digest;

use super::{Kind, NewProposal};
use crate::access::Actor;
use crate::campaign::registered::Registered;
use crate::campaign::{draft, opening, stage, void};
use crate::problem::Problem;
use crate::store::Transaction;

/// What a proposal is about.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) digest: Digest,
    pub(super) department: String,
    pub(super) region: String,
}

/// Looks at what is proposed; the state must allow it.
pub(super) fn of(
    change: &mut Transaction<'_>,
    actor: &Actor,
    new: &NewProposal,
) -> Result<About, Problem> {
    match new.kind {
        Kind::Announce => {
            no_detail(new)?;
            let draft = draft::find_open(change.sql, actor, &new.target)?;
            Ok(About {
                digest: draft::digest(change.sql, &draft)?,
                department: draft.department,
                region: draft.region,
            })
        }
        Kind::Void => {
            let target = void::target(change, actor, &new.target, &new.detail)?;
            Ok(About {
                digest: target.digest(),
                department: target.department().to_owned(),
                region: target.region().to_owned(),
            })
        }
        Kind::Stage => {
            let about = stage::about(change.sql, actor, &new.target, &new.detail)?;
            Ok(of_draw(about))
        }
        Kind::Opening => {
            no_detail(new)?;
            Ok(of_draw(opening::about(change.sql, actor, &new.target)?))
        }
    }
}

/// The same again, when it is decided.
pub(super) fn again(
    change: &mut Transaction<'_>,
    actor: &Actor,
    proposal: &super::Proposal,
) -> Result<Digest, Problem> {
    match proposal.kind {
        Kind::Announce => {
            let draft = draft::find(change.sql, actor, &proposal.target)?;
            draft::must_be_open(&draft)?;
            draft::digest(change.sql, &draft)
        }
        Kind::Void => {
            let target = void::target(change, actor, &proposal.target, &proposal.detail)?;
            Ok(target.digest())
        }
        Kind::Stage => {
            let (target, detail) = (&proposal.target, &proposal.detail);
            Ok(stage::about(change.sql, actor, target, detail)?.1)
        }
        Kind::Opening => Ok(opening::about(change.sql, actor, &proposal.target)?.1),
    }
}

fn of_draw((draw, digest): (Registered, Digest)) -> About {
    About {
        digest,
        department: draw.department,
        region: draw.region,
    }
}

fn no_detail(new: &NewProposal) -> Result<(), Problem> {
    if new.detail.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        422,
        "invalid",
        "detail: must be empty for this kind",
        "detail：此类提议应为空",
    ))
}
