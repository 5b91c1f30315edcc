//! Early opening 提前查看: an operator sees a whole sealed list before the disclosure time, with a reason,
//! and because another person agreed.
//!
//! Invariant: it opens one draw to the one person who asked, and every look is recorded all the same.

use dispatch_core::digest::{Digest, TaggedHasher};

use super::registered::{self, Registered};
use crate::access::Actor;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// What a proposal of an opening is about: the draw, and the digest that approval is bound to.
///
/// # Errors
/// 404 outside the scope; 409 if there is nothing sealed.
pub fn about(
    sql: &mut dyn Sql,
    actor: &Actor,
    target: &str,
) -> Result<(Registered, Digest), Problem> {
    let draw = registered::get(sql, &registered::commitment(target)?)?;
    draw.must_be_of(actor)?;
    draw.must_be("drawn")?;
    let mut hasher = TaggedHasher::new("dispatch-service/opening");
    hasher.part(draw.commitment.as_bytes());
    Ok((draw, hasher.finish()))
}

/// Agrees to it: from now on the proposer may look, see [`is_open_to`].
///
/// # Errors
/// 409 if there is nothing sealed any more.
pub fn approve(change: &mut Transaction<'_>, target: &str) -> Result<Digest, Problem> {
    let commitment = registered::commitment(target)?;
    registered::get(change.sql, &commitment)?.must_be("drawn")?;
    Ok(commitment)
}

/// Whether an opening of this draw was agreed to for this person.
///
/// # Errors
/// If the database is gone.
pub fn is_open_to(sql: &mut dyn Sql, actor: &Actor, commitment: &Digest) -> Result<bool, Problem> {
    let row = sql.query_one(
        "SELECT id FROM proposal WHERE kind = 'opening' AND target = ?1 AND state = 'approved' AND proposer = ?2 LIMIT 1",
        &[commitment.to_string().into(), actor.name.as_str().into()],
    )?;
    Ok(row.is_some())
}
