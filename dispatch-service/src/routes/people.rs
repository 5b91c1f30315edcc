//! People: kept by administrators, read by supervisors too.

pub mod audit;
pub mod password;
pub mod session;
pub mod tokens;

use dispatch_core::syntax::{shown_time, time_text};
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Actor, Role, Scope};
use crate::answer;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, schema,
};
use crate::people::password::{Password, check_new};
use crate::people::person::{self, Details, Person};
use crate::problem::Problem;

/// Endpoints of people, sessions, tokens and the audit trail.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![
        Endpoint {
            method: Method::GET,
            path: "/api/v1/people",
            id: "listPeople",
            summary: "列出人员（管理员、监督人）",
            access: Access::Staff,
            query: &[
                Parameter {
                    name: "after",
                    about: "从该登录名之后开始",
                    form: Form::Text(64),
                },
                LIMIT,
            ],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "人员，按登录名排序",
                content: Content::Json(schema::<PeopleView>),
            }],
            handler: |context, request| Box::pin(list(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/people",
            id: "addPerson",
            summary: "新增人员（管理员）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<NewPerson>),
            answers: &[AnswerKind {
                status: 201,
                about: "已新增",
                content: Content::Json(schema::<PersonView>),
            }],
            handler: |context, request| Box::pin(add(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/people/{name}",
            id: "getPerson",
            summary: "查看人员（本人、管理员、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[PERSON],
            handler: |context, request| Box::pin(get(context, request)),
        },
        Endpoint {
            method: Method::PUT,
            path: "/api/v1/people/{name}",
            id: "changePerson",
            summary: "更改角色、范围、停用状态（管理员）；权限变化时结束其全部会话",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<PersonChange>),
            answers: &[PERSON],
            handler: |context, request| Box::pin(change(context, request)),
        },
    ];
    endpoints.push(password::endpoint());
    endpoints.extend(session::endpoints());
    endpoints.extend(tokens::endpoints());
    endpoints.extend(audit::endpoints());
    endpoints
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonView {
    /// 登录名
    pub name: String,
    /// 显示姓名
    pub shown: String,
    /// 角色
    pub roles: Vec<Role>,
    /// 部门；空为全部
    pub department: String,
    /// 区域代码前缀；空为全部
    pub region: String,
    /// 在执法检查人员名录库中的编号；非执法检查人员为空
    pub officer: String,
    /// 是否停用
    pub disabled: bool,
    /// 是否设有密码
    pub has_password: bool,
    /// 因登录失败锁定至何时；未锁定时不列
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<String>,
    /// 新增时间
    pub created: String,
}

impl PersonView {
    fn of(person: Person, now: u64) -> Self {
        let Details {
            shown,
            roles,
            scope,
            officer,
            disabled,
        } = person.details;
        let locked = (person.locked_until > now).then_some(person.locked_until);
        Self {
            name: person.name,
            shown,
            roles,
            department: scope.department,
            region: scope.region,
            officer,
            disabled,
            has_password: person.has_password,
            locked_until: locked.and_then(time_text),
            created: shown_time(person.created),
        }
    }
}

/// People, page by page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleView {
    /// 人员
    pub people: Vec<PersonView>,
    /// 下一页的 after；没有下一页时不列
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A person to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// 登录名：小写字母、数字及 . _ @ -
    #[schema(pattern = "^[a-z0-9][a-z0-9._@-]{1,63}$")]
    pub name: String,
    /// 显示姓名
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\x00-\x1f\x7f]+$")]
    pub shown: String,
    /// 角色
    pub roles: Vec<Role>,
    /// 部门；空为全部
    #[serde(default)]
    #[schema(max_length = 64, pattern = r"^[^\x00-\x1f\x7f]*$")]
    pub department: String,
    /// 区域代码前缀；空为全部
    #[serde(default)]
    #[schema(max_length = 64, pattern = r"^[^\x00-\x1f\x7f]*$")]
    pub region: String,
    /// 在执法检查人员名录库中的编号；仅执法检查人员填写
    #[serde(default)]
    #[schema(max_length = 64)]
    pub officer: String,
    /// 初始密码；不填则只能经统一身份认证网关或访问令牌进入
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, min_length = 12, max_length = 256)]
    pub password: Option<Password>,
}

