//! What outside bodies bring to an announced draw. Everybody may, and twice is once.

use dispatch_core::digest::Digest;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit;
use crate::campaign::outside::{
    Logged, acknowledge, contribute, read_acknowledgement, read_contribution,
};
use crate::campaign::registered;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request, schema,
};
use crate::problem::Problem;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::POST,
            path: "/api/v1/draws/{commitment}/acknowledgements",
            id: "acknowledge",
            summary: "提交密钥保管方的确认（抽取时间之前；任何人均可提交）",
            access: Access::Public,
            query: &[],
            body: BodyKind::Text("dispatch custodian acknowledge 生成的签名文本"),
            answers: &LOGGED,
            handler: |context, request| Box::pin(acknowledgement(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/draws/{commitment}/contributions",
            id: "contribute",
            summary: "提交随机数提供方的数值（抽取时间之后；任何人均可提交）",
            access: Access::Public,
            query: &[],
            body: BodyKind::Json(schema::<ContributionView>),
            answers: &LOGGED,
            handler: |context, request| Box::pin(contribution(context, request)),
        },
    ]
}

/// The value of a contribution.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContributionView {
    /// 提供方，与抽查任务中的名称一致
    pub contributor: String,
    /// 数值：32字节，64位十六进制
    pub value: String,
}

/// Where it stands in the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoggedView {
    /// 日志条目的序号
    pub index: u64,
}

async fn acknowledgement(context: Context, request: Request) -> Result<Answer, Problem> {
    let commitment = registered::commitment(request.part("commitment"))?;
    let note = request.text()?.as_bytes().to_vec();
    let step = context
        .store
        .read(move |sql| read_acknowledgement(sql, &commitment, &note));
    let (step, id) = (step.await?, request.id.clone());
    let logged = context.store.write(move |change| {
        let logged = acknowledge(change, step)?;
        if logged.new {
            let target = commitment.to_string();
            audit::record(change, PUBLIC, "acknowledge", &target, "", &id)?;
        }
        Ok(logged)
    });
    told(logged.await?)
}

async fn contribution(context: Context, request: Request) -> Result<Answer, Problem> {
    let commitment = registered::commitment(request.part("commitment"))?;
    let given: ContributionView = request.json()?;
    let value = Digest::from_hex(&given.value).map_err(|_| {
        Problem::new(
            422,
            "invalid",
            "value: is not 64 lower-case hexadecimal characters",
            "value：不是64位小写十六进制",
        )
    })?;
    let step = context
        .store
        .read(move |sql| read_contribution(sql, &commitment, &given.contributor, value));
    let (step, id) = (step.await?, request.id.clone());
    let logged = context.store.write(move |change| {
        let logged = contribute(change, step)?;
        if logged.new {
            let target = commitment.to_string();
            audit::record(change, PUBLIC, "contribute", &target, "", &id)?;
        }
        Ok(logged)
    });
    told(logged.await?)
}

fn told(logged: Logged) -> Result<Answer, Problem> {
    let status = if logged.new { 201 } else { 200 };
    let index = logged.index;
    Answer::json(status, &LoggedView { index })
}

/// Who it was is not known.
const PUBLIC: &str = "(public)";
const LOGGED: [AnswerKind; 2] = [
    AnswerKind {
        status: 201,
        about: "已记入日志",
        content: Content::Json(schema::<LoggedView>),
    },
    AnswerKind {
        status: 200,
        about: "此前已记入日志",
        content: Content::Json(schema::<LoggedView>),
    },
];
