//! Setting a password: the own one, or as an administrator.

use http::Method;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Role;
use crate::answer;
use crate::audit;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request, schema,
};
use crate::people::login::{Attempt, confirm};
use crate::people::password::{Password, check_new};
use crate::people::person;
use crate::problem::Problem;

/// The endpoint.
pub(super) fn endpoint() -> Endpoint {
    Endpoint {
        method: Method::POST,
        path: "/api/v1/people/{name}/password",
        id: "setPassword",
        summary: "设置密码：本人须提供原密码，管理员可重置他人密码；结束其全部会话",
        access: Access::Staff,
        query: &[],
        body: BodyKind::Json(schema::<PasswordChange>),
        answers: &[AnswerKind {
            status: 204,
            about: "已设置",
            content: Content::Empty,
        }],
        handler: |context, request| Box::pin(set_password(context, request)),
    }
}

/// A new password.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// 原密码；更改本人密码时必填
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, max_length = 256)]
    pub old: Option<Password>,
    /// 新密码
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    pub new: Password,
}

async fn set_password(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    actor.must_be_in_person()?;
    let name = request.part("name").to_owned();
    let own = actor.name == name;
    if !own {
        actor.must_be(&[Role::Administrator])?;
    }
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let PasswordChange { old, new } = request.json()?;
    check_new(&name, &new)?;
    if own {
        let attempt = Attempt {
            name: name.clone(),
            password: old.unwrap_or_else(|| String::new().into()),
            peer: request.peer,
            request: request.id.clone(),
        };
        // Whoever found an open session must not be able to try passwords: failures count here too.
        confirm(&context, attempt, |_, _| Ok(())).await?;
    }
    let hash = context.logins.hashing.hash(new).await?;
    let (actor, id) = (actor.name.clone(), request.id.clone());
    answer::once(&context, &request, move |change| {
        person::set_password(&mut *change.sql, &name, Some(&hash))?;
        audit::record(change, &actor, "password-set", &name, "", &id)?;
        Ok((204, ()))
    })
    .await
}
