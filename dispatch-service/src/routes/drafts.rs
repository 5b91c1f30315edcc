//! Drafts: begun, filled with lists, checked, withdrawn.

mod files;
mod view;

pub use self::view::{DraftSettingsView, DraftView, DraftsView, FileView, NewDraftView};

use http::Method;

use self::view::draft_view;
use crate::answer;
use crate::audit;
use crate::campaign::draft::{self, Check, DraftSettings, NewDraft, change_settings, check};
use crate::campaign::heavy;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, schema,
};
use crate::problem::Problem;
use crate::routes::page::{AFTER, LIMIT, Page};

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![
        Endpoint {
            method: Method::GET,
            path: "/api/v1/drafts",
            id: "listDrafts",
            summary: "列出本部门的抽查草案（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[STATE, AFTER, LIMIT],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "草案，新的在前",
                content: Content::Json(schema::<DraftsView>),
            }],
            handler: |context, request| Box::pin(list(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/drafts",
            id: "beginDraft",
            summary: "新建抽查草案（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<NewDraftView>),
            answers: &[AnswerKind {
                status: 201,
                about: "已新建",
                content: Content::Json(schema::<DraftView>),
            }],
            handler: |context, request| Box::pin(begin(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/drafts/{id}",
            id: "getDraft",
            summary: "查看草案（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[DRAFT],
            handler: |context, request| Box::pin(get(context, request)),
        },
        Endpoint {
            method: Method::PUT,
            path: "/api/v1/drafts/{id}/settings",
            id: "setDraft",
            summary: "设置密钥保管方、上一次抽取、近期随机信标、时间锁、部门和地区（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<DraftSettingsView>),
            answers: &[DRAFT],
            handler: |context, request| Box::pin(set(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/drafts/{id}/check",
            id: "checkDraft",
            summary: "检查草案：一次列出全部问题、预警、试抽结果（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "检查结果；ready 为真才能公告",
                content: Content::Json(schema::<Check>),
            }],
            handler: |context, request| Box::pin(examine(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/drafts/{id}/withdraw",
            id: "withdrawDraft",
            summary: "撤回草案，删除已上传的文件（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[DRAFT],
            handler: |context, request| Box::pin(withdraw(context, request)),
        },
    ];
    endpoints.extend(files::endpoints());
    endpoints
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let page = Page::of(&request)?;
    let state = request.query.get("state").cloned().unwrap_or_default();
    let envelope = context.envelope.clone();
    let view = context.store.read(move |sql| {
        let drafts = draft::list(sql, &actor, &state, page.after(), page.limit)?;
        let next = page.next(&drafts, |draft| (draft.created, &draft.id));
        let views = drafts
            .into_iter()
            .map(|draft| draft_view(sql, &envelope, draft));
        Ok(DraftsView {
            drafts: views.collect::<Result<_, _>>()?,
            next,
        })
    });
    Answer::json(200, &view.await?)
}

async fn begin(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let given: NewDraftView = request.json()?;
    let new = NewDraft {
        title: given.title,
        department: given.department,
        region: given.region,
        replay: given.replay,
    };
    let (id, envelope) = (request.id.clone(), context.envelope.clone());
    answer::once(&context, &request, move |change| {
        let draft = draft::begin(change, &actor, &new)?;
        audit::record(change, &actor.name, "draft-begin", &draft.id, "", &id)?;
        Ok((201, draft_view(change.sql, &envelope, draft)?))
    })
    .await
}

async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let (id, envelope) = (request.part("id").to_owned(), context.envelope.clone());
    let view = context.store.read(move |sql| {
        let draft = draft::find(sql, &actor, &id)?;
        draft_view(sql, &envelope, draft)
    });
    Answer::json(200, &view.await?)
}

async fn set(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let given: DraftSettingsView = request.json()?;
    let settings = DraftSettings {
        custodians: given.custodians,
        previous: given.previous,
        recent_pulse: given.recent_pulse,
        timelock: given.timelock,
    };
    let (draft, id) = (request.part("id").to_owned(), request.id.clone());
    let envelope = context.envelope.clone();
    answer::once(&context, &request, move |change| {
        let place = (given.department.as_deref(), given.region.as_deref());
        let draft = change_settings(change, &envelope, &actor, &draft, &settings, place)?;
        audit::record(change, &actor.name, "draft-settings", &draft.id, "", &id)?;
        Ok((200, draft_view(change.sql, &envelope, draft)?))
    })
    .await
}

/// A check changes nothing but the audit trail: it shows what stands in sealed lists.
async fn examine(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let (draft, id) = (request.part("id").to_owned(), request.id.clone());
    let (who, held) = (actor.clone(), draft.clone());
    let found = context.store.read(move |sql| draft::find(sql, &who, &held));
    draft::must_be_open(&found.await?)?;
    let (shared, held) = (context.clone(), draft.clone());
    let found = heavy::run(move || Ok(check(&shared, &held)?.1)).await?;
    let seen = context.store.write(move |change| {
        draft::find(change.sql, &actor, &draft)?;
        audit::record(change, &actor.name, "draft-check", &draft, "", &id)
    });
    seen.await?;
    Answer::json(200, &found)
}

async fn withdraw(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let (draft, id) = (request.part("id").to_owned(), request.id.clone());
    let envelope = context.envelope.clone();
    answer::once(&context, &request, move |change| {
        let draft = draft::withdraw(change, &actor, &draft)?;
        audit::record(change, &actor.name, "draft-withdraw", &draft.id, "", &id)?;
        Ok((200, draft_view(change.sql, &envelope, draft)?))
    })
    .await
}

const STATE: Parameter = Parameter {
    name: "state",
    about: "只列此状态的草案",
    form: Form::OneOf(&["open", "announced", "withdrawn"]),
};
const DRAFT: AnswerKind = AnswerKind {
    status: 200,
    about: "草案",
    content: Content::Json(schema::<DraftView>),
};
