//! Annual plans: their documents, and the entries that say which draws will be held.

use std::io::{Cursor, Read};

use dispatch_core::digest::Digest;
use dispatch_core::entry::PlannedDraw;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer;
use crate::audit;
use crate::campaign::annual_plan::{NewPlan, log_plan, may_plan};
use crate::campaign::heavy;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request, RequestBody, schema,
};
use crate::problem::Problem;
use crate::store::blob;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::POST,
            path: "/api/v1/plans/documents",
            id: "uploadPlanDocument",
            summary: "上传年度计划文件；由记录计划的条目公开（不限部门的经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::File("年度抽查工作计划原文"),
            answers: &[AnswerKind {
                status: 201,
                about: "已上传",
                content: Content::Json(schema::<DocumentView>),
            }],
            handler: |context, request| Box::pin(upload(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/plans",
            id: "logPlan",
            summary: "记录年度计划或其变更（不限部门的经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<NewPlanView>),
            answers: &[AnswerKind {
                status: 201,
                about: "已记入日志",
                content: Content::Json(schema::<LoggedPlanView>),
            }],
            handler: |context, request| Box::pin(log(context, request)),
        },
    ]
}

/// A document that was uploaded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentView {
    /// SHA-256
    pub document: String,
    /// 字节数
    pub length: u64,
}

/// A plan, or a change of one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlanView {
    /// 机关
    pub body: String,
    /// 年度
    pub year: u64,
    /// 变更原因；首次记录时为空
    #[serde(default)]
    pub reason: String,
    /// 已上传文件的SHA-256
    pub document: String,
    /// 新增或变更的抽取
    pub draws: Vec<PlannedView>,
}

/// A planned draw.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedView {
    /// 抽取编号
    pub draw: String,
    /// 抽取时间的最迟日期（协调世界时），如2026-09-30
    pub latest: String,
    /// 名称
    pub title: String,
}

/// A plan that was logged.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoggedPlanView {
    /// 日志条目的序号
    pub index: u64,
}

async fn upload(context: Context, request: Request) -> Result<Answer, Problem> {
    may_plan(request.actor()?)?;
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let shared = context.clone();
    let ((digest, length), request) = heavy::run(move || {
        let stored = blob::store(&shared.store, || open(&request.body))?;
        Ok((stored, request))
    })
    .await?;
    let (actor, id) = (request.actor()?.name.clone(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let document = digest.to_string();
        audit::record(change, &actor, "plan-document", &document, "", &id)?;
        Ok((201, DocumentView { document, length }))
    })
    .await
}

async fn log(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let given: NewPlanView = request.json()?;
    let document = Digest::from_hex(&given.document).map_err(|_| {
        Problem::new(
            422,
            "invalid",
            "document: is not 64 lower-case hexadecimal characters",
            "document：不是64位小写十六进制",
        )
    })?;
    let draws = given.draws.into_iter().map(|planned| PlannedDraw {
        draw: planned.draw,
        latest: planned.latest,
        title: planned.title,
    });
    let plan = NewPlan {
        body: given.body,
        year: given.year,
        reason: given.reason,
        document,
        draws: draws.collect(),
    };
    let id = request.id.clone();
    answer::once(&context, &request, move |change| {
        let (body, year) = (plan.body.clone(), plan.year.to_string());
        let index = log_plan(change, &actor, plan)?;
        audit::record(change, &actor.name, "plan", &body, &year, &id)?;
        Ok((201, LoggedPlanView { index }))
    })
    .await
}

fn open(body: &RequestBody) -> std::io::Result<Box<dyn Read>> {
    Ok(match body {
        RequestBody::None => Box::new(std::io::empty()),
        RequestBody::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
        RequestBody::File { file, .. } => Box::new(file.reader()),
    })
}
