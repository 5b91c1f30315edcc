//! Who asks, by what a request shows: the gateway's headers, a token, or a session's cookie.
//!
//! Invariant: one request shows one thing, and what it shows wrongly is refused, never passed over for
//! something weaker. A token never has more than the part of its person's roles that its scopes cover.

use std::net::IpAddr;

use futures_util::FutureExt as _;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, Method};

use super::{gateway, person, session, token};
use crate::access::{Actor, Role, TokenScope, Via};
use crate::context::Context;
use crate::problem::Problem;
use crate::store::StoreError;

/// What a request shows.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'r> {
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// Its method.
    pub method: &'r Method,
    /// Path and query, as they were sent.
    pub target: &'r str,
    /// Where it comes from.
    pub peer: Option<IpAddr>,
}

/// Who asks; nobody if the request shows nothing. For endpoints of staff: public ones ask nobody.
///
/// # Errors
/// 401 if what is shown is not valid; 403 for a change from another site or without its CSRF token,
/// or with a token that is not for it.
pub async fn authenticate(ctx: &Context, request: Presented<'_>) -> Result<Option<Actor>, Problem> {
    let Presented {
        headers,
        method,
        target,
        peer,
    } = request;
    let (settings, now) = (&ctx.settings, ctx.clock.now());
    let reads = method == Method::GET || method == Method::HEAD;
    let gateway = settings.gateway.as_ref();
    let user = gateway::presented(gateway, headers, (method, target), peer, now)?;
    let bearer = bearer(headers)?;
    if user.is_some() && bearer.is_some() {
        return Err(gateway::refused());
    }
    if let Some(bearer) = bearer {
        let found = ctx
            .store
            .read(move |sql| Ok(token::actor(sql, &bearer, now)?));
        let actor = found.await?.ok_or_else(no_token)?;
        return covered(actor, reads).map(Some);
    }
    if let Some(user) = user {
        if !reads {
            check_site(ctx, headers)?;
        }
        let found = ctx.store.read(move |sql| Ok(by_name(sql, &user)?));
        return found.await?.ok_or_else(gateway::refused).map(Some);
    }
    let Some(secret) = session::presented(headers, settings.secure)? else {
        return Ok(None);
    };
    if !reads {
        check_site(ctx, headers)?;
        session::check_csrf(&secret, headers)?;
    }
    let (idle, asked) = (settings.session_idle, secret.clone());
    let found = ctx
        .store
        .read(move |sql| Ok(session::find(sql, &asked, idle, now)?));
    let session = found.await?.ok_or_else(session::ended)?;
    if session.stale {
        // It is sent and not waited for: a reader does not depend on the writer.
        let noted = ctx.store.write(move |change| {
            let now = change.now;
            Ok(session::note(&mut *change.sql, &secret, now)?)
        });
        let _ = noted.now_or_never();
    }
    Ok(Some(session.actor))
}

/// Refuses a change that a browser says comes from another site.
///
/// # Errors
/// 403.
pub fn check_site(ctx: &Context, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let own = match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let host = text(HOST.as_str()).unwrap_or_default();
            let bare = origin.split_once("://").map_or("", |(_, bare)| bare);
            let url = &ctx.settings.public_url;
            let rest = url.strip_prefix(origin);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || (!host.is_empty() && bare == host)
        }
        (None, None) => true,
    };
    if own {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "other-site",
        "a page of another site may not make changes here",
        "不接受来自其他网站页面的变更请求",
    ))
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().map_err(|_| no_token())?,
        _ => return Err(no_token()),
    };
    let token = value
        .split_once(' ')
        .filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    token
        .map(|(_, token)| Some(token.to_owned()))
        .ok_or_else(no_token)
}

fn by_name(sql: &mut dyn crate::store::Sql, name: &str) -> Result<Option<Actor>, StoreError> {
    let person = person::find(sql, name)?.filter(|person| !person.details.disabled);
    Ok(person.map(|person| Actor {
        name: person.name,
        roles: person.details.roles,
        scope: person.details.scope,
        officer: person.details.officer,
        via: Via::Gateway,
    }))
}

/// What of somebody's roles a token covers: reading with `read`; changing with `write`, but never as an
/// administrator; deciding, which is what an approver's role is for, with `decide`.
fn covered(mut actor: Actor, reads: bool) -> Result<Actor, Problem> {
    let Via::Token(scopes) = actor.via.clone() else {
        return Ok(actor);
    };
    let has = |scope| scopes.contains(&scope);
    if reads {
        return if has(TokenScope::Read) {
            Ok(actor)
        } else {
            Err(no_scope("read"))
        };
    }
    let (write, decide) = (has(TokenScope::Write), has(TokenScope::Decide));
    actor.roles.retain(|role| match role {
        Role::Administrator => false,
        Role::Approver => decide,
        _ => write,
    });
    if write || decide {
        Ok(actor)
    } else {
        Err(no_scope("write"))
    }
}

fn no_token() -> Problem {
    Problem::new(
        401,
        "token",
        "the header Authorization has to be Bearer and a token that is valid",
        "Authorization 请求头应为 Bearer 加有效的访问令牌",
    )
}

fn no_scope(scope: &str) -> Problem {
    Problem::new(
        403,
        "token-scope",
        format!("the token has no scope {scope}"),
        format!("该访问令牌没有{scope}权限"),
    )
}
