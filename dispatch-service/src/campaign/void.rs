//! Voiding: a draw will not be held. Only before its draw time, with a reason, by two people.
//!
//! Source: docs/spec.md 17.4, docs/log.md. Invariant: whoever voids a draw cannot know its result.

use dispatch_core::digest::{Digest, TaggedHasher};
use dispatch_core::entry::{Step, Voiding};

use super::proposal::Proposal;
use super::pulse;
use super::registered::{self, Registered};
use crate::access::Actor;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// What is to be voided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A draw that was announced.
    Announced(Registered),
    /// One that an annual plan has, not announced yet.
    Planned {
        /// The authority.
        body: String,
        /// The draw.
        draw: String,
    },
}

/// What was voided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its commitment, if it was announced.
    pub commitment: Option<Digest>,
    /// Index of its entry in the log.
    pub index: u64,
}

impl Target {
    /// What approval is bound to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = TaggedHasher::new("dispatch-service/void");
        let (body, draw, commitment) = match self {
            Self::Announced(draw) => (&draw.body, &draw.draw, draw.commitment.to_string()),
            Self::Planned { body, draw } => (body, draw, String::new()),
        };
        for text in [body, draw, &commitment] {
            hasher.part(text.as_bytes());
        }
        hasher.finish()
    }

    /// Whose it is; empty: the whole bureau's.
    #[must_use]
    pub fn department(&self) -> &str {
        match self {
            Self::Announced(draw) => &draw.department,
            Self::Planned { .. } => "",
        }
    }

    /// Where; empty: everywhere.
    #[must_use]
    pub fn region(&self) -> &str {
        match self {
            Self::Announced(draw) => &draw.region,
            Self::Planned { .. } => "",
        }
    }
}

/// What is to be voided, if it still may be: a commitment, or the id of a planned draw with its authority
/// as `body`.
///
/// # Errors
/// 404 outside the scope or if there is no such draw; 409 if it is drawn, or its draw time is past.
pub fn target(
    change: &mut Transaction<'_>,
    actor: &Actor,
    target: &str,
    body: &str,
) -> Result<Target, Problem> {
    if body.is_empty() {
        let draw = registered::get(change.sql, &registered::commitment(target)?)?;
        draw.must_be_of(actor)?;
        may_be_voided(change.sql, &draw, change.now)?;
        return Ok(Target::Announced(draw));
    }
    // A planned draw is the whole bureau's.
    actor.must_cover("", "")?;
    let planned = change.sql.query_one(
        "SELECT p.draw FROM register_planned p WHERE p.body = ?1 AND p.draw = ?2 AND NOT EXISTS (SELECT 1 FROM register_draw d WHERE d.body = p.body AND d.draw = p.draw) AND NOT EXISTS (SELECT 1 FROM register_voided v WHERE v.body = p.body AND v.draw = p.draw)",
        &[body.into(), target.into()],
    )?;
    planned.ok_or_else(Problem::not_found)?;
    Ok(Target::Planned {
        body: body.to_owned(),
        draw: target.to_owned(),
    })
}

/// Voids what was proposed.
///
/// # Errors
/// As [`target`]; 503 if the log cannot be signed at present.
pub fn commit(
    change: &mut Transaction<'_>,
    approver: &Actor,
    proposal: &Proposal,
) -> Result<Done, Problem> {
    let target = target(change, approver, &proposal.target, &proposal.detail)?;
    let (body, draw, commitment) = match target {
        Target::Announced(draw) => (draw.body, draw.draw, Some(draw.commitment)),
        Target::Planned { body, draw } => (body, draw, None),
    };
    let step = Step::Void(Voiding {
        approver: approver.name.clone(),
        commitment: commitment.map_or_else(String::new, |digest| digest.to_string()),
        draw,
        proposer: proposal.proposer.clone(),
        reason: proposal.reason.clone(),
    });
    let index = change.append(&body, step)?;
    if let Some(commitment) = &commitment {
        change.sql.execute(
            "UPDATE work SET due = NULL, fault = '' WHERE commitment = ?1",
            &[commitment.into()],
        )?;
    }
    Ok(Done { commitment, index })
}

fn may_be_voided(sql: &mut dyn Sql, draw: &Registered, now: u64) -> Result<(), Problem> {
    draw.must_be("announced")?;
    if draw.replay {
        return Ok(());
    }
    // A pulse that is here tells more than a clock, which can be set back.
    let document = registered::announcement(sql, &draw.commitment)?.0.document;
    let known = pulse::stored(sql, &draw.commitment, document.round)?.is_some();
    if now < draw.draw_time && !known {
        return Ok(());
    }
    let name = &draw.draw;
    Err(Problem::new(
        409,
        "too-late",
        format!(
            "the draw time of {name} is past: whoever voids a draw then may know its result; it cannot be voided any more"
        ),
        format!("{name}的抽取时间已过：此时作废者可能已知结果，不得再作废"),
    ))
}
