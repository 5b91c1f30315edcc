//! Tokens of programs.

use dispatch_core::syntax::shown_time;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::must_be_or_read;
use crate::access::{Role, TokenScope};
use crate::answer;
use crate::audit;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, schema,
};
use crate::people::token::{self, Token, TokenText, Wanted};
use crate::problem::Problem;

/// Endpoints of this group.
pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::GET,
            path: "/api/v1/tokens",
            id: "listTokens",
            summary: "列出访问令牌（本人的；管理员、监督人可查他人的）",
            access: Access::Staff,
            query: &[Parameter {
                name: "person",
                about: "登录名；默认为本人",
                form: Form::Text(64),
            }],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "访问令牌，最新的在前；不含令牌本身",
                content: Content::Json(schema::<TokensView>),
            }],
            handler: |context, request| Box::pin(list(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/tokens",
            id: "addToken",
            summary: "为本人新建访问令牌",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<NewToken>),
            answers: &[AnswerKind {
                status: 201,
                about: "新令牌，仅此一次显示",
                content: Content::Json(schema::<IssuedToken>),
            }],
            handler: |context, request| Box::pin(add(context, request)),
        },
        Endpoint {
            method: Method::DELETE,
            path: "/api/v1/tokens/{id}",
            id: "revokeToken",
            summary: "作废访问令牌（本人的；管理员可作废他人的）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 204,
                about: "已作废",
                content: Content::Empty,
            }],
            handler: |context, request| Box::pin(revoke(context, request)),
        },
    ]
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenView {
    /// 编号
    pub id: String,
    /// 所属人的登录名
    pub person: String,
    /// 用途
    pub label: String,
    /// 权限
    pub scopes: Vec<TokenScope>,
    /// 新建时间
    pub created: String,
    /// 到期时间
    pub expires: String,
    /// 是否已作废
    pub revoked: bool,
}

impl TokenView {
    fn of(token: Token) -> Self {
        Self {
            id: token.id,
            person: token.person,
            label: token.label,
            scopes: token.scopes,
            created: shown_time(token.created),
            expires: shown_time(token.expires),
            revoked: token.revoked,
        }
    }
}

/// Tokens of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokensView {
    /// 访问令牌
    pub tokens: Vec<TokenView>,
}

/// What is wanted of a new token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// 用途
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\x00-\x1f\x7f]+$")]
    pub label: String,
    /// 权限
    #[schema(min_items = 1)]
    pub scopes: Vec<TokenScope>,
    /// 有效天数
    #[schema(minimum = 1, maximum = 366)]
    pub days: u64,
}

/// A new token; what it is, is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuedToken {
    /// 令牌本身，以 `Authorization: Bearer` 提供
    pub token: String,
    /// 其编号、权限与期限
    pub details: TokenView,
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    let name = request.query.get("person").unwrap_or(&actor.name).clone();
    must_be_or_read(actor, &name)?;
    let tokens = context.store.read(move |sql| Ok(token::list(sql, &name)?));
    let tokens = tokens.await?.into_iter().map(TokenView::of).collect();
    Answer::json(200, &TokensView { tokens })
}

async fn add(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    actor.must_be_in_person()?;
    let NewToken {
        label,
        scopes,
        days,
    } = request.json()?;
    let wanted = Wanted {
        label,
        scopes,
        days,
    };
    let text = TokenText::new()?;
    let (name, id) = (actor.name.clone(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let now = change.now;
        let token = token::add(&mut *change.sql, &name, &text, wanted, now)?;
        audit::record(change, &name, "token-add", &token.id, &token.label, &id)?;
        let token = IssuedToken {
            token: text.shown().to_string(),
            details: TokenView::of(token),
        };
        Ok((201, token))
    })
    .await
}

async fn revoke(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    actor.must_be_in_person()?;
    let whose = if actor.is(Role::Administrator) {
        String::new()
    } else {
        actor.name.clone()
    };
    let token = request.part("id").to_owned();
    let (name, id) = (actor.name.clone(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let whose = token::revoke(&mut *change.sql, &token, &whose)?;
        audit::record(change, &name, "token-revoke", &token, &whose, &id)?;
        Ok((204, ()))
    })
    .await
}
