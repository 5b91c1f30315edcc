//! Sessions: a cookie with 32 random bytes, of which the database holds the hash.
//!
//! The CSRF token is computed from the same bytes, so that it need not be stored. Invariant: a session
//! is begun only by a login, with bytes that nobody has seen before; a cookie that somebody planted is
//! never taken over.

use std::time::Duration;

use http::header::{COOKIE, HeaderMap, HeaderValue};
use subtle::ConstantTimeEq as _;

use super::person;
use super::secret::{Secret, encoded};
use crate::access::{Actor, Via};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::store::{Sql, StoreError};

/// A session that is valid at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub actor: Actor,
    /// When it ends at the latest.
    pub expires: u64,
    /// Whether it has to be noted that it was used.
    pub stale: bool,
}

/// Begins a session; gives its secret and its end.
///
/// # Errors
/// If the database is gone.
pub fn begin(
    sql: &mut dyn Sql,
    person: &str,
    settings: &Settings,
    now: u64,
) -> Result<(Secret, u64), Problem> {
    sql.execute("DELETE FROM session WHERE expires <= ?1", &[now.into()])?;
    let secret = Secret::new()?;
    let expires = now.saturating_add(settings.session_total.as_secs());
    sql.execute(
        "INSERT INTO session (digest, person, created, seen, expires) VALUES (?1, ?2, ?3, ?3, ?4)",
        &[
            (&secret.digest(PURPOSE)).into(),
            person.into(),
            now.into(),
            expires.into(),
        ],
    )?;
    Ok((secret, expires))
}

/// The session of a secret; none if it was never begun, has ended, or its person was disabled.
///
/// # Errors
/// If the database is gone.
pub fn find(
    sql: &mut dyn Sql,
    secret: &Secret,
    idle: Duration,
    now: u64,
) -> Result<Option<Session>, StoreError> {
    let row = sql.query_one(
        "SELECT s.seen, s.expires, p.name, p.roles, p.department, p.region, p.officer FROM session s JOIN person p ON p.name = s.person WHERE s.digest = ?1 AND p.disabled = 0",
        &[(&secret.digest(PURPOSE)).into()],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let (seen, expires) = (row.count(0)?, row.count(1)?);
    let idle = idle.as_secs();
    if now >= expires || now >= seen.saturating_add(idle) {
        return Ok(None);
    }
    Ok(Some(Session {
        actor: person::actor(&row, 2, Via::Session)?,
        expires,
        stale: now >= seen.saturating_add(NOTED.min(idle / 4)),
    }))
}

/// Notes that a session was used.
///
/// # Errors
/// If the database is gone.
pub fn note(sql: &mut dyn Sql, secret: &Secret, now: u64) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE session SET seen = ?2 WHERE digest = ?1 AND seen < ?2",
        &[(&secret.digest(PURPOSE)).into(), now.into()],
    )?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// If the database is gone.
pub fn end(sql: &mut dyn Sql, secret: &Secret) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM session WHERE digest = ?1",
        &[(&secret.digest(PURPOSE)).into()],
    )?;
    Ok(())
}

/// Ends all sessions of a person.
///
/// # Errors
/// If the database is gone.
pub fn end_all(sql: &mut dyn Sql, person: &str) -> Result<(), StoreError> {
    sql.execute("DELETE FROM session WHERE person = ?1", &[person.into()])?;
    Ok(())
}

/// The CSRF token of a session.
#[must_use]
pub fn csrf(secret: &Secret) -> String {
    encoded(secret.digest("dispatch-service/csrf").as_bytes())
}

/// Refuses a change without the session's CSRF token.
///
/// # Errors
/// 403.
pub fn check_csrf(secret: &Secret, headers: &HeaderMap) -> Result<(), Problem> {
    let token = headers
        .get(CSRF_HEADER)
        .map_or(&b""[..], HeaderValue::as_bytes);
    if bool::from(csrf(secret).as_bytes().ct_eq(token)) {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "csrf",
        "a change within a session needs the header X-CSRF-Token with the token that the login gave",
        "在会话中进行变更须提供 X-CSRF-Token 请求头，其值为登录时返回的令牌",
    ))
}

/// The secret of the session cookie; none without one.
///
/// # Errors
/// 401 if it is no secret, or there are several: then somebody planted one of them.
pub fn presented(headers: &HeaderMap, secure: bool) -> Result<Option<Secret>, Problem> {
    let name = cookie_name(secure).as_bytes();
    let mut found: Option<Secret> = None;
    for header in headers.get_all(COOKIE) {
        for pair in header.as_bytes().split(|byte| *byte == b';') {
            let mut halves = pair.trim_ascii().splitn(2, |byte| *byte == b'=');
            if halves.next() != Some(name) {
                continue;
            }
            let value = halves.next().and_then(|value| str::from_utf8(value).ok());
            let secret = value.and_then(Secret::of).ok_or_else(ended)?;
            if found.is_some() {
                return Err(ended());
            }
            found = Some(secret);
        }
    }
    Ok(found)
}

/// The header that gives a browser its cookie.
///
/// # Errors
/// Never in practice: the value is ASCII.
pub fn cookie(secret: &Secret, settings: &Settings) -> Result<HeaderValue, Problem> {
    header(
        &secret.text(),
        settings.session_total.as_secs(),
        settings.secure,
    )
}

/// The header that takes the cookie away.
///
/// # Errors
/// Never in practice: the value is ASCII.
pub fn no_cookie(settings: &Settings) -> Result<HeaderValue, Problem> {
    header("", 0, settings.secure)
}

/// What is said of a session that is not valid.
#[must_use]
pub fn ended() -> Problem {
    Problem::new(
        401,
        "session-ended",
        "the session has ended; log in again",
        "会话已结束，请重新登录",
    )
}

fn header(value: &str, age: u64, secure: bool) -> Result<HeaderValue, Problem> {
    let name = cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    value.set_sensitive(true);
    Ok(value)
}

/// With the prefix `__Host-` browsers take the cookie from no other host and over https only.
const fn cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-dispatch"
    } else {
        "dispatch"
    }
}

/// The header of the CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";
const PURPOSE: &str = "dispatch-service/session";
/// Use is noted at most once in so many seconds: reading with a session is no change.
const NOTED: u64 = 60;
