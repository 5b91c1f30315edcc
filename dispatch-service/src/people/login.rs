//! Logging in, and showing the own password once more.
//!
//! Whether the name is unknown, the password wrong, the name locked or the person disabled: the answer
//! has the same words, takes the same hash and the same write. Invariant: a failure is counted in the
//! transaction that decides, so that of guesses sent at once no more are judged than of guesses sent
//! one after another.

use std::net::IpAddr;

use super::addresses::Addresses;
use super::password::{Hashing, Password};
use super::person::{self, Person};
use super::secret::Secret;
use super::session;
use crate::audit;
use crate::context::Context;
use crate::problem::Problem;
use crate::store::{Sql, StoreError, Transaction};

/// What this process remembers of logins. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Logins {
    /// Few hashes at once.
    pub hashing: Hashing,
    /// Failures by address.
    pub addresses: Addresses,
}

/// A name and a password, and where they come from.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Password,
    /// The address.
    pub peer: Option<IpAddr>,
    /// The request id.
    pub request: String,
}

/// A session that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// For the cookie.
    pub secret: Secret,
    /// Whose.
    pub person: Person,
    /// When it ends at the latest.
    pub expires: u64,
}

/// Logs somebody in. The session that the browser had before ends.
///
/// # Errors
/// 401, always with the same words; 429 or 503 if there are too many.
pub async fn log_in(
    ctx: &Context,
    attempt: Attempt,
    before: Option<Secret>,
) -> Result<Begun, Problem> {
    let settings = std::sync::Arc::clone(&ctx.settings);
    let request = attempt.request.clone();
    confirm(ctx, attempt, move |change, person| {
        if let Some(before) = &before {
            session::end(&mut *change.sql, before)?;
        }
        let now = change.now;
        let (secret, expires) = session::begin(&mut *change.sql, &person.name, &settings, now)?;
        audit::record(change, &person.name, "login", &person.name, "", &request)?;
        Ok(Begun {
            secret,
            person,
            expires,
        })
    })
    .await
}

/// Does something for whoever knows the password, in the transaction that judges it.
///
/// # Errors
/// As [`log_in`], and what `then` says.
pub async fn confirm<T: Send + 'static>(
    ctx: &Context,
    attempt: Attempt,
    then: impl FnOnce(&mut Transaction<'_>, Person) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let Attempt {
        name,
        password,
        peer,
        request,
    } = attempt;
    // An address that others stand behind is not counted.
    let gateways = ctx
        .settings
        .gateway
        .iter()
        .flat_map(|gateway| &gateway.peers);
    let shared: Vec<IpAddr> = gateways.map(IpAddr::to_canonical).collect();
    let counted = peer.filter(|peer| !shared.contains(&peer.to_canonical()));
    if let Some(address) = counted {
        ctx.logins.addresses.check(address, ctx.clock.now())?;
    }
    let asked = name.clone();
    let stored = ctx
        .store
        .read(move |sql| Ok(password_of(sql, &asked)?))
        .await?;
    let hashing = &ctx.logins.hashing;
    let right = hashing.matches(password, stored.clone()).await?;
    let settings = std::sync::Arc::clone(&ctx.settings);
    let judged = ctx.store.write(move |change| {
        let person = person::find(&mut *change.sql, &name)?;
        let open = person
            .as_ref()
            .is_some_and(|person| !person.details.disabled && person.locked_until <= change.now);
        // The password may have been changed since it was compared.
        let same = password_of(&mut *change.sql, &name)? == stored;
        if let Some(person) = person.filter(|_| open && right && same) {
            sql_forgive(&mut *change.sql, &name)?;
            return then(change, person).map(Some);
        }
        let until = change.now.saturating_add(settings.lock_for.as_secs());
        // Of an unknown name the statement changes nothing, but is as long.
        let counts = open && same;
        count_failure(&mut *change.sql, &name, counts, settings.lock_after, until)?;
        // An unknown name is not recorded: people type passwords there.
        let target = if stored.is_some() { name.as_str() } else { "" };
        let from = peer.map(|peer| peer.to_string()).unwrap_or_default();
        audit::record(change, NOBODY, "login-refused", target, &from, &request)?;
        Ok(None)
    });
    let Some(done) = judged.await? else {
        if let Some(address) = counted {
            ctx.logins.addresses.failed(address, ctx.clock.now());
        }
        return Err(refused());
    };
    Ok(done)
}

/// What is said of every login that fails.
#[must_use]
pub fn refused() -> Problem {
    Problem::new(
        401,
        "login-refused",
        "the name or the password is wrong, or the name is locked for some minutes after failed logins",
        "登录名或密码错误，或该登录名因多次失败暂被锁定",
    )
}

fn password_of(sql: &mut dyn Sql, name: &str) -> Result<Option<String>, StoreError> {
    if !person::is_name(name) {
        return Ok(None);
    }
    let row = sql.query_one(
        "SELECT password FROM person WHERE name = ?1",
        &[name.into()],
    )?;
    let stored = row.map(|row| row.text(0).map(str::to_owned)).transpose()?;
    Ok(stored.filter(|stored| !stored.is_empty()))
}

fn sql_forgive(sql: &mut dyn Sql, name: &str) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE person SET failures = 0, locked_until = 0 WHERE name = ?1 AND (failures > 0 OR locked_until > 0)",
        &[name.into()],
    )?;
    Ok(())
}

fn count_failure(
    sql: &mut dyn Sql,
    name: &str,
    counts: bool,
    lock_after: u64,
    until: u64,
) -> Result<(), StoreError> {
    let name = if person::is_name(name) && counts {
        name
    } else {
        ""
    };
    sql.execute(
        "UPDATE person SET locked_until = CASE WHEN failures + 1 >= ?2 THEN ?3 ELSE locked_until END, failures = CASE WHEN failures + 1 >= ?2 THEN 0 ELSE failures + 1 END WHERE name = ?1",
        &[name.into(), lock_after.into(), until.into()],
    )?;
    Ok(())
}

const NOBODY: &str = "(nobody)";