/// What of a person is changed; all of it is given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// 显示姓名
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\x00-\x1f\x7f]+$")]
    pub shown: String,
    /// 角色
    pub roles: Vec<Role>,
    /// 部门；空为全部
    #[schema(max_length = 64, pattern = r"^[^\x00-\x1f\x7f]*$")]
    pub department: String,
    /// 区域代码前缀；空为全部
    #[schema(max_length = 64, pattern = r"^[^\x00-\x1f\x7f]*$")]
    pub region: String,
    /// 在执法检查人员名录库中的编号；仅执法检查人员填写
    #[schema(max_length = 64)]
    pub officer: String,
    /// 是否停用；停用时其访问令牌一并作废
    pub disabled: bool,
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    request.actor()?.must_be(READERS)?;
    let after = request.query.get("after").cloned().unwrap_or_default();
    let limit = limit(&request);
    let now = context.clock.now();
    let people = context.store.read(move |sql| {
        // One more than is shown tells whether there is a next page.
        Ok(person::list(sql, &after, limit.saturating_add(1))?)
    });
    let mut people = people.await?;
    let more = people.len() as u64 > limit;
    people.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = people.last().filter(|_| more);
    let next = next.map(|person| person.name.clone());
    let people = people.into_iter().map(|person| PersonView::of(person, now));
    let people = people.collect();
    Answer::json(200, &PeopleView { people, next })
}

async fn add(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    actor.must_be(&[Role::Administrator])?;
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let wanted: NewPerson = request.json()?;
    let details = Details {
        shown: wanted.shown,
        roles: wanted.roles,
        scope: Scope {
            department: wanted.department,
            region: wanted.region,
        },
        officer: wanted.officer,
        disabled: false,
    };
    let password = match wanted.password {
        Some(password) => {
            check_new(&wanted.name, &password)?;
            Some(context.logins.hashing.hash(password).await?)
        }
        None => None,
    };
    let (actor, id) = (actor.name.clone(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let now = change.now;
        let sql = &mut *change.sql;
        let person = person::add(sql, &wanted.name, details, password.as_deref(), now)?;
        let told = told(&person.details);
        crate::audit::record(change, &actor, "person-add", &person.name, &told, &id)?;
        Ok((201, PersonView::of(person, now)))
    })
    .await
}

async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    let name = request.part("name").to_owned();
    if actor.name != name {
        actor.must_be(READERS)?;
    }
    let now = context.clock.now();
    let person = context.store.read(move |sql| Ok(person::find(sql, &name)?));
    let person = person.await?.ok_or_else(Problem::not_found)?;
    Answer::json(200, &PersonView::of(person, now))
}

async fn change(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    actor.must_be(&[Role::Administrator])?;
    let wanted: PersonChange = request.json()?;
    let details = Details {
        shown: wanted.shown,
        roles: wanted.roles,
        scope: Scope {
            department: wanted.department,
            region: wanted.region,
        },
        officer: wanted.officer,
        disabled: wanted.disabled,
    };
    let name = request.part("name").to_owned();
    let (actor, id) = (actor.name.clone(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let person = person::change(&mut *change.sql, &name, details)?;
        let told = told(&person.details);
        crate::audit::record(change, &actor, "person-change", &name, &told, &id)?;
        Ok((200, PersonView::of(person, change.now)))
    })
    .await
}

/// What the audit trail says of somebody's rights.
fn told(details: &Details) -> String {
    let roles: Vec<&str> = details.roles.iter().map(|role| role.word()).collect();
    let Scope { department, region } = &details.scope;
    let mut told = format!("roles: {}", roles.join(" "));
    for (name, value) in [
        ("department", department),
        ("region", region),
        ("officer", &details.officer),
    ] {
        if !value.is_empty() {
            told = format!("{told}; {name}: {value}");
        }
    }
    if details.disabled {
        told.push_str("; disabled");
    }
    told
}

/// Whoever may see things of another person: they themselves, and readers.
fn must_be_or_read(actor: &Actor, name: &str) -> Result<(), Problem> {
    if actor.name == name {
        return Ok(());
    }
    actor.must_be(READERS)
}

fn limit(request: &Request) -> u64 {
    let limit = request
        .query
        .get("limit")
        .and_then(|text| text.parse().ok());
    limit.unwrap_or(50_u64).clamp(1, MOST)
}

const READERS: &[Role] = &[Role::Administrator, Role::Supervisor];
const MOST: u64 = 500;
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "每页条数，默认50，至多500",
    form: Form::Number(MOST),
};
const PERSON: AnswerKind = AnswerKind {
    status: 200,
    about: "人员",
    content: Content::Json(schema::<PersonView>),
};
