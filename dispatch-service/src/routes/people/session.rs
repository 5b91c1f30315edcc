//! Logging in, who is logged in, logging out.

use dispatch_core::syntax::time_text;
use http::Method;
use http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PersonView;
use crate::audit;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request, schema,
};
use crate::people::login::{Attempt, log_in};
use crate::people::password::Password;
use crate::people::{check_site, person, session};
use crate::problem::Problem;

/// Endpoints of this group.
pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::POST,
            path: "/api/v1/session",
            id: "logIn",
            summary: "登录：设置会话Cookie，并返回变更请求所需的CSRF令牌",
            access: Access::Public,
            query: &[],
            body: BodyKind::Json(schema::<Login>),
            answers: &[SESSION],
            handler: |context, request| Box::pin(begin(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/session",
            id: "getSession",
            summary: "当前登录人",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[SESSION],
            handler: |context, request| Box::pin(get(context, request)),
        },
        Endpoint {
            method: Method::DELETE,
            path: "/api/v1/session",
            id: "logOut",
            summary: "退出登录",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 204,
                about: "已退出",
                content: Content::Empty,
            }],
            handler: |context, request| Box::pin(end(context, request)),
        },
    ]
}

/// A name and a password.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// 登录名
    pub name: String,
    /// 密码
    #[schema(value_type = String, format = Password)]
    pub password: Password,
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionView {
    /// 登录人
    pub person: PersonView,
    /// 变更请求须在 X-CSRF-Token 请求头中提供的令牌；不经Cookie会话时不列
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
    /// 会话最迟结束时间；不经Cookie会话时不列
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

async fn begin(context: Context, request: Request) -> Result<Answer, Problem> {
    check_site(&context, &request.headers)?;
    let Login { name, password } = request.json()?;
    let attempt = Attempt {
        name,
        password,
        peer: request.peer,
        request: request.id.clone(),
    };
    // A cookie that is there already is worth nothing here: at most its session ends.
    let before = session::presented(&request.headers, context.settings.secure);
    let begun = log_in(&context, attempt, before.unwrap_or_default()).await?;
    let view = SessionView {
        person: PersonView::of(begun.person, context.clock.now()),
        csrf: Some(session::csrf(&begun.secret)),
        expires: time_text(begun.expires),
    };
    let mut answer = Answer::json(200, &view)?;
    let cookie = session::cookie(&begun.secret, &context.settings)?;
    answer.headers.insert(SET_COOKIE, cookie);
    Ok(answer)
}

async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    let now = context.clock.now();
    let secret = match actor.via {
        crate::access::Via::Session => {
            session::presented(&request.headers, context.settings.secure)?
        }
        _ => None,
    };
    let (name, asked, idle) = (
        actor.name.clone(),
        secret.clone(),
        context.settings.session_idle,
    );
    let found = context.store.read(move |sql| {
        let person = person::find(sql, &name)?.ok_or_else(Problem::not_found)?;
        let session = match &asked {
            Some(secret) => session::find(sql, secret, idle, now)?,
            None => None,
        };
        Ok((person, session))
    });
    let (person, session) = found.await?;
    let view = SessionView {
        person: PersonView::of(person, now),
        csrf: secret.as_ref().map(session::csrf),
        expires: session.and_then(|session| time_text(session.expires)),
    };
    Answer::json(200, &view)
}

async fn end(context: Context, request: Request) -> Result<Answer, Problem> {
    let name = request.actor()?.name.clone();
    // Ending twice is ending once; the key is asked for because every change by staff has one.
    request.idempotency_key()?;
    let secret = session::presented(&request.headers, context.settings.secure)?;
    let id = request.id.clone();
    let ended = context.store.write(move |change| {
        if let Some(secret) = secret {
            session::end(&mut *change.sql, &secret)?;
            audit::record(change, &name, "logout", &name, "", &id)?;
        }
        Ok(())
    });
    ended.await?;
    let mut answer = Answer::empty();
    let cookie = session::no_cookie(&context.settings)?;
    answer.headers.insert(SET_COOKIE, cookie);
    Ok(answer)
}

const SESSION: AnswerKind = AnswerKind {
    status: 200,
    about: "登录人及其会话",
    content: Content::Json(schema::<SessionView>),
};
